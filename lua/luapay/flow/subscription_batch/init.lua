-- Payments of agreements at MobilePay Subscriptions, many at once: a million
-- rows from any iterator, written down before they are sent, in requests of
-- at most 2000, and followed to their end. Memory does not grow with them.

local core = require "luapay.core"
local day = require "luapay.flow.subscription_batch.day"
local guard = require "luapay.guard"
local kit = require "luapay.flow.kit"
local subscriptions = require "luapay.flow.subscriptions"

local items, report, step = kit.items, kit.report, kit.step

local COUNTRIES = {
  DK = { currency = "DKK", limit = "300000" },
  FI = { currency = "EUR", limit = "2000" },
}

local NEAREST, FARTHEST = 2, 126 -- days ahead
local MOST = 2000 -- payments that a request may have

local kind = {
  name = "subscription_batch",
  api = "mobilepay_subscriptions",
  main = "request",
  intended = { pending = true, done = true },
  horizon = 3600, -- 202 only takes in, and lists lag
  fields = {
    agreement_id = "string",
    amount = "money",
    description = "string",
    due_date = "string",
    external_id = "string",
    grace_period_days = "number",
    next_payment_date = "string",
  },
  options = {
    run = { type = "string", required = true },
    country = {
      type = "string",
      choices = { DK = true, FI = true },
      default = "DK",
    },
    currency = { type = "string" },
    limit = { type = "string" },
    portion = {
      type = "number",
      positive = true,
      whole = true,
      default = 500,
    },
    concurrency = {
      type = "number",
      positive = true,
      whole = true,
      default = 4,
    },
    attempts = { type = "number", positive = true, whole = true, default = 3 },
    bad_rows = {
      type = "string",
      choices = { refuse = true, skip = true },
      default = "refuse",
    },
    on_bad_row = { type = "function" },
  },
}

function kind.make(flow, what)
  if flow.portion > MOST then
    error(("%s: portion: expected at most %d"):format(what, MOST), 4)
  end
  local country = COUNTRIES[flow.country]
  local currency = flow.currency or country.currency
  local limit, problem = core.money(flow.limit or country.limit, currency)
  if not limit then error(what .. ": limit: " .. problem.message, 4) end
  flow.currency, flow.limit = currency, limit
end

function kind.awaited(item)
  return item.provider_status == "Executed"
end

-- ---- rows

local function amount_problem(flow, given)
  if given == nil then return "is required" end
  local money, err = core.money(given, flow.currency)
  if not money then return err.message end
  if money.currency ~= flow.currency then
    return "expected " .. flow.currency
  elseif money.minor <= 0 then
    return "must be above 0"
  elseif money > flow.limit then
    return ("must be at most %s %s"):format(flow.limit.decimal, flow.currency)
  end
end

local function today(flow)
  return day.of(flow.journal:now(), flow.country)
end

-- Why a payment of a day cannot be sent today, or nil.
local function day_problem(flow, due)
  local ahead = due - today(flow)
  if ahead < NEAREST then
    return ("must be at least %d days ahead"):format(NEAREST)
  elseif ahead > FARTHEST then
    return ("must be at most %d days ahead"):format(FARTHEST)
  end
end

function kind.want(flow, item, given)
  local id = item.external_id or item.reference
  local problem = amount_problem(flow, given.amount)
  if problem then return nil, "amount", problem end
  local dated = item.due_date
  local due = dated and day.number(dated) or today(flow) + NEAREST
  if dated and not day.number(dated) then
    return nil, "due_date", "expected a day like 2024-01-05"
  end
  local late = dated and day_problem(flow, due)
  local args = {
    agreement_id = item.agreement_id,
    amount = item.amount,
    description = item.description,
    due_date = day.text(due),
    external_id = id,
    grace_period_days = item.grace_period_days,
    next_payment_date = item.next_payment_date,
  }
  local good, err =
    flow.client:check("request_payments", { payments = { args } })
  if not good then
    local field = (err.field or "?"):gsub("^payments%[1%]%.?", "")
    if field == "external_id" and not item.external_id then
      return nil, field, "give one: the reference cannot be it"
    end
    return nil, field, err.message
  end
  return {
    args = args,
    amount = item.amount,
    currency = flow.currency,
    external_id = id,
    unique = id .. "\0" .. tostring(item.agreement_id),
    -- a day that nobody has named is no matter when the row comes again
    compared = {
      args.agreement_id,
      args.amount,
      args.description,
      id,
      dated or "",
      tostring(args.grace_period_days),
    },
    late = late and { "due_date", late } or nil,
  }
