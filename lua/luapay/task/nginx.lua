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

-- Where a semaphore can be waited for.
local SEMAPHORES =
  { rewrite = true, access = true, content = true, timer = true }

-- Where a request is handled that its customer may take back.
local REQUESTS = { rewrite = true, access = true, content = true }

local NAP = 0.001 -- seconds, the shortest time that nginx knows

-- What one thread waits at until another one opens it, once.

local Gate = {}
Gate.__index = Gate

function Gate:open()
  self.is_open = true
  if self.semaphore then self.semaphore:post(1) end
end

--- Comes back when it is open, or after some seconds.
---@async
function Gate:wait(seconds)
  if self.is_open then return end
  if self.semaphore then
    self.semaphore:wait(math.max(seconds, NAP))
    return
  end
  local naps = math.max(1, seconds / NAP)
  repeat
    self.sleep(NAP)
    naps = naps - 1
  until self.is_open or naps < 1
end

-- It comes with nginx's Lua module, and may be left out.
local function semaphores()
  local found, semaphore = pcall(require, "ngx.semaphore")
  return found and semaphore or nil
end

--- What a host is to luapay.task.
---@param ngx table
---@return table
function nginx.new(ngx)
  local semaphore = semaphores()
  local function nothing() end
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
    apart = function(work)
      local begun = ngx.timer.at(0, function()
        work()
      end)
      return begun and true or false
    end,
    gate = function()
      local usable = semaphore and SEMAPHORES[ngx.get_phase()]
      return setmetatable({
        semaphore = usable and semaphore.new(0) or nil,
        sleep = ngx.sleep,
      }, Gate)
    end,
    -- With lua_check_client_abort nginx ends a request's threads when the
    -- customer hangs up, unless the request has a handler for that. False:
    -- it has one of its own, which may end them as well.
    stay = function()
      if not REQUESTS[ngx.get_phase()] then return true end
      local good, made, why = pcall(ngx.on_abort, nothing)
      if good and made then ngx.ctx[nothing] = true end
      if good and why == "duplicate call" then return ngx.ctx[nothing] end
      return true
    end,
  }
end

return nginx
