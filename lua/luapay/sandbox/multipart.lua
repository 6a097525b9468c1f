-- The fields of a multipart/form-data body (RFC 7578), strictly read: its
-- boundary, its line ends, a name for each part, no name twice.

local multipart = {}

local function boundary_of(content_type)
  local kind, rest = content_type:match "^%s*([^;%s]+)%s*(.*)$"
  if not kind or kind:lower() ~= "multipart/form-data" then return nil end
  local boundary = rest:match ';%s*[Bb]oundary="([^"]+)"'
    or rest:match ';%s*[Bb]oundary=([^%s;"]+)'
  if not boundary or #boundary > 70 or boundary:find "%s$" then return nil end
  return boundary
end

--- Whether a content type says that a body is multipart/form-data.
---@param content_type string?
---@return boolean
function multipart.is(content_type)
  return boundary_of(content_type or "") ~= nil
end

local function name_of(head)
  for line in (head .. "\r\n"):gmatch "(.-)\r\n" do
    local value = line:match "^[Cc]ontent%-[Dd]isposition:%s*(.*)$"
    if value and value:find "^form%-data%s*;" then
      return value:match '[;%s]name="([^"]*)"'
    end
  end
end

-- Browsers write what could end a name as %22, %0D and %0A.
local function unescape(name)
  return (name:gsub("%%22", '"'):gsub("%%0D", "\r"):gsub("%%0A", "\n"))
end

-- One part; `at` is behind the end of its delimiter.
local function read_part(text, at, delimiter)
  local first, last = text:find("\r\n\r\n", at - 2, true)
  local stop = first and text:find(delimiter, last - 1, true)
  if not stop then return nil end
  local name = name_of(text:sub(at, first - 1))
  if not name then return nil end
  return unescape(name), text:sub(last + 1, stop - 1), stop + #delimiter
end

--- Reads a body.
---@param content_type string?
---@param text string
---@return table<string, string>? found by name, or nil
---@return string? why not
function multipart.read(content_type, text)
  local boundary = boundary_of(content_type or "")
  if not boundary then return nil, "no boundary" end
  local start = "--" .. boundary
  if text:sub(1, #start) ~= start then return nil, "no first part" end
  local found, at = {}, #start + 1
  while text:sub(at, at + 1) == "\r\n" do
    local name, value
    name, value, at = read_part(text, at + 2, "\r\n" .. start)
    if not name then return nil, "a part without its head or end" end
    if found[name] then return nil, "given twice: " .. name end
    found[name] = value
  end
  if not text:find("^%-%-\r?\n?$", at) then return nil, "no end" end
  return found
end

return multipart
