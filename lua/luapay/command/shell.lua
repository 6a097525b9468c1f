-- shell.lua - what a command has to do with who called it: what it says and
-- where, whether that is a terminal, the environment, files.

local core = require "luapay.core"

local Shell = {}
Shell.__index = Shell

local COLOURS = {
  red = "31",
  green = "32",
  yellow = "33",
  bold = "1",
  dim = "2",
}

--- Exit statuses. What happened to the money decides.
Shell.DONE, Shell.FAILED, Shell.USAGE, Shell.UNKNOWN = 0, 1, 2, 3

--- Text in a colour, where the output is a terminal that may have some.
---@param name string
---@param text string
---@param to? "out"|"err"
---@return string
function Shell:paint(name, text, to)
  if not self.colours[to or "out"] then return text end
  return ("\27[%sm%s\27[0m"):format(COLOURS[name], text)
end

--- Writes a line to the output.
function Shell:say(format, ...)
  local text = select("#", ...) > 0 and format:format(...) or format
  self.out:write(text, "\n")
end

--- Writes a line for a person: it is no result.
function Shell:note(format, ...)
  local text = select("#", ...) > 0 and format:format(...) or format
  self.out:flush()
  self.err:write(text, "\n")
end

--- Says that a command was not called as it must be.
---@return integer status
function Shell:refuse(format, ...)
  self:note("luapay %s: " .. format, self.command, ...)
  return Shell.USAGE
end

--- What the environment says, or nil; "" counts as nothing.
---@param name string
---@return string?
function Shell:env(name)
  local value = self.getenv(name)
  return value ~= "" and value or nil
end

--- A text as one word of a shell, as short as can be.
---@param text string
---@return string
function Shell.word(text)
  text = tostring(text)
  if text:find "^[%w_./:@%%+,=-]+$" then return text end
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local UNITS = { s = 1, m = 60, h = 3600, d = 86400 }

--- The seconds of a text like 90s, 10m, 2h or 3d; nil where it is none.
---@param text string
---@return number?
function Shell.seconds(text)
  local count, unit = text:match "^(%d+%.?%d*)([smhd]?)$"
  return count and tonumber(count) * (UNITS[unit] or 1) or nil
end

--- All of a file; "-" is the standard input.
---@param path string
---@return string? text
---@return string? why
function Shell.read(path)
  if path == "-" then return io.read "*a" or "" end
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local text, no = file:read "*a"
  file:close()
  if not text then return nil, ("%s: %s"):format(path, tostring(no)) end
  return text
end

-- Bytes that a terminal would obey are shown, not obeyed.
local function shown(text)
  return (
    tostring(text):gsub("[%z\1-\8\11-\31\127]", function(byte)
      return ("\\x%02x"):format(byte:byte())
    end)
  )
end
Shell.shown = shown

local function width_of(text)
  local bare = text:gsub("\27%[%d*m", "")
  local _, width = bare:gsub("[^\128-\191]", "")
  return width
end

--- Lines of columns, each as wide as its widest cell.
---@param rows string[][]
---@param indent? string
---@return string[]
function Shell.columns(rows, indent)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      widths[i] = math.max(widths[i] or 0, width_of(cell))
    end
  end
  for n, row in ipairs(rows) do
    local line = indent or ""
    for i, cell in ipairs(row) do
      local gap = i < #row and (" "):rep(widths[i] - width_of(cell) + 2) or ""
      line = line .. cell .. gap
    end
    lines[n] = line:gsub("%s+$", "")
  end
  return lines
end

--- A value to be read: one field a line, what is inside it further in.
---@param value any
---@param indent? string
---@return string[]
function Shell.readable(value, indent)
  indent = indent or ""
  if type(value) ~= "table" then return { indent .. shown(value) } end
  local lines, names = {}, {}
  for name, inner in pairs(value) do
    if type(inner) ~= "function" then names[#names + 1] = name end
  end
  table.sort(names, function(a, b)
    if type(a) == type(b) then return a < b end
    return type(a) == "number"
  end)
  for _, name in ipairs(names) do
    local inner = value[name]
    if type(inner) == "table" and inner ~= core.null then
      lines[#lines + 1] = ("%s%s:"):format(indent, shown(name))
      for _, line in ipairs(Shell.readable(inner, indent .. "  ")) do
        lines[#lines + 1] = line
      end
    else
      local text = inner == core.null and "null" or shown(inner)
      lines[#lines + 1] = ("%s%s: %s"):format(indent, shown(name), text)
    end
  end
  if not lines[1] then lines[1] = indent .. "(nothing)" end
  return lines
end

--- Writes lines to the output.
---@param lines string[]
function Shell:lines(lines)
  if lines[1] then self.out:write(table.concat(lines, "\n"), "\n") end
end

--- Asks a question that is answered by yes or no; nobody is asked who is not
--- at a terminal.
---@param question string
---@return boolean? yes nil: there is nobody to ask
function Shell:ask(question)
  if not (self.terminals[0] and self.terminals[2]) then return nil end
  self.err:write(question, " [y/N] ")
  self.err:flush()
  local answer = io.read "*l" or ""
  return answer:lower():find "^y" ~= nil
end

--- The shell of this process.
---@return table
function Shell.new()
  local self = setmetatable({
    out = io.stdout,
    err = io.stderr,
    getenv = os.getenv,
    command = "",
  }, Shell)
  self.terminals = {}
  for fd = 0, 2 do
    self.terminals[fd] = core.terminal(fd)
  end
  local allowed = not self:env "NO_COLOR" and self:env "TERM" ~= "dumb"
  self.colours = {
    out = allowed and self.terminals[1] and true or false,
    err = allowed and self.terminals[2] and true or false,
  }
  return self
end

return Shell
