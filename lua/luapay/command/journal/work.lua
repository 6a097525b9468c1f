-- work.lua - `luapay journal list`, `recover` and `verify`: many items at
-- once.

local clients = require "luapay.command.clients"
local config = require "luapay.command.config"
local decimal = require "luapay.decimal"
local find = require "luapay.command.journal.find"
local json = require "luapay.command.json"
local ledger = require "luapay.command.ledger"

local work = {}

-- ---- list

local function list(given, shell, journal)
  local rows, told, flows = {}, {}, {}
  local left = given.limit or math.huge
  for view in
    journal:items {
      account = given.account,
      flow = given.flow,
      run = given.run,
      states = given.state[1] and given.state or nil,
      money = given.money[1] and given.money or nil,
      needs_person = given.person and true or nil,
    }
  do
    if left <= 0 then
      shell:note "There are more: --limit."
      break
    end
    left = left - 1
    if ledger.APIS[view.flow] then
      local name = view.account .. "\0" .. view.flow .. "\0" .. view.run
      flows[name] = flows[name]
        or ledger.offline(journal, {
          account = view.account,
          flow = view.flow,
          run = view.run,
          entry = view.entries[1],
        })
      local item = assert(flows[name]:get(view.reference, { refresh = false }))
      if given.json then
        told[#told + 1] = find.plain(item, view, given)
      else
        rows[#rows + 1] = {
          shell.shown(item.reference),
          view.flow,
          view.run ~= "" and shell.shown(view.run) or "-",
          find.amount(item),
          find.standing(shell, item),
          "money " .. item.money,
          find.time(find.since(view)),
        }
      end
    end
  end
  if given.json then
    shell:say("%s", json.write(told, "list"))
  else
    shell:lines(shell.columns(rows))
  end
  return shell.DONE
end

local STATES = {
  "planned",
  "sent",
  "pending",
  "done",
  "closed",
  "failed",
  "unknown",
  "parked",
  "compensated",
}

work.list = {
  name = "list",
  summary = "Lists items.",
  options = {
    {
      "--state",
      "Only those in this state.",
      value = "STATE",
      many = true,
      choices = STATES,
    },
    {
      "--money",
      "Only those whose money is such.",
      value = "WORD",
      many = true,
      choices = { "none", "asked", "moved", "returned", "unknown" },
    },
    { "--person", "Only those that need a person." },
    { "--limit", "At most so many.", value = "N", number = true },
  },
  examples = {
    "luapay sandbox demo evening.db",
    "luapay journal list --journal evening.db --state parked --money moved",
  },
  run = list,
}

-- ---- recover

-- The books in which something is open, with one entry of each: what is
-- asked about has to be known (whose invoices).
local function open_books(journal, given)
  local groups, err = journal:groups()
  if not groups then return nil, err end
  local books, seen = {}, {}
  for _, group in ipairs(groups) do
    local name = group.account .. "\0" .. group.flow .. "\0" .. group.run
    local fits = ledger.APIS[group.flow] and not seen[name]
    for _, field in ipairs { "account", "flow", "run" } do
      fits = fits and (not given[field] or given[field] == group[field])
    end
    if fits and not group.ended then
      seen[name] = true
      local book =
        { account = group.account, flow = group.flow, run = group.run }
      book.entry = journal:items {
        account = book.account,
        flow = book.flow,
        run = book.run,
        limit = 1,
      }().entries[1]
      books[#books + 1] = book
    end
  end
  return books
end

-- One client for each API; false and why where there is none.
local function new_clients(shell, given)
  local made = {}
  return function(book)
    local api = ledger.APIS[book.flow]
    if not made[api] then
      local calls = { count = 0 }
      local good, client = pcall(clients.new, shell, api, given, {
        on_request = function()
          calls.count = calls.count + 1
        end,
      })
      if not good and getmetatable(client) ~= config then error(client, 0) end
      made[api] = { calls = calls, good = good, client = client }
    end
    local one = made[api]
    if not one.good then return nil, one.client.message end
    local account = one.client:about().account
    if account ~= book.account then
      return nil, ("the credentials that are known are of %s"):format(account)
    end
    return one.client, nil, one.calls
  end
end

local function left_over(journal, given)
  local groups = journal:groups() or {}
  local persons, unknown = 0, 0
  for _, group in ipairs(groups) do
    local fits = true
    for _, field in ipairs { "account", "flow", "run" } do
      fits = fits and (not given[field] or given[field] == group[field])
    end
    if fits and group.needs_person then
      persons = persons + group.count
    elseif fits and (group.state == "unknown" or group.state == "sent") then
      unknown = unknown + group.count
    end
  end
  return persons, unknown
end

-- What is unknown is asked about now, whether it is due or not.
local function ask_now(journal, flow, book)
  for view in
    journal:items {
      account = book.account,
      flow = book.flow,
      run = book.run,
      states = { "unknown" },
    }
  do
    flow:get(view.reference) -- whether it could be asked is seen in the end
  end
end

-- When the first of what is unknown will be asked about.
local function first_due(journal, given)
  local first
  local unknown = {
    account = given.account,
    flow = given.flow,
    run = given.run,
    states = { "unknown" },
    limit = 1000,
  }
  for view in journal:items(unknown) do
    for _, entry in ipairs(view.entries) do
      if entry.state == "unknown" and entry.due_at then
        first = math.min(first or entry.due_at, entry.due_at)
      end
    end
  end
  return first
end

local function recover(given, shell, journal)
  local books, err = open_books(journal, given)
  if not books then return find.fail(shell, err, given) end
  local client_of, skipped = new_clients(shell, given), 0
  for _, book in ipairs(books) do
    local client, why = client_of(book)
    local name = ("%s %s%s"):format(
      book.account,
      book.flow,
      book.run ~= "" and " " .. shell.shown(book.run) or ""
    )
    if not client then
      skipped = skipped + 1
      shell:note("%s: not asked: %s", name, why)
    else
      local flow = ledger.flow(journal, client, book)
      shell.sends = true -- what an unfinished run leaves is taken back
      local told, fault = flow:recover()
      shell.sends = false
      if not told then return find.fail(shell, fault, given) end
      if given.now and told.states.unknown then
        ask_now(journal, flow, book)
        told, fault = flow:report()
        if not told then return find.fail(shell, fault, given) end
      end
      if not given.json then
        shell:say(
          "%s: %d items, %d open, %d need a person",
          name,
          told.total,
          told.open,
          told.needs_person
        )
      end
    end
  end
  local persons, unknown = left_over(journal, given)
  if given.json then
    shell:say(
      "%s",
      json.write {
        asked = #books - skipped,
        not_asked = skipped,
        needs_person = persons,
        unknown = unknown,
      }
    )
  end
  if persons > 0 then
    shell:note("%d need a person: luapay journal report", persons)
  end
  local due = unknown > 0 and first_due(journal, given)
  if due and due > journal:now() then
    shell:note(
      "What is unknown is asked about from %s on; --now asks at once.",
      os.date("%H:%M:%S", math.ceil(due))
    )
  end
  if skipped > 0 then return shell.FAILED end
  return persons + unknown > 0 and shell.UNKNOWN or shell.DONE
end

work.recover = {
  name = "recover",
  summary = "Asks the providers about all that is open.",
  about = "Asks the providers about what a crash has left open, and about "
    .. "all that is\npending; completes an all-or-nothing top-up, or takes "
    .. "it back. Sends nothing new.\nGood for a timer. Status 3: something "
    .. "is still unknown.",
  options = {
    { "--now", "Ask also about what was sent just now." },
  },
  examples = {
    "luapay sandbox demo evening.db",
    "luapay journal recover --sandbox --journal evening.db ||",
    "  test $? = 3",
  },
  run = recover,
}

-- ---- verify

-- The sums that are kept, against a recount.
local function recount(journal)
  local groups, err = journal:groups()
  if not groups then return nil, err end
  local kept, counted = {}, {}
  local function add(into, of, count, sum)
    local name = table.concat({
      of.account,
      of.flow,
      of.run,
      of.state,
      of.money,
      tostring(of.needs_person),
      tostring(of.ended),
      of.currency or "",
    }, " ")
    local known = into[name] or { count = 0, sum = "0" }
    known.count = known.count + count
    known.sum = decimal.add(known.sum, sum)
    into[name] = known
  end
  for _, group in ipairs(groups) do
    add(kept, group, group.count, group.sum)
  end
  for view in journal:items() do
    local summary, main = view.summary, view.entries[1]
    add(counted, {
      account = view.account,
      flow = view.flow,
      run = view.run,
      state = summary.state,
      money = summary.money,
      needs_person = summary.needs_person,
      ended = summary.ended,
      currency = main.currency,
    }, 1, main.currency and summary.sum or "0")
  end
  local wrong = {}
  for _, names in ipairs { kept, counted } do
    for name in pairs(names) do
      local a = kept[name] or { count = 0, sum = "0" }
      local b = counted[name] or { count = 0, sum = "0" }
      local same = a.count == b.count and decimal.compare(a.sum, b.sum) == 0
      if not same then wrong[name] = true end
    end
  end
  return wrong
end

local function verify(given, shell, journal)
  local wrong, err = recount(journal)
  if not wrong then return find.fail(shell, err, given) end
  for name in pairs(wrong) do
    shell:note("The kept sums are not those of the items: %s", name)
  end
  local told = { same = 0, changed = {}, not_asked = 0, failed = {} }
  local client_of, flows = new_clients(shell, given), {}
  local mine = { account = given.account, flow = given.flow, run = given.run }
  for view in journal:items(mine) do
    local client, _, calls
    if ledger.APIS[view.flow] then
      client, _, calls = client_of(view)
    end
    if not client then
      told.not_asked = told.not_asked + 1
    else
      local name = view.account .. "\0" .. view.flow .. "\0" .. view.run
      flows[name] = flows[name]
        or ledger.flow(journal, client, {
          flow = view.flow,
          run = view.run,
          entry = view.entries[1],
        })
      local was = flows[name]:get(view.reference, { refresh = false })
      local before = calls.count
      local is, fault = flows[name]:get(view.reference)
      if not is then
        told.failed[#told.failed + 1] =
          { reference = view.reference, why = tostring(fault) }
      elseif calls.count == before then
        told.not_asked = told.not_asked + 1
      elseif was.state == is.state and was.money == is.money then
        told.same = told.same + 1
      else
        told.changed[#told.changed + 1] = {
          reference = view.reference,
          flow = view.flow,
          was = was.state .. ", money " .. was.money,
          is = is.state .. ", money " .. is.money,
        }
      end
    end
  end
  told.sums_are_right = next(wrong) == nil
  if given.json then
    shell:say("%s", json.write(told, { changed = "list", failed = "list" }))
  else
    for _, one in ipairs(told.changed) do
      shell:say(
        "%s (%s): %s; the provider says %s",
        shell.shown(one.reference),
        one.flow,
        one.was,
        one.is
      )
    end
    for _, one in ipairs(told.failed) do
      shell:note(
        "%s: could not be asked about: %s",
        shell.shown(one.reference),
        shell.shown(one.why)
      )
    end
    shell:say(
      "%d are as the provider says, %d are not, %d could not be asked about",
      told.same,
      #told.changed,
      told.not_asked + #told.failed
    )
    shell:say(
      told.sums_are_right and "The sums are those of the items."
        or "The sums are not those of the items."
    )
  end
  local good = told.sums_are_right and not told.changed[1]
  if not good then return shell.FAILED end
  return told.failed[1] and shell.UNKNOWN or shell.DONE
end

work.verify = {
  name = "verify",
  summary = "Compares the journal with what the providers say.",
  about = "Asks the provider about each item, where it can be asked, and says "
    .. "what differs;\nwhat it says is written down. Adds all items up again, "
    .. "and compares the sums.\nStatus 1: something differed.",
  options = {},
  examples = {
    "luapay sandbox demo evening.db",
    "luapay journal verify --sandbox --journal evening.db",
  },
  run = verify,
}

return work
