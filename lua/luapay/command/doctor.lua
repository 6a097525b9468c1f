-- doctor.lua - `luapay doctor`: whether this installation can do its work.
-- Every line is ok, warn or fail, with what to do.

local clients = require "luapay.command.clients"
local config = require "luapay.command.config"
local core = require "luapay.core"
local json = require "luapay.command.json"
local ledger = require "luapay.command.ledger"

local BUNDLES = {
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
}

local FAR = 30 -- seconds that a clock may be wrong

-- ---- this machine

local function check_lua(say)
  local name = rawget(_G, "jit") and rawget(_G, "jit").version or _VERSION
  say("ok", "Lua", name)
end

local function check_curl(say)
  local good, curl = pcall(require, "luapay.curl")
  if not good then
    say(
      "fail",
      "libcurl",
      "luapay.curl cannot be loaded",
      "install libcurl (Debian: libcurl4), and build luapay with it"
    )
    return
  end
  local text = curl.version()
  local major, minor, patch = text:match "libcurl/(%d+)%.(%d+)%.(%d+)"
  local number = tonumber(major or 0) * 65536
    + tonumber(minor or 0) * 256
    + tonumber(patch or 0)
  local unfit = curl.unfit(number)
  if unfit then
    say("fail", "libcurl", text, unfit)
  elseif not text:find "SSL" and not text:find "TLS" then
    say("fail", "libcurl", text, "it was built without TLS: use another one")
  else
    say("ok", "libcurl", text)
  end
end

local function check_module(say, name, title, status, what)
  local good, module = pcall(require, name)
  if not good then
    say(status, title, "not there", what)
    return nil
  end
  return module
end

local function check_modules(say)
  local cjson = check_module(
    say,
    "cjson",
    "lua-cjson",
    "fail",
    "install it (Debian: lua-cjson)"
  )
  if cjson then say("ok", "lua-cjson", tostring(cjson._VERSION or "there")) end
  local crypto = check_module(
    say,
    "luapay.crypto",
    "libcrypto",
    "warn",
    "needed for callbacks and MobilePay Subscriptions"
  )
  if crypto then say("ok", "libcrypto", "there") end
  local sqlite = check_module(
    say,
    "luapay.sqlite",
    "SQLite",
    "warn",
    "needed for a journal in a file (Debian: libsqlite3-0)"
  )
  if sqlite then say("ok", "SQLite", tostring(sqlite.version())) end
  local postgres = check_module(
    say,
    "luapay.postgres",
    "libpq",
    "warn",
    "needed for a journal in PostgreSQL (Debian: libpq5)"
  )
  if postgres then say("ok", "libpq", tostring(postgres.version())) end
end

local function check_nginx(say)
  local programs = require "luapay.sandbox.server_programs"
  local found, why = programs.find "/tmp"
  if found then
    say("ok", "nginx", found.nginx .. ", with its Lua module")
  else
    say(
      "warn",
      "nginx",
      why,
      "needed for luapay sandbox (Debian: nginx libnginx-mod-http-lua "
        .. "openssl), and to run inside nginx"
    )
  end
end

local function check_bundle(say)
  for _, place in ipairs(BUNDLES) do
    if core.file(place) then
      say("ok", "CA bundle", place)
      return
    end
  end
  say(
    "fail",
    "CA bundle",
    "none at the usual places",
    "install ca-certificates, or say ca_file in the configuration"
  )
end

local function check_boot(say)
  if core.boot_id() ~= "" then
    say("ok", "boot clock", "counts a suspension, and is one for all")
  else
    say(
      "warn",
      "boot clock",
      "the system does not name its boots",
      "leases in SQLite are watched for their whole length after a restart"
    )
  end
end

-- ---- the journal

