-- Every advice of payments at MobilePay Online, with their acquirer.

local online = require "spec.flow.words.online_helper"

local WHO = { who = "ann", why = "seen at MobilePay" }

local function open()
  local world = online.open()
  world.sending = {
    initiate_payment = true,
    initiate_cit_payment = true,
    initiate_mit_payment = true,
    create_recurring_agreement = true,
    capture_payment = true,
    cancel_payment = true,
    refund_payment = true,
    invalidate_payment = true,
  }
  return world
end

local function context(world, flow, reference, id)
  return { world = world, flow = flow, reference = reference, id = id }
end

-- The only thing of its kind that the provider has.
local function only(things)
  return (next(things))
end

local function lost(endpoint, make, things, fault)
  return function()
    local world = open()
    world.inject(endpoint, fault)
    local flow, reference = world[make]()
    local id = only(world.provider.state[things])
    return context(world, flow, reference, id)
  end
end

local function lost_charge(fault)
  return function()
    local world = open()
    world.inject("initiate_mit_payment", fault)
    local flow, reference = world.charged()
    return context(world, flow, reference, only(world.provider.state.mits))
  end
end

local function paid(verdict)
  return function()
    local world = open()
    return context(world, world.paid(verdict))
  end
end

local function charged()
  local world = open()
  return context(world, world.charged(online.silence))
end

local function unheard()
  local world = open()
  world.inject(
    "update_authorization_attempt",
    "error",
    409,
    '{"code":"1","message":"no"}'
  )
  return context(world, world.paid())
end

local function expired(verdict)
  return function()
    local c = paid(verdict)()
    assert(c.flow:on_callback(c.world.expired(c.id)))
    return c
  end
end

local function expired_after_capture()
  local c = paid(online.APPROVED)()
  assert(c.flow:capture("a", { id = "part", amount = "30.00" }))
  assert(c.flow:on_callback(c.world.expired(c.id)))
  return c
end

local function reserved_elsewhere()
  local world = open()
  local c = context(world, world.made())
  world.inject(
    "invalidate_payment",
    "error",
    409,
    '{"code":"2100","message":"an attempt has succeeded"}'
  )
  c.flow:cancel "a"
  return c
end

local function refused_part(verb)
  return function()
    local c = paid()()
    if verb == "refund" then
      assert(c.flow:capture("a", { id = "all", amount = "all" }))
    end
    c.world.inject(verb .. "_payment", "error", 409, "{}")
    c.flow[verb](c.flow, "a", { id = "part", amount = "30.00" })
    return c
  end
end

local function new_word()
  local world = open()
  local flow, reference, id = world.agreed()
  assert(flow:on_callback(world.agreement_says(id, "Paused")))
  return context(world, flow, reference, id)
end

local function found(c)
  local given = { provider_id = c.id, who = "ann" }
  return assert(c.flow:found(c.reference, given))
end

local function found_there(c)
  return assert(c.flow:found(c.reference, { who = "ann" }))
end

local function absent(c)
  return assert(c.flow:absent(c.reference, { who = "ann" }))
end

-- Of this step: as the advice names it where others are open.
local function absent_step(name)
  return function(c)
    local given = { step = name, who = "ann" }
    return assert(c.flow:absent(c.reference, given))
  end
end

-- Both that are open: the attempt, then what its end leaves.
local function absent_both(c)
  local item = assert(c.flow:get("a", { refresh = false }))
  local name = item.advice:match 'absent%(reference, { step = "([^"]+)" }%)'
  absent_step(name)(c)
  return absent_step "expiry"(c)
end

local function accept(c)
  return assert(c.flow:accept(c.reference, WHO))
end

local function taught(c)
  c.flow = c.world.flow("recurring", { words = { Paused = "pending" } })
  assert(c.flow:on_callback(c.world.agreement_says(c.id, "Paused")))
  assert(c.flow:get "b")
end

local ASKED, FAILED = "pending | asked | n | n", "failed | none | y | n"
local NONE = "closed | none | y | n"

local function lost_payment(fault)
  return lost("initiate_payment", "made", "payments", fault)
end

local function lost_agreement(fault)
  return lost("create_recurring_agreement", "agreed", "agreements", fault)
end

return {
  { "a lost making", lost_payment "lost_answer", "found", found, ASKED },
  { "a lost making", lost_payment "closed", "absent", absent, FAILED },
  { "a charge's lost making", lost_charge "closed", "absent", absent, FAILED },
  {
    "an agreement's lost making",
    lost_agreement "lost_answer",
    "found",
    found,
    "pending | none | n | n",
  },
  {
    "an agreement's lost making",
    lost_agreement "closed",
    "absent",
    absent,
    FAILED,
  },
  { "a silent acquirer", paid(online.silence), "absent", absent, ASKED },
  { "a silent acquirer, a charge", charged, "absent", absent, NONE },
  { "a silent acquirer, a charge", charged, "found", found_there, ASKED },
  { "an approval that is not heard", unheard, "absent", absent, ASKED },
  {
    "expired, and approved",
    expired(online.APPROVED),
    "absent",
    absent_step "expiry",
    NONE,
  },
  {
    "expired, and captured",
    expired_after_capture,
    "found",
    function(c)
      return assert(c.flow:found("a", { step = "expiry", who = "ann" }))
    end,
    "pending | moved | n | n",
  },
  {
    "expired, and captured",
    expired_after_capture,
    "absent",
    absent_step "expiry",
    "done | moved | y | n",
  },
  {
    "expired, and the acquirer is silent",
    expired(online.silence),
    "absent",
    absent_both,
    NONE,
  },
  {
    "reserved by an unknown attempt",
    reserved_elsewhere,
    "absent",
    absent_step "invalidate",
    ASKED,
  },
  {
    "a refused capture",
    refused_part "capture",
    "accept",
    accept,
    ASKED,
  },
  { "a refused cancel", refused_part "cancel", "accept", accept, ASKED },
  {
    "a refused refund",
    refused_part "refund",
    "accept",
    accept,
    "done | moved | y | n",
  },
  {
    "a new word",
    new_word,
    "callback",
    taught,
    "pending | none | n | n",
  },
}
