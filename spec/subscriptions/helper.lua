-- A client on a pretend MobilePay Subscriptions, what most calls start
-- from, and a caller as bare as a wire.

local json = require "luapay.sandbox.json"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"

local helper = {}

helper.PROVIDER = "f0000000-0000-4000-8000-000000000001"
helper.FOREIGN = "f0000000-0000-4000-8000-000000000002"
helper.FOREIGN_MERCHANT = "e0000000-0000-4000-8000-000000000002"
helper.NOBODY = "00000000-0000-4000-8000-00000000dead"

-- as a value among changes: leaves the name out
helper.without = {}

local function changed(args, changes)
  for name, value in pairs(changes or {}) do
    args[name] = value
    if value == helper.without then args[name] = nil end
  end
  return args
end

--- A provider, and a client that has logged in.
function helper.open(options, client_options)
  local provider = sandbox.mobilepay_subscriptions(options)
  local client = luapay.mobilepay_subscriptions(changed({
    transport = provider:transport(),
    environment = "sandbox",
    refresh_token = provider:refresh_token(),
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
    provider_id = helper.PROVIDER,
    test_user = "user-1",
  }, client_options))
  return provider, client
end

--- What create_agreement takes.
function helper.offer(changes)
  return changed({
    country_code = "DK",
    currency = "DKK",
    plan = "Gold",
    external_id = "AGGR00068",
    amount = "99.50",
    expiration_timeout_minutes = 10,
    links = {
      { rel = "user-redirect", href = "https://gym.example/back" },
      { rel = "success-callback", href = "https://gym.example/yes" },
      { rel = "cancel-callback", href = "https://gym.example/no" },
    },
  }, changes)
end

--- An agreement that the user has accepted; its id.
function helper.agree(provider, client, changes)
  local made = assert(client:create_agreement(helper.offer(changes)))
  assert(provider:accept(made.id))
  return made.id
end

--- One payment of a batch.
function helper.payment(provider, agreement_id, changes)
  return changed({
    agreement_id = agreement_id,
    amount = "12.50",
    description = "Monthly payment",
    due_date = provider:day(3),
    external_id = "PMT000023",
  }, changes)
end

--- Asks for one payment; its id.
function helper.request(provider, client, agreement_id, changes)
  local answer = assert(client:request_payments {
    payments = { helper.payment(provider, agreement_id, changes) },
  })
  assert(#answer.rejected_payments == 0, "a payment was rejected")
  return answer.pending_payments[1].payment_id
end

--- Asks for a one-off payment; its id, and the whole answer.
function helper.one_off(client, agreement_id, changes)
  local made = assert(client:request_one_off_payment(changed({
    agreementid = agreement_id,
    amount = "80.00",
    external_id = "OOP00348",
    description = "Pay now for additional goods",
  }, changes)))
  return made.id, made
end

--- The events of the last callbacks of a kind, decoded.
function helper.told(provider, kind, after)
  local out = {}
  for _, call in ipairs(provider:callbacks(after)) do
    if call.kind == kind then
      out[#out + 1] = json.decode(call.body)
      out.headers = call.headers
      out.url = call.url
    end
  end
  return out
end

--- Sends "METHOD /path below the provider's", or a whole path; returns
--- status, decoded body or its text, headers.
function helper.send(provider, line, body, headers)
  local method, path = line:match "^(%u+) (.*)$"
  local all = changed({
    authorization = "Bearer " .. provider:access_token(),
    ["content-type"] = body and "application/json" or nil,
  }, headers)
  if path == "" or path:find "^/[ap]%l+" and not path:find "^/api" then
    path = "/subscriptions/api/providers/" .. helper.PROVIDER .. path
  end
  local response = assert(provider:transport():send({
    method = method,
    url = "https://localhost:1" .. path,
    headers = all,
    body = type(body) == "table" and json.encode(body) or body,
  }, 30))
  return response.status,
    json.decode(response.body) or response.body,
    response.headers
end

return helper
