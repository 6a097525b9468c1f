-- Pretend Mobips, near and far, and clients of them.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local server = require "luapay.sandbox.server"

local helper = {}

-- The places where a client can meet a pretend Mobip. Each opens one with
-- options, and says how a client reaches it.
helper.places = {
  ["in process"] = function(options)
    local provider = sandbox.mobip(options)
    return provider, { transport = provider:transport() }
  end,
  ["over HTTPS"] = function(options)
    local started = assert(server.start { mobip = options })
    return started.mobip,
      {
        base_url = started.base_url,
        transport = luapay.transport.curl { ca_file = started.ca_file },
      }
  end,
}

-- A client of an account, reaching the provider in that way.
function helper.client(way, account, more)
  local options = { api_account_id = account, api_secret_key = "secret" }
  for _, source in ipairs { way, more or {} } do
    for name, value in pairs(source) do
      options[name] = value
    end
  end
  return luapay.mobip(options)
end

-- A provider in this process and a client of the merchant.
function helper.open(options, more)
  local provider, way = helper.places["in process"](options)
  return provider, helper.client(way, "merchant", more), way
end

local function changed(args, changes)
  for name, value in pairs(changes or {}) do
    args[name] = value
  end
  return args
end

-- The arguments of a request for 12.50 and 2.50 of tax, changed as wanted.
function helper.ask(changes)
  return changed({
    item_amount_in_cents = 1250,
    tax_amount = 250,
    item_name = "Tea é",
    media = "EMAIL",
    customer_email = "payer@shop.test",
    redirect_url = "https://shop.test/thanks",
    call_back_url = "https://shop.test/told",
    track_id = "order 1",
  }, changes)
end

-- The same for a one-use QR code.
function helper.show(changes)
  return changed({
    item_amount_in_cents = 1250,
    tax_amount_in_cents = 250,
    item_name = "Tea",
    redirect_url = "https://shop.test/thanks",
    call_back_url = "https://shop.test/told",
  }, changes)
end

-- The requests that reached an endpoint.
function helper.asked(provider, endpoint)
  local found = {}
  for _, request in ipairs(provider:requests()) do
    if request.endpoint == endpoint then found[#found + 1] = request end
  end
  return found
end

return helper
