-- The core's C: all of it can be linked into one library, and a name means
-- one thing in all of it.

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

-- The core's sources, as the rockspec names them.
local function sources()
  local list = read "luapay-scm-1.rockspec"
  list = list:match '%["luapay%.core"%] = {%s*sources = {(.-)}'
  local paths = {}
  for path in list:gmatch '"([^"]+)"' do
    paths[#paths + 1] = path
  end
  return paths
end

-- The functions that a file defines, those that others can call or all: they
-- begin a line, and end it with {.
local function functions(path, exported)
  local names = {}
  for line in read(path):gmatch "\n(%a[^\n]-) %(" do
    local name = line:match "([%w_]+)$"
    local hidden = line:find "^static" or line:find "^typedef"
    if name and line:find " " and not (exported and hidden) then
      names[name] = true
    end
  end
  return names
end

describe("the core's C", function()
  it("has no two functions of one name", function()
    local where = {}
    local count = 0
    for _, path in ipairs(sources()) do
      for name in pairs(functions(path)) do
        assert.is_nil(where[name], name .. " in " .. path)
        where[name] = path
        count = count + 1
      end
    end
    assert.is_true(count > 200, count)
  end)

  it("can be linked with all other C into one library", function()
    local where = {}
    local pipe = assert(io.popen "ls csrc/*.c")
    for path in pipe:lines() do
      for name in pairs(functions(path, true)) do
        assert.is_nil(where[name], name .. " in " .. path)
        where[name] = path
        assert.truthy(
          name:find "^pay_" or name:find "^luaopen_",
          name .. " in " .. path
        )
      end
    end
    pipe:close()
  end)

  it("says at the top of each file what it is about", function()
    for _, path in ipairs(sources()) do
      local name = path:match "[^/]+$"
      local head = read(path):match "^/%*\n%*%* ([^\n]+)"
      assert.truthy(head and head:find(name .. " - ", 1, true), path)
    end
  end)

  it("keeps nothing that two threads could write to", function()
    for _, path in ipairs(sources()) do
      for line in read(path):gmatch "[^\n]+" do
        local kept = line:match "^%s*static ([^()]*)[=;%[]"
        assert.is_nil(
          kept and not kept:find "const" and line or nil,
          path .. ": " .. line
        )
      end
    end
  end)
end)
