-- How a browser is sent back from a login: by a form that submits itself,
-- or by a redirect with a fragment.

local page = {}

--- The parameters of a query.
---@param query string?
---@return table<string, string>
function page.parameters(query)
  local out = {}
  for name, value in (query or ""):gmatch "([^&=]+)=([^&]*)" do
    out[name] = value:gsub("+", " "):gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  end
  return out
end

local ESCAPES =
  { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape(text)
  return (text:gsub('[&<>"]', ESCAPES))
end

local function form(url, answer)
  local out = {
    "<!doctype html><title>Sandbox</title>",
    '<body onload="document.forms[0].submit()">',
    ('<form method="post" action="%s">'):format(escape(url)),
  }
  local field = '<input type="hidden" name="%s" value="%s">'
  for _, name in ipairs { "code", "id_token", "state", "error" } do
    if answer[name] then
      out[#out + 1] = field:format(name, escape(answer[name]))
    end
  end
  out[#out + 1] = "<button>Go back</button></form></body>\n"
  return table.concat(out, "\n")
end

local function fragment(answer)
  local parts = {}
  for _, name in ipairs { "code", "id_token", "state", "error" } do
    if answer[name] then
      parts[#parts + 1] = name
        .. "="
        .. answer[name]:gsub("[^%w%-._~]", function(char)
          return ("%%%02X"):format(char:byte())
        end)
    end
  end
  return table.concat(parts, "&")
end

local function html(status, text)
  return {
    status = status,
    headers = { ["content-type"] = "text/html; charset=utf-8" },
    body = text,
  }
end

--- Sends the browser back with an answer. An address that is not the
--- client's is not gone to.
---@param asked table<string, string> redirect_uri, response_mode
---@param answer table code, id_token, state; or error
---@return table response
function page.go_back(asked, answer)
  local lost = answer.error == "invalid_client"
    or answer.error == "invalid_request"
  if lost then return html(400, "This is no login: " .. answer.error) end
  if asked.response_mode ~= "fragment" then
    return html(200, form(asked.redirect_uri, answer))
  end
  local response = html(302, "")
  response.headers.location = asked.redirect_uri .. "#" .. fragment(answer)
  return response
end

return page
