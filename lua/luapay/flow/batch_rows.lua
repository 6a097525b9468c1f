-- batch_rows.lua - the rows of a batch of payments: checked, and made into
-- what is sent for them.

local core = require "luapay.core"
local day = require "luapay.flow.batch_day"

local rows = {}

local COUNTRIES = {
  DK = { currency = "DKK", limit = "300000" },
  FI = { currency = "EUR", limit = "2000" },
}

local FIELDS = {
  external_id = true,
  agreement_id = true,
  amount = true,
  due_date = true,
  description = true,
  grace_period_days = true,
}

local LONGEST = 189 -- bytes; with "/2024-01-05" a reference of the journal
local FARTHEST = 126 -- days ahead
local SHOWN = 30 -- characters of an external_id on bank statements

--- What a flow needs to check its rows: currency, limit.
---@param flow table
---@return table? rules
---@return string? problem of an option
function rows.rules(flow)
  local country = COUNTRIES[flow.country]
  local currency = flow.currency or country.currency
  local limit, problem = core.money(flow.limit or country.limit, currency)
  if not limit then return nil, problem.message end
  return { currency = currency, limit = limit.minor, most = limit.decimal }
end

local function amount_of(rules, value)
  local money, err = core.money(value, rules.currency)
  if not money then return nil, err.message end
  if money.currency ~= rules.currency then
    return nil, "expected " .. rules.currency
  elseif money.minor <= 0 then
    return nil, "must be above 0"
  elseif money.minor > rules.limit then
    return nil, ("must be at most %s %s"):format(rules.most, rules.currency)
  end
  return money.decimal
end

local function check_names(row)
  for name in pairs(row) do
    if not FIELDS[name] then return tostring(name), "no such field" end
  end
  local id = row.external_id
  if type(id) ~= "string" or id == "" then
    return "external_id", "expected a text of your own"
  elseif #id > LONGEST or id:find "[%z\1-\31\127]" then
    return "external_id",
      ("expected at most %d bytes, no control characters"):format(LONGEST)
  end
end

--- Whether a day may be the day of a payment that is sent today.
---@param due integer
---@param today integer
---@return string? problem
function rows.day_problem(due, today)
  local ahead = due - today
  if ahead < 1 then return "must be at least 1 day ahead" end
  if ahead > FARTHEST then
    return ("must be at most %d days ahead"):format(FARTHEST)
  end
end

-- The call's own view of it: lengths, UUIDs, types.
local function check_call(flow, payment)
  local good, err =
    flow.client:check("request_payments", { payments = { payment } })
  if good then return nil end
  return (err.field or "?"):gsub("^payments%[1%]%.?", ""), err.message
end

--- Makes of a row what is sent for it. A day that is not allowed is told
--- apart: the row may be known since it was.
---@param flow table
---@param row table
---@param today integer
---@return table? payment
---@return string? field with a payment: the day is not allowed (any more)
---@return string? problem
function rows.read(flow, row, today)
  local field, problem = check_names(row)
  if field then return nil, field, problem end
  local payment = {}
  for name, value in pairs(row) do
    payment[name] = value
  end
  payment.due_date = row.due_date or flow.due_date
  payment.amount, problem = amount_of(flow.rules, row.amount)
  if not payment.amount then return nil, "amount", problem end
  field, problem = check_call(flow, payment)
  if field then return nil, field, problem end
  local due = day.number(payment.due_date)
  if not due then return nil, "due_date", "expected a day like 2024-01-05" end
  problem = rows.day_problem(due, today)
  return payment, problem and "due_date", problem
end

--- By what a payment is known: an external_id is unique on a day.
---@param payment table
---@return string
function rows.reference(payment)
  return payment.external_id .. "/" .. payment.due_date
end

--- Whether bank statements show all of an external_id.
---@param id string
---@return boolean
function rows.is_shown(id)
  if #id <= SHOWN then return true end
  local _, more = id:gsub("[\128-\191]", "")
  return #id - more <= SHOWN
end

return rows
