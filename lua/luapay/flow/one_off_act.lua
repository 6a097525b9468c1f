-- one_off_act.lua - what is done with one-off payments that were asked for.

local asked = require "luapay.flow.asked"
local fault = require "luapay.fault"
local kind = require "luapay.flow.one_off_kind"
local note = require "luapay.flow.asked_note"
local step = require "luapay.flow.step"

local act = {}

local function conflict(entry, wanted)
  local result = note.result(entry)
  return nil,
    fault.new {
      kind = "conflict",
      code = result.state,
      endpoint = "flow.one_off",
      message = ("%s is %s, not %s"):format(
        entry.reference,
        result.state,
        wanted
      ),
      report = result,
    }
end

local function step_of(entry, name, method)
  local details = entry.details
  local args = {
    agreementid = details.agreementid,
    paymentid = entry.provider_id,
  }
  return {
    reference = entry.reference,
    step = name,
    method = method,
    args = args,
    amount = entry.amount,
    currency = entry.currency,
    details = {
      agreementid = details.agreementid,
      paymentid = entry.provider_id,
      external_id = details.external_id,
    },
    keep = function()
      return {}
    end,
  }
end

-- An entry whose payment is known at MobilePay; open ones are asked about.
local function known(flow, reference)
  local entry, err = note.get(flow, kind, reference)
  if not entry then return nil, err end
  if entry.state == "sent" or entry.state == "unknown" then
    local settled, why = asked.settle(flow, kind, reference, "request")
    if not settled then return nil, why end
    return note.get(flow, kind, reference)
  end
  return entry
end

--- See one_off.lua.
function act.capture(flow, reference)
  local entry, err = known(flow, reference)
  if not entry then return nil, err end
  if entry.status == "Captured" then return note.result(entry) end
  if entry.state == "pending" and entry.status ~= "Reserved" then
    local good, why = note.ask(flow, kind, entry)
    if not good then return nil, why end
  end
  if entry.status == "Captured" then return note.result(entry) end
  if entry.state ~= "pending" or entry.status ~= "Reserved" then
    return conflict(entry, "reserved")
  end
  local given = step_of(entry, "capture", "capture_one_off_payment")
  return asked.act(flow, kind, entry, given, "Captured")
end

--- See one_off.lua.
function act.cancel(flow, reference)
  local entry, err = known(flow, reference)
  if not entry then return nil, err end
  if entry.status == "Canceled" then return note.result(entry) end
  if entry.state ~= "pending" then
    return conflict(entry, "requested or reserved")
  end
  local given = step_of(entry, "cancel", "cancel_one_off_payment")
  return asked.act(flow, kind, entry, given, "Canceled")
end

--- See one_off.lua.
function act.due(flow, seconds)
  local list, till = {}, flow.clock() + seconds
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "request",
    states = { "pending" },
  }
  local entry, err = each()
  while entry do
    local by = entry.outcome and entry.outcome.capture_by
    if by and by < till then list[#list + 1] = note.result(entry) end
    entry, err = each()
  end
  if err then return nil, err end
  return list
end

--- See one_off.lua.
function act.adopt(flow, item, paymentid)
  local given = kind.given(flow, item)
  given.method = "create_agreement"
  local entry, err = flow.journal:begin(step.entry(flow, given))
  if not entry then
    local was = err.code == "known" and err.entry
    return was and note.result(was) or nil, not was and err or nil
  end
  local kept, why = flow.journal:finish(entry, "pending", {
    provider_id = paymentid,
    status = "Requested",
  })
  if not kept then return nil, why end
  return note.result(entry)
end

return act
