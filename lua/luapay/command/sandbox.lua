-- sandbox.lua - `luapay sandbox`: the pretend providers as a server, and what
-- can be done with them.

local clients = require "luapay.command.clients"
local core = require "luapay.core"
local luapay = require "luapay"

-- ---- a journal to try the commands on

local HOURS = 3600
local AGO = 2 * HOURS

-- Two hours ago: so that a person may say that something is absent.
local function clock()
  return {
    wall = function()
      return core.wall() - AGO
    end,
    boot = function()
      return core.boottime() - AGO
    end,
    boot_id = core.boot_id(),
  }
end

local ORDERS = {
  { "order-1", "12.50", "EUR", "EUR-1" },
  { "order-2", "20.00", "USD", "USD-1" },
  { "order-3", "9.95", "EUR", "EUR-1" },
  { "order-4", "5.00", "EUR", "nobody" },
  { "order-7", "40.00", "EUR", "EUR-1", "lost_answer" },
  { "order-8", "15.00", "USD", "USD-1", "closed" },
}

local function demo(given, shell)
  if core.file(given.file) then
    return shell:refuse("%s is there already", given.file)
  end
  local journal, fault =
    luapay.journal.sqlite { path = given.file, clock = clock() }
  if not journal then return shell:refuse("%s", tostring(fault)) end
  local provider = clients.provider "infobip"
  local flow = luapay.flow.topup {
    client = clients.new(shell, "infobip", { sandbox = true }),
    journal = journal,
    mode = "each",
    run = "evening",
  }
  for _, order in ipairs(ORDERS) do
    if order[5] then provider:inject { at = "add_funds", fault = order[5] } end
    flow:run_one {
      reference = order[1],
      amount = order[2],
      currencycode = order[3],
      accountKey = order[4],
      description = order[1],
    }
  end
  journal:close()
  shell:say(
    "%s is the journal of a bad day at the sandbox. Try:\n"
      .. "  luapay journal report --sandbox --journal %s",
    given.file,
    shell.word(given.file)
  )
  return shell.DONE
end

return {
  name = "sandbox",
  summary = "The pretend providers.",
  commands = {
    {
      name = "demo",
      summary = "Makes a journal with a bad day in it, to try commands on.",
      arguments = { { "file", "The new file." } },
      examples = {
        "luapay sandbox demo evening.db",
        "luapay journal report --sandbox --journal evening.db",
      },
      run = demo,
    },
  },
  examples = { "luapay sandbox demo evening.db" },
}
