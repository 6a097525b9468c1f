-- eyes.lua - lets nginx look at the connections that it keeps, before
-- one of them is used.
--
-- nginx watches them, and lets go of one that was closed, or speaks unasked,
-- as soon as its loop turns. So one that it hands out is good, unless the
-- loop has stood still for long: somebody has kept the worker busy, and the
-- end of a connection waits to be seen. Then the loop is let turn once. To
-- read from each connection instead takes a millisecond of every call, as
-- nginx waits no less for what does not come.

local core = require "luapay.core"

local nginx_eyes = {}

local STALE = 0.002 -- seconds; nginx counts in thousandths
local TURN = 0.001 -- the shortest sleep that is one

--- Makes what is called before a connection is taken.
---@param ngx table
---@return async fun()
function nginx_eyes.new(ngx)
  local now, loop_time = core.now, ngx.now
  local ahead -- of the loop's clock, when it was last set

  return function()
    local age = now() - loop_time() - (ahead or 0)
    if ahead and age < STALE and age > -STALE then return end
    ngx.sleep(TURN)
    -- and whoever has set the wall's clock is followed
    ngx.update_time()
    ahead = now() - loop_time()
  end
end

return nginx_eyes
