-- luapay journal - what was intended, sent and learned, for the person who
-- looks after it.

local clients = require "luapay.command.clients"
local find = require "luapay.command.journal.find"
local json = require "luapay.command.json"
local ledger = require "luapay.command.ledger"
local person = require "luapay.command.journal.person"
local report = require "luapay.command.journal.report"
local work = require "luapay.command.journal.work"

local DEMO = "luapay sandbox demo evening.db"

-- ---- the journal as a whole

local function backup(given, shell, journal)
  local path, place = ledger.place(shell, given)
  if not path then
    shell:note(
      "A journal in PostgreSQL is backed up by its own means, which are right "
        .. "while workers run:"
    )
    shell:note(
      "  pg_dump --format=custom --file=%s%s%s %s",
      shell.word(given.file),
      place.host and " --host=" .. shell.word(place.host) or "",
      place.user and " --username=" .. shell.word(place.user) or "",
      shell.word(place.database)
    )
    return shell.USAGE
  end
  local good, fault = journal:backup(given.file)
  if not good then return find.fail(shell, fault, given) end
  shell:say("%s is a backup of %s", given.file, path)
  shell:note(
    "It will lack what is written from now on: after it was put back, nothing "
      .. "is sent\nuntil luapay journal restored --since says so."
  )
  return shell.DONE
end

-- "2026-03-02 04:00" here, "2026-03-02T04:00:00Z", or seconds since 1970.
local function time_of(text)
  if text:find "^%d+$" and #text > 8 then return tonumber(text) end
  local year, month, day, rest = text:match "^(%d%d%d%d)-(%d%d)-(%d%d)(.*)$"
  if not year then return nil end
  local hour, minute, second, zone =
    rest:match "^[ T](%d%d):(%d%d):?(%d*)(Z?)$"
  if not hour and rest ~= "" then return nil end
  local at = os.time {
    year = tonumber(year),
    month = tonumber(month),
    day = tonumber(day),
    hour = tonumber(hour) or 0,
    min = tonumber(minute) or 0,
    sec = tonumber(second) or 0,
  }
  if zone ~= "Z" then return at end
  local utc = os.date("!*t", at)
  utc.isdst = os.date("*t", at).isdst
  return at + (at - os.time(utc))
end

local function restored(given, shell, journal)
  local since = time_of(given.since or "")
  if not (since and given.who) then
    return shell:refuse(
      "--since 'YYYY-MM-DD HH:MM' and --who NAME are required"
    )
  elseif since > os.time() then
    return shell:refuse "--since: that time is still to come"
  end
  local good, fault = journal:restored {
    since = since,
    who = given.who,
    complete = given.complete or nil,
  }
  if not good then return find.fail(shell, fault, given) end
  if given.complete then
    shell:say "All that was sent since then has been looked up."
  else
    shell:say(
      "What was written since %s may be missing. From here on, what the "
        .. "journal does not\nknow is asked about before it is sent. When all "
        .. "has been looked up, say --complete.",
      find.time(since)
    )
  end
  return shell.DONE
end

local function purge(given, shell, journal)
  local older = shell.seconds(given.older or "")
  local forget = given.forget and shell.seconds(given.forget)
  if not (older and older > 0) then
    return shell:refuse "--older is required: a time like 400d"
  elseif given.forget and not (forget and forget > older) then
    return shell:refuse "--forget: expected a longer time than --older"
  end
  shell:note(
    "What has ended more than %s ago is purged: what was asked and answered "
      .. "goes, what\nit came to stays.",
    given.older
  )
  if forget then
    shell:note(
      "What has ended more than %s ago is forgotten: the same reference "
        .. "would be sent again.",
      given.forget
    )
  end
  local yes = given.yes or shell:ask "Do it?"
  if not yes then
    shell:note(
      yes == nil and "Say --yes to do it. Nothing was purged."
        or "Nothing was purged."
    )
    return yes == nil and shell.USAGE or shell.FAILED
  end
  local done, fault = journal:purge {
    older = older,
    forget = forget or nil,
    flow = given.flow,
  }
  if not done then return find.fail(shell, fault, given) end
  if given.json then
    shell:say("%s", json.write(done))
  else
    shell:say("%d purged, %d forgotten", done.purged, done.forgotten)
  end
  return shell.DONE
end

