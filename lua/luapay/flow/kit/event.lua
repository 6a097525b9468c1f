-- event.lua - what callbacks say, put into the journal. True: it is written
-- down, or is none of this flow's. False and a fault: let it come again.

local fault = require "luapay.fault"
local guard = require "luapay.guard"
local items = require "luapay.flow.kit.items"
local money = require "luapay.flow.kit.money"
local settle = require "luapay.flow.kit.settle"
local step = require "luapay.flow.kit.step"

local event = {}

local OPEN = money.OPEN

local function early(flow, id)
  return step.fault(flow, {
    kind = "unsettled",
    code = "early",
    outcome = "unknown",
    message = ("%s is not known yet: let it come again"):format(id),
  })
end

-- Whether an open entry that has no id yet may be what an event is about.
local function could_be(flow, rule, told, entry)
  if not OPEN[entry.state] or entry.provider_id then return false end
  return not rule.could_be or rule.could_be(flow, entry, told)
end

-- The one open entry that has the event's own name for it.
local function by_external_id(flow, rule, told)
  local id = rule.external and told.external_id
  if not id then return false end
  local list, err = flow.book:by_external_id(id)
  if not list then return nil, err end
  local found
  for _, record in ipairs(list) do
    local main = step.main(record)
    if main and could_be(flow, rule, told, main) then
      if found then return false end
      found = record
    end
  end
  return found or false
end

local function something_open(flow, rule, told)
  local good, each = guard.call(flow.book.items, flow.book, {
    states = { "sent", "unknown", "parked" },
    runs = "all",
  })
  if not good then return nil, each end
  while true do
    local fine, record = guard.call(each)
    if not fine then return nil, record end
    if not record then return false end
    local main = step.main(record)
    if main and could_be(flow, rule, told, main) then return true end
  end
end

-- Nobody has this id: it is kept until somebody does, or is none of ours.
local function keep(flow, rule, told, verified)
  local open, err = something_open(flow, rule, told)
  if open == nil then return false, err end
  if not open then return true end
  if not verified then return false, early(flow, told.provider_id) end
  local kept, why = flow.book:add_event(told.provider_id, told)
  if not kept then return false, why end
  local record, no = flow.book:by_provider_id(told.provider_id)
  if record == nil then return false, no end
  return true, nil, record or nil -- bound meanwhile
end

-- What is to be done about one event: a job, or the answer at once.
local function resolve(flow, given)
  local rule = given.api == flow.kind.api and flow.kind.events
  rule = rule and rule[given.kind]
  if not rule then return nil, true end
  local id = given[rule.id]
  if id == nil then return nil, true end
  local told = rule.told(flow, given)
  told.provider_id = tostring(id)
  local is_hint = rule.hint == true
  local verified = given.verified ~= false and not is_hint
  local record, err = flow.book:by_provider_id(told.provider_id)
  if record == nil then return nil, false, err end
  if not record and rule.act then return nil, true end
  if not record and verified then
    record, err = by_external_id(flow, rule, told)
    if record == nil then return nil, false, err end
  end
  if not record then
    local good, why, bound = keep(flow, rule, told, verified)
    if not bound then return nil, good, why end
    record = bound
  end
  if money.is_purged(record.entries) then return nil, true end -- too late
  if verified and type(rule.hint) == "function" then
    verified = not rule.hint(flow, given, record)
  end
  return {
    event = given,
    rule = rule,
    told = told,
    record = record,
    verified = verified,
  }
end

local function targets_of(flow, jobs)
  local list, places = {}, {}
  for _, job in ipairs(jobs) do
    local key = job.record.run .. "\0" .. job.record.reference
    if not places[key] then
      places[key] = { first = #list + 1 }
      for _, target in ipairs(step.targets(flow, step.main(job.record))) do
        list[#list + 1] = target
      end
      places[key].last = #list
    end
    job.place = places[key]
  end
  return list
end

-- The items of one event: its own, and those of other flows beside it.
local function items_of(all, place)
  local own = {}
  for i = place.first, place.last do
    own[#own + 1] = all[i]
  end
  return own
end

-- Writes what all events say in one commit.
local function write(flow, jobs)
  if not jobs[1] then return true end
  return flow.journal:change(targets_of(flow, jobs), function(all, now)
    for _, job in ipairs(jobs) do
      local own = items_of(all, job.place)
      local item = own[1]
      local main = step.main(item)
      job.did = main and step.learn(flow, item, main, job.told, now)
      local after = main and money.spec(flow.kind, main).after
      if job.did and after then after(flow, item, main, job.told, now) end
      step.conclude_links(flow, own, now)
    end
    return true
  end, { known = { reference = jobs[1].record.reference } })
end

-- Anybody may have sent it, and the provider cannot be asked.
local function not_believed(flow, job)
  return false,
    step.fault(flow, {
      kind = "unsettled",
      code = "unverified",
      outcome = "unknown",
      message = job.told.provider_id
        .. ": it is not known who has sent this, and nobody can be asked:"
        .. " set event.verified where you have checked the sender",
    })
end

-- Reads how an item stands where an event alone does not say so.
local function read(flow, job)
  local main = step.main(job.record)
  local can_ask = step.can_ask(money.spec(flow.kind, main), main)
  if not (job.verified or can_ask) then return not_believed(flow, job) end
  local record, err = settle.read(flow, job.record, {})
  if record or job.verified then return true end -- the doubt is written
  local copied = fault.copy(err)
  copied.outcome = "unknown"
  return false, copied
end

local function take(flow, list)
  local answers, faults, jobs, writes = {}, {}, {}, {}
  for i, given in ipairs(list) do
    local job, answer, err = resolve(flow, given)
    jobs[i], answers[i], faults[i] = job or false, answer, err
    if job and job.verified and not job.rule.act then
      writes[#writes + 1] = job
    end
  end
  local good, why = write(flow, writes)
  for i, job in ipairs(jobs) do
    if not job then
      answers[i] = answers[i] or false
    elseif job.rule.act and job.verified then
      answers[i], faults[i] = job.rule.act(flow, job.event, job.record)
    elseif job.rule.act then
      answers[i], faults[i] = not_believed(flow, job)
    elseif not job.verified then
      answers[i], faults[i] = read(flow, job)
    elseif not good then
      answers[i], faults[i] = false, fault.copy(why)
    else
      answers[i] = true
      if job.did == "ask" then
        answers[i], faults[i] = read(flow, job)
      end
    end
  end
  return answers, faults
end

--- See kit/init.lua.
---@async
---@return boolean|boolean[] taken
---@return luapay.Fault? fault
function event.take(flow, given)
  if type(given) ~= "table" then
    error(("flow.%s: on_callback: expected an event"):format(flow.name), 3)
  end
  if given.api == nil and (given[1] ~= nil or next(given) == nil) then
    items.check_list(flow, given, "on_callback")
    return (take(flow, given))
  end
  local answers, faults = take(flow, { given })
  if answers[1] then return true end
  return false, faults[1]
end

return event
