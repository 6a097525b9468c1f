-- Whatever arrives, a receiver never raises, and never gives an event for
-- a request that is not let in. Random, but the same each time.

local helper = require "spec.callback.helper"

local ROUNDS = 3000

local REPLIES = {
  [200] = true,
  [400] = true,
  [401] = true,
  [403] = true,
  [404] = true,
  [405] = true,
  [413] = true,
}

-- The same numbers on every Lua.
local function dice(seed)
  local state = seed
  return function(n)
    state = (state * 16807) % 2147483647
    return state % n + 1
  end
end

local PIECES = {
  "{",
  "}",
  "[",
  "]",
  '"',
  ",",
  ":",
  "null",
  "true",
  "-1",
  "1e999",
  "0.1",
  "99999999999999999999",
  "\\u0000",
  "\\ud800",
  "\0",
  "\255",
  "\r\n",
  "%00",
  "?",
  "&",
  "=",
  '"payment_id":{}',
  '"status":[]',
  '"tokenData":{"a":[]}',
  '"Addresses":[1]',
}

local function mutate(text, roll)
  for _ = 1, roll(4) do
    local at, what = roll(#text + 1), roll(4)
    local piece = PIECES[roll(#PIECES)]
    if what == 1 then
      text = text:sub(1, at - 1) .. piece .. text:sub(at)
    elseif what == 2 then
      text = text:sub(1, at - 1) .. text:sub(at + roll(12))
    elseif what == 3 then
      text = text:sub(1, at - 1) .. piece .. text:sub(at + #piece)
    else
      local byte = string.char(roll(256) - 1)
      text = text:sub(1, at - 1) .. byte .. text:sub(at + 1)
    end
  end
  return text
end

local ODD = {
  0,
  -1,
  1.5,
  true,
  false,
  "",
  "x",
  {},
  { {} },
  { [1] = 2 },
  print,
  setmetatable({}, { __index = error }),
}

local NAMES = {
  "method",
  "path",
  "url",
  "too_long",
  "query",
  "headers",
  "body",
  "client_verify",
  "client_name",
}

-- Puts what no server hands over into a request.
local function disturb(request, roll)
  for _ = 1, roll(3) do
    request[NAMES[roll(#NAMES)]] = ODD[roll(#ODD)]
  end
end

local function copy(request)
  local headers = {}
  for name, value in pairs(request.headers or {}) do
    headers[name] = value
  end
  return helper.with(request, { headers = headers })
end

-- Each round takes a good request and spoils it.
local function fuzz(world, requests, seed)
  local roll = dice(seed)
  for round = 1, ROUNDS do
    local request = copy(requests[roll(#requests)])
    if request.body then request.body = mutate(request.body, roll) end
    if type(request.query) == "string" then
      request.query = mutate(request.query, roll)
    end
    if roll(10) == 1 then disturb(request, roll) end
    local what = roll(2) == 1 and "receive" or "handle"
    local good, reply, events = pcall(function()
      return world.receiver[what](world.receiver, request, function()
        return true
      end)
    end)
    assert(
      good,
      ("seed %d, round %d: %s"):format(seed, round, tostring(reply))
    )
    assert.is_true(REPLIES[reply.status], reply.status)
    assert.is_string(reply.body)
    assert.is_table(events)
    -- the good ones of a list are handed out, then the answer is 400
    if reply.status ~= 200 and reply.status ~= 400 then
      assert.same({}, events)
    end
    for _, event in ipairs(events) do
      assert.is_string(event.kind)
      assert.is_string(event.object)
      assert.is_boolean(event.final)
    end
  end
  for _, line in ipairs(world.lines) do
    assert.is_nil(line:find "[%z\1-\31]")
  end
end

describe("a receiver never raises", function()
  for seed = 1, 3 do
    it("of MobilePay Subscriptions, seed " .. seed, function()
      local world = helper.subscriptions { oauth2 = helper.CLIENT }
      local make = world.make
      fuzz(world, {
        make:payments { {}, { payment_type = "OneOff" } },
        make:agreement(),
        make:refund(),
        make:token_request(),
      }, seed)
    end)

    it("of MobilePay Online, seed " .. seed, function()
      local world = helper.online()
      local make = world.make
      fuzz(world, {
        make:card(),
        make:token(),
        make:card_update(),
        make:address(),
        make:failed_payment(),
        make:agreement(),
      }, seed)
    end)

    it("of Mobip, seed " .. seed, function()
      local world = helper.open("mobip", {
        find = function(hint)
          return hint.track_id
        end,
        client = {
          is_valid = function()
            return { transaction_status = "PAID" }
          end,
        },
      })
      fuzz(world, { world.make:link { track_id = "order-17" } }, seed)
    end)

    it("of Infobip, seed " .. seed, function()
      local world = helper.open("infobip", {})
      fuzz(world, { world.make:buy() }, seed)
    end)
  end

  it("whatever stands in the Authorization header", function()
    local world = helper.subscriptions {
      oauth2 = helper.CLIENT,
      api_key = helper.KEY,
    }
    local request = world.make:payment()
    local good = {
      request.headers.Authorization,
      world.make:token_request().headers.Authorization,
      "Bearer " .. world.receiver
        :receive(world.make:token_request()).body
        :match '"access_token":"(.-)"',
    }
    local roll = dice(7)
    for _ = 1, ROUNDS do
      local header = mutate(good[roll(#good)], roll)
      local changed = helper.with_header(request, "Authorization", header)
      local reply, events = world.receiver:receive(changed)
      if header ~= good[1] and header ~= good[3] then
        assert.equal(401, reply.status, header)
        assert.same({}, events)
      end
    end
  end)
end)
