-- certificate.lua - whose certificate a caller has, as nginx hands it over:
-- $ssl_client_verify and $ssl_client_s_dn (RFC 2253).

local request = require "luapay.callback.request"

local refuse = request.refuse

local certificate = {}

-- "\\2C" and "\\," are both a comma.
local function unescape(text)
  return (
    text:gsub("\\(.)(%x?)", function(first, second)
      local code = tonumber(first .. second, 16)
      if #second == 1 and code then return string.char(code) end
      return first .. second
    end)
  )
end

-- Splits at commas and pluses that are not escaped.
local function parts(name)
  local list, from, at = {}, 1, 1
  while at <= #name do
    local char = name:sub(at, at)
    if char == "," or char == "+" then
      list[#list + 1], from = name:sub(from, at - 1), at + 1
    end
    at = at + (char == "\\" and 2 or 1)
  end
  list[#list + 1] = name:sub(from)
  return list
end

--- The common name of a subject; nil when there is none, or more than one.
---@param name string "CN=callbacks.example,O=Example"
---@return string?
function certificate.common_name(name)
  local found
  for _, part in ipairs(parts(name)) do
    local value = part:match "^%s*[Cc][Nn]=(.*)$"
    if value then
      if found then return nil end
      found = unescape(value)
    end
  end
  return found
end

--- Whether the caller has a certificate that nginx has verified, with one
--- of the expected names.
---@param names table<string, boolean>
---@param from table a request
---@return boolean? good
---@return luapay.callback.Refusal? refusal
function certificate.check(names, from)
  if from.client_verify ~= "SUCCESS" then
    return refuse(403, "certificate", "was not verified")
  end
  local name = type(from.client_name) == "string"
    and certificate.common_name(from.client_name)
  if not name or not names[name] then
    return refuse(403, "certificate", "has another name")
  end
  return true
end

return certificate
