-- A PostgreSQL that is restarted and fails over: two servers, each with its
-- own folder, one of them perhaps the synchronous standby of the other. What
-- changes them runs beside this process. They end with it, however it does.

local cluster = {}

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

-- What the scripts below have in common. The server refuses to run as root.
local COMMON = [[
dir=%DIR
bin=%BIN
as () { if [ "$(id -u)" = 0 ]; then
  runuser -u postgres -- "$@"; else "$@"; fi; }
ctl () { as $bin/pg_ctl -w -D "$dir/$1/data" -l "$dir/$1/log" "$2" $3 $4; }
start () { as $bin/pg_ctl -w -D "$dir/$1/data" -l "$dir/$1/log" start -o \
  "-k $dir/$1 -h '' -c max_connections=60 -c fsync=off -c wal_level=replica \
   -c wal_keep_size=512MB -c hot_standby=on -c checkpoint_timeout=1h"; }
sql () { as $bin/psql -h "$dir/$1" -U luapay -d postgres -X -q -A -t \
  -v ON_ERROR_STOP=1 -c "$2"; }
until_true () {
  for i in $(seq 600); do
    [ "$(sql $1 "$2" 2>/dev/null)" != t ] || return 0
    sleep 0.05
  done
  exit 1
}
set -e
cd "$dir"
]]

local RUN = [[
trap '' INT HUP QUIT TERM
mkdir "$dir/a" "$dir/b"
[ "$(id -u)" != 0 ] || chown postgres "$dir" "$dir/a" "$dir/b"
trap 'touch "$dir/ended"' EXIT
as $bin/initdb -D "$dir/a/data" -U luapay -A trust -E UTF8 --locale=C -N
start a
touch "$dir/ready"
cat >/dev/null
trap - EXIT
set +e
for name in a b; do ctl $name stop -m immediate; done
for process in /proc/[0-9]*; do # what was still changing them
  number=${process#/proc/}
  [ $number = $$ ] || ! grep -qsaF "$dir/" $process/cmdline ||
    kill -9 $number
done
cd /
rm -rf "$dir"
]]

local RESTART = "ctl %NAME restart -m %MODE\n"

-- The standby takes over; the old server goes before that, or stays a while
-- as one that does not know yet.
local FAIL_OVER = [[
%BEFORE
ctl %OTHER promote
%AFTER
]]

local STANDBY = [[
rm -rf "$dir/%OTHER/data"
as $bin/pg_basebackup -h "$dir/%NAME" -U luapay -D "$dir/%OTHER/data" -R \
  -c fast
as sed -i /synchronous_standby_names/d \
  "$dir/%OTHER/data/postgresql.auto.conf"
start %OTHER
until_true %NAME "SELECT count(*) = 1 FROM pg_stat_replication
  WHERE state = 'streaming'"
]]

local SYNCHRONOUS = [[
sql %NAME "ALTER SYSTEM SET synchronous_standby_names = '*'"
sql %NAME "SELECT pg_reload_conf()" >/dev/null
until_true %NAME "SELECT count(*) = 1 FROM pg_stat_replication
  WHERE sync_state = 'sync'"
]]

local Cluster = {}
Cluster.__index = Cluster

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

local function read(path)
  local file = io.open(path)
  local text = file and file:read "*a" or ""
  if file then file:close() end
  return text
end

local function fill(text, words)
  return (text:gsub("%%(%u+)", words))
end

local function write_script(self, name, text, words)
  words = words or {}
  words.DIR, words.BIN = self.dir, self.bin
  words.NAME, words.OTHER = self.primary, self.other
  local file = assert(io.open(("%s/%s.sh"):format(self.dir, name), "w"))
  file:write(fill(COMMON .. text, words))
  file:close()
  return ("%s/%s.sh"):format(self.dir, name)
end

local BESIDE = [[(
  if sh %PATH >%DIR/step.out 2>&1; then echo 0; else echo 1; fi >%DIR/step.rc
  mv %DIR/step.rc %DIR/step.done
) </dev/null >/dev/null 2>&1 &]]

-- Runs a script beside this process.
local function begin(self, what, text, words)
  self:wait()
  local path = write_script(self, "step", text, words)
  os.remove(self.dir .. "/step.done")
  self.step = what
  -- by popen, which hands on no pipe of ours: those end the servers
  capture((BESIDE:gsub("%%PATH", path):gsub("%%DIR", self.dir)))
end

--- Whether what was begun is still under way.
function Cluster:busy()
  if not self.step then return false end
  local text = read(self.dir .. "/step.done")
  if text == "" then return true end
  local what = self.step
  self.step = nil
  if not text:find "0%s*$" then
    error(what .. " has failed: " .. read(self.dir .. "/step.out"))
  end
  return false
end

function Cluster:wait()
  while self:busy() do
    capture "sleep 0.05"
  end
end

--- Restarts the server: "fast" or "immediate".
function Cluster:restart(mode)
  begin(self, "restart", RESTART, { MODE = mode })
end

--- Makes the other server a standby: "synchronous" or "asynchronous".
function Cluster:follow(how)
  local text = STANDBY
  if how == "synchronous" then text = text .. SYNCHRONOUS end
  begin(self, "follow", text)
end

--- Lets the standby take over. `late`: seconds for which the old server
--- stays, as one that does not know of it.
function Cluster:fail_over(late)
  local stop = ("ctl %s stop -m immediate"):format(self.primary)
  begin(self, "fail_over", FAIL_OVER, {
    BEFORE = late and ":" or stop,
    AFTER = late and ("sleep %g\n%s"):format(late, stop) or ":",
  })
  self.primary, self.other = self.other, self.primary
end

--- Stops the standby.
function Cluster:detach()
  begin(self, "detach", "ctl %OTHER stop -m fast\n")
end

--- Lets a standby that was stopped take over, without what came meanwhile.
function Cluster:fail_over_behind()
  begin(self, "fail_over", FAIL_OVER, {
    BEFORE = ("ctl %s stop -m immediate\nstart %s"):format(
      self.primary,
      self.other
    ),
    AFTER = ":",
  })
  self.primary, self.other = self.other, self.primary
end

--- Options of luapay.journal.postgres, for both servers.
function Cluster:database(name)
  self:wait()
  local said = capture(
    ("sh %s 2>&1"):format(
      write_script(self, "create", 'sql %NAME "CREATE DATABASE %DATABASE"', {
        DATABASE = name,
      })
    )
  )
  assert(said == "", said)
  return {
    database = name,
    user = "luapay",
    host = { self.dir .. "/a", self.dir .. "/b" },
  }
end

--- Ends both, and removes their folder.
function Cluster:close()
  self:wait()
  self.pipe:close()
end

--- Starts one server.
---@return table? cluster
---@return string? message
function cluster.start()
  local bin = capture "ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1"
  if bin == "" then return nil, "PostgreSQL is not installed" end
  local self = setmetatable({
    bin = bin,
    dir = capture 'mktemp -d "${TMPDIR:-/tmp}/luapay-cluster.XXXXXX"',
    primary = "a",
    other = "b",
  }, Cluster)
  local script = write_script(self, "run", RUN)
  self.pipe =
    assert(io.popen(("exec sh %s >%s/out 2>&1"):format(script, self.dir), "w"))
  while not exists(self.dir .. "/ready") do
    if exists(self.dir .. "/ended") then
      return nil, "PostgreSQL does not start: " .. read(self.dir .. "/out")
    end
    capture "sleep 0.05"
  end
  return self
end

return cluster
