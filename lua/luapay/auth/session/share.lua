-- share.lua - a session or tokens that several workers share, in a store
-- that all of them reach: in nginx, a lua_shared_dict. One of them logs in;
-- the others find what it got, also those that begin later.
--
-- What is stored are secrets, as text. Their names there tell nothing: they
-- are digests, with a salt that is in the store. libcrypto is loaded only
-- where something is shared.

local fault = require "luapay.fault"
local guard = require "luapay.guard"

local share = {}

local NAP = 0.005 -- seconds between two looks at whether the other is done
local SPARE = 1 -- seconds that a lock outlives its deadline

--- The rule of the option: the name of a store that the transport knows, or
--- a store, with get, set, add and delete as a lua_shared_dict has them.
share.rule = { type = "any" }

local Share = {}
Share.__index = Share

local function store_of(given, transport)
  if type(given) == "table" or type(given) == "userdata" then return given end
  if type(given) ~= "string" then
    error("luapay: share: expected the name of a lua_shared_dict", 0)
  end
  if not transport.shared then
    error("luapay: share: a name needs luapay.transport.nginx", 0)
  end
  return transport:shared(given)
end

local function random(n)
  local crypto = require "luapay.crypto"
  return crypto.base64url_encode(crypto.random(n))
end

local function salt_of(store)
  local salt = store:get "luapay:salt"
  if salt then return salt end
  store:add("luapay:salt", random(16))
  return store:get "luapay:salt" or ""
end

-- Whoever has the same credentials for the same host has the same key.
local function key_of(store, who)
  local crypto = require "luapay.crypto"
  local text = { salt_of(store) }
  for i, word in ipairs(who) do
    text[i + 1] = #word .. ":" .. word
  end
  local digest = crypto.sha256(table.concat(text))
  return "luapay:" .. crypto.base64url_encode(digest)
end

--- What a client shares, or nil when it has no option `share`.
---@param options table share, environment, base_url
---@param transport luapay.Transport
---@param who string[] API and credentials
---@return table?
function share.new(options, transport, who)
  if not options.share then return nil end
  local store = store_of(options.share, transport)
  who[#who + 1] = options.environment or ""
  who[#who + 1] = options.base_url or ""
  local key = key_of(store, who)
  return setmetatable(
    { store = store, transport = transport, key = key, lock = key .. ":lock" },
    Share
  )
end

--- What is stored, if `adopt` takes it.
---@param adopt fun(text: string): boolean?
---@return boolean
function Share:take(adopt)
  local text = self.store:get(self.key)
  return type(text) == "string" and adopt(text) == true
end

--- Stores a text for so many seconds; nil is for ever.
function Share:put(text, seconds)
  self.store:set(self.key, text, seconds or 0)
end

-- Whether the work is ours; a store that cannot tell must not stop us.
local function try_lock(self, mark, deadline)
  local left = math.max(deadline - self.transport:now(), 0)
  local ok, why = self.store:add(self.lock, mark, left + SPARE)
  return ok or why ~= "exists"
end

local function unlock(self, mark)
  if self.store:get(self.lock) == mark then self.store:delete(self.lock) end
end

local function locked(self, deadline, adopt, work, tell)
  local mark = random(9)
  if not try_lock(self, mark, deadline) then return "busy" end
  local good, result, err = guard.call(function()
    if self:take(adopt) then return true end
    local result, err = work(deadline)
    if result then self:put(tell()) end
    return result, err
  end)
  unlock(self, mark)
  if not good then error(result, 0) end
  return result, err
end

--- Work that is done by one of all workers, for all of them.
---@param work fun(deadline: number): any?, luapay.Fault?
---@param adopt fun(text: string): boolean? takes what another has stored
---@param tell fun(): string, number? what to store, and for how long
---@return async fun(deadline: number): any?, luapay.Fault?
function Share:around(work, adopt, tell)
  local transport = self.transport
  return function(deadline)
    if transport.sleeps == false then return work(deadline) end
    while true do
      if self:take(adopt) then return true end
      local result, err = locked(self, deadline, adopt, work, tell)
      if result ~= "busy" then return result, err end
      if transport:now() >= deadline then break end
      transport:sleep(NAP)
    end
    local message = "waited for another worker's login until the deadline"
    return nil, fault.new { kind = "timeout", message = message }
  end
end

return share