local function migrate(_, shell)
  -- it was opened: an earlier version, or a later one, is refused before
  shell:say "The tables are of this luapay's version: nothing to do."
  return shell.DONE
end

local WHOLE = {
  {
    name = "backup",
    summary = "Copies the journal to a new file, while workers run.",
    about = "Copies a journal in SQLite to a new file, as it is at one "
      .. "moment, while workers\nrun. A plain copy (cp) is none: what was "
      .. "written last stands in a file beside it.",
    arguments = { { "file", "The new file." } },
    examples = {
      DEMO,
      "luapay journal backup --journal evening.db monday.db",
    },
    run = backup,
  },
  {
    name = "restored",
    summary = "Says that a backup was put back, and since when entries lack.",
    about = "Says that a backup was put back, or that a server has failed "
      .. "over, and since when\nentries may be missing. Until it is said "
      .. "nothing is sent.",
    options = {
      { "--since", "'YYYY-MM-DD HH:MM'.", value = "TIME" },
      { "--who", "Who says so.", value = "NAME" },
      { "--complete", "All that was sent since then was looked up." },
    },
    examples = {
      DEMO,
      "luapay journal restored --journal evening.db --who Ann \\",
      "  --since '2026-03-02 04:00'",
    },
    run = restored,
  },
  {
    name = "purge",
    summary = "Removes what was asked and answered long ago.",
    about = "Removes what was asked and answered of items that have ended "
      .. "long ago; what they\ncame to stays, so that the same reference is "
      .. "not sent again. What is open, needs a\nperson or has failed stays "
      .. "as it is. --forget removes all of it: after that a\nreference is "
      .. "new, and would be sent.",
    options = {
      { "--older", "As 400d: since it has ended.", value = "TIME" },
      { "--forget", "As 800d: then all of it goes.", value = "TIME" },
      { "--flow", "Only of this flow.", value = "FLOW" },
      { "--yes", "Do it, without a question." },
    },
    examples = {
      DEMO,
      "luapay journal purge --journal evening.db --older 400d --yes",
    },
    run = purge,
  },
  {
    name = "migrate",
    summary = "Brings the tables to this luapay's version.",
    about = "Says whether the tables are of this luapay's version. Those of "
      .. "another one are\nrefused with a sentence and not changed: finish "
      .. "what is open with the luapay\nthat wrote them, then begin a new "
      .. "journal.",
    examples = { DEMO, "luapay journal migrate --journal evening.db" },
    run = migrate,
  },
}

-- ---- all of them open the journal, and close it

local JSON = { "--json", "Print JSON." }

local function with_options(definition, shared)
  local list = {}
  for _, options in ipairs { definition.options or {}, shared } do
    for _, option in ipairs(options) do
      list[#list + 1] = option
    end
  end
  definition.options = list
end

local function with_journal(run)
  return function(given, shell)
    local journal, fault = ledger.open(shell, given, true)
    if not journal then return find.fail(shell, fault, given) end
    local good, status = pcall(run, given, shell, journal)
    journal:close()
    if good then return status end
    local is_fault = type(status) == "table"
      and status.kind == "journal"
      and status.endpoint == "journal"
    if is_fault then return find.fail(shell, status, given) end
    error(status, 0)
  end
end

local SHARED = { ledger.OPTION, JSON }
for _, option in ipairs(clients.OPTIONS) do
  SHARED[#SHARED + 1] = option
end

local commands = {}
for _, definition in ipairs {
  report,
  work.list,
  person.show,
  person.found,
  person.absent,
  person.accept,
  person.reopen,
  work.recover,
  work.verify,
} do
  with_options(definition, find.OPTIONS)
  commands[#commands + 1] = definition
end
for _, definition in ipairs(WHOLE) do
  commands[#commands + 1] = definition
end
for _, definition in ipairs(commands) do
  with_options(definition, SHARED)
  definition.run = with_journal(definition.run)
end

return {
  name = "journal",
  summary = "Looks after a journal: reports, settles, recovers, backs up.",
  about = "Looks after a journal. report says what needs a person, with "
    .. "commands to paste.",
  commands = commands,
  examples = {
    DEMO,
    "luapay journal report --sandbox --journal evening.db",
    "luapay journal found order-7 --provider-id 1000004 --who Ann \\",
    "  --why 'seen in the portal' --sandbox --journal evening.db",
  },
}
