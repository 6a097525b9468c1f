-- A pretend acquirer with books of its own: it authorises cards and charges,
-- and looks up and releases, all of which may be slow, fail, raise or stay
-- silent after it has acted.

local bank = {}

local Bank = {}
Bank.__index = Bank

--- How many authorisations of a reference stand.
function Bank:standing(reference)
  local count = 0
  for _, one in pairs(self.attempts) do
    if one.reference == reference and one.approved and not one.released then
      count = count + 1
    end
  end
  return count
end

--- Whether all that it was asked of a reference was declined.
function Bank:declined(reference)
  local declined = false
  for _, one in pairs(self.attempts) do
    if one.reference == reference then
      if one.approved then return false end
      declined = true
    end
  end
  return declined
end

--- Somebody releases by hand.
function Bank:release(reference)
  for _, one in pairs(self.attempts) do
    if one.reference == reference then one.released = true end
  end
end

-- The way there and back; false when it is lost, and whether after acting.
local function wire(world)
  if world:strikes(0.05, "acquirer not reached") then return "before" end
  if world:strikes(0.1, "acquirer acts, and its answer is lost") then
    return "after"
  end
end

local SILENCES = {
  { 1, "nil" },
  { 1, "raises" },
  { 1, "nonsense" },
}

local function silence(world)
  local how = world.random:one_of(SILENCES)
  if how == "raises" then error("no line to the acquirer", 0) end
  if how == "nonsense" then return { approved = "maybe" } end
end

local IDS = { acquirerVatNumber = "DK20016175", acquirerMerchantId = "M1" }

local function answer(one)
  local out = { approved = one.approved }
  for name, value in pairs(IDS) do
    out[name] = value
  end
  out.acquirerPaymentReference = one.id
  if not one.approved then
    out.reasonCode, out.reasonMessage = 1001, "no money"
  end
  return out
end

local function pass_time(self, process)
  local world = self.world
  local slow = world:strikes(0.1, "acquirer slow")
  local seconds = world.random:number() * (slow and 40 or 2)
  world:hold(process, world:now() + seconds)
  process:live()
end

-- An attempt's id is one of its payment.
local function name_of(payment)
  return payment.paymentId .. "/" .. payment.authorizationAttemptId
end

local function authorise(self, process, payment)
  local world, id = self.world, name_of(payment)
  process:live()
  pass_time(self, process)
  local fate = wire(world)
  if fate == "before" then return silence(world) end
  local one = self.attempts[id]
  if one then
    world:problem("the acquirer was asked twice for attempt %s", id)
  end
  self.count = self.count + 1
  one = {
    id = "A" .. self.count,
    reference = payment.reference,
    payment = payment.paymentId,
    amount = payment.amount,
    approved = world.random:chance(0.7),
  }
  self.attempts[id] = one
  world:write(
    "  acquirer: %s of %s is %s",
    id,
    tostring(payment.reference),
    one.approved and "approved" or "declined"
  )
  if world.judge then world.judge() end
  pass_time(self, process)
  if fate == "after" then return silence(world) end
  return answer(one)
end

local function look_up(self, process, payment)
  process:live()
  pass_time(self, process)
  if wire(self.world) then return silence(self.world) end
  -- what never came is declined from now on
  local name = name_of(payment)
  local one = self.attempts[name]
    or { id = "A0", reference = payment.reference, approved = false }
  self.attempts[name] = one
  return answer(one)
end

local function release(self, process, payment)
  process:live()
  pass_time(self, process)
  local fate = wire(self.world)
  if fate == "before" then return silence(self.world) end
  local one = self.attempts[name_of(payment)]
  if one then one.released = true end
  self.world:write("  acquirer: %s is released", tostring(one and one.id))
  if fate == "after" then return silence(self.world) end
  return true
end

--- Its functions, as a flow's option `acquirer`, called in a process. Some
--- acquirers can be asked afterwards, and some can release.
function Bank:functions(process)
  local out = {}
  for name, fn in pairs {
    authorise = authorise,
    charge = self.charges and authorise or nil,
    look_up = self.can_look_up and look_up or nil,
    release = self.can_release and release or nil,
  } do
    out[name] = function(payment)
      return fn(self, process, payment)
    end
  end
  return out
end

--- Opens an acquirer.
function bank.new(world)
  return setmetatable({
    world = world,
    attempts = {},
    count = 0,
    can_look_up = world.random:chance(0.6),
    can_release = world.random:chance(0.6),
  }, Bank)
end

return bank
