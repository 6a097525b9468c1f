-- refunds_send.lua - sends a refund that was begun, unless it is more than
-- what is left of its payment.

local core = require "luapay.core"
local left = require "luapay.flow.refunds_left"
local step = require "luapay.flow.step"

local function text(minor)
  return core.minor(minor, "DKK").decimal
end

local BEYOND = "%s is more than what is left: %s of %s"

----@async
return function(flow, entry, given, said)
  local others, err = left.in_journal(flow, entry, said)
  local rest = others and math.max(0, said.left - others)
  if rest and rest >= core.money(given.amount, "DKK").minor then
    return step.send(flow, entry, given)
  end
  local refusal = err
  if rest then
    local words = BEYOND:format(given.amount, text(rest), text(said.paid))
    refusal = select(2, left.refuse("amount", words))
  end
  local kept, why = flow.journal:finish(entry, "failed", {
    fault = step.of_fault(refusal),
  })
  if not kept then return nil, why, entry end
  return nil, refusal, entry
end
