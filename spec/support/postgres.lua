-- A real PostgreSQL for specs, from Debian's package: its own cluster in a
-- temporary folder, on a socket, one for the whole run of specs. It ends
-- with the process that started it.

local postgres = {}

-- What this process preloads (a sanitizer) is not for other programs.
local AROUND = "unset LD_PRELOAD; "

local function capture(command)
  local pipe = assert(io.popen(AROUND .. command))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

-- The server refuses to run as root, so it runs as Debian's own user. The
-- pipe's other end is this process: when that ends, so does the server.
local START = [[
set -e
unset LD_PRELOAD
dir=%s
trap 'touch "$dir/ended"' EXIT
as () { if [ "$(id -u)" = 0 ]; then
  runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$dir"
cd "$dir"
as %s/initdb -D "$dir/data" -U luapay -A trust -E UTF8 --locale=C \
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

local server

local function start(settings)
  local bin = capture "ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1"
  if bin == "" then return nil, "PostgreSQL is not installed" end
  local dir = capture 'mktemp -d "${TMPDIR:-/tmp}/luapay-postgres.XXXXXX"'
  local script = START:format(dir, bin, bin, settings, bin)
  local file = assert(io.open(dir .. "/run.sh", "w"))
  file:write(script)
  file:close()
  local pipe =
    assert(io.popen(("exec sh %s/run.sh >%s/out 2>&1"):format(dir, dir), "w"))
  local limit = os.time() + 60
  while not read(dir .. "/ready") do
    if os.time() > limit or read(dir .. "/ended") then
      return nil, "PostgreSQL does not start: " .. (read(dir .. "/out") or "")
    end
    os.execute "sleep 0.05"
  end
  return { dir = dir, bin = bin, pipe = pipe }
end

--- The server, started when it is first asked for; or nil and why there is
--- none. `settings`: of the server, "-c fsync=off".
---@param settings? string
---@return table? server dir (of its socket)
---@return string? message
function postgres.server(settings)
  if not server then
    local made, why = start(settings or "-c fsync=off")
    if not made then return nil, why end
    server = made
  end
  return server
end

local made = 0

--- Options of luapay.journal.postgres for a database of its own.
---@return table? options
---@return string? message why there is no server
function postgres.database()
  local running, why = postgres.server()
  if not running then return nil, why end
  made = made + 1
  local name = ("spec_%d_%d"):format(os.time(), made)
  local command = ("%s/createdb -h %s -U luapay %s 2>&1"):format(
    running.bin,
    running.dir,
    name
  )
  local said = capture(command)
  assert(said == "", said)
  return { database = name, user = "luapay", host = running.dir }
end

return postgres
