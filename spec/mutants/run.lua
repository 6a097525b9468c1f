-- make mutants: puts one bug after the other into a copy of the tree, and
-- runs the specs and a short simulation against it. A bug that nothing
-- notices has survived: a spec is missing.
--
--   make mutants                 all of them
--   make mutants TENTH=commit    a tenth, chosen by the commit's hash
--   make mutants ONLY=journal    those in files whose path has this text
--   JOBS=n                       how many at once (2)

local choose = require "spec.mutants.choose"
local equivalent = require "spec.mutants.equivalent"
local list = require "spec.mutants.list"
local rooms = require "spec.mutants.rooms"

local function setting(name)
  local text = os.getenv(name)
  return text ~= "" and text or nil
end

local FOLDER = "build/mutants"

local function succeeds(command)
  local a, _, c = os.execute(command)
  if type(a) == "number" then return a == 0 end
  return a == true and c == 0
end

local function must(command)
  assert(succeeds(command), command)
end

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local PATHS = "LUA_PATH='lua/?.lua;lua/?/init.lua;;'"
  .. " LUA_CPATH='build/5.4/?.so;;'"
local BUSTED = PATHS
  .. " timeout -k 5 90 lua5.4 /usr/bin/busted --no-keep-going"
  .. " --output=plainTerminal --lpath='lua/?.lua;lua/?/init.lua'"
  .. " --cpath='build/5.4/?.so' %s"
local SIMULATE = PATHS
  .. " SEEDS=%d STORE=memory JOBS=1 timeout -k 5 240"
  .. " lua5.4 spec/simulation/run.lua"

-- Runs a command in a copy; its output is kept for who wonders.
local function passes(copy, command)
  return succeeds(
    ("cd %s && { %s; } >output 2>&1 </dev/null"):format(copy, command)
  )
end

local BUILD = "make -s LUA=5.4 modules CFLAGS='-O1 -fPIC -w'"

-- What notices a bug: its name, or nil when nothing does.
local function noticed(copy, bug)
  if bug.file:find "^csrc" and not passes(copy, BUILD) then
    return "the compiler"
  end
  for _, spec in ipairs(bug.room.specs) do
    local exists = io.open(spec)
    if exists then
      exists:close()
      if not passes(copy, BUSTED:format(spec)) then return spec end
    end
  end
  if bug.room.simulate then
    if not passes(copy, SIMULATE:format(bug.room.simulate)) then
      return "the simulation"
    end
  end
end

local function describe(bug)
  return ("%s:%s %s\n    - %s\n    + %s"):format(
    bug.file,
    bug.number or "",
    bug.what,
    (bug.line:gsub("^%s+", "")),
    (bug.to:gsub("^%s+", ""))
  )
end

local LIST_FILES = "git ls-files -z -co --exclude-standard"

-- A copy of the tree as it is in git's eyes, with what was built.
local function make_copy(number)
  local copy = ("%s/%d"):format(FOLDER, number)
  must(("rm -rf %s && mkdir -p %s/build"):format(copy, copy))
  must(LIST_FILES .. " | xargs -0 cp --parents -t " .. copy)
  must(("cp -a build/5.4 %s/build/"):format(copy))
  -- what make compares with what it has built
  must(("touch %s/build/5.4/obj/* 2>/dev/null; true"):format(copy))
  must(("find %s/build/5.4 -name '*.so' -exec touch {} +"):format(copy))
  return copy
end

local function try(copy, bug)
  local text = choose.read(bug.file)
  local changed = choose.apply(text, bug)
  if not changed then return "gone" end
  local path = copy .. "/" .. bug.file
  write(path, changed)
  local by = noticed(copy, bug)
  write(path, text)
  if bug.file:find "^csrc" then assert(passes(copy, BUILD), copy) end
  return by and "killed" or "survived", by
end

local function work(bugs, number, of)
  local copy = make_copy(number)
  local results =
    assert(io.open(("%s/%d.results"):format(FOLDER, number), "w"))
  for i = number, #bugs, of do
    local bug = bugs[i]
    local how, by = "equivalent", nil
    if not bug.reason then
      how, by = try(copy, bug)
    end
    results:write(("%d %s %s\n"):format(i, how, by or ""))
    results:flush()
  end
  results:close()
end

local function selected()
  local bugs = choose.all(rooms, list, equivalent)
  local tenth, only = setting "TENTH", setting "ONLY"
  if tenth == "commit" then tenth = capture "git rev-parse HEAD" end
  if tenth then bugs = choose.tenth(bugs, tenth) end
  if only then
    local out = {}
    for _, bug in ipairs(bugs) do
      if bug.file:find(only, 1, true) then out[#out + 1] = bug end
    end
    bugs = out
  end
  return bugs
end

local function collect(bugs, of)
  local counts = { killed = 0, survived = 0, equivalent = 0, gone = 0 }
  local by, bad = {}, 0
  for number = 1, of do
    for line in io.lines(("%s/%d.results"):format(FOLDER, number)) do
      local i, how, who = line:match "^(%d+) (%S+) ?(.*)$"
      counts[how] = counts[how] + 1
      if how == "killed" then by[who] = (by[who] or 0) + 1 end
      if how == "survived" or how == "gone" then
        bad = bad + 1
        print(how .. ": " .. describe(bugs[tonumber(i)]))
      end
    end
  end
  local names = {}
  for name in pairs(by) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    print(("  %5d  killed by %s"):format(by[name], name))
  end
  print(
    ("%d mutants: %d killed, %d survived, %d equivalent"):format(
      #bugs,
      counts.killed,
      counts.survived,
      counts.equivalent
    )
  )
  if counts.gone > 0 then
    print(
      ("%d stand in spec/mutants/list.lua, but their line has changed"):format(
        counts.gone
      )
    )
  end
  local total = counts.killed
    + counts.survived
    + counts.equivalent
    + counts.gone
  assert(total == #bugs, "a worker did not come to its end")
  return bad
end

local bugs, jobs = selected(), tonumber(setting "JOBS") or 2
local number = tonumber(setting "WORKER")
if number then
  work(bugs, number, jobs)
  os.exit(0)
end
if setting "LIST" then
  for _, bug in ipairs(bugs) do
    print(describe(bug))
  end
  os.exit(0)
end
must("mkdir -p " .. FOLDER)
local command = {}
for i = 1, jobs do
  command[i] = ("WORKER=%d JOBS=%d lua5.4 spec/mutants/run.lua &"):format(
    i,
    jobs
  )
end
must(table.concat(command, " ") .. " wait")
os.exit(collect(bugs, jobs) > 0 and 1 or 0)
