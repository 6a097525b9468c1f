-- Time that runs out: a payment that nobody has completed ends, and the PSP
-- is told, if it has said where.

local attempts = require "luapay.sandbox.online.attempts"
local bodies = require "luapay.sandbox.online.bodies"

local expiry = {}

local function expire(world, payment)
  local running = attempts.running(payment)
  if running then running.state = "expired" end
  payment.state = "expired"
  world.open[payment.paymentId] = nil
  if not payment.failedPaymentCallbackUrl then return end
  world.calls:add {
    kind = "failed",
    url = payment.failedPaymentCallbackUrl,
    body = bodies.failed(payment),
    time = payment.ends,
    payment = payment.paymentId,
  }
end

--- Ends what has ended by now, in order.
---@param world table
function expiry.tick(world)
  local due, now = {}, world:now()
  for _, payment in pairs(world.open) do
    if payment.ends <= now then due[#due + 1] = payment end
  end
  table.sort(due, function(a, b)
    if a.ends ~= b.ends then return a.ends < b.ends end
    return a.paymentId < b.paymentId
  end)
  for _, payment in ipairs(due) do
    expire(world, payment)
  end
end

return expiry
