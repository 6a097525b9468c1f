-- Entries of the journal: the fields that one has, and what may be written
-- into them.

local core = require "luapay.core"
local decimal = require "luapay.decimal"
local fault = require "luapay.fault"

local entry = {}

--- States of an entry: what is known of its step.
---   planned      not sent; may be sent, replaced, discarded
---   sent         may have left; its worker's until the lease ends
---   pending      the provider has it and has not ended it
---   done         it came about as intended, and stays
---   closed       ended without coming about: declined, expired, cancelled
---   failed       certainly nothing was done; may be sent again
---   unknown      may have been done: the provider can be asked
---   parked       may have been done: only a person can tell
---   compensated  it came about, and all of it was taken back
entry.STATES = {
  planned = true,
  sent = true,
  pending = true,
  done = true,
  closed = true,
  failed = true,
  unknown = true,
  parked = true,
  compensated = true,
}

-- What a caller may set. The rest is the journal's: id, account, flow, run,
-- reference, main, attempt, worker, leases, created_at and updated_at.
local SETTABLE = {
  step = "string",
  state = "string",
  endpoint = "string",
  idempotency_key = "string",
  fingerprint = "string",
  amount = "string",
  currency = "string",
  provider_id = "string",
  external_id = "string",
  subject = "string",
  status = "string",
  code = "any",
  reason = "string",
  seen_at = "number",
  due_at = "number",
  plan = "string",
  details = "table",
  outcome = "table",
  fault = "table",
  candidates = "table",
}

--- Erases a field: item:set(entry, { fault = book.NONE }).
entry.NONE = setmetatable({}, {
  __tostring = function()
    return "none"
  end,
})

local function plain(value, depth)
  local kind = type(value)
  if kind == "table" and depth < 20 then
    local copy = {}
    for name, field in pairs(value) do
      copy[plain(name, 20)] = plain(field, depth + 1)
    end
    if core.encode(copy) then return copy end
  elseif kind == "number" then
    if core.encode(value) then return value end
    return (("%.14g"):format(value):gsub("[^%w+-]+", "."))
  elseif kind == "boolean" or (kind == "string" and core.encode(value)) then
    return value
  end
  return ("(a %s that cannot be written)"):format(kind)
end

-- What every store can keep: JSON. What is none would fail the writes of
-- others, and what it says must not be lost for it: it is kept as text.
local function writable(value)
  if type(value) == "string" and not value:find "[^\32-\126]" then
    return value -- nearly all that is written
  elseif type(value) == "string" and not value:find "%z" then
    return core.encode(value) and value or plain(value, 1)
  elseif type(value) == "string" then
    return plain((value:gsub("%z", "\\0")), 1)
  elseif type(value) ~= "table" or core.encode(value) then
    return value
  end
  local kept = plain(value, 1)
  return type(kept) == "table" and kept or { unwritable = kept }
end

local LONGEST_ID = 1000 -- bytes of what stands in an index beside others

--- An id or a key as it is kept and looked for: an index has no room for one
--- of any length, and what a provider says must not be lost for it. A very
--- long one stands for itself by its beginning, its length and a digest.
---@param id string
---@return string
function entry.short_id(id)
  if #id <= LONGEST_ID then return id end
  -- not in the middle of a character
  local beginning = id:sub(1, 200):gsub("[\192-\255]?[\128-\191]*$", "")
  return ("%s...(%d bytes, %s)"):format(beginning, #id, core.fingerprint(id))
end

local IS_ID = { provider_id = true, external_id = true, subject = true }

--- Puts fields into an entry. What is no field of an entry, or of another
--- type, is an error of the program.
---@param into luapay.JournalEntry
---@param fields table
function entry.set(into, fields)
  for name, value in pairs(fields) do
    local wanted = SETTABLE[name]
    if name == "provider_id" and type(value) == "number" then
      value = ("%.0f"):format(value) -- an outcome must not fail for this
    end
    if not wanted then
      error("journal: an entry has no field to set: " .. tostring(name), 3)
    elseif value == entry.NONE then
      into[name] = nil
    elseif wanted ~= "any" and type(value) ~= wanted then
      error(
        ("journal: %s: expected a %s, got a %s"):format(
          name,
          wanted,
          type(value)
        ),
        3
      )
    elseif name == "state" and not entry.STATES[value] then
      error("journal: no such state: " .. value, 3)
    elseif name == "amount" and not decimal.is(value) then
      error("journal: amount: expected a decimal like 12.50", 3)
    else
      into[name] = writable(value)
      if IS_ID[name] then into[name] = entry.short_id(into[name]) end
    end
  end
end

local LONGEST = 200 -- bytes of a name; names stand in an index

--- What is wrong with a name that a caller gives, or nil.
---@param name string of the field
---@param text string
---@param may_be_empty? boolean
---@return luapay.Fault?
function entry.check_name(name, text, may_be_empty)
  local message
  if #text > LONGEST or (text == "" and not may_be_empty) then
    message = "expected 1 to " .. LONGEST .. " bytes of text"
  elseif text:find "[%z\1-\31]" then
    message = "must not have control characters"
  elseif not core.encode(text) then
    message = "expected text in UTF-8"
  else
    return nil
  end
  return fault.new {
    kind = "argument",
    endpoint = "journal",
    field = name,
    message = message,
  }
end

--- A twin with the same fields. Tables in it are shared: they are replaced
--- as a whole, never changed.
---@param original luapay.JournalEntry
---@return luapay.JournalEntry
function entry.copy(original)
  local twin = {}
  for name, value in pairs(original) do
    twin[name] = value
  end
  return twin
end

return entry
