-- Starts the server of the specs in a process of its own, and stops it.
--
--   local server = servers.start()
--   server.url.plain .. "/echo"      -- see server.lua for the listeners
--   server:log()                     -- { "POST /echo 1 1", ... } since last
--   server:stop()
--
-- Log lines: method, path, number of the connection, and which request of
-- this connection it was. The server ends with its input, so it also stops
-- when a spec crashes.
local servers = {}

local Server = {}
Server.__index = Server

local function run(command)
  local ok = os.execute(command)
  assert(ok == true or ok == 0, "failed: " .. command)
end

local function read_line_of(command)
  local pipe = assert(io.popen(command))
  local line = pipe:read("*l")
  pipe:close()
  return assert(line, "no answer from " .. command)
end

-- Opening waits until the server has something to say.
local function read_fifo(self)
  local from = assert(io.open(self.folder .. "/fifo"))
  local lines = {}
  for line in from:lines() do
    lines[#lines + 1] = line
  end
  from:close()
  return lines
end

function servers.start()
  local folder = read_line_of("mktemp -d")
  run(
    ("sh spec/support/certificates.sh %s && mkfifo %s/fifo"):format(
      folder,
      folder
    )
  )
  local self = setmetatable({ folder = folder, url = {}, port = {} }, Server)
  -- should the server not start, the second half of the line says so
  local server = "lua5.4 spec/support/server.lua FOLDER/fifo FOLDER"
  local command = server .. " || echo failed > FOLDER/fifo"
  self.pipe = assert(io.popen((command:gsub("FOLDER", folder)), "w"))
  for _, line in ipairs(read_fifo(self)) do
    local name, port = line:match("^(%w+) (%d+)$")
    assert(name, "the server of the specs did not start")
    self.port[name] = tonumber(port)
    self.url[name] = "https://localhost:" .. port
  end
  self.url.plain = "http://127.0.0.1:" .. self.port.plain
  self.ca_file = folder .. "/ca.crt"
  return self
end

--- What arrived since the last time it was asked, oldest first.
function Server:log()
  self.pipe:write("log\n")
  self.pipe:flush()
  return read_fifo(self)
end

function Server:stop()
  if not self.pipe then return end
  self.pipe:close()
  self.pipe = nil
  run("rm -rf " .. self.folder)
end

return servers
