-- The example gateway, driven in a browser, with what the providers have
-- booked in the end.

package.path = package.path .. ";examples/gateway/?.lua"

-- The gateway runs in nginx's LuaJIT, whatever runs this: once is enough.
-- `make test BROWSER=no` says that it is left out.
if _VERSION ~= "Lua 5.4" or os.getenv "BROWSER" == "no" then return end

local json = require "cjson.safe"
local socket = require "socket"
local browser = require "spec.gateway.browser"

-- What a browser needs is big: where it is missing these specs are pending;
-- in CI they fail.
local function missing()
  if not io.open "build/luajit/luapay/core.so" then
    return "build/luajit is missing"
  end
  return browser.missing()
end

local function free_port()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return tonumber(port)
end

-- Sends a request; returns a function that waits for the answer: its status,
-- and where it leads. So several can be under way.
local function send(method, url, headers, body)
  local host, port, target = url:match "^http://([^:/]+):(%d+)(.*)$"
  local lines = { ("%s %s HTTP/1.0"):format(method, target) }
  headers.host = host .. ":" .. port
  headers["content-length"] = tostring(#(body or ""))
  for name, value in pairs(headers) do
    lines[#lines + 1] = name .. ": " .. value
  end
  local connection = assert(socket.connect(host, port))
  local head = table.concat(lines, "\r\n")
  assert(connection:send(head .. "\r\n\r\n" .. (body or "")))
  return function()
    local answer = assert(connection:receive "*a")
    connection:close()
    local status = tonumber(answer:match "^HTTP/1.%d (%d+)")
    return status, answer:match "\r\n[Ll]ocation: ([^\r]*)"
  end
end

local function status_of(method, url, headers, body)
  return (send(method, url, headers or {}, body)())
end

local function escape(text)
  return (
    text:gsub("[^%w%-_.]", function(byte)
      return ("%%%02X"):format(byte:byte())
    end)
  )
end

local function form_text(fields)
  local pairs_of = {}
  for name, value in pairs(fields) do
    pairs_of[#pairs_of + 1] = name .. "=" .. escape(value)
  end
  return table.concat(pairs_of, "&")
end

local FORM = "application/x-www-form-urlencoded"

local function button(label)
  return ("//button[normalize-space()='%s']"):format(label)
end

describe("the example gateway", function()
  local lacks = missing()
  if lacks then
    assert(not os.getenv "CI", lacks)
    it("is driven in a browser", function()
      pending(lacks)
    end)
    return
  end

  local driver, gateway, provider, page, before

  setup(function()
    driver = browser.start()
    local launch = require "launch"
    gateway = launch.start { port = free_port(), password = "a secret" }
    provider = gateway.provider
  end)
  teardown(function()
    if gateway then gateway:stop() end
    driver:stop()
  end)

  before_each(function()
    page = driver:page()
    before = #provider:ledger()
  end)
  after_each(function()
    page:close()
    assert(provider:check())
  end)

  -- The bookings at Infobip since this story began.
  local function booked()
    local amounts = {}
    for i, row in ipairs(provider:ledger()) do
      if i > before then amounts[#amounts + 1] = row.booked end
    end
    return amounts
  end

  -- A story; when it goes another way, the page and the log are shown.
  local function story(sentence, tell)
    it(sentence, function()
      local good, why = pcall(tell)
      if good then return end
      print(page:source(), gateway:log())
      error(why, 0)
    end)
  end

  local function buy(amount, email)
    page:open(gateway.address .. "/buy?ChID=ch-1001")
    page:fill("//*[@id='amount']", amount)
    page:fill("//*[@id='email']", email or "ann@shop.example")
  end

  -- Fills the form of who has pressed BUY; leaves the page of the order.
  local function order(way, amount)
    buy(amount)
    page:choose(("//input[@value='%s']"):format(way))
    page:press "//button"
    return page:url()
  end

  -- The customer's phone: presses a button there, then looks at the order.
  local function phone(label)
    local url = page:url()
    page:press "//a[@class='button']"
    page:press(button(label))
    page:open(url)
  end

  local function says(words)
    assert.equal(words, page:text "//*[@role='status']")
  end

  local function open_operator()
    local host = gateway.address:match "^http://(.*)$"
    page:open(("http://operator:%s@%s/operator"):format("a%20secret", host))
  end

  story("credits an account that is paid for by Mobip, once", function()
    order("mobip", "25.00")
    says "Waiting for your payment"
    assert.is_true(page:is_shown "//img[@class='qr']")
    phone "Pay"
    says "Paid, and credited"
    assert.same({ "25.00" }, booked())
  end)

  story("credits an account that is paid for by MobilePay, once", function()
    order("mobilepay", "30.00")
    phone "Accept"
    says "Paid, and credited"
    assert.same({ "30.00" }, booked())
  end)

  story("credits nothing when the bank says no", function()
    order("mobip", "25.00")
    phone "My bank says no"
    says "Waiting for your payment" -- another card may be better
    assert.same({}, booked())
  end)

  story("credits nothing when the customer rejects", function()
    order("mobilepay", "30.00")
    phone "Reject"
    says "The payment was not made"
    assert.same({}, booked())
  end)

  story("parks a credit whose answer was lost, for the operator", function()
    provider:inject { at = "add_funds", fault = "lost_answer" }
    local url = order("mobip", "40.00")
    phone "Pay"
    says "Paid; we are checking the credit"
    open_operator()
    local first = "//tbody/tr[1]//*[contains(@class, 'state')]"
    assert.equal("credit parked", page:text(first))
    local ledger = provider:ledger()
    page:fill("//input[@name='transactionId']", ledger[#ledger].transactionId)
    page:press(button "It was credited")
    page:open(url)
    says "Paid, and credited"
    assert.same({ "40.00" }, booked())
  end)

  story("rolls the credit back when the payment is given back", function()
    local url = order("mobip", "25.00")
    local pay = page:attribute("//a[@class='button']", "href")
    phone "Pay"
    page:open(pay)
    page:press(button "The shop gives the money back")
    page:open(url)
    says "Rolled back: your money was given back"
    assert.same({ "25.00", "-25.00" }, booked())
  end)

  story("rolls a credit back when the operator says so", function()
    local url = order("mobip", "26.00")
    phone "Pay"
    open_operator()
    page:press "//tr[contains(., '26.00')]//button"
    page:open(url)
    says "Paid; the top-up was taken back, and your payment is with us"
    assert.same({ "26.00", "-26.00" }, booked())
  end)

  story("takes a double click and a form sent again for one order", function()
    local orders = #provider.mobip:transactions()
    page:open(gateway.address .. "/buy?ChID=ch-1001")
    local fields = {
      amount = "25.00",
      email = "ann@shop.example",
      method = "mobip",
    }
    for _, name in ipairs { "channel", "reference", "token" } do
      fields[name] = page:value(("//input[@name='%s']"):format(name))
    end
    local answers = {}
    for i = 1, 3 do
      answers[i] = send("POST", gateway.address .. "/orders", {
        cookie = page:cookies(),
        ["content-type"] = FORM,
      }, form_text(fields))
    end
    for _, answer in ipairs(answers) do
      local status, place = answer()
      assert.equal(303, status)
      assert.equal("/orders/" .. fields.reference, place:match "/orders/.*")
    end
    page:open(gateway.address .. "/orders/" .. fields.reference)
    says "Waiting for your payment"
    assert.equal(orders + 1, #provider.mobip:transactions())
    assert.same({}, booked())
  end)

  story("credits once, however often a callback comes", function()
    local url = order("mobip", "25.00")
    phone "Pay"
    local hint = url:gsub("/orders/", "/callbacks/mobip/")
    for _ = 1, 3 do
      assert.equal(200, status_of("GET", hint .. "?resp_code=PROCESSED"))
    end
    page:open(url)
    says "Paid, and credited"
    assert.same({ "25.00" }, booked())
  end)

  story("believes no callback that is forged", function()
    local url = order("mobip", "25.00")
    local hint = url:gsub("/orders/", "/callbacks/mobip/")
    status_of("GET", hint .. "?resp_code=PROCESSED")
    page:open(url)
    says "Waiting for your payment"
    local callback =
      order("mobilepay", "30.00"):gsub("/orders/", "/callbacks/mobilepay/")
    local forged = json.encode { agreement_id = "x", status = "Accepted" }
    assert.equal(
      401,
      status_of("POST", callback, {
        authorization = "Basic bm86Ym9keQ==",
        ["content-type"] = "application/json",
      }, forged)
    )
    assert.same({}, booked())
  end)

  story("takes no form that is not its own", function()
    page:open(gateway.address .. "/buy?ChID=ch-1001")
    local fields = {
      reference = page:value "//input[@name='reference']",
      channel = "ch-1001",
      amount = "25.00",
      email = "ann@shop.example",
      method = "mobip",
      token = "x",
    }
    local headers = { cookie = page:cookies(), ["content-type"] = FORM }
    local sent = form_text(fields)
    assert.equal(
      403,
      status_of("POST", gateway.address .. "/orders", headers, sent)
    )
    assert.same({}, booked())
  end)

  story("says what is wrong with an amount, and shows it as text", function()
    buy('"><b id=x>5</b>')
    page:press "//button"
    local alert = page:text "//*[@role='alert']"
    assert.truthy(alert:find("^An amount is a number"), alert)
    assert.equal(0, page:count "//*[@id='x']")
    assert.equal('"><b id=x>5</b>', page:value "//*[@id='amount']")
    assert.same({}, booked())
  end)

  story("shows the operator's page to nobody else", function()
    local url = gateway.address .. "/operator"
    page:open(url)
    assert.is_nil(page:source():find("Today's payments", 1, true))
    assert.equal(401, status_of("GET", url))
    assert.equal(
      401,
      status_of("GET", url, {
        authorization = "Basic bm86Ym9keQ==",
      })
    )
    assert.same({}, booked())
  end)
end)
