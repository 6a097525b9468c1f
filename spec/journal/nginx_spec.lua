-- Journals in the workers of a real nginx.
local nginxes = require "spec.support.nginx"
local postgres = require "spec.support.postgres"
local programs = require "luapay.sandbox.server_programs"
local server = require "luapay.sandbox.server"
local socket = require "socket"

local missing = nginxes.missing()
if missing then
  pending("journals in nginx: " .. missing)
  return
end

local KINDS = { "sqlite", "postgres" }

describe("a journal that is opened in init_by_lua", function()
  for what, code in pairs {
    sqlite = 'sqlite { path = "@DIR/never.db" }',
    postgres = 'postgres { database = "x", user = "x" }',
    memory = "memory()",
  } do
    it("is refused before nginx starts: " .. what, function()
      local started, why = pcall(nginxes.start, {
        http = ([[
          init_by_lua_block {
            journal = require("luapay").journal.%s
          }
        ]]):format(code),
      })
      assert.is_false(started)
      assert.matches("journal%." .. what .. ": not in init_by_lua", why)
      assert.matches(
        "in init_worker_by_lua or when it is needed",
        why,
        1,
        true
      )
      assert.is_nil(why:find("lua entry thread aborted", 1, true))
    end)
  end
end)

-- A provider, a database, and an nginx whose workers credit accounts.
local function begin(kind, given)
  local world = { provider = assert(server.start()) }
  local options
  if kind == "sqlite" then
    world.path = os.tmpname()
    os.remove(world.path)
    options = ("{ path = %q %s }"):format(world.path, given.options or "")
  else
    local database = assert(postgres.database())
    world.database = database
    options = ("{ database = %q, user = %q, host = %q %s }"):format(
      database.database,
      database.user,
      database.host,
      given.options or ""
    )
  end
  world.nginx = nginxes.start {
    environment = given.environment,
    workers = given.workers,
    http = ([[
      lua_ssl_trusted_certificate %s;
      init_worker_by_lua_block {
        require("spec.support.nginx_shop").open(%q, %s, %q)
      }
      %s
    ]]):format(
      world.provider.ca_file,
      kind,
      options,
      world.provider.base_url,
      given.http or ""
    ),
    locations = [[
      location = /credit {
        content_by_lua_block { require("spec.support.nginx_shop").credit() }
      }
      location = /who {
        content_by_lua_block { require("spec.support.nginx_shop").who() }
      }
    ]] .. (given.locations or ""),
  }
  function world.stop()
    world.nginx:stop()
    world.provider:stop()
    if world.path then os.execute("rm -f " .. world.path .. "*") end
  end
  function world.ledger()
    return world.provider.infobip:ledger()
  end
  return world
end

