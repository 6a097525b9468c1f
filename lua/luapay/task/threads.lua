-- The workers of one map in a host that has threads of its own, that wait
-- without blocking each other: light threads of nginx. Nothing is driven
-- here; a call just waits, as outside of map.

local threads = {}

local NAP = 0.002 -- seconds between two looks at whether it is our turn

-- An iterator may wait for a call; meanwhile it cannot be called again.
local function one_at_a_time(group, take, sleep)
  local busy = false
  return function()
    while busy do
      if group.failed then return nil end
      sleep(NAP)
    end
    busy = true
    local item = take()
    busy = false
    return item
  end
end

local function traced(err)
  return type(err) == "string" and debug.traceback(err, 2) or err
end

--- Runs up to `count` workers side by side, and comes back when all have
--- ended. `group.failed` and `group.err` say what one of them has raised.
---@async
---@param host table here, spawn, wait, sleep
---@param group table see luapay.task
---@param work fun(group: table)
---@param count integer
function threads.run(host, group, work, count)
  group.take = one_at_a_time(group, group.take, host.sleep)
  local function worker()
    local ok, err = xpcall(function()
      work(group)
    end, traced)
    if not ok and not group.failed then
      group.failed, group.err = true, err
    end
  end
  local running = {}
  for i = 1, count do
    if group.over or group.failed then break end
    running[i] = host.spawn(worker)
  end
  for i = 1, #running do
    host.wait(running[i])
  end
end

return threads
