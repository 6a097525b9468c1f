-- batch_ask.lua - asks the provider what it has of some payments: it lists
-- those of an agreement.

local core = require "luapay.core"
local step = require "luapay.flow.step"
local task = require "luapay.task"

local ask = {}

--- Entries to ask about at a time.
ask.PORTION = 500

local MOST = 10 -- times that a payment is sent, if it never arrives

--- What the provider's word for a payment means; any other: not its end.
ask.STATES = {
  Executed = "done",
  Failed = "failed",
  Rejected = "failed",
  Declined = "failed",
  Canceled = "failed",
  Cancelled = "failed",
  Invalid = "failed",
}

ask.ADVICE = "Ask MobilePay whether there is a payment of this agreement "
  .. "with this external_id and due date. If there is, resolve it as done "
  .. "with its provider_id; if there certainly is none, as failed."

local function park(why)
  return "parked", { text = why, advice = ask.ADVICE }
end

-- Whether a payment is known as another one's.
local function is_taken(flow, entry, id)
  local known, err = flow.journal:find { flow = flow.name, provider_id = id }
  if known == nil then return nil, err end
  return known and known.id ~= entry.id or false
end

-- Those of the list that may be this entry's, living ones first.
local function candidates(flow, entry, there)
  local wanted, found = entry.details.payment, nil
  for _, payment in ipairs(there[entry.reference] or {}) do
    local taken, err = is_taken(flow, entry, payment.id)
    if taken == nil then return nil, err end
    local is_end = ask.STATES[payment.status] == "failed"
    if entry.provider_id and entry.provider_id ~= payment.id then
      taken = true
    end
    if not taken and (not found or not is_end) then found = payment end
  end
  if not found then return false end
  local money = core.money(found.amount, entry.currency)
  return found, nil, money and money.decimal == wanted.amount
end

--- What an entry is, given what the provider has.
---@return string? state
---@return table|luapay.Fault outcome
local function look(flow, entry, there)
  local found, err, same = candidates(flow, entry, there)
  if found == nil then return nil, err end
  if not found and entry.attempt >= MOST then
    return "failed",
      { text = ("has not arrived in %d times"):format(entry.attempt) }
  elseif not found then
    return "planned"
  elseif not same then
    return park("there is one of another amount: " .. found.id)
  end
  return ask.STATES[found.status] or "pending",
    { provider_id = found.id, status = found.status }
end

-- What an agreement has, by the reference that each payment would have.
local function index(page)
  local there = {}
  for _, payment in ipairs(page) do
    local name = tostring(payment.external_id)
      .. "/"
      .. tostring(payment.due_date):sub(1, 10)
    there[name] = there[name] or {}
    table.insert(there[name], payment)
  end
  return there
end

-- How each entry of one agreement stands.
local function ask_one(flow, agreement, entries, keep)
  local page, err =
    flow.client:list_payment_requests({ agreementid = agreement }, flow.call)
  local there = page and index(page)
  for _, entry in ipairs(entries) do
    local state, outcome
    if there then
      state, outcome = look(flow, entry, there)
    elseif err.kind == "not_found" then
      state, outcome = park "the provider knows no such agreement"
    end
    if not state then
      state, outcome = "unknown", { fault = step.of_fault(outcome or err) }
    end
    keep(entry, state, outcome)
  end
end

local function by_agreement(entries)
  local groups, order = {}, {}
  for _, entry in ipairs(entries) do
    local id = entry.details.payment.agreement_id
    if not groups[id] then
      groups[id] = {}
      order[#order + 1] = id
    end
    table.insert(groups[id], entry)
  end
  return groups, order
end

--- Asks about some entries, side by side.
---@async
---@param flow table
---@param entries luapay.JournalEntry[]
---@return table[] list as finish_all takes it
function ask.all(flow, entries)
  local groups, order = by_agreement(entries)
  local list = {}
  local options = { concurrency = flow.concurrency, each = function() end }
  task.map(order, options, function(id)
    ask_one(flow, id, groups[id], function(entry, state, outcome)
      list[#list + 1] = { entry, state, outcome }
    end)
  end)
  return list
end

return ask
