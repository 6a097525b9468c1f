-- The simulation itself: it repeats itself, and it can fail.

local history = require "spec.simulation.history"
local memory = require "luapay.journal.store.memory"
local topup = require "spec.simulation.scenarios.topup"

-- Processes are coroutines, which plain Lua 5.1 cannot wait in everywhere.
local describe_it = _VERSION == "Lua 5.1" and not rawget(_G, "jit") and pending
  or describe

describe_it("the simulation", function()
  local function run(seed)
    return history.run(topup, seed, "memory")
  end

  -- Addresses of tables are not part of a story.
  local function story(world)
    local lines = {}
    for i, line in ipairs(world.story) do
      lines[i] = line:gsub("0x%x+", "")
    end
    return lines
  end

  it("writes the same story for the same seed", function()
    for seed = 1, 10 do
      assert.same(story(run(seed)), story(run(seed)))
    end
  end)

  -- In how many histories the wrong is noticed that `spoil` does to a world.
  local function noticed(spoil)
    local make, found = topup.make, 0
    for seed = 1, 25 do
      topup.make = function(world, process, run_name)
        return spoil(make(world, process, run_name), world, process)
      end
      if run(seed).problems[1] then found = found + 1 end
    end
    topup.make = make
    return found
  end

  -- A flow that is spoilt: `change(item)` before anybody sees an item.
  local function lie(change)
    return function(flow)
      return setmetatable({}, {
        __index = function(_, name)
          return function(_, ...)
            local value, fault = flow[name](flow, ...)
            local of = value or fault
            if type(of) == "table" then
              if of.money then change(of) end
              if of.item then change(of.item) end
              local report = of.report or of
              for _, item in ipairs(report.items or {}) do
                change(item)
              end
            end
            return value, fault
          end
        end,
      })
    end
  end

  local honest

  setup(function()
    honest = noticed(function(flow)
      return flow
    end)
  end)

  it("notices a flow that takes unknown for none", function()
    assert.is_true(honest + 2 < noticed(lie(function(item)
      if item.money == "unknown" then item.money = "none" end
    end)))
  end)

  it("notices a flow that says moved too early", function()
    assert.is_true(honest + 2 < noticed(lie(function(item)
      if item.state == "parked" then item.money = "moved" end
    end)))
  end)

  it("notices a flow that is never sure", function()
    assert.is_true(honest + 2 < noticed(lie(function(item)
      item.needs_person, item.advice = true, "call found or absent"
    end)))
  end)

  it("notices a journal that loses what was written", function()
    local count, real = 0, memory.Store.transact
    memory.Store.transact = function(self, reads, decide)
      count = count + 1
      if count % 9 ~= 0 then return real(self, reads, decide) end
      decide(self)
      return true -- and nothing is kept
    end
    local found = noticed(function(flow)
      return flow
    end)
    memory.Store.transact = real
    assert.is_true(honest + 2 < found)
  end)

  it("notices a provider's double booking", function()
    local handle
    assert.is_true(honest + 2 < noticed(function(flow, world)
      if not handle or rawget(world.provider, "handle") == nil then
        handle = world.provider.handle
        rawset(world.provider, "handle", function(self, request)
          if request.url:find "/payments/funds" then handle(self, request) end
          return handle(self, request)
        end)
      end
      return flow
    end))
  end)
end)
