-- Every advice of a top-up: how it comes about, and what follows of it.

local luapay = require "luapay"
local topups = require "spec.flow.topup_helper"

local function open()
  local world = topups.world()
  function world.books()
    return tonumber(world.provider:balance "EUR-1") - 100
  end
  world.sending = { add_funds = true, rollback_transaction = true }
  return world
end

local function credit(world, reference)
  local flow = topups.machine(world, { mode = "each" })
  flow:run_one(topups.item(reference or "a"))
  return { world = world, flow = flow, reference = reference or "a" }
end

local function lost(fault)
  return function()
    local world = open()
    world.provider:inject { at = "add_funds", fault = fault }
    return credit(world)
  end
end

-- Infobip says the id of another one. `booked`: and has credited it.
local function taken(booked)
  return function()
    local world = open()
    credit(world, "b")
    world.provider:inject {
      at = "add_funds",
      fault = "error",
      status = 200,
      booked = booked,
      body = '{"transactionId":1000001}',
    }
    local books = world.books
    function world.books()
      return books() - 10
    end
    return credit(world)
  end
end

local function undone(fault, more)
  return function()
    local c = credit(open())
    local point = { at = "rollback_transaction", fault = fault }
    for name, value in pairs(more or {}) do
      point[name] = value
    end
    c.world.provider:inject(point)
    c.flow:undo "a"
    return c
  end
end

-- In a journal that was restored from a backup.
local function restored()
  local world, path = open(), os.tmpname()
  os.remove(path)
  local function now()
    return world.provider.clock:now()
  end
  local journal = assert(luapay.journal.sqlite {
    path = path,
    clock = { wall = now, boot = now },
  })
  function world.close()
    journal:close()
    for _, ending in ipairs { "", "-wal", "-shm", "-count" } do
      os.remove(path .. ending)
    end
  end
  assert(journal:restored { since = now() - 60, who = "ann" })
  local flow = topups.machine(world, { mode = "each", journal = journal })
  flow:run_one(topups.item "a")
  return { world = world, flow = flow, reference = "a" }
end

-- The transaction that a person finds at Infobip: the last one.
local function found(c)
  local ledger = c.world.provider:ledger()
  local id = ledger[#ledger].transactionId
  return assert(c.flow:found("a", { provider_id = id, who = "ann" }))
end

local function absent(c)
  return assert(c.flow:absent("a", { who = "ann" }))
end

local function found_back(c)
  return assert(c.flow:found("a", { step = "rollback", who = "ann" }))
end

local function not_back(c)
  return assert(c.flow:absent("a", { step = "rollback", who = "ann" }))
end

local function reversed_by_hand(c)
  local client = topups.machine(c.world).client
  local item = assert(c.flow:get "a")
  assert(client:rollback_transaction {
    transactionId = item.provider_id,
    note = "by hand",
  })
  c.by_hand = 1
  return found_back(c)
end

local function other_amount(booked)
  return { status = 200, booked = booked, body = '{"ammount":9.00}' }
end

local MOVED, NONE = "done | moved | y | n", "failed | none | y | n"
local RETURNED = "compensated | returned | y | n"

return {
  { "a lost credit", lost "lost_answer", "found", found, MOVED },
  { "a lost credit", lost "closed", "absent", absent, NONE },
  { "another's id", taken(true), "found", found, MOVED },
  { "another's id", taken(false), "absent", absent, NONE },
  { "a lost rollback", undone "lost_answer", "found", found_back, RETURNED },
  { "a lost rollback", undone "closed", "absent", not_back, MOVED },
  {
    "a rollback of another amount",
    undone("error", other_amount(true)),
    "found",
    found_back,
    RETURNED,
  },
  {
    "a rollback of another amount",
    undone("error", other_amount(false)),
    "absent",
    not_back,
    MOVED,
  },
  {
    "a refused rollback",
    undone("error", { status = 404 }),
    "found",
    reversed_by_hand,
    RETURNED,
  },
  { "a restored journal", restored, "absent", absent, NONE },
}
