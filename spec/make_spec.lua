-- The Makefile, as a stranger calls it.

-- It is the same whatever runs this: once is enough.
if _VERSION ~= "Lua 5.4" then return end

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

  it("builds again what other flags have built, and only that", function()
    local build = "make KIND=-again build/5.4-again/obj/text.o CFLAGS="
    succeed "rm -rf build/5.4-again"
    assert.truthy(succeed(build .. "-O0"):find " -O0 .* -c ")
    assert.is_nil(succeed(build .. "-O0"):find " -c ")
    assert.truthy(succeed(build .. "-O1"):find " -O1 .* -c ")
    succeed "rm -rf build/5.4-again"
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

  it("is not led astray by what a shell has set", function()
    local odd = "V=1 LUA_INIT='error()' LUA_INIT_5_4='error()' HOME= "
      .. "LUA_PATH=x LUA_PATH_5_4=x LUA_CPATH_5_4=x LC_ALL=C.UTF-8 CDPATH=/ "
    local said = succeed(odd .. "make -j3")
    assert.truthy(said:find("LUA_CPATH='build/5.4/?.so;;' lua5.4", 1, true))
    assert.equal("", succeed(odd .. "make -s V=1"))
    assert.truthy(
      succeed(odd .. "env -u HOME make -s examples"):find "examples/topup.lua"
    )
  end)

  it("tells in two lines how to try it and how to install it", function()
    local try, install = succeed("make"):match "([^\n]*)\n([^\n]*)\n$"
    assert.truthy(try:find "^Try it here: LUA_PATH=", try)
    assert.truthy(install:find "^Install it:  make install LUA=5.4 ", install)
    succeed((try:match "^Try it here: (.*)$"))
  end)
end)

describe("make install", function()
  -- A folder with a name that a person may give it.
  local prefix, quoted

  setup(function()
    prefix = succeed("mktemp -d"):match "[^\n]+" .. "/it's here"
    quoted = "'" .. prefix:gsub("'", "'\\''") .. "'"
    succeed(("umask 077; make install PREFIX=%s"):format(quoted))
    succeed(("make install PREFIX=%s LUA=luajit"):format(quoted))
  end)
  teardown(function()
    succeed("rm -rf " .. quoted)
  end)

  local function count(what)
    return tonumber((succeed(("find %s %s | wc -l"):format(quoted, what))))
  end

  it("installs what all may read, whatever the umask", function()
    assert.equal(0, count "! -perm -444")
    assert.equal(0, count "-type d ! -perm -555")
    assert.equal(count "-name core.so", 2)
    assert.truthy(count "-name '*.lua'" > 100)
  end)

  it("installs the command, for the Lua that was named last", function()
    local here = ("cd / && %s/bin/luapay "):format(quoted)
    assert.truthy(succeed(here .. "apis"):find "infobip")
    local first = succeed(("head -n 1 %s/bin/luapay"):format(quoted))
    assert.equal("#!/usr/bin/env luajit\n", first)
  end)

  it("installs a manual page and completions", function()
    local share = "%s/share/"
    for path, says in pairs {
      ["man/man1/luapay.1"] = "journal report",
      ["bash-completion/completions/luapay"] = "infobip.add_funds",
      ["zsh/site-functions/_luapay"] = "#compdef luapay",
    } do
      local text = succeed(("cat " .. share):format(quoted) .. path)
      assert.truthy(text:find(says, 1, true), path)
    end
  end)

  -- An example, from elsewhere, with what is installed and nothing else.
  local function run(lua, version, example)
    local here = succeed("pwd"):match "[^\n]+"
    return succeed(
      (
        'cd / && P=%s && LUA_PATH="$P/share/lua/%s/?.lua;'
        .. '$P/share/lua/%s/?/init.lua;;" LUA_CPATH="$P/lib/lua/%s/?.so;;" '
        .. "%s '%s/%s' </dev/null"
      ):format(quoted, version, version, version, lua, here, example)
    )
  end

  for _, example in ipairs { "demo", "topup", "callback", "sandbox" } do
    it("lets the example run from anywhere: " .. example, function()
      run("lua5.4", "5.4", "examples/" .. example .. ".lua")
    end)
  end

  it("for LuaJIT does for Lua 5.1, too", function()
    run("luajit", "5.1", "examples/topup.lua")
    run("lua5.1", "5.1", "examples/topup.lua")
  end)

  it("takes the place of what was installed before", function()
    local old = prefix:gsub("'", "'\\''") .. "/share/lua/5.4/luapay/old.lua"
    succeed("touch '" .. old .. "'")
    succeed(("make install PREFIX=%s"):format(quoted))
    assert.equal(0, count "-name old.lua")
  end)

  it("goes below DESTDIR, and make uninstall takes it back", function()
    succeed(("make install DESTDIR=%s PREFIX=/usr"):format(quoted))
    assert.truthy(count "-path '*here/usr/lib/lua/5.4/luapay/*'" > 2)
    succeed(("make uninstall DESTDIR=%s PREFIX=/usr"):format(quoted))
    assert.equal(0, count "-path '*here/usr/*' ! -type d")
    succeed(("make uninstall PREFIX=%s LUA=5.4"):format(quoted))
    succeed(("make uninstall PREFIX=%s LUA=5.1"):format(quoted))
    assert.equal(0, count "! -type d")
  end)
end)

describe("make gateway", function()
  for _, port in ipairs { "abc", "0", "65536", "''" } do
    it("refuses GATEWAY_PORT=" .. port, function()
      local said, good = shell(("GATEWAY_PORT=%s make gateway"):format(port))
      assert.is_false(good)
      assert.truthy(said:find("expected a number from 1 to 65535", 1, true))
    end)
  end

  it("announces nothing at a port that another program has", function()
    local socket = require "socket"
    local other = assert(socket.bind("127.0.0.1", 0))
    local _, port = other:getsockname()
    local said, good =
      shell(("GATEWAY_PORT=%s make gateway </dev/null"):format(port))
    other:close()
    assert.is_false(good)
    assert.truthy(said:find("is taken by another program", 1, true), said)
    assert.is_nil(said:find("http://", 1, true), said)
  end)

  it("starts in a folder with any name", function()
    local dir = succeed("mktemp -d"):match "[^\n]+"
    local odd = dir .. [[/'it'\''s "my" shop']]
    succeed(
      ("mkdir %s && cp -R Makefile .ci csrc lua examples build %s"):format(
        odd,
        odd
      )
    )
    local socket = require "socket"
    local other = assert(socket.bind("127.0.0.1", 0))
    local _, port = other:getsockname()
    other:close()
    local said = succeed(
      ("cd %s && GATEWAY_PORT=%s make gateway </dev/null"):format(odd, port)
    )
    assert.truthy(said:find("http://127.0.0.1:" .. port, 1, true), said)
    assert.truthy(succeed("cd " .. odd .. " && make demo"):find "twice: ok")
    succeed("rm -rf " .. dir)
  end)
end)
