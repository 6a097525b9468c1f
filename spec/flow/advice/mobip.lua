-- Every advice of links and of the queue.

local mobip = require "spec.flow.words.mobip_helper"

local WHO = { who = "ann", why = "seen at Mobip" }

local function open()
  local world = mobip.open()
  function world.books()
    local account = world.provider:accounts()["1001"]
    return tonumber(account.balance) - tonumber(account.opening or 0)
  end
  world.sending = {
    send_payment_request = true,
    create_one_use_qr = true,
    cancel_transaction = true,
  }
  return world
end

local function context(world, flow, reference, id)
  return { world = world, flow = flow, reference = reference, id = id }
end

local function lost(fault)
  return function()
    local world = open()
    world.provider:inject { at = "send_payment_request", fault = fault }
    local flow = world.links()
    flow:run_one(mobip.link())
    local made = world.provider:transactions()[1]
    return context(world, flow, "a", made and made.trid)
  end
end

local function late()
  local world = open()
  local flow, reference, trid = world.link(function(id)
    world.provider:cancel(id)
  end)
  world.provider:pay_late(trid)
  assert(flow:get "a")
  return context(world, flow, reference, trid)
end

local function new_word()
  local world = open()
  local flow, reference, trid = world.link()
  assert(flow:on_callback(world.event(trid, "HELD")))
  return context(world, flow, reference, trid)
end

local function taught(c)
  c.flow = c.world.links { words = { HELD = "pending" } }
  assert(c.flow:get "a")
end

-- It was paid, and Mobip takes that back.
local function contradiction()
  local world = open()
  local flow, reference, trid = world.link(function(id)
    world.provider:pay(id)
  end)
  world.provider.state.by_trid[trid].status = "CANCELLED"
  assert(flow:get "a")
  world.books = nil -- what Mobip's say is the question
  return context(world, flow, reference, trid)
end

local function stuck()
  local world = open()
  local trid = world.paid()
  world.provider:inject {
    at = "set_mobip_transactions",
    fault = "kept",
    times = 99,
  }
  local flow = world.queue()
  for _ = 1, 3 do
    flow:run()
  end
  world.books = nil -- it moves nothing
  return context(world, flow, trid)
end

local function found(c)
  return assert(c.flow:found("a", { provider_id = c.id, who = "ann" }))
end

local function absent(c)
  return assert(c.flow:absent("a", { who = "ann" }))
end

local function accept(c)
  return assert(c.flow:accept(c.reference, WHO))
end

return {
  {
    "a lost request",
    lost "lost_answer",
    "found",
    found,
    "pending | asked | n | n",
  },
  {
    "a lost request",
    lost "closed",
    "absent",
    absent,
    "failed | none | y | n",
  },
  { "paid after it ended", late, "accept", accept, "done | moved | y | n" },
  { "a new word", new_word, "get", taught, "pending | asked | n | n" },
  {
    "paid, and taken back",
    contradiction,
    "accept",
    accept,
    "parked | unknown | n | n",
  },
  {
    "paid, and taken back",
    contradiction,
    "absent",
    absent,
    "failed | none | y | n",
  },
  { "stuck in the queue", stuck, "accept", accept, "pending | none | n | n" },
}
