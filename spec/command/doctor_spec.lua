-- `luapay doctor`, as a user calls it.

local helper = dofile "spec/command/helper.lua"

local json = require "luapay.sandbox.json"

describe("luapay doctor", function()
  local folder
  before_each(function()
    folder = helper.folder()
  end)
  after_each(function()
    folder:remove()
  end)

  local function checks(script, status)
    local got, said, noted = folder:run(script)
    assert.equal(status, got, said .. noted)
    local told, by = json.decode(said), {}
    for _, one in ipairs(told.checks) do
      by[one.what] = one
    end
    return by, told
  end

  it("looks at what is there", function()
    local by = checks("luapay doctor --offline --json", 0)
    for _, what in ipairs {
      "Lua",
      "libcurl",
      "lua-cjson",
      "SQLite",
      "libpq",
      "nginx",
      "CA bundle",
      "boot clock",
      "configuration",
    } do
      assert.equal("ok", by[what].status, what)
    end
  end)

  it("prints a line for each, with what to do", function()
    folder:write("conf", "[infobip]\n")
    folder:run "chmod 644 conf"
    local status, said = folder:run "luapay doctor --offline --config conf"
    assert.equal(1, status)
    assert.truthy(said:find "ok    Lua: ")
    assert.truthy(
      said:find("fail  configuration: conf: others may read", 1, true)
    )
  end)

  it("logs in at what is configured, and calls nothing else", function()
    local port = helper.free_port()
    folder:succeed(("luapay sandbox --background --port %d"):format(port))
    local by = checks("luapay doctor --sandbox-server --json", 0)
    for _, api in ipairs {
      "infobip",
      "mobip",
      "mobilepay_online",
      "mobilepay_subscriptions",
    } do
      for _, what in ipairs { " reach", " clock", " login" } do
        assert.equal("ok", by[api .. what].status, api .. what)
      end
    end
    assert.equal("[]\n", folder:succeed "luapay sandbox ledger --json")
    local env = ("LUAPAY_INFOBIP_BASE_URL=http://localhost:%d "):format(port)
      .. "LUAPAY_INFOBIP_HTTP_LOOPBACK=true LUAPAY_INFOBIP_USERNAME=reseller "
    by = checks(env .. "LUAPAY_INFOBIP_PASSWORD=wrong luapay doctor --json", 1)
    assert.equal("fail", by["infobip login"].status)
    assert.truthy(by["infobip login"].todo:find "credentials")
    folder:succeed "luapay sandbox stop"
  end)

  it("compares the clocks, and says who cannot be reached", function()
    local serve = [[
      lua5.4 -e '
        local s = require("socket").bind("127.0.0.1", 0)
        print((select(2, s:getsockname()))) io.stdout:flush()
        local c = s:accept()
        repeat until c:receive("*l") == ""
        c:send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n"
          .. "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          .. "Connection: close\r\n\r\n")
        c:close()' >port &
      until [ -s port ]; do sleep 0.05; done
      port=$(cat port)
    ]]
    local doctor = "LUAPAY_INFOBIP_BASE_URL=http://localhost:$port "
      .. "LUAPAY_INFOBIP_HTTP_LOOPBACK=true LUAPAY_INFOBIP_USERNAME=u "
      .. "LUAPAY_INFOBIP_PASSWORD=p luapay doctor --json"
    local by = checks(serve .. doctor, 1)
    assert.equal("ok", by["infobip reach"].status)
    assert.equal("fail", by["infobip clock"].status)
    assert.truthy(by["infobip clock"].found:find "ahead")
    by = checks("port=" .. helper.free_port() .. "\n" .. doctor, 1)
    assert.equal("fail", by["infobip reach"].status)
    assert.is_nil(by["infobip login"])
  end)

  -- To a place that is in memory only, or is not.
  local function move(place, in_memory)
    local ask = "stat -f -c %T " .. helper.quote(place) .. " || echo none"
    local kind = folder:succeed(ask):match "%S+"
    if (kind == "tmpfs") ~= in_memory then return false end
    folder:remove()
    folder = helper.folder(place)
    return true
  end

  it("fails for a journal that is in memory only", function()
    if not move("/dev/shm", true) then return pending "has no /dev/shm" end
    folder:succeed "luapay sandbox demo evening.db"
    local look = "luapay doctor --offline --json --journal evening.db"
    local by = checks(look, 1)
    assert.equal("ok", by.journal.status)
    assert.equal("fail", by["journal's disk"].status)
    assert.equal("put it on a disk", by["journal's disk"].todo)
  end)

  it("looks at the journal", function()
    if not move(helper.build, false) then return pending "has no disk" end
    folder:succeed "luapay sandbox demo evening.db"
    local look = "luapay doctor --offline --json --journal evening.db"
    local by = checks(look, 0)
    assert.equal("ok", by.journal.status)
    folder:succeed "luapay journal backup --journal evening.db copy.db"
    by = checks("luapay doctor --offline --json --journal copy.db", 0)
    assert.equal("warn", by.journal.status)
    by = checks("luapay doctor --offline --json --journal none.db", 0)
    assert.equal("warn", by.journal.status)
    folder:write("none.db", "this is no database")
    by = checks("luapay doctor --offline --json --journal none.db", 1)
    assert.equal("fail", by.journal.status)
  end)
end)
