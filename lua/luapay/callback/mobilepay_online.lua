-- mobilepay_online.lua - who sends callbacks of MobilePay Online: only the
-- caller's certificate tells that it is MobilePay. What they say stands in
-- online_events.lua.

local card = require "luapay.callback.card"
local certificate = require "luapay.callback.certificate"
local events = require "luapay.callback.online_events"

local provider = {}

provider.OPTIONS = {
  client_name = { type = "any", required = true },
  keys = { type = "table" },
}

local function names_of(given)
  if given == false then return nil end
  local names = {}
  for _, name in ipairs(type(given) == "table" and given or { given }) do
    if type(name) == "string" and name ~= "" then names[name] = true end
  end
  if next(names) == nil then
    error("callback: client_name: expected the name of a certificate", 5)
  end
  return names
end

--- Makes what reads a request: events, or nil and a refusal.
---@param options table
---@return table
function provider.new(options)
  local names = names_of(options.client_name)
  local keys = options.keys and card.keys(options.keys)
  local reader = {
    methods = { POST = true },
    names = names,
    keys = keys,
    verified = names ~= nil,
  }
  function reader.read(from)
    if names then
      local good, refusal = certificate.check(names, from)
      if not good then return nil, refusal end
    end
    return events.read(from.body, keys)
  end
  return reader
end

return provider