end

-- Where a bad row is to be skipped, it is only told.
function kind.bad_row(flow, number, err)
  if flow.on_bad_row then
    local field = err.field:gsub("^items%[%d+%]%.", "")
    flow.on_bad_row(number, field, err.message)
  end
  return flow.bad_rows == "skip"
end

-- ---- sending

local many = {}

function many.request(_, entries)
  local payments = {}
  for i, entry in ipairs(entries) do
    payments[i] = entry.details.args
  end
  return "request_payments", { payments = payments }
end

-- By this an answer names a payment.
function many.key(entry)
  return entry.external_id
end

-- It was planned too long ago.
function many.refuse(flow, entry)
  local due = day.number(entry.details.args.due_date)
  local problem = day_problem(flow, due)
  if problem then return "due_date", problem end
end

-- One bad row makes MobilePay refuse the whole request.
function many.halve(err)
  return err.status == 400 or err.status == 412
end

function many.keep(flow, result, entries)
  local said = {}
  for _, one in ipairs(result.rejected_payments or {}) do
    said[one.external_id or false] = {
      err = step.fault(flow, {
        kind = "refused",
        status = 202,
        message = one.error_description or "rejected",
      }),
    }
  end
  for _, one in ipairs(result.pending_payments or {}) do
    if one.payment_id then
      said[one.external_id or false] =
        { provider_id = one.payment_id, status = "Requested" }
    end
  end
  local list = {}
  for i, entry in ipairs(entries) do
    list[i] = said[entry.external_id]
  end
  return list
end

-- ---- reading

-- The payments of an agreement, read once a recovery.
local function list_of(flow, entry, memo)
  local id = entry.details.args.agreement_id
  local key = "payments of " .. id
  if not memo[key] then
    local read_at = flow.journal:now()
    local list, err =
      flow.client:list_payment_requests({ agreementid = id }, flow.call)
    if not list then
      if err.kind ~= "not_found" then return nil, err end
      list = { person = "no_agreement" }
    end
    memo[key] = { list = list, read_at = read_at }
  end
  return memo[key]
end

local function told_of(payment)
  return {
    provider_id = payment.id,
    status = payment.status,
    amount = payment.amount,
  }
end

