-- agreement_act.lua - ends agreements that were made.

local asked = require "luapay.flow.asked"
local fault = require "luapay.fault"
local kind = require "luapay.flow.agreement_kind"
local note = require "luapay.flow.asked_note"

local act = {}

local function conflict(entry)
  local result = note.result(entry)
  return nil,
    fault.new {
      kind = "conflict",
      code = result.state,
      endpoint = "flow.agreement",
      message = ("%s is %s"):format(entry.reference, result.state),
      report = result,
    }
end

local LIVE = { pending = true, done = true }

--- See agreement.lua.
function act.cancel(flow, reference)
  local entry, err = note.get(flow, kind, reference)
  if not entry then return nil, err end
  if entry.state == "sent" or entry.state == "unknown" then
    local settled, why = asked.settle(flow, kind, reference, "create")
    if not settled then return nil, why end
    entry, err = note.get(flow, kind, reference)
    if not entry then return nil, err end
  end
  if entry.status == "Canceled" then return note.result(entry) end
  if not LIVE[entry.state] then return conflict(entry) end
  return asked.act(flow, kind, entry, {
    reference = reference,
    step = "cancel",
    method = "cancel_agreement",
    args = { agreementid = entry.provider_id },
    details = { agreementid = entry.provider_id },
    keep = function()
      return {}
    end,
  }, "Canceled")
end

return act
