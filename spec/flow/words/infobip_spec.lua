-- Every word of Infobip's, and what a user of a top-up sees then.

local topups = require "spec.flow.topup_helper"
local words = require "spec.flow.words.helper"

local world

local function order(at, fault)
  local point = { at = at, fault = fault.fault or fault }
  if type(fault) == "table" then
    for name, value in pairs(fault) do
      point[name] = value
    end
  end
  return world.provider:inject(point)
end

-- A credit, with something wrong.
local function credit(fault)
  return function()
    if fault then order("add_funds", fault) end
    local flow = topups.machine(world, { mode = "each" })
    flow:run_one(topups.item "a")
    return flow, "a"
  end
end

-- Three credits, all or nothing, the last of which goes wrong.
local function together(reference, fault, skip)
  return function()
    order("add_funds", fault).skip = skip
    local flow = topups.machine(world)
    flow:run(topups.three())
    return flow, reference
  end
end

-- A credit that is taken back, with something wrong.
local function undone(fault)
  return function()
    local flow = credit()()
    if fault then order("rollback_transaction", fault) end
    flow:undo "a"
    return flow, "a"
  end
end

local function status(code)
  return { fault = "error", status = code, times = 2 }
end

local OTHER_AMOUNT = {
  fault = "error",
  status = 200,
  booked = true,
  body = '{"ammount":9.00,"currency":"EUR"}',
}

-- Taken back, the answer lost, and a person who thought that it was not.
local function refused_after_lost()
  local flow = undone "lost_answer"()
  world.provider:advance(601)
  assert(flow:absent("a", { step = "rollback", who = "ann" }))
  flow:undo "a"
  return flow, "a"
end

describe("topup, by Infobip's word:", function()
  before_each(function()
    world = topups.world()
  end)

  for _, row in ipairs {
    { "2xx with a transactionId", "done | moved | y | n", credit() },
    {
      "a 2xx without a readable id",
      "parked | unknown | n | y",
      credit "garbage",
    },
    { "half a 2xx", "parked | unknown | n | y", credit "truncated" },
    {
      "a time-out",
      "parked | unknown | n | y",
      credit { fault = "delay", seconds = 1000 },
    },
    { "no answer", "parked | unknown | n | y", credit "lost_answer" },
    { "500", "parked | unknown | n | y", credit(status(500)) },
    { "408", "parked | unknown | n | y", credit(status(408)) },
    { "499", "parked | unknown | n | y", credit(status(499)) },
    { "400", "failed | none | y | n", credit(status(400)) },
    { "401", "failed | none | y | n", credit(status(401)) },
    { "404", "failed | none | y | n", credit(status(404)) },
    { "403 after a new login", "failed | none | y | n", credit(status(403)) },
    { "another 4xx", "failed | none | y | n", credit(status(422)) },
    {
      "never sent, as another has failed, and nothing is taken back",
      "failed | none | y | n",
      together("b", status(400), 0),
    },
    {
      "never sent, as another has failed, and one is taken back",
      "closed | none | y | n",
      together("c", status(400), 1),
    },
    {
      "taken back, as another has failed",
      "compensated | returned | y | n",
      together("a", status(400), 1),
    },
    {
      "credited, another is unknown",
      "done | moved | n | n",
      together("a", "lost_answer", 1),
    },
    { "a rollback's 2xx", "compensated | returned | y | n", undone() },
    {
      "a rollback of another amount",
      "parked | unknown | n | y",
      undone(OTHER_AMOUNT),
    },
    { "a rollback's 401", "done | moved | y | y", undone(status(401)) },
    { "a rollback's 403", "done | moved | y | y", undone(status(403)) },
    { "a rollback's 404", "done | moved | y | y", undone(status(404)) },
    { "a rollback's other 4xx", "done | moved | y | y", undone(status(422)) },
    {
      "a rollback without an answer",
      "parked | unknown | n | y",
      undone "lost_answer",
    },
    {
      "a rollback that is refused after a lost one",
      "parked | unknown | n | y",
      refused_after_lost,
    },
  } do
    it(row[1], function()
      assert.equal(row[2], words.row(row[3]()))
    end)
  end
end)
