-- sandbox.lua - `luapay sandbox`: the pretend providers as a server, and what
-- can be done with them.

local clients = require "luapay.command.clients"
local core = require "luapay.core"
local json = require "luapay.command.json"
local luapay = require "luapay"
local server = require "luapay.command.server"

local JSON = { "--json", "Print JSON." }

local function say(given, shell, value, shape)
  if given.json then
    shell:say("%s", json.write(value, shape))
  elseif next(value) == nil then
    shell:say "(nothing)"
  else
    shell:lines(shell.readable(value))
  end
  return shell.DONE
end

-- ---- the server

local PLAIN, TLS = 8080, 8443

local PATIENCE = 15 -- seconds for a server to be ready

-- The same command in a process of its own; comes back when it is ready.
local function start_behind(given, shell, port)
  server.forget(shell)
  local lowest, words = 0, {}
  while arg[lowest - 1] do
    lowest = lowest - 1
  end
  for i = lowest, 0 do
    words[#words + 1] = shell.word(arg[i])
  end
  local out = os.tmpname()
  os.execute(
    ("nohup %s sandbox --port %d%s >%s 2>&1 </dev/null &"):format(
      table.concat(words, " "),
      port,
      given.tls and " --tls" or "",
      shell.word(out)
    )
  )
  local till = core.now() + PATIENCE
  local said
  repeat
    core.sleep(0.05)
    said = shell.read(out) or ""
    local about = server.about(shell)
    if about then
      os.remove(out)
      shell:say("The pretend providers are at %s", about.base_url)
      if given.tls then shell:say("Their CA is %s", about.ca_file) end
      shell:note "luapay sandbox stop ends them."
      return shell.DONE
    end
  until core.now() > till or said:find "luapay sandbox:"
  os.remove(out)
  shell:note("%s", said ~= "" and said or "luapay sandbox: it does not start")
  return shell.FAILED
end

local function stop(_, shell)
  local about = server.about(shell)
  server.forget(shell)
  local pid = about and tonumber(about.pid)
  if not pid then
    shell:note "luapay sandbox stop: no sandbox is running"
    return shell.FAILED
  end
  os.execute(("kill %d 2>/dev/null"):format(pid))
  shell:say "The sandbox has ended."
  return shell.DONE
end

local function serve(given, shell)
  local port = given.port or given.tls and TLS or PLAIN
  if port % 1 ~= 0 or port > 65535 then
    return shell:refuse "--port: expected a whole number from 1 to 65535"
  elseif given.background then
    return start_behind(given, shell, port)
  end
  local started, why = require("luapay.sandbox.server").start {
    port = given.tls and port or nil,
    http_port = not given.tls and port or nil,
  }
  if not started then
    shell:note("luapay sandbox: %s", why)
    return shell.FAILED
  end
  local base_url = started.base_url
  if not given.tls then base_url = ("http://localhost:%d"):format(port) end
  server.announce(shell, {
    base_url = base_url,
    ca_file = started.ca_file,
    pid = core.process(),
  })
  shell:say("The pretend providers are at %s", base_url)
  if given.tls then shell:say("Their CA is %s", started.ca_file) end
  shell:say "luapay call --sandbox-server infobip.add_funds ... asks them;"
  shell:say "luapay sandbox ledger shows what they have booked."
  shell:say "Ctrl-C ends them."
  shell.out:flush()
  -- Ctrl-C raises
  pcall(function()
    while true do
      core.sleep(0.2)
    end
  end)
  server.forget(shell)
  started:stop()
  return shell.DONE
end

-- ---- what is done with one that runs

local function check_api(shell, name)
  for _, api in ipairs(clients.apis()) do
    if api == name then return true end
  end
  shell:refuse(
    "there is no API %s: %s",
    name,
    table.concat(clients.apis(), ", ")
  )
  return false
end

local function each_api(given)
  return given.api and { given.api } or clients.apis()
end

local function show(what)
  return function(given, shell)
    if given.api and not check_api(shell, given.api) then
      return shell.USAGE
    end
    local found, list = server.find(shell), {}
    for _, api in ipairs(each_api(given)) do
      for _, one in ipairs(found:administer("GET", api .. "/" .. what)) do
        one.api = api
        list[#list + 1] = one
      end
    end
    return say(given, shell, list, "list")
  end
end

local function tell(what, said)
  return function(given, shell)
    if given.api and not check_api(shell, given.api) then
      return shell.USAGE
    end
    local found = server.find(shell)
    for _, api in ipairs(each_api(given)) do
      found:administer("POST", api .. "/" .. what, {})
    end
    shell:say("%s", said)
    return shell.DONE
  end
end

local function advance(given, shell)
  local seconds = shell.seconds(given.time)
  if not seconds then
    return shell:refuse "expected a time like 90s, 10m, 2h or 3d"
  end
  -- one clock for all of them
  server.find(shell):administer("POST", "infobip/advance", {
    seconds = seconds,
  })
  shell:say("%s have passed there.", given.time)
  return shell.DONE
end

-- The API that has a call of this name; several may.
local function api_of(shell, name)
  local list = {}
  for _, api in ipairs(clients.apis()) do
    if core.find(api .. "." .. name) then list[#list + 1] = api end
  end
  if #list == 1 then return list[1] end
  if list[1] then
    shell:refuse("%s: which API: %s?", name, table.concat(list, ", "))
  else
    shell:refuse("no API has a call %s", name)
  end
end

local function inject(given, shell)
  local api, name = given.call:match "^([%l_]+)%.([%w_]+)$"
  name = name or given.call
  if api and not check_api(shell, api) then return shell.USAGE end
  api = api or api_of(shell, name)
  if not api then return shell.USAGE end
  local order = { at = name, fault = given.fault }
  for _, option in ipairs { "times", "skip", "seconds", "rows", "status" } do
    order[option] = given[option]
  end
  if given.booked then order.booked = given.booked == "yes" end
  server.find(shell):administer("POST", api .. "/inject", order)
  shell:say("The next %s.%s will have it: %s", api, name, given.fault)
  return shell.DONE
end

local function read_argument(text)
  if text:find '^[%[{"]' or text:find "^%-?%d+$" then
    local value = json.read(text)
    if value ~= nil then return value end
  end
  return text
end

local function call(given, shell)
  if not check_api(shell, given.api) then return shell.USAGE end
  local args = {}
  for i, text in ipairs(given.args) do
    args[i] = read_argument(text)
  end
  local answer = server.find(shell):administer(
    "POST",
    given.api .. "/call",
    { method = given.method, args = args[1] ~= nil and args or nil }
  )
  local result = answer.result
  if type(result) == "table" then return say(given, shell, result) end
  if result ~= nil then shell:say("%s", tostring(result)) end
  return shell.DONE
end

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

-- ---- the definitions

local function on_server(...)
  local lines = { "luapay sandbox --port 8080 --background" }
  for _, line in ipairs { ... } do
    lines[#lines + 1] = line
  end
  lines[#lines + 1] = "luapay sandbox stop"
  return lines
end

local API = {
  "api",
  "One API; all of them unless given.",
  count = "?",
  complete = "apis",
}

local commands = {
  {
    name = "ledger",
    summary = "What the providers have booked.",
    arguments = { API },
    options = { JSON },
    examples = on_server(
      "luapay call --sandbox-server infobip.add_funds accountKey=EUR-1 \\",
      "  amount=12.50 description='Order 17'",
      "luapay sandbox ledger infobip"
    ),
    run = show "ledger",
  },
  {
    name = "requests",
    summary = "What the providers were asked, without secrets.",
    arguments = { API },
    options = { JSON },
    examples = on_server "luapay sandbox requests infobip --json",
    run = show "requests",
  },
  {
    name = "inject",
    summary = "Orders a bad day for a call.",
    about = "Orders a bad day: the next call of that name has it. Faults: "
      .. "closed (before the\nprovider acts), lost_answer (after it), cut, "
      .. "truncated, garbage, error, delay,\nsession_expired, duplicate, and "
      .. "more in doc/sandbox.md.",
    arguments = {
      {
        "call",
        "As add_funds, or infobip.add_funds.",
        complete = "calls",
      },
      { "fault", "As lost_answer." },
    },
    options = {
      { "--times", "How often it comes; 1.", value = "N", number = true },
      { "--skip", "Calls to spare first.", value = "N", number = true },
      { "--seconds", "How late, or long.", value = "N", number = true },
      { "--rows", "How many rows.", value = "N", number = true },
      { "--status", "Of HTTP.", value = "N", number = true },
      {
        "--booked",
        "Whether the provider acts.",
        value = "WHETHER",
        choices = { "yes", "no" },
      },
    },
    examples = on_server(
      "luapay sandbox inject add_funds lost_answer",
      "luapay call --sandbox-server infobip.add_funds accountKey=EUR-1 \\",
      "  amount=12.50 description='Order 17' || test $? = 3"
    ),
    run = inject,
  },
  {
    name = "clear",
    summary = "Forgets the bad days that have not come yet.",
    arguments = { API },
    examples = on_server "luapay sandbox clear",
    run = tell("clear", "There are no bad days to come."),
  },
  {
    name = "reset",
    summary = "Back to the first day.",
    arguments = { API },
    examples = on_server "luapay sandbox reset infobip",
    run = tell("reset", "It is the first day again."),
  },
  {
    name = "advance",
    summary = "Lets time pass at the providers.",
    arguments = { { "time", "As 90s, 10m, 2h, 3d." } },
    examples = on_server "luapay sandbox advance 3d",
    run = advance,
  },
  {
    name = "call",
    summary = "What a payer, a user or a bank does there.",
    about = "Calls a method of a pretend provider, as doc/sandbox.md lists "
      .. "them: what a payer,\na user, a bank or a merchant does.",
    arguments = {
      { "api", "The API.", complete = "apis" },
      { "method", "As balance, pay, accept." },
      { "args", "Its arguments.", count = "*" },
    },
    options = { JSON },
    examples = on_server(
      "luapay sandbox call infobip accounts",
      "luapay sandbox call mobip queue"
    ),
    run = call,
  },
  {
    name = "stop",
    summary = "Ends the server.",
    examples = on_server(),
    run = stop,
  },
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
}

return {
  name = "sandbox",
  summary = "Serves the pretend providers.",
  about = "Serves all pretend providers on this machine until Ctrl-C, by "
    .. "HTTP, or by HTTPS\nwith a throw-away CA. --sandbox-server of other "
    .. "commands asks them. It needs\nnginx with its Lua module, and openssl.",
  options = {
    {
      "--port",
      "8080, or 8443 with --tls, unless given.",
      value = "PORT",
      number = true,
    },
    { "--tls", "By HTTPS." },
    { "--background", "Come back when it is ready, and let it run." },
  },
  commands = commands,
  run = serve,
  examples = on_server(
    "luapay call --sandbox-server infobip.add_funds accountKey=EUR-1 \\",
    "  amount=12.50 description='Order 17'",
    "luapay sandbox ledger"
  ),
}
