-- What all flows are: one shape, whatever the provider. A flow gives a
-- `kind` (data, and a few functions); the verbs stand here.

local check_options = require("luapay.options").check
local decimal = require "luapay.decimal"
local event = require "luapay.flow.kit.event"
local fault = require "luapay.fault"
local items = require "luapay.flow.kit.items"
local money = require "luapay.flow.kit.money"
local person = require "luapay.flow.kit.person"
local report = require "luapay.flow.kit.report"
local settle = require "luapay.flow.kit.settle"
local step = require "luapay.flow.kit.step"
local task = require "luapay.task"
local wait = require "luapay.flow.kit.wait"

local kit = { items = items, report = report, settle = settle, step = step }
kit.money, kit.wait = money, wait

--- Whether two amounts are the same; one that nobody has said fits any.
---@param a? string
---@param b? string
---@return boolean
function kit.same_amount(a, b)
  return a == nil or b == nil or decimal.compare(a, b) == 0
end

--- An amount with the other sign.
---@param amount string
---@return string
function kit.negated(amount)
  return decimal.sub("0", amount)
end

local Flow = {}

-- ---- verbs' own options

local function seconds(default)
  return { type = "number", positive = true, default = default }
end

local TEXT = { type = "string" }

local VERB = {
  get = { refresh = { type = "boolean", default = true } },
  recover = {
    runs = {
      type = "string",
      choices = { mine = true, all = true },
      default = "mine",
    },
  },
  items = {
    states = { type = "table" },
    money = { type = "table" },
    needs_person = { type = "boolean" },
  },
  found = { provider_id = TEXT, step = TEXT, who = TEXT, why = TEXT },
  absent = { step = TEXT, who = TEXT, why = TEXT },
  accept = {
    who = { type = "string", required = true },
    why = { type = "string", required = true },
  },
  reopen = {
    step = TEXT,
    who = { type = "string", required = true },
    why = { type = "string", required = true },
  },
}

local function options_of(flow, verb, given, rules, level)
  local what = ("flow.%s:%s"):format(flow.name, verb)
  return check_options(what, given or {}, rules or VERB[verb], level or 4)
end

--- Checks a reference given to a verb: a wrong type raises.
---@param flow table
---@param verb string
---@param reference any
function kit.check_reference(flow, verb, reference)
  if type(reference) ~= "string" or reference == "" then
    error(
      ("flow.%s:%s: expected a reference, a text"):format(flow.name, verb),
      3
    )
  end
end

--- Checks the options of a flow's own verb: see luapay.options.
function kit.check(flow, verb, given, rules)
  return options_of(flow, verb, given, rules, 4)
end

-- ---- verbs

--- Sends a list of items, or what an iterator gives until nil, each once.
---
--- All are checked and written down as planned before the first is sent; a
--- bad one (a fault of kind "argument" whose `field` is "items[2].amount")
--- means that nothing is sent. Safe to repeat with the same items, in any
--- process: what was done is not done again, what may have been done is
--- asked about first, what certainly failed is sent again.
---@async
---@param given table[]|fun(): table?
---@return luapay.FlowReport? report when all are as intended
---@return luapay.Fault? fault the worst; the report is `fault.report`
function Flow:run(given)
  return items.run(self, given)
end

--- The same with one item.
---@async
---@param item table
---@return luapay.FlowItem? item when it is as intended
---@return luapay.Fault? fault the item is `fault.item`
function Flow:run_one(item)
  return items.run_one(self, item)
end

-- The item of a record, with the fault of what was tried meanwhile.
local function get(self, reference)
  local record, err = self.book:get(reference)
  if record then return record end
  if record == false then return nil, step.absent_fault(self, reference) end
  err.item = report.item(self, {
    reference = reference,
    run = self.run_name,
    entries = {},
  }, err)
  return nil, err
end

-- The fault of a question: that it has failed says nothing of the item.
local function in_doubt(err, item)
  local copied = fault.copy(err)
  copied.item = item or nil
  if item then copied.outcome = "unknown" end
  return copied
end

--- One item, however it stands. Asks the provider about what is open or
--- pending; `refresh = false`: only the journal.
---@async
---@param reference string
---@param options? { refresh: boolean? }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault code "absent", or the provider or the journal
--- cannot be read: `fault.item` is the item as the journal has it
function Flow:get(reference, options)
  kit.check_reference(self, "get", reference)
  local given = options_of(self, "get", options)
  local record, err = get(self, reference)
  if not record then return nil, err end
  if not given.refresh then return report.item(self, record) end
  local now, why = wait.refresh(self, record)
  if now then return report.item(self, now) end
  return nil, in_doubt(why, report.item(self, record))
end

