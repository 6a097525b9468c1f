-- A pretend provider on a real socket, for workers that are killed: the
-- sandbox's Infobip and MobilePay Subscriptions, with books of its own.
-- Run as: provider.lua FOLDER
--
-- It writes FOLDER/ready, a Lua table: port, control (a port), token and
-- agreements. Its books are FOLDER/ledger, to which it only appends, before
-- it answers: "flow reference id worker time", a line a payment. A worker's
-- address is http://127.0.0.1:port/NUMBER, the number of its process.
--
-- On the control port, "arm NUMBER COUNT HOW" picks a moment of that worker:
-- its COUNTth booking from now on, when it has arrived ("arrived") or been
-- answered ("answered", "after"). "now NUMBER" is written when it has come;
-- but for "after" the worker was stopped before: it has not run since.
--
-- It ends with the process that started it: when its input ends.

local core = require "luapay.core"
local json = require "luapay.sandbox.json"
local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local socket = require "socket"

local dir = arg[1]
local infobip = sandbox.infobip()
local mobilepay = sandbox.mobilepay_subscriptions()
local AGREEMENTS = 5

local function agree(client, number)
  local made = assert(client:create_agreement {
    country_code = "DK",
    currency = "DKK",
    plan = "Gold",
    external_id = "A" .. number,
    amount = "99.50",
    expiration_timeout_minutes = 10,
    links = {
      { rel = "user-redirect", href = "https://gym.example/back" },
      { rel = "success-callback", href = "https://gym.example/yes" },
      { rel = "cancel-callback", href = "https://gym.example/no" },
    },
  })
  assert(mobilepay:accept(made.id))
  return made.id
end

local function agree_all()
  local client = luapay.mobilepay_subscriptions {
    provider_id = "f0000000-0000-4000-8000-000000000001",
    access_token = mobilepay:access_token(),
    transport = mobilepay:transport(),
  }
  local list = {}
  for i = 1, AGREEMENTS do
    list[i] = agree(client, i)
  end
  return list
end

-- ---- the books

local books = assert(io.open(dir .. "/ledger", "a"))

local function one_of(reference, id)
  return function(request, answer)
    local text = request.path .. " " .. request.body
    local name = assert(text:match(reference), text)
    return { { name, answer[id] } }
  end
end

-- What is a booking, and what an answer says has been booked.
local BOOKINGS = {
  {
    path = "/funds%f[%z?]",
    flow = "topup",
    at = infobip,
    read = one_of("description=([%w_-]+)", "transactionId"),
  },
  {
    path = "/oneoffpayments$",
    flow = "one_off",
    at = mobilepay,
    read = one_of('"external_id":"([^"]+)"', "id"),
  },
  {
    path = "/paymentrequests$",
    flow = "subscription_batch",
    at = mobilepay,
    read = function(_, answer)
      local list = {}
      for i, payment in ipairs(answer.pending_payments) do
        list[i] = { payment.external_id, payment.payment_id }
      end
      return list
    end,
  },
}

local function booking_of(request)
  if request.method ~= "POST" then return nil end
  for _, kind in ipairs(BOOKINGS) do
    if request.path:find(kind.path) then return kind end
  end
end

local function book(kind, request, response, worker)
  if response.status >= 300 then return end
  for _, row in ipairs(kind.read(request, json.decode(response.body))) do
    books:write(
      ("%s %s %s %s %.6f\n"):format(
        kind.flow,
        row[1],
        row[2],
        worker,
        core.boottime()
      )
    )
  end
  books:flush()
end

-- ---- coroutines that wait for sockets

local readers, writers, asleep = {}, {}, {}

local function spawn(fn, ...)
  assert(coroutine.resume(coroutine.create(fn), ...))
end

local function wait(list, sock)
  list[sock] = coroutine.running()
  coroutine.yield()
end

local function sleep(seconds)
  asleep[#asleep + 1] = {
    at = socket.gettime() + seconds,
    co = coroutine.running(),
  }
  coroutine.yield()
end

local function send(tcp, data)
  local i = 1
  while i <= #data do
    local last, err, partly = tcp:send(data, i)
    i = (last or partly or i - 1) + 1
    if err == "timeout" then
      wait(writers, tcp)
    elseif err then
      return
    end
  end
end

-- ---- moments

local armed, controller = {}, nil

local function stop(worker)
  os.execute(("kill -STOP %s 2>/dev/null"):format(worker))
end

local function tell(worker)
  armed[worker] = nil
  controller:send(("now %s\n"):format(worker))
end

-- How the moment of a worker is to be, when this booking is its moment.
local function moment_of(worker)
  local order = armed[worker]
  if not order then return nil end
  order.count = order.count - 1
  return order.count == 0 and order.how or nil
end

