-- credentials.lua - who may call: what an Authorization header must be.
-- Several may be given at once, while the provider changes from one to
-- another. All comparisons take the same time wherever texts differ.

local crypto = require "luapay.crypto"
local request = require "luapay.callback.request"
local token = require "luapay.callback.token"

local refuse = request.refuse

local credentials = {}

-- Digests are of one length, so that nothing tells the secret's.
local function same(a, b)
  return crypto.equal(crypto.sha256(a), crypto.sha256(b))
end

--- The user name and password of a Basic header, or nil.
---@param header string
---@return string? user
---@return string? password
function credentials.basic(header)
  local scheme, text = header:match "^(%a+) +(%S+)$"
  if not scheme or scheme:lower() ~= "basic" then return nil end
  local plain = crypto.base64_decode(text)
  if not plain then return nil end
  return plain:match "^([^:]*):(.*)$"
end

--- Whether a Basic header is that of a user; looks at both parts in any
--- case.
---@param header string
---@param user string
---@param password string
---@return boolean
function credentials.is_user(header, user, password)
  local given, secret = credentials.basic(header)
  local good = same(given or "", user)
  return same(secret or "", password) and good and given ~= nil
end

-- A client's id and secret may be escaped as in a form, and should be by
-- RFC 6749.
local function is_client(header, options)
  local id, secret = credentials.basic(header)
  local escaped = crypto.base64_encode(
    request.unescape(id or "") .. ":" .. request.unescape(secret or "")
  )
  local user, password = options.client_id, options.client_secret
  local plain = credentials.is_user(header, user, password)
  return credentials.is_user("Basic " .. escaped, user, password) or plain
end

local schemes = {}

function schemes.basic(options)
  local user, password = options.user_name, options.password
  return {
    challenge = 'Basic realm="callbacks"',
    header = function()
      local plain = user .. ":" .. password
      return "Basic " .. crypto.base64_encode(plain)
    end,
    check = function(header)
      return credentials.is_user(header, user, password)
    end,
  }
end

-- The key is the whole header: no word stands before it.
function schemes.api_key(key)
  return {
    header = function()
      return key
    end,
    check = function(header)
      return same(header, key)
    end,
  }
end

function schemes.oauth2(options, clock)
  local tokens = token.new(options, clock)
  return {
    challenge = 'Bearer realm="callbacks"',
    tokens = tokens,
    client = function()
      return options.client_id .. ":" .. options.client_secret
    end,
    is_client = function(header)
      return is_client(header, options)
    end,
    header = function()
      return "Bearer " .. tokens:make()
    end,
    check = function(header)
      local scheme, text = header:match "^(%a+) +(%S+)$"
      if not scheme or scheme:lower() ~= "bearer" then return false end
      return tokens:check(text)
    end,
  }
end

local ORDER = { "basic", "api_key", "oauth2" }

--- Makes the list of what is accepted.
---@param options table basic, api_key, oauth2
---@param clock fun(): number
---@return table[]
function credentials.new(options, clock)
  local list = {}
  for _, name in ipairs(ORDER) do
    if options[name] then
      list[#list + 1] = schemes[name](options[name], clock)
      list[name] = list[#list]
    end
  end
  return list
end

--- Whether a request is from whom it says. Each scheme is tried.
---@param list table[]
---@param from table a request
---@return boolean? good
---@return luapay.callback.Refusal? refusal
function credentials.check(list, from)
  local header = from.headers.authorization
  local good = false
  for _, scheme in ipairs(list) do
    good = type(header) == "string" and scheme.check(header) or good
  end
  if good then return true end
  local why = header == nil and "there is none"
    or header == false and "there are several"
    or "is wrong or has expired"
  local challenge = list[1].challenge
  return refuse(
    401,
    "credential",
    why,
    challenge and { ["www-authenticate"] = challenge }
  )
end

return credentials
