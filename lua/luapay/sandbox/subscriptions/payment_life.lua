-- The life of a payment: Requested, then Valid or Declined, Created when
-- the user sees it, and Executed on its day, or Suspended and tried again
-- until it is Executed or has Failed. The user may reject it on the way,
-- the merchant decline it.

local callbacks = require "luapay.sandbox.subscriptions.callbacks"
local date = require "luapay.sandbox.subscriptions.date"
local rules = require "luapay.sandbox.subscriptions.payment_rules"

local life = {}

local SEEN = 8 -- days ahead
local HOURS = { 3.25, 6, 13.5, 18, 20, 22.5 } -- at which it is tried
local LAST = 23 + 59 / 60 -- of the last day

local PENDING =
  { Requested = true, Valid = true, Created = true, Suspended = true }

local TEXTS = {
  [50001] = "Rejected by user.",
  [50002] = "Declined by merchant.",
  [50003] = 'Declined by system: Agreement is not "Active" state.',
  [50004] = "Declined by system: Another payment is already due.",
  [50005] = "Declined by system: Agreement was canceled.",
  [50006] = "Declined by system.",
  [50009] = "Declined due to user status.",
  [50010] = "Agreement does not exist.",
  [50011] = "Due date of the payment must be at least 1 day in the future.",
  [50012] = "Due date must be no more than 126 days in the future.",
}

--- Whether it can still be changed, declined or rejected.
function life.is_pending(payment)
  return PENDING[payment.status] == true
end

--- Ends a payment, and tells so.
function life.finish(state, payment, status, code)
  payment.status = status
  local day = state.due[payment.due_key]
  if day then day[payment.slot] = nil end
  callbacks.payment(state, payment, code, TEXTS[code])
end

local function today(state)
  return date.day_of(state:now(), state.options.country)
end

-- The next hour at which it is tried, or the minute at which it has failed.
local function next_try(state, payment)
  local country = state.options.country
  local last_day = payment.due + (payment.grace or 1) - 1
  for day = math.max(payment.due, today(state)), last_day do
    for _, hour in ipairs(HOURS) do
      local time = date.time(day, hour, country)
      if time > state:now() then return time, true end
    end
  end
  return date.time(last_day, LAST, country), false
end

local function fail(state, payment)
  if life.is_pending(payment) then
    life.finish(state, payment, "Failed", 50000)
  end
end

local function execute(state, payment)
  payment.transaction = state:book(payment, "execution", payment.amount)
  payment.paid_at = state:now()
  life.finish(state, payment, "Executed", 0)
end

local function try(state, payment)
  if not life.is_pending(payment) then return end
  if (payment.failures or 0) <= 0 then return execute(state, payment) end
  payment.failures = payment.failures - 1
  payment.status = "Suspended"
  local time, again = next_try(state, payment)
  state.agenda:add(time, again and try or fail, payment)
end

local function show(state, payment)
  if not life.is_pending(payment) then return end
  payment.status = "Created"
  local time = date.time(payment.due, HOURS[1], state.options.country)
  state.agenda:add(time, try, payment)
end

-- The rules of business, some time after the batch was taken in.
local function validate(state, payment)
  if not life.is_pending(payment) then return end
  local code = rules(state, payment)
  if code then return life.finish(state, payment, "Declined", code) end
  payment.status = "Valid"
  local time = date.time(payment.due - SEEN, 0, state.options.country)
  state.agenda:add(math.max(time, state:now()), show, payment)
end

--- Begins a payment, whatever may come of it.
---@param state table
---@param provider table
---@param row table as fields.payment has read it
---@return table payment
function life.begin(state, provider, row)
  local agreement = state.agreements[row.agreement_id]
  local payment = {
    id = state:id "payment",
    type = "Regular",
    status = "Requested",
    made = state:now(),
    provider = provider.id,
    agreement = row.agreement_id,
    currency = agreement and agreement.currency or provider.currency,
    requested = row.amount,
    amount = row.amount,
    decreased = 0,
    due = date.day(row.due_date),
    due_date = row.due_date,
    asked = today(state),
    external_id = row.external_id,
    description = row.description,
    next_payment_date = row.next_payment_date,
    grace = row.grace_period_days,
  }
  state.payments[payment.id] = payment
  if agreement and agreement.provider == provider.id then
    table.insert(agreement.payments, payment)
  end
  if not state.options.dormant then
    state.agenda:add(callbacks.next_batch(state), validate, payment)
  end
  return payment
end

return life