-- The file system of a path, by the longest mount point above it.
local function file_system(path, shell)
  local best, kind = "", nil
  local real = core.real_path(path) or path
  for line in (shell.read "/proc/mounts" or ""):gmatch "[^\n]+" do
    local place, name = line:match "^%S+ (%S+) (%S+)"
    local inside = place
      and (
        place == "/"
        or real == place
        or real:sub(1, #place + 1) == place .. "/"
      )
    if inside and #place >= #best then
      best, kind = place, name
    end
  end
  return kind
end

local MEMORY = { tmpfs = true, ramfs = true }

local function check_journal(say, shell, given)
  local good, path, options = pcall(ledger.place, shell, given)
  if not good then
    if getmetatable(path) ~= config then error(path, 0) end
    say("fail", "journal", path.message, "name it as doc/command.md says")
    return
  elseif not (path or options.database) then
    say("ok", "journal", "none is named: --journal, or [journal]")
    return
  elseif path and not core.file(path) then
    say("warn", "journal", path .. " is not there", "the first flow makes it")
    return
  end
  local fine, journal, fault = pcall(ledger.open, shell, given, true)
  if not fine then
    if getmetatable(journal) ~= config then error(journal, 0) end
    say("fail", "journal", journal.message, "see doc/journal.md")
    return
  elseif not journal then
    say("fail", "journal", fault.message, "see doc/journal.md")
    return
  end
  local warning = journal.warning
  local groups, err = journal:groups()
  journal:close()
  local place = path or "database " .. options.database
  if not groups then
    say("fail", "journal", err.message, "see doc/journal.md")
  elseif warning then
    say("warn", "journal", place .. ": " .. warning, "see doc/journal.md")
  else
    say("ok", "journal", place .. ", of this luapay's version")
  end
  local kind = path and file_system(path, shell)
  if kind and MEMORY[kind] then
    say(
      "fail",
      "journal's disk",
      kind .. ": it is gone when the machine ends",
      "put it on a disk"
    )
  elseif kind then
    say("ok", "journal's disk", kind)
  end
  local private, why
  if path then
    private, why = core.is_private(path)
  end
  if private == false then
    say("warn", "journal's file", why, "chmod 600 " .. shell.word(path))
  end
end

-- ---- providers

local MONTHS = {
  Jan = 1,
  Feb = 2,
  Mar = 3,
  Apr = 4,
  May = 5,
  Jun = 6,
  Jul = 7,
  Aug = 8,
  Sep = 9,
  Oct = 10,
  Nov = 11,
  Dec = 12,
}

-- Seconds since 1970 of a header Date, or nil.
local function time_of(date)
  local day, month, year, hour, minute, second =
    tostring(date):match "(%d+) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT"
  month = MONTHS[month]
  if not month then return nil end
  year = tonumber(year) - (month <= 2 and 1 or 0)
  local shifted = (month + 9) % 12
  local days = 365 * year
    + math.floor(year / 4)
    - math.floor(year / 100)
    + math.floor(year / 400)
    + math.floor((153 * shifted + 2) / 5)
    + tonumber(day)
    - 719469
  return days * 86400
    + tonumber(hour) * 3600
    + tonumber(minute) * 60
    + tonumber(second)
end

local function check_clock(say, api, date)
  local there = time_of(date)
  if not there then
    say("warn", api .. " clock", "it sends no Date", "nothing")
    return
  end
  local off = core.wall() - there
  if math.abs(off) > FAR then
    say(
      "fail",
      api .. " clock",
      ("this machine's is %.0f s %s"):format(
        math.abs(off),
        off > 0 and "ahead" or "behind"
      ),
      "set it (systemd-timesyncd, chrony): tokens and due dates go by it"
    )
  else
    say("ok", api .. " clock", ("within %.0f s"):format(math.abs(off) + 1))
  end
end

local function host_of(api, options)
  if options.base_url then return options.base_url end
  for position = 1, math.huge do
    local about = core.api(position)
    if not about then return nil end
    if about.name == api then
      return about.hosts[1][options.environment or "production"]
    end
  end
end

local function check_reach(say, api, client, options)
  local url = host_of(api, options)
  if not url then
    say("warn", api, "has no such environment", "see its page in doc/")
    return false
  end
  local response, failure = client:transport():send({
    method = "GET",
    url = url .. "/",
    headers = {},
  }, 10)
  if not response then
    say(
      "fail",
      api .. " reach",
      url .. ": " .. tostring(failure.message),
      "check the name, the firewall, the proxy"
    )
    return false
  end
  say("ok", api .. " reach", url)
  check_clock(say, api, response.headers.date)
  return true
end

-- A call that logs in and changes nothing.
local LOGINS = {
  infobip = { "login", { "username", "password" } },
  mobip = { "is_valid", {}, { trid = "none" } },
  mobilepay_online = { "get_credentials", {} },
  mobilepay_subscriptions = { "get_merchant", {} },
}

-- Any other refusal comes after the credentials were found good.
local NOT_ASKED =
  { auth = true, transport = true, timeout = true, server = true }

local function check_login(say, api, client, options)
  local method, names, args = LOGINS[api][1], LOGINS[api][2], {}
  for name, value in pairs(LOGINS[api][3] or {}) do
    args[name] = value
  end
  for _, name in ipairs(names) do
    args[name] = options[name]
  end
  local good, fault = client[method](client, args)
  if good or not NOT_ASKED[fault.kind] then
    say("ok", api .. " login", "asked: " .. method)
  elseif fault.kind == "auth" then
    say(
      "fail",
      api .. " login",
      fault.message,
      "check the credentials of [" .. api .. "]"
    )
  else
    say("fail", api .. " login", fault.message, "try again later")
  end
end

local function is_meant(shell, api, given, settings)
  if given.sandbox or given.sandbox_server then return true end
  return settings:has(api, clients.rules(api)) and shell ~= nil
end

local function check_providers(say, shell, given)
  local good, settings = pcall(config.read, shell, given.config)
  if not good then
    if getmetatable(settings) ~= config then error(settings, 0) end
    say("fail", "configuration", settings.message, "see doc/command.md")
    return
  end
  local is_there = settings.path and core.file(settings.path)
  say(
    "ok",
    "configuration",
    is_there and settings.path .. ", for you alone"
      or "no file: the environment only"
  )
  for _, api in ipairs(clients.apis()) do
    if not is_meant(shell, api, given, settings) then
      say("ok", api, "is not configured")
    elseif given.offline then
      say("ok", api, "is configured, and was not asked")
    else
      local fine, options = pcall(clients.settings, shell, api, given)
      local made, client
      if fine then
        made, client = pcall(clients.new, shell, api, given)
      end
      if not made then
        local problem = fine and client or options
        if getmetatable(problem) ~= config then error(problem, 0) end
        say(
          "fail",
          api,
          problem.message,
          "luapay describe " .. api .. " says what it needs"
        )
      elseif given.sandbox or check_reach(say, api, client, options) then
        check_login(say, api, client, options)
      end
    end
  end
end

-- ---- the command

local COLOURS = { ok = "green", warn = "yellow", fail = "red" }

local function run(given, shell)
  local lines, worst = {}, "ok"
  local function say(status, what, found, todo)
    lines[#lines + 1] =
      { status = status, what = what, found = found, todo = todo }
    if status == "fail" or (status == "warn" and worst == "ok") then
      worst = status
    end
    if given.json then return end
    local mark = shell:paint(COLOURS[status], ("%-4s"):format(status))
    shell:say("%s  %s: %s", mark, what, shell.shown(found))
    if todo then shell:say("      %s", todo) end
  end
  check_lua(say)
  check_curl(say)
  check_modules(say)
  check_nginx(say)
  check_boot(say)
  check_bundle(say)
  check_journal(say, shell, given)
  check_providers(say, shell, given)
  if given.json then
    shell:say("%s", json.write { status = worst, checks = lines })
  end
  return worst == "fail" and shell.FAILED or shell.DONE
end

local OPTIONS = {
  { "--json", "Print JSON." },
  { "--offline", "Ask no provider." },
  ledger.OPTION,
}
for _, option in ipairs(clients.OPTIONS) do
  OPTIONS[#OPTIONS + 1] = option
end

return {
  name = "doctor",
  summary = "Says whether this installation can do its work.",
  about = "Looks at Lua, libcurl, the libraries, the CA bundle, the journal, "
    .. "and at each API that\nis configured: whether it can be reached, how "
    .. "far its clock is from this one, and\nwhether a login works. Nothing "
    .. "else is called. Every line is ok, warn or fail, with\nwhat to do. "
    .. "Status 1: something fails.",
  options = OPTIONS,
  examples = {
    "luapay doctor --offline",
    "luapay doctor --sandbox",
  },
  run = run,
}
