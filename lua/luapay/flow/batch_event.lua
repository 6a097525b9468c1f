-- batch_event.lua - what becomes of payments that were taken in, as events
-- tell; and those that were not taken in, to be tried again.

local ask = require "luapay.flow.batch_ask"

local event = {}

local PENDING = { "pending" }

--- Takes an event of luapay.callback: see subscription_batch.lua.
---@async
---@param flow table
---@param told luapay.callback.Event
---@return luapay.JournalEntry|false|nil entry
---@return luapay.Fault? fault
function event.take(flow, told)
  local id = told.kind == "payment" and told.payment_id
  if told.api ~= "mobilepay_subscriptions" or not id then return false end
  local entry, err = flow.journal:find { flow = flow.name, provider_id = id }
  if not entry then return entry, err end
  local state = ask.STATES[told.status]
  if not state or entry.state == state then return entry end
  local moved, why = flow.journal:advance(entry, PENDING, state, {
    provider_id = id,
    status = told.status,
    status_code = told.status_code,
    text = told.text,
  })
  if moved == nil then return nil, why end
  return entry
end

local FAILED = { "failed" }

--- Plans again what never was the provider's.
---@async
---@param flow table
---@return integer? planned
---@return luapay.Fault? fault
function event.retry(flow)
  local planned = 0
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "request",
    states = FAILED,
  }
  local entry, err = each()
  while entry do
    if not entry.provider_id then
      local moved, why = flow.journal:advance(entry, FAILED, "planned", {})
      if moved == nil then return nil, why end
      planned = planned + (moved and 1 or 0)
    end
    entry, err = each()
  end
  if err then return nil, err end
  return planned
end

return event
