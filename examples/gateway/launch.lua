-- Starts the pretend providers, and nginx with the gateway, on this machine.
-- Both end with what `start` returns, and with the process.

local json = require "cjson.safe"
local luapay = require "luapay"
local programs = require "luapay.sandbox.server_programs"
local sandbox = require "luapay.sandbox.server"

local launch = {}

local here = debug.getinfo(1, "S").source:match "^@(.*/)" or "./"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function absolute(path)
  if path:sub(1, 1) == "/" then return path end
  return programs.capture("pwd"):gsub("\n$", "") .. "/" .. path
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

local function configure(provider, port, given)
  local dir = provider.dir .. "/gateway"
  os.execute(("mkdir -p '%s'"):format(dir))
  local found = assert(programs.find(dir))
  write(dir .. "/settings.json", json.encode(given))
  local conf = read(here .. "nginx.conf"):gsub("{(%l+)}", {
    modules = found.MODULES,
    temporary = found.TEMPORARY,
    dir = dir,
    lua = absolute(here) .. "../../lua/",
    here = absolute(here),
    build = absolute(here) .. "../../build/luajit/",
    ca = given.ca_file,
    settings = dir .. "/settings.json",
    port = tostring(port),
    user = programs.capture("id -un"):match "%S+",
  })
  os.execute(("mkdir -p '%s/tmp'"):format(dir))
  write(dir .. "/nginx.conf", conf)
  return found.nginx, dir
end

-- nginx runs for as long as somebody holds the script's input open.
local RUN = [[
trap '' INT
exec 3<&0
'%s' -p '%s' -c nginx.conf </dev/null 3<&- &
read -r line <&3
kill "$!"
wait
]]

-- Until it answers, or has said why it does not.
local function await(address)
  local ask = ("curl -so /dev/null --max-time 2 %s/style.css"):format(address)
  for _ = 1, 100 do
    local good = os.execute(ask)
    if good == true or good == 0 then return end
    os.execute "sleep 0.05"
  end
  error("the gateway does not answer at " .. address)
end

local Gateway = {}
Gateway.__index = Gateway

--- What nginx has to complain about.
function Gateway:log()
  return read(self.dir .. "/error.log")
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
---@return table gateway address, password, provider (the sandbox); stop()
function launch.start(options)
  local port = options.port or 8080
  local address = "http://127.0.0.1:" .. port
  local provider = assert(sandbox.start {
    mobip = { public_url = address .. "/pretend" },
    mobilepay_subscriptions = {
      landing_page = address .. "/pretend/mobilepay",
    },
  })
  local given = settings(address, provider, options.password)
  register(given, provider)
  local nginx, dir = configure(provider, port, given)
  write(dir .. "/run.sh", RUN:format(nginx, dir))
  local pipe = assert(io.popen("exec sh '" .. dir .. "/run.sh'", "w"))
  await(address)
  return setmetatable({
    address = address,
    password = given.password,
    provider = provider,
    dir = dir,
    pipe = pipe,
  }, Gateway)
end

return launch