--- Waits until an item has ended or needs a person; without a reference,
--- for all that is open in the run. Asks the provider after `pause` seconds,
--- then less and less often.
---@async
---@param reference? string
---@param options? table patience, pause, longest_pause: seconds
---@return luapay.FlowItem|luapay.FlowReport|nil
---@return luapay.Fault? fault kind "timeout": patience is over, wait again
function Flow:await(reference, options)
  if type(reference) == "table" and options == nil then
    reference, options = nil, reference
  end
  local given = options_of(self, "await", options, {
    patience = seconds(self.patience),
    pause = seconds(self.pause),
    longest_pause = seconds(self.longest_pause),
  })
  if reference == nil then return wait.all(self, given) end
  kit.check_reference(self, "await", reference)
  local record, err = get(self, reference)
  if not record then return nil, err end
  return wait.one(self, record, given)
end

--- After a crash, and now and then: settles by asking what nobody has
--- written down, then asks about all that is pending. Sends nothing new.
--- Safe to repeat, and beside other workers.
---@async
---@param options? { runs: "mine"|"all"? }
---@return luapay.FlowReport? report also when some stay unknown
---@return luapay.Fault? fault the journal cannot be read or written
function Flow:recover(options)
  local given = options_of(self, "recover", options)
  local good, err = settle.recover(self, given.runs)
  if not good then return nil, err end
  return self:report()
end

--- What the journal says of the run, without an opinion.
---@async
---@return luapay.FlowReport? report
---@return luapay.Fault? fault of the journal
function Flow:report()
  local told, err = self.book:report()
  if not told then return nil, err end
  told.flow, told.run = self.name, self.run_name
  return told
end

--- Drops what is planned in the run and was never sent.
---@async
---@return luapay.FlowReport? report
---@return luapay.Fault? fault of the journal
function Flow:discard()
  local good, err = self.book:discard()
  if not good then return nil, err end
  return self:report()
end

--- The items of the run that fit, one by one. When the journal cannot be
--- read the iterator raises the fault: an early end would be a lie.
---@async
---@param filter? table states, money (lists), needs_person (boolean)
---@return fun(): luapay.FlowItem?
function Flow:items(filter)
  local given = options_of(self, "items", filter)
  local each = self.book:items(given)
  return function()
    local record = each()
    return record and report.item(self, record)
  end
end

-- What a person's word is written to: items of another flow, too.
local function targets_of(self, reference)
  local spec = (self.kind.steps or {})[self.kind.main]
  local record = spec and spec.links and self.book:get(reference)
  local main = record and step.main(record)
  if main then return step.targets(self, main) end
  return { { book = self.book, reference = reference } }
end

local FOLLOWED = { found = true, absent = true }

-- A person's word, written in one transaction with what follows from it.
local function by_person(self, reference, verb, fn)
  kit.check_reference(self, verb, reference)
  local after = FOLLOWED[verb] and self.kind.after_person
  local targets = targets_of(self, reference)
  local got, err = self.journal:change(targets, function(all, now)
    local item = all[1]
    local entry, why = fn(item, now)
    if not entry then return nil, why end
    if after then after(self, item, now) end
    step.conclude_links(self, all, now)
    return { record = step.record(item), entry = entry }
  end)
  if got then return got end
  if not err.item then
    local record = self.book:get(reference)
    err.item = record and report.item(self, record) or nil
  end
  return nil, err
end

--- A person has found it at the provider. Its id is bound, the provider is
--- asked, and its word counts; where nobody can be asked it is done.
---@async
---@param reference string
---@param options? table provider_id (the main step needs it), step (which,
--- where several are open), who, why
---@return luapay.FlowItem? item however it stands
---@return luapay.Fault? fault code absent, settled, several, busy; kind
--- "argument" for an id that cannot be
function Flow:found(reference, options)
  local given = options_of(self, "found", options)
  kit.check_reference(self, "found", reference)
  if self.kind.check_found then
    local why = self.kind.check_found(self, reference, given)
    if why then
      local record = self.book:get(reference)
      return nil, in_doubt(why, record and report.item(self, record))
    end
  end
  local got, err = by_person(self, reference, "found", function(item, now)
    return person.found(self, item, given, now)
  end)
  if not got then return nil, err end
  if got.entry.state == "unknown" then
    settle.one(self, reference, nil, got.entry.step)
  end
  if self.kind.settled then self.kind.settled(self, reference) end
  return self:get(reference, { refresh = false })
end

--- A person has made sure that it is not at the provider, and never will be:
--- it has failed, and may be sent again. Refused until the horizon is over.
---@async
---@param reference string
---@param options? { step: string?, who: string?, why: string? }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault code absent, settled, several, busy, early
function Flow:absent(reference, options)
  local given = options_of(self, "absent", options)
  local got, err = by_person(self, reference, "absent", function(item, now)
    return person.absent(self, item, given, now, function(entry)
      return settle.horizon(self, money.spec(self.kind, entry))
    end)
  end)
  if not got then return nil, err end
  if self.kind.settled then self.kind.settled(self, reference) end
  return self:get(reference, { refresh = false })
