-- What the gateway of the benchmark does with a journal: see
-- nginx_gateway.conf and nginx_journal.lua.
local call = require "bench.call"
local core = require "luapay.core"
local luapay = require "luapay"
local ngx = require "ngx"

local handlers = {}

local client, journal, topup
local count = 0

local function unique()
  count = count + 1
  return ("%d-%d-%.0f"):format(ngx.worker.pid(), count, ngx.now() * 1000)
end

local acts = {}

-- A journal, in the place of the one before.
function acts.open()
  local options = ngx.req.get_uri_args()
  local kind, provider = options.kind, options.provider
  options.kind, options.provider = nil, nil
  client = luapay.infobip {
    username = "bench",
    password = "bench",
    base_url = provider,
    transport = luapay.transport.nginx {
      http_loopback = true,
      pool_size = 400,
    },
  }
  if journal then journal:close() end
  journal = assert(luapay.journal[kind](options))
  topup = luapay.flow.topup { client = client, journal = journal }
  ngx.print "ok"
end

function acts.credit()
  local item = call.args()
  item.reference = unique()
  local done, fault = topup:run_one(item)
  if done and done.state == "done" then return ngx.print "ok" end
  ngx.log(ngx.WARN, tostring(fault))
  return ngx.exit(500)
end

-- The same without a journal.
function acts.call()
  if not client:add_funds(call.args()) then return ngx.exit(500) end
  ngx.print "ok"
end

-- Longest time, in milliseconds, for which a light thread that wants to go on
-- all the time could not.
local function standstill(work)
  local longest, over = 0, false
  local ticker = ngx.thread.spawn(function()
    local before = core.now()
    while not over do
      ngx.sleep(0.001)
      local now = core.now()
      longest = math.max(longest, now - before)
      before = now
    end
  end)
  work()
  over = true
  ngx.thread.wait(ticker)
  return longest * 1000
end

local USER = { user_name = "bench", password = "bench" }

-- A callback with a list of so many payments: each is remembered as seen, and
-- written down by the handler.
function acts.list()
  local callback = luapay.callback
  local receiver = callback.mobilepay_subscriptions {
    basic = USER,
    seen = journal,
    concurrency = 50,
  }
  local book = journal:book { flow = "list" }
  local list = {}
  for i = 1, tonumber(ngx.var.arg_count) do
    list[i] = { payment_id = unique() }
  end
  local request = callback.make(receiver):payments(list)
  local handled = 0
  local began = core.now()
  local longest = standstill(function()
    local _, events = receiver:handle(request, function(event)
      return book:change(event.object, function(item)
        item:add {
          step = "payment",
          state = "done",
          amount = "12.50",
          currency = "DKK",
          provider_id = event.object,
        }
        return true
      end)
    end)
    handled = #events
  end)
  ngx.print(
    ("%.3f %.3f %d"):format(longest, (core.now() - began) * 1000, handled)
  )
end

function handlers.serve()
  acts[ngx.var.uri:match "/journal/(%l+)"]()
end

--- For the provider: asks the gateway so many times a second, whether it
--- answers or not, for some seconds.
function handlers.drive()
  local args = ngx.req.get_uri_args()
  local counts = ngx.shared.counts
  local function ask()
    local tcp = ngx.socket.tcp()
    tcp:settimeouts(1000, 60000, 60000)
    local good = tcp:connect("127.0.0.1", tonumber(args.port))
      and tcp:send(
        ("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"):format(args.path)
      )
    local line = good and tcp:receive "*l"
    counts:incr(line and line:find " 200 " and "good" or "other", 1, 0)
    tcp:close()
  end
  counts:set("good", 0)
  counts:set("other", 0)
  assert(ngx.timer.at(0, function()
    local began, done, asked = core.now(), 0, {}
    local rate, seconds = tonumber(args.rate), tonumber(args.seconds)
    while core.now() - began < seconds do
      while done < (core.now() - began) * rate do
        done = done + 1
        asked[done] = ngx.thread.spawn(ask)
      end
      ngx.sleep(0.002)
    end
    for _, thread in ipairs(asked) do
      ngx.thread.wait(thread)
    end
  end))
  ngx.print "ok"
end

--- How often it was answered well, and otherwise.
function handlers.driven()
  local counts = ngx.shared.counts
  ngx.print(counts:get "good" or 0, " ", counts:get "other" or 0)
end

return handlers
