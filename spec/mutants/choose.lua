-- Which bugs there are: the committed ones of list.lua, and those that the
-- operators make at places that are chosen by the text of the place, so that
-- a change elsewhere does not choose anew.

local operators = require "spec.mutants.operators"

local choose = {}

--- A number from 0 to less than 2^31, of a text.
function choose.hash(text)
  local h = 7
  for i = 1, #text do
    h = (h * 8191 + text:byte(i) * 131 + 17) % 2147483647
  end
  for _ = 1, 4 do
    h = (h * 48271 + 12345) % 2147483647
  end
  return h
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

choose.read = read

-- All files that may get bugs, in an order that does not change.
local function files()
  local out = {}
  local pipe = assert(io.popen [[
    find lua/luapay csrc -name '*.lua' -o -name '*.c' | LC_ALL=C sort]])
  for path in pipe:lines() do
    -- the tables of the APIs are data; their rows have specs of their own
    if not path:find "csrc/api_%w" then out[#out + 1] = path end
  end
  pipe:close()
  return out
end

-- The first room that has the file.
local function room_of(rooms, path)
  for _, room in ipairs(rooms) do
    for _, start in ipairs(room.files) do
      if path:sub(1, #start) == start then return room end
    end
  end
end

-- All bugs that the operators can make in a file.
local function places(path, into)
  local language = path:find "%.lua$" and "lua" or "c"
  local number, before = 0, ""
  for line in (read(path) .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    for at, made in ipairs(operators.of(line, language)) do
      into[#into + 1] = {
        file = path,
        number = number,
        line = line,
        before = before,
        to = made[2],
        what = made[1],
        rank = choose.hash(
          table.concat({ path, before, line, made[1], tostring(at) }, "|")
        ),
      }
    end
    before = line
  end
end

-- A bug must be a program: what cannot be read proves nothing.
local function compiles(bug)
  if not bug.file:find "%.lua$" then return true end
  local text = choose.apply(read(bug.file), bug)
  return (loadstring or load)(text, "=bug") ~= nil
end

--- The text of the file with the bug in it; nil when its line is not there.
function choose.apply(text, bug)
  local lines, done = {}, false
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
    if #lines == bug.number and line == bug.line then
      lines[#lines], done = bug.to, true
    end
  end
  if not done then return nil end
  lines[#lines] = nil -- what follows the last line's end
  return table.concat(lines, "\n") .. "\n"
end

-- The first ones of a room, by their rank.
local function made_in(room, paths)
  local all, out = {}, {}
  for _, path in ipairs(paths) do
    places(path, all)
  end
  table.sort(all, function(a, b)
    if a.rank ~= b.rank then return a.rank < b.rank end
    if a.file ~= b.file then return a.file < b.file end
    return a.number < b.number
  end)
  for _, bug in ipairs(all) do
    if #out >= room.made then break end
    if compiles(bug) then
      bug.room = room
      out[#out + 1] = bug
    end
  end
  return out
end

-- The line of a listed bug, which names a part of it.
local function locate(path, what, old, new)
  local bug = { file = path, what = what, line = old, to = new, listed = true }
  local number = 0
  for line in (read(path) .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    local first, last = line:find(old, 1, true)
    if first then
      bug.number, bug.line = number, line
      bug.to = line:sub(1, first - 1) .. new .. line:sub(last + 1)
      break
    end
  end
  return bug
end

-- Why the bug changes nothing, if that is known.
local function reason_of(bug, equivalent)
  for _, group in ipairs(equivalent) do
    for i = 2, group[1] == bug.file and #group or 0 do
      local why, old, new = group[i][1], group[i][2], group[i][3]
      local there = bug.line:find(old, 1, true)
      if there and bug.to:find(new, 1, true) == there then return why end
    end
  end
end

--- The bugs of a list; without `number`, the line is not there any more.
function choose.listed(list)
  local out = {}
  for _, group in ipairs(list) do
    for i = 2, #group do
      local what, old, new = group[i][1], group[i][2], group[i][3]
      out[#out + 1] = locate(group[1], what, old, new)
    end
  end
  return out
end

--- All bugs: list of { file, line, number, to, what, room, reason? }; without
--- `number` its line is gone; with `reason`, it changes nothing.
function choose.all(rooms, list, equivalent)
  local out, paths = choose.listed(list), {}
  for _, bug in ipairs(out) do
    bug.room = assert(room_of(rooms, bug.file), bug.file)
  end
  for _, path in ipairs(files()) do
    local room = room_of(rooms, path)
    if room then
      paths[room] = paths[room] or {}
      table.insert(paths[room], path)
    end
  end
  for _, room in ipairs(rooms) do
    for _, bug in ipairs(made_in(room, paths[room])) do
      bug.reason = reason_of(bug, equivalent)
      out[#out + 1] = bug
    end
  end
  return out
end

--- One in ten, by a text (a commit's hash): each commit another tenth.
function choose.tenth(bugs, text)
  local out = {}
  for i, bug in ipairs(bugs) do
    local key = ("%s|%s|%s|%d"):format(text, bug.file, bug.to, i)
    if choose.hash(key) % 10 == 0 then out[#out + 1] = bug end
  end
  return out
end

return choose
