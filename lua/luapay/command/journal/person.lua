-- person.lua - what a person says of an item: found, absent, accept, reopen;
-- and `show`, where who has said what can be read.

local clients = require "luapay.command.clients"
local config = require "luapay.command.config"
local find = require "luapay.command.journal.find"
local json = require "luapay.command.json"
local ledger = require "luapay.command.ledger"

local person = {}

local WHO = { "--who", "Who says so.", value = "NAME" }
local WHY = { "--why", "Why: kept, and never overwritten.", value = "TEXT" }
local STEP = {
  "--step",
  "The step that is meant, where several are open.",
  value = "STEP",
}

local REFERENCE = { "reference", "The reference of the item." }

-- A client that can ask, where one is known; and whether it can. Another
-- merchant's must not be asked about this one's money.
local function client_of(shell, view, given)
  local api = ledger.APIS[view.flow]
  local good, client = pcall(clients.new, shell, api, given)
  if not good then
    if getmetatable(client) ~= config then error(client, 0) end
    return clients.offline(api, view.account), false, client.message
  end
  local account = client:about().account
  if account ~= view.account then
    config.fail(
      "%s is of the account %s; the credentials that are known are of %s: "
        .. "say others, or the option account below [%s]",
      view.reference,
      view.account,
      account,
      api
    )
  end
  return client, true
end
person.client_of = client_of

local function say_item(shell, item, view, given)
  if given.json then
    shell:say("%s", json.write(find.plain(item, view, given)))
    return
  end
  shell:say(
    "%s  %s  %s, money %s",
    shell.shown(item.reference),
    find.amount(item),
    find.standing(shell, item),
    item.money
  )
  if item.advice then find.say_advice(shell, item, view, given, "  ") end
end

local function settle(verb, options_of)
  return function(given, shell, journal)
    if not (given.who and given.why) then
      return shell:refuse "--who NAME and --why TEXT are required, and kept"
    end
    local view, status = find.one(shell, journal, given)
    if not view then return status end
    local client, can_ask, why
    if verb == "found" then
      client, can_ask, why = client_of(shell, view, given)
    else
      client = clients.offline(ledger.APIS[view.flow], view.account)
    end
    local flow = ledger.flow(journal, client, {
      flow = view.flow,
      run = view.run,
      entry = view.entries[1],
    })
    local options = options_of(given)
    options.who, options.why = given.who, given.why
    local item, fault = flow[verb](flow, view.reference, options)
    if not item then return find.fail(shell, fault, given) end
    say_item(shell, item, view, given)
    if not can_ask and verb == "found" and item.state == "unknown" then
      shell:note(
        "The provider is to be asked: luapay journal recover, when it can be "
          .. "(%s).",
        why
      )
    end
    return shell.DONE
  end
end

local DEMO = "luapay sandbox demo evening.db"

local function example(words)
  return {
    DEMO,
    ("luapay journal %s \\"):format(words),
    "  --sandbox --journal evening.db --who Ann --why 'seen in the portal'",
  }
end

person.found = {
  name = "found",
  summary = "A person has found it at the provider.",
  about = "A person has found it at the provider: its id is bound, the "
    .. "provider is asked\nwhere it can be, and its word counts. It does not "
    .. "say that the money was taken.",
  arguments = { REFERENCE },
  options = {
    { "--provider-id", "The id that it has there.", value = "ID" },
    STEP,
    WHO,
    WHY,
  },
  examples = example "found order-7 --provider-id 1000004",
  run = settle("found", function(given)
    return { provider_id = given.provider_id, step = given.step }
  end),
}

person.absent = {
  name = "absent",
  summary = "A person has made sure that it is not at the provider.",
  about = "A person has made sure that it is not at the provider and never "
    .. "will be: it has\nfailed, and may be sent again. Refused while it may "
    .. "still come.",
  arguments = { REFERENCE },
  options = { STEP, WHO, WHY },
  examples = example "absent order-8",
  run = settle("absent", function(given)
    return { step = given.step }
  end),
}

