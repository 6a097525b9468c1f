-- What the specs of callbacks share: receivers with the usual options, a
-- log, and a clock that stands still.

local callback = require "luapay.callback"
local crypto = require "luapay.crypto"

local helper = {}

helper.USER = { user_name = "mobilepay", password = "s3cret: word" }
helper.KEY = "VGhpcyBpcyBhIGtleQ=="
helper.CLIENT = { client_id = "mobilepay", client_secret = "another secret" }
helper.CERTIFICATE = "callbacks.mobilepay.example"

local rsa

--- A key that is made once.
function helper.rsa()
  rsa = rsa or crypto.generate_key()
  return rsa
end

--- A table with changes; `helper.without` leaves a name out.
helper.without = {}

function helper.with(options, changes)
  local out = {}
  for _, source in ipairs { options, changes or {} } do
    for name, value in pairs(source) do
      out[name] = value
      if value == helper.without then out[name] = nil end
    end
  end
  return out
end

--- A receiver, what makes its callbacks, and the lines of its log. The time
--- is `world.now`.
function helper.open(api, options, changes)
  local world = { now = 1000000, lines = {} }
  local function clock()
    return world.now
  end
  world.receiver = callback[api](helper.with(
    helper.with({
      seen = callback.seen.memory { clock = clock },
      clock = clock,
      log = function(line)
        table.insert(world.lines, line)
      end,
    }, options),
    changes
  ))
  world.make = callback.make(world.receiver)
  return world
end

function helper.subscriptions(changes)
  local options = { basic = helper.USER }
  return helper.open("mobilepay_subscriptions", options, changes)
end

function helper.online(changes)
  return helper.open("mobilepay_online", {
    client_name = helper.CERTIFICATE,
    keys = { [7] = helper.rsa() },
  }, changes)
end

--- A request with another header.
function helper.with_header(request, name, value)
  local headers = helper.with(request.headers, { [name] = value })
  return helper.with(request, { headers = headers })
end

return helper
