-- topup_undo.lua - takes one credit back, later.

local fault = require "luapay.fault"
local group = require "luapay.flow.topup_group"
local rollback = require "luapay.flow.topup_rollback"
local topup_report = require "luapay.flow.topup_report"

local function refuse(code, message)
  return fault.new {
    kind = "journal",
    code = code,
    endpoint = "flow.topup",
    message = message,
  }
end

local WAIT = { sent = true, unknown = true, parked = true }

-- Why a credit must not be taken back now, or nil.
local function objection(flow, entry, reference)
  if not entry then
    return refuse("absent", reference .. " is not in the journal")
  elseif entry.state == "failed" or entry.state == "planned" then
    return refuse("absent", reference .. " was not credited")
  elseif WAIT[entry.state] then
    return refuse("unsettled", reference .. ": was it credited?")
  end
  local whole, err = entry.details.group, nil
  if whole and entry.state == "done" then
    whole, err = group.find(flow, whole, "group")
    if whole and whole.state == "sent" then
      return refuse("busy", reference .. ": its run has not ended")
    end
  end
  return err
end

-- What became of it, as an item of a report.
local function item_of(entry, state, err)
  return {
    reference = entry.reference,
    accountKey = entry.details.accountKey,
    transactionId = entry.provider_id,
    state = state,
    rollback_fault = err,
  }
end

--- See topup.lua.
return function(flow, reference, note)
  local entry, err = group.find(flow, reference, "credit")
  if entry == nil then return nil, err end
  local no = objection(flow, entry, reference)
  if no then return nil, no end
  local kept = item_of(entry, rollback.take(flow, entry, note or flow.note))
  if kept.state == "rolled_back" then return kept end
  local report = { items = { kept } }
  if kept.state == "rollback_failed" then
    report.state = "incomplete"
    return topup_report.break_off(report, kept.rollback_fault)
  end
  return topup_report.conclude(report)
end
