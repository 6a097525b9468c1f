-- card_wait.lua - waits until a payment has ended one way or the other.

local card_payment = require "luapay.flow.card_payment"

local FIRST, LONGEST = 1, 15 -- seconds between two looks

--- See online_payment.lua.
---@async
return function(flow, reference)
  local till, pause = flow.clock() + flow.patience, FIRST
  while true do
    local entry, err = card_payment.get(flow, reference)
    if not entry then return nil, err end
    if entry.state ~= "pending" then return card_payment.result(entry) end
    local left = till - flow.clock()
    if left <= 0 then
      local text = reference .. " is not authorised yet"
      return card_payment.fault(flow, "timeout", text, {
        report = card_payment.result(entry),
      })
    end
    flow.sleep(math.min(pause, left))
    pause = math.min(pause * 1.5, LONGEST)
  end
end
