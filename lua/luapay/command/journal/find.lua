-- find.lua - the item that a reference names, and how it is shown.

local json = require "luapay.command.json"
local ledger = require "luapay.command.ledger"
local shells = require "luapay.command.shell"

local find = {}

--- The options that tell items of one reference apart.
find.OPTIONS = {
  { "--account", "Whose money.", value = "ACCOUNT" },
  { "--flow", "Which flow, as topup.", value = "FLOW" },
  { "--run", "Which run.", value = "RUN" },
}

local word = shells.word

--- A time of day, to be read.
function find.time(at)
  return at and os.date("%Y-%m-%d %H:%M", math.floor(at)) or "-"
end

--- What names an item, as words of a command, as few as do.
---@param view table
---@param others? table[] of the same reference
---@return string
function find.words(view, others)
  local words = { word(view.reference) }
  if view.reference:sub(1, 1) == "-" then words = { "--", words[1] } end
  local list = {}
  for _, name in ipairs { "account", "flow", "run" } do
    for _, other in ipairs(others or {}) do
      if other[name] ~= view[name] and not list[name] then
        list[name] = true
        local text = view[name] == "" and "''" or word(view[name])
        table.insert(words, 1, ("--%s %s"):format(name, text))
      end
    end
  end
  return table.concat(words, " ")
end

