-- payment_link_asking.lua - how a payment request stands, by Mobip's word.

local fault = require "luapay.fault"
local links = require "luapay.flow.payment_link_request"
local status = require "luapay.mobip.status"
local step = require "luapay.flow.step"

local asking = {}

-- From which states a word moves an entry, and to which. What ended unpaid
-- is "compensated": a "failed" entry might be sent again. Somebody may pay
-- after a first card was denied; nobody unpays.
local MOVES = {
  PAID = { { "pending", "compensated" }, "done" },
  REFUNDED = { { "pending", "compensated", "done" }, "compensated" },
  DENIED = { { "pending" }, "compensated" },
  CANCELLED = { { "pending" }, "compensated" },
  ERROR = { { "pending" }, "compensated" },
}

local FOUND = { {}, "pending" }

local KEPT = { "url_checkout", "url_qr", "raw_qr" }

--- Moves an entry by Mobip's word; one that is not known moves nothing.
---@async
---@param flow table
---@param entry luapay.JournalEntry
---@param word string
---@param result? table of is_valid
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault of the journal
function asking.apply(flow, entry, word, result)
  local move = MOVES[word]
  if entry.state == "done" and entry.status ~= "PAID" then
    -- a person has found it: how it stands is known only now
    move = { { "done" }, (move or FOUND)[2] }
  end
  if not move or entry.status == "REFUNDED" then return entry end
  local outcome = { status = word, reason = result and result.reason }
  for _, name in ipairs(KEPT) do
    outcome[name] = entry.outcome and entry.outcome[name]
  end
  outcome.payment_method = result and result.payment_method
  local moved, err = flow.journal:advance(entry, move[1], move[2], outcome)
  if moved == nil then return nil, err end
  if moved then return entry end
  return links.find(flow, entry.reference)
end

local function ask(flow, entry)
  local result, err =
    flow.client:is_valid({ trid = entry.provider_id }, flow.call)
  if not result then return nil, err end
  local word = result.transaction_status
  if word == "PAID" and status.is_refunded(result) then word = "REFUNDED" end
  local now, why = asking.apply(flow, entry, word, result)
  if not now then return nil, why end
  local item = links.item(now)
  item.status, item.reason = word, result.reason
  item.paid = status.is_paid(result)
  item.final = status.is_final(result)
  return item
end

--- See payment_link.lua.
function asking.look(flow, reference)
  local entry, err = links.find(flow, reference)
  if not entry then return nil, err end
  return ask(flow, entry)
end

local PASSING =
  { timeout = true, transport = true, server = true, rate_limited = true }

local function too_long(reference, item, err)
  return nil,
    fault.new {
      kind = "timeout",
      endpoint = "flow.payment_link",
      message = ("%s is %s"):format(
        reference,
        item and item.status or "not known: " .. err.message
      ),
      report = item and { items = { item } },
    }
end

--- See payment_link.lua.
function asking.await(flow, reference, options)
  local patience = options.patience or flow.patience
  local began, slept, wait = flow.clock(), 0, flow.every
  while true do
    local item, err = asking.look(flow, reference)
    if item and item.final then return item end
    if err and not PASSING[err.kind] then return nil, err end
    local left = patience - math.max(slept, flow.clock() - began)
    if left <= 0 then return too_long(reference, item, err) end
    local pause = math.max(wait, err and err.retry_after or 0)
    pause = math.min(pause, left)
    flow.sleep(pause)
    slept, wait = slept + pause, math.min(wait * 1.5, flow.most)
  end
end

-- Not cancelled, or not known: what the caller may want to see.
local function not_cancelled(flow, reference, err)
  local item = asking.look(flow, reference)
  if item and item.status == "CANCELLED" then return item end
  local told = fault.copy(err)
  told.report = item and { items = { item } } or nil
  return nil, told
end

--- See payment_link.lua.
function asking.cancel(flow, reference)
  local entry, err = links.find(flow, reference)
  if not entry then return nil, err end
  local done, no = step.take(flow, {
    reference = reference,
    step = "cancel",
    method = "cancel_transaction",
    args = { trid = entry.provider_id },
  })
  if not done then return not_cancelled(flow, reference, no) end
  local now, why = asking.apply(flow, entry, "CANCELLED")
  if not now then return nil, why end
  return links.item(now)
end

asking.looks = {}

function asking.looks.request()
  return "parked", { advice = links.ADVICE }
end

-- A message that may have been sent: nothing depends on it.
function asking.looks.resend()
  return "failed", { maybe_sent = true }
end

function asking.looks.cancel(flow, entry)
  local item, err = asking.look(flow, entry.reference)
  if not item then return nil, err end
  return item.status == "CANCELLED" and "done" or "failed",
    { status = item.status }
end

return asking
