-- Compares luapay.endpoints() with an independent catalogue, field by
-- field. Run by: make conformance CATALOGUE=path/to/endpoints.json
-- Prints what agrees, what differs on purpose, and what just differs.

local path = arg[1] or os.getenv "CATALOGUE"
if not path or path == "" then
  io.stderr:write "make conformance CATALOGUE=path/to/endpoints.json\n"
  os.exit(2)
end

local here = arg[0]:match "^(.*/)" or "./"
package.path = here .. "?.lua;" .. package.path

local core = require "luapay.core"
local luapay = require "luapay"
local catalogue = require "conformance.catalogue"
local differences = require "conformance.differences"

local KINDS = { "endpoint", "parameter", "limit", "result field", "refusal" }
local agreed, explained, unexplained = {}, {}, {}

local function explanation(text)
  for _, known in ipairs(differences) do
    if text:find(known[1]) then return known end
  end
  return nil
end

local function differ(kind, text)
  local known = explanation(text)
  local list = known and explained or unexplained
  list[#list + 1] = { kind = kind, text = text, known = known }
end

local function show(value)
  return type(value) == "table" and table.concat(value, ",") or tostring(value)
end

-- Compares one facet; true when both say the same.
local function facet(kind, where, name, theirs, ours)
  if show(theirs) == show(ours) then
    if theirs ~= nil and theirs ~= false or kind ~= "limit" then
      agreed[kind] = (agreed[kind] or 0) + 1
    end
    return true
  end
  differ(
    kind,
    ("%s: %s: %s -> %s"):format(where, name, show(theirs), show(ours))
  )
  return false
end

local TYPES = {
  string = { string = true },
  integer = { integer = true, money = true },
  number = { number = true, money = true },
  decimal = { money = true },
  boolean = { boolean = true },
  array = { list = true },
  object = { object = true, any = true },
  any = {},
}

local function type_of(theirs, ours)
  if theirs == nil then return ours.type end
  return (TYPES[theirs] or {})[ours.type] and ours.type or theirs
end

local SAME_FORMAT = {
  int32 = "",
  int64 = "",
  double = "",
  uri = "url",
}

local function format_of(theirs)
  local same = SAME_FORMAT[theirs]
  if same == "" then return nil end
  return same or theirs
end

local function sorted(list)
  if not list then return nil end
  local copy = {}
  for i, value in ipairs(list) do
    copy[i] = value
  end
  table.sort(copy)
  return copy
end

local function bound(x)
  return x ~= nil and x ~= 0 and ("%.14g"):format(x) or nil
end

local function compare_limits(where, theirs, ours)
  local min, max = bound(ours.min), bound(ours.max)
  if ours.type == "list" then
    min, max = nil, nil
  end
  facet("limit", where, "min", bound(theirs.min), min)
  facet("limit", where, "max", bound(theirs.max), max)
  facet("limit", where, "choices", theirs.choices, sorted(ours.choices))
  facet("limit", where, "format", format_of(theirs.format), ours.format)
  facet("limit", where, "separator", theirs.separator, ours.separator)
  facet("limit", where, "nullable", theirs.nullable, ours.nullable or false)
  if theirs.secret then
    facet("limit", where, "secret", true, ours.secret or false)
  end
end

local function by_name(fields)
  local map = {}
  for _, field in ipairs(fields or {}) do
    local key = field.location == "whole" and "whole"
      or (field.location or "") .. "/" .. field.name
    map[key] = field
  end
  return map
end

local compare_fields

local function compare_field(kind, where, theirs, ours)
  local good =
    facet(kind, where, "type", type_of(theirs.type, ours), ours.type)
  if kind == "parameter" then
    facet(kind, where, "required", theirs.required, ours.required or false)
    compare_limits(where, theirs, ours)
  end
  if theirs.fields then
    compare_fields(kind, where .. "[].", theirs.fields, ours.fields)
  end
  return good
end

local function order(fields)
  local names = {}
  for key in pairs(fields) do
    names[#names + 1] = key
  end
  table.sort(names)
  return names
end

function compare_fields(kind, prefix, theirs, ours)
  local wanted, there = by_name(theirs), by_name(ours)
  for _, key in ipairs(order(wanted)) do
    local name = there[key] and there[key].name or wanted[key].name
    if there[key] then
      compare_field(kind, prefix .. name, wanted[key], there[key])
    else
      differ(kind, prefix .. tostring(name) .. ": missing")
    end
  end
  for _, key in ipairs(order(there)) do
    if not wanted[key] then
      differ(kind, prefix .. there[key].name .. ": extra")
    end
  end
end

-- What the text about repetition says, where it says something.
local function repeat_of(entry)
  local text = entry.idempotency or ""
  if entry.method == "GET" then return "read" end
  if text:find "is the idempotency key" or text:find "^idempotent on " then
    return "keyed"
  end
  if text:find "^NOT" or text:find "^no idempotency:" then return "once" end
  if text:find "^Und" or text:find "^Unknown" then return "once" end
  if text:find "^Acknowledgement" then return "once" end
  if text:find "^Safe" or text:find "^Idempotent" then return "safe" end
  if text:find "^Presumably" or text:find "^PUT" then return "safe" end
  if text:find "idempotent in all operations" then return "safe" end
  return nil
end

local function compare_refusals(id, entry, endpoint)
  local ours = {}
  for _, refusal in ipairs(endpoint.refusals) do
    ours[refusal.status] = true
  end
  for status in pairs(entry.refusals) do
    facet("refusal", id, "refusals: " .. status, true, ours[status] or false)
  end
  for status in pairs(ours) do
    if not entry.refusals[status] and next(entry.refusals) then
      differ("refusal", id .. ": refusals: extra " .. status)
    end
  end
end

local hosts = {}
for position = 1, math.huge do
  local api = core.api(position)
  if not api then break end
  hosts[api.name] = api.hosts
end

local function compare(id, entry, endpoint)
  local host = hosts[endpoint.api][endpoint.host]
  facet("endpoint", id, "method", entry.method, endpoint.method)
  facet("endpoint", id, "path", entry.path, endpoint.path)
  if entry.title then
    facet("endpoint", id, "title", entry.title, endpoint.title)
  end
  facet("endpoint", id, "production", entry.production, host.production)
  facet("endpoint", id, "sandbox", entry.sandbox, host.sandbox)
  facet(
    "endpoint",
    id,
    "answer is a list",
    entry.listed,
    endpoint.answer == "list"
  )
  if entry.success then
    facet(
      "endpoint",
      id,
      "success",
      entry.success,
      endpoint.success[1] and ("%d"):format(endpoint.success[1])
    )
  end
  local again = repeat_of(entry)
  if again then
    local ours = endpoint["repeat"]
    if again == "safe" and ours == "read" then ours = "safe" end
    if again == "read" and ours == "safe" then ours = "read" end
    facet("endpoint", id, "repeat", again, ours)
  end
  compare_fields("parameter", id .. ":", entry.params, endpoint.params)
  compare_fields("result field", id .. ":", entry.result, endpoint.result)
  compare_refusals(id, entry, endpoint)
end

local map, ids = catalogue.read(path)
local ours, both = {}, 0
for _, endpoint in ipairs(luapay.endpoints()) do
  ours[endpoint.api .. "." .. endpoint.name] = endpoint
end
for _, id in ipairs(ids) do
  if ours[id] then
    both = both + 1
    compare(id, map[id], ours[id])
    ours[id] = nil
  else
    differ("endpoint", id .. ": missing")
  end
end
for id in pairs(ours) do
  differ("endpoint", id .. ": extra")
end

print(("%d endpoints of %d are there"):format(both, #ids))
for _, kind in ipairs(KINDS) do
  print(("%6d facts about %ss agree"):format(agreed[kind] or 0, kind))
end
print(("%6d differ on purpose:"):format(#explained))
for _, known in ipairs(differences) do
  local list = {}
  for _, entry in ipairs(explained) do
    if entry.known == known then list[#list + 1] = entry.text end
  end
  if #list > 0 then
    print(("         %s (%d, such as %s)"):format(known[2], #list, list[1]))
  else
    print("         nothing needs this any more: " .. known[1])
  end
end
print(("%6d differ without a reason"):format(#unexplained))
for _, entry in ipairs(unexplained) do
  print("         " .. entry.kind .. " " .. entry.text)
end
os.exit(#unexplained == 0 and 0 or 1)
