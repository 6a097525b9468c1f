-- Stores of what was seen: one contract for all of them.

local callback = require "luapay.callback"
local journal = require "luapay.journal"

local seen = callback.seen

-- A dict as ngx.shared has it, with a capacity.
local function new_dict(clock)
  local items, room = {}, 100000
  local dict = { full = false }
  function dict:get(key)
    local item = items[key]
    if item and item.ends > clock() then return item.value end
  end
  function dict:safe_add(key, value, seconds)
    if self:get(key) ~= nil then return false, "exists" end
    if self.full or room == 0 then return nil, "no memory" end
    room = room - 1
    items[key] = { value = value, ends = clock() + seconds }
    return true
  end
  function dict:delete(key)
    items[key] = nil
  end
  return dict
end

local now

local function clock()
  return now
end

local STORES = {
  memory = function()
    return seen.memory { clock = clock }
  end,
  dict = function()
    return seen.dict(new_dict(clock))
  end,
  journal = function()
    return seen.journal(
      journal.memory { clock = { wall = clock, boot = clock } }
    )
  end,
}

for name, open in pairs(STORES) do
  describe("callback.seen." .. name, function()
    local store

    before_each(function()
      now = 1000000
      store = open()
    end)

    it("says true the first time, and false ever after", function()
      assert.is_true(store:first("a", 100))
      assert.is_false(store:first("a", 100))
      assert.is_false(store:first("a", 100))
      assert.is_true(store:first("b", 100))
    end)

    it("knows what was there, without taking it", function()
      assert.is_false(store:has "a")
      assert.is_false(store:has "a")
      store:first("a", 100)
      assert.is_true(store:has "a")
      assert.is_false(store:has "A")
    end)

    it("lets one have a claim, until it is released", function()
      local mine = store:claim("a", 60)
      assert.truthy(mine)
      assert.is_false(store:claim("a", 60))
      assert.truthy(store:claim("b", 60))
      store:release("a", mine)
      assert.truthy(store:claim("a", 60))
      assert.is_false(store:claim("b", 60))
    end)

    it("lets another have a claim when its time is over", function()
      local old = store:claim("a", 60)
      now = now + 59
      assert.is_false(store:claim("a", 60))
      now = now + 1
      local new = store:claim("a", 60)
      assert.truthy(new)
      assert.is_false(store:claim("a", 60))
      store:release("a", old) -- late: it is another's now
      assert.is_false(store:claim("a", 60))
      store:release("a", new)
      assert.truthy(store:claim("a", 60))
    end)

    it("keeps claims, states and what was seen apart", function()
      assert.is_true(store:first("a", 100))
      local mine = store:claim("a", 60)
      assert.truthy(mine)
      assert.is_true(store:advance("a", 1, "x", false, 100))
      store:release("a", mine)
      assert.is_true(store:has "a")
    end)

    it("moves forwards only", function()
      assert.is_true(store:advance("a", 1, "Requested", false, 100))
      assert.is_true(store:advance("a", 3, "Executed", true, 100))
      assert.same(
        { false, "Executed", 3 },
        { store:advance("a", 1, "Requested", false, 100) }
      )
      assert.same(
        { false, "Executed", 3 },
        { store:advance("a", 2, "Created", false, 100) }
      )
      assert.is_true(store:advance("b", 1, "Requested", false, 100))
    end)

    it("takes the same state again", function()
      for _ = 1, 2 do
        assert.is_true((store:advance("a", 2, "Accepted", false, 100)))
        assert.is_true((store:advance("b", 3, "Expired", true, 100)))
      end
    end)

    it("keeps the first of two ends", function()
      store:advance("a", 3, "Executed", true, 100)
      assert.same(
        { false, "Executed", 3 },
        { store:advance("a", 3, "Failed", true, 100) }
      )
      assert.is_true((store:advance("a", 3, "Executed", true, 100)))
    end)
  end)
end

describe("callback.seen.memory", function()
  it("forgets what is old, and gives its memory back", function()
    now = 0
    local store = seen.memory { clock = clock }
    for i = 1, 5000 do
      now = i
      store:first("key" .. i, 10)
    end
    local count = 0
    for _ in pairs(store.items) do
      count = count + 1
    end
    assert.truthy(count <= 1010)
    assert.is_true(store:first("key1", 10))
  end)
end)

describe("callback.seen.dict", function()
  it("refuses when it is full: it must not forget", function()
    now = 0
    local dict = new_dict(clock)
    local store = seen.dict(dict)
    store:first("a", 10)
    dict.full = true
    for _, method in ipairs { "first", "claim" } do
      local good, fault = store[method](store, "b", 10)
      assert.is_nil(good)
      assert.equal("seen", fault.code)
      assert.truthy(fault.message:find("no memory", 1, true))
    end
    local good, fault = store:advance("b", 1, "x", false, 10)
    assert.is_nil(good)
    assert.equal("seen", fault.code)
    assert.is_false(store:first("a", 10))
  end)

  it("is made of a dict only", function()
    assert.has_error(function()
      seen.dict(nil)
    end)
    assert.has_error(function()
      seen.dict {}
    end)
  end)
end)

describe("callback.seen.journal", function()
  it("is what a journal becomes that is given as a store", function()
    local store = seen.check(journal.memory {})
    assert.is_true(store:first("a", 1))
    assert.is_true(store:has "a")
  end)

  it("is one for all who share its store", function()
    local kept = require("luapay.journal.store.memory").new()
    local function open()
      return seen.journal(journal.memory { store = kept })
    end
    local one, two = open(), open()
    assert.is_true(one:first("a", 1))
    assert.is_false(two:first("a", 1))
    local mine = one:claim("b", 60)
    assert.truthy(mine)
    assert.is_false(two:claim("b", 60))
    one:release("b", mine)
    assert.truthy(two:claim("b", 60))
  end)

  it("says so when the journal fails", function()
    local broken = journal.memory {}
    function broken.store:transact()
      return nil, { message = "the disk is full", is_final = true }
    end
    local store = seen.journal(broken)
    for _, call in ipairs {
      { "first", "a", 1 },
      { "has", "a" },
      { "claim", "a", 1 },
      { "advance", "a", 1, "x", false, 1 },
    } do
      local method = store[call[1]]
      local good, why = method(store, (table.unpack or unpack)(call, 2))
      assert.is_nil(good)
      assert.equal("journal", why.kind)
      assert.truthy(why.message:find "the disk is full")
    end
  end)
end)
