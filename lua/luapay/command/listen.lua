-- listen.lua - `luapay listen`: shows callbacks as they come, as events, and
-- hands them on. A tool for developing: plain HTTP, one request at a time.

local callbacks = require "luapay.command.callbacks"
local json = require "luapay.command.json"
local luapay = require "luapay"

local LONGEST = 1048576 -- bytes of a body
local PATIENCE = 10 -- seconds for a request to arrive

-- ---- requests

local function read_head(peer)
  local line = peer:receive "*l"
  local method, target = (line or ""):match "^(%u+) (%S+) HTTP/1%.[01]\r?$"
  if not method then return nil end
  local headers = {}
  for _ = 1, 100 do
    line = peer:receive "*l"
    if not line then return nil end
    line = line:gsub("\r$", "")
    if line == "" then break end
    local name, value = line:match "^([%w!#$%%&'*+.^_`|~-]+):%s*(.-)%s*$"
    if not name then return nil end
    headers[name:lower()] = value
  end
  return {
    method = method,
    path = target:match "^[^?]*",
    query = target:match "%?(.*)$" or "",
    target = target,
    headers = headers,
  }
end

local function read_chunks(peer)
  local parts, length = {}, 0
  while true do
    local size = tonumber((peer:receive "*l" or ""):match "^%x+" or "", 16)
    if not size or length + size > LONGEST then return nil end
    if size == 0 then
      peer:receive "*l"
      return table.concat(parts)
    end
    local part = peer:receive(size)
    if not (part and peer:receive "*l") then return nil end
    parts[#parts + 1], length = part, length + size
  end
end

local function read_request(peer)
  peer:settimeout(PATIENCE)
  local request = read_head(peer)
  if not request then return nil end
  if request.headers["transfer-encoding"] then
    request.body = read_chunks(peer)
  else
    local length = tonumber(request.headers["content-length"] or "0")
    if not length or length < 0 or length > LONGEST then return nil end
    request.body = length > 0 and peer:receive(length) or ""
  end
  return request.body and request or nil
end

local function reply(peer, status, body)
  peer:send(
    (
      "HTTP/1.1 %d luapay\r\nContent-Length: %d\r\n"
      .. "Connection: close\r\n\r\n%s"
    ):format(status, #body, body)
  )
end

-- ---- whose they are, and what they say

local SNAKE = { "payment_id", "agreement_id", "refund_id" }

local function api_of(request)
  if request.query:find "resp_code=" then return "mobip" end
  if request.query:find "ChID=" then return "infobip" end
  for _, name in ipairs(SNAKE) do
    if request.body:find('"' .. name .. '"', 1, true) then
      return "mobilepay_subscriptions"
    end
  end
  if request.body:find "^%s*{" then return "mobilepay_online" end
  return nil
end

-- What must not be on a screen: cards, and what stands for one.
local HIDDEN = { card = true, token = true, encrypted = true }

local function plain(event)
  local told = {}
  for name, value in pairs(event) do
    if name == "raw" or type(value) == "function" then
      told[name] = nil
    elseif HIDDEN[tostring(name):lower()] and value ~= nil then
      told[name] = "(secret)"
    else
      told[name] = value
    end
  end
  return told
end

local LINK = "link" -- the only thing that Mobip calls about

-- The events of a request; or none, and why.
local function events_of(request, api, receivers)
  if api == "mobip" then
    local hint = {
      api = "mobip",
      kind = LINK,
      resp_code = request.query:match "resp_code=([^&]*)",
      track_id = request.query:match "track_id=([^&]*)",
    }
    return { hint }
  end
  local answer, events, problem = receivers(api):receive(request)
  if answer.status >= 400 then
    return {}, problem and problem.message or "refused", answer.status
  end
  return events, not events[1] and "was seen before" or nil
end

local function say_event(shell, given, event)
  local told = plain(event)
  if given.json then
    shell:say("%s", (json.write(told):gsub("\n *", " ")))
    return
  end
  local kind = ("%s %s"):format(event.api, event.kind)
  shell:say(
    "%s  %s%s",
    os.date "%H:%M:%S",
    shell:paint("bold", kind),
    event.status and "  " .. shell.shown(event.status) or ""
  )
  told.api, told.kind, told.status = nil, nil, nil
  shell:lines(shell.readable(told, "  "))
end

-- ---- handing on

local HOP = {
  ["connection"] = true,
  ["content-length"] = true,
  ["expect"] = true,
  ["host"] = true,
  ["keep-alive"] = true,
  ["te"] = true,
  ["trailer"] = true,
  ["transfer-encoding"] = true,
  ["upgrade"] = true,
}

local function forward(transport, request, url)
  local headers = {}
  for name, value in pairs(request.headers) do
    if not HOP[name] then headers[name] = value end
  end
  local query = request.query ~= ""
      and (url:find("?", 1, true) and "&" or "?") .. request.query
    or ""
  return transport:send({
    method = request.method,
    url = url .. query,
    headers = headers,
    body = request.body ~= "" and request.body or nil,
  }, 30)
end

local function take(peer, given, shell, receivers, transport)
  local request = read_request(peer)
  if not request then
    reply(peer, 400, "")
    return false
  end
  local api = given.api or api_of(request)
  local events, why, status = {}, "nobody's that luapay knows", nil
  if api then
    events, why, status = events_of(request, api, receivers)
  end
  for _, event in ipairs(events) do
    say_event(shell, given, event)
  end
  if why and not events[1] then
    shell:note(
      "%s  %s %s: %s",
      os.date "%H:%M:%S",
      request.method,
      shell.shown(request.path),
      shell.shown(why)
    )
  end
  if not transport then
    reply(peer, status or 200, "")
    return true
  end
  local response, failure = forward(transport, request, given.forward)
  if response then
    shell:note("          handed on: %d", response.status)
    reply(peer, response.status, response.body or "")
  else
    shell:note("          not handed on: %s", shell.shown(failure.message))
    reply(peer, 503, "")
  end
  return true
end

local function run(given, shell)
  local good, socket = pcall(require, "socket")
  if not good then
    shell:note "luapay listen needs LuaSocket (Debian: lua-socket)"
    return shell.FAILED
  end
  local port = given.port or 8080
  local server, why = socket.bind("127.0.0.1", port)
  if not server then
    shell:note("luapay listen: port %d: %s", port, tostring(why))
    return shell.FAILED
  end
  local made = {}
  local function receivers(api)
    made[api] = made[api] or callbacks.receiver(shell, api, given)
    return made[api]
  end
  local transport = given.forward
    and luapay.transport.curl { http_loopback = true }
  shell:note("Callbacks to http://localhost:%d/ are shown. Ctrl-C ends.", port)
  shell.out:flush()
  local left = given.count or math.huge
  while left > 0 do
    server:settimeout(1)
    local peer = server:accept()
    if peer then
      local fine, taken = pcall(take, peer, given, shell, receivers, transport)
      peer:close()
      shell.out:flush()
      if not fine then error(taken, 0) end
      if taken then left = left - 1 end
    end
  end
  server:close()
  return shell.DONE
end

return {
  name = "listen",
  summary = "Shows callbacks as they come, and hands them on.",
  about = "Listens on this machine, shows each callback as the event that a "
    .. "receiver of luapay\nmakes of it, and hands it on with --forward, "
    .. "whose answer is the answer. Credentials\nare checked where the "
    .. "configuration has them (see luapay trigger). For developing:\nplain "
    .. "HTTP, one request at a time. It needs LuaSocket.",
  options = {
    { "--port", "8080 unless given.", value = "PORT", number = true },
    { "--forward", "Where callbacks are handed on to.", value = "URL" },
    {
      "--api",
      "Whose they are; found out unless given.",
      value = "API",
      choices = {
        "infobip",
        "mobip",
        "mobilepay_online",
        "mobilepay_subscriptions",
      },
    },
    {
      "--count",
      "End after so many.",
      value = "N",
      number = true,
    },
    { "--json", "Print a line of JSON for each event." },
    { "--config", "The configuration file.", value = "FILE" },
  },
  examples = {
    "luapay listen --port 8080 --count 1 & # and in another shell:",
    "luapay trigger mobilepay_subscriptions payment --status Executed \\",
    "  --to http://localhost:8080/callbacks --wait 10",
    "wait",
  },
  run = run,
}