end

--- A person has seen it and lets it stand: `needs_person` ends, its state
--- and money stay.
---@async
---@param reference string
---@param options { who: string, why: string }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault code absent
function Flow:accept(reference, options)
  local given = options_of(self, "accept", options)
  local got, err = by_person(self, reference, "accept", function(item, now)
    return person.accept(self, item, given, now)
  end)
  if not got then return nil, err end
  return report.item(self, got.record)
end

--- Takes a person's `found`, `absent` or `accept` back, and nothing else.
---@async
---@param reference string
---@param options { step: string?, who: string, why: string }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault code absent, or settled: there is none, or it
--- was sent again since
function Flow:reopen(reference, options)
  local given = options_of(self, "reopen", options)
  local got, err = by_person(self, reference, "reopen", function(item, now)
    return person.reopen(self, item, given, now)
  end)
  if not got then return nil, err end
  return report.item(self, got.record)
end

--- Takes an event of luapay.callback, or a list of them (then a list of true
--- and false comes back, in their order). True: it is written down, or none
--- of this flow's. Late and repeated ones do no harm.
---@async
---@param given luapay.callback.Event|luapay.callback.Event[]
---@return boolean|boolean[] taken
---@return luapay.Fault? fault beside false: let the event come again
function Flow:on_callback(given)
  return event.take(self, given)
end

-- ---- making a flow

local COMMON = {
  client = { type = "table", required = true },
  journal = { type = "table", required = true },
  run = { type = "string", default = "", empty = true },
  call = { type = "table" },
  words = { type = "table" },
  concurrency = {
    type = "number",
    positive = true,
    whole = true,
    default = 8,
  },
  pause = seconds(2),
  longest_pause = seconds(60),
  patience = seconds(600),
  horizon = seconds(),
  on_progress = { type = "function" },
  sleep = { type = "function" },
}

local function rules_of(kind)
  local rules = {}
  for _, list in ipairs { COMMON, kind.options or {} } do
    for name, rule in pairs(list) do
      rules[name] = rule
    end
  end
  return rules
end

local CALL = {
  timeout = { type = "number", positive = true },
  retries = { type = "number" },
  headers = { type = "table" },
}

local TAUGHT = { pending = true, done = true, closed = true }

local function check_more(self, what, level)
  local about = type(self.client.about) == "function" and self.client:about()
  if not about or about.api ~= self.kind.api then
    error(
      ("%s: client: expected luapay.%s's, got %s"):format(
        what,
        self.kind.api,
        about and "luapay." .. about.api .. "'s" or "none of luapay's"
      ),
      level
    )
  end
  local call =
    check_options(what .. ": call", self.call or {}, CALL, level + 1)
  local timeout = call.timeout or about.timeout
  if timeout > self.journal.lease / 2 then
    error(
      (
        "%s: call: a timeout of %g s is above half the journal's lease "
        .. "(%g s)"
      ):format(what, timeout, self.journal.lease),
      level
    )
  end
  for word, state in pairs(self.words or {}) do
    if type(word) ~= "string" or not TAUGHT[state] then
      error(
        what .. ': words: expected { WORD = "pending", "done" or "closed" }',
        level
      )
    end
  end
  return about
end

--- Makes the constructor of a flow: see doc of a `kind` in doc/flows.md.
---@param kind table
---@return fun(options: table): table
function kit.define(kind)
  local methods = {}
  for _, list in ipairs { Flow, kind.verbs or {} } do
    for name, method in pairs(list) do
      methods[name] = method
    end
  end
  local class, rules = { __index = methods }, rules_of(kind)
  local what = "luapay.flow." .. kind.name
  return function(options)
    local self = check_options(what, options, rules, 3)
    self.kind, self.name = kind, kind.name
    self.run_name, self.run = self.run, nil
    local about = check_more(self, what, 3)
    self.words = self.words or {}
    self.call = self.call or {}
    local sleep = self.sleep
    self.sleep = function(time)
      if sleep then return task.call_host(sleep, time) end
      local transport = self.client:transport()
      if transport.own then return transport:sleep(time) end
      return task.call_host(transport.sleep, transport, time)
    end
    self.new_progress = function(phase, total)
      return report.progress(self.on_progress, phase, total)
    end
    self.book = self.journal:book {
      account = about.account,
      flow = kind.name,
      run = self.run_name,
      main = kind.main,
      appraise = function(entries)
        return money.appraise(kind, entries)
      end,
    }
    if kind.make then kind.make(self, what) end
    return setmetatable(self, class)
  end
end

return kit
