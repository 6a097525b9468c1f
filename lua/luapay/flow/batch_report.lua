-- batch_report.lua - how a batch stands: counts, a state, and each payment.

local fault = require "luapay.fault"
local work = require "luapay.flow.batch_work"

local report = {}

local function item_of(entry)
  local payment, outcome = entry.details.payment, entry.outcome or {}
  return {
    reference = entry.reference,
    external_id = payment.external_id,
    agreement_id = payment.agreement_id,
    due_date = payment.due_date,
    amount = entry.amount,
    currency = entry.currency,
    state = entry.state,
    status = entry.status,
    provider_id = entry.provider_id,
    status_code = outcome.status_code,
    text = outcome.text,
    fault = outcome.fault,
    advice = outcome.advice,
  }
end

--- An iterator over the payments of a run.
---@param flow table
---@param states? string[]
---@return async fun(): luapay.BatchItem?, luapay.Fault?
function report.items(flow, states)
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "request",
    states = states,
  }
  return function()
    local entry, err = each()
    return entry and item_of(entry), err
  end
end

local function state_of(counts)
  if counts.unknown or counts.sent or counts.parked then return "unsettled" end
  if counts.planned then return "planned" end
  return counts.pending and "requested" or "ended"
end

--- How a run stands.
---@async
---@param flow table
---@return luapay.BatchReport? report
---@return luapay.Fault? fault
function report.new(flow)
  local counts, err = work.counts(flow)
  if not counts then return nil, err end
  return {
    state = state_of(counts),
    counts = counts,
    items = function(states)
      return report.items(flow, states)
    end,
  }
end

local LEFT = { "planned", "failed", "sent", "unknown", "parked" }

local function message(counts, plan, cause)
  local parts = {}
  for _, state in ipairs(LEFT) do
    if counts[state] then
      parts[#parts + 1] = ("%d %s"):format(counts[state], state)
    end
  end
  if plan and plan.bad > 0 then parts[#parts + 1] = plan.bad .. " bad rows" end
  local text = table.concat(parts, ", ")
  return cause and ("%s (%s)"):format(text, tostring(cause)) or text
end

--- The end of a run: its report, or nil and a fault with it.
---@async
---@param flow table
---@param plan? table of this run
---@param cause? luapay.Fault that it stopped at
---@return luapay.BatchReport? report
---@return luapay.Fault? fault
function report.conclude(flow, plan, cause)
  local told, err = report.new(flow)
  if not told then
    err = fault.copy(err)
    err.outcome = "unknown"
    return nil, err
  end
  told.plan = plan
  local counts, open = told.counts, told.state == "unsettled"
  local bad = plan and plan.bad > 0
  if not (open or bad or cause or counts.failed or counts.planned) then
    return told
  end
  return nil,
    fault.new {
      kind = open and "unsettled" or "incomplete",
      endpoint = "flow." .. flow.name,
      outcome = open and "unknown" or "failed",
      message = message(counts, plan, cause),
      cause = cause,
      report = told,
    }
end

return report
