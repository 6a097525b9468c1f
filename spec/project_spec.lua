-- Rules of the project that its files must keep, so that none depends on
-- somebody's memory: the rockspec names every file, and no arrow between the
-- rooms points upwards.

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

-- The paths under the folders, sorted, whose names end as asked.
local function files(folders, ending)
  local found = {}
  local command = "find " .. folders .. " -type f | LC_ALL=C sort"
  local pipe = assert(io.popen(command))
  for path in pipe:lines() do
    if path:find(ending .. "$") then found[#found + 1] = path end
  end
  pipe:close()
  return found
end

local function set(list)
  local members = {}
  for _, name in ipairs(list) do
    members[name] = true
  end
  return members
end

local function keys(members)
  local list = {}
  for name in pairs(members) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

-- C modules that have another one inside.
local INSIDE = { curl = "http" }

-- The C module that a source or a header belongs to.
local function c_module(path)
  local parts = {
    connection = "curl",
    crypto = "crypto",
    curl = "curl",
    http = "http",
    pool = "curl",
    postgres = "postgres",
    sqlite = "sqlite",
  }
  for part, name in pairs(parts) do
    if path:find("^csrc/" .. part) then return name end
  end
  return "core"
end

local ROCKSPEC = "luapay-scm-1.rockspec"

-- The rockspec as a table.
local function rockspec()
  local env = {}
  local chunk
  if setfenv then
    chunk = setfenv(assert(loadstring(read(ROCKSPEC))), env)
  else
    chunk = assert(load(read(ROCKSPEC), ROCKSPEC, "t", env))
  end
  chunk()
  return env
end

describe("the rockspec", function()
  local modules = rockspec().build.modules

  it("names every Lua file, under the name that require knows", function()
    local named = {}
    for name, path in pairs(modules) do
      if type(path) == "string" then named[path] = name end
    end
    for _, path in ipairs(files("lua", "%.lua")) do
      if not path:find("^lua/luapay/meta/") then
        local name = path:match("^lua/(.*)%.lua$"):gsub("/", ".")
        assert.equal((name:gsub("%.init$", "")), named[path], path)
        named[path] = nil
      end
    end
    assert.same({}, keys(named), "named, but not there")
  end)

  it("names every C file", function()
    local named = {}
    for _, module in pairs(modules) do
      if type(module) == "table" then
        for _, path in ipairs(module.sources) do
          named[path] = true
        end
      end
    end
    assert.same(files("csrc", "%.c"), keys(named))
  end)

  it("builds a C file into the module that the Makefile does", function()
    for name, module in pairs(modules) do
      if type(module) == "table" then
        for _, path in ipairs(module.sources) do
          local own = c_module(path)
          local outer = own == INSIDE[name:match "[^.]+$"]
          assert.truthy(outer or "luapay." .. own == name, path)
        end
      end
    end
  end)

  it("has the version in its name", function()
    local spec = rockspec()
    assert.equal(ROCKSPEC, spec.package .. "-" .. spec.version .. ".rockspec")
  end)
end)

describe("the rooms", function()
  -- Who may require whom. A room that is not named here may require nothing
  -- of ours; a room may always require itself.
  -- stylua: ignore
  local ALLOWED = {
    init = { "auth", "callback", "client", "core", "fault", "flow", "help",
      "journal",
      "task", "transport" },
    callback = { "core", "crypto", "fault", "guard", "json", "mobip",
      "options", "random", "task" },
    flow = { "callback", "core", "decimal", "fault", "guard", "journal",
      "mobip", "options", "random", "task" },
    journal = { "core", "decimal", "fault", "options", "postgres", "random",
      "sqlite", "task" },
    mobip = { "fault" },
    task = { "guard" },
    client = { "call", "core", "fault", "help", "inner", "options", "page",
      "raw", "row" },
    inner = { "core", "hooks", "idempotency", "retry", "transport" },
    call = { "core", "dress", "exchange", "fault", "hooks", "random",
      "retry" },
    raw = { "core", "exchange", "fault", "header", "json", "options" },
    dress = { "core", "fault", "header", "random" },
    exchange = { "core", "fault", "hooks", "retry" },
    auth = { "core", "crypto", "fault", "guard", "options" },
    idempotency = { "core" },
    help = { "core" },
    row = { "core" },
    json = { "core" },
    transport = { "core", "curl", "guard", "http", "options", "task" },
    sandbox = { "crypto" },
    command = { "auth", "core", "decimal", "help", "options", "sandbox",
      "transport" },
  }

  -- Who may require what is not ours.
  local FOREIGN = {
    command = { "argparse" },
    json = { "cjson" },
    mobip = { "zlib" },
    task = { "ngx.semaphore" }, -- in nginx, where it is there
    transport = { "ngx", "ngx.ssl" }, -- in nginx, and only when asked for
  }

  local function each_require(use)
    for _, path in ipairs(files("lua", "%.lua")) do
      local room = path:match("^lua/luapay/([%w_]+)")
      for name in read(path):gmatch("require%s*%(?%s*[\"']([%w_.]+)") do
        use(path, room, name)
      end
    end
  end

  it("have no arrow that points upwards", function()
    each_require(function(path, room, name)
      local to = name:match("^luapay%.([%w_]+)")
      if to and to ~= room then
        assert.truthy(
          set(ALLOWED[room] or {})[to],
          path .. " requires " .. name
        )
      end
    end)
  end)

  it("use what is not ours where it is listed, and only there", function()
    each_require(function(path, room, name)
      if name ~= "luapay" and not name:find("^luapay%.") then
        assert.truthy(
          set(FOREIGN[room] or {})[name],
          path .. " requires " .. name
        )
      end
    end)
  end)

  it("are required by a name that is written out", function()
    for _, path in ipairs(files("lua", "%.lua")) do
      for argument in read(path):gmatch("[^%w_.]require%s*(%b())") do
        local named = argument:find("^%(%s*[\"']")
        assert.truthy(named, path .. ": " .. argument)
      end
    end
  end)

  -- what stands below all rooms
  local SHARED = { ["compat.h"] = true, ["host.h"] = true }

  it("include no header of a room above", function()
    for _, path in ipairs(files("csrc", "%.[ch]")) do
      local own = c_module(path)
      for name in read(path):gmatch('#include "([^"]+)"') do
        local theirs = c_module("csrc/" .. name)
        assert.truthy(
          SHARED[name] or own == theirs or INSIDE[own] == theirs,
          path .. " includes " .. name
        )
      end
    end
  end)
end)

describe("a file", function()
  local FOLDERS = "csrc lua spec examples bench doc .ci"

  -- Types for editors: a field's type cannot be broken into lines.
  local function is_meta(path)
    return path:find("^lua/luapay/meta/") ~= nil
  end

  -- What is wrong with a line, or nil.
  local function wrong(line)
    local _, width = line:gsub("[^\128-\191]", "")
    return width > 79 and "is too long"
      or line:find("\t") and "has a tab"
      or line:find("%s$") and "ends with a space"
  end

  it("has short lines, without tabs and spaces at the end", function()
    local found = {}
    for _, path in ipairs(files(FOLDERS, "%.[luach]+")) do
      local number = 0
      for line in read(path):gmatch("([^\n]*)\n") do
        number = number + 1
        local what = not is_meta(path) and wrong(line)
        if what then
          found[#found + 1] = ("%s:%d %s"):format(path, number, what)
        end
      end
    end
    assert.same({}, found)
  end)

  it("ends with one line feed", function()
    for _, path in ipairs(files(FOLDERS, "%.[luach]+")) do
      assert.truthy(read(path):find("[^\n]\n$"), path)
    end
  end)

  it("asks for the version of Lua in compat.h only", function()
    for _, path in ipairs(files("csrc", "%.[ch]")) do
      if path ~= "csrc/compat.h" then
        assert.is_nil(read(path):find("LUA_VERSION_NUM"), path)
      end
    end
  end)

  it("knows no folder of the machine it was written on", function()
    -- in pieces, or this file would be found
    local places = { "/" .. "work/", "/" .. "root/", "/" .. "home/" }
    for _, path in ipairs(files(FOLDERS .. " doc Makefile", ".")) do
      for _, place in ipairs(places) do
        assert.is_nil(read(path):find(place, 1, true), path)
      end
    end
  end)
end)

describe("a line for which a bug is listed in spec/mutants", function()
  -- Whoever changes it changes spec/mutants/list.lua (equivalent.lua).
  it("still stands", function()
    local choose = require "spec.mutants.choose"
    for _, bug in ipairs(choose.listed(require "spec.mutants.list")) do
      assert(bug.number, ("%s: %s: %s"):format(bug.file, bug.what, bug.line))
    end
    for _, group in ipairs(require "spec.mutants.equivalent") do
      local text = read(group[1])
      for i = 2, #group do
        assert(text:find(group[i][2], 1, true), group[1] .. group[i][2])
      end
    end
  end)
end)

describe('require "luapay"', function()
  it("sets no global", function()
    local before = {}
    for name in pairs(_G) do
      before[name] = true
    end
    for name in pairs(package.loaded) do
      if name:find("^luapay") then package.loaded[name] = nil end
    end
    require("luapay")
    for name in pairs(_G) do
      assert.truthy(before[name], "global " .. tostring(name))
    end
  end)
end)
