-- The same request by lua-http, over cqueues: a connection for each call at
-- once, which is kept.
local cjson = require("cjson")
local client = require("http.client")
local cqueues = require("cqueues")
local new_headers = require("http.headers").new

local at_once = tonumber(arg[4])
local scheme, host, port, path = arg[1]:match("^(%a+)://([^:]+):(%d+)(.*)$")

local function read_request()
  local file = assert(io.open(arg[3], "rb"))
  local head, body = file:read("*a"):match("^(.-)\n\n(.*)$")
  file:close()
  local headers = new_headers()
  headers:append(":method", "POST")
  headers:append(":scheme", scheme)
  headers:append(":authority", host .. ":" .. port)
  headers:append(":path", path)
  for line in head:gmatch("[^\n]+") do
    local name, value = line:match("^(.-): (.*)$")
    headers:append(name:lower(), value)
  end
  headers:append("content-length", tostring(#body))
  return headers, body
end

local headers, body = read_request()

local function tls()
  if scheme ~= "https" then return false end
  local context = require("http.tls").new_client_context()
  local store = require("openssl.x509.store").new()
  store:add(arg[2])
  context:setStore(store)
  return context
end

local context = tls()

local function connect()
  return assert(client.connect({
    host = host == "localhost" and "127.0.0.1" or host,
    port = tonumber(port),
    tls = context ~= false,
    ctx = context or nil,
    sendname = host,
    version = 1.1,
  }, 10))
end

local function exchange(connection)
  local stream = assert(connection:new_stream())
  assert(stream:write_headers(headers, false))
  assert(stream:write_chunk(body, true))
  local answer = assert(stream:get_headers())
  assert(answer:get(":status") == "200", "not the status that was expected")
  assert(cjson.decode(assert(stream:get_body_as_string())).transactionId)
  stream:shutdown()
end

local connections = {}

local function measure(count)
  local began, cpu, left = cqueues.monotime(), os.clock(), count
  local loop = cqueues.new()
  for i = 1, at_once do
    loop:wrap(function()
      connections[i] = connections[i] or connect()
      while left > 0 do
        left = left - 1
        exchange(connections[i])
      end
    end)
  end
  assert(loop:loop())
  print(
    ("%d %.6f %.6f"):format(
      count,
      cqueues.monotime() - began,
      os.clock() - cpu
    )
  )
end

measure(tonumber(arg[5]))
measure(tonumber(arg[6]))
