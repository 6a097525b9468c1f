-- Small values by a key, in a database: part of sql.lua's store.

local keys = {}

local FIRST = "INSERT INTO luapay1_keys (key, at) VALUES (?, ?) "
  .. "ON CONFLICT (key) DO NOTHING"

local KEEP = "INSERT INTO luapay1_keys (key, value, at) VALUES (?, ?, ?) "
  .. "ON CONFLICT (key) DO UPDATE SET value = excluded.value, "
  .. "at = excluded.at"

local function seconds(value)
  return ("%.3f"):format(value)
end

function keys:first(key, now)
  return self.connection:run(FIRST, key, seconds(now)) == 1
end

function keys:keep(key, value, now)
  self.connection:run(KEEP, key, value, seconds(now))
end

function keys:kept(key)
  local sql = "SELECT value FROM luapay1_keys WHERE key = ?"
  local found = self.connection:query(sql, key)
  return found[1] and found[1].value
end

function keys:forget(before)
  local sql = "DELETE FROM luapay1_keys WHERE at < ?"
  return self.connection:run(sql, seconds(before))
end

return keys
