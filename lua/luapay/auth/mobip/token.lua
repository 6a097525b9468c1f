-- token.lua - puts a token where Mobip looks for inputs: a part of
-- the multipart body, or the query string. It knows no clock and no client.

local mobip_token = {}

-- Of a body that is made here.
local BOUNDARY = "luapay-b6e0d3a1f58c4c27"

local function content_type_of(request)
  for name, value in pairs(request.headers) do
    if name:lower() == "content-type" then return value end
  end
end

local function boundary_of(request)
  if not request.body then return nil end
  local value = content_type_of(request) or ""
  if not value:lower():find "^multipart/form%-data" then return nil end
  return value:match '[Bb]oundary="([^"]+)"'
    or value:match "[Bb]oundary=([^%s;]+)"
end

local function part(boundary, token)
  return "--"
    .. boundary
    .. '\r\nContent-Disposition: form-data; name="access_token"\r\n\r\n'
    .. token
    .. "\r\n"
end

local function escape(text)
  return (
    text:gsub("[^%w._~-]", function(char)
      return ("%%%02X"):format(char:byte())
    end)
  )
end

--- Whether a text can be a token: printable, without blanks, and nothing
--- that would end its part of a body.
---@param text any
---@return boolean
function mobip_token.is(text)
  return type(text) == "string"
    and text:find "^[\33-\126]+$" ~= nil
    and not text:find("luapay-", 1, true)
end

--- Adds a token to the query string.
function mobip_token.to_query(request, token)
  local between = request.url:find("?", 1, true) and "&" or "?"
  request.url = request.url .. between .. "access_token=" .. escape(token)
end

--- Adds a token to the body, which is multipart, or none yet.
function mobip_token.to_body(request, token)
  local boundary = boundary_of(request)
  if boundary then
    request.body = part(boundary, token) .. request.body
    return
  end
  request.headers["content-type"] = "multipart/form-data; boundary="
    .. BOUNDARY
  request.body = part(BOUNDARY, token) .. "--" .. BOUNDARY .. "--\r\n"
end

--- Whether the token can be a part of the body.
---@param request luapay.Request
---@return boolean
function mobip_token.fits_body(request)
  return not request.body or boundary_of(request) ~= nil
end

return mobip_token
