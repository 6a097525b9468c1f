-- The operator's page: today's payments, what needs a person first, and what
-- to do about each.

local pages = require "pages"
local web = require "web"

local operator = {}

local ROW = [[
<tr><td>{time}</td><td>{name}</td>
<td class="number">{amount} {currency}</td>
<td><span class="state {state}">{state}</span><br>{what}</td>
<td>{{todo}}</td></tr>
]]

local BUTTON = [[
<form method="post" action="/operator/{action}">
<input type="hidden" name="reference" value="{reference}">
<input type="hidden" name="token" value="{token}">
{{input}}<button class="plain">{label}</button></form>
]]

local TRANSACTION = [[
<label>Its transactionId <input type="text" name="transactionId" required>
</label>
]]

local function button(order, action, label, input)
  return web.fill(BUTTON, {
    action = action,
    reference = order.reference,
    label = label,
    input = input or "",
    token = web.token("operator/" .. action .. "/" .. order.reference),
  })
end

-- What to do about an order, as HTML.
local function todo(order)
  local payment, credit = order.payment, order.credit
  if payment and payment.needs_person then
    return web.escape(payment.advice)
  elseif credit and credit.needs_person then
    local html = web.escape(credit.advice)
    if credit.step ~= "credit" or credit.money ~= "unknown" then
      return html
    end
    return html
      .. button(order, "booked", "It was credited", TRANSACTION)
      .. button(order, "absent", "It was not credited")
  elseif credit and credit.state == "failed" then
    return button(order, "again", "Credit it again")
  elseif credit and credit.money == "moved" then
    return button(order, "undo", "Roll the top-up back")
  elseif credit and credit.money == "returned" then
    return "Give the payment back at the provider, if it is to be."
  end
  return ""
end

local CHART = [[
<svg class="chart" viewBox="0 0 480 120" role="img"
  aria-label="Payments of today by the hour, the most in one hour: {most}">
{{bars}}</svg>
]]

local BAR = '<rect x="%d" y="%.1f" width="16" height="%.1f"><title>%02d:00 '
  .. "%d</title></rect>\n"

local function chart(orders)
  local hours, most = {}, 1
  for _, order in ipairs(orders) do
    local hour = order.hour
    hours[hour] = (hours[hour] or 0) + 1
    most = math.max(most, hours[hour])
  end
  local bars = {}
  for hour = 0, 23 do
    local n = hours[hour] or 0
    local height = n / most * 96
    bars[#bars + 1] = BAR:format(hour * 20, 100 - height, height, hour, n)
    if hour % 6 == 0 then
      bars[#bars + 1] = ('<text x="%d" y="115">%02d:00</text>\n'):format(
        hour * 20,
        hour
      )
    end
  end
  return web.fill(CHART, { most = most, bars = table.concat(bars) })
end

local PAGE = [[
<h1>Today's payments</h1>
<p>{count} payments, {open} of them need a person.</p>
{{chart}}
<div class="card scroll"><table>
<thead><tr><th scope="col">Time</th><th scope="col">Customer</th>
<th scope="col">Amount</th><th scope="col">State</th>
<th scope="col">What to do</th></tr></thead>
<tbody>
{{rows}}</tbody></table></div>
]]

local URGENT = {
  ["payment parked"] = 1,
  ["credit parked"] = 1,
  unknown = 2,
}

--- The page for a list of orders, as shop.today makes it.
function operator.page(orders)
  table.sort(orders, function(a, b)
    local first, second = URGENT[a.state] or 3, URGENT[b.state] or 3
    if first ~= second then return first < second end
    return a.created_at > b.created_at
  end)
  local rows, open = {}, 0
  for i, order in ipairs(orders) do
    order.todo = todo(order)
    rows[i] = web.fill(ROW, order)
    if URGENT[order.state] == 1 then open = open + 1 end
  end
  return pages.page(
    "Today's payments",
    web.fill(PAGE, {
      count = #orders,
      open = open,
      chart = chart(orders),
      rows = table.concat(rows),
    }),
    { wide = true }
  )
end

return operator
