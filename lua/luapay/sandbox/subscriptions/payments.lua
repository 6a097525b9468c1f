-- Payments of an agreement: asked for in batches, looked at later. What
-- becomes of them then: payment_life.lua.

local check = require "luapay.sandbox.subscriptions.check"
local fields = require "luapay.sandbox.subscriptions.fields"
local json = require "luapay.sandbox.json"
local life = require "luapay.sandbox.subscriptions.payment_life"
local patch = require "luapay.sandbox.subscriptions.patch"
local view = require "luapay.sandbox.subscriptions.view"

local payments = {}

local MOST = 2000

local function reject(item, problem)
  local id = type(item) == "table" and item.external_id
  return {
    external_id = type(id) == "string" and id or json.null,
    error_description = problem.text,
  }
end

-- What is wrong with this batch on a bad day: how many rows are taken, and
-- how many are named in the answer; or nil and a refusal.
local function limits(state, list)
  local order = state.order or {}
  if order.fault == "refuse_row" then
    for _, item in ipairs(list) do
      if type(item) == "table" and item.external_id == order.external_id then
        return nil, { status = 400, text = "A payment is not valid." }
      end
    end
  end
  local taken = order.fault == "partial" and order.rows or #list
  return taken, order.fault == "unnamed" and order.rows or taken
end

--- Takes a batch in. Only what is wrong with the form of a payment is said
--- now; all else comes as a callback.
function payments.request(state, args, caller)
  local provider, refusal = state:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  if #args.list > MOST then
    return nil,
      { status = 400, text = "At most 2000 payments can be requested." }
  end
  if not provider.payment_status_callback_url then
    return nil,
      { status = 412, text = "payment_status_callback_url is not set." }
  end
  local taken, named = limits(state, args.list)
  if not taken then return nil, named end
  local pending, rejected = json.list {}, json.list {}
  for i, item in ipairs(args.list) do
    if i > taken then break end
    local row, problem = check.object(item, fields.payment)
    local payment = row and life.begin(state, provider, row)
    if payment and i <= named then
      pending[#pending + 1] =
        { payment_id = payment.id, external_id = payment.external_id }
    elseif i <= named then
      rejected[#rejected + 1] = reject(item, problem)
    end
  end
  return { pending_payments = pending, rejected_payments = rejected }
end

--- Lowers the amount: measured by the first one, not by the last.
function payments.update(state, args, caller)
  local payment, refusal = state:payment(args, caller, "Regular")
  if not payment then return nil, refusal end
  local changes
  changes, refusal = patch.read(args.list, fields.payment_paths)
  if not changes then return nil, refusal end
  if not life.is_pending(payment) then
    return nil, { status = 409, text = "The payment is not pending." }
  end
  for _, change in ipairs(changes) do
    if change.value >= payment.requested then
      return nil, { status = 400, text = "The amount can only be decreased." }
    end
  end
  local last = changes[#changes].value
  payment.amount, payment.decreased = last, payment.requested - last
end

--- The merchant takes a pending payment back.
function payments.decline(state, args, caller)
  local payment, refusal = state:payment(args, caller, "Regular")
  if not payment then return nil, refusal end
  if not life.is_pending(payment) then
    return nil, { status = 409, text = "The payment is not pending." }
  end
  life.finish(state, payment, "Declined", 50002)
end

--- One payment.
function payments.get(state, args, caller)
  local payment, refusal, agreement = state:payment(args, caller, "Regular")
  if not payment then return nil, refusal end
  return view.payment(state, payment, agreement)
end

-- A list of an agreement's payments of a type, oldest first.
local function lister(type, show)
  return function(state, args, caller)
    local agreement, refusal = state:agreement(args, caller)
    if not agreement then return nil, refusal end
    local out = json.list {}
    for _, payment in ipairs(agreement.payments) do
      if payment.type == type and state:lists(payment.made) then
        out[#out + 1] = show(state, payment, agreement)
      end
    end
    return out
  end
end

payments.list = lister("Regular", view.payment)
payments.list_one_offs = lister("OneOff", view.one_off)

return payments
