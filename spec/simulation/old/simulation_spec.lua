-- The simulation itself: it repeats itself, and it can fail.

local credits = require "spec.simulation.old.scenarios.credits"
local history = require "spec.simulation.old.history"
local step = require "luapay.flow.step"

describe("the simulation", function()
  it("tells the same story for the same seed", function()
    for seed = 1, 20 do
      local one, other = history.run(credits, seed), history.run(credits, seed)
      assert.same(one.story, other.story)
    end
  end)

  it("finds no fault with bare steps", function()
    for seed = 1, 100 do
      local world = history.run(credits, seed)
      assert.same({}, world.problems, "seed " .. seed)
    end
  end)

  -- What a flow might do wrong, and does not.
  local function spoil(name, wrong)
    local right = step[name]
    step[name] = wrong(right)
    local found = 0
    for seed = 1, 100 do
      local good, world = pcall(history.run, credits, seed)
      if not good or world.problems[1] then found = found + 1 end
    end
    step[name] = right
    return found
  end

  it("notices a flow that takes unknown for failed", function()
    assert.is_true(spoil("send", function(send)
      return function(flow, entry, given)
        given.unknown = "failed"
        return send(flow, entry, given)
      end
    end) > 0)
  end)

  it("notices a flow that sends before it writes", function()
    assert.is_true(spoil("take", function()
      return function(flow, given)
        local result = flow.client:add_funds(given.args)
        local entry = flow.journal:begin(step.entry(flow, given))
        if result and entry then
          flow.journal:finish(entry, "done", given.keep(result))
        end
      end
    end) > 0)
  end)
end)
