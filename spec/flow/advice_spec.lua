-- What a flow advises a person to do, followed to its end. A case is how it
-- comes about, the verb that the advice names, what is called, and the row
-- "state | money | ended | needs a person" that follows.

local mobip = require "spec.flow.words.mobip_helper"
local report = require "luapay.flow.kit.report"
local words = require "spec.flow.words.helper"

local CASES = {
  ["a top-up"] = require "spec.flow.advice.infobip",
  ["Mobip"] = require "spec.flow.advice.mobip",
  ["MobilePay Subscriptions"] = require "spec.flow.advice.subscriptions",
  ["MobilePay Online"] = require "spec.flow.advice.online",
}

-- For a kind that says nothing of its own: none does.
local FALLBACK = { lost = true, refused = true }

local HORIZONS = 15000 -- seconds after which all lists are whole

-- An advice without the steps that it names in each case.
local function bare(advice)
  local text = advice
    :gsub("%(reference, { step = [^,}]+ }%)", "(reference)")
    :gsub("{ step = [^,}]+, ", "{ ")
  return text
end

local reached = {}

local function stored(c)
  return assert(c.flow:get(c.reference, { refresh = false }))
end

local function sent(world)
  local count = 0
  for _, request in ipairs(world.provider:requests()) do
    if world.sending[request.endpoint] then count = count + 1 end
  end
  return count
end

-- What an item says is what the books say, unless it does not say.
local function check_books(c, item)
  if not c.world.books or item.money == "unknown" then return end
  local moved = tonumber(item.moved) - tonumber(item.returned)
  assert.equal(c.world.books(), moved)
end

local OF_A_PERSON = { found = true, absent = true, accept = true }

-- A person changes their mind: it is as it was, unless it was settled since.
local function check_reopen(c, before)
  local item, err =
    c.flow:reopen(c.reference, { who = "ann", why = "I was wrong" })
  if not item then
    assert.equal("settled", err.code)
    return false
  end
  assert.equal(words.row_of(before), words.row_of(item))
  assert.equal(before.advice, item.advice)
  return true
end

describe("an advice, followed,", function()
  local opened = {} -- worlds that have a file of their own

  after_each(function()
    for i, world in ipairs(opened) do
      world.close()
      opened[i] = nil
    end
  end)

  local function begin(bring)
    local c = bring()
    if c.world.close then opened[#opened + 1] = c.world end
    return c
  end

  for provider, cases in pairs(CASES) do
    for _, case in ipairs(cases) do
      local what, bring, verb, follow, row = (table.unpack or unpack)(case)

      it(("ends: %s: %s, %s"):format(provider, what, verb), function()
        local c = begin(bring)
        local before = stored(c)
        assert.is_true(before.needs_person)
        reached[bare(before.advice)] = true
        assert.matches(verb .. "%f[%W]", before.advice)
        if verb == "absent" then c.world.provider:advance(HORIZONS) end
        local count = sent(c.world)
        follow(c)
        count = count + (c.by_hand or 0)
        assert.equal(row, words.row_of(stored(c)))
        assert(c.flow:recover())
        assert.equal(row, words.row_of(stored(c)))
        assert.equal(count, sent(c.world))
        check_books(c, stored(c))
        if OF_A_PERSON[verb] and check_reopen(c, before) then
          assert(c.flow:recover())
          assert.equal(count, sent(c.world))
        end
      end)
    end
  end

  it("names a row of the queue that has no trid", function()
    local world = mobip.open()
    world.paid()
    world.provider:inject {
      at = "get_mobip_transactions",
      fault = "no_trid",
      rows = 1,
    }
    local _, err = world.queue():run()
    assert.matches("option trid_field", err.report.items[1].advice)
    assert(world.queue({ trid_field = "mobip_trid" }):run())
  end)

  -- Texts of all kinds, with where each stands.
  local function texts()
    local list = {}
    for why, text in pairs(report.ADVICE) do
      if not FALLBACK[why] then list[bare(text)] = "any flow, " .. why end
    end
    local function add(name, specs)
      for step, spec in pairs(specs or {}) do
        local advice = spec.advice or {}
        if type(advice) == "string" then advice = { lost = advice } end
        for why, text in pairs(advice) do
          list[bare(text)] = ("%s, %s, %s"):format(name, step, why)
        end
      end
    end
    for _, cases in pairs(CASES) do
      for _, case in ipairs(cases) do
        local kind = begin(case[2]).flow.kind
        add(kind.name, kind.steps)
        add(kind.name, kind.sorts)
      end
    end
    return list
  end

  it("says that accept needs who and why", function()
    for text in pairs(texts()) do
      local _, named = text:gsub("accept%(", "")
      local _, whole = text:gsub("accept%(reference, { who, why }%)", "")
      assert.equal(named, whole)
    end
  end)

  it("is followed by a case above, each of them", function()
    local missing = {}
    for text, where in pairs(texts()) do
      if not reached[text] then missing[#missing + 1] = where end
    end
    table.sort(missing)
    assert.same({}, missing)
  end)
end)
