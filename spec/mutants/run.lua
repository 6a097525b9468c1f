-- make mutants: puts one bug after the other into a copy of the tree, and
-- runs the specs and a short simulation against it. A bug that nothing
-- notices has survived: a spec is missing.
--
--   make mutants                 all of them
--   make mutants TENTH=commit    a tenth, chosen by the commit's hash
--   make mutants ONLY=journal    those that have this text in "file:number"
--   JOBS=n                       how many at once (2)
--   VERBOSE=1                    prints each, and what noticed it
--   LIST=1                       prints them, and runs nothing
--   FOLDER=build/mutants         where the copies are

local choose = require "spec.mutants.choose"
local equivalent = require "spec.mutants.equivalent"
local list = require "spec.mutants.list"
local rooms = require "spec.mutants.rooms"

local function setting(name)
  local text = os.getenv(name)
  return text ~= "" and text or nil
end

local FOLDER = setting "FOLDER" or "build/mutants"

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
local BUSTED = "env LUA_CPATH='build/%s/?.so;;' lua%s /usr/bin/busted"
  .. " --no-keep-going --output=plainTerminal"
  .. " --lpath='lua/?.lua;lua/?/init.lua' --cpath='build/%s/?.so' %s"
local SIMULATE = "env LUA_CPATH='build/5.4/?.so;;'"
  .. " SEEDS=%d FLOW=%s STORE=%s JOBS=1 lua5.4 spec/simulation/run.lua"
local BUILD = "make -s LUA=5.4 modules CFLAGS='-O1 -fPIC -w'"

-- Runs a command in a copy; its output is kept for who wonders. Without an
-- end, or with more memory than a program needs, it fails.
local function passes(copy, command, seconds)
  return succeeds(
    ("cd %s && ulimit -v 8000000 && %s timeout -k 5 %d %s"):format(
      copy,
      PATHS,
      seconds,
      command
    ) .. " >output 2>&1 </dev/null"
  )
end

local function specs_in(copy, place)
  local out = {}
  local command = "cd %s && find %s -name '*_spec.lua' | LC_ALL=C sort"
  local pipe = assert(io.popen(command:format(copy, place)))
  for path in pipe:lines() do
    out[#out + 1] = path
  end
  pipe:close()
  return out
end

-- "lua/luapay/flow/topup.lua" is named "topup", and so is its simulation;
-- the names of a file that is one of a folder are the folder's as well.
local function names_of(path)
  local names = {}
  for name in path:gsub("%.%w+$", ""):gmatch "[^/]+" do
    table.insert(names, 1, name)
  end
  return names
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

-- What is run against a bug in a file, each once: commands and their names.
local function trials_of(copy, bug)
  local trials, seen, named, others = {}, {}, {}, {}
  local names = names_of(bug.file)
  for _, place in ipairs(bug.room.specs) do
    for _, path in ipairs(specs_in(copy, place)) do
      local own = path:match "([^/]+)_spec%.lua$" == names[1]
      if not seen[path] then table.insert(own and named or others, path) end
      seen[path] = true
    end
  end
  for _, paths in ipairs { named, others } do
    for _, path in ipairs(paths) do
      local v = bug.room.lua or "5.4"
      trials[#trials + 1] = { path, BUSTED:format(v, v, v, path) }
    end
  end
  local histories = bug.room.simulate
  if not histories then return trials end
  for i = 1, 2 do
    local flow = names[i]
    if exists(("spec/simulation/scenarios/%s.lua"):format(flow)) then
      local command = SIMULATE:format(histories / 2, flow, "memory")
      trials[#trials + 1] = { "the simulation of " .. flow, command }
    end
  end
  local store = bug.file:find "/journal/" and "" or "memory"
  local command = SIMULATE:format(histories, "", store)
  trials[#trials + 1] = { "the simulation", command }
  return trials
end

local clock = require("luapay.core").boottime

-- How many seconds a trial took that passed: it may take more, not for ever.
local took = {}

local function try(copy, trial)
  local name, began = trial[1], clock()
  local limit = took[name] and 10 + 5 * took[name] or 120
  local passed = passes(copy, trial[2], math.ceil(limit))
  if passed then took[name] = math.max(took[name] or 0, clock() - began) end
  return passed
end

-- What notices a bug: the trial, or nil when none does.
local function noticed(copy, trials)
  for _, trial in ipairs(trials) do
    if not try(copy, trial) then return trial end
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
  for _, lua in ipairs { "5.4", "5.1", "luajit" } do
    must(("cp -a build/%s %s/build/"):format(lua, copy))
  end
  return copy
end

-- Builds the copy with this text in the file.
local function put(copy, path, text)
  write(copy .. "/" .. path, text)
  return not path:find "^csrc" or passes(copy, BUILD, 600)
end

local function apply(copy, bug)
  -- as it was when the copy was made
  local text = choose.read(copy .. "/" .. bug.file)
  local changed = choose.apply(text, bug)
  if not changed then return "gone" end
  local compiled = put(copy, bug.file, changed)
  local by = compiled and noticed(copy, trials_of(copy, bug))
  assert(put(copy, bug.file, text), copy .. "/output")
  if not compiled then return "killed", "the compiler" end
  if not by then return "survived" end
  -- one that fails without a bug would notice every bug
  if not took[by[1]] and not try(copy, by) then
    assert(try(copy, by), by[1] .. " fails without a bug: " .. copy)
  end
  return "killed", by[1]
end

local function work(bugs, number, of)
  io.stdout:setvbuf "line"
  local copy = make_copy(number)
  local results =
    assert(io.open(("%s/%d.results"):format(FOLDER, number), "w"))
  for i = number, #bugs, of do
    local bug = bugs[i]
    local how, by = "equivalent", nil
    if not bug.reason then
      how, by = apply(copy, bug)
    end
    results:write(("%d %s %s\n"):format(i, how, by or ""))
    results:flush()
    if setting "VERBOSE" then
      print(("%d/%d %s %s %s"):format(i, #bugs, how, bug.file, by or ""))
    end
    if how == "survived" or how == "gone" then
      print(("%d/%d %s: %s"):format(i, #bugs, how, describe(bug)))
    end
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
      local place = ("%s:%s"):format(bug.file, bug.number or "")
      if place:find(only, 1, true) then out[#out + 1] = bug end
    end
    bugs = out
  end
  return bugs
end

local function collect(bugs, of, began)
  local counts = { killed = 0, survived = 0, equivalent = 0, gone = 0 }
  local by, bad = {}, 0
  for number = 1, of do
    for line in io.lines(("%s/%d.results"):format(FOLDER, number)) do
      local _, how, who = line:match "^(%d+) (%S+) ?(.*)$"
      counts[how] = counts[how] + 1
      if how == "killed" then by[who] = (by[who] or 0) + 1 end
      if how == "survived" or how == "gone" then bad = bad + 1 end
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
    ("%d mutants in %d s: %d killed, %d survived, %d equivalent"):format(
      #bugs,
      math.floor(clock() - began),
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
local began = clock()
must("mkdir -p " .. FOLDER)
local command = {}
for i = 1, jobs do
  command[i] = ("WORKER=%d JOBS=%d lua5.4 spec/mutants/run.lua &"):format(
    i,
    jobs
  )
end
must(table.concat(command, " ") .. " wait")
os.exit(collect(bugs, jobs, began) > 0 and 1 or 0)
