-- What the specs of the command share: a folder of their own, in which a
-- shell finds `luapay`, run by the Lua that runs the specs.

local helper = {}

local lowest = 0
while arg[lowest - 1] do
  lowest = lowest - 1
end

local function capture(words)
  local pipe = assert(io.popen(words))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

--- A text as one word of a shell.
function helper.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local quote = helper.quote
local root = capture("pwd"):match "[^\n]+"
local interpreter = capture("command -v " .. quote(arg[lowest])):match "[^\n]+"
  or arg[lowest]

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local Folder = {}
Folder.__index = Folder

--- Writes a file into the folder.
function Folder:write(name, text)
  write(self.path .. "/" .. name, text)
end

--- Reads one; nil when it is not there.
function Folder:read(name)
  return read(self.path .. "/" .. name)
end

--- Runs a script of the shell in the folder: its status, what it says, and
--- what it says beside that.
---@return integer status
---@return string out
---@return string err
function Folder:run(script)
  write(self.path .. "/.script", script)
  local status = capture(
    ("cd %s && env -i HOME=%s PATH=%s:%s TMPDIR=%s LC_ALL=C.UTF-8 %s "):format(
      quote(self.path),
      quote(self.path),
      quote(self.path .. "/.bin"),
      quote(os.getenv "PATH"),
      quote(os.getenv "TMPDIR" or "/tmp"),
      self.environment
    ) .. "sh ./.script >.out 2>.err </dev/null; echo $?"
  )
  return tonumber(status), self:read ".out", self:read ".err"
end

--- The same, of what must end well: what it says.
function Folder:succeed(script)
  local status, out, err = self:run(script)
  assert(status == 0, ("%s: %d: %s%s"):format(script, status, out, err))
  return out
end

--- The same, of what must end with a status, say one thing, and beside that
--- another.
---@return string out
---@return string err
function Folder:expect(status, script, out, err)
  local got, said, noted = self:run(script)
  assert(
    got == status,
    ("%s: %s, not %d: %s%s"):format(script, tostring(got), status, said, noted)
  )
  assert(not out or said:find(out, 1, true), said)
  assert(not err or noted:find(err, 1, true), noted)
  return said, noted
end

function Folder:remove()
  os.execute("rm -rf " .. quote(self.path))
end

--- Where the project was built: on a disk, as /tmp need not be.
helper.build = root .. "/build"

--- Makes a folder.
---@param place? string where, if not where the system keeps such folders
function helper.folder(place)
  local there = place and " -p " .. quote(place) or ""
  local path = capture("mktemp -d" .. there):match "[^\n]+"
  local self = setmetatable({ path = path, environment = "" }, Folder)
  os.execute("mkdir " .. quote(path .. "/.bin"))
  self:write(
    ".bin/luapay",
    ('#!/bin/sh\nexec %s %s "$@"\n'):format(
      quote(interpreter),
      quote(root .. "/bin/luapay")
    )
  )
  os.execute("chmod 755 " .. quote(path .. "/.bin/luapay"))
  return self
end

--- A port that nobody listens on.
---@return integer
function helper.free_port()
  local socket = assert(require("socket").bind("127.0.0.1", 0))
  local _, port = socket:getsockname()
  socket:close()
  return tonumber(port)
end

return helper
