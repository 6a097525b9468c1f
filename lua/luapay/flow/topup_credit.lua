-- topup_credit.lua - one credit of a top-up. Infobip has no idempotency key
-- and nobody to ask: what may have been done is parked for a person, and
-- never sent again.

local fault = require "luapay.fault"
local step = require "luapay.flow.step"
local topup_items = require "luapay.flow.topup_items"

local credit = {}

--- To the person who settles a credit.
credit.ADVICE = "Look for this description, amount and time among the "
  .. "account's transactions. If it is there, resolve it as done with its "
  .. "transactionId as provider_id; if not, as failed."

-- Ids stay as they are, whatever a database makes of numbers.
local function id_text(id)
  return type(id) == "number" and ("%.0f"):format(id) or id
end

-- What a person needs to find it at the provider.
local function details_of(item, group)
  return {
    accountKey = item.accountKey,
    amount = topup_items.amount(item),
    currencycode = item.currencycode,
    description = item.description,
    group = group and group.reference,
  }
end

local function credit_of(item, group)
  local amount = topup_items.amount(item)
  return {
    reference = item.reference,
    step = "credit",
    method = "add_funds",
    args = topup_items.args(item),
    amount = not amount:find "^%-" and amount or nil,
    currency = item.currencycode,
    details = details_of(item, group),
    unknown = "parked",
    advice = credit.ADVICE,
    keep = function(result)
      return { provider_id = id_text(result.transactionId) }
    end,
  }
end

--- Nothing was sent: this worker has stood still for too long.
function credit.lost(entry)
  return nil,
    fault.new {
      kind = "journal",
      code = "lost",
      endpoint = "flow.topup",
      message = entry.reference .. ": another worker has taken the run over",
    }
end

--- Parks what a dead worker may have sent; false when somebody is at it.
function credit.park(flow, entry, advice)
  local claimed, err = flow.journal:orphans {
    flow = flow.name,
    run = flow.run_name,
    reference = entry.reference,
    step = entry.step,
    limit = 1,
  }
  if not claimed then return nil, err end
  if not claimed[1] then return false end
  local kept, why =
    flow.journal:finish(claimed[1], "parked", { advice = advice })
  return kept and true, why
end

-- Not begun: what is there already, and whose is it?
local function known(flow, entry, err, group)
  if not entry then return nil, err end
  if entry.state == "sent" or entry.state == "unknown" then
    local parked = credit.park(flow, entry, credit.ADVICE)
    if parked then entry.state = "parked" end
  end
  if entry.state ~= "done" or err.code == "conflict" then
    return nil, err, entry
  end
  if entry.details.group == (group and group.reference) then return entry end
  err.code, err.message = "conflict", "was credited in another run"
  return nil, err, entry
end

--- Credits one item, once; `group`: the entry of the run it belongs to.
function credit.take(flow, item, group)
  local given = credit_of(item, group)
  local entry, err = flow.journal:begin(step.entry(flow, given))
  if not entry then return known(flow, err.entry, err, group) end
  -- written down first, asked afterwards: who takes the run over later than
  -- this sees the entry
  if group and not flow.journal:holds(group) then
    flow.journal:finish(entry, "failed", { never_sent = true })
    return credit.lost(entry)
  end
  return step.send(flow, entry, given)
end

return credit
