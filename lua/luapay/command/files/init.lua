-- luapay topup, batch, refunds, one-off, link: a flow over a file. It shows
-- what it is about to do, does it, and says what became of each row. Started
-- again after a crash, it goes on.

local clients = require "luapay.command.clients"
local core = require "luapay.core"
local find = require "luapay.command.journal.find"
local csv = require "luapay.command.files.csv"
local json = require "luapay.command.json"
local kinds = require "luapay.command.files.kinds"
local ledger = require "luapay.command.ledger"
local progress = require "luapay.command.files.progress"
local rows = require "luapay.command.files.rows"

local FOR_EVER = 366 * 86400 -- seconds to watch
local SHOWN = 20 -- items that are named in the end

local COMMON = {
  {
    "--run",
    "Names this piece of work; the file's name unless given.",
    value = "RUN",
  },
  { "--yes", "Do it, without a question." },
  { "--watch", "Follow all of it to the end." },
  {
    "--patience",
    "Seconds to follow it for.",
    value = "SECONDS",
    number = true,
  },
  {
    "--report",
    "Write what became of each row to a CSV file.",
    value = "FILE",
  },
  { "--json", "Print the report as JSON." },
  { "--decimal-comma", "Amounts are written 12,50." },
  {
    "--delimiter",
    "Between cells; found out unless given.",
    value = "CHARACTER",
  },
  {
    "--encoding",
    "utf-8, or windows-1252.",
    value = "ENCODING",
    choices = { "utf-8", "windows-1252" },
  },
  {
    "--column",
    "What the file calls a column.",
    value = "OURS=THEIRS",
    many = true,
  },
  {
    "--ignore",
    "A column that is not ours.",
    value = "COLUMN",
    many = true,
  },
  ledger.OPTION,
}
for _, option in ipairs(clients.OPTIONS) do
  COMMON[#COMMON + 1] = option
end

-- ---- what is about to be done

local function run_of(given, shell)
  if given.run then return given.run end
  if given.file == "-" then return nil end
  local name = given.file:match "([^/]+)$" or given.file
  return (shell.shown(name:gsub("%.[%w]+$", "")))
end

local function sorted(map)
  local names = {}
  for name in pairs(map) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function say_problems(shell, source)
  for _, problem in ipairs(source.problems) do
    shell:note(
      "%s:%d: %s",
      source.path,
      problem.line,
      shell.shown(problem.message)
    )
  end
  if source.bad > #source.problems then
    shell:note("... and %d more", source.bad - #source.problems)
  end
  shell:note "Nothing was sent."
end

local function count_of(rows_there)
  return ("%d %s"):format(rows_there, rows_there == 1 and "row" or "rows")
end

local function say_plan(shell, kind, source, run, given, known)
  local how = kind.plan and ", " .. kind.plan(given) or ""
  shell:note(
    "%s of %s, run %s: %s%s",
    kind.definition.name,
    shell.shown(source.path),
    shell.word(run),
    count_of(source.count),
    how
  )
  local cells = {}
  for _, currency in ipairs(sorted(source.sums)) do
    local sum = source.sums[currency]
    cells[#cells + 1] = { sum.sum, shell.shown(currency), count_of(sum.count) }
  end
  for _, line in ipairs(shell.columns(cells, "  ")) do
    shell:note("%s", line)
  end
  if known.total > 0 then
    local parts = {}
    for _, state in ipairs(sorted(known.states)) do
      parts[#parts + 1] = ("%d %s"):format(known.states[state], state)
    end
    shell:note(
      "This run has %d in the journal already (%s): what is done is not done "
        .. "again.",
      known.total,
      table.concat(parts, ", ")
    )
  end
end

local function may_go_on(given, shell)
  if given.yes then return true end
  local yes = shell:ask "Do it?"
  if yes == nil then
    shell:note "Say --yes to do it. Nothing was sent."
  elseif not yes then
    shell:note "Nothing was sent."
  end
  return yes
end

-- ---- what became of it

local REPORT = {
  "reference",
  "amount",
  "currency",
  "state",
  "money",
  "moved",
  "returned",
  "provider_status",
  "reason",
  "provider_id",
  "needs_person",
  "advice",
  "redirect",
}

local function write_report(flow, path)
  local new = path .. ".new"
  os.remove(new)
  local made, why = core.create_private(new)
  if not made then return nil, new .. ": " .. (why or "is in the way") end
  local file
  file, why = io.open(new, "wb")
  if not file then return nil, why end
  file:write(csv.line(REPORT, #REPORT))
  for item in flow:items() do
    local cells = {}
    for i, name in ipairs(REPORT) do
      cells[i] = item[name]
      if name == "advice" and item.advice then
        cells[i] = find.advice(item.advice)
      end
    end
    file:write(csv.line(cells, #REPORT))
  end
  local good
  good, why = file:close()
  if good then
    good, why = os.rename(new, path)
  end
  return good, why
end

-- Those of which somebody should know, whatever the flow calls intended.
local function is_worth_saying(item)
  return item.needs_person
    or item.state == "failed"
    or item.state == "closed"
    or item.state == "compensated"
    or item.money == "unknown"
end

local function worth_saying(flow)
  local list, count = {}, 0
  for item in flow:items() do
    if is_worth_saying(item) then
      count = count + 1
      if #list < SHOWN then list[#list + 1] = item end
    end
  end
  return list, count
end

local function say_report(shell, flow, told)
  local cells = {}
  for _, word in ipairs(sorted(told.money)) do
    local money = told.money[word]
    local sums = {}
    for _, currency in ipairs(sorted(money.sums)) do
      sums[#sums + 1] = money.sums[currency] .. " " .. currency
    end
    cells[#cells + 1] = {
      "money " .. word,
      ("%d"):format(money.count),
      table.concat(sums, ", "),
    }
  end
  shell:lines(shell.columns(cells))
  local list, count = worth_saying(flow)
  for _, item in ipairs(list) do
    local why = item.reason or item.fault and item.fault.message
    local colour = item.money == "unknown" and "yellow" or "red"
    shell:say(
      "  %s  %s, money %s%s",
      shell:paint(colour, shell.shown(item.reference)),
      item.state,
      item.money,
      why and ": " .. shell.shown(why) or ""
    )
  end
  if count > #list then shell:say("  ... and %d more", count - #list) end
  if told.needs_person > 0 then
    shell:note("%d need a person: luapay journal report", told.needs_person)
  end
end

local function status_of(shell, fault)
  if not fault then return shell.DONE end
  if fault.outcome == "unknown" then return shell.UNKNOWN end
  return fault.kind == "argument" and shell.USAGE or shell.FAILED
end

local function conclude(shell, flow, source, fault, given)
  local status = status_of(shell, fault)
  if fault then
    local number = (fault.field or ""):match "^%a+%[(%d+)%]"
    local line = number and source:line_of(tonumber(number))
    shell:note(
      "%s%s",
      line and ("%s:%d: "):format(source.path, line) or "",
      shell:paint(
        status == shell.UNKNOWN and "yellow" or "red",
        fault.bad and ("%d have not come about"):format(fault.bad)
          or shell.shown(tostring(fault)),
        "err"
      )
    )
  end
  if fault and fault.retry_after then
    local at = os.time() + math.ceil(fault.retry_after)
    shell:note("Run it again after %s.", os.date("%H:%M:%S", at))
  end
  local told, why = flow:report()
  if not told then
    shell:note("The journal cannot be read: %s", tostring(why))
    return shell.UNKNOWN
  end
  if given.json then
    shell:say(
      "%s",
      json.write {
        flow = told.flow,
        run = told.run,
        total = told.total,
        states = told.states,
        money = told.money,
        needs_person = told.needs_person,
        open = told.open,
        fault = fault and {
          kind = fault.kind,
          code = fault.code,
          field = fault.field,
          message = fault.message,
          outcome = fault.outcome,
        },
      }
    )
  else
    say_report(shell, flow, told)
  end
  if given.report then
    local good, no = write_report(flow, given.report)
    if not good then
      shell:note("The report was not written: %s", tostring(no))
      if status == shell.DONE then status = shell.FAILED end
    end
  end
  return status
end

-- ---- the command

-- What was unknown is known now: whether it was good is in the journal.
local function after_watching(flow, fault)
  if fault.outcome ~= "unknown" then return fault end
  local told, err = flow:report()
  if not told then return err end
  local states = told.states
  local bad = (states.failed or 0)
    + (states.closed or 0)
    + (states.compensated or 0)
  if bad == 0 then return nil end
  return { kind = "incomplete", outcome = "failed", bad = bad }
end

local function work(kind, source, flow, given, shell)
  shell.sends = true
  local told, fault =
    flow:run(kind.streams and source:iterator() or source.items)
  local has_sent = fault == nil or fault.kind ~= "argument"
  if given.watch and has_sent then
    local _, why = flow:await {
      patience = given.patience or FOR_EVER,
      longest_pause = kind.longest_pause,
    }
    fault = why or fault and after_watching(flow, fault)
  end
  shell.sends = false
  return told, fault
end

local function run(kind)
  return function(given, shell)
    local name = run_of(given, shell)
    if not name then return shell:refuse "--run NAME is required with -" end
    if given.delimiter and #given.delimiter ~= 1 then
      return shell:refuse "--delimiter: expected one character"
    end
    local settings = kind.settings(given)
    local source = rows.read(given.file, kind, given, shell)
    if source.bad > 0 then
      say_problems(shell, source)
      return shell.USAGE
    elseif source.count == 0 then
      return shell:refuse("%s has no rows", given.file)
    end
    local client = clients.new(shell, kind.api, given)
    local journal, fault = ledger.open(shell, given)
    if not journal then
      shell:note("luapay %s: %s", shell.command, tostring(fault))
      return shell.FAILED
    end
    settings.on_progress = progress(shell, source.count)
    local flow =
      ledger.flow(journal, client, { flow = kind.flow, run = name }, settings)
    local known, err = flow:report()
    if not known then
      journal:close()
      shell:note("The journal cannot be read: %s", tostring(err))
      return shell.FAILED
    end
    say_plan(shell, kind, source, name, given, known)
    local yes = may_go_on(given, shell)
    if not yes then
      journal:close()
      return yes == nil and shell.USAGE or shell.FAILED
    end
    local _, why = work(kind, source, flow, given, shell)
    local status = conclude(shell, flow, source, why, given)
    journal:close()
    return status
  end
end

local ABOUT = "%s Columns: %s; with a * they are required. The plan is shown "
  .. "first. Run again with\nthe same file and journal, after a crash too, it "
  .. "goes on: what was done is not done\nagain. Exit status: 0 all as "
  .. "intended, 1 something certainly not, 2 wrong usage\n(nothing was sent), "
  .. "3 something is unknown."

local function about_of(kind)
  local names = {}
  for i, column in ipairs(kind.columns) do
    names[i] = column.name .. (column.required and "*" or "")
  end
  return (
    ABOUT:format(kind.definition.summary, table.concat(names, ", "))
      :gsub("\n", " ")
  )
end

local commands = {}
for i, kind in ipairs(kinds) do
  local definition = kind.definition
  definition.about = about_of(kind)
  definition.arguments =
    { { "file", "The CSV file; - is the standard input." } }
  definition.options = {}
  for _, options in ipairs { kind.options, COMMON } do
    for _, option in ipairs(options) do
      definition.options[#definition.options + 1] = option
    end
  end
  definition.run = run(kind)
  commands[i] = definition
end

return commands
