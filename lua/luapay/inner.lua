-- inner.lua - what a client keeps, made of its options. call.lua and
-- exchange.lua look at it; nobody else does.

local core = require "luapay.core"
local custom = require "luapay.transport.custom"
local hooks = require "luapay.hooks"
local idempotency = require "luapay.idempotency"
local retry = require "luapay.retry"

local inner = {}

local OPTIONS = {
  environment = {
    type = "string",
    default = "production",
    choices = { production = true, sandbox = true },
  },
  base_url = { type = "string" },
  account = { type = "string" },
  transport = { type = "any", required = true },
  timeout = { type = "number", positive = true },
  retries = { type = "number" },
  validate = { type = "boolean", default = true },
  currency = { type = "string" },
  random = { type = "function", default = math.random },
}

local function check_base(api, base_url)
  local host, path = (base_url .. "/"):match "^https?://([^/]+)(/.*)$"
  local name = host and host:gsub(":%d+$", "")
  local named = name and (name:find "^%w[%w.-]*$" or name:find "^%[[%x:.]+%]$")
  if named and not path:find "[^\33-\126]" and not path:find "[?#\\]" then
    return
  end
  local what = "luapay.%s: base_url: expected https://host[:port][/path]"
  error(what:format(api), 4)
end

-- An address for each of the API's hosts, in their order. `base_url` stands
-- for the name of every host; the paths under which they serve stay.
local function bases_of(api, environment, base_url)
  local bases = {}
  for i, host in ipairs(api.hosts) do
    local address = host[environment]
    if base_url then
      address = (host.production or host.sandbox):gsub(
        "^https://[^/]+",
        (base_url:gsub("/+$", ""):gsub("%%", "%%%%"))
      )
    end
    bases[i] = address or false
  end
  return bases
end

local function find_api(name)
  for position = 1, math.huge do
    local api = core.api(position)
    if not api or api.name == name then return api end
  end
end

--- The rules of the options of a client: see luapay.options.
---@param scheme table
---@return table<string, table>
function inner.rules(scheme)
  local all = {}
  for _, rules in ipairs { OPTIONS, hooks.options, scheme.options } do
    for name, rule in pairs(rules) do
      all[name] = rule
    end
  end
  return all
end

local function policy_of(scheme, retries)
  local policy = {}
  for name, value in pairs(scheme.policy or retry.policy) do
    policy[name] = value
  end
  policy.retries = retries or policy.retries
  return policy
end

local function check_currency(api, currency)
  if pcall(core.minor, 0, currency) then return end
  local what = "luapay.%s: currency: ISO 4217 knows no %q"
  error(what:format(api, currency), 4)
end

local function settings_of(scheme, options)
  local settings = scheme.settings(options)
  if options.validate and not options.currency then return settings end
  settings = settings or {}
  settings.lenient = not options.validate
  settings.currency = options.currency
  return settings
end

-- Whose money a client moves: not a login, where there is a merchant.
local function account_of(name, scheme, options)
  if options.account then return options.account end
  local who = ""
  for _, field in ipairs(scheme.merchant or {}) do
    if options[field] and who == "" then who = options[field] end
  end
  return ("%s/%s/%s"):format(name, options.environment, who)
end

--- What a client of checked options keeps.
---@param name string of the API
---@param scheme table of its authentication
---@param options table
---@return table
function inner.new(name, scheme, options)
  local api = find_api(name)
  if options.base_url then check_base(name, options.base_url) end
  if options.currency then check_currency(name, options.currency) end
  local kept = {
    api = name,
    environment = options.environment,
    account = account_of(name, scheme, options),
    bases = bases_of(api, options.environment, options.base_url),
    transport = custom.from(options.transport),
    timeout = options.timeout or scheme.timeout or 30,
    settings = settings_of(scheme, options),
    policy = policy_of(scheme, options.retries),
    budget = retry.budget,
    keys = idempotency.new(),
    random = options.random,
  }
  for hook in pairs(hooks.options) do
    kept[hook] = options[hook]
    kept.hooked = kept.hooked or options[hook] ~= nil
  end
  return kept
end

return inner