for _, kind in ipairs(KINDS) do
  describe("the workers' journals in " .. kind, function()
    local world

    lazy_setup(function()
      world = begin(kind, { workers = 2 })
    end)
    lazy_teardown(function()
      world.stop()
    end)
    before_each(function()
      world.provider.infobip:reset()
    end)

    -- Every worker's pid and name, however many requests that takes.
    local function workers(count)
      local found, n = {}, 0
      for _ = 1, 500 do
        local _, text = world.nginx:post "/who"
        local pid, name = text:match "^(%d+) (%S+)"
        if not found[pid] then
          found[pid], n = name, n + 1
        end
        if n == count then return found end
      end
      error "not all workers answer"
    end

    local function credit(reference)
      return world.nginx:post("/credit?reference=" .. reference)
    end

    it("have a name each", function()
      local found = workers(2)
      local pid, name = next(found)
      local _, other = next(found, pid)
      assert.is_not.equal(name, other)
    end)

    it("credit once what is asked for again, also after a restart", function()
      workers(2)
      local killed
      for i = 1, 50 do
        local good, status = pcall(credit, "order-" .. i)
        assert(good, status)
        if i == 25 then
          killed = next(workers(2))
          os.execute("kill -9 " .. killed)
        end
      end
      world.nginx:reload()
      assert.is_nil(workers(2)[killed])
      for i = 1, 50 do
        local _, text = credit("order-" .. i)
        assert.equal("done moved -\n", text)
      end
      assert.equal(50, #world.ledger())
    end)
  end)
end

for _, kind in ipairs(KINDS) do
  describe("a journal of many light threads, in " .. kind, function()
    local world

    lazy_setup(function()
      world = begin(kind, {
        http = "lua_check_client_abort on;",
        locations = [[
          location = /many {
            content_by_lua_block {
              local shop = require "spec.support.nginx_shop"
              local commit = shop.journal.commit
              local before = commit.ops
              local good = shop.credit_many(64, 64)
              ngx.print(good, " ", commit.ops - before)
            }
          }
          location = /left {
            content_by_lua_block {
              ngx.on_abort(function() ngx.exit(499) end)
              require("spec.support.nginx_shop").credit()
            }
          }
        ]],
      })
    end)
    lazy_teardown(function()
      world.stop()
    end)

    it("writes down together what comes together", function()
      local _, text = world.nginx:post "/many"
      assert.equal("", (world.nginx:log():match "%[error%].*" or ""))
      local good, transactions = text:match "^(%d+) (%d+)$"
      assert.equal("64", good, text)
      assert.is_true(tonumber(transactions) <= 24, transactions)
    end)

    -- A credit that the provider has booked, and not answered yet.
    local function begin_credit(path)
      local before = #world.ledger()
      world.provider.infobip:inject {
        at = "add_funds",
        fault = "delay",
        seconds = 0.3,
      }
      local call = world.nginx:begin(path)
      for _ = 1, 200 do
        if #world.ledger() > before then break end
        socket.sleep(0.01)
      end
      assert.equal(before + 1, #world.ledger())
      return call
    end

    for what, path in pairs {
      [""] = "/credit?reference=gone",
      [", and whose request would end"] = "/left?reference=left",
    } do
      it("ends what it began for a customer who hangs up" .. what, function()
        begin_credit(path):hang_up()
        local count, text = #world.ledger(), nil
        for _ = 1, 200 do
          text = select(2, world.nginx:post(path))
          if not text:find "busy" then break end
          assert.matches("is still under way, until %d+%-%d%d%-%d%d ", text)
          socket.sleep(0.02)
        end
        assert.equal("done moved -\n", text)
        assert.equal(count, #world.ledger())
      end)
    end

    it("ends what it began before its worker ends", function()
      local call = begin_credit "/credit?reference=reloaded"
      world.nginx:reload()
      assert.equal("done moved -\n", select(2, call:answer()))
    end)
  end)
end

-- Another process holds what every writer needs; returns what lets it go.
local holds = {
  sqlite = function(world)
    local other = assert(require("luapay.sqlite").open(world.path))
    assert(other:run({ { "BEGIN IMMEDIATE" } }, 5, 5))
    return function()
      assert(other:run({ { "ROLLBACK" } }, 5, 5))
      other:close()
    end
  end,
  postgres = function(world)
    local pg = require "luapay.postgres"
    local other = assert(pg.connect(world.database, pg.now() + 5))
    assert(other:finish())
    assert(other:run({
      { "BEGIN" },
      { "LOCK TABLE luapay_entries" },
    }, pg.now() + 5))
    return function()
      other:close()
    end
  end,
}

for _, kind in ipairs(KINDS) do
  describe("a worker whose journal waits, in " .. kind, function()
    local world

    lazy_setup(function()
      world = begin(kind, { options = ", patience = 1" })
    end)
    lazy_teardown(function()
      world.stop()
    end)

    it("answers others meanwhile", function()
      world.nginx:post "/credit?reference=first"
      local let_go = holds[kind](world)
      local call = world.nginx:begin "/credit?reference=second"
      for _ = 1, 20 do
        assert.equal(204, (world.nginx:post "/up"))
      end
      socket.sleep(0.1)
      assert.equal(204, (world.nginx:post "/up"))
      assert.is_false(call:is_answered())
      assert.equal(1, #world.ledger())
      let_go()
      assert.same({ 200, "done moved -\n" }, { call:answer() })
      assert.equal(2, #world.ledger())
    end)

    it("says when it has waited long enough, and sends nothing", function()
      local let_go = holds[kind](world)
      local before = #world.ledger()
      local _, text = world.nginx:post "/credit?reference=third"
      assert.matches("journal %(unreadable%)", text)
      assert.equal(before, #world.ledger())
      let_go()
      _, text = world.nginx:post "/credit?reference=third"
      assert.equal("done moved -\n", text)
    end)
  end)
end

describe("a worker whose disk does not come back", function()
  local world, delay

  lazy_setup(function()
    delay = os.tmpname()
    os.remove(delay)
    world = begin("sqlite", {
      options = ", patience = 0.5, outcome_patience = 5",
      environment = ("LD_PRELOAD=%s SLOW_SYNC=%s"):format(
        programs.capture("pwd"):gsub("%s+$", "")
          .. "/build/luajit/spec/support/slow_sync.so",
        delay
      ),
    })
  end)
  lazy_teardown(function()
    os.remove(delay)
    world.stop()
  end)

  local function credit(reference)
    return select(2, world.nginx:post("/credit?reference=" .. reference))
  end

  it("gives up by its deadline, and goes on when it is back", function()
    assert.equal("done moved -\n", credit "first")
    local file = assert(io.open(delay, "w"))
    file:write "4000" -- milliseconds
    file:close()
    assert.matches("SQLite does not come back", credit "second")
    assert.equal(204, (world.nginx:post "/up"))
    assert.matches("has not come back since an earlier", credit "third")
    assert.equal(1, #world.ledger())
    os.remove(delay)
    local text
    for _ = 1, 100 do
      text = credit "third"
      if not text:find "has not come back" then break end
      socket.sleep(0.1)
    end
    assert.equal("done moved -\n", text)
    assert.matches("is still under way", credit "second") -- or never was
    assert.equal(2, #world.ledger())
  end)
end)
