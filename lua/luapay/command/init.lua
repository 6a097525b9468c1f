-- luapay.command - payments from the shell: `luapay --help`. One file a
-- command, each of which gives its definition (see parser.lua); what is said
-- there makes the help, the man page and the completions.

local Shell = require "luapay.command.shell"
local apis = require "luapay.command.apis"
local config = require "luapay.command.config"
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
  for i, word in ipairs(argv) do
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
