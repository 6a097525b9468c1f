-- What luapay.core says of the machine, of this process and of files.

local core = require "luapay.core"

local function path_of(name)
  local path = os.tmpname()
  os.remove(path)
  return path .. (name or "")
end

describe("core's clocks", function()
  it("say the time of day in seconds, more exactly than os.time", function()
    local before = os.time()
    local now = core.wall()
    assert.truthy(now >= before and now <= os.time() + 1)
  end)

  it("never go back", function()
    local last = core.boottime()
    for _ = 1, 1000 do
      local now = core.boottime()
      assert.truthy(now >= last)
      last = now
    end
  end)

  it("name the start of the machine, always alike", function()
    assert.equal(core.boot_id(), core.boot_id())
    local file = io.open "/proc/sys/kernel/random/boot_id"
    if not file then return end
    local id = file:read "*l"
    file:close()
    assert.equal(1, (core.boot_id():find(id, 1, true)))
  end)

  it("go on while somebody sleeps", function()
    local before = core.boottime()
    core.sleep(0.01)
    assert.truthy(core.boottime() - before >= 0.01)
    core.sleep(-1)
    core.sleep(0 / 0)
  end)
end)

describe("core.process", function()
  it("is another number in another process", function()
    local pipe = assert(io.popen "echo $PPID")
    assert.equal(("%d"):format(core.process()), pipe:read "*l")
    pipe:close()
  end)
end)

describe("core.file", function()
  it("names the file and not its path", function()
    local path = path_of()
    assert.is_true(core.create_private(path))
    local name = assert(core.file(path))
    assert(os.rename(path, path .. ".moved"))
    assert.equal(name, core.file(path .. ".moved"))
    local gone, why = core.file(path)
    assert.is_nil(gone)
    assert.truthy(why:find "No such file")
    assert.is_true(core.create_private(path))
    assert.not_equal(name, core.file(path))
    os.remove(path)
    os.remove(path .. ".moved")
  end)
end)

describe("core.create_private", function()
  it("makes a file for its owner, and leaves one that is there", function()
    local path = path_of()
    assert.is_true(core.create_private(path))
    local pipe = assert(io.popen("ls -l " .. path))
    assert.equal("-rw-------", pipe:read("*a"):sub(1, 10))
    pipe:close()
    local file = assert(io.open(path, "w"))
    file:write "kept"
    file:close()
    assert.is_false(core.create_private(path))
    file = assert(io.open(path))
    assert.equal("kept", file:read "*a")
    file:close()
    os.remove(path)
  end)

  it("says why it cannot", function()
    local made, why = core.create_private "/nowhere/at/all"
    assert.is_nil(made)
    assert.truthy(why:find "No such file")
  end)
end)

describe("core.file_system", function()
  it("is false for a disk of this machine", function()
    assert.is_false(core.file_system ".")
  end)

  it("says why it cannot tell", function()
    local kind, why = core.file_system "/nowhere/at/all"
    assert.is_nil(kind)
    assert.truthy(why)
  end)
end)

describe("core.is_private", function()
  it("is true for what only its owner may read or write", function()
    local path = os.tmpname()
    os.remove(path)
    assert(core.create_private(path))
    assert.is_true(core.is_private(path))
    os.execute("chmod 640 " .. path)
    local private, why = core.is_private(path)
    assert.is_false(private)
    assert.truthy(why:find "others")
    os.remove(path)
  end)

  it("says why it cannot tell", function()
    local private, why = core.is_private "/nowhere/at/all"
    assert.is_nil(private)
    assert.truthy(why:find "No such file")
  end)
end)

describe("core.terminal", function()
  it("is false for what is no terminal", function()
    assert.is_false(core.terminal(99))
  end)
end)
