-- card_recover.lua - after a crash: what MobilePay tells a repetition of is
-- sent again, as it was; what an acquirer was asked is asked after.

local authorise = require "luapay.flow.card_authorise"
local card_payment = require "luapay.flow.card_payment"
local kinds = require "luapay.flow.card_kinds"
local recover = require "luapay.flow.recover"
local step = require "luapay.flow.step"

local card_recover = {}

-- Sends a call again, with the key and the arguments that it had.
local function again(flow, method, args, state, keep)
  local result, err = flow.client[method](flow.client, args, flow.call)
  if result then return state, keep and keep(result) or {} end
  if err.outcome == "unknown" then return nil, err end
  return "failed", { fault = step.of_fault(err) }
end

local function repeated(flow, entry)
  local details = entry.details
  return again(flow, details.method, details.args, "done", function(result)
    return {
      provider_id = result.captureId or result.cancelId or result.refundId,
    }
  end)
end

local function initiate(flow, entry)
  local kind = kinds[entry.details.kind]
  if not kind.again then
    return "parked", { advice = "look for it by its pspReferenceId" }
  end
  return again(
    flow,
    kind.initiate,
    entry.details.args,
    "pending",
    card_payment.keep
  )
end

card_recover.looks = {
  initiate = initiate,
  authorise = authorise.looks.authorise,
  challenge = authorise.looks.challenge,
  patch = repeated,
  repatch = repeated,
  capture = repeated,
  cancel = repeated,
  refund = repeated,
  confirm = repeated,
  ["end"] = repeated,
}

-- Goes on where an attempt was cut off between the acquirer and MobilePay.
local function follow(flow)
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    states = { "done" },
  }
  local entry, err = each()
  while entry do
    local good, why = authorise.follow(flow, entry)
    if not good and why.kind == "journal" and why.code == "database" then
      return nil, why
    end
    entry, err = each()
  end
  return not err, err
end

--- Settles what is open.
---@async
---@return table? report see recover.lua
---@return luapay.Fault? fault of the journal
function card_recover.run(flow, looks)
  local report, err = recover.run(flow, looks or card_recover.looks)
  if not report then return nil, err end
  local good, why = follow(flow)
  if not good then return nil, why end
  return report
end

return card_recover
