-- Entries as rows of a table, and back. Every value travels as text: no
-- driver may round a number, and no locale may change it.

local core = require "luapay.core"

local rows = {}

local write, read = {}, {}

-- Kinds of columns.

function write.text(value)
  return value
end
read.text = write.text

function write.int(value)
  return value and ("%.0f"):format(value)
end

local whole = math.tointeger or function(value)
  return value
end

function read.int(text)
  return text and whole(tonumber(text))
end

function write.time(value)
  return value and ("%.0f"):format(value * 1e6)
end

function read.time(text)
  return text and tonumber(text) / 1e6
end

function write.flag(value)
  if value == nil then return nil end
  return value and "1" or "0"
end

function read.flag(text)
  if text == nil then return nil end
  return text == "1"
end

function write.json(value)
  if value == nil then return nil end
  local text, err = core.encode(value)
  if not text then error("journal: " .. tostring(err.message), 0) end
  return text
end

function read.json(text)
  return text and (core.decode(text))
end

-- Times by the clocks of several machines.
function write.clocks(value)
  if not value then return nil end
  local texts = {}
  for id, at in pairs(value) do
    texts[id] = write.time(at)
  end
  return write.json(texts)
end

function read.clocks(text)
  local found = read.json(text)
  for id, at in pairs(found or {}) do
    found[id] = read.time(at)
  end
  return found
end

-- A provider's code: a number, or text.
function write.code(value)
  return value ~= nil and core.encode(value) or nil
end
read.code = read.json

rows.write, rows.read = write, read

-- The columns of an entry, in order; those that never change come first.
local COLUMNS = {
  { "account", "text" },
  { "flow", "text" },
  { "run", "text" },
  { "reference", "text" },
  { "step", "text" },
  { "main", "flag" },
  { "created_at", "time" },
  { "state", "text" },
  { "attempt", "int" },
  { "worker", "text" },
  { "op", "text" },
  { "lease_until", "time" },
  { "lease_clock", "text" },
  { "lease_seconds", "time" },
  { "due_until", "time" },
  { "watch", "text" },
  { "clocks", "clocks" },
  { "sent_at", "time" },
  { "seen_at", "time" },
  { "updated_at", "time" },
  { "endpoint", "text" },
  { "idempotency_key", "text" },
  { "fingerprint", "text" },
  { "amount", "text" },
  { "currency", "text" },
  { "provider_id", "text" },
  { "external_id", "text" },
  { "subject", "text" },
  { "plan", "text" },
  { "status", "text" },
  { "code", "code" },
  { "reason", "text" },
  { "details", "json" },
  { "outcome", "json" },
  { "fault", "json" },
  { "candidates", "json" },
}
local MUTABLE = 8 -- the first that changes

-- The columns of a main entry's summary.
local SUMMARY = {
  { "state", "text" },
  { "step", "text" },
  { "money", "text" },
  { "moved", "text" },
  { "returned", "text" },
  { "open", "text" },
  { "sum", "text" },
  { "needs_person", "flag", "person" },
  { "ended", "flag" },
  { "ended_at", "time" },
  { "purgeable", "flag" },
  { "purged", "flag" },
}
for _, column in ipairs(SUMMARY) do
  column.name = "item_" .. (column[3] or column[1])
end

local IS_TEXT = { text = true, json = true, code = true, clocks = true }

local function selected()
  local list = { "CAST(id AS TEXT) AS id" }
  local function add(name, kind)
    list[#list + 1] = IS_TEXT[kind] and name
      or ("CAST(%s AS TEXT) AS %s"):format(name, name)
  end
  for _, column in ipairs(COLUMNS) do
    add(column[1], column[2])
  end
  for _, column in ipairs(SUMMARY) do
    add(column.name, column[2])
  end
  return table.concat(list, ", ")
end

local READERS = {}
for _, column in ipairs(COLUMNS) do
  READERS[column[1]] = read[column[2]]
end

--- What is read of an entry.
rows.SELECTED = selected()

-- The rows that entries were read from: of those that did not change, the
-- text is not made again.
local origins = setmetatable({}, { __mode = "k" })

--- The entry that a row is of.
---@param row table<string, string>
---@return luapay.JournalEntry
function rows.entry(row)
  local entry = { id = read.int(row.id) }
  for name, text in pairs(row) do
    local reader = READERS[name]
    if reader then entry[name] = reader(text) end
  end
  if row.item_state then
    local summary = {}
    for _, column in ipairs(SUMMARY) do
      local text = row[column.name]
      if text ~= nil then summary[column[1]] = read[column[2]](text) end
    end
    entry.summary = summary
  end
  origins[entry] = row
  return entry
end

local function inserted()
  local names, marks = {}, {}
  for _, column in ipairs(COLUMNS) do
    names[#names + 1] = column[1]
  end
  for _, column in ipairs(SUMMARY) do
    names[#names + 1] = column.name
  end
  for i = 1, #names do
    marks[i] = "$" .. i
  end
  return ("INSERT INTO luapay_entries (%s) VALUES (%s) %s"):format(
    table.concat(names, ", "),
    table.concat(marks, ", "),
    "RETURNING CAST(id AS TEXT) AS id"
  ),
    #names
end

local INSERT, WIDTH = inserted()

--- The statement that adds an entry; its row has the new id.
---@return table statement
function rows.insert(entry)
  local statement = { INSERT, n = WIDTH }
  for i, column in ipairs(COLUMNS) do
    local value = entry[column[1]]
    if value ~= nil then statement[i + 1] = write[column[2]](value) end
  end
  local summary = entry.summary
  if summary then
    for i, column in ipairs(SUMMARY) do
      local value = summary[column[1]]
      if value ~= nil then
        statement[#COLUMNS + i + 1] = write[column[2]](value)
      end
    end
  end
  return statement
end

-- One text for each set of columns.
local updates = {}

local function update_of(names)
  local shape = table.concat(names, " ")
  if not updates[shape] then
    local parts = {}
    for i, name in ipairs(names) do
      parts[i] = name .. " = $" .. i
    end
    local n = #names
    updates[shape] = (
      "UPDATE luapay_entries SET %s "
      .. "WHERE id = $%d AND attempt = $%d AND state = $%d"
    ):format(table.concat(parts, ", "), n + 1, n + 2, n + 3)
  end
  return updates[shape]
end

local function add_changed(statement, names, name, kind, value)
  names[#names + 1] = name
  if value ~= nil then statement[#names + 1] = write[kind](value) end
end

--- The statement that writes what has changed in an entry, if it is still as
--- it was read: one conditional statement, also from "planned" to "sent".
---@param entry luapay.JournalEntry
---@param base luapay.JournalEntry as it was read
---@return table statement
function rows.update(entry, base)
  local row, names, statement = origins[base], {}, {}
  for i = MUTABLE, #COLUMNS do
    local name = COLUMNS[i][1]
    local value = entry[name]
    if value ~= base[name] then
      add_changed(statement, names, name, COLUMNS[i][2], value)
    end
  end
  local summary, was = entry.summary, base.summary
  if summary and summary ~= was then
    for _, column in ipairs(SUMMARY) do
      local value = summary[column[1]]
      if not was or value ~= was[column[1]] then
        add_changed(statement, names, column.name, column[2], value)
      end
    end
  end
  local n = #names
  statement[1] = update_of(names)
  statement[n + 2] = row.id
  statement[n + 3] = row.attempt
  statement[n + 4] = row.state
  statement.n = n + 3
  return statement
end

return rows
