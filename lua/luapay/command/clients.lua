-- clients.lua - the clients that commands use: of the configuration, of the
-- sandbox in this process, of a sandbox that runs as a server, and of
-- nothing at all, for what needs no provider.

local config = require "luapay.command.config"
local core = require "luapay.core"
local luapay = require "luapay"
local server = require "luapay.command.server"

local clients = {}

--- The options that commands of clients take.
clients.OPTIONS = {
  { "--config", "The configuration file.", value = "FILE" },
  { "--sandbox", "Ask luapay's pretend provider, in this process." },
  {
    "--sandbox-server",
    "Ask the pretend providers that `luapay sandbox` serves.",
  },
}

local SCHEMES = {
  infobip = function()
    return require "luapay.auth.infobip"
  end,
  mobip = function()
    return require "luapay.auth.mobip"
  end,
  mobilepay_online = function()
    return require "luapay.auth.mobilepay_online"
  end,
  mobilepay_subscriptions = function()
    return require "luapay.auth.mobilepay_subscriptions"
  end,
}

local CLIENT = {
  environment = { type = "string" },
  base_url = { type = "string" },
  account = { type = "string" },
  timeout = { type = "number" },
  retries = { type = "number" },
  currency = { type = "string" },
}

local TRANSPORT = {
  ca_file = { type = "string" },
  ca_path = { type = "string" },
  cert_file = { type = "string" },
  key_file = { type = "string" },
  key_password = { type = "string" },
  proxy = { type = "string" },
  connect_timeout = { type = "number" },
  http_loopback = { type = "boolean" },
}

--- What a section of the configuration may say of an API.
---@param api string
---@return table<string, table>
function clients.rules(api)
  local all = {}
  for _, rules in ipairs { CLIENT, TRANSPORT, SCHEMES[api]().options } do
    for name, rule in pairs(rules) do
      all[name] = rule
    end
  end
  all.share = nil
  if api == "mobilepay_subscriptions" then
    all.refresh_token_file = { type = "string" }
  end
  return all
end

--- The names of all APIs, in their order.
---@return string[]
function clients.apis()
  local names = {}
  for position = 1, math.huge do
    local api = core.api(position)
    if not api then return names end
    names[position] = api.name
  end
end

local function copy(given)
  local twin = {}
  for name, value in pairs(given) do
    twin[name] = value
  end
  return twin
end

-- ---- sandboxes

local PROVIDER = "f0000000-0000-4000-8000-000000000001"

local LOGINS = {
  infobip = { username = "reseller", password = "secret" },
  mobip = { api_account_id = "merchant", api_secret_key = "secret" },
  mobilepay_online = {
    client_id = "sandbox-client",
    client_secret = "sandbox-secret",
  },
  mobilepay_subscriptions = { provider_id = PROVIDER },
}

-- Entries of a journal that are the sandbox's are no provider's.
local function login(api, provider)
  local given = copy(LOGINS[api])
  given.account = "sandbox/" .. api
  if api == "mobilepay_subscriptions" then
    -- time may pass quickly there
    given.access_token = function()
      return provider:access_token()
    end
  end
  return given
end

local inner = {} -- those of this process

local DAYS = 86400
local AHEAD = 5 * DAYS

-- One agreement, and one payment of it that was made some days ago: so that
-- there is something to ask about. Ids are counted: they are always the same.
local function new_gym()
  local sandbox = require "luapay.sandbox"
  local provider = sandbox.mobilepay_subscriptions {
    clock = sandbox.clock(function()
      return core.wall() - AHEAD
    end),
  }
  local client = luapay.mobilepay_subscriptions {
    provider_id = PROVIDER,
    access_token = provider:access_token(),
    environment = "sandbox",
    transport = provider:transport(),
  }
  local links = {}
  local rels = { "user-redirect", "success-callback", "cancel-callback" }
  for i, rel in ipairs(rels) do
    links[i] = { rel = rel, href = "https://gym.example/" .. rel }
  end
  local agreement = assert(client:create_agreement {
    country_code = "DK",
    currency = "DKK",
    plan = "Gold",
    expiration_timeout_minutes = 10,
    links = links,
  })
  provider:accept(agreement.id)
  assert(client:request_payments {
    payments = {
      {
        agreement_id = agreement.id,
        amount = "50.00",
        description = "The month before",
        due_date = provider:day(3),
        external_id = "the-month-before",
        grace_period_days = 3,
      },
    },
  })
  provider:advance(AHEAD)
  return provider
