-- Every word of MobilePay Online and of an acquirer, and what a user sees
-- then.

local online = require "spec.flow.words.online_helper"
local words = require "spec.flow.words.helper"

local APPROVED, DECLINED = online.APPROVED, online.DECLINED

local world

local function paid(verdict)
  return function()
    return world.paid(verdict)
  end
end

local function made()
  return world.made()
end

-- Paid, and MobilePay does not answer as it should when it is informed.
local function informed(fault, status)
  return function()
    local body = status and '{"code":"1","message":"no"}' or nil
    world.inject("update_authorization_attempt", fault, status, body)
    return world.paid()
  end
end

local function by_look_up(verdict)
  return function()
    function world.acquirer.look_up()
      return verdict
    end
    return world.paid(online.silence)
  end
end

local function late_card()
  local flow, reference, id = world.made()
  local event = world.card(id)
  event.time = event.time - 60
  assert(flow:on_callback(event))
  assert.equal(0, #world.asked)
  return flow, reference
end

-- Two swipes: the acquirer says nothing to the first one.
local function second_attempt(verdict)
  return function()
    local flow, reference, id = world.paid(verdict)
    world.verdict = APPROVED
    world.provider.state.payments[id].state = "open"
    assert(flow:on_callback(world.card(id)))
    assert.equal(1, #world.asked)
    return flow, reference
  end
end

local function expired(verdict)
  return function()
    local flow, reference, id
    if verdict then
      flow, reference, id = world.paid(verdict)
    else
      flow, reference, id = world.made()
    end
    assert(flow:on_callback(world.expired(id)))
    return flow, reference
  end
end

-- Parts of a reserved payment: "capture 30.00", one after the other.
local function parts(...)
  local list = { ... }
  return function()
    local flow, reference = world.paid()
    for i, part in ipairs(list) do
      local verb, amount = part:match "(%l+) (%S+)"
      flow[verb](flow, reference, { id = "p" .. i, amount = amount })
    end
    return flow, reference
  end
end

local function bad_part(fault, status)
  return function()
    world.inject("capture_payment", fault, status, status and "{}" or nil)
    return parts "capture 30.00"()
  end
end

local function charged(verdict)
  return function()
    return world.charged(verdict)
  end
end

local function cancelled(code)
  return function()
    local flow, reference = world.made()
    if code then
      local body = ('{"code":"%s","message":"no"}'):format(code)
      world.inject("invalidate_payment", "error", 409, body)
    end
    flow:cancel(reference)
    return flow, reference
  end
end

local function agreement(word, deed)
  return function()
    local flow, reference, id = world.agreed()
    if word then assert(flow:on_callback(world.agreement_says(id, word))) end
    if deed then assert(flow[deed](flow, reference)) end
    return flow, reference
  end
end

local function lost(endpoint, make)
  return function()
    world.inject(endpoint, "lost_answer")
    local flow, reference = world[make]()
    return flow, reference
  end
end

local function lost_charge()
  world.inject("initiate_mit_payment", "lost_answer")
  return world.charged()
end

describe("by the word of MobilePay Online", function()
  before_each(function()
    world = online.open()
  end)

  local function rows(list)
    for _, row in ipairs(list) do
      it(row[1], function()
        assert.equal(row[2], words.row(row[3]()))
      end)
    end
  end

  describe("a payment:", function()
    rows {
      { "initiated", "pending | asked | n | n", made },
      {
        "its making is lost",
        "parked | unknown | n | y",
        lost("initiate_payment", "made"),
      },
      { "approved, MobilePay informed", "pending | asked | n | n", paid() },
      {
        "approved, not informed yet",
        "unknown | asked | n | n",
        informed "closed",
      },
      {
        "approved, MobilePay refuses to hear it",
        "parked | asked | n | y",
        informed("error", 409),
      },
      {
        "declined by the acquirer",
        "pending | asked | n | n",
        paid(DECLINED),
      },
      { "a card that came too late", "pending | asked | n | n", late_card },
      { "a challenge", "pending | asked | n | n", paid(online.CHALLENGED) },
      {
        "the acquirer is silent",
        "parked | unknown | n | y",
        paid(online.silence),
      },
      {
        "the acquirer talks nonsense",
        "parked | unknown | n | y",
        paid { approved = "yes" },
      },
      {
        "the acquirer raises",
        "parked | unknown | n | y",
        paid(function()
          error "no line"
        end),
      },
      {
        "a silent acquirer is looked up: approved",
        "pending | asked | n | n",
        by_look_up(APPROVED),
      },
      {
        "a silent acquirer is looked up: declined",
        "pending | asked | n | n",
        by_look_up(DECLINED),
      },
      {
        "a second attempt, one is approved",
        "pending | asked | n | n",
        second_attempt(APPROVED),
      },
      {
        "a second attempt, one is parked",
        "parked | unknown | n | y",
        second_attempt(online.silence),
      },
      { "Expired, no attempt open", "closed | none | y | n", expired() },
      {
        "Expired, one is declined",
        "closed | none | y | n",
        expired(DECLINED),
      },
      {
        "Expired, one is approved",
        "parked | asked | n | y",
        expired(APPROVED),
      },
      {
        "Expired, one is open",
        "parked | unknown | n | y",
        expired(online.silence),
      },
      { "invalidated", "closed | none | y | n", cancelled() },
      {
        "not invalidated, an attempt has succeeded",
        "parked | unknown | n | y",
        cancelled "2100",
      },
      {
        "not invalidated, an attempt is under way",
        "pending | asked | n | n",
        cancelled "2101",
      },
    }
  end)

  describe("parts of a payment:", function()
    rows {
      {
        "some captured, the rest is reserved",
        "pending | moved | n | n",
        parts "capture 30.00",
      },
      {
        "some captured, the rest is released",
        "done | moved | y | n",
        parts("capture 30.00", "cancel all"),
      },
      {
        "all captured",
        "done | moved | y | n",
        parts("capture 30.00", "capture all"),
      },
      { "one is lost", "unknown | unknown | n | n", bad_part "closed" },
      {
        "one is refused at its first sending",
        "pending | asked | n | y",
        bad_part("error", 409),
      },
      { "all released", "closed | none | y | n", parts "cancel all" },
      {
        "all captured, some refunded",
        "done | moved | y | n",
        parts("capture all", "refund 30.00"),
      },
      {
        "all captured and refunded",
        "compensated | returned | y | n",
        parts("capture all", "refund all"),
      },
    }
  end)

  describe("recurring payments:", function()
    rows {
      {
        "a first one, initiated",
        "pending | asked | n | n",
        function()
          return world.first()
        end,
      },
      { "a charge, reserved", "pending | asked | n | n", charged() },
      { "a charge, declined", "closed | none | y | n", charged(DECLINED) },
      {
        "a charge, the acquirer is silent",
        "parked | unknown | n | y",
        charged(online.silence),
      },
      {
        "a charge, its making is lost",
        "parked | unknown | n | y",
        lost_charge,
      },
      { "an agreement, Created", "pending | none | n | n", agreement() },
      {
        "an agreement, Activated",
        "done | none | y | n",
        agreement "Activated",
      },
      {
        "an agreement, Terminated",
        "closed | none | y | n",
        agreement "Terminated",
      },
      {
        "an agreement, Activated and terminated",
        "closed | none | y | n",
        agreement("Activated", "terminate"),
      },
      {
        "an agreement, its making is lost",
        "parked | none | n | y",
        lost("create_recurring_agreement", "agreed"),
      },
      {
        "an agreement, a word that is new",
        "pending | none | n | y",
        agreement "Paused",
      },
    }
  end)
end)
