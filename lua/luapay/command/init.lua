-- luapay.command - payments from the shell: `luapay --help`. One file a
-- command, each of which gives its definition (see parser.lua); what is said
-- there makes the help, the man page and the completions.

local Shell = require "luapay.command.shell"
local apis = require "luapay.command.apis"
local completion = require "luapay.command.completion"
local config = require "luapay.command.config"
local manual = require "luapay.command.manual"
local parser = require "luapay.command.parser"

local command = {}

--- What `luapay --version` prints.
command.VERSION = "0.9"

--- The definition of all of it.
---@return table
function command.definition()
  local commands = {
    apis.list,
    apis.describe,
    (require "luapay.command.call"),
  }
  for _, definition in ipairs(require "luapay.command.files") do
    commands[#commands + 1] = definition
  end
  for _, definition in ipairs {
    (require "luapay.command.journal"),
    (require "luapay.command.sandbox"),
    (require "luapay.command.trigger"),
    (require "luapay.command.listen"),
    (require "luapay.command.doctor"),
    manual.command,
    completion.command,
  } do
    commands[#commands + 1] = definition
  end
  return {
    name = "luapay",
    about = "Payments from the shell: calls, flows over files, the journal, "
      .. "a sandbox.",
    options = { { "--version", "Print the version." } },
    examples = {
      "luapay apis",
      "luapay call --sandbox infobip.add_funds accountKey=EUR-1 \\",
      "  amount=12.50 description='Order 17'",
    },
    commands = commands,
  }
end

local function traceback(err)
  if getmetatable(err) == config then return err end
  if tostring(err):find "interrupted!$" then return { bug = "interrupted" } end
  return { bug = debug.traceback(tostring(err), 2) }
end

local function run(definition, given, shell)
  local good, status = xpcall(function()
    return definition.run(given, shell)
  end, traceback)
  if good then return status end
  if getmetatable(status) == config then
    return shell:refuse("%s", status.message)
  end
  shell:note("luapay %s: %s", shell.command, status.bug)
  if not shell.sends then return shell.FAILED end
  shell:note "It may have been done."
  return shell.UNKNOWN
end

-- Options of a command that takes any: --status Executed is the same as
-- status=Executed.
local function with_loose(root, argv)
  local definition
  for _, one in ipairs(root.commands) do
    if one.name == argv[1] and one.loose then definition = one end
  end
  if not definition then return argv end
  local known, words = { ["-h"] = true, ["--help"] = true }, {}
  for _, option in ipairs(definition.options) do
    known[option[1]] = option
  end
  local i = 1
  while argv[i] do
    local name = argv[i]:match "^%-%-([%w_]+)$"
    if name and not known[argv[i]] and argv[i + 1] then
      words[#words + 1] = name .. "=" .. argv[i + 1]
      i = i + 2
    else
      local option = known[argv[i]]
      words[#words + 1] = argv[i]
      if type(option) == "table" and option.value then
        i = i + 1
        words[#words + 1] = argv[i]
      end
      i = i + 1
    end
  end
  return words
end

--- Runs a command line.
---@param argv string[] without the program's name
---@return integer status to exit with
function command.main(argv)
  local shell = Shell.new()
  local root = command.definition()
  if argv[1] == "--version" then
    shell:say("luapay %s", command.VERSION)
    return shell.DONE
  end
  local words = {}
  for i, word in ipairs(with_loose(root, argv)) do
    words[i] = word
  end
  if not words[1] then words[1] = "--help" end
  local good, given = parser.new(root):pparse(words)
  if not good then
    shell:note("luapay: %s", given)
    shell:note "luapay --help, and luapay COMMAND --help, say what there is."
    return shell.USAGE
  end
  local definition, path = parser.find(root, given)
  shell.command = path
  return run(definition, given, shell)
end

return command
