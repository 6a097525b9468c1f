-- What a user's swipe starts: an authorization attempt (or a card update,
-- which goes the same way), and the result that the PSP reports. States:
-- "pending" -> "succeeded" | "failed" | "challenged" -> "succeeded" |
-- "failed"; "undelivered" when its callback was never taken, "expired" when
-- the payment's time ran out meanwhile.

local money = require "luapay.sandbox.online.money"
local outcomes = require "luapay.sandbox.online.outcomes"

local attempts = {}

local PATIENCE = 32 -- seconds within which a result should come
local CHALLENGE = 15 * 60 -- seconds that 3DS adds to a payment

--- A new attempt with a card.
function attempts.new(world, kind, card)
  return {
    id = world:id(kind),
    state = "pending",
    card = card,
    time = world:now(),
  }
end

--- Whether an attempt of a payment awaits its result.
function attempts.running(payment)
  for _, attempt in ipairs(payment.attempts) do
    if attempt.state == "pending" or attempt.state == "challenged" then
      return attempt
    end
  end
end

-- The same result again changes nothing.
local function is_same(attempt, args)
  local last = attempt.result
  return last
    and last.succeeded == args.succeeded
    and last.reasonCode == args.reasonCode
end

--- Takes a result: the attempt's next state.
---@return boolean? changed false when it had been said before; or nil
---@return string|table|nil refusal
function attempts.settle(world, attempt, args)
  local outcome, problem = outcomes.read(args, {})
  if not outcome then return nil, problem end
  if is_same(attempt, args) then return false end
  if attempt.state == "expired" then return nil, "ended" end
  if attempt.state ~= "pending" and attempt.state ~= "challenged" then
    return nil, "attempt_final"
  end
  if outcome == "challenge_done" then
    if attempt.state ~= "challenged" then return nil, "not_challenged" end
    outcome = "challenged"
  end
  attempt.late = world:now() - attempt.time > PATIENCE or nil
  attempt.state, attempt.result = outcome, args
  return true
end

--- What an attempt's new state means for its payment.
function attempts.follow(world, payment, attempt)
  if attempt.state == "succeeded" then
    money.authorize(world, payment, attempt)
  elseif attempt.state == "challenged" then
    if payment.state ~= "challenged" then
      payment.ends = payment.ends + CHALLENGE
    end
    payment.state = "challenged"
  else
    payment.state = "open"
  end
end

local function find(payment, id)
  for _, attempt in ipairs(payment.attempts) do
    if attempt.id == id then return attempt end
  end
end

--- Takes the result of an attempt of a payment.
function attempts.update(world, args, caller)
  local payment, refusal = world:own("payments", args.paymentId, caller)
  local attempt = payment and find(payment, args.authorizationAttemptId)
  if not attempt then return nil, refusal or "unknown" end
  local changed
  changed, refusal = attempts.settle(world, attempt, args)
  if changed then attempts.follow(world, payment, attempt) end
  return nil, refusal
end

--- A capture that names a running attempt says that it has succeeded.
function attempts.succeed(world, payment, id)
  local attempt = find(payment, id)
  if not attempt then return "unknown" end
  if attempt == attempts.running(payment) then
    attempt.state, attempt.result = "succeeded", { succeeded = true }
    money.authorize(world, payment, attempt)
  end
  return attempt.state ~= "succeeded" and "attempt_other" or nil
end

return attempts
