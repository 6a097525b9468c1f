-- Asks for the payments of a file at MobilePay Subscriptions, on the sandbox
-- in this process. Started again after a crash, it would go on where it
-- stopped, with a journal that lasts: luapay.journal.sqlite.

local csv = require "examples.support.csv"
local luapay = require "luapay"
local progress = require "examples.support.progress"
local provider = require("luapay.sandbox").mobilepay_subscriptions()

local client = luapay.mobilepay_subscriptions {
  transport = provider:transport(),
  environment = "sandbox",
  refresh_token = provider:refresh_token(),
  client_id = "sandbox-client",
  client_secret = "sandbox-secret",
  provider_id = "f0000000-0000-4000-8000-000000000001",
}

-- Ann has signed up before.
local agreement = assert(client:create_agreement {
  country_code = "DK",
  currency = "DKK",
  plan = "Gold",
  expiration_timeout_minutes = 10,
  links = {
    { rel = "user-redirect", href = "https://gym.example/back" },
    { rel = "success-callback", href = "https://gym.example/yes" },
    { rel = "cancel-callback", href = "https://gym.example/no" },
  },
})
assert(provider:accept(agreement.id))

-- Your file: 250 payments, one of them of nothing.
local path = os.tmpname()
local file = assert(io.open(path, "w"))
file:write "reference,agreement_id,amount,description\n"
for i = 1, 250 do
  local amount = i == 17 and "0" or "99.50"
  file:write(("P-%d,%s,%s,January\n"):format(i, agreement.id, amount))
end
file:close()

-- The sandbox's time.
local function now()
  return provider:now()
end

local batch = luapay.flow.subscription_batch {
  client = client,
  journal = luapay.journal.memory { clock = { wall = now, boot = now } },
  run = "2024-01",
  portion = 50,
  bad_rows = "skip", -- unless said otherwise, a bad row stops them all
  on_bad_row = function(row, field, message)
    print(("row %d: %s %s"):format(row, field, message))
  end,
  on_progress = progress "asked",
}

provider:inject { at = "request_payments", fault = "lost_answer" }
local _, fault = batch:run(csv(path))
print(fault.kind, "unknown: " .. (fault.report.states.unknown or 0))

provider:advance(300) -- then the provider is asked which of them it has
assert(batch:recover())
_, fault = batch:run(csv(path)) -- the same file: nothing is asked for twice
print(fault)

provider:advance(3 * 86400) -- callbacks would tell what becomes of them
local report = assert(batch:recover()) -- or one asks
print("moved", report.money.moved.count, report.money.moved.sums.DKK)
for item in batch:items { needs_person = true } do
  print(item.reference, item.state, item.advice)
end
os.remove(path)
