-- A synchronous standby that does not answer: what it may not have is not
-- durable, though the server that we ask shows it.

local journal = require "luapay.journal"
local postgres = require "spec.support.postgres"

describe("a journal whose standby is away", function()
  local server, why = postgres.start "-c fsync=off"
  if not server then
    assert(not os.getenv "CI", why)
    return pending(why)
  end
  local opened

  local function run(text)
    -- outside of a transaction
    local psql = "%s/psql -h %s -U luapay -d postgres -q -c %q 2>&1"
    local command = psql:format(server.bin, server.dir, text)
    local pipe = assert(io.popen(command))
    local said = pipe:read "*a"
    pipe:close()
    assert.equal("", said)
  end

  local function set_standby(name)
    run(("ALTER SYSTEM SET synchronous_standby_names = '%s'"):format(name))
    server:control "reload"
    os.execute "sleep 0.3"
  end

  -- Ends what waits for the standby, again and again.
  local function cut()
    local query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      .. "WHERE wait_event = 'SyncRep'"
    local command = "(for i in 1 2 3 4 5 6; do sleep 0.4; "
      .. '%s/psql -h %s -U luapay -d postgres -qc "%s"; done) '
      .. ">/dev/null 2>&1 </dev/null &"
    io.popen(command:format(server.bin, server.dir, query)):close()
  end

  setup(function()
    local options = server:database()

    options.patience, options.outcome_patience = 2, 2
    options.standby = "synchronous"
    opened = assert(journal.postgres(options))
  end)

  teardown(function()
    if opened then opened:close() end
    server:close()
  end)

  it("is said to be none when there is none", function()
    assert.truthy(opened.warning:find("synchronous_standby_names", 1, true))
  end)

  it("lets nothing be sent, and keeps what is known", function()
    local book = opened:book { flow = "shop" }
    local function send(reference)
      return book:change(reference, function(item)
        return item:add { step = "credit", state = "sent" }
      end)
    end
    local entry = assert(send "before")
    set_standby "nobody"
    cut()
    local sent, err = send "r1"
    assert.is_nil(sent)
    assert.equal("unwritten", err.code)
    cut()
    local done
    done, err = book:change("before", function(item)
      local kept = item:entry "credit"
      if not item:mine(kept, entry) then return false end
      return item:set(kept, { state = "done", provider_id = "17" })
    end, { known = { reference = "before", provider_id = "17" } })
    assert.is_nil(done)
    assert.equal("unwritten", err.code)
    assert.equal("17", err.provider_id)
    set_standby ""
    assert(send "r2")
    assert.equal("done", book:get("before").entries[1].state)
    assert.same({}, opened:unwritten())
  end)
end)
