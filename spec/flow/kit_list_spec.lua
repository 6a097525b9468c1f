-- A list of items: all of it is written down before the first is sent.

local helper = require "spec.flow.kit_helper"

local item = helper.item

describe("a list", function()
  it("is written down before the first of it is sent", function()
    local world = helper.world()
    local states = {}
    world.orders.create = function(there, args)
      local report = assert(there:flow():report())
      states = report.states
      return there:make(args.name, args.amount)
    end
    assert(world:flow({ concurrency = 1 }):run { item "a", item "b" })
    assert.same({ sent = 1, planned = 1 }, states)
  end)
end)
