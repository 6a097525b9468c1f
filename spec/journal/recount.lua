-- Compares the sums that a journal keeps with a recount of its items.

local assert = require "luassert"
local decimal = require "luapay.decimal"

--- Raises where they differ.
---@param journal luapay.Journal
---@param flow string
return function(journal, flow)
  local book = journal:book { flow = flow }
  local report = assert(book:report { runs = "all" })
  local total, states, sums, persons = 0, {}, {}, 0
  for item in book:items { runs = "all" } do
    local summary, main = item.summary, item.entries[1]
    total = total + 1
    states[summary.state] = (states[summary.state] or 0) + 1
    if summary.needs_person then persons = persons + 1 end
    if main.currency then
      local name = summary.money .. " " .. main.currency
      sums[name] = decimal.add(sums[name] or "0", summary.sum or "0")
    end
  end
  assert.equal(total, report.total)
  assert.same(states, report.states)
  assert.equal(persons, report.needs_person)
  local kept = {}
  for money, group in pairs(report.money) do
    for currency, sum in pairs(group.sums) do
      kept[money .. " " .. currency] = sum
    end
  end
  for name, sum in pairs(sums) do
    assert.equal(0, decimal.compare(sum, kept[name] or "0"), name)
    kept[name] = nil
  end
  for name, sum in pairs(kept) do
    assert.is_true(decimal.is_zero(sum), name)
  end
end
