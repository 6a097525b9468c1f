-- mobilepay_subscriptions.lua - the examples of
-- doc/mobilepay_subscriptions.md: see generate/examples.lua.

local AGREE = [[
  country_code = "DK",
  currency = "DKK",
  plan = "Gold",
  amount = "99.00",
  expiration_timeout_minutes = 60,
  links = {
    { rel = "user-redirect", href = "https://gym.example/done" },
    { rel = "success-callback", href = "https://gym.example/yes" },
    { rel = "cancel-callback", href = "https://gym.example/no" },
  },
}
]]

local REQUEST = [[
  payments = {
    {
      agreement_id = agreement.id,
      amount = "99.00",
      description = "January",
      due_date = "2024-01-05",
      external_id = "january-17",
    },
  },
}
]]

local ONE_OFF = [[
  agreementid = agreement.id,
  amount = "25.00",
  description = "A towel",
  external_id = "towel-17",
  links = {
    { rel = "user-redirect", href = "https://gym.example/done" },
  },
}
]]

local ATTACHMENT = [[
  paymentid = payment.pending_payments[1].payment_id,
  generate_pdf = true,
  attachment_details = {
    document_title = "Invoice 17",
    total_amount = "99.00",
  },
}
]]

-- What a call returned, made certain.
local function thing(name, method, args)
  return ("local %s = assert(subscriptions:%s {\n%s"):format(
    name,
    method,
    (args:gsub("}\n$", "})\n"))
  )
end

-- A call whose result has that name.
local function call(name, method, args)
  return ("local %s, fault = subscriptions:%s {\n%s"):format(
    name,
    method,
    args
  )
end

local THIS_AGREEMENT = "  agreementid = agreement.id,\n"
local THIS_PAYMENT = "  paymentid = payment.pending_payments[1].payment_id,\n"
local THIS_ONE_OFF = "  paymentid = one_off.id,\n"

