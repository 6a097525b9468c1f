-- The main job, on a pretend Infobip that is a real HTTPS server: credit
-- clients' accounts, take it back when one of them fails, and tell what is
-- certain from what is not. Needs nginx with its Lua module, and openssl.

local luapay = require "luapay"
local server = require "luapay.sandbox.server"

local here = arg[0]:match("^(.*/)") or ""
local show = dofile(here .. "demo/show.lua")
local audit = dofile(here .. "demo/audit.lua")

local NO_RATE = "12000" -- yen: the provider has no rate for them

local function orders_of_the_day(third_amount, third_currency)
  local function order(number, key, amount, code)
    local reference = "order-" .. number
    return {
      reference = reference,
      accountKey = key,
      amount = amount,
      currencycode = code,
      description = "Top-up for " .. reference,
    }
  end
  return {
    order(1, "EUR-1", "12.50", "EUR"),
    order(2, "DKK-1", "20.00", "EUR"),
    order(3, "USD-1", third_amount, third_currency),
  }
end

-- Runs a flow and shows what became of each order.
local function credit(job, seen, orders)
  job.runs = job.runs + 1
  local topup = luapay.flow.topup {
    client = job.infobip,
    journal = job.journal,
    run = "demo " .. job.runs,
    note = "order not complete",
  }
  local report, fault = topup:run(orders)
  report = report or fault.report
  show.items(orders, report)
  if fault then show.fault(fault) end
  audit.believe(seen, orders, report)
  return report, fault
end

local function one_fails(job, seen, provider)
  show.title("1. Three orders, all or nothing; the third cannot be booked")
  show.say("When one fails, those before it are rolled back, the last first.")
  local _, fault = credit(job, seen, orders_of_the_day(NO_RATE, "JPY"))
  show.ledger(provider, seen)
  seen.expect(
    "the failure of one order undid the whole",
    fault and fault.outcome == "failed"
  )
end

local function all_succeed(job, seen, provider)
  show.title("2. The same orders, the third in a currency that has a rate")
  local report = credit(job, seen, orders_of_the_day("80.00", "EUR"))
  show.ledger(provider, seen)
  seen.expect(
    "then all three were credited",
    report and report.states.done == 3
  )
end

local function answer_is_lost(job, seen, provider)
  show.title("3. One order whose answer is lost on the way")
  show.say("The provider books it, then the connection dies.")
  provider:inject { at = "add_funds", fault = "lost_answer" }
  local _, fault = credit(job, seen, {
    {
      reference = "order-4",
      accountKey = "DKK-1",
      amount = "75.00",
      currencycode = "DKK",
      description = "Top-up for order-4",
    },
  })
  show.say(
    "The money may have moved, so it is not sent again, and not called "
      .. "failed: it is parked in the journal. Who can look at the "
      .. "provider's books finds it there, once:"
  )
  show.ledger(provider, seen)
  seen.expect(
    "the lost answer is called unknown, not failed",
    fault and fault.outcome == "unknown"
  )
end

local function run(provider)
  local infobip = luapay.infobip {
    username = "reseller",
    password = "secret",
    timeout = 10,
    base_url = provider.base_url,
    transport = luapay.transport.curl { ca_file = provider.ca_file },
  }
  local seen = audit.new()
  show.opening(provider)
  local session =
    assert(infobip:login { username = "reseller", password = "secret" })
  show.row("login     reseller: %s", session.verified and "ok" or "refused")
  show.accounts("Before", provider)
  local job =
    { infobip = infobip, journal = luapay.journal.memory(), runs = 0 }
  one_fails(job, seen, provider)
  all_succeed(job, seen, provider)
  answer_is_lost(job, seen, provider)
  show.accounts("After", provider)
  return audit.conclude(seen, provider, show)
end

local provider, why = server.start {
  infobip = {
    accounts = {
      ["EUR-1"] = { currency = "EUR", balance = "100.00" },
      ["DKK-1"] = { currency = "DKK", balance = "100.00" },
      ["USD-1"] = { currency = "USD", balance = "100.00" },
    },
  },
}
if not provider then
  io.stderr:write("no sandbox: ", why, "\n")
  os.exit(1)
end
local ran, good = xpcall(function()
  return run(provider)
end, debug.traceback)
if not ran then io.stderr:write(good, "\n", provider:log()) end
provider:stop()
os.exit(ran and good and 0 or 1)
