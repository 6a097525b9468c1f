-- The pretend providers as a real HTTPS server on this machine: nginx with
-- its Lua module, on a free port, in a temporary folder, with a throw-away CA.
-- It ends with `stop`, with its object, and with the process that started
-- it, whichever comes first.

local admin = require "luapay.sandbox.server_admin"
local files = require "luapay.sandbox.server_files"
local json = require "luapay.sandbox.json"
local programs = require "luapay.sandbox.server_programs"
local registry = require "luapay.sandbox.registry"

local server = {}

-- Fields for all: base_url ("https://localhost:<port>"), ca_file (the CA to
-- trust, PEM) and port; and each provider by its name, with the methods of
-- one in this process. Methods: these, and Infobip's by server_admin.lua.
local Server = setmetatable({}, { __index = admin })
Server.__index = Server

local PATIENCE = 10 -- seconds for nginx to be ready
local ATTEMPTS = 20 -- ports to try

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function tidy(dir)
  os.execute("rm -rf " .. files.quote(dir))
end

local function certify(dir, kind)
  write(dir .. "/certify.sh", files.certify(dir, kind))
  local out = programs.capture(
    ("sh %s 2>&1 || echo 'not done'"):format(files.quote(dir .. "/certify.sh"))
  )
  if out:find("not done", 1, true) then
    return nil, "openssl made no certificate: " .. out
  end
  return true
end

-- Below the ports that systems hand out to callers, and as random as the
-- folder's name.
local function some_port(dir)
  local sum = 0
  for i = 1, #dir do
    sum = (sum * 31 + dir:byte(i)) % 12000
  end
  return 20000 + sum
end

-- Waits until nginx is ready, or until it is known that it will not be: then
-- nil, why, and whether another port may do.
local function await(dir, port)
  local limit = os.time() + PATIENCE
  while os.time() <= limit do
    if read(dir .. "/ready") then return true end
    local out = read(dir .. "/out") or ""
    local why, taken = programs.not_listening(out, port)
    if why then return nil, why, taken end
    if read(dir .. "/ended") then break end
    os.execute("sleep 0.02")
  end
  return nil,
    "nginx does not start: " .. (read(dir .. "/out") or "") .. (read(
      dir .. "/error.log"
    ) or "")
end

-- One attempt in one folder.
local function launch(dir, options, port)
  local found, why = programs.find(dir)
  if not found then return nil, why end
  local ok, taken
  ok, why = certify(dir, options.certificate)
  if not ok then return nil, why end
  found.DIR, found.PORT = programs.escape(dir), ("%d"):format(port)
  local plain = options.http_port
  found.PLAIN = plain and ("listen 127.0.0.1:%d;"):format(plain) or ""
  found.ROOT = programs.escape(programs.root())
  found.CPATH = programs.escape(programs.cpath())
  write(dir .. "/nginx.conf", files.nginx(found))
  write(dir .. "/options.json", json.encode(options))
  write(dir .. "/run.sh", files.run(found.nginx, dir))
  local pipe = assert(
    io.popen(
      ("exec sh %s >%s 2>&1"):format(
        files.quote(dir .. "/run.sh"),
        files.quote(dir .. "/out")
      ),
      "w"
    )
  )
  ok, why, taken = await(dir, port)
  if ok then return pipe end
  pipe:close()
  return nil, why, taken
end

local function attempt(options)
  local dir = programs
    .capture('mktemp -d "${TMPDIR:-/tmp}/luapay-sandbox.XXXXXX"')
    :match("^[^\n]+")
  if not dir then return nil, "no temporary folder can be made, see TMPDIR" end
  dir = programs.absolute(dir)
  local port = options.port or some_port(dir)
  local pipe, why, taken = launch(dir, options, port)
  if not pipe then
    tidy(dir)
    return nil, why, taken
  end
  local made = setmetatable({
    base_url = "https://localhost:" .. port,
    port = port,
    ca_file = dir .. "/ca.pem",
    dir = dir,
    pipe = pipe,
  }, Server)
  for _, name in ipairs(registry) do
    made[name] = made:provider(name)
  end
  return made
end

-- Options that are wrong are a bug of the program.
local function check(options)
  local known = { port = true, http_port = true, certificate = true }
  for _, name in ipairs(registry) do
    known[name] = true
  end
  for name in pairs(options) do
    if not known[name] then
      error("sandbox: no such option: " .. tostring(name), 3)
    end
  end
  for _, name in ipairs { "port", "http_port" } do
    local port = options[name]
    local whole = type(port) == "number" and port % 1 == 0
    if port ~= nil and (not whole or port < 1 or port > 65535) then
      local said = "sandbox: %s: expected a whole number from 1 to 65535, got "
      error(said:format(name) .. tostring(port), 3)
    end
  end
end

--- Starts a server. Keep the result: the server ends with it.
---@param options? table for each provider, by its name, what its own function
--- in luapay.sandbox takes (but for `clock`); `port`: this one or none, 1 to
--- 65535; `http_port`: one without TLS, beside it; `certificate`: "good",
--- "expired", "wrong_host" or "untrusted"
---@return luapay.sandbox.Server? server
---@return string? message why there is none
function server.start(options)
  options = options or {}
  check(options)
  local made, why, taken
  for _ = 1, options.port and 1 or ATTEMPTS do
    made, why, taken = attempt(options)
    if made or not taken or options.port then return made, why end
  end
  return nil, "no free port: all that were tried are taken"
end

--- What nginx has to complain about; useful when a test fails.
---@return string
function Server:log()
  return (read(self.dir .. "/error.log") or "")
    .. (read(self.dir .. "/out") or "")
end

--- Ends the server and removes its folder; any number of times.
function Server:stop()
  if not self.pipe then return end
  self.pipe:write("stop\n")
  self.pipe:close()
  self.pipe = nil
end

return server
