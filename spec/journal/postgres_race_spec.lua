-- Two workers that are at the same items at once.

local journal = require "luapay.journal"
local postgres = require "spec.support.postgres"
local recount = require "spec.journal.recount"

describe("several workers in PostgreSQL", function()
  local options, why = postgres.database()
  if not options then
    assert(not os.getenv "CI", why)
    return pending(why)
  end

  local first, second

  local function open(patience)
    local made = {}
    for name, value in pairs(options) do
      made[name] = value
    end
    made.patience = patience
    return assert(journal.postgres(made))
  end

  before_each(function()
    first, second = open(10), open(0.3)
  end)

  after_each(function()
    first:close()
    second:close()
  end)

  local function plan(book, token)
    assert(book:plan(token))
    return book:change_many({ "r1", "r2" }, function(items)
      for _, item in ipairs(items) do
        local entry = item:entry "credit"
        if entry then
          item:set(entry, { plan = token })
        else
          item:add { step = "credit", state = "planned", plan = token }
        end
      end
      return true
    end)
  end

  it("count a plan right that ends while another takes its items", function()
    local mine = first:book { flow = "shop" }
    local other = second:book { flow = "shop" }
    assert(plan(mine, "one"))
    local store = first.store
    local transact = store.transact
    function store:transact(reads, decide, more)
      return transact(self, reads, function(access)
        local sums_of_plan = access.sums_of_plan
        function access.sums_of_plan(...)
          local found = sums_of_plan(...)
          plan(other, "two") -- it must wait, and cannot here
          return found
        end
        return decide(access)
      end, more)
    end
    assert(mine:plan_done "one")
    store.transact = nil
    assert.equal(2, mine:report().total)
    recount(first, "shop")
    assert(plan(other, "three"))
    assert(other:plan_done "three")
    assert.equal(2, mine:report().total)
    recount(first, "shop")
  end)

  it("lock an item that comes between its lock and its reading", function()
    local mine = first:book { flow = "shop" }
    local other = second:book { flow = "shop" }
    local driver = first.store.driver
    local transaction, once = driver.transaction, true
    function driver:transaction(work, more)
      return transaction(self, function(tx)
        local run_all = tx.run_all
        function tx.run_all(own, list)
          if not once then return run_all(own, list) end
          once = false
          -- the locks, then somebody else, then what is read
          local head, tail = {}, {}
          for _, statement in ipairs(list) do
            local locks = statement[1]:find "^SELECT 1 FROM luapay_entries"
            table.insert(locks and head or tail, statement)
          end
          local results = run_all(own, head)
          assert(other:change("r9", function(item)
            return item:add { step = "credit", state = "planned" }
          end))
          for _, result in ipairs(run_all(own, tail)) do
            results[#results + 1] = result
          end
          return results
        end
        return work(tx)
      end, more)
    end
    local state
    assert(mine:change("r9", function(item)
      local entry = item:entry "credit"
      state = entry and entry.state
      if not entry then
        return item:add { step = "credit", state = "planned" }
      end
      -- it must be ours by now
      local taken, err = other:change("r9", function(its)
        return its:send(its:entry "credit")
      end)
      assert(not taken and err.code == "unreadable", "it was not locked")
      return item:send(entry)
    end))
    assert.equal("planned", state)
  end)
end)
