-- Entries of the journal: what one has, and what may be written into it.

local core = require "luapay.core"
local decimal = require "luapay.journal.old.decimal"
local fault = require "luapay.fault"
local fingerprint = require "luapay.journal.old.fingerprint"
local writable = require "luapay.journal.old.writable"

local entry = {}

--- States of an entry: what is known of its money.
---   planned      not sent; may be sent
---   sent         may have left; its outcome is not written down
---   pending      the provider has it and has not ended it
---   done         it came about, and is to stay
---   failed       certainly nothing was done; may be tried again
---   unknown      may have been done: the provider must be asked
---   parked       nobody can be asked but a person
---   compensated  it came about, and was taken back
entry.STATES = {
  planned = true,
  sent = true,
  pending = true,
  done = true,
  failed = true,
  unknown = true,
  parked = true,
  compensated = true,
}

-- What the caller names; everything else is the journal's.
local GIVEN = {
  flow = "string",
  run = "string",
  reference = "string",
  step = "string",
  endpoint = "string",
  idempotency_key = "string",
  args = "table",
  amount = "string",
  currency = "string",
  provider_id = "string",
  details = "table",
}

local REQUIRED = { "flow", "reference", "step" }

local LONGEST = 200 -- characters of a name; keys in an index

local function check_names(given)
  for name, value in pairs(given) do
    if GIVEN[name] ~= type(value) then
      error(
        ("journal: %s: expected a %s"):format(
          tostring(name),
          GIVEN[name] or "field that it knows"
        ),
        5
      )
    end
  end
  for _, name in ipairs(REQUIRED) do
    if given[name] == nil then
      error("journal: " .. name .. " is required", 5)
    end
  end
end

local function refuse(field, message)
  return nil,
    fault.new {
      kind = "argument",
      endpoint = "journal",
      field = field,
      message = message,
    }
end

--- Makes an entry of what a caller gives. Wrong types raise; wrong values
--- may come from a customer.
---@param given table flow, reference, step; run, endpoint, args,
--- idempotency_key, amount (decimal text), currency, provider_id, details
---@param now number
---@return luapay.JournalEntry?
---@return luapay.Fault? fault of kind "argument"
function entry.new(given, now)
  check_names(given)
  for _, name in ipairs { "flow", "run", "reference", "step" } do
    local text = given[name] or ""
    if #text > LONGEST or (text == "" and name ~= "run") then
      return refuse(name, "expected 1 to " .. LONGEST .. " bytes of text")
    end
    if text:find "[%z\1-\31]" then
      return refuse(name, "must not have control characters")
    end
  end
  local texts = { given.reference, given.run or "", given.details or "" }
  if not core.encode(texts) then
    return refuse("details", "expected texts in UTF-8, numbers and tables")
  end
  if given.amount and not decimal.to_millionths(given.amount) then
    return refuse("amount", "expected a decimal like 12.50")
  end
  return {
    flow = given.flow,
    run = given.run or "",
    reference = given.reference,
    step = given.step,
    state = "planned",
    endpoint = given.endpoint,
    idempotency_key = given.idempotency_key,
    fingerprint = fingerprint(given.args or {}),
    attempt = 0,
    created_at = now,
    updated_at = now,
    amount = given.amount,
    currency = given.currency,
    provider_id = given.provider_id,
    details = given.details,
  }
end

--- An entry of its own with the same fields.
function entry.copy(original)
  local twin = {}
  for name, value in pairs(original) do
    twin[name] = value
  end
  return twin
end

--- Makes an entry say what another says, and nothing else.
function entry.become(old, new)
  for name in pairs(old) do
    old[name] = nil
  end
  for name, value in pairs(new) do
    old[name] = value
  end
end

--- Puts what was learned into an entry.
---@param kept luapay.JournalEntry
---@param state string
---@param outcome? table
---@param now number
---@param settle? number seconds before an unknown is asked about
function entry.conclude(kept, state, outcome, now, settle)
  if not entry.STATES[state] then
    error("journal: no such state: " .. tostring(state), 4)
  end
  kept.state, kept.updated_at = state, now
  if outcome then
    outcome = writable(outcome)
    kept.outcome = outcome
    kept.provider_id = outcome.provider_id or kept.provider_id
    kept.status = outcome.status or kept.status
  end
  kept.lease_until = state == "unknown" and now + (settle or 0) or nil
end

return entry
