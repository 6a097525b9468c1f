-- The Makefile, as a stranger calls it.

-- It is the same whatever runs this: once is enough.
if _VERSION ~= "Lua 5.4" or (os.getenv "LD_PRELOAD" or "") ~= "" then
  return
end

-- Runs a command as from a new shell; returns what it says, and whether it
-- ended well. A make above this one leaves no trace in it.
local function shell(command)
  local pipe = assert(
    io.popen(
      "unset MAKEFLAGS MFLAGS MAKELEVEL LUA; { "
        .. command
        .. '; } 2>&1; echo " exit $?"'
    )
  )
  local text = pipe:read "*a"
  pipe:close()
  local said, status = text:match "^(.*) exit (%d+)\n$"
  return said, status == "0"
end

local function succeed(command)
  local said, good = shell(command)
  assert.truthy(good, command .. ": " .. said)
  return said
end

describe("make", function()
  for _, lua in ipairs { "5.5", "jit", "", "'5.4 5.3'" } do
    it("LUA=" .. lua .. " names the Luas that there are", function()
      local said, good = shell("make LUA=" .. lua)
      assert.is_false(good)
      assert.truthy(said:find("5.4 5.3 5.2 5.1 luajit", 1, true), said)
    end)
  end

  it("takes a packager's flags beside its own", function()
    local said = succeed "make -n modules KIND=-new CFLAGS=-O0 LDFLAGS=-s"
    local compiled, linked = 0, 0
    for line in said:gmatch "[^\n]+" do
      if line:find("-o build/5.4-new/", 1, true) then
        assert.truthy(line:find(" -std=c99 -fPIC ", 1, true), line)
        assert.truthy(line:find(" -O0 ", 1, true), line)
        assert.is_nil(line:find("-O2", 1, true), line)
        compiled = compiled + (line:find(" -c ", 1, true) and 1 or 0)
        linked = linked + (line:find(" -s ", 1, true) and 1 or 0)
      end
    end
    assert.truthy(compiled > 20 and linked > 2, said)
  end)

  it("builds for LuaJIT what Lua 5.1 can load, and the reverse", function()
    local try = "LUA_PATH='lua/?.lua;lua/?/init.lua;;' "
      .. "LUA_CPATH='build/%s/?.so;;' %s -e 'require([[luapay.curl]]) "
      .. "require([[luapay.crypto]]) "
      .. "print(require([[luapay]]).money([[1.5]], [[EUR]]))'"
    succeed "make -s LUA=5.1 && make -s LUA=luajit"
    assert.equal("1.50 EUR\n", succeed(try:format("luajit", "lua5.1")))
    assert.equal("1.50 EUR\n", succeed(try:format("5.1", "luajit")))
  end)
end)
