-- payment_link_settle.lua - what else is done with a payment request: the
-- message once more, and what a crash has left.

local asking = require "luapay.flow.payment_link_asking"
local items = require "luapay.flow.items"
local links = require "luapay.flow.payment_link_request"
local recover = require "luapay.flow.recover"
local step = require "luapay.flow.step"

local settle = {}

-- The number of the last message that was sent once more.
local function resends(flow, reference)
  local number = 0
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    reference = reference,
  }
  local entry, err = each()
  while entry do
    local found = tonumber(entry.step:match "^resend:(%d+)$")
    number = math.max(number, found or 0)
    entry, err = each()
  end
  if err then return nil, err end
  return number
end

--- See payment_link.lua.
function settle.resend(flow, reference, media)
  local entry, err = links.find(flow, reference)
  if not entry then return nil, err end
  local number, why = resends(flow, reference)
  if not number then return nil, why end
  local sent, no = step.take(flow, {
    reference = reference,
    step = "resend:" .. number + 1,
    method = "resend",
    args = { trid = entry.provider_id, media = media },
    unknown = "failed", -- a message more does no harm
  })
  if not sent then return nil, no end
  return links.item(entry)
end

--- See payment_link.lua.
function settle.recover(flow)
  local report, err = recover.run(flow, asking.looks)
  if not report then return nil, err end
  report.items = {}
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "request",
    states = { "pending" },
  }
  local entry, why = each()
  while entry do
    local item, no = asking.look(flow, entry.reference)
    report.items[#report.items + 1] = item
      or items.result(entry.reference, entry, no)
    entry, why = each()
  end
  if why then return nil, why end
  return report
end

return settle