return {
  options = "luapay.MobilepaySubscriptionsOptions",
  intro = "A user agrees once to be charged; then payments are requested in"
    .. " batches, a day or more ahead, and executed on their day. One-off"
    .. " payments are accepted and captured one by one, and what was paid is"
    .. " refunded. Amounts are decimals.",
  more = "The client renews an access token before it ends, and once more"
    .. " when it was refused.",
  start = [[
local luapay = require "luapay"
local provider = require("luapay.sandbox").mobilepay_subscriptions()

local subscriptions = luapay.mobilepay_subscriptions {
  environment = "sandbox",
  access_token = function()
    return provider:access_token()
  end,
  provider_id = "f0000000-0000-4000-8000-000000000001",
  test_user = "user-1",
  transport = provider:transport(),
}
]],
  sections = {
    {
      title = "Logging in",
      options = "luapay.OidcOptions",
      text = "A merchant consents once, in a browser. `luapay.auth.oidc` makes"
        .. " the address to which it is sent, with PKCE, state and nonce, and"
        .. " exchanges what the browser brings back: the state is compared,"
        .. " the id_token's signature and claims are checked against the"
        .. " provider's keys. It needs libcrypto.",
      code = [[
local oidc = require("luapay.auth.oidc").new {
  environment = "sandbox",
  client_id = "sandbox-client",
  client_secret = "sandbox-secret",
  transport = provider:transport(),
  time = function() -- only here: the sandbox has a day of its own
    return provider:now()
  end,
}

local login = assert(oidc:authorization_url {
  redirect_uri = "https://localhost/callback",
  merchant_vat = "DK12345678",
})
-- keep `login`, send the merchant to login.url; later, in the callback:
local answer = provider:authorize(login.url) -- code, id_token, state
local tokens = assert(oidc:exchange(login, answer))

local merchant = luapay.mobilepay_subscriptions {
  environment = "sandbox",
  client_id = "sandbox-client",
  client_secret = "sandbox-secret",
  refresh_token = tokens.refresh_token,
  on_tokens = function(new)
    tokens = new -- keep new.refresh_token: the old one may end
  end,
  provider_id = "f0000000-0000-4000-8000-000000000001",
  transport = provider:transport(),
}
assert(merchant:get_provider())
]],
    },
  },
  things = {
    pending = {
      says = "`agreement` is what `create_agreement` returned.",
      code = thing("agreement", "create_agreement", AGREE),
    },
    agreement = {
      says = "`agreement` is what `create_agreement` returned, and the user"
        .. " has accepted it.",
      needs = { "pending" },
      code = [[
assert(provider:accept(agreement.id))
]],
    },
    payment = {
      from = "request_payments",
      needs = { "agreement" },
      code = thing("payment", "request_payments", REQUEST) .. [[
provider:advance(600)
]],
    },
    seen = {
      needs = { "payment" },
      code = [[
provider:go_to(1, 12)
]],
    },
    executed = {
      says = "the payment's day has come: it is executed.",
      needs = { "payment" },
      code = [[
provider:go_to(5, 12)
]],
    },
    refund = {
      needs = { "executed" },
      code = thing(
        "refund",
        "request_refund",
        THIS_AGREEMENT .. THIS_PAYMENT .. '  amount = "10.00",\n}\n'
      ),
    },
    one_off = {
      from = "request_one_off_payment",
      needs = { "agreement" },
      code = thing("one_off", "request_one_off_payment", ONE_OFF),
    },
    reserved = {
      says = "the user has accepted the payment.",
      needs = { "one_off" },
      code = [[
assert(provider:accept(one_off.id))
]],
    },
    attachment = {
      needs = { "payment" },
      code = thing("attached", "update_payment_attachment", ATTACHMENT),
    },
  },
  calls = {
    get_provider = {
      code = [[
local found, fault = subscriptions:get_provider()
]],
    },
    update_provider = {
      code = [[
local done, fault = subscriptions:update_provider {
  operations = {
    {
      path = "/payment_status_callback_url",
      value = "https://gym.example/payments",
    },
  },
}
]],
    },
    set_callback_auth_oauth2 = {
      code = [[
local done, fault = subscriptions:set_callback_auth_oauth2 {
  client_id = "mobilepay",
  client_secret = "a secret",
  token_url = "https://gym.example/token",
}
]],
    },
    set_callback_auth_api_key = {
      code = [[
local done, fault = subscriptions:set_callback_auth_api_key {
  api_key = "YSBzZWNyZXQ=",
}
]],
    },
    set_callback_auth_basic = {
      code = [[
local done, fault = subscriptions:set_callback_auth_basic {
  user_name = "mobilepay",
  password = "a secret",
}
]],
    },
    create_agreement = {
      code = call("agreement", "create_agreement", AGREE),
    },
    list_agreements = {
      needs = { "agreement" },
      code = [[
local page, fault = subscriptions:list_agreements {
  pageNumber = 1,
  pageSize = 100,
}
while page do
  for _, found in ipairs(page.items()) do
    print(found.id, found.status)
  end
  page, fault = page.next()
end
]],
    },
    get_agreement = {
      needs = { "agreement" },
      code = call("found", "get_agreement", THIS_AGREEMENT .. "}\n"),
    },
    update_agreement = {
      needs = { "agreement" },
      code = call("done", "update_agreement", THIS_AGREEMENT .. [[
  operations = {
    { path = "/amount", value = "109.00" },
    { path = "/plan", value = "Platinum" },
  },
}
]]),
    },
    cancel_agreement = {
      needs = { "agreement" },
      code = call("done", "cancel_agreement", THIS_AGREEMENT .. "}\n"),
    },
    request_payments = {
      needs = { "agreement" },
      code = call("payment", "request_payments", REQUEST),
    },
    list_payment_requests = {
      needs = { "payment" },
      code = call("list", "list_payment_requests", THIS_AGREEMENT .. "}\n"),
    },
    get_payment_request = {
      needs = { "payment" },
      code = call(
        "found",
        "get_payment_request",
        THIS_AGREEMENT .. THIS_PAYMENT .. "}\n"
      ),
    },
    update_payment_request = {
      needs = { "payment" },
      code = call(
        "done",
        "update_payment_request",
        THIS_AGREEMENT
          .. THIS_PAYMENT
          .. '  operations = { { path = "/amount", value = "89.00" } },\n}\n'
      ),
    },
    decline_payment_request = {
      needs = { "payment" },
      code = call(
        "done",
        "decline_payment_request",
        THIS_AGREEMENT .. THIS_PAYMENT .. "}\n"
      ),
    },
    request_one_off_payment = {
      needs = { "agreement" },
      code = call("one_off", "request_one_off_payment", ONE_OFF),
    },
    list_one_off_payments = {
      needs = { "one_off" },
      code = call("list", "list_one_off_payments", THIS_AGREEMENT .. "}\n"),
    },
    get_one_off_payment = {
      needs = { "one_off" },
      code = call(
        "found",
        "get_one_off_payment",
        THIS_AGREEMENT .. THIS_ONE_OFF .. "}\n"
      ),
    },
    capture_one_off_payment = {
      needs = { "one_off", "reserved" },
      code = call(
        "done",
        "capture_one_off_payment",
        THIS_AGREEMENT .. THIS_ONE_OFF .. "}\n"
      ),
    },
    cancel_one_off_payment = {
      needs = { "one_off" },
      code = call(
        "done",
        "cancel_one_off_payment",
        THIS_AGREEMENT .. THIS_ONE_OFF .. "}\n"
      ),
    },
    request_refund = {
      needs = { "payment", "executed" },
      code = call(
        "refund",
        "request_refund",
        THIS_AGREEMENT
          .. THIS_PAYMENT
          .. '  amount = "10.00",\n'
          .. '  external_id = "refund-17",\n'
          .. '  status_callback_url = "https://gym.example/refunds",\n}\n'
      ),
    },
    list_refunds = {
      needs = { "payment", "refund" },
      code = call(
        "list",
        "list_refunds",
        THIS_AGREEMENT .. THIS_PAYMENT .. "}\n"
      ),
    },
    update_payment_attachment = {
      needs = { "payment" },
      code = call("done", "update_payment_attachment", ATTACHMENT),
    },
    get_payment_attachment = {
      needs = { "payment", "attachment" },
      code = call("found", "get_payment_attachment", THIS_PAYMENT .. "}\n"),
    },
    get_payment_attachment_pdf = {
      needs = { "payment", "attachment" },
      code = call("pdf", "get_payment_attachment_pdf", THIS_PAYMENT .. "}\n")
        .. [[
if pdf then
  assert(pdf.content:find "^%%PDF")
end
]],
    },
    delete_payment_attachment = {
      needs = { "payment", "attachment" },
      code = call("done", "delete_payment_attachment", THIS_PAYMENT .. "}\n"),
    },
    get_merchant = {
      code = [[
local merchant, fault = subscriptions:get_merchant()
]],
    },
    simulate_agreement_decision = {
      needs = { "pending" },
      code = [[
local done, fault = subscriptions:simulate_agreement_decision {
  id = agreement.id,
  status = "Accepted",
}
]],
    },
    simulate_one_off_decision = {
      needs = { "one_off" },
      code = call(
        "done",
        "simulate_one_off_decision",
        THIS_AGREEMENT
          .. THIS_ONE_OFF
          .. '  operations = { { path = "/status", value = "Accepted" } },\n'
          .. "}\n"
      ),
    },
    simulate_agreement_cancel = {
      needs = { "agreement" },
      code = call(
        "done",
        "simulate_agreement_cancel",
        THIS_AGREEMENT .. "}\n"
      ),
    },
    simulate_payment_reject = {
      needs = { "payment", "seen" },
      code = call("done", "simulate_payment_reject", THIS_PAYMENT .. "}\n"),
    },
  },
}
