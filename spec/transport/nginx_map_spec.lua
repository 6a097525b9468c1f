-- luapay.map inside nginx: light threads. What runs here runs in a real
-- nginx: see spec/support/nginx_transport.lua.
local nginxes = require "spec.support.nginx"
local remote = require "spec.support.nginx_transport"
local servers = require "spec.support.servers"

local missing = nginxes.missing()
if missing then
  pending("luapay.map in nginx: " .. missing)
  return
end

describe("luapay.map in nginx", function()
  local server, nginx

  lazy_setup(function()
    server = servers.start()
    nginx = nginxes.start { locations = remote.locations }
  end)
  lazy_teardown(function()
    nginx:stop()
    server:stop()
  end)

  local BEGIN = [[
    local kept, base = ...
    local luapay = require "luapay"
    local transport = luapay.transport.nginx { http_loopback = true }
    local function get(path)
      return assert(transport:send({ method = "GET", url = base .. path }, 20))
    end
  ]]

  local function run(code, phase)
    return remote.run(
      nginx,
      phase or "content",
      BEGIN .. code,
      server.url.plain
    )
  end

  for _, phase in ipairs { "rewrite", "access", "content", "timer" } do
    it("goes on side by side, as many as it is told, in " .. phase, function()
      local most, results = run(
        [[
        local now, most = 0, 0
        local results = luapay.map({ "a", "b", "c", "d", "e", "f", "g" },
          { concurrency = 3 }, function(item, index)
            now = now + 1
            most = math.max(most, now)
            local status = get("/wait/0.02").status
            now = now - 1
            if index == 4 then return nil, "fault" end
            return status
          end)
        return most, results
        ]],
        phase
      )
      assert.equal(3, most)
      assert.equal(7, #results)
      assert.same({ item = "a", result = 200 }, results[1])
      assert.same({ item = "d", fault = "fault" }, results[4])
    end)
  end

  it("takes an iterator that waits, one item at a time", function()
    local count, seen = run [[
      local n, inside, seen = 0, false, {}
      local function items()
        assert(not inside)
        inside = true
        get "/wait/0.005"
        inside = false
        n = n + 1
        return n <= 9 and n or nil
      end
      local count = luapay.map(items, {
        concurrency = 4,
        each = function(index, result, fault, item)
          seen[index] = result == item * 2
        end,
      }, function(item)
        get "/wait/0.01"
        return item * 2
      end)
      return count, seen
    ]]
    assert.equal(9, count)
    for i = 1, 9 do
      assert.is_true(seen[i])
    end
  end)

  it("goes on inside itself", function()
    local result = run [[
      local sum = 0
      luapay.map({ 1, 2, 3 }, nil, function(one)
        luapay.map({ 1, 2, 3 }, nil, function(other)
          get "/wait/0.01"
          sum = sum + one * other
        end)
      end)
      return sum
    ]]
    assert.equal(36, result)
  end)

  it("stops for an error, lets others finish, and raises it", function()
    local err, counts = run [[
      local begun, done = 0, 0
      local ok, err = pcall(luapay.map, { 1, 2, 3, 4, 5, 6 },
        { concurrency = 3 }, function(item)
          begun = begun + 1
          if item == 2 then
            get "/wait/0.005"
            error "oh no"
          end
          get "/wait/0.3"
          done = done + 1
        end)
      return err, { begun, done }
    ]]
    assert.matches("oh no", err)
    assert.matches("traceback", err)
    assert.same({ 3, 2 }, counts)
  end)

  it("raises an error of its iterator, and ends", function()
    local err = run [[
      local n = 0
      local _, err = pcall(luapay.map, function()
        n = n + 1
        get "/wait/0.005"
        if n == 3 then error "no more" end
        return n
      end, { concurrency = 4 }, function() get "/wait/0.01" end)
      return err
    ]]
    assert.matches("no more", err)
  end)

  it("leaves no loop of its own running where there are no threads", function()
    local apart = nginxes.start {
      http = [[
        init_by_lua_block {
          local luapay = require "luapay"
          luapay.transport.nginx()
          local sum = 0
          luapay.map({ 1, 2, 3 }, nil, function(i) sum = sum + i end)
          ngx.log(ngx.ERR, "the sum is ", sum)
        }
      ]],
    }
    local log = apart:log()
    apart:stop()
    assert.matches("the sum is 6", log)
  end)
end)
