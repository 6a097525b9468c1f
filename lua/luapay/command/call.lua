-- call.lua - `luapay call`: one call of any endpoint. Its exit status says
-- what happened to the money.

local apis = require "luapay.command.apis"
local clients = require "luapay.command.clients"
local core = require "luapay.core"
local json = require "luapay.command.json"
local luapay = require "luapay"
local words = require "luapay.command.words"

-- ---- what comes back

local HIDDEN = "(secret: --output FILE keeps it for you alone)"

local function is_secret(field)
  return field.secret or field.name:lower():find "secret" ~= nil
end

-- A copy without what must not be printed.
local function without_secrets(value, fields)
  if type(value) ~= "table" or value == core.null then return value end
  local copy = {}
  for name, inner in pairs(value) do
    local field
    for _, one in ipairs(fields or {}) do
      if one.name == name then field = one end
    end
    if field and is_secret(field) and inner ~= core.null then
      copy[name] = HIDDEN
    elseif type(inner) ~= "function" then
      local of = field and field.fields or type(name) == "number" and fields
      copy[name] = without_secrets(inner, of)
    end
  end
  return copy
end

-- Which empty tables are lists.
local function shape_of(fields)
  local shape = {}
  for _, field in ipairs(fields or {}) do
    if field.type == "list" then
      shape[field.name] = "list"
    elseif field.fields then
      shape[field.name] = shape_of(field.fields)
    end
  end
  return shape
end

local function shape_of_answer(endpoint)
  if endpoint.answer == "list" then return "list" end
  return shape_of(endpoint.result)
end

local function keep(shell, path, text)
  local made, why = core.create_private(path)
  if made == false then why = "there is such a file" end
  local file = made and io.open(path, "wb")
  local good = file and file:write(text)
  if file then good = file:close() and good end
  if good then return true end
  shell:note("luapay call: %s: %s", path, why or "cannot be written")
  return false
end

local function show(endpoint, result, given, shell)
  local shape = shape_of_answer(endpoint)
  if given.output then
    local is_bytes = type(result.content) == "string"
    local text = is_bytes and result.content
      or json.write(result, shape) .. "\n"
    if keep(shell, given.output, text) then return shell.DONE end
    -- it was done: what it returned must not be lost with the file
  elseif type(result.content) == "string" and not given.json then
    if not shell.terminals[1] then
      shell.out:write(result.content)
      return shell.DONE
    end
  end
  local safe = without_secrets(result, endpoint.result)
  if given.json then
    shell:say("%s", json.write(safe, shape))
  else
    shell:lines(shell.readable(safe))
  end
  return shell.DONE
end

-- ---- what went wrong

local FIELDS = {
  "kind",
  "code",
  "field",
  "status",
  "endpoint",
  "outcome",
  "message",
  "phase",
  "retry_after",
  "correlation_id",
  "idempotency_key",
}

local VERBS = {
  get = true,
  list = true,
  create = true,
  request = true,
  set = true,
  send = true,
  cancel = true,
  refund = true,
  capture = true,
  initiate = true,
  update = true,
}

local function nouns_of(name)
  local found = {}
  for word in name:gmatch "[^_]+" do
    word = word:gsub("s$", "")
    if not VERBS[word] and #word > 2 then found[word] = true end
  end
  return found
end