end

-- A journal that outlives this process has ids of an earlier sandbox.
local function options_of(api, has_journal)
  if api ~= "infobip" or not has_journal then return nil end
  return { first_id = ("%.0f001"):format(core.wall() * 1000) }
end

--- The pretend provider in this process.
---@param api string
---@param has_journal? boolean what it makes is remembered
---@return luapay.sandbox.Provider
function clients.provider(api, has_journal)
  if inner[api] then return inner[api] end
  inner[api] = api == "mobilepay_subscriptions" and new_gym()
    or require("luapay.sandbox")[api](options_of(api, has_journal))
  return inner[api]
end

-- ---- real ones

local function read_token(shell, path)
  local private, why = core.is_private(path)
  if not private then
    config.fail("%s: %s%s", path, why, private == nil and "" or ": chmod 600")
  end
  return assert(shell.read(path)):match "^%s*(%S+)%s*$"
    or config.fail("%s: expected a refresh token and nothing else", path)
end

-- A refresh token may be good for one use: the next one is kept before the
-- old one is forgotten.
local function keep_token(path, token)
  local new = path .. ".new"
  os.remove(new)
  local made, why = core.create_private(new)
  if not made then config.fail("%s: %s", new, why or "is in the way") end
  local file = assert(io.open(new, "w"))
  assert(file:write(token, "\n"))
  assert(file:close())
  assert(os.rename(new, path))
end

local function from_config(shell, api, given)
  local settings = config.read(shell, given.config)
  local rules = clients.rules(api)
  local made = settings:options(api, rules)
  if not next(made) then
    config.fail(
      "nothing is known of %s: name its credentials in %s, or in the "
        .. "environment (luapay describe %s says which); or try --sandbox",
      api,
      settings.path or "a configuration file",
      api
    )
  end
  local transport = {}
  for name in pairs(TRANSPORT) do
    transport[name], made[name] = made[name], nil
  end
  local path = made.refresh_token_file
  made.refresh_token_file = nil
  if path then
    made.refresh_token = read_token(shell, path)
    made.on_tokens = function(tokens)
      if tokens.refresh_token then keep_token(path, tokens.refresh_token) end
    end
  end
  made.transport = luapay.transport.curl(transport)
  return made
end

--- What a client is made of. What is wrong with the configuration is raised
--- as a problem: see config.fail. There are secrets in it.
---@param shell table
---@param api string
---@param given table the parsed line
---@return table options
function clients.settings(shell, api, given)
  local options
  if given.sandbox and given.sandbox_server then
    config.fail "--sandbox or --sandbox-server: not both"
  elseif given.sandbox then
    local has_journal = given.journal or shell:env "LUAPAY_JOURNAL"
    local provider = clients.provider(api, has_journal ~= nil)
    options = login(api, provider)
    options.transport = provider:transport()
    options.environment = api == "mobilepay_subscriptions" and "sandbox" or nil
  elseif given.sandbox_server then
    local found = server.find(shell)
    options = login(api, found:provider(api))
    options.base_url = found.base_url
    options.transport = found:transport()
  else
    options = from_config(shell, api, given)
  end
  return options
end

--- A client: see clients.settings.
---@param shell table
---@param api string
---@param given table the parsed line
---@param more? table further options
---@return luapay.Client
function clients.new(shell, api, given, more)
  local options = clients.settings(shell, api, given)
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  local good, made = pcall(luapay[api], options)
  if good then return made end
  config.fail("%s", (tostring(made):gsub("^[^\n]-:%d+: ", "")))
end

--- A client that sends nothing, for what only the journal has to be read
--- for; its entries are those of the account.
---@param api string
---@param account string
---@return luapay.Client
function clients.offline(api, account)
  local options = copy(LOGINS[api])
  options.timeout = 0.1 -- whatever the lease
  if api == "mobilepay_subscriptions" then options.access_token = "none" end
  options.account = account
  options.transport = function()
    return nil,
      {
        kind = "transport",
        phase = "before_send",
        message = "no provider is asked here",
      }
  end
  return luapay[api](options)
end

return clients
