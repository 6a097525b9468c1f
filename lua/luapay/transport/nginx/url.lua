-- url.lua - which addresses are sent to. Strict, because two readers
-- of one odd URL may see two different hosts in it. Pure functions.

local urls = {}

local MOST = 100 -- origins that are remembered

local ODD = "[^\33-\126]"

-- By name only; but localhost is connected to as 127.0.0.1, whatever a
-- resolver says.
local function is_loopback(host)
  if host == "localhost" or host == "[::1]" then return true end
  local a, b, c = host:match "^127%.(%d+)%.(%d+)%.(%d+)$"
  return a ~= nil and a + 0 < 256 and b + 0 < 256 and c + 0 < 256
end

-- host and port as they are written, or nothing.
local function split(authority)
  local host, rest = authority:match "^(%[[%x:.]+%])(.*)$"
  if not host then
    host, rest = authority:match "^([%w._-]+)(.*)$"
  end
  if not host or rest == "" then return host end
  return host, rest:match "^:(%d%d?%d?%d?%d?)$" or "none"
end

local function check(scheme, authority, host, port, http_loopback)
  if scheme ~= "https" and not (http_loopback and scheme == "http") then
    return "the URL must begin with https://"
  elseif authority == "" then
    return "the URL names no host"
  elseif authority:find "[@\\]" then
    return "the URL must not carry a user name or a backslash"
  elseif not host then
    return "the URL names no host that there could be"
  elseif port == "none" or port and (port + 0 < 1 or port + 0 > 65535) then
    return "the URL's port is none"
  elseif scheme == "http" and not is_loopback(host) then
    return "http:// is only for this machine (127.0.0.1, localhost, [::1])"
  end
end

local function origin_of(text, http_loopback)
  local scheme, authority = text:match "^(%l+)://(.*)$"
  local host, port
  if authority then
    host, port = split(authority)
  end
  local wrong = check(scheme, authority, host, port, http_loopback)
  if wrong then return nil, wrong end
  local tls = scheme == "https"
  local name = host:lower()
  return {
    text = text,
    authority = authority,
    tls = tls,
    host = name,
    address = name == "localhost" and "127.0.0.1" or name,
    -- whether an address must be asked for
    named = name ~= "localhost"
      and name:find "%a" ~= nil
      and not name:find ":",
    port = tonumber(port) or (tls and 443 or 80),
  }
end

--- Makes what takes URLs apart and remembers the origins it has seen.
---@param http_loopback? boolean also http:// to this machine
---@return fun(url: string): table?, string the origin and the target, or
--- nil and what is wrong
function urls.new(http_loopback)
  local seen, count = {}, 0
  local last_url, last_origin, last_target -- no query: those have secrets

  return function(url)
    if url == last_url then return last_origin, last_target end
    if url:find(ODD) then
      return nil, "the URL has a character that must be percent-encoded"
    end
    local text, target = url:match "^([^/?#]*//[^/?#]*)([^#]*)"
    local origin = seen[text or url]
    if not origin then
      local wrong
      origin, wrong = origin_of(text or url, http_loopback)
      if not origin then return nil, wrong end
      if count >= MOST then
        seen, count = {}, 0
      end
      seen[text], count = origin, count + 1
    end
    if target:byte() ~= 47 then target = "/" .. target end
    if not target:find("?", 1, true) then
      last_url, last_origin, last_target = url, origin, target
    end
    return origin, target
  end
end

return urls
