-- What the entries of an item say of its money: a table of cases, for each
-- way in which a flow may move money. Nothing is sent and nothing written.

local money = require "luapay.flow.kit.money"

-- A credit that may be taken back whole.
local TOPUP = {
  name = "topup",
  main = "main",
  steps = {
    main = { effect = "moves" },
    rollback = { effect = "returns", whole = true },
    group = { quiet = true },
  },
}

-- A payment that is reserved, then captured or cancelled whole.
local ONE_OFF = {
  name = "one_off",
  main = "main",
  steps = {
    main = { effect = "moves" },
    capture = { effect = "moves", whole = true },
    cancel = { effect = "releases", whole = true },
  },
}

-- A payment that is authorised, and captured in parts.
local ONLINE = {
  name = "online",
  main = "main",
  steps = {
    main = { effect = "asks" },
    attempt = { effect = "reserves" },
    report = {},
    capture = { effect = "moves" },
    cancel = { effect = "releases" },
    refund = { effect = "returns" },
  },
}

local REFUND = {
  name = "refunds",
  main = "main",
  steps = { main = { effect = "returns" } },
}

local AGREEMENT = {
  name = "agreement",
  main = "main",
  steps = { main = {}, resend = { quiet = true } },
}

-- "main done 10.00, rollback parked": entries. "!" and a word at the end of
-- one: its outcome says so.
local function entries_of(text)
  local list = {}
  for part in text:gmatch "[^,]+" do
    local step, state, rest = part:match "^%s*(%S+) (%S+)(.*)$"
    local entry = { step = step, state = state, details = {}, outcome = {} }
    entry.main = step == "main"
    entry.amount = rest:match " (%-?[%d.]+)"
    if entry.main and not entry.amount then entry.amount = "10.00" end
    entry.currency = entry.main and "EUR" or nil
    for name, value in rest:gmatch "!([%w_]+)=?([%w._]*)" do
      entry.outcome[name] = value ~= "" and value or true
    end
    if rest:find "held" then entry.details.held = true end
    list[#list + 1] = entry
  end
  return list
end

-- "state money moved/returned/open flags": E ended, P a person.
local function text_of(kind, list)
  local said = money.appraise(kind, list)
  return ("%s %s %s/%s/%s %s%s%s"):format(
    said.state,
    said.money,
    said.moved,
    said.returned,
    said.open,
    said.ended and "E" or "-",
    said.needs_person and "P" or "-",
    said.step ~= "main" and " " .. said.step or ""
  )
end

local NONE, ALL = "0.00/0.00/0.00", "10.00/0.00/0.00"
local OPEN, BACK = "0.00/0.00/10.00", "10.00/10.00/0.00"

-- stylua: ignore
local CASES = {
  { TOPUP, "main planned", "planned none " .. NONE .. " --" },
  { TOPUP, "main sent", "sent unknown " .. OPEN .. " --" },
  { TOPUP, "main unknown", "unknown unknown " .. OPEN .. " --" },
  { TOPUP, "main parked", "parked unknown " .. OPEN .. " -P" },
  { TOPUP, "main parked !accepted", "parked unknown " .. OPEN .. " --" },
  { TOPUP, "main failed", "failed none " .. NONE .. " E-" },
  { TOPUP, "main closed", "closed none " .. NONE .. " E-" },
  { TOPUP, "main done", "done moved " .. ALL .. " E-" },
  { TOPUP, "main done held", "done moved " .. ALL .. " --" },
  { TOPUP, "main done, group sent", "done moved " .. ALL .. " E-" },
  { TOPUP, "main done -1.50", "done moved -1.50/0.00/0.00 E-" },
  { TOPUP, "main sent -1.50", "sent unknown 0.00/0.00/1.50 --" },
  { TOPUP, "main done, rollback done",
    "compensated returned " .. BACK .. " E-" },
  { TOPUP, "main done -1.50, rollback done",
    "compensated returned -1.50/-1.50/0.00 E-" },
  { TOPUP, "main done, rollback sent",
    "sent unknown 10.00/0.00/10.00 -- rollback" },
  { TOPUP, "main done, rollback parked",
    "parked unknown 10.00/0.00/10.00 -P rollback" },
  { TOPUP, "main done, rollback failed", "done moved " .. ALL .. " E-" },
  { TOPUP, "main done, rollback failed !person=refused",
    "done moved " .. ALL .. " EP" },
  { TOPUP, "main done !doubt", "done unknown " .. OPEN .. " --" },
  { TOPUP, "main closed !doubt", "closed unknown " .. OPEN .. " --" },
  { TOPUP, "main pending !new_word=X !person=word",
    "pending unknown " .. OPEN .. " -P" },
  { TOPUP, "main done !moved=9.00 !person=amount",
    "done moved 9.00/0.00/0.00 EP" },

  { ONE_OFF, "main pending", "pending asked " .. OPEN .. " --" },
  { ONE_OFF, "main pending, capture unknown",
    "unknown unknown " .. OPEN .. " -- capture" },
  { ONE_OFF, "main pending, capture failed",
    "pending asked " .. OPEN .. " --" },
  { ONE_OFF, "main done, capture done", "done moved " .. ALL .. " E-" },
  { ONE_OFF, "main pending, cancel unknown",
    "unknown unknown " .. OPEN .. " -- cancel" },
  { ONE_OFF, "main pending, cancel done", "closed none " .. NONE .. " E-" },
  { ONE_OFF, "main closed, cancel done", "closed none " .. NONE .. " E-" },
  { ONE_OFF, "main done !person=late", "done moved " .. ALL .. " EP" },
  { ONE_OFF, "main parked !person=reversed",
    "parked unknown " .. OPEN .. " -P" },

  { ONLINE, "main pending", "pending asked " .. NONE .. " --" },
  { ONLINE, "main pending, attempt:1 done",
    "pending asked " .. NONE .. " --" },
  { ONLINE, "main pending, attempt:1 sent",
    "sent unknown " .. NONE .. " -- attempt:1" },
  { ONLINE, "main pending, attempt:1 parked",
    "parked unknown " .. NONE .. " -P attempt:1" },
  { ONLINE, "main pending, attempt:1 done, report:1 unknown",
    "unknown asked " .. NONE .. " -- report:1" },
  { ONLINE, "main pending, capture:a done 4.00",
    "pending moved 4.00/0.00/0.00 --" },
  { ONLINE, "main pending, capture:a unknown 4.00",
    "unknown unknown 0.00/0.00/4.00 -- capture:a" },
  { ONLINE, "main pending, capture:a done 4.00, capture:b unknown 2.00",
    "unknown moved 4.00/0.00/2.00 -- capture:b" },
  { ONLINE, "main pending, capture:a done 4.00, cancel:b done 6.00",
    "done moved 4.00/0.00/0.00 E-" },
  { ONLINE, "main pending, capture:a done 4.00, cancel:b unknown 6.00",
    "unknown moved 4.00/0.00/0.00 -- cancel:b" },
  { ONLINE, "main pending, cancel:a done 10.00",
    "closed none " .. NONE .. " E-" },
  { ONLINE, "main pending, cancel:a unknown 10.00",
    "unknown unknown " .. NONE .. " -- cancel:a" },
  { ONLINE, "main pending, cancel:a unknown 4.00",
    "unknown asked " .. NONE .. " -- cancel:a" },
  { ONLINE, "main pending, capture:a done 10.00",
    "done moved " .. ALL .. " E-" },
  { ONLINE, "main pending, capture:a done 10.00, refund:b done 3.00",
    "done moved 10.00/3.00/0.00 E-" },
  { ONLINE, "main pending, capture:a done 10.00, refund:b done 10.0",
    "compensated returned " .. BACK .. " E-" },
  { ONLINE, "main pending, capture:a done 10.00, refund:b sent 10.00",
    "sent unknown 10.00/0.00/10.00 -- refund:b" },
  { ONLINE, "main pending, capture:a done 10.00, refund:b sent 3.00",
    "sent moved 10.00/0.00/3.00 -- refund:b" },
  { ONLINE, "main pending, capture:a done 4.00, refund:b done 4.00",
    "pending returned 4.00/4.00/0.00 --" },
  { ONLINE,
    "main pending, capture:a done 4, capture:b sent 6.00, refund:c done 4",
    "sent unknown 4.00/4.00/6.00 -- capture:b" },
  { ONLINE, "main closed, attempt:1 parked",
    "parked unknown " .. NONE .. " -P attempt:1" },
  { ONLINE, "main closed", "closed none " .. NONE .. " E-" },

  { REFUND, "main pending", "pending asked " .. OPEN .. " --" },
  { REFUND, "main done", "done returned 0.00/10.00/0.00 E-" },
  { REFUND, "main sent", "sent unknown " .. OPEN .. " --" },
  { REFUND, "main closed", "closed none " .. NONE .. " E-" },

  { AGREEMENT, "main pending", "pending none 0.00/0.00/0 --" },
  { AGREEMENT, "main done", "done none 0.00/0.00/0 E-" },
  { AGREEMENT, "main unknown", "unknown none 0.00/0.00/0 --" },
  { AGREEMENT, "main done, resend parked", "done none 0.00/0.00/0 E-" },
}

describe("the money of an item", function()
  for _, case in ipairs(CASES) do
    it(("is, in %s: %s"):format(case[1].name, case[2]), function()
      local list = entries_of(case[2])
      assert.equal(case[3], text_of(case[1], list))
      -- the order in which further steps were written is no matter
      local turned = {}
      for i = #list, 1, -1 do
        turned[#turned + 1] = list[i]
      end
      assert.equal(
        case[3]:match "^%S+ %S+",
        text_of(case[1], turned):match "^%S+ %S+"
      )
    end)
  end

  it("never says more than its bounds: moved and returned", function()
    local said = money.appraise(ONLINE, entries_of "main pending")
    assert.equal("EUR", said.currency)
    assert.equal("10.00", said.sum)
  end)

  it("raises for a step that its kind does not have", function()
    assert.has_error(function()
      money.appraise(TOPUP, entries_of "main done, dance done")
    end)
  end)
end)