-- Those of the list that the entry may have made.
local function candidates(flow, entry, memo)
  local got, err = list_of(flow, entry, memo)
  if not got then return nil, err end
  local args = entry.details.args
  local found = { read_at = got.read_at, person = got.list.person }
  for _, payment in ipairs(got.list) do
    local due = tostring(payment.due_date):sub(1, 10)
    if payment.external_id == entry.external_id and due == args.due_date then
      found[#found + 1] = told_of(payment)
    end
  end
  return found
end

-- A payment that was sent twice is declined once: then the other counts.
local function twin_of(flow, entry, memo)
  local found, err = candidates(flow, entry, memo)
  if not found then return nil, err end
  local twins, ids = {}, {}
  for _, told in ipairs(found) do
    if told.provider_id ~= entry.provider_id then
      twins[#twins + 1], ids[#ids + 1] = told, told.provider_id
    end
  end
  if #twins == 1 then
    twins[1].instead = true
    return twins[1]
  elseif twins[1] then
    return {
      state = "parked",
      person = "candidates",
      keep = { candidates = ids },
    }
  end
  return { status = "Declined" }
end

local function find_one(flow, entry, memo)
  local doubt = (entry.outcome or {}).doubt
  if doubt or not memo.many then
    return flow.client:get_payment_request({
      agreementid = entry.details.args.agreement_id,
      paymentid = entry.provider_id,
    }, flow.call)
  end
  local got, err = list_of(flow, entry, memo)
  if not got then return nil, err end
  for _, payment in ipairs(got.list) do
    if payment.id == entry.provider_id then return payment end
  end
  return false
end

local function ask(flow, entry, memo)
  local payment, err = find_one(flow, entry, memo)
  if not payment then return payment, err end
  if payment.status == "Declined" and entry.attempt > 1 then
    return twin_of(flow, entry, memo)
  end
  return {
    status = payment.status,
    amount = subscriptions.amount(payment.status, payment.amount),
  }
end

kind.steps = {
  request = {
    effect = "moves",
    words = {
      Requested = "pending",
      Valid = "pending",
      Created = "pending",
      Suspended = "pending",
      Pending = "pending",
      Invalid = "pending", -- Declined follows
      Executed = "done",
      Failed = "closed",
      Rejected = "closed",
      Declined = "closed",
      Canceled = "closed",
      Cancelled = "closed",
    },
    ranks = {
      Requested = 1,
      Pending = 1,
      Valid = 2,
      Created = 3,
      Suspended = 4,
      Invalid = 5,
    },
    turns = {
      ["closed>done"] = {}, -- stop the reminder
      ["done>closed"] = { state = "parked", person = "reversed" },
    },
    many = many,
    ask = ask,
    find = candidates,
    together = function(entry)
      return entry.details.args.agreement_id
    end,
    advice = {
      no_agreement = "MobilePay knows the agreement no more. Find out there "
        .. "whether the payment is: then call found(reference, { "
        .. "provider_id = its payment_id }); if not, absent(reference).",
      reversed = "MobilePay said that it was executed, and takes that back. "
        .. "Ask it which holds before you refund or collect again. If it was "
        .. "executed, call accept(reference, { who, why }); if not, "
        .. "absent(reference).",
    },
  },
}

-- ---- callbacks

kind.events = {
  payment = {
    id = "payment_id",
    external = true,
    told = subscriptions.told,
    could_be = function(_, entry, told)
      return entry.external_id == told.external_id
    end,
    hint = function(_, event, record)
      return event.status == "Declined" and step.main(record).attempt > 1
    end,
  },
}

function kind.view(_, item, main)
  local args = main.details.args
  item.external_id = main.external_id
  item.agreement_id = args.agreement_id
  item.due_date = args.due_date
end

-- ---- verbs of its own

kind.verbs = {}

--- Writes rows down, and sends nothing: `work` does, here or elsewhere. A
--- plan counts only when all of it is written. Safe to repeat.
---@async
---@param rows table[]|fun(): table?
---@return luapay.FlowReport? report of the run
---@return luapay.Fault? fault kind "argument": bad rows; nothing is planned
function kind.verbs:plan(rows)
  if type(rows) ~= "table" and type(rows) ~= "function" then
    error("flow.subscription_batch:plan: expected rows", 2)
  elseif type(rows) == "table" then
    items.check_list(self, rows, "rows")
  end
  local told = report.new(self)
  local open, err = items.plan_rows(self, rows, told)
  if not open then return nil, err end
  if told.worst then return told:conclude() end
  return self:report()
end

--- Sends what is planned in the run, beside other workers if there are any.
---@async
---@return luapay.FlowReport? report of what was sent
---@return luapay.Fault? fault as of `run`
function kind.verbs:work()
  return items.send_planned(self, report.new(self))
end

local CHUNK = 500

--- Plans again what has certainly failed: never what was closed. For `work`.
---@async
---@return luapay.FlowReport? report of the run
---@return luapay.Fault? fault of the journal
function kind.verbs:retry()
  local list = {}
  local function flush()
    local references = list
    list = {}
    if not references[1] then return true end
    return self.book:change_many(references, function(all)
      for _, item in ipairs(all) do
        local main = step.main(item)
        if main.state == "failed" then
          item:set(main, { state = "planned", fault = step.NONE })
        end
      end
      return true
    end)
  end
  local good, err = guard.call(function()
    for record in self.book:items { states = { "failed" } } do
      list[#list + 1] = record.reference
      if #list == CHUNK then
        local done, why = flush()
        if not done then error(why, 0) end
      end
    end
    local done, why = flush()
    if not done then error(why, 0) end
  end)
  if not good then return nil, err end
  return self:report()
end

--- Makes a batch: `luapay.flow.subscription_batch{...}`.
---
--- What all flows take; `run` (required: the name of this batch); `country`
--- ("DK" or "FI": limit, currency and day), `limit` (another one: "60000"),
--- `currency`; `portion` (payments of a request: 500, at most 2000),
--- `concurrency` (requests side by side: 4), `attempts` (requests in a row
--- that nobody answers, after which it stops: 3), `bad_rows` ("refuse" all,
--- or "skip" the bad ones), `on_bad_row(number, field, message)`.
---
--- An item has `reference`, `agreement_id`, `amount`, `description`, and maybe
--- `due_date` (2024-01-05: 2 to 126 days ahead; without one the first of
--- these), `external_id` (the reference unless given), `grace_period_days`.
return kit.define(kind)