local function control(tcp)
  controller = tcp
  tcp:settimeout(0)
  while true do
    wait(readers, tcp)
    local line, err = tcp:receive "*l"
    if not line and err ~= "timeout" then os.exit(0) end
    local worker, count, how = tostring(line):match "^arm (%d+) (%d+) (%l+)$"
    if worker then armed[worker] = { count = tonumber(count), how = how } end
  end
end

-- ---- requests

local function read(tcp, state)
  local finish
  while true do
    finish = select(2, state.buffer:find("\r\n\r\n", 1, true))
    local length = finish
      and (state.buffer:lower():match "\ncontent%-length: *(%d+)" or 0)
    if finish and #state.buffer >= finish + length then break end
    wait(readers, tcp)
    local data, err, part = tcp:receive(8192)
    data = data or part
    state.buffer = state.buffer .. data
    if data == "" and err ~= "timeout" then return nil end
  end
  local head, body = state.buffer:sub(1, finish), state.buffer:sub(finish + 1)
  state.buffer = "" -- nobody sends a second one before the answer
  local request = { headers = {}, body = body }
  local worker
  request.method, worker, request.path = head:match "^(%S+) /(%d+)(%S*)"
  for name, value in head:gmatch "\r\n([^:\r\n]+): *([^\r\n]*)" do
    request.headers[name:lower()] = value
  end
  request.url = "https://provider.example" .. request.path
  return request, worker
end

local function text_of(response)
  local list = { ("HTTP/1.1 %d X\r\n"):format(response.status) }
  for name, value in pairs(response.headers) do
    if name:lower() ~= "content-length" then
      list[#list + 1] = ("%s: %s\r\n"):format(name, value)
    end
  end
  local body = response.body or ""
  list[#list + 1] = ("content-length: %d\r\n\r\n%s"):format(#body, body)
  return table.concat(list)
end

local function answer(tcp, request, worker)
  local kind = booking_of(request)
  local how = kind and moment_of(worker)
  if how == "arrived" then
    stop(worker)
    tell(worker)
    sleep(math.random() * 0.3) -- it is booked when its worker is dead
  elseif kind then
    sleep(0.005 + math.random() * 0.03)
  end
  local at = kind and kind.at
    or request.path:find "^/subscriptions/" and mobilepay
    or infobip
  local response = at:handle(request)
  if kind then book(kind, request, response, worker) end
  if how == "answered" then stop(worker) end
  send(tcp, text_of(response))
  if how == "answered" or how == "after" then tell(worker) end
end

local function serve(tcp)
  tcp:settimeout(0)
  tcp:setoption("tcp-nodelay", true)
  local state = { buffer = "" }
  while true do
    local request, worker = read(tcp, state)
    if not request then break end
    answer(tcp, request, worker)
  end
  tcp:close()
end

local listeners = {}

local function listen(fn)
  local tcp = assert(socket.bind("127.0.0.1", 0))
  tcp:settimeout(0)
  listeners[tcp] = fn
  local _, port = tcp:getsockname()
  return math.floor(tonumber(port))
end

local function write_ready()
  local ids = {}
  for i, id in ipairs(agree_all()) do
    ids[i] = ("%q"):format(id)
  end
  local file = assert(io.open(dir .. "/ready.new", "w"))
  local text = "return { port = %d, control = %d, token = %q, "
    .. "agreements = { %s } }"
  file:write(
    text:format(
      listen(serve),
      listen(control),
      mobilepay:access_token(),
      table.concat(ids, ", ")
    )
  )
  file:close()
  os.rename(dir .. "/ready.new", dir .. "/ready")
end

-- The input as a socket that select knows.
local input = {
  getfd = function()
    return 0
  end,
  dirty = function()
    return false
  end,
}

local function keys(list, more)
  for sock in pairs(list) do
    more[#more + 1] = sock
  end
  return more
end

local function resume(list, sock)
  local co = list[sock]
  list[sock] = nil
  if co then assert(coroutine.resume(co)) end
end

local function round()
  local now, first = socket.gettime(), math.huge
  for i = #asleep, 1, -1 do
    local sleeper = asleep[i]
    if sleeper.at <= now then
      table.remove(asleep, i)
      assert(coroutine.resume(sleeper.co))
    else
      first = math.min(first, sleeper.at - now)
    end
  end
  local reading = keys(listeners, keys(readers, { input }))
  local can_read, can_write =
    socket.select(reading, keys(writers, {}), math.min(first, 5))
  for _, sock in ipairs(can_read) do
    if sock == input then
      os.exit(0)
    elseif listeners[sock] then
      local tcp = sock:accept()
      if tcp then spawn(listeners[sock], tcp) end
    else
      resume(readers, sock)
    end
  end
  for _, sock in ipairs(can_write) do
    resume(writers, sock)
  end
end

math.randomseed(os.time())
write_ready()
while true do
  round()
end
