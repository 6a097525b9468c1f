-- card_parts.lua - captures, cancellations and refunds of an authorised
-- payment, in parts. The entry of a part is written first and counted then:
-- two workers at once may both be refused, never both go too far.

local card_payment = require "luapay.flow.card_payment"
local core = require "luapay.core"
local kinds = require "luapay.flow.card_kinds"
local step = require "luapay.flow.step"
local sums = require "luapay.flow.card_sums"

local card_parts = {}

local KEYS = {
  capture = "captureIdentifier",
  cancel = "cancelIdentifier",
  refund = "refundIdentifier",
}

local IDS = { capture = "captureId", cancel = "cancelId", refund = "refundId" }

local function given_of(flow, payment, what, part)
  local method = kinds[payment.details.kind][what]
  local args = {
    paymentId = payment.provider_id,
    amount = part.money.minor,
    timestamp = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(flow.clock())),
    [KEYS[what]] = payment.reference .. "/" .. part.id,
  }
  return {
    reference = payment.reference,
    step = what .. ":" .. part.id,
    method = method,
    args = args,
    amount = part.money.decimal,
    currency = part.money.currency,
    details = { method = method, args = args },
    keep = function(result)
      return { provider_id = result[IDS[what]] }
    end,
  }
end

local function part_result(entry)
  return {
    reference = entry.reference,
    step = entry.step,
    state = entry.state,
    amount = entry.amount,
    currency = entry.currency,
    provider_id = entry.provider_id,
  }
end

-- The entry of a part that was begun before.
local function known(flow, payment, what, id)
  return flow.journal:find {
    flow = flow.name,
    run = flow.run_name,
    reference = payment.reference,
    step = what .. ":" .. id,
  }
end

local ALL = "all"

-- What to take: an amount, or all that is left.
local function part_of(flow, payment, what, options)
  local part = { id = options.id or ALL }
  if not part.id:find "^[%w%-_.]+$" or #part.id > 60 then
    return card_payment.fault(
      flow,
      "argument",
      "expected letters, digits, - _ and .",
      { field = "id" }
    )
  end
  if options.amount then
    local money, err = core.money(options.amount, payment.currency)
    if not money then
      return card_payment.fault(
        flow,
        "argument",
        err.message,
        { field = "amount" }
      )
    end
    part.money = money
    if part.id == ALL then part.id = "amount-" .. money.decimal end
    return part
  end
  local all, err = sums.of(flow, payment)
  if not all then return nil, err end
  part.money = sums.left(all, payment, what)
  return part
end

local function too_much(flow, payment, what, part, rest)
  local text = ("%s %s of %s is more than what is left of it: %s"):format(
    part.money.decimal,
    part.money.currency,
    payment.reference,
    rest.decimal
  )
  return card_payment.fault(flow, "argument", text, {
    field = "amount",
    code = what,
  })
end

-- Sends a part whose entry stands, unless all of them together exceed.
local function send(flow, payment, what, part, entry, given)
  local all, err = sums.of(flow, payment)
  local zero = core.minor(0, payment.currency)
  local rest = all and sums.left(all, payment, what)
  if not all or rest < zero or part.money <= zero then
    local kept, why = flow.journal:finish(entry, "failed", {
      why = "more than what is left",
    })
    if not kept then return nil, why end
    if not all then return nil, err end
    return too_much(flow, payment, what, part, rest + part.money)
  end
  local sent, no = step.send(flow, entry, given)
  if not sent then return nil, no end
  return part_result(sent)
end

--- Takes a part. Safe to repeat with the same `id`; without `amount`, all
--- that is left.
---@async
---@param what "capture"|"cancel"|"refund"
---@param options { amount: string?, id: string? }
---@return table? part
---@return luapay.Fault? fault
function card_parts.take(flow, reference, what, options)
  local payment, err = card_payment.get(flow, reference)
  if not payment then return nil, err end
  if payment.state ~= "done" then
    local text = ("%s is %s, not authorised"):format(
      reference,
      payment.status or payment.state
    )
    return card_payment.fault(flow, "conflict", text, { code = what })
  end
  local part, refusal = part_of(flow, payment, what, options or {})
  if not part then return nil, refusal end
  local before, why = known(flow, payment, what, part.id)
  if before == nil then return nil, why end
  if before and before.state == "done" then return part_result(before) end
  local given = given_of(flow, payment, what, part)
  local wanted = step.entry(flow, given)
  wanted.args = { what, part.money.decimal }
  local entry, no = flow.journal:begin(wanted)
  if not entry then return nil, no end
  return send(flow, payment, what, part, entry, given)
end

return card_parts
