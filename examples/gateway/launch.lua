-- Starts the pretend providers, and nginx with the gateway, on this machine.
-- Both end with what `start` returns, and with the process.

local json = require "cjson.safe"
local luapay = require "luapay"
local programs = require "luapay.sandbox.server_programs"
local sandbox = require "luapay.sandbox.server"

local launch = {}

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"

-- The text of a file; nil where there is none.
local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- A text as one word of a shell.
local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The subscription provider that the sandbox has.
local PROVIDER = "f0000000-0000-4000-8000-000000000001"

local function random_text()
  local file = assert(io.open("/dev/urandom", "rb"))
  local bytes = file:read(24)
  file:close()
  return (
    bytes:gsub(".", function(byte)
      return ("%02x"):format(byte:byte())
    end)
  )
end

-- What the gateway must know; secrets are made anew each time.
local function settings(address, provider, password)
  return {
    address = address,
    base_url = provider.base_url,
    ca_file = provider.ca_file,
    journal = provider.dir .. "/journal.db",
    secret = random_text(),
    password = password or random_text():sub(1, 12),
    provider_id = PROVIDER,
    refresh_token = provider.mobilepay_subscriptions:refresh_token(),
    callback_password = random_text(),
    public_address = "https://gateway.example",
  }
end

-- MobilePay is told once how its callbacks shall show who they are.
local function register(given, provider)
  local client = luapay.mobilepay_subscriptions {
    base_url = given.base_url,
    transport = luapay.transport.curl { ca_file = given.ca_file },
    provider_id = given.provider_id,
    access_token = provider.mobilepay_subscriptions:access_token(),
  }
  assert(client:set_callback_auth_basic {
    user_name = "mobilepay",
    password = given.callback_password,
  })
end

-- Writes what nginx needs into a folder; returns the folder, and nginx.
local function configure(provider, port, given)
  local dir = provider.dir .. "/gateway"
  os.execute("mkdir -p " .. quote(dir .. "/tmp"))
  local found = assert(programs.find(dir))
  write(dir .. "/settings.json", json.encode(given))
  local values = {
    dir = dir,
    lua = programs.root(),
    cpath = programs.cpath(),
    here = programs.absolute(here),
    ca = given.ca_file,
    settings = dir .. "/settings.json",
  }
  for name, path in pairs(values) do
    values[name] = programs.escape(path)
  end
  values.modules, values.temporary = found.MODULES, found.TEMPORARY
  values.port = ("%d"):format(port)
  values.user = programs.capture("id -un"):match "%S+"
  local conf = read(here .. "nginx.conf"):gsub("{(%l+)}", values)
  write(dir .. "/nginx.conf", conf)
  return dir, found.nginx
end

-- nginx runs for as long as somebody holds the script's input open.
local RUN = [[
trap '' INT
cd %s || exit 1
exec 3<&0
%s -p "$PWD" -c nginx.conf </dev/null >out 2>&1 3<&- &
nginx=$!
{ read -r line <&3; kill "$nginx" 2>/dev/null; } &
wait "$nginx"
: >ended
wait
]]

-- Waits until nginx listens; or returns nil, and why it does not.
local function await(dir, port)
  for _ = 1, 200 do
    local said = read(dir .. "/out") or ""
    local why = programs.not_listening(said, port)
    if why then return nil, why end
    if read(dir .. "/ended") then return nil, "nginx has ended: " .. said end
    if read(dir .. "/nginx.pid") then return true end
    os.execute "sleep 0.05"
  end
  return nil, "nginx does not start"
end

local Gateway = {}
Gateway.__index = Gateway

--- What nginx has to complain about.
function Gateway:log()
  return (read(self.dir .. "/error.log") or "") .. read(self.dir .. "/out")
end

--- Ends both; any number of times.
function Gateway:stop()
  if not self.pipe then return end
  self.pipe:write "stop\n"
  self.pipe:close()
  self.pipe = nil
  self.provider:stop()
end

--- Starts the gateway.
---@param options { port: integer?, password: string? } 8080, random
---@return table? gateway address, password, provider (the sandbox); stop()
---@return string? message why there is none
function launch.start(options)
  local port = options.port or 8080
  local address = ("http://127.0.0.1:%d"):format(port)
  local provider, why = sandbox.start {
    mobip = { public_url = address .. "/pretend" },
    mobilepay_subscriptions = {
      landing_page = address .. "/pretend/mobilepay",
    },
  }
  if not provider then return nil, why end
  local given = settings(address, provider, options.password)
  register(given, provider)
  local dir, nginx = configure(provider, port, given)
  write(dir .. "/run.sh", RUN:format(quote(dir), quote(nginx)))
  local gateway = setmetatable({
    address = address,
    password = given.password,
    provider = provider,
    dir = dir,
    pipe = assert(io.popen("exec sh " .. quote(dir .. "/run.sh"), "w")),
  }, Gateway)
  local listens
  listens, why = await(dir, port)
  if listens then return gateway end
  gateway:stop()
  return nil, why
end

return launch
