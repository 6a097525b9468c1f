-- report.lua - `luapay journal report`: what an operator wants to see in the
-- evening. What needs a person first, with what to do; then what is open and
-- since when; then the sums.

local decimal = require "luapay.decimal"
local find = require "luapay.command.journal.find"
local json = require "luapay.command.json"
local ledger = require "luapay.command.ledger"

local MONEY = { "unknown", "asked", "moved", "returned", "none" }

local SHOWN = 50 -- items of each kind

local function fits(group, given)
  for _, name in ipairs { "account", "flow", "run" } do
    if given[name] and group[name] ~= given[name] then return false end
  end
  return ledger.APIS[group.flow] ~= nil
end

-- The books that have something of a kind: { account, flow, run }.
local function books(groups, given, wanted)
  local list, seen = {}, {}
  for _, group in ipairs(groups) do
    local name = table.concat({ group.account, group.flow, group.run }, "\0")
    if fits(group, given) and wanted(group) and not seen[name] then
      seen[name] = true
      list[#list + 1] =
        { account = group.account, flow = group.flow, run = group.run }
    end
  end
  return list
end

local function collect(journal, list, filter, limit)
  local found = {}
  for _, book in ipairs(list) do
    local flow = ledger.offline(journal, book)
    for view in
      journal:items {
        account = book.account,
        flow = book.flow,
        run = book.run,
        needs_person = filter.needs_person,
        ended = filter.ended,
      }
    do
      if #found >= limit then return found, true end
      book.entry = view.entries[1]
      local item = assert(flow:get(view.reference, { refresh = false }))
      found[#found + 1] = { item = item, view = view }
    end
  end
  return found, false
end

-- Sums by word of money and currency, and how many items there are.
local function sums_of(groups, given)
  local sums = {}
  for _, group in ipairs(groups) do
    if fits(group, given) then
      local name = group.money .. "\0" .. group.currency
      local sum = sums[name]
      if not sum then
        sum = {
          money = group.money,
          currency = group.currency ~= "" and group.currency or nil,
          count = 0,
          sum = "0",
        }
        sums[name] = sum
        sums[#sums + 1] = sum
      end
      sum.count = sum.count + group.count
      sum.sum = decimal.add(sum.sum, group.sum)
    end
  end
  local rank = {}
  for i, name in ipairs(MONEY) do
    rank[name] = i
  end
  local list = {}
  for i, sum in ipairs(sums) do
    list[i] = sum
  end
  table.sort(list, function(a, b)
    if a.money ~= b.money then return rank[a.money] < rank[b.money] end
    return (a.currency or "") < (b.currency or "")
  end)
  return list
end

local function plain(list, given)
  local told = {}
  for i, one in ipairs(list) do
    told[i] = find.plain(one.item, one.view, given)
  end
  return told
end

local function title(shell, text)
  shell:say("%s", shell:paint("bold", text))
end

local function say_person(shell, list, count, given)
  title(shell, ("Needs a person: %d"):format(count))
  for _, one in ipairs(list) do
    local item, view = one.item, one.view
    shell:say(
      "\n  %s  %s%s  %s  %s, money %s  since %s",
      shell:paint("red", shell.shown(item.reference)),
      view.flow,
      view.run ~= "" and " (" .. shell.shown(view.run) .. ")" or "",
      find.amount(item),
      item.state,
      item.money,
      find.time(find.since(view))
    )
    for _, id in ipairs(item.candidates or {}) do
      shell:say("    candidate: %s", shell.shown(id))
    end
    find.say_advice(shell, item, view, given, "    ")
  end
  if #list < count then
    shell:say("\n  ... and %d more: --limit %d", count - #list, count)
  end
end

local function say_open(shell, list, count)
  title(shell, ("\nOpen: %d"):format(count))
  local rows = {}
  for i, one in ipairs(list) do
    local item, view = one.item, one.view
    local held = find.held_until(view)
    rows[i] = {
      shell.shown(item.reference),
      view.flow .. (view.run ~= "" and " " .. shell.shown(view.run) or ""),
      find.amount(item),
      find.standing(shell, item),
      "money " .. item.money,
      "since " .. find.time(find.since(view)),
      held and "held by a worker until " .. os.date("%H:%M", math.floor(held))
        or "",
    }
  end
  shell:lines(shell.columns(rows, "  "))
  if #list < count then
    shell:say("  ... and %d more: --limit %d", count - #list, count)
  end
end

local function say_sums(shell, sums)
  title(shell, "\nSums")
  local rows = { { "money", "currency", "items", "sum" } }
  for _, sum in ipairs(sums) do
    rows[#rows + 1] = {
      sum.money,
      sum.currency or "-",
      ("%d"):format(sum.count),
      sum.currency and sum.sum or "-",
    }
  end
  shell:lines(shell.columns(rows, "  "))
end

local function count_of(groups, given, wanted)
  local count = 0
  for _, group in ipairs(groups) do
    if fits(group, given) and wanted(group) then
      count = count + group.count
    end
  end
  return count
end

local function is_open(group)
  return not group.ended and not group.needs_person and group.state ~= "failed"
end

local function needs_person(group)
  return group.needs_person
end

local function run(given, shell, journal)
  local groups, err = journal:groups()
  if not groups then return find.fail(shell, err, given) end
  local limit = given.limit or SHOWN
  local persons = count_of(groups, given, needs_person)
  local open = count_of(groups, given, is_open)
  local asked = collect(
    journal,
    books(groups, given, needs_person),
    { needs_person = true },
    limit
  )
  local others = collect(
    journal,
    books(groups, given, is_open),
    { needs_person = false, ended = false },
    limit
  )
  local sums = sums_of(groups, given)
  if given.json then
    shell:say(
      "%s",
      json.write({
        needs_person = { count = persons, items = plain(asked, given) },
        open = { count = open, items = plain(others, given) },
        sums = sums,
      }, {
        needs_person = { items = "list" },
        open = { items = "list" },
        sums = "list",
      })
    )
  else
    say_person(shell, asked, persons, given)
    say_open(shell, others, open)
    say_sums(shell, sums)
  end
  if given.check and persons > 0 then return shell.UNKNOWN end
  return shell.DONE
end

return {
  name = "report",
  summary = "What needs a person, what is open, and the sums.",
  about = "What needs a person first, with what to look for and the commands "
    .. "to paste;\nthen what is open and since when; then the sums by "
    .. "currency. Asks no provider.",
  options = {
    { "--limit", "Items of each kind; 50.", value = "N", number = true },
    { "--check", "End with status 3 when something needs a person." },
  },
  examples = {
    "luapay sandbox demo evening.db",
    "luapay journal report --sandbox --journal evening.db",
  },
  run = run,
}
