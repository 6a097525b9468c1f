-- header.lua - headers of the caller's own, on their way into a request.

local header = {}

-- What belongs to the transport: who sets these could end a request early,
-- hide another one in it, or send it elsewhere.
local OWNED = {
  connection = true,
  ["content-length"] = true,
  expect = true,
  host = true,
  ["keep-alive"] = true,
  ["proxy-authorization"] = true,
  ["proxy-connection"] = true,
  te = true,
  trailer = true,
  ["transfer-encoding"] = true,
  upgrade = true,
}

local TOKEN = "^[%w!#$%%&'*+.^_`|~-]+$"
local CONTROL = "[%z\1-\8\10-\31\127]"

-- What is wrong with a header, or nil.
local function problem_of(name, value, seen)
  if type(name) ~= "string" or not name:find(TOKEN) then
    return "expected names of letters, digits and -"
  end
  local lower = name:lower()
  if OWNED[lower] then return lower .. " is set by the transport" end
  if seen[lower] then return lower .. " is there twice" end
  seen[lower] = true
  if type(value) ~= "string" or value:find(CONTROL) then
    return lower .. ": expected text without control characters"
  end
end

--- Adds headers to those of a request. Names that differ only in case are
--- one: the given one counts.
---@param headers table<string, string>
---@param given table<string, string>
---@return string? problem what is wrong with them; then none was added
function header.add(headers, given)
  local seen, present = {}, {}
  for name, value in next, given do
    local problem = problem_of(name, value, seen)
    if problem then return problem end
  end
  for name in pairs(headers) do
    present[name:lower()] = name
  end
  for name, value in next, given do
    local lower = name:lower()
    headers[present[lower] or lower] = value
  end
end

return header