-- The calls of the same API that read what this one may have made.
local function readers_of(endpoint)
  local nouns, list = nouns_of(endpoint.name), {}
  for _, other in ipairs(luapay.endpoints()) do
    if other.api == endpoint.api and other["repeat"] == "read" then
      for noun in pairs(nouns_of(other.name)) do
        if nouns[noun] then
          list[#list + 1] = "luapay call " .. other.api .. "." .. other.name
          break
        end
      end
    end
  end
  return list
end

-- How to find out what became of a call whose answer was lost.
local function say_how(endpoint, fault, shell)
  local again = endpoint["repeat"]
  if again == "read" or again == "safe" then
    shell:note "Call it again: done twice, it comes to the same."
  elseif again == "keyed" and fault.idempotency_key then
    shell:note(
      "It may have been done. The provider knows a repetition: the same call "
        .. "with\n  --idempotency-key %s\nis done once at most.",
      fault.idempotency_key
    )
  else
    local list = readers_of(endpoint)
    if list[1] then
      shell:note "It may have been done. Before you call again, ask:"
      for _, line in ipairs(list) do
        shell:note("  %s", line)
      end
    else
      shell:note(
        "It may have been done, and %s has no call that says so: look in its "
          .. "portal,\nby the time and by what was passed, before you call "
          .. "again.",
        endpoint.api
      )
    end
  end
end

--- Says what a fault is, and ends with the status that its outcome has.
---@param fault luapay.Fault
---@param given table
---@param shell table
---@param endpoint? table
---@return integer status
local function fail(fault, given, shell, endpoint)
  if given.json then
    local told = {}
    for _, name in ipairs(FIELDS) do
      told[name] = fault[name]
    end
    shell:say("%s", json.write { fault = told })
  end
  local colour = fault.outcome == "unknown" and "yellow" or "red"
  shell:note("%s", shell:paint(colour, shell.shown(tostring(fault)), "err"))
  if fault.outcome == "unknown" then
    if endpoint then say_how(endpoint, fault, shell) end
    return shell.UNKNOWN
  end
  return fault.kind == "argument" and shell.USAGE or shell.FAILED
end

-- ---- the command

local function read_input(path, shell)
  local text, why = shell.read(path)
  if not text then return nil, why end
  local args, problem = json.read(text)
  if type(args) ~= "table" or args == core.null or args[1] ~= nil then
    return nil,
      ("%s: expected a JSON object%s"):format(
        path,
        problem and " (" .. problem .. ")" or ""
      )
  end
  return args
end

local function run(given, shell)
  local id = given.endpoint
  local number = core.find(id)
  if not number then
    return shell:refuse("%s", apis.unknown(id, apis.names()))
  end
  local endpoint = core.describe(number)
  endpoint.id = id
  local args, problem = {}
  if given.input then
    args, problem = read_input(given.input, shell)
    if not args then return shell:refuse("%s", problem) end
    args = words.fit(endpoint, args)
  end
  problem = words.read(endpoint, given.args, args)
  if problem then return shell:refuse("%s", problem) end
  local client = clients.new(shell, endpoint.api, given)
  shell.sends = true
  local result, fault = client[endpoint.name](client, args, {
    timeout = given.timeout,
    dry_run = given.dry_run,
    idempotency_key = given.idempotency_key,
  })
  shell.sends = false
  if not result then return fail(fault, given, shell, endpoint) end
  if given.dry_run then
    if given.json then
      shell:say("%s", json.write(result))
    else
      shell:lines(shell.readable(result))
    end
    return shell.DONE
  end
  return show(endpoint, result, given, shell)
end

local OPTIONS = {
  {
    "--input",
    "A file with the arguments as a JSON object; - is the standard input.",
    value = "FILE",
  },
  { "--json", "Print JSON." },
  { "--dry-run", "Print the request, without secrets, and send nothing." },
  {
    "--output",
    "Write what comes back to a new file that only you can read.",
    value = "FILE",
  },
  {
    "--timeout",
    "Seconds for all of it; 30.",
    value = "SECONDS",
    number = true,
  },
  {
    "--idempotency-key",
    "The key of a call that is repeated.",
    value = "KEY",
  },
}
for _, option in ipairs(clients.OPTIONS) do
  OPTIONS[#OPTIONS + 1] = option
end

return {
  name = "call",
  summary = "Makes one call of any API.",
  about = "Makes one call of any API. Arguments are words: name=value, or "
    .. "name:=JSON;\nlinks[1].rel=value reaches inside. luapay describe "
    .. "says which there are.\nExit status: 0 done, 1 certainly not done, "
    .. "2 wrong usage (nothing was sent),\n3 unknown: it may have been "
    .. "done, and how to find out is said.",
  arguments = {
    { "endpoint", "API.CALL, as infobip.add_funds.", complete = "calls" },
    { "args", "Its arguments, name=value.", count = "*" },
  },
  options = OPTIONS,
  examples = {
    "luapay call --sandbox infobip.add_funds accountKey=EUR-1 \\",
    "  amount=12.50 description='Order 17'",
    "luapay call --sandbox --json mobilepay_subscriptions.list_agreements \\",
    "  pageNumber=1 pageSize=10",
    'echo \'{"accountKey": "EUR-1", "amount": 5, "description": "x"}\' |',
    "  luapay call --sandbox infobip.add_funds --input - --dry-run",
  },
  run = run,
}