person.accept = {
  name = "accept",
  summary = "A person has seen it, and it is to stay as it is.",
  arguments = { REFERENCE },
  options = { WHO, WHY },
  examples = example "accept order-7",
  run = settle("accept", function()
    return {}
  end),
}

person.reopen = {
  name = "reopen",
  summary = "Takes a person's found, absent or accept back.",
  arguments = { REFERENCE },
  options = { STEP, WHO, WHY },
  examples = {
    DEMO,
    "luapay journal absent order-8 \\",
    "  --sandbox --journal evening.db --who Ann --why 'not in the portal'",
    "luapay journal reopen order-8 \\",
    "  --sandbox --journal evening.db --who Ben --why 'it came after all'",
  },
  run = settle("reopen", function(given)
    return { step = given.step }
  end),
}

-- ---- show

local function words_of(list)
  local words = {}
  for _, text in ipairs(list or {}) do
    local name, state = text:match "^([^=]+)=(%l+)$"
    if not name then
      config.fail("--word: expected WORD=pending, done or closed")
    end
    words[name] = state
  end
  return next(words) and words or nil
end

local function say_steps(shell, view)
  local rows = { { "step", "state", "amount", "attempts", "sent", "id" } }
  for _, entry in ipairs(view.entries) do
    rows[#rows + 1] = {
      entry.step,
      entry.state,
      find.amount(entry),
      ("%d"):format(entry.attempt),
      find.time(entry.sent_at),
      entry.provider_id or "-",
    }
  end
  shell:say "Steps:"
  shell:lines(shell.columns(rows, "  "))
end

local function say_notes(shell, notes)
  if not notes[1] then return end
  shell:say "Settled by hand:"
  local rows = {}
  for i, note in ipairs(notes) do
    rows[i] = {
      find.time(note.at),
      note.verb,
      note.step,
      shell.shown(note.who or "-"),
      shell.shown(note.why or "-"),
    }
  end
  shell:lines(shell.columns(rows, "  "))
end

local function show(given, shell, journal)
  local view, status = find.one(shell, journal, given)
  if not view then return status end
  local about = { flow = view.flow, run = view.run, entry = view.entries[1] }
  local client = given.refresh and client_of(shell, view, given)
    or clients.offline(ledger.APIS[view.flow], view.account)
  local flow =
    ledger.flow(journal, client, about, { words = words_of(given.word) })
  local item, fault =
    flow:get(view.reference, { refresh = given.refresh or false })
  if not item and not fault.item then return find.fail(shell, fault, given) end
  if not item then
    shell:note("The provider cannot be asked: %s", tostring(fault))
    item = fault.item
  end
  view = find.one(shell, journal, given)
  local notes, err = flow.book:settlements(view.reference, view.run)
  if not notes then return find.fail(shell, err, given) end
  if given.json then
    local told = find.plain(item, view, given)
    told.entries, told.settlements = view.entries, notes
    shell:say("%s", json.write(told, { settlements = "list" }))
    return fault and shell.UNKNOWN or shell.DONE
  end
  say_item(shell, item, view, given)
  for _, name in ipairs { "provider_id", "reason", "fault", "redirect" } do
    if item[name] then
      shell:say("%s: %s", name, shell.shown(tostring(item[name])))
    end
  end
  for _, id in ipairs(item.candidates or {}) do
    shell:say("candidate: %s", shell.shown(id))
  end
  shell:say(
    "account: %s  flow: %s  run: %s",
    view.account,
    view.flow,
    view.run ~= "" and shell.shown(view.run) or "-"
  )
  local held = find.held_until(view)
  if held then shell:say("held by a worker until %s", find.time(held)) end
  say_steps(shell, view)
  say_notes(shell, notes)
  return fault and shell.UNKNOWN or shell.DONE
end

person.show = {
  name = "show",
  summary = "All that is known of one item, and who has settled it.",
  arguments = { REFERENCE },
  options = {
    { "--refresh", "Ask the provider first." },
    {
      "--word",
      "What a word of the provider means: NEW=pending, done or closed.",
      value = "WORD=STATE",
      many = true,
    },
  },
  examples = {
    DEMO,
    "luapay journal show order-7 --sandbox --journal evening.db",
  },
  run = show,
}

return person
