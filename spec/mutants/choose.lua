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

local function files_of(room)
  if not room.files:find "/$" then return { room.files } end
  local out = {}
  local pipe = assert(
    io.popen(
      ("find %s -name '*.lua' -o -name '*.c' | LC_ALL=C sort"):format(
        room.files
      )
    )
  )
  for path in pipe:lines() do
    -- the tables of the APIs are data; their rows have specs of their own
    if not path:find "csrc/api_%w" then out[#out + 1] = path end
  end
  pipe:close()
  return out
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
  local lines, count = {}, 0
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
    local here = bug.number and #lines == bug.number
      or not bug.number and line == bug.line
    if here and line == bug.line then
      count = count + 1
      if count == (bug.nth or 1) or bug.number then
        lines[#lines] = bug.to
        count = 1000
      end
    end
  end
  if count < 1000 then return nil end
  lines[#lines] = nil -- what follows the last line's end
  return table.concat(lines, "\n") .. "\n"
end

local function made_in(room)
  local all, out = {}, {}
  for _, path in ipairs(files_of(room)) do
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

local function room_of(rooms, path)
  for _, room in ipairs(rooms) do
    if path:sub(1, #room.files) == room.files then return room end
  end
  error("no room of spec/mutants/rooms.lua has " .. path)
end

-- The line before tells apart places that read the same.
local function same(bug, other)
  return bug.file == other.file
    and bug.line == other.line
    and bug.to == other.to
    and (not other.before or bug.before == other.before)
end

--- All bugs: list of { file, line, to, what, room, number?, reason? }; with
--- `reason`, it changes nothing.
function choose.all(rooms, list, equivalent)
  local out = {}
  for _, bug in ipairs(list) do
    bug.room = room_of(rooms, bug.file)
    bug.listed = true
    out[#out + 1] = bug
  end
  for _, room in ipairs(rooms) do
    for _, bug in ipairs(made_in(room)) do
      for _, known in ipairs(equivalent) do
        if same(bug, known) then bug.reason = known.reason end
      end
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
