-- card_sums.lua - what of a payment was captured, cancelled and refunded, by
-- the journal. What may have come about counts, until it is known that it
-- did not.

local core = require "luapay.core"

local card_sums = {}

local COUNTS = {
  sent = true,
  unknown = true,
  parked = true,
  pending = true,
  done = true,
}

--- What was captured, cancelled and refunded, and what of it is certain.
---@async
---@return table? sums of luapay.Money: capture, cancel, refund, captured
---@return luapay.Fault? fault of the journal
function card_sums.of(flow, payment)
  local zero = core.minor(0, payment.currency)
  local sums =
    { capture = zero, cancel = zero, refund = zero, captured = zero }
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    reference = payment.reference,
  }
  local entry, err = each()
  while entry do
    local what = entry.step:match "^(%l+):"
    if sums[what] and COUNTS[entry.state] then
      local money = core.money(entry.amount, entry.currency)
      sums[what] = sums[what] + money
      if what == "capture" and entry.state == "done" then
        sums.captured = sums.captured + money
      end
    end
    entry, err = each()
  end
  if err then return nil, err end
  return sums
end

--- What may still be captured, cancelled or refunded.
---@return luapay.Money
function card_sums.left(sums, payment, what)
  if what == "refund" then return sums.captured - sums.refund end
  local authorised = core.money(payment.amount, payment.currency)
  return authorised - sums.capture - sums.cancel
end

return card_sums
