-- mobilepay_subscriptions.lua - who sends callbacks of MobilePay
-- Subscriptions: their credentials, and the request for a token where they
-- come with one. What they say stands in subscriptions_events.lua.

local credentials = require "luapay.callback.credentials"
local events = require "luapay.callback.subscriptions_events"
local request = require "luapay.callback.request"

local provider = {}

provider.OPTIONS = {
  basic = { type = "table" },
  api_key = { type = "string" },
  oauth2 = { type = "table" },
  anonymous = { type = "boolean" },
}

local PARTS = {
  basic = { user_name = true, password = true },
  oauth2 = {
    client_id = true,
    client_secret = true,
    token_path = true,
    lifetime = "number",
    scope = true,
  },
}

-- What a value must not be, though it is of the right type.
local function is_bad(key, value)
  return value == ""
    or key == "lifetime" and not (value > 0 and value < math.huge)
    or key == "user_name" and value:find(":", 1, true) ~= nil
end

local OPTIONAL = { lifetime = true, scope = true, token_path = true }

local function check_part(name, given, known)
  for key, value in pairs(given) do
    local want = known[key] == true and "string" or known[key]
    if type(value) ~= want or is_bad(key, value) then
      error(("callback: %s.%s: wrong, or unknown"):format(name, key), 4)
    end
  end
  for key in pairs(known) do
    if given[key] == nil and not OPTIONAL[key] then
      error(("callback: %s.%s is required"):format(name, key), 4)
    end
  end
end

-- Whether this asks for a token. It comes before there is one, and shows
-- the client's id and secret instead.
local function asks_for_token(tokens, from)
  if not tokens then return false end
  if tokens.path then return from.path == tokens.path end
  local kind = from.headers["content-type"] or ""
  return kind:lower():find("^application/x%-www%-form%-urlencoded") ~= nil
end

local function give_token(scheme, from)
  local header = from.headers.authorization or ""
  local is_client = scheme.is_client(header)
  return scheme.tokens:answer(request.fields(from), is_client)
end

--- Makes what reads a request: events, or nil and a refusal, or a reply.
---@param options table
---@param clock fun(): number
---@return table
function provider.new(options, clock)
  for name, known in pairs(PARTS) do
    if options[name] then check_part(name, options[name], known) end
  end
  local list = credentials.new(options, clock)
  if (#list == 0) ~= (options.anonymous == true) then
    error("callback: basic, api_key, oauth2, or else anonymous = true", 4)
  end
  local oauth2 = list.oauth2
  local reader = {
    methods = { POST = true },
    credentials = list,
    verified = #list > 0,
  }
  function reader.read(from)
    if asks_for_token(oauth2 and oauth2.tokens, from) then
      local reply, refusal = give_token(oauth2, from)
      return {}, refusal, reply
    end
    if #list > 0 then
      local good, refusal = credentials.check(list, from)
      if not good then return nil, refusal end
    end
    return events.read(from.body)
  end
  return reader
end

return provider
