-- threads.lua - tells luapay.map that inside nginx's phases many calls
-- at once are light threads: nginx knows how to wait for all of them.

local task = require "luapay.task"

local nginx_threads = {}

-- Where there are light threads.
local PHASES = {
  rewrite = true,
  access = true,
  content = true,
  timer = true,
  preread = true,
  ssl_cert = true,
  ssl_session_fetch = true,
  ssl_client_hello = true,
}

--- From now on, luapay.map uses them where there are any.
---@param ngx table
function nginx_threads.announce(ngx)
  task.announce {
    here = function()
      return PHASES[ngx.get_phase()] == true
    end,
    spawn = ngx.thread.spawn,
    wait = ngx.thread.wait,
    sleep = ngx.sleep,
  }
end

return nginx_threads
