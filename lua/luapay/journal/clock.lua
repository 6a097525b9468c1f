-- The clocks of a journal, and leases by them.
--
-- The time of day (`wall`) can be set by anybody: it is for people to read.
-- `boot` counts the seconds since this machine has started, suspended or
-- not; `boot_id` names that start. A lease is judged by `boot` where whoever
-- gave it has the same `boot_id`, by the database's own clock where there is
-- one for all; elsewhere it is over only after it was watched, unrenewed,
-- for its whole length.

local core = require "luapay.core"

local clock = {}

--- The clocks of this machine; those that are given replace them.
---@param given? luapay.journal.Clock
---@return luapay.journal.Clock
function clock.new(given)
  given = given or {}
  local id = given.boot_id or core.boot_id()
  return {
    wall = given.wall or core.wall,
    boot = given.boot or core.boottime,
    boot_id = type(id) == "function" and id() or id,
    -- who replaces the clocks does not want to wait by the real ones
    sleep = given.sleep or (given.boot and function() end) or core.sleep,
  }
end

--- What is read of the clocks once for a whole transaction.
---@param clocks luapay.journal.Clock
---@param server? number the time of day of the database's machine
---@return table times
function clock.read(clocks, server)
  local boot = clocks.boot()
  return {
    now = server or clocks.wall(),
    boot = boot,
    boot_id = clocks.boot_id,
    lease_clock = server and "server" or clocks.boot_id,
    lease_now = server or boot,
  }
end

--- Makes an entry this worker's for `seconds`.
function clock.grant(entry, times, seconds)
  entry.lease_until = times.lease_now + seconds
  entry.lease_clock = times.lease_clock
  entry.lease_seconds = seconds
  entry.watch = nil
end

--- Ends a lease.
function clock.release(entry)
  entry.lease_until, entry.lease_seconds, entry.watch = nil, nil, nil
  if not entry.due_until then entry.lease_clock = nil end
end

-- Since when this machine has watched a lease of another clock.
local function watched_since(entry, times)
  local seen = entry.watch or ""
  local since, lease_until, boot_id = seen:match "^(%d+) (%d+) (.*)$"
  if boot_id ~= times.boot_id then return nil end
  if lease_until ~= ("%.0f"):format(entry.lease_until * 1e6) then
    return nil
  end
  return tonumber(since) / 1e6
end

--- Notes that a lease of another clock was seen; true when that is new.
function clock.watch(entry, times)
  if not entry.lease_until or entry.lease_clock == times.lease_clock then
    return false
  end
  if watched_since(entry, times) then return false end
  entry.watch = ("%.0f %.0f %s"):format(
    times.boot * 1e6,
    entry.lease_until * 1e6,
    times.boot_id
  )
  return true
end

--- Seconds for which an entry is still somebody's; nil when it is nobody's.
---@return number?
function clock.left(entry, times)
  if not entry.lease_until then return nil end
  local left
  if entry.lease_clock == times.lease_clock then
    left = entry.lease_until - times.lease_now
  else
    local length = entry.lease_seconds or 0
    local since = watched_since(entry, times)
    left = since and since + length - times.boot or length
  end
  return left > 0 and left or nil
end

--- Says when an entry is to be asked about: `at` is a time of day.
function clock.set_due(entry, times, at)
  if not at then
    entry.due_until, entry.due_at = nil, nil
    if not entry.lease_until then entry.lease_clock = nil end
    return
  end
  if entry.lease_clock ~= times.lease_clock then
    clock.release(entry)
    entry.lease_clock = times.lease_clock
  end
  entry.due_until = times.lease_now + (at - times.now)
  entry.due_at = at
end

--- Whether it is time to ask about an entry. By another clock, it is.
function clock.is_due(entry, times)
  return not entry.due_until
    or entry.lease_clock ~= times.lease_clock
    or entry.due_until <= times.lease_now
end

--- When that is, as a time of day.
function clock.due_at(entry, times)
  if not entry.due_until then return nil end
  if entry.lease_clock ~= times.lease_clock then return times.now end
  return times.now + entry.due_until - times.lease_now
end

--- A request of an entry may leave until `send_by` on this machine's clock.
function clock.note_sending(entry, times, send_by)
  entry.clocks = { [times.boot_id] = send_by }
end

--- A request of an entry has left before now, if it has: for machines that
--- did not send it, and for one whose call has ended.
function clock.note_sent(entry, times)
  local known = entry.clocks and entry.clocks[times.boot_id]
  if known and known <= times.boot then return false end
  local clocks = {}
  for id, at in pairs(entry.clocks or {}) do
    clocks[id] = at
  end
  clocks[times.boot_id] = times.boot
  entry.clocks = clocks
  return true
end

--- Whether this machine knows when a request of an entry may have left.
---@return boolean
function clock.is_noted(entry, times)
  return entry.clocks ~= nil and entry.clocks[times.boot_id] ~= nil
end

--- Seconds since a request of an entry may last have left: never too many.
---@return number
function clock.age(entry, times)
  local at = entry.clocks and entry.clocks[times.boot_id]
  return at and math.max(0, times.boot - at) or 0
end

return clock
