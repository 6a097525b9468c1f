-- What orders look like to the customer and to the operator. Nothing is said
-- of money but what the provider who has it has said.

local desk = require "desk"

local views = {}

local PAYMENT = {
  asked = "Waiting for your payment",
  moved = "Paid; we are crediting your account",
  returned = "Your money was given back",
  unknown = "We are checking your payment",
  none = "The payment was not made",
}

local function said_of(payment, credit)
  if not payment then return "We are asking for your payment" end
  if not credit then return PAYMENT[payment.money] end
  if credit.money == "moved" and not credit.needs_person then
    return "Paid, and credited"
  elseif credit.money == "returned" and payment.money == "returned" then
    return "Rolled back: your money was given back"
  elseif credit.money == "returned" then
    return "Paid; the top-up was taken back, and your payment is with us"
  end
  return "Paid; we are checking the credit"
end

local CLASS = { moved = "done", unknown = "doubt", returned = "bad" }

local function class_of(item)
  if not item then return "" end
  if item.money == "none" and item.ended then return "bad" end
  return CLASS[item.money] or ""
end

local function steps_of(payment, credit)
  local is_asked = payment and payment.provider_id ~= nil
  local class = class_of(payment)
  return {
    { text = "Asked for payment", class = is_asked and "done" or class },
    { text = "Paid", class = is_asked and class or "" },
    { text = "Credited", class = class_of(credit) },
  }
end

local function is_over(payment, credit)
  if credit then return credit.ended and not credit.needs_person end
  return payment and payment.state == "closed" or false
end

--- An order as its page shows it.
function views.order(order)
  local payment = order.way:payment(order.reference)
  local credit = desk.credit(order.reference)
  local url, png
  if payment and payment.money == "asked" then
    url, png = order.way:page(payment)
  end
  return {
    reference = order.reference,
    name = order.account.name,
    amount = order.amount,
    currency = order.currency,
    said = said_of(payment, credit),
    final = is_over(payment, credit),
    url = url,
    png = png,
    steps = steps_of(payment, credit),
  }
end

-- One word for the operator: of what needs a person first.
local function word_of(payment, credit)
  if payment and payment.needs_person then return "payment parked" end
  if credit and credit.needs_person then return "credit parked" end
  if credit then return credit.state end
  return payment and payment.state or "sent"
end

local function line_of(order)
  local payment = order.way:payment(order.reference)
  local credit = desk.credit(order.reference)
  local now = credit or payment or {}
  local fault = now.state ~= "done" and now.fault
  return {
    reference = order.reference,
    created_at = order.created_at,
    time = os.date("%H:%M", order.created_at),
    hour = tonumber(os.date("%H", order.created_at)),
    name = order.account.name,
    amount = order.amount,
    currency = order.currency,
    state = word_of(payment, credit),
    payment = payment,
    credit = credit,
    what = said_of(payment, credit)
      .. (fault and ": " .. tostring(fault.message) or ""),
  }
end

local function midnight()
  local now = os.date "*t"
  return os.time {
    year = now.year,
    month = now.month,
    day = now.day,
    hour = 0,
  }
end

--- Today's orders, for the operator.
function views.today()
  local since, lines = midnight(), {}
  for order in desk.orders() do
    if order.created_at >= since then lines[#lines + 1] = line_of(order) end
  end
  return lines
end

return views
