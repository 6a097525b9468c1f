-- `luapay journal`, as an operator calls it, on SQLite and PostgreSQL.

local helper = dofile "spec/command/helper.lua"

local json = require "luapay.sandbox.json"
local luapay = require "luapay"
local postgres = require "spec.support.postgres"
local sandbox = require "luapay.sandbox"

describe("luapay journal", function()
  local folder
  before_each(function()
    folder = helper.folder()
    folder:succeed "luapay sandbox demo evening.db"
    folder.environment = "LUAPAY_JOURNAL=evening.db"
  end)
  after_each(function()
    folder:remove()
  end)

  local function expect(...)
    return folder:expect(...)
  end

  local BY_ANN = " --who Ann --why 'seen in the portal' "

  it("reports what needs a person first, then the rest, and sums", function()
    local said = expect(0, "luapay journal report --sandbox")
    local person = said:find("Needs a person: 2", 1, true)
    local open = said:find("Open: 0", 1, true)
    local sums = said:find("\nSums\n", 1, true)
    assert.truthy(person and open and sums and person < open and open < sums)
    assert.truthy(said:find "moved +EUR +2 +22.45")
    assert.truthy(said:find "unknown +EUR +1 +40.00")
    assert.truthy(said:find("description=order-7", 1, true))
    expect(3, "luapay journal report --check")
  end)

  it("prints commands that settle it when they are pasted", function()
    local said = expect(0, "luapay journal report --sandbox")
    local found = said:match "(luapay journal found [^\n]+order%-7)\n"
    local absent = said:match "(luapay journal absent [^\n]+order%-8)\n"
    folder.environment = folder.environment .. " USER=ann"
    expect(
      0,
      (found:gsub("ID", "1000004")),
      "order-7  40.00 EUR  done, money moved"
    )
    expect(0, absent, "order-8  15.00 USD  failed, money none")
    expect(0, "luapay journal report --check", "Needs a person: 0")
  end)

  it("reports as JSON", function()
    local told = json.decode((expect(0, "luapay journal report --json")))
    assert.equal(2, told.needs_person.count)
    assert.equal("order-7", told.needs_person.items[1].reference)
    assert.equal(2, #told.needs_person.items[1].commands)
    assert.same({}, { told.open.items[1] })
  end)

  it("lists by state and money", function()
    local said = expect(0, "luapay journal list --state parked")
    assert.truthy(said:find "order%-7" and said:find "order%-8")
    assert.is_nil(said:find "order%-1")
    expect(0, "luapay journal list --money none", "order-4")
    expect(0, "luapay journal list --person --limit 1", "order-7")
    expect(2, "luapay journal list --state odd")
    assert.equal("[]\n", (expect(0, "luapay journal list --flow x --json")))
  end)

  it("keeps who settled what and why, also what was taken back", function()
    expect(0, "luapay journal absent order-8" .. BY_ANN, "failed")
    expect(
      0,
      "luapay journal reopen order-8 --who Ben --why 'it came after all'",
      "order-8  15.00 USD  parked, money unknown"
    )
    local said = expect(0, "luapay journal show order-8")
    assert.truthy(said:find "absent +credit +Ann +seen in the portal")
    assert.truthy(said:find "reopen +credit +Ben +it came after all")
  end)

  it("wants to know who, and why", function()
    expect(2, "luapay journal absent order-8 --who Ann", nil, "--why")
    expect(0, "luapay journal show order-8", "parked")
  end)

  it("changes nothing that is settled already", function()
    expect(1, "luapay journal absent order-1" .. BY_ANN, nil, "settled")
    expect(1, "luapay journal reopen order-1" .. BY_ANN, nil, "settled")
    expect(
      1,
      "luapay journal absent order-9" .. BY_ANN,
      nil,
      "not in the journal"
    )
  end)

  it("refuses an id that is another item's", function()
    expect(
      1,
      "luapay journal found order-7 --provider-id 1000001" .. BY_ANN,
      nil,
      "is that of order-1"
    )
  end)

  it("asks which is meant, by commands to paste", function()
    local journal = assert(luapay.journal.sqlite {
      path = folder.path .. "/evening.db",
    })
    local flow = luapay.flow.topup {
      client = luapay.infobip {
        username = "reseller",
        password = "secret",
        account = "sandbox/infobip",
        transport = sandbox.infobip({ first_id = "2000001" }):transport(),
      },
      journal = journal,
      run = "morning",
    }
    assert(flow:run_one {
      reference = "order-7",
      accountKey = "EUR-1",
      amount = "1.00",
      description = "again",
    })
    journal:close()
    local _, noted = expect(2, "luapay journal show order-7")
    local one = noted:match "(luapay journal show [^\n]*morning[^\n]*)"
    expect(0, one, "done, money moved")
  end)

  it("never opens a journal that is not there", function()
    expect(2, "luapay journal report --journal none.db", nil, "none.db")
    assert.is_nil(folder:read "none.db")
  end)

  it("settles nobody's money with another's credentials", function()
    expect(
      2,
      "LUAPAY_INFOBIP_USERNAME=u LUAPAY_INFOBIP_PASSWORD=p "
        .. "luapay journal found order-7 --provider-id 1000004"
        .. BY_ANN,
      nil,
      "of the account sandbox/infobip"
    )
    expect(0, "luapay journal show order-7", "parked")
  end)

  it("recovers, and ends with 3 while something is unknown", function()
    expect(3, "luapay journal recover --sandbox", "2 need a person")
    expect(0, "luapay journal found order-7 --provider-id 1000004" .. BY_ANN)
    expect(0, "luapay journal absent order-8" .. BY_ANN)
    expect(0, "luapay journal recover --sandbox")
  end)

  it("verifies the sums, and says what could not be asked", function()
    expect(0, "luapay journal verify --sandbox", "The sums are those of the")
    local journal = assert(luapay.journal.sqlite {
      path = folder.path .. "/evening.db",
    })
    journal.store.driver:transaction(function(tx)
      tx:run "UPDATE luapay_sums SET sum = '99' WHERE currency = 'USD'"
      return true
    end)
    journal:close()
    expect(1, "luapay journal verify --sandbox", "The sums are not those")
  end)

  it("backs up, and sends nothing from what was put back", function()
    expect(0, "luapay journal backup monday.db")
    expect(1, "luapay journal backup monday.db", nil, "there is such a file")
    local said, noted = expect(0, "luapay journal report --journal monday.db")
    assert.truthy(said:find("Needs a person: 2", 1, true))
    assert.truthy(noted:find("restored", 1, true))
    local put_back = "luapay journal restored --journal monday.db "
    expect(2, put_back .. "--who Ann")
    expect(2, put_back .. "--who Ann --since '2999-01-01 00:00'")
    expect(0, put_back .. "--who Ann --since '2026-03-02 04:00'")
    expect(0, put_back .. "--who Ann --since 2026-03-02T04:00:00Z --complete")
    assert.equal(
      "",
      (select(2, expect(0, "luapay journal report --journal monday.db")))
    )
  end)

  it("purges what has ended long ago, after a yes", function()
    local purge = "luapay journal purge "
    expect(2, purge .. "--yes", nil, "--older is required")
    expect(2, purge .. "--older 3d --forget 1d --yes", nil, "--forget")
    expect(2, purge .. "--older 1h", nil, "Say --yes")
    expect(0, purge .. "--older 3h --yes", "0 purged, 0 forgotten")
    expect(0, purge .. "--older 1h --yes", "3 purged, 0 forgotten")
    -- what it came to stays
    local said = expect(0, "luapay journal report --sandbox")
    assert.truthy(said:find "moved +EUR +2 +22.45")
    expect(0, "luapay journal show order-1", "done, money moved")
    expect(0, "luapay journal verify --sandbox")
    expect(0, purge .. "--older 1h --forget 90m --yes", "4 forgotten")
  end)

  it("refuses a journal of another luapay, and says so", function()
    expect(0, "luapay journal migrate", "nothing to do")
    local journal = assert(luapay.journal.sqlite {
      path = folder.path .. "/evening.db",
    })
    journal.store.driver:transaction(function(tx)
      tx:run "UPDATE luapay_schema SET version = 1"
      return true
    end)
    journal:close()
    expect(1, "luapay journal migrate", nil, "has version 1")
  end)
end)

describe("luapay journal, with a provider that can be asked", function()
  local folder
  setup(function()
    folder = helper.folder()
    folder.environment = "LUAPAY_JOURNAL=pay.db"
    folder:succeed(
      ("luapay sandbox --background --port %d"):format(helper.free_port())
    )
  end)
  teardown(function()
    folder:run "luapay sandbox stop"
    folder:remove()
  end)

  it("recovers what was lost, and verifies what was not", function()
    local said = folder:succeed(
      "luapay call --sandbox-server --json "
        .. "mobilepay_subscriptions.create_agreement country_code=DK "
        .. "currency=DKK plan=Gold expiration_timeout_minutes=10 "
        .. "links[1].rel=user-redirect links[1].href=https://a.example/1 "
        .. "links[2].rel=success-callback links[2].href=https://a.example/2 "
        .. "links[3].rel=cancel-callback links[3].href=https://a.example/3"
    )
    local id = json.decode(said).id
    folder:succeed("luapay sandbox call mobilepay_subscriptions accept " .. id)
    folder:write(
      "january.csv",
      "reference,agreement_id,amount,description\n"
        .. ("jan-1,%s,49.50,January\n"):format(id)
    )
    folder:succeed "luapay sandbox inject request_payments lost_answer"
    local batch = "luapay batch --sandbox-server --yes january.csv"
    local status = folder:run(batch)
    assert.equal(3, status)
    said = folder:succeed "luapay journal list --state unknown"
    assert.truthy(said:find "jan%-1.*money unknown")
    -- the provider has it, so it is not sent again
    local _, _, noted = folder:run "luapay journal recover --sandbox-server"
    assert.truthy(noted:find("--now asks at once", 1, true))
    folder:succeed "luapay journal recover --sandbox-server --now"
    said = folder:succeed "luapay journal list"
    assert.truthy(said:find "pending.*money asked", said)
    folder:succeed(batch)
    local requests = json.decode(
      folder:succeed "luapay sandbox requests mobilepay_subscriptions --json"
    )
    local sent = 0
    for _, request in ipairs(requests) do
      if request.endpoint == "request_payments" then sent = sent + 1 end
    end
    assert.equal(1, sent)
    said = folder:succeed "luapay journal verify --sandbox-server"
    assert.truthy(said:find("1 are as the provider says", 1, true), said)
    -- the day of the payment comes
    folder:succeed "luapay sandbox advance 4d"
    local changed
    status, changed = folder:run "luapay journal verify --sandbox-server"
    assert.equal(1, status)
    assert.truthy(
      changed:find("the provider says done, money moved", 1, true),
      changed
    )
  end)
end)

describe("the journal of any flow", function()
  local APIS = require("luapay.command.ledger").APIS

  it("can be read without credentials", function()
    local ledger = require "luapay.command.ledger"
    local journal = luapay.journal.memory()
    local count = 0
    for flow in pairs(APIS) do
      local about = { account = "a/production/b", flow = flow, run = "may" }
      local made = ledger.offline(journal, about)
      assert.equal(0, assert(made:report()).total)
      count = count + 1
    end
    local known = 0
    for line in io.lines "lua/luapay/init.lua" do
      if line:find "^  [%l_]+ = true,$" then known = known + 1 end
    end
    assert.equal(known, count) -- all of luapay.flow
  end)

  it("has advice that becomes commands", function()
    local find = require "luapay.command.journal.find"
    local view = { account = "a", flow = "topup", run = "", reference = "r" }
    for name, advice in pairs(require("luapay.flow.kit.report").ADVICE) do
      local text, verbs = find.advice(advice)
      assert.is_nil(text:find("(reference", 1, true), name)
      assert.truthy(verbs[1], name)
      local lines = find.commands(view, verbs, {})
      assert.truthy(lines[1]:find("^luapay journal "), name)
    end
  end)
end)

describe("luapay journal on PostgreSQL", function()
  local server, why = postgres.server()
  if not server then
    pending("needs PostgreSQL: " .. tostring(why))
    return
  end

  local folder, options, url
  before_each(function()
    folder = helper.folder()
    options = postgres.database()
    url = ("postgres://%s@%s/%s"):format(
      options.user,
      options.host:gsub("/", "%%2F"),
      options.database
    )
    local provider = sandbox.infobip()
    local journal = assert(luapay.journal.postgres(options))
    local flow = luapay.flow.topup {
      client = luapay.infobip {
        username = "reseller",
        password = "secret",
        account = "sandbox/infobip",
        transport = provider:transport(),
      },
      journal = journal,
    }
    provider:inject { at = "add_funds", fault = "lost_answer" }
    flow:run_one {
      reference = "order-7",
      accountKey = "EUR-1",
      amount = "40.00",
      currencycode = "EUR",
      description = "order-7",
    }
    journal:close()
    folder.environment = "LUAPAY_JOURNAL=" .. helper.quote(url)
  end)
  after_each(function()
    folder:remove()
  end)

  it("reports, refuses what is too early, settles", function()
    local said = folder:succeed "luapay journal report"
    assert.truthy(said:find("Needs a person: 1", 1, true))
    local status, _, noted =
      folder:run "luapay journal absent order-7 --who Ann --why portal"
    assert.equal(1, status)
    assert.truthy(noted:find("early", 1, true))
    assert.truthy(noted:find "Say so again after %d%d:%d%d")
    said = folder:succeed(
      "luapay journal found order-7 --provider-id 1000001 "
        .. "--who Ann --why portal"
    )
    assert.truthy(said:find("done, money moved", 1, true))
    folder:succeed "luapay journal verify --sandbox"
    said = folder:succeed "luapay journal show order-7"
    assert.truthy(said:find "found +credit +Ann +portal")
  end)

  it("is backed up by pg_dump, says the command", function()
    local status, _, noted = folder:run "luapay journal backup file"
    assert.equal(2, status)
    assert.truthy(noted:find("pg_dump --format=custom --file=file", 1, true))
  end)

  it("takes no password among the words", function()
    local status, said, noted = folder:run(
      "luapay journal report --journal postgres://u:hush-hush@localhost/d"
    )
    assert.equal(2, status)
    assert.truthy(noted:find("~/.pgpass", 1, true))
    assert.is_nil((said .. noted):find "hush%-")
  end)
end)