--- The one item that is meant; or nil and the status to end with.
---@param shell table
---@param journal luapay.Journal
---@param given table reference, account, flow, run
---@return table? view
---@return integer? status
function find.one(shell, journal, given)
  local list = {}
  for view in
    journal:items {
      reference = given.reference,
      account = given.account,
      flow = given.flow,
      run = given.run,
    }
  do
    if ledger.APIS[view.flow] then list[#list + 1] = view end
  end
  if #list == 1 then return list[1] end
  if not list[1] then
    shell:note(
      "luapay %s: %s is not in the journal",
      shell.command,
      shells.shown(given.reference)
    )
    return nil, shell.FAILED
  end
  shell:note("%s fits several items. Say which:", given.reference)
  for _, view in ipairs(list) do
    shell:note("  luapay %s %s", shell.command, find.words(view, list))
  end
  return nil, shell.USAGE
end

-- ---- what a person can do

local VERBS = { found = true, absent = true, accept = true, get = true }

--- An advice of the library as sentences for a shell, and the verbs in it.
---@param advice string
---@return string sentence
---@return table[] verbs { name, step, needs_id }
function find.advice(advice)
  local verbs = {}
  local text = advice:gsub("(%l+)(%b())", function(name, args)
    if not VERBS[name] then return nil end
    verbs[#verbs + 1] = {
      name = name,
      step = args:match 'step = "([^"]+)"',
      needs_id = args:find("provider_id", 1, true) ~= nil,
    }
    return name
  end)
  return text, verbs
end

-- Which words name the journal itself, again.
local function place_words(given)
  local words = ""
  for _, name in ipairs { "config", "journal" } do
    if given[name] then
      words = ("%s --%s %s"):format(words, name, word(given[name]))
    end
  end
  for _, name in ipairs { "sandbox", "sandbox_server" } do
    if given[name] then words = words .. " --" .. name:gsub("_", "-") end
  end
  return words
end
find.place_words = place_words

--- The commands that follow an advice, to be pasted.
---@param view table
---@param verbs table[]
---@param given table the parsed line
---@return string[]
function find.commands(view, verbs, given)
  local lines, seen = {}, {}
  local names = ("--account %s --flow %s%s"):format(
    word(view.account),
    view.flow,
    view.run ~= "" and " --run " .. word(view.run) or ""
  )
  for _, verb in ipairs(verbs) do
    local more = ""
    if verb.step then more = " --step " .. word(verb.step) end
    if verb.needs_id then more = more .. " --provider-id ID" end
    local line
    if verb.name == "get" then
      line = "luapay journal show --refresh --word NEW=pending"
    else
      line = ("luapay journal %s%s --who \"$USER\" --why '...'"):format(
        verb.name,
        more
      )
    end
    line = ("%s%s %s %s%s"):format(
      line,
      place_words(given),
      names,
      view.reference:sub(1, 1) == "-" and "-- " or "",
      word(view.reference)
    )
    if not seen[line] then lines[#lines + 1] = line end
    seen[line] = true
  end
  return lines
end

-- ---- how it is shown

--- An amount with its currency.
function find.amount(item)
  if not item.amount then return "-" end
  return item.amount .. (item.currency and " " .. item.currency or "")
end

--- How an item stands, in a few words.
---@param shell table
---@param item luapay.FlowItem
---@return string
function find.standing(shell, item)
  local colour = item.needs_person and "red"
    or item.money == "unknown" and "yellow"
    or item.ended and "green"
    or "bold"
  local text = item.state
  if item.provider_status then
    text = ("%s (%s)"):format(text, shells.shown(item.provider_status))
  end
  return shell:paint(colour, text)
end

-- When the step that is open was last sent, or what there is instead.
local function since(view)
  local at
  for _, entry in ipairs(view.entries) do
    local open = entry.state ~= "done" and entry.sent_at
    at = open and math.max(at or 0, open) or at
  end
  return at or view.entries[1].sent_at or view.entries[1].created_at
end
find.since = since

--- Until when another worker has it, or nil.
function find.held_until(view)
  local at
  for _, entry in ipairs(view.entries) do
    if entry.state == "sent" and entry.held_until then
      at = math.max(at or 0, entry.held_until)
    end
  end
  return at
end

-- What of an item is said in JSON.
local ITEM = {
  "reference",
  "run",
  "amount",
  "currency",
  "state",
  "step",
  "money",
  "moved",
  "returned",
  "open",
  "ended",
  "needs_person",
  "advice",
  "provider_status",
  "reason",
  "code",
  "seen_at",
  "provider_id",
  "candidates",
  "redirect",
  "capture_by",
  "parts",
}

--- An item for JSON, with what names it and what to do.
function find.plain(item, view, given)
  local told = { account = view.account, flow = view.flow }
  for _, name in ipairs(ITEM) do
    told[name] = item[name]
  end
  if item.fault then told.fault = tostring(item.fault) end
  told.since = since(view)
  told.held_until = find.held_until(view)
  if item.advice then
    local text, verbs = find.advice(item.advice)
    told.advice, told.commands = text, find.commands(view, verbs, given)
  end
  return told
end

--- Lines of text, no longer than a terminal has columns.
---@param text string
---@param indent string
---@return string[]
function find.wrap(text, indent)
  local lines, line = {}, indent
  for one in text:gmatch "%S+" do
    if #line > #indent and #line + #one > 78 then
      lines[#lines + 1], line = line, indent
    end
    line = line .. (#line > #indent and " " or "") .. one
  end
  lines[#lines + 1] = line
  return lines
end

-- Fields that say nothing to who looks for it.
local SHORT = 60

--- What was asked for: what a person looks for at the provider.
---@param view table
---@return string?
function find.asked_for(view)
  local main = view.entries[1]
  local args = (main.details or {}).args
  local names, words = {}, {}
  for name, value in pairs(type(args) == "table" and args or {}) do
    local kind = type(value)
    local is_short = kind == "string" and #value <= SHORT
    if kind == "number" or is_short then names[#names + 1] = name end
  end
  table.sort(names)
  for i, name in ipairs(names) do
    words[i] = name .. "=" .. word(shells.shown(args[name]))
  end
  local fault = main.fault
  if type(fault) == "table" and fault.correlation_id then
    words[#words + 1] = "CorrelationId=" .. fault.correlation_id
  end
  return words[1] and table.concat(words, " ")
end

--- What a person is to do about an item: sentences, and commands.
function find.say_advice(shell, item, view, given, indent)
  local text, verbs = find.advice(item.advice)
  local asked = find.asked_for(view)
  shell:lines(find.wrap(text, indent))
  if asked then shell:say("%sIt was: %s", indent, asked) end
  for _, line in ipairs(find.commands(view, verbs, given)) do
    shell:say("%s%s", indent, shell:paint("bold", line))
  end
end

--- Says what a fault of the journal or of a verb is; the status to end with.
---@param shell table
---@param fault luapay.Fault
---@param given table
---@return integer status
function find.fail(shell, fault, given)
  if type(fault) ~= "table" then error(fault, 0) end
  if given.json then
    shell:say(
      "%s",
      json.write {
        fault = {
          kind = fault.kind,
          code = fault.code,
          field = fault.field,
          message = fault.message,
          outcome = fault.outcome,
          retry_after = fault.retry_after,
        },
      }
    )
  end
  shell:note(
    "luapay %s: %s: %s",
    shell.command,
    fault.code or fault.kind,
    shells.shown(fault.message)
  )
  if fault.retry_after then
    local at = os.time() + math.ceil(fault.retry_after)
    shell:note("Say so again after %s.", os.date("%H:%M:%S", at))
  end
  return shell.FAILED
end

return find
