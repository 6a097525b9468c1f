-- nginx as a host of threads: its light threads, in the phases that have
-- some. See luapay.task.

local nginx = {}

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

--- What a host is to luapay.task.
---@param ngx table
---@return table
function nginx.new(ngx)
  return {
    here = function()
      return PHASES[ngx.get_phase()] == true
    end,
    -- in init_by_lua, before the workers are forked
    is_parent = function()
      return ngx.get_phase() == "init"
    end,
    spawn = ngx.thread.spawn,
    wait = ngx.thread.wait,
    sleep = ngx.sleep,
  }
end

return nginx
