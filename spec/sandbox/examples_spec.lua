-- The examples are run as they stand, by the Lua that runs this spec.

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function interpreter()
  local found, i = arg[0], -1
  while arg[i] do
    found, i = arg[i], i - 1
  end
  return found
end

-- What an example prints, and its exit code.
local function run(name)
  local pipe = io.popen(
    (
      "LUA_PATH=%s LUA_CPATH=%s %s examples/%s.lua "
      .. '</dev/null 2>&1; echo "exit $?"'
    ):format(
      quote(package.path),
      quote(package.cpath),
      quote(interpreter()),
      name
    )
  )
  local text = pipe:read("*a")
  pipe:close()
  local out, code = text:match("^(.*)exit (%d+)\n$")
  return out, tonumber(code)
end

describe("examples/", function()
  for _, case in ipairs {
    {
      "demo",
      "ledger: 8 bookings, balances add up, nothing lost, "
        .. "nothing twice: ok\n",
    },
    { "sandbox", "base_url  https://localhost:" },
    { "credit", "rolled back: 12.50 EUR\n" },
    { "payment_link", "order-17\tPAID\t15.00\tEUR\n" },
    { "queue", "2000\nall done\n" },
    { "invoices", "all pushed\n250 are as they should be, missing: 0\n" },
    { "topup", "nothing is left behind\norder-1\treturned\tcompensated" },
    { "one_off", "the money has\tmoved\t25.00\n" },
    {
      "subscription_batch",
      "\nmoved\t249\t24775.50\n",
    },
    { "agreement", "ann\tdone\tAccepted\nbob\tclosed\tExpired\n" },
    { "refunds", "towel-17 torn\treturned\t20.00\nflow.refunds: argument" },
    { "spec_of_yours", "the money was booked once:" },
    {
      "callback",
      "replied 200, handled 0\ncallback mobilepay_subscriptions:",
    },
  } do
    it(case[1] .. ".lua runs and says what it should", function()
      local out, code = run(case[1])
      assert.equal(0, code, out)
      assert.truthy(out:find(case[2], 1, true), out)
      assert.is_nil(out:find("\27", 1, true))
    end)
  end
end)
