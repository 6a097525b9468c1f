-- What moves money, or says that it was moved: authorizations, captures,
-- cancels and refunds, of payments and of MIT payments.

local activation = require "luapay.sandbox.online.activation"
local means = require "luapay.sandbox.online.means"

local money = {}

local function book(world, payment, row)
  row.payment, row.merchant = payment.paymentId, payment.merchantId
  row.currency = means.currency(payment.currencyCode)
  row.time = world:now()
  return world.ledger:book(row)
end

--- A payment is authorised by an attempt; with autoCapture it is captured
--- at once.
function money.authorize(world, payment, attempt)
  payment.state = "authorized"
  world.open[payment.paymentId] = nil
  book(
    world,
    payment,
    { kind = "authorization", amount = payment.amount, id = attempt.id }
  )
  if payment.autoCapture and payment.amount > 0 then
    book(
      world,
      payment,
      { kind = "capture", amount = payment.amount, id = world:id("capture") }
    )
  end
  if payment.agreement then activation.by(world, payment, attempt) end
end

-- How much is left to capture or cancel, and to refund.
local function uncaptured(totals)
  return totals.authorized - totals.captured - totals.cancelled
end

local function unrefunded(totals)
  return totals.captured - totals.refunded
end

-- The part that the same key has led to; a key with another amount is a
-- mistake.
local function known_part(world, payment, kind, args)
  local row =
    world.ledger:find(payment.paymentId, kind, args[kind .. "Identifier"])
  if row and row.amount ~= args.amount then return nil, "key_taken" end
  return row
end

local function take_part(world, payment, kind, args, left)
  local row, refusal = known_part(world, payment, kind, args)
  if row or refusal then return row, refusal end
  if payment.state ~= "authorized" then return nil, "not_authorized" end
  if args.amount > left(world.ledger:totals(payment.paymentId)) then
    return nil, "exceeds"
  end
  return book(world, payment, {
    kind = kind,
    amount = args.amount,
    id = world:id(kind),
    key = args[kind .. "Identifier"],
  })
end

-- An endpoint that takes a part: `things` is "payments" or "mits"; `before`
-- may still refuse.
local function endpoint(kind, left)
  return function(things, before)
    return function(world, args, caller)
      local payment, refusal = world:own(things, args.paymentId, caller)
      refusal = refusal or before and before(world, payment, args)
      if refusal then return nil, refusal end
      local row
      row, refusal = take_part(world, payment, kind, args, left)
      return row and { [kind .. "Id"] = row.id }, refusal
    end
  end
end

money.capture = endpoint("capture", uncaptured)
money.cancel = endpoint("cancel", uncaptured)
money.refund = endpoint("refund", unrefunded)

return money
