-- A real PostgreSQL for specs, from Debian's package: its own cluster in a
-- temporary folder, on a socket, one for the whole run of specs, and others
-- that may be stopped and killed. They end with the process that started
-- them. Beside it a pooler, and a server that behaves badly.

local postgres = {}

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

-- The server refuses to run as root, so it runs as Debian's own user. The
-- pipe's other end is this process: when that ends, however it does, so does
-- the server.
local START = [[
trap '' INT HUP QUIT TERM
set -e
dir=%s
trap 'touch "$dir/ended"' EXIT
as () { if [ "$(id -u)" = 0 ]; then
  runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$dir"
cd "$dir"
as %s/initdb -D "$dir/data" -U luapay -A trust -E UTF8 --locale=C -N \
  >"$dir/log" 2>&1
as %s/pg_ctl -D "$dir/data" -l "$dir/server.log" -w -o "-k $dir -h '' \
  -c max_connections=40 %s" start >>"$dir/log" 2>&1
touch "$dir/ready"
cat >/dev/null
as %s/pg_ctl -D "$dir/data" -m immediate stop >>"$dir/log" 2>&1
trap - EXIT
rm -rf "$dir"
]]

local function read(path)
  local file = io.open(path)
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local Server = {}
Server.__index = Server

-- As the user that the server runs as.
local AS = [[if [ "$(id -u)" = 0 ]; then
  runuser -u postgres -- %s; else %s; fi]]

local function as_server(command)
  return (AS:gsub("%%s", (command:gsub("%%", "%%%%"))))
end

--- Runs pg_ctl on it: "restart -m immediate".
function Server:control(words)
  local command = ("%s/pg_ctl -D %s/data -l %s/server.log -w %s"):format(
    self.bin,
    self.dir,
    self.dir,
    words
  )
  return capture(as_server(command) .. " 2>&1")
end

--- Sends a signal to all its processes: "STOP", "CONT".
function Server:signal(name)
  local pid = read(self.dir .. "/data/postmaster.pid"):match "%d+"
  capture(("pkill -%s -P %s; kill -%s %s"):format(name, pid, name, pid))
end

--- Settings of luapay.postgres for a new database of it.
---@param name? string
function Server:database(name)
  self.made = (self.made or 0) + 1
  name = name or ("spec_%d_%d"):format(os.time(), self.made)
  local command = ("%s/createdb -h %s -U luapay %s 2>&1"):format(
    self.bin,
    self.dir,
    name
  )
  local said = capture(command)
  assert(said == "", said)
  return { database = name, user = "luapay", host = self.dir }
end

--- Stops it. Its folder goes, too.
function Server:close()
  self.pipe:close()
end

-- Until a program has written `file`; false when it writes `ended` instead.
local function await(file, ended)
  local limit = os.time() + 60
  while not read(file) do
    if os.time() > limit or (ended and read(ended)) then return false end
    os.execute "sleep 0.02"
  end
  return true
end

--- Starts a server of its own; nil and why when there is none. `settings`:
--- "-c fsync=off".
---@param settings string
---@return table? server dir (of its socket), bin, and the methods above
---@return string? message
function postgres.start(settings)
  local bin = capture "ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1"
  if bin == "" then return nil, "PostgreSQL is not installed" end
  local dir = capture 'mktemp -d "${TMPDIR:-/tmp}/luapay-postgres.XXXXXX"'
  local script = START:format(dir, bin, bin, settings, bin)
  local file = assert(io.open(dir .. "/run.sh", "w"))
  file:write(script)
  file:close()
  local pipe =
    assert(io.popen(("exec sh %s/run.sh >%s/out 2>&1"):format(dir, dir), "w"))
  if not await(dir .. "/ready", dir .. "/ended") then
    return nil, "PostgreSQL does not start: " .. (read(dir .. "/out") or "")
  end
  return setmetatable({ dir = dir, bin = bin, pipe = pipe }, Server)
end

-- In the foreground, until the pipe's other end closes.
local POOLER = [[
cat >%s/pooler.ini <<END
[databases]
* = host=%s
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = %s
auth_type = trust
auth_file = %s/pooler.users
pool_mode = transaction
default_pool_size = 1
END
echo '"luapay" ""' >%s/pooler.users
as=; [ "$(id -u)" != 0 ] || as='-u postgres'
/usr/sbin/pgbouncer -q $as %s/pooler.ini &
pooler=$!
while ! [ -e %s/.s.PGSQL.6432 ]; do sleep 0.02; done
touch %s/pooler.ready
cat >/dev/null
kill $pooler
wait
]]

--- Starts PgBouncer in transaction mode, with one connection to the server,
--- on port 6432 of the server's folder.
---@return table pipe to be closed
function Server:pooler()
  local dir = self.dir
  local file = assert(io.open(dir .. "/pooler.sh", "w"))
  file:write((POOLER:gsub("%%s", dir)))
  file:close()
  local pipe = assert(
    io.popen(
      ("exec sh %s/pooler.sh >%s/pooler.out 2>&1"):format(dir, dir),
      "w"
    )
  )
  assert(await(dir .. "/pooler.ready"), read(dir .. "/pooler.out"))
  return pipe
end

--- Starts a server that behaves badly: see fake_postgres.lua.
---@return integer port on 127.0.0.1
---@return table pipe to be closed
function postgres.fake()
  local file = os.tmpname()
  os.remove(file)
  local command = "exec lua5.4 spec/support/fake_postgres.lua " .. file
  local pipe = assert(io.popen(command, "w"))
  assert(await(file), "the server does not start")
  local port = tonumber(read(file))
  os.remove(file)
  return port, pipe
end

local server

--- The server, started when it is first asked for; or nil and why there is
--- none. `settings`: of the server, "-c fsync=off".
---@param settings? string
---@return table? server dir (of its socket)
---@return string? message
function postgres.server(settings)
  if not server then
    local made, why = postgres.start(settings or "-c fsync=off")
    if not made then return nil, why end
    server = made
  end
  return server
end

--- Options of luapay.journal.postgres for a database of its own.
---@return table? options
---@return string? message why there is no server
function postgres.database()
  local running, why = postgres.server()
  if not running then return nil, why end
  return running:database()
end

return postgres
