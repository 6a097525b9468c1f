-- Callbacks: a provider makes them, and each finds its way: late, twice, out
-- of order, with a bad element in a list, to a machine that is up or not;
-- again until somebody has taken it.

local callbacks = {}

local AGAIN = { 5, 60, 300, 1800 } -- seconds until the provider tries again

-- A list with one element more that nobody can read.
local function spoil(body)
  return (body:gsub("^%s*%[", '[{"payment_id":17},', 1))
end

-- One try. The web server of a machine handles it in a process of its own.
local function deliver(world, call, take, tries)
  local function again()
    local seconds = AGAIN[math.min(tries, #AGAIN)]
    world:after(seconds, function()
      deliver(world, call, take, tries + 1)
    end)
  end
  if world:strikes(0.15, "callback lost") then return again() end
  local machines = world.machines
  local machine = machines[world.random:between(1, #machines)]
  if machine.frozen_until > world:now() then return again() end
  local body, bad = call.body or "", false
  if tries == 1 and body:find "^%s*%[" then
    if world:strikes(0.1, "callback with a bad element") then
      body, bad = spoil(body), true
    end
  end
  local target = (call.url or ""):gsub("^https://[^/]+", "")
  local path, query = target:match "^([^?]*)%??(.*)$"
  local status
  world.history.start(world, machine, "web", function(process)
    status = take(process, {
      method = call.method or "POST",
      path = path,
      query = query,
      headers = call.headers or {},
      body = body,
    })
  end, function(process)
    world:write(
      "%s: callback answered with %s",
      process.name,
      tostring(status)
    )
    if status then world:count("callback " .. status) end
    if status ~= 200 then
      if status and status >= 400 and status < 500 and not bad then
        world:problem("a good callback was refused: %d: %s", status, body)
      elseif status == 500 then
        world:problem("a callback met a bug: %s", body)
      end
      return again()
    end
    if world:strikes(0.2, "callback repeated") then
      world:after(world.random:between(1, 300), function()
        deliver(world, call, take, 2)
      end)
    end
  end)
end

--- Brings what a provider tells. At least once, whatever happens.
---@param world table
---@param list fun(): table[] the callbacks made since it was last asked
---@param take fun(process: table, request: table): integer HTTP's status
function callbacks.watch(world, list, take)
  local outer = world.after_step
  world.after_step = function()
    if outer then outer() end
    for _, call in ipairs(list()) do
      world:count "callbacks"
      local late = world:strikes(0.3, "callback late")
      local longest = late and (world.random:chance(0.2) and 90000 or 300) or 2
      world:after(world.random:number() * longest, function()
        deliver(world, call, take, 1)
      end)
    end
  end
end

return callbacks
