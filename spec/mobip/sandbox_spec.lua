-- The pretend Mobip itself: its time, its messages and call backs, its
-- strictness, its books. What it is sent is written by hand.

local helper = require "spec.mobip.helper"
local json = require "luapay.sandbox.json"
local multipart = require "luapay.sandbox.multipart"
local sandbox = require "luapay.sandbox"

local DAY = 86400
local TYPE = "multipart/form-data; boundary=xx"

local function body_of(args)
  local out = {}
  for name, value in pairs(args) do
    out[#out + 1] = '--xx\r\nContent-Disposition: form-data; name="'
      .. name
      .. '"\r\n\r\n'
      .. value
      .. "\r\n"
  end
  return table.concat(out) .. "--xx--\r\n"
end

local function send(provider, method, path, args, content_type)
  local request = {
    method = method,
    url = "https://localhost/api/2.0/" .. path,
    headers = {},
  }
  if method == "POST" then
    request.headers["content-type"] = content_type or TYPE
    request.body = body_of(args)
  else
    local query = {}
    for name, value in pairs(args) do
      query[#query + 1] = name .. "=" .. value
    end
    request.url = request.url .. "?" .. table.concat(query, "&")
  end
  local response = provider:handle(request)
  return json.decode(response.body), response.status
end

local function login(provider, account)
  return send(provider, "GET", "mobip/get_token", {
    api_account_id = account or "merchant",
    api_secret_key = "secret",
  }).access_token
end

local function ask(provider, token, changes)
  local args = helper.ask(changes)
  args.access_token = token
  return send(provider, "POST", "mobip/send_payment_request", args)
end

local function kinds(messages)
  local list = {}
  for i, message in ipairs(messages) do
    list[i] = message.kind .. " " .. message.media
  end
  return list
end

describe("sandbox.mobip", function()
  local provider, token

  local function open(options)
    provider = sandbox.mobip(options)
    token = login(provider)
  end

  before_each(function()
    open()
  end)

  after_each(function()
    assert.is_true(provider:check())
  end)

  it("reminds payers, and gives up in the end", function()
    local asked = ask(provider, token, {
      retry_period = "2",
      retry_attempts = "2",
      transaction_ttl = "10",
    })
    provider:advance(3 * DAY)
    assert.same(
      { "first EMAIL", "reminder EMAIL" },
      kinds(provider:messages())
    )
    provider:advance(6 * DAY)
    assert.equal(3, #provider:messages())
    assert.equal("PENDING", provider:transactions()[1].status)
    provider:advance(DAY)
    local row = provider:transactions()[1]
    assert.equal("CANCELLED", row.status)
    assert.equal("expired", row.reason)
    assert.has_error(function()
      provider:pay(asked.trid)
    end)
    assert.equal(3, #provider:messages())
  end)

  for _, case in ipairs {
    { "pay", "PROCESSED" },
    { "deny", "PROCESSED" },
    { "cancel", "CANCELLED" },
    { "fail", "ERROR" },
  } do
    it("calls back when its payer does: " .. case[1], function()
      local asked = ask(provider, token)
      provider[case[1]](provider, asked.trid)
      local made = provider:callbacks()
      assert.equal(1, #made)
      assert.equal("GET", made[1].method)
      local url = "https://shop.test/told?resp_code=%s&track_id=order%%201"
      assert.equal(url:format(case[2]), made[1].url)
      assert.same({}, provider:callbacks())
    end)
  end

  for _, case in ipairs {
    { "join", "https://shop.test/told?a=1&resp_code=PROCESSED" },
    { "append", "https://shop.test/told?a=1?resp_code=PROCESSED" },
  } do
    it("calls back with a query that is there: " .. case[1], function()
      open { call_back_query = case[1] }
      local asked = ask(provider, token, {
        call_back_url = "https://shop.test/told?a=1",
        track_id = "",
      })
      provider:pay(asked.trid)
      assert.equal(case[2], provider:callbacks()[1].url)
    end)
  end

  it("counts cents as the account's currency does", function()
    local pacific = login(provider, "pacific")
    provider:pay(ask(provider, pacific).trid)
    assert.equal("1500", provider:balance "1003")
    assert.equal("XPF", provider:ledger()[1].currency)
    provider:pay(ask(provider, token).trid)
    assert.equal("15.00", provider:balance "1001")
  end)

  it("shows a transaction to its merchant and the platform only", function()
    local trid = ask(provider, token).trid
    for account, code in pairs { pacific = "905", platform = "0" } do
      local found = send(provider, "GET", "mobip/is_valid", {
        trid = trid,
        access_token = login(provider, account),
      })
      assert.equal(code, found.return_code, account)
    end
  end)

  it("ends tokens by age and by idleness", function()
    local function good()
      local args = { access_token = token }
      return send(provider, "POST", "mobip/login", args).return_code
    end
    provider:advance(3599)
    assert.equal("0", good())
    provider:advance(1)
    assert.equal("903", good())
    token = send(provider, "GET", "mobip/get_token", {
      api_account_id = "merchant",
      api_secret_key = "secret",
      api_ttl = "24",
    }).access_token
    provider:advance(3599)
    assert.equal("0", good())
    provider:advance(3600)
    assert.equal("903", good())
    token = login(provider)
    provider:reset()
    assert.equal("903", good())
  end)

  for _, case in ipairs {
    { { item_amount_in_cents = "12.50" }, "Bad value: item_amount_in_cents" },
    { { item_name = "" }, "Missing parameter: item_name" },
    { { media = "FAX" }, "Bad value: media" },
    { { language = "en" }, "Bad value: language" },
    { { redirect_url = "shop.test" }, "Bad value: redirect_url" },
    { { media = "SMS" }, "Missing parameter: customer_phone" },
    { { retry_period = "-1" }, "Bad value: retry_period" },
  } do
    local field = next(case[1])
    it("refuses a bad " .. field .. " " .. case[1][field], function()
      local answer, http = ask(provider, token, case[1])
      assert.equal(200, http)
      assert.equal("901", answer.return_code)
      assert.equal(case[2], answer.return_message)
      assert.same({}, provider:transactions())
    end)
  end

  it("sees no inputs in another kind of body", function()
    local answer = send(provider, "POST", "mobip/login", {
      access_token = token,
    }, "application/x-www-form-urlencoded")
    assert.equal("903", answer.return_code)
  end)

  it("knows its paths and methods", function()
    local _, http = send(provider, "GET", "mobip/isvalid", {})
    assert.equal(404, http)
    _, http = send(provider, "GET", "mobip/resend", {})
    assert.equal(405, http)
  end)

  it("takes an account's attributes as JSON or in brackets", function()
    for _, args in ipairs {
      { account_data = '{"Payment_Provider_login":"me"}' },
      { ["account_data[Payment_Provider_login]"] = "me" },
    } do
      provider:reset()
      local platform = login(provider, "platform")
      args.uid, args.access_token = "1001", platform
      local answer = send(provider, "POST", "mobip/update_account", args)
      assert.equal("0", answer.return_code)
      local found = send(provider, "GET", "mobip/get_account", {
        uid = "1001",
        access_token = platform,
      }).account_data
      assert.equal("me", found[#found].attribute_value)
    end
  end)

  it("refuses an attribute that is not to be set, and sets none", function()
    local answer = send(provider, "POST", "mobip/update_account", {
      uid = "1001",
      access_token = login(provider, "platform"),
      account_data = '{"External_AccountID":"x","currency":"USD"}',
    })
    assert.equal("Not to be updated: currency", answer.return_message)
    local found = send(provider, "GET", "mobip/get_account_by_external_id", {
      external_account_id = "EXT-1",
      access_token = token,
    })
    assert.equal("0", found.return_code)
  end)

  -- the names as published, trailing blanks and all
  local PUBLISHED = '[{"CustomerId":"c","CustomerBalance_in_cents ":"3000",'
    .. '"CustomerBalance_Date ":"2023-01-03","anything":[{"InvId":"i",'
    .. '"InvDate ":"2023-01-01","InvDueDate ":"2023-02-01",'
    .. '"Amount_in_cents ":"35000","InvStatus ":"s"}]}]'

  for what, text in pairs {
    ["as published"] = PUBLISHED,
    ["without the blanks"] = PUBLISHED:gsub(' "', '"'),
    ["in an object"] = '{"InvoicesLists":' .. PUBLISHED .. "}",
  } do
    it("takes invoices " .. what .. ", once", function()
      for _ = 1, 2 do
        local answer = send(provider, "POST", "mobip/set_external_invoices", {
          ExternalSourceId = "books",
          BatchId = "b",
          InvoicesLists = text,
          access_token = token,
        })
        assert.equal("0", answer.return_code)
      end
      local list = send(provider, "GET", "mobip/get_external_invoices", {
        ExternalSourceId = "books",
        access_token = token,
      }).InvoicesList
      assert.equal(1, #list)
      assert.equal("35000", list[1].Amount_in_cents)
    end)
  end

  it("hides tokens and keys in its log", function()
    ask(provider, token)
    for _, request in ipairs(provider:requests()) do
      assert.is_nil(json.encode(request):find(token, 1, true))
      assert.is_nil(json.encode(request):find('"secret"', 1, true))
    end
  end)
end)

describe("the books of sandbox.mobip", function()
  for what, spoil in pairs {
    ["a payment that is not booked"] = function(state)
      state.transactions[1].status = "PENDING"
    end,
    ["a booking of another amount"] = function(state)
      state.transactions[1].item_amount = "1"
    end,
    ["a balance that is not its bookings'"] = function(state)
      state.ledger.open["1001"].balance = "1.00"
    end,
    ["a paid transaction that nobody can fetch"] = function(state)
      state.queue = {}
    end,
    ["a refund that is not booked"] = function(state)
      state.transactions[1].refunded = true
    end,
  } do
    it("notice " .. what, function()
      local provider = sandbox.mobip()
      provider:pay(ask(provider, login(provider)).trid)
      assert.is_true(provider:check())
      spoil(provider.state)
      local good, broken = provider:check()
      assert.is_nil(good)
      assert.equal("string", type(broken[1]))
    end)
  end
end)

describe("sandbox.multipart", function()
  local good = body_of { a = "1" }

  it("reads what browsers write", function()
    local text = '--x y\r\ncontent-disposition: form-data; name="a%22b"\r\n'
      .. "Content-Type: text/plain\r\n\r\n--x\r\n\r\n--x y--"
    local found = multipart.read('Multipart/Form-Data; boundary="x y"', text)
    assert.same({ ['a"b'] = "--x\r\n" }, found)
    assert.same({ a = "1" }, multipart.read(TYPE, good))
  end)

  for what, text in pairs {
    ["no end"] = good:gsub("%-%-xx%-%-\r\n$", ""),
    ["no first part"] = "\r\n" .. good,
    ["line feeds only"] = good:gsub("\r", ""),
    ["a part without a name"] = good:gsub("; name=[^\r]*", ""),
    ["a name twice"] = good:gsub("%-%-xx%-%-\r\n$", "") .. good,
    ["text after its end"] = good .. "x",
    ["nothing"] = "",
  } do
    it("refuses a body with " .. what, function()
      assert.is_nil((multipart.read(TYPE, text)))
    end)
  end

  it("refuses a type without a boundary", function()
    assert.is_nil((multipart.read("multipart/form-data", good)))
    assert.is_nil((multipart.read("text/plain; boundary=xx", good)))
  end)
end)
