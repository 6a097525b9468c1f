-- The pages, as plain HTML that works without scripts. {name} is escaped.

local web = require "web"

local pages = {}

local LAYOUT = [[
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{{refresh}}<title>{title}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>Top-up desk</header>
<main class="{width}">
{{content}}
</main>
</body>
</html>
]]

--- A page: `refresh` are the seconds after which it is asked for again.
function pages.page(title, content, options)
  options = options or {}
  local again = options.refresh
    and ('<meta http-equiv="refresh" content="%d">\n'):format(options.refresh)
  return web.fill(LAYOUT, {
    title = title,
    content = content,
    refresh = again or "",
    width = options.wide and "wide" or "",
  })
end

local MESSAGE = [[
<div class="card"><h1>{title}</h1><p>{text}</p></div>
]]

--- A page that says one thing.
function pages.message(title, text)
  return pages.page(title, web.fill(MESSAGE, { title = title, text = text }))
end

local BUY = [[
<form class="card" method="post" action="/orders">
<h1>Top up {name}</h1>
<p class="soft">Account {account}, in {currency}</p>
{{problem}}<label for="amount">Amount in {currency}</label>
<input type="text" id="amount" name="amount" value="{amount}"
  inputmode="decimal" autocomplete="off" required
  aria-describedby="limits">
<p class="soft" id="limits">From 1.00 to 500.00</p>
<label for="email">E-mail, for the payment link</label>
<input type="email" id="email" name="email" value="{email}"
  autocomplete="email" required>
<fieldset><legend>Pay with</legend>
<label><input type="radio" name="method" value="mobip" checked> Mobip: link
  and QR code</label>
<label><input type="radio" name="method" value="mobilepay"> MobilePay</label>
</fieldset>
<input type="hidden" name="channel" value="{channel}">
<input type="hidden" name="reference" value="{reference}">
<input type="hidden" name="token" value="{token}">
<p><button>Continue to payment</button></p>
</form>
]]

--- Where somebody who pressed BUY arrives. `fill` has name, account,
--- currency, channel, reference, token; amount and email as typed.
function pages.buy(fill)
  fill.problem = fill.problem
      and web.fill(
        '<p class="error" role="alert">{text}</p>\n',
        { text = fill.problem }
      )
    or ""
  return pages.page("Top up " .. fill.name, web.fill(BUY, fill))
end

local STEP = '<li class="{class}">{text}</li>\n'

local ORDER = [[
<div class="card">
<h1>{amount} {currency} for {name}</h1>
<p role="status">{said}</p>
<ol class="steps">
{{steps}}</ol>
{{pay}}<p class="soft">Order {reference}</p>
</div>
]]

local PAY = [[
<p><a class="button" href="{url}">Pay {amount} {currency}</a></p>
]]

local QR = [[
<img class="qr" alt="QR code of the payment link"
  src="data:image/png;base64,{png}">
]]

--- What became of an order. `order` as shop.view makes it.
function pages.order(order)
  local steps, pay = {}, ""
  for i, step in ipairs(order.steps) do
    steps[i] = web.fill(STEP, step)
  end
  if order.url then pay = web.fill(PAY, order) end
  if order.png then pay = pay .. web.fill(QR, order) end
  local content = web.fill(ORDER, {
    amount = order.amount,
    currency = order.currency,
    name = order.name,
    said = order.said,
    reference = order.reference,
    steps = table.concat(steps),
    pay = pay,
  })
  return pages.page(order.said, content, {
    refresh = not order.final and 3 or nil,
  })
end

return pages
