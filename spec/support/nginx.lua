-- Starts an nginx with the Lua module for a spec, and stops it. It ends
-- with its input, so also when a spec crashes.
--
--   local nginx = nginxes.start { main = "...", http = "...",
--     locations = "...",
--     workers = 1, environment = "NAME=value" }
--   nginx:post("/path", body) --> status, body
--   nginx:begin("/path", body) --> a call that is under way
--   nginx:reload()
--   nginx:log()
--   nginx:stop()
--
-- In the texts, @PORT is the port, @DIR a folder of its own, @HERE the
-- project's.
local files = require "luapay.sandbox.server_files"
local programs = require "luapay.sandbox.server_programs"
local socket = require "socket"

local nginxes = {}

local Nginx = {}
Nginx.__index = Nginx

local CONF = [[
daemon off;
@USER
master_process on;
worker_processes @WORKERS;
pid "@DIR/nginx.pid";
error_log "@DIR/error.log" info;
@MODULES
@MAIN
events { worker_connections 2048; }
http {
  access_log off;
@TEMPORARY
@PATHS
  keepalive_requests 1000000;
  client_max_body_size 32m;
  client_body_buffer_size 8m;
@HTTP
  server {
    listen 127.0.0.1:@PORT @LISTEN;
    lua_socket_log_errors off;
    lua_code_cache on;
@LOCATIONS
    location = /up { return 204; }
  }
}
]]

-- Where a text of the spec does not say it.
local PATHS = [[
  lua_package_path "@HERE/?.lua;@HERE/lua/?.lua;@HERE/lua/?/init.lua;;";
  lua_package_cpath "@HERE/build/luajit/?.so;;";
]]

local RUN = [[
trap '' INT HUP QUIT TERM
starter=$PPID
exec 3<&0
env %s %s -e %s -p %s -c %s </dev/null 3<&- >%s 2>&1 &
nginx=$!
{ read -r line <&3; kill -TERM "$nginx"; } 2>/dev/null &
reader=$!
{ while kill -0 "$starter"; do sleep 1; done
  kill -TERM "$nginx"; kill -9 "$reader"; } 2>/dev/null &
guard=$!
wait "$nginx"
: >%s
wait "$reader"
kill -9 "$guard"
rm -rf %s
]]

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "*a" or ""
  if file then file:close() end
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

--- Why there can be no nginx, or nil. In CI there must be one.
---@return string?
function nginxes.missing()
  local _, why = programs.find "/tmp"
  local core = io.open "build/luajit/luapay/core.so"
  if core then core:close() end
  why = why or not core and "luapay is not built for LuaJIT" or nil
  assert(not (why and os.getenv "CI"), why)
  return why
end

local function free_port()
  local probe = assert(socket.bind("127.0.0.1", 0))
  local _, port = probe:getsockname()
  probe:close()
  return ("%d"):format(port)
end

local function here()
  return (programs.capture "pwd":gsub("\n$", ""))
end

local function configure(dir, given)
  local values = assert(programs.find(dir))
  values.DIR, values.HERE, values.PORT = dir, here(), free_port()
  values.HTTP, values.LOCATIONS = given.http or "", given.locations or ""
  values.MAIN = given.main or ""
  values.WORKERS = tostring(given.workers or 1)
  -- workers of their own may not read what belongs to root
  local root = programs.capture("id -u"):match "^0"
  values.USER = root and "user root;" or ""
  values.LISTEN = (given.workers or 1) > 1 and "reuseport" or ""
  values.PATHS = values.HTTP:find "lua_package_path" and "" or PATHS
  local function fill(text)
    return (text:gsub("@(%u+)", values))
  end
  for _, name in ipairs { "PATHS", "HTTP", "LOCATIONS" } do
    values[name] = fill(values[name])
  end
  write(dir .. "/nginx.conf", fill(CONF))
  return values
end

function nginxes.start(given)
  local dir = programs.capture("mktemp -d"):match "^[^\n]+"
  local values = configure(dir, given)
  local q = files.quote
  write(
    dir .. "/run.sh",
    RUN:format(
      given.environment or "",
      q(values.nginx),
      q(dir .. "/error.log"),
      q(dir),
      q(dir .. "/nginx.conf"),
      q(dir .. "/out"),
      q(dir .. "/ended"),
      q(dir)
    )
  )
  local self = setmetatable({
    dir = dir,
    port = tonumber(values.PORT),
    url = "http://127.0.0.1:" .. values.PORT,
    pipe = assert(io.popen("exec sh " .. q(dir .. "/run.sh"), "w")),
  }, Nginx)
  for _ = 1, 200 do
    if pcall(self.post, self, "/up") then return self end
    local ended = io.open(dir .. "/ended")
    if ended then
      ended:close()
      break
    end
    socket.sleep(0.02)
  end
  local why = self:log() .. read(dir .. "/out")
  self:stop()
  error("nginx does not start: " .. why)
end

--- Sends a request over a connection of its own, and comes back before it is
--- answered.
---@return table call `call:is_answered()`, `call:answer()` -> status, body;
--- `call:hang_up()`
function Nginx:begin(path, body, method)
  local tcp = assert(socket.tcp())
  tcp:settimeout(30)
  assert(tcp:connect("127.0.0.1", self.port))
  body = body or ""
  assert(
    tcp:send(
      ("%s %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n"):format(
        method or "POST",
        path,
        #body
      ) .. body
    )
  )
  return {
    is_answered = function()
      return #socket.select({ tcp }, nil, 0) > 0
    end,
    answer = function()
      local answer = assert(tcp:receive "*a")
      tcp:close()
      local status = assert(answer:match "^HTTP/%S+ (%d+)", "no answer")
      return tonumber(status), answer:match "\r\n\r\n(.*)$"
    end,
    hang_up = function()
      tcp:close()
    end,
  }
end

--- Sends a request over a connection of its own.
---@return integer status
---@return string body
function Nginx:post(path, body)
  return self:begin(path, body):answer()
end

--- The same, as a GET.
function Nginx:get(path)
  return self:begin(path, nil, "GET"):answer()
end

--- What nginx has to say.
function Nginx:log()
  return read(self.dir .. "/error.log")
end

--- Lets new workers take over, and waits until they are there.
function Nginx:reload()
  local _, before = self:log():gsub("start worker process %d", "")
  os.execute(("kill -HUP %s"):format(read(self.dir .. "/nginx.pid")))
  for _ = 1, 200 do
    local _, after = self:log():gsub("start worker process %d", "")
    if after > before then return end
    socket.sleep(0.02)
  end
  error "nginx does not reload"
end

function Nginx:stop()
  if not self.pipe then return end
  self.pipe:close()
  self.pipe = nil
end

return nginxes
