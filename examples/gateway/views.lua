-- What orders look like to the customer and to the operator.

local desk = require "desk"

local views = {}

local SAID = {
  pending = "Waiting for your payment",
  done = "Paid; we are crediting your account",
  failed = "The payment was not made",
  sent = "We are asking for your payment",
  compensated = "Your money was given back",
}

local CREDITED = {
  done = "Paid, and credited",
  compensated = "Rolled back: your money was given back",
}

local CLASS = {
  done = "done",
  failed = "bad",
  parked = "doubt",
  unknown = "doubt",
  compensated = "bad",
}

local function said_of(payment, credited)
  if credited then
    return CREDITED[credited.state] or "Paid; we are checking the credit"
  end
  return SAID[payment.state] or "We are checking your payment"
end

local function steps_of(payment, credited)
  local class = CLASS[payment.state] or ""
  local is_asked = payment.provider_id ~= nil
  return {
    { text = "Asked for payment", class = is_asked and "done" or class },
    { text = "Paid", class = is_asked and class or "" },
    { text = "Credited", class = credited and CLASS[credited.state] or "" },
  }
end

local ASKING = { state = "sent" } -- before there is an entry of it

--- An order as its page shows it.
function views.order(order)
  local payment = order.way:entry(order.reference) or ASKING
  local credited = desk.topped_up(order.reference)
  local settled = credited and CREDITED[credited.state]
  local url, png
  if payment.state == "pending" then
    url, png = order.way:page(payment)
  end
  return {
    reference = order.reference,
    name = order.account.name,
    amount = order.amount,
    currency = order.currency,
    said = said_of(payment, credited),
    final = settled or payment.state == "failed",
    url = url,
    png = png,
    steps = steps_of(payment, credited),
  }
end

local function line_of(order)
  local payment = order.way:entry(order.reference) or ASKING
  local credited = desk.topped_up(order.reference)
  local now = credited or payment
  local fault = now.fault or (now.outcome or {}).fault
  return {
    reference = order.reference,
    created_at = order.created_at,
    time = os.date("%H:%M", order.created_at),
    hour = tonumber(os.date("%H", order.created_at)),
    name = order.account.name,
    amount = order.amount,
    currency = order.currency,
    state = now.state,
    credit = credited and credited.state,
    what = said_of(payment, credited)
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
