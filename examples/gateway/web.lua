-- What every web program needs, in one page: output that is escaped, forms
-- that only our own pages can send, a password for the operator.

local crypto = require "luapay.crypto"
local ngx = _G.ngx

local web = {}

local ESCAPES = {
  ["&"] = "&amp;",
  ["<"] = "&lt;",
  [">"] = "&gt;",
  ['"'] = "&quot;",
  ["'"] = "&#39;",
}

--- Text as it stands in HTML, between tags and in quoted attributes.
function web.escape(text)
  return (tostring(text):gsub("[&<>\"']", ESCAPES))
end

--- Fills a template: {name} is escaped, {{name}} is HTML already.
function web.fill(template, values)
  local function value_of(name)
    local value = values[name]
    if value == nil then error("no value for " .. name, 3) end
    return value
  end
  -- one pass, so that a value with braces in it is left alone
  return (
    template:gsub("{(({?)([%w_]+)}?)}", function(_, brace, name)
      local value = value_of(name)
      return brace == "{" and tostring(value) or web.escape(value)
    end)
  )
end

local SAFE = "default-src 'none'; style-src 'self'; img-src 'self' data:; "
  .. "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

--- Sends a page.
function web.send(status, html)
  ngx.status = status
  ngx.header["Content-Type"] = "text/html; charset=utf-8"
  ngx.header["Content-Security-Policy"] = SAFE
  ngx.header["Referrer-Policy"] = "no-referrer"
  ngx.header["X-Content-Type-Options"] = "nosniff"
  ngx.header["Cache-Control"] = "no-store"
  ngx.print(html)
end

-- A random name for a browser, set when it first comes.
local function session()
  local sid = ngx.var.cookie_sid
  if sid and #sid == 43 then return sid end
  sid = ngx.ctx.sid or crypto.base64url_encode(crypto.random(32))
  ngx.ctx.sid = sid
  ngx.header["Set-Cookie"] = "sid="
    .. sid
    .. "; Path=/; HttpOnly; SameSite=Lax"
  return sid
end

--- What a form carries to show that one of our pages, in this browser, has
--- made it. `about` is what the form is for: its token fits nothing else.
function web.token(about)
  local text = session() .. "\n" .. about
  return crypto.base64url_encode(crypto.hmac_sha256(web.secret, text))
end

--- The fields of a form; nil when another site, or nobody, has made it.
function web.form(about_of)
  ngx.req.read_body()
  local fields = ngx.req.get_post_args(20) or {}
  for name, value in pairs(fields) do
    if type(value) ~= "string" then fields[name] = nil end
  end
  local expected = web.token(about_of(fields))
  if not crypto.equal(expected, fields.token or "") then return nil end
  return fields
end

--- Whether the caller knows the operator's password.
function web.is_operator()
  local given = (ngx.var.http_authorization or ""):match "^Basic (.+)$"
  local expected = "operator:" .. web.password
  given = given and crypto.base64_decode(given) or ""
  if crypto.equal(crypto.sha256(given), crypto.sha256(expected)) then
    return true
  end
  ngx.header["WWW-Authenticate"] = 'Basic realm="operator"'
  return false
end

return web
