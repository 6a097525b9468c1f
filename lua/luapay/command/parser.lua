-- parser.lua - from the definitions of the commands to a parser of
-- arguments, their help, the man page and the completions. A definition is a
-- table:
--
--   name, summary          one word; one line
--   about                  paragraphs, for the help and the manual
--   arguments              { name, summary, count = "?", "*", "+" }
--   options                { "-x --name", summary, value = "WORD", many =,
--                            choices =, number = true }
--   commands               further definitions
--   examples               lines of a shell that run on the sandbox
--   run(given, shell)      -> exit status

local parser = {}

local WIDTH = 79

local function number(text)
  local value = text:find "^%d+%.?%d*$" and tonumber(text)
  if value and value > 0 then return value end
  return nil, ("expected a number above 0, got '%s'"):format(text)
end

--- Examples as the help and the manual show them.
---@param definition table
---@return string?
function parser.examples(definition)
  if not definition.examples then return nil end
  local lines = { "Examples, on the sandbox:" }
  for _, line in ipairs(definition.examples) do
    lines[#lines + 1] = "  " .. line
  end
  return table.concat(lines, "\n")
end

local function add_options(command, options)
  for _, option in ipairs(options or {}) do
    if option.value then
      local made = command:option(option[1], option[2])
      made:argname(option.value)
      if option.number then made:convert(number) end
      if option.choices then made:choices(option.choices) end
      if option.many then made:count "*" end
      made:show_default(false)
    else
      command:flag(option[1], option[2])
    end
  end
end

local function add(parent, definition, target)
  local command = parent:command(definition.name)
  command:summary(definition.summary)
  command:description(definition.about or definition.summary)
  command:help_max_width(WIDTH):usage_max_width(WIDTH)
  command:add_help(true)
  for _, argument in ipairs(definition.arguments or {}) do
    local made = command:argument(argument[1], argument[2])
    if argument.count then made:args(argument.count) end
    if argument.choices then made:choices(argument.choices) end
  end
  add_options(command, definition.options)
  local examples = parser.examples(definition)
  if examples then command:epilog(examples) end
  if definition.commands then
    command:require_command(definition.run == nil)
    command:command_target(target .. "_command")
    for _, inner in ipairs(definition.commands) do
      add(command, inner, target .. "_command")
    end
  end
  return command
end

--- Makes the parser.
---@param root table the definition of the whole command
---@return table
function parser.new(root)
  local made = require "argparse"(root.name, root.about, parser.examples(root))
  made:help_max_width(WIDTH):usage_max_width(WIDTH)
  made:command_target "command"
  add_options(made, root.options)
  for _, definition in ipairs(root.commands) do
    add(made, definition, definition.name)
  end
  return made
end

--- The definition that a parsed line names, and its words: "journal show".
---@param root table
---@param given table
---@return table definition
---@return string words
function parser.find(root, given)
  local definition, words = root, {}
  local name, target = given.command, nil
  while name do
    for _, inner in ipairs(definition.commands) do
      if inner.name == name then
        definition = inner
        break
      end
    end
    words[#words + 1] = name
    target = (target or name) .. "_command"
    name = definition.commands and given[target]
  end
  return definition, table.concat(words, " ")
end

return parser
