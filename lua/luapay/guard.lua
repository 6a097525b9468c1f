-- guard.lua - calls a handler so that an error of it is a value, and so that
-- it may yield. Plain Lua 5.1 cannot yield through pcall: there the handler
-- gets a coroutine of its own, whose yields are passed on.

local guard = {}

local unpack = table.unpack or unpack

local function pack(...)
  return { n = select("#", ...), ... }
end

-- Not tried out: this file may be loaded where nothing can yield.
local can_yield = _VERSION ~= "Lua 5.1" or rawget(_G, "jit") ~= nil

local outer_of = setmetatable({}, { __mode = "k" }) -- inner -> its caller
local OUTSIDE = {}

--- Calls a function in the coroutine that a host knows, where the running one
--- was made here. What it raises there is raised to the host.
---@async
---@param fn function
---@param ... any
---@return any ...
function guard.outside(fn, ...)
  local co = coroutine.running()
  if not (co and outer_of[co]) then return fn(...) end
  return coroutine.yield(OUTSIDE, fn, ...)
end

local function in_coroutine(fn, ...)
  -- a coroutine of Lua 5.1 must start with a function of Lua's
  local inner = coroutine.create(function(...)
    return fn(...)
  end)
  outer_of[inner] = coroutine.running()
  local got = pack(coroutine.resume(inner, ...))
  while got[1] and coroutine.status(inner) == "suspended" do
    local pass_on = coroutine.yield
    if got[2] == OUTSIDE then
      pass_on = function(_, wanted, ...)
        return guard.outside(wanted, ...)
      end
    end
    local back = pack(pass_on(unpack(got, 2, got.n)))
    got = pack(coroutine.resume(inner, unpack(back, 1, back.n)))
  end
  return unpack(got, 1, got.n)
end

--- The coroutine that has to be resumed for this one to go on: itself, but
--- where it was made here.
---@param co thread
---@return thread
function guard.outermost(co)
  while outer_of[co] do
    co = outer_of[co]
  end
  return co
end

--- Whether pcall can be yielded through here.
guard.can_yield = can_yield

--- As pcall.
guard.call = can_yield and pcall or in_coroutine

return guard
