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

describe("core.file of a file with two names", function()
  it("says that it has two", function()
    local path = path_of()
    assert.is_true(core.create_private(path))
    local name, names = core.file(path)
    assert.equal(1, names)
    os.execute(("ln %s %s.two"):format(path, path))
    assert.same({ name, 2 }, { core.file(path .. ".two") })
    os.remove(path)
    os.remove(path .. ".two")
  end)
end)

describe("core.real_path", function()
  it("follows links, and begins at the root", function()
    local path = path_of()
    assert.is_true(core.create_private(path))
    os.execute(("ln -s %s %s.link"):format(path, path))
    assert.equal(core.real_path(path), core.real_path(path .. ".link"))
    assert.truthy(core.real_path("."):find "^/")
    local new = core.real_path(path .. ".new")
    assert.equal(core.real_path(path) .. ".new", new)
    assert.equal(core.real_path "." .. "/new", core.real_path "new")
    assert.equal("/new", core.real_path "/new")
    os.remove(path)
    local none, why = core.real_path(path .. ".link") -- leads nowhere
    assert.is_nil(none)
    assert.truthy(why:find "No such file")
    os.remove(path .. ".link")
    assert.is_nil((core.real_path "/nowhere/at/all"))
  end)
end)

describe("a count beside a file", function()
  local path

  before_each(function()
    path = path_of()
  end)

  after_each(function()
    os.remove(path)
  end)

  it("is the largest that was written", function()
    assert.is_nil((core.read_count(path)))
    assert.is_nil((core.write_count(path, 1)))
    assert.is_true(core.create_count(path))
    assert.equal(0, core.read_count(path))
    for _, count in ipairs { 1, 2, 4, 3, 200, 199, 9007199254740992 } do
      assert.is_true(core.write_count(path, count))
    end
    assert.equal(9007199254740992, core.read_count(path))
    assert.is_true(core.create_count(path))
    assert.equal(0, core.read_count(path))
  end)

  it("is none that was written by half", function()
    assert.is_true(core.create_count(path))
    assert.is_true(core.write_count(path, 7))
    local file = assert(io.open(path, "r+b"))
    file:seek("set", 16 * 9)
    file:write(("\255"):rep(16))
    file:close()
    assert.equal(7, core.read_count(path))
  end)

  it("is 0 where nothing of it has reached the disk", function()
    assert.is_true(core.create_private(path))
    assert.equal(0, core.read_count(path))
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
