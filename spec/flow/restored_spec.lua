-- A journal that was restored from a backup: what is in the books and not in
-- it is not moved again.

local luapay = require "luapay"
local sandbox = require "luapay.sandbox"
local subscriptions = require "spec.subscriptions.helper"

describe("after a restored backup", function()
  local path, opened, offset, boot_id

  local function open()
    local core = require "luapay.core"
    opened = assert(luapay.journal.sqlite {
      path = path,
      clock = {
        wall = function()
          return core.wall() + offset
        end,
        boot = function()
          return core.boottime() + offset
        end,
        boot_id = boot_id,
      },
    })
    return opened
  end

  local function copy(from, to)
    local input = assert(io.open(from, "rb"))
    local text = input:read "*a"
    input:close()
    local file = assert(io.open(to, "wb"))
    file:write(text)
    file:close()
  end

  -- As it is on the disk when nobody has it open.
  local function back_up()
    opened:close()
    copy(path, path .. ".backup")
    open()
  end

  -- Another file under the same name.
  local function restore()
    opened:close()
    copy(path .. ".backup", path .. ".new")
    os.remove(path .. "-wal")
    os.remove(path .. "-shm")
    assert(os.rename(path .. ".new", path))
    return open()
  end

  before_each(function()
    offset, path, boot_id = 0, os.tmpname(), "one"
    os.remove(path)
    open()
  end)

  after_each(function()
    opened:close()
    for _, ending in ipairs { "", "-wal", "-shm", "-count", ".backup" } do
      os.remove(path .. ending)
    end
  end)

  local SINCE = { since = 1700000000, who = "Ann" }

  describe("a top-up", function()
    local provider

    local function topup(mode)
      return luapay.flow.topup {
        client = luapay.infobip {
          username = "reseller",
          password = "secret",
          transport = provider:transport(),
        },
        journal = opened,
        mode = mode or "each",
      }
    end

    local function item(reference)
      return {
        reference = reference,
        accountKey = "EUR-1",
        amount = "10.00",
        description = "Top-up " .. reference,
      }
    end

    before_each(function()
      provider = sandbox.infobip()
      assert(topup():run_one(item "before"))
      back_up()
      assert(topup():run_one(item "lost"))
      restore()
    end)

    it("is known when the journal is opened", function()
      assert.truthy(opened.warning:find("call journal:restored", 1, true))
      assert(opened:restored(SINCE))
      opened:close()
      open()
      assert.truthy(opened.warning:find("looked up", 1, true))
      assert(opened:restored {
        since = SINCE.since,
        who = "Ann",
        complete = true,
      })
      opened:close()
      assert.is_nil(open().warning)
    end)

    it("is refused until somebody knows of it", function()
      for _, reference in ipairs { "lost", "new" } do
        local got, err = topup():run_one(item(reference))
        assert.is_nil(got)
        assert.equal("restored", err.code)
        assert.equal("unknown", err.outcome)
      end
      assert.equal(2, #provider:ledger())
      assert.equal("done", assert(topup():run_one(item "before")).state)
    end)

    it("needs a person, and nothing is sent twice", function()
      assert(opened:restored(SINCE))
      local got, err = topup():run_one(item "lost")
      assert.is_nil(got)
      assert.equal("parked", err.code)
      assert.equal("unknown", err.outcome)
      assert.equal("unknown", err.item.money)
      assert.truthy(err.item.advice:find("may lack", 1, true))
      assert(not topup():run_one(item "lost"))
      assert.equal(2, #provider:ledger())
      local id = provider:ledger()[2].transactionId
      got = assert(topup():found("lost", { provider_id = tostring(id) }))
      assert.equal("moved", got.money)
      assert.equal(2, #provider:ledger())
    end)

    it("may be found absent on another machine as well", function()
      assert(opened:restored(SINCE))
      assert(not topup():run_one(item "new"))
      opened:close()
      boot_id = "another"
      open()
      assert.equal("early", select(2, topup():absent "new").code)
      offset = offset + 1000
      assert.equal("failed", assert(topup():absent "new").state)
      assert.equal("done", assert(topup():run_one(item "new")).state)
      assert.equal(3, #provider:ledger())
    end)

    it("is sent once a person has found that it is not there", function()
      assert(opened:restored(SINCE))
      assert(not topup():run_one(item "new"))
      local _, early = topup():absent "new"
      assert.equal("early", early.code)
      offset = offset + 1000
      assert.equal("failed", assert(topup():absent "new").state)
      assert.equal("done", assert(topup():run_one(item "new")).state)
      assert.equal(3, #provider:ledger())
    end)

    it("of a list is as careful", function()
      assert(opened:restored(SINCE))
      for _ = 1, 2 do
        local got, err = topup():run { item "lost", item "x", item "before" }
        assert.is_nil(got)
        assert.equal("parked", err.report.items[1].state)
        assert.equal("parked", err.report.items[2].state)
        assert.equal("done", err.report.items[3].state)
      end
      assert.equal(2, #provider:ledger())
      offset = offset + 1000
      assert(topup():absent "x")
      assert(not topup():run { item "lost", item "x" })
      assert.equal(3, #provider:ledger())
    end)

    it("of an iterator is as careful", function()
      assert(opened:restored(SINCE))
      local rows = { item "lost", item "x" }
      local i = 0
      assert(not topup():run(function()
        i = i + 1
        return rows[i]
      end))
      assert.equal(2, #provider:ledger())
    end)

    it("all or nothing stops at what may have been sent", function()
      assert(opened:restored(SINCE))
      local got, err = topup("all_or_nothing"):run {
        item "lost",
        item "x",
      }
      assert.is_nil(got)
      assert.equal("unknown", err.outcome)
      assert.equal(2, #provider:ledger())
    end)

    it("is taken back again only when a person has looked", function()
      assert(opened:restored(SINCE))
      local got, err = topup():undo "before"
      assert.is_nil(got)
      assert.equal("unknown", err.outcome)
      assert.equal(2, #provider:ledger())
    end)

    it("is as ever when all has been looked up", function()
      assert(opened:restored(SINCE))
      assert(opened:restored {
        since = SINCE.since,
        who = "Ann",
        complete = true,
      })
      assert(topup():run_one(item "new"))
      assert.equal(3, #provider:ledger())
    end)
  end)

  it("what was planned, or had failed, may have been sent", function()
    local provider = sandbox.infobip()
    local function topup()
      return luapay.flow.topup {
        client = luapay.infobip {
          username = "reseller",
          password = "secret",
          transport = provider:transport(),
        },
        journal = opened,
        mode = "each",
      }
    end
    local item = {
      reference = "x",
      accountKey = "EUR-1",
      amount = "10.00",
      description = "x",
    }
    provider:inject { at = "add_funds", fault = "error", status = 400 }
    assert(not topup():run_one(item))
    back_up()
    assert(topup():run_one(item))
    restore()
    assert(opened:restored(SINCE))
    assert(not topup():run_one(item))
    assert(not topup():run { item })
    assert.equal(1, #provider:ledger())
  end)

  describe("payments that the provider can be asked about", function()
    local provider, client, agreement

    local function batch()
      return luapay.flow.subscription_batch {
        client = client,
        journal = opened,
        run = "March",
      }
    end

    local function row(id)
      return {
        reference = id,
        external_id = id,
        agreement_id = agreement,
        amount = "12.50",
        due_date = provider:day(5),
        description = "Gold",
      }
    end

    local function rows()
      local i, ids = 0, { "a", "b", "c" }
      return function()
        i = i + 1
        return ids[i] and row(ids[i])
      end
    end

    before_each(function()
      provider, client = subscriptions.open()
      agreement = subscriptions.agree(provider, client)
      local apart = provider:now() - os.time()
      offset = apart
      opened:close()
      open()
    end)

    it("are found there, and the others are sent when it is sure", function()
      assert(batch():run { row "a" })
      back_up()
      assert(batch():run { row "b" })
      restore()
      assert(opened:restored(SINCE))
      local got, err = batch():run(rows())
      assert.is_nil(got)
      assert.equal("unknown", err.outcome)
      assert.equal(
        2,
        #client:list_payment_requests { agreementid = agreement }
      )
      assert.equal("pending", assert(batch():get "b").state)
      assert.equal("unknown", assert(batch():get "c").state)
      offset = offset + 4000
      assert(batch():recover())
      assert.equal("failed", assert(batch():get "c").state)
      assert(batch():run(rows()))
      assert.equal(
        3,
        #client:list_payment_requests { agreementid = agreement }
      )
    end)

    it("that were only planned are asked about, too", function()
      assert(batch():plan { row "a", row "b" })
      back_up()
      assert(batch():work())
      restore()
      assert(opened:restored(SINCE))
      batch():work()
      assert(batch():recover())
      assert.equal(
        2,
        #client:list_payment_requests { agreementid = agreement }
      )
      assert.equal("pending", assert(batch():get "a").state)
    end)
  end)
end)
