-- make crash, in short; and that it leaves nothing behind when it is killed
-- itself.

-- It is the same whatever runs this: once is enough.
if _VERSION ~= "Lua 5.4" then return end

local core = require "luapay.core"

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

describe("make crash", function()
  local good, why = pcall(require, "socket")
  if not good then
    assert(not os.getenv "CI", why)
    return pending "luasocket is not installed"
  end
  local dir, start

  before_each(function()
    dir = capture "mktemp -d /tmp/luapay-spec.XXXXXX"
    os.execute("chmod 755 " .. dir)
    start = ("TMPDIR=%s LUA_PATH=%q LUA_CPATH=%q "):format(
      dir,
      package.path,
      package.cpath
    )
  end)

  after_each(function()
    os.execute("rm -rf " .. dir)
  end)

  -- The processes that still work in the folder, and what is in it.
  local function rest()
    return capture(
      (
        "for p in /proc/[0-9]*; do "
        .. "grep -qsaF '%s''/' $p/cmdline && echo $p; done; ls %s"
      ):format(dir, dir)
    )
  end

  local function await_nothing()
    local till = core.boottime() + 20
    while rest() ~= "" and core.boottime() < till do
      core.sleep(0.05)
    end
    assert.equal("", rest())
  end

  it("kills workers, and nothing is missing or twice", function()
    local said = capture(
      start
        .. "SCENARIO=sqlite KILLS=4 SIZE=30 lua5.4 spec/crash/crash.lua 2>&1"
    )
    assert.truthy(said:find("0 missing, 0 twice, 0 lost", 1, true), said)
    assert.truthy(said:find "\n1 passed, 0 failed$", said)
    await_nothing()
  end)

  it("leaves nothing behind when it is killed", function()
    local pid = capture(
      start
        .. "SCENARIO=fail_over SIZE=30 lua5.4 spec/crash/crash.lua "
        .. ">/dev/null 2>&1 & echo $!"
    )
    local till = core.boottime() + 30
    repeat
      core.sleep(0.1)
      local works = rest():find "luapay%-crash"
        and capture("cat " .. dir .. "/luapay-crash.*/known 2>&1"):find "done"
      assert(core.boottime() < till, rest())
    until works
    os.execute("kill -9 " .. pid)
    await_nothing()
  end)
end)
