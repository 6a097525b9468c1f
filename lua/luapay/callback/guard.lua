-- guard.lua - calls a handler so that an error of it is a value, and so that
-- it may yield. Plain Lua 5.1 cannot yield through pcall: there the handler
-- gets a coroutine of its own, whose yields are passed on.

local guard = {}

local unpack = table.unpack or unpack

local function pack(...)
  return { n = select("#", ...), ... }
end

-- Whether a coroutine can yield through pcall here.
local probe = coroutine.wrap(function()
  return pcall(coroutine.yield, true)
end)
local can_yield = probe() == true and pcall(probe)

local function in_coroutine(fn, ...)
  local inner = coroutine.create(fn)
  local got = pack(coroutine.resume(inner, ...))
  while got[1] and coroutine.status(inner) == "suspended" do
    local back = pack(coroutine.yield(unpack(got, 2, got.n)))
    got = pack(coroutine.resume(inner, unpack(back, 1, back.n)))
  end
  return unpack(got, 1, got.n)
end

--- As pcall.
guard.call = can_yield and pcall or in_coroutine

return guard
