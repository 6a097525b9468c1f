-- once.lua - each event once, and each thing forwards only. Two ways: `mark`
-- says at once that an event was seen; `run` says so when its handler has
-- done its work, and keeps others away from the same thing meanwhile.

local fault = require "luapay.fault"
local guard = require "luapay.guard"

local once = {}

local function wipe(event)
  for _, name in ipairs { "card", "token" } do
    if event[name] then event[name]:wipe() end
  end
end

-- A store of the user's own may forget to say why.
local function reason(why)
  return why
    or fault.new {
      kind = "callback",
      code = "seen",
      message = "the store has no answer",
    }
end

-- Whether this event is behind what is known, or says the opposite; says so
-- in it. Of two ends that exclude each other none is passed over: the later
-- one may be the true one.
local function compare(self, event)
  if not event.rank then return true end
  local moved, known, rank = self.seen:advance(
    event.object,
    event.rank,
    event.status,
    event.final,
    self.keep
  )
  if moved == nil then return nil, known end
  if moved then return true end
  local line = "%s is %s and stays so; %s came late"
  if event.final and (rank or event.rank) == event.rank then
    event.contradicts = known
    line = "%s was %s; now it is %s"
  else
    event.stale, event.known = true, known
  end
  self:say(line:format(event.object, tostring(known), event.status))
  return true
end

--- Takes an event that its receiver hands out and knows no more of.
---@return boolean? new false when it was seen before; nil: ask again
---@return luapay.Fault? fault
function once.mark(self, event)
  if not self.seen or not event.id then return true end
  local known, why = self.seen:has(event.id)
  if known == nil then return nil, reason(why) end
  local new = false
  if not known then
    local good
    good, why = compare(self, event)
    if not good then return nil, reason(why) end
    new, why = self.seen:first(event.id, self.keep)
  end
  if not new then wipe(event) end
  return new, new == nil and reason(why) or nil
end

local function failed(event, code, message)
  return nil,
    fault.new {
      kind = "callback",
      api = event.api,
      code = code,
      outcome = "unknown",
      message = ("%s: %s"):format(event.kind, message),
    }
end

-- Runs the handler, and wipes what it should not keep. The error it raised
-- is its author's to see: it may hold anything.
local function handle(self, event, fn)
  if event.stale then fn = self.on_stale end
  if not fn then return true end
  local good, result, reply = guard.call(fn, event)
  if not good then
    if self.on_error then pcall(self.on_error, result, event) end
    return failed(event, "handler", "the handler has raised an error")
  elseif result == false and fault.is(reply) then
    return failed(event, "later", tostring(reply))
  elseif result ~= true then
    return failed(event, "handler", "the handler has not returned true")
  end
  return true, nil, reply
end

-- The event of which nobody else may handle one meanwhile.
local function settle(self, event, fn)
  local known, why = self.seen:has(event.id)
  if known == nil then return nil, why end
  if known then return false end
  local good, reply
  good, why = compare(self, event)
  if not good then return nil, why end
  good, why, reply = handle(self, event, fn)
  if not good then return nil, why end
  good, why = self.seen:first(event.id, self.keep)
  if good == nil then
    why = reason(why)
    why.outcome = "unknown"
    why.message = "handled, but not marked as seen: " .. why.message
    self:say(why.message)
  elseif not good then
    self:say(event.object .. " was handled twice: the lease is too short")
  end
  return true, why, reply
end

local function busy(event)
  return nil,
    fault.new {
      kind = "callback",
      api = event.api,
      code = "busy",
      message = event.kind .. ": another worker is at it",
    }
end

local function run(self, event, fn)
  if not self.seen or not event.id then return handle(self, event, fn) end
  local mine, why = self.seen:claim(event.object, self.lease)
  if mine == nil then return nil, why end
  if not mine then return busy(event) end
  local new, err, reply = settle(self, event, fn)
  self.seen:release(event.object, mine)
  return new, err, reply
end

--- Handles an event unless it was handled before, and wipes its card.
---@param fn luapay.callback.Handler
---@return boolean? new false when it was handled before; nil: not handled
---@return luapay.Fault? fault
---@return table? reply the handler's own
function once.run(self, event, fn)
  local new, why, reply = run(self, event, fn)
  wipe(event)
  if new == nil then why = reason(why) end
  return new, why, reply
end

return once
