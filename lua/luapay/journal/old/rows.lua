-- Entries of the journal as rows of a table, and back. Numbers travel as
-- text: no driver may round them.

local core = require "luapay.core"
local decimal = require "luapay.journal.old.decimal"

local rows = {}

--- Columns that never change, and those that do, in the order of binding.
rows.FIXED = { "flow", "run", "reference", "step", "created_at" }
rows.MUTABLE = {
  "state",
  "endpoint",
  "idempotency_key",
  "fingerprint",
  "attempt",
  "worker",
  "lease_until",
  "updated_at",
  "millionths",
  "currency",
  "provider_id",
  "status",
  "details",
  "outcome",
}

--- Of those, what an outcome changes.
rows.CONCLUDED = {
  "state",
  "lease_until",
  "updated_at",
  "provider_id",
  "status",
  "outcome",
}

--- What is read: numbers as doubles, which every driver gives exactly.
rows.COLUMNS = [[CAST(id AS DOUBLE PRECISION) AS id,
  flow, run, reference, step, state, endpoint, idempotency_key, fingerprint,
  attempt, worker, lease_until, created_at, updated_at,
  CAST(millionths AS TEXT) AS millionths, currency, provider_id, status,
  details, outcome]]

local function seconds(value)
  return value and ("%.3f"):format(value)
end

local function text_of(value)
  if value == nil then return nil end
  local text, err = core.encode(value)
  if not text then error("journal: " .. tostring(err.message), 0) end
  return text
end

local WRITE = {
  attempt = function(value)
    return ("%d"):format(value)
  end,
  lease_until = seconds,
  updated_at = seconds,
  created_at = seconds,
  details = text_of,
  outcome = text_of,
}

--- One column's value as it is bound.
function rows.value(entry, name)
  if name == "millionths" then
    return entry.amount and decimal.to_millionths(entry.amount)
  end
  local write = WRITE[name]
  if write then return write(entry[name]) end
  return entry[name]
end

--- The values of columns, put into a list from an index on.
function rows.bind(entry, names, into, at)
  for i, name in ipairs(names) do
    into[at + i - 1] = rows.value(entry, name)
  end
  return at + #names
end

local function decoded(text)
  return text and (core.decode(text))
end

--- A whole number as this Lua has them.
rows.whole = math.tointeger or function(value)
  return value
end

--- The entry that a row is of.
function rows.entry(row)
  row.id, row.attempt = rows.whole(row.id), rows.whole(row.attempt)
  row.amount = row.millionths and decimal.from_millionths(row.millionths)
  row.millionths = nil
  row.details, row.outcome = decoded(row.details), decoded(row.outcome)
  return row
end

return rows
