-- manual.lua - the manual page, from the definitions of the commands:
-- `luapay manual | man -l -`.

local manual = {}

-- Text as roff has it: no line begins a request, nothing is an escape.
local function escape(text)
  return (
    text
      :gsub("\\", "\\e")
      :gsub("-", "\\-")
      :gsub("\n([.'])", "\n\\&%1")
      :gsub("^([.'])", "\\&%1")
  )
end

local function add(lines, format, ...)
  lines[#lines + 1] = select("#", ...) > 0 and format:format(...) or format
end

local function usage(definition, words)
  local parts = { "\\fB" .. escape(words) .. "\\fR" }
  if definition.options and definition.options[1] then
    parts[#parts + 1] = "[\\fIoptions\\fR]"
  end
  if definition.commands then
    local is_needed = definition.run == nil
    parts[#parts + 1] = is_needed and "\\fIcommand\\fR" or "[\\fIcommand\\fR]"
  end
  for _, argument in ipairs(definition.arguments or {}) do
    local name = "\\fI" .. escape(argument[1]) .. "\\fR"
    if argument.count == "?" then
      name = "[" .. name .. "]"
    elseif argument.count then
      name = "[" .. name .. " ...]"
    end
    parts[#parts + 1] = name
  end
  return table.concat(parts, " ")
end

local function add_options(lines, options)
  for _, option in ipairs(options or {}) do
    add(lines, ".TP")
    if option.value then
      add(
        lines,
        "\\fB%s\\fR \\fI%s\\fR",
        escape(option[1]),
        escape(option.value)
      )
    else
      add(lines, "\\fB%s\\fR", escape(option[1]))
    end
    add(lines, "%s", escape(option[2]))
    if option.choices then
      add(lines, "One of: %s.", escape(table.concat(option.choices, ", ")))
    end
  end
end

local function add_command(lines, definition, words)
  add(lines, ".SS %s", escape(words))
  add(lines, "%s", usage(definition, "luapay " .. words))
  add(lines, ".PP")
  add(lines, "%s", escape(definition.about or definition.summary))
  for _, argument in ipairs(definition.arguments or {}) do
    add(lines, ".TP")
    add(lines, "\\fI%s\\fR", escape(argument[1]))
    add(lines, "%s", escape(argument[2]))
  end
  add_options(lines, definition.options)
  if definition.examples then
    add(lines, ".PP")
    add(lines, "Examples, on the sandbox:")
    add(lines, ".PP")
    add(lines, ".nf")
    for _, line in ipairs(definition.examples) do
      add(lines, "%s", escape("  " .. line))
    end
    add(lines, ".fi")
  end
  for _, inner in ipairs(definition.commands or {}) do
    add_command(lines, inner, words .. " " .. inner.name)
  end
end

local TAIL = [[
.SH EXIT STATUS
.TP
0
Done.
.TP
1
Failed: certainly nothing was done, or something was not as it should be.
.TP
2
Wrong usage, or an argument that is none: nothing was sent.
.TP
3
Unknown: it may have been done, and how to find out is said.
.SH FILES
.TP
\fI~/.config/luapay/config\fR
Credentials and the journal, in sections of name = value; refused when others
may read it.
.SH ENVIRONMENT
.TP
\fBLUAPAY_CONFIG\fR
Another configuration file.
.TP
\fBLUAPAY_JOURNAL\fR
The journal: a file, or postgres://USER@HOST/DATABASE.
.TP
\fBLUAPAY_\fIAPI\fB_\fIOPTION\fR
What stands in the configuration below [api]; it comes first.
.TP
\fBNO_COLOR\fR
No colour, on terminals too.
]]

--- The page.
---@param root table the definition of the whole command
---@param version string
---@return string
function manual.page(root, version)
  local lines = {}
  add(lines, '.TH LUAPAY 1 "" "luapay %s" "User Commands"', version)
  add(lines, ".SH NAME")
  add(lines, "luapay \\- payments from the shell")
  add(lines, ".SH SYNOPSIS")
  add(lines, "%s", usage(root, "luapay"))
  add(lines, ".SH DESCRIPTION")
  add(lines, "%s", escape(root.about))
  add(lines, ".SH COMMANDS")
  for _, definition in ipairs(root.commands) do
    add_command(lines, definition, definition.name)
  end
  return table.concat(lines, "\n") .. "\n" .. TAIL
end

manual.command = {
  name = "manual",
  summary = "Prints the manual page.",
  examples = { "luapay manual >luapay.1" },
  run = function(_, shell)
    local command = require "luapay.command"
    shell.out:write(manual.page(command.definition(), command.VERSION))
    return shell.DONE
  end,
}

return manual
