-- What the gateway of the benchmark does: see nginx_gateway.conf.
local call = require "bench.call"
local core = require "luapay.core"
local luapay = require "luapay"
local ngx = require "ngx"

local handlers = {}

local transport, provider, client, slow, counted, request, sure

local function client_of(base)
  local settings = call.settings(base, transport)
  settings.share = "sessions"
  return luapay.infobip(settings)
end

-- The request of the benchmark's call, as the client makes it.
local function capture(base)
  local sent
  local settings = call.settings("https://localhost", function(one)
    sent = one
    local login =
      '{"login":{"verified":true,"ibAuthCookie":"3f2c9a71d6e84b05"}}'
    local other = '{"transactionId":1}'
    local body = one.url:find "login" and login or other
    return { status = 200, headers = {}, body = body }
  end)
  assert(luapay.infobip(settings):add_funds(call.args()))
  sent.url = sent.url:gsub("^https://localhost", base)
  return {
    method = sent.method,
    url = sent.url,
    headers = sent.headers,
    body = sent.body,
  }
end

--- For init_by_lua.
function handlers.open(base, slow_base)
  provider = base
  transport = luapay.transport.nginx { http_loopback = true, pool_size = 400 }
  client = client_of(provider)
  slow = client_of(slow_base)
  counted = client_of(provider .. "/counted")
  request, sure = capture(provider), capture(provider)
  sure.once = true
end

function handlers.bare()
  local response, failure = transport:send(request, 30)
  ngx.print(response and response.body or failure.message)
end

--- The same, over connections that are silent for sure.
function handlers.sure()
  local response, failure = transport:send(sure, 30)
  ngx.print(response and response.body or failure.message)
end

function handlers.call()
  local credit, fault = client:add_funds(call.args())
  if not credit then return ngx.exit(500) end
  ngx.print(credit.transactionId)
  return fault
end

--- The same, and every beginning and end is written down.
function handlers.counted()
  local counts = ngx.shared.counts
  counts:incr("begun", 1, 0)
  local credit = counted:add_funds(call.args())
  counts:incr(credit and "good" or "bad", 1, 0)
  ngx.print(credit and credit.transactionId or "bad")
end

local under_way, started, stop_at = 0, 0, 0

local function numbers()
  return core.now() < stop_at and 1 or nil
end

local function load(_, count)
  luapay.map(numbers, {
    concurrency = count,
    each = function() end,
  }, function()
    if started < count then
      started = started + 1
      ngx.sleep(0.2 * math.random())
    end
    under_way = under_way + 1
    assert(slow:add_funds(call.args()))
    under_way = under_way - 1
  end)
end

--- Keeps so many calls of 200 ms under way, for so many seconds.
function handlers.load()
  started, stop_at = 0, core.now() + tonumber(ngx.var.arg_seconds)
  assert(ngx.timer.at(0, load, tonumber(ngx.var.arg_calls)))
  ngx.print "ok"
end

--- Name and value of what can be asked about this worker.
function handlers.state()
  collectgarbage()
  collectgarbage()
  local counts = ngx.shared.counts
  local lines = {
    "pid " .. ngx.worker.pid(),
    "under_way " .. under_way,
    "lua_kb " .. collectgarbage "count",
  }
  for _, name in ipairs { "begun", "good", "bad" } do
    lines[#lines + 1] = name .. " " .. (counts:get(name) or 0)
  end
  ngx.print(table.concat(lines, "\n"), "\n")
end

return handlers
