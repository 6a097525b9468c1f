-- seen.lua - what has been seen: each event once, and each thing forwards
-- only. A store has five methods; what they share stands here. A store that
-- cannot answer returns nil and a fault.
--
--   first(key, seconds)    true the first time, then false; atomic
--   has(key)               whether `first` was called with it
--   claim(key, seconds)    a true value for one caller, false for the others,
--                          until it is given to `release(key, value)`, or
--                          the time is over
--   advance(key, rank, state, is_final, seconds)
--                          true, or false, the state that is known, and its
--                          rank: a higher one, or another final one of this

local fault = require "luapay.fault"
local memory = require "luapay.callback.seen.memory"

local seen = {}

local METHODS = { "first", "has", "claim", "release", "advance" }

--- Why a store has no answer.
---@param message string
---@return nil
---@return luapay.Fault
function seen.fail(message)
  return nil,
    fault.new({ kind = "callback", code = "seen", message = message })
end

local function method_of(store, name)
  local good, method = pcall(function()
    return store[name]
  end)
  return good and method or nil
end

--- The store itself, or one over a journal; raises when it is neither.
---@param store any
---@return luapay.callback.Seen
function seen.check(store)
  if method_of(store, "change_values") then return seen.journal(store) end
  for _, name in ipairs(METHODS) do
    if type(method_of(store, name)) ~= "function" then
      error("callback: seen: the store has no method " .. name, 4)
    end
  end
  return store
end

--- A store in this process: for one process, and for specs.
---@param options? { clock: (fun(): number)? }
---@return luapay.callback.Seen
function seen.memory(options)
  return memory.new(options and options.clock or os.time)
end

--- A store in a lua_shared_dict, for all workers of one nginx.
---@param dict table ngx.shared.name
---@return luapay.callback.Seen
function seen.dict(dict)
  return require("luapay.callback.seen.dict").new(dict)
end

--- A store in a journal, for all who share it.
---@param journal luapay.Journal
---@return luapay.callback.Seen
function seen.journal(journal)
  return require("luapay.callback.seen.journal").new(journal)
end

return seen
