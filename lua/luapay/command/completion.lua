-- completion.lua - what bash and zsh complete, from the definitions of the
-- commands: `luapay completion bash`.

local core = require "luapay.core"

local completion = {}

local function endpoints(with_apis)
  local list, seen = {}, {}
  for number = 1, math.huge do
    local endpoint = core.describe(number)
    if not endpoint then break end
    if with_apis and not seen[endpoint.api] then
      seen[endpoint.api] = true
      list[#list + 1] = endpoint.api
    end
    list[#list + 1] = endpoint.api .. "." .. endpoint.name
  end
  return list
end

local function apis()
  local list = {}
  for position = 1, math.huge do
    local api = core.api(position)
    if not api then return list end
    list[position] = api.name
  end
end

local WORDS = {
  apis = apis,
  calls = function()
    return endpoints(false)
  end,
  ["calls and apis"] = function()
    return endpoints(true)
  end,
}

-- What can follow a path of commands: { { word, summary } ... }.
local function words_of(definition)
  local list = {}
  for _, inner in ipairs(definition.commands or {}) do
    list[#list + 1] = { inner.name, inner.summary }
  end
  for _, argument in ipairs(definition.arguments or {}) do
    for _, word in ipairs(argument.choices or {}) do
      list[#list + 1] = { word, argument[2] }
    end
    for _, word in
      ipairs(argument.complete and WORDS[argument.complete]() or {})
    do
      list[#list + 1] = { word, argument[2] }
    end
  end
  return list
end

local function options_of(definition)
  local list = { { "--help", "Show the help." } }
  for _, option in ipairs(definition.options or {}) do
    list[#list + 1] = { option[1], option[2] }
  end
  return list
end

local function each(definition, path, use)
  use(definition, path)
  for _, inner in ipairs(definition.commands or {}) do
    each(inner, path == "" and inner.name or path .. " " .. inner.name, use)
  end
end

local function names(list)
  local words = {}
  for i, one in ipairs(list) do
    words[i] = one[1]
  end
  return table.concat(words, " ")
end

local function paths(root)
  local list = {}
  each(root, "", function(_, path)
    if path ~= "" then list[#list + 1] = '"' .. path .. '"' end
  end)
  return table.concat(list, "|")
end

-- ---- bash

local BASH = [=[
# Completions of luapay for bash, made by `luapay completion bash`.
_luapay() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local path= words= options= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${path:+$path }${COMP_WORDS[i]}" in
    %s)
      path="${path:+$path }${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path:$prev" in
%s  esac
  case "$path" in
%s  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -o default -F _luapay luapay
]=]

local BASH_PATH = [=[
  "%s")
    words="%s"
    options="%s" ;;
]=]

local BASH_CHOICES = [=[
  "%s:%s")
    COMPREPLY=($(compgen -W "%s" -- "$cur"))
    return ;;
]=]

-- by the shell's own means: files
local BASH_VALUE = [=[
  "%s:%s")
    return ;;
]=]

local BASH_FORM = {
  whole = BASH,
  path = BASH_PATH,
  choices = BASH_CHOICES,
  value = BASH_VALUE,
  listed = names,
}

-- ---- zsh

local ZSH = [=[
#compdef luapay
# Completions of luapay for zsh, made by `luapay completion zsh`.
_luapay() {
  local found= i
  local -a names options
  for ((i = 2; i < CURRENT; i++)); do
    case "${found:+$found }${words[i]}" in
    %s)
      found="${found:+$found }${words[i]}" ;;
    esac
  done
  case "$found:${words[CURRENT-1]}" in
%s  esac
  case "$found" in
%s  esac
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe option options
  elif (( $#names )); then
    _describe word names
  else
    _files
  fi
}
if [[ $funcstack[1] == _luapay ]]; then
  _luapay "$@"
else
  compdef _luapay luapay
fi
]=]

local function described(list)
  local words = {}
  for i, one in ipairs(list) do
    local text = (one[1] .. ":" .. one[2]):gsub("'", "'\\''")
    words[i] = "'" .. text .. "'"
  end
  return table.concat(words, " ")
end

local ZSH_PATH = [=[
  "%s")
    names=(%s)
    options=(%s) ;;
]=]

local ZSH_CHOICES = [=[
  "%s:%s")
    compadd -- %s
    return ;;
]=]

local ZSH_VALUE = [=[
  "%s:%s")
    _files
    return ;;
]=]

local ZSH_FORM = {
  whole = ZSH,
  path = ZSH_PATH,
  choices = ZSH_CHOICES,
  value = ZSH_VALUE,
  listed = described,
}

-- ---- both

local SHELLS = { bash = BASH_FORM, zsh = ZSH_FORM }

--- The completions for a shell.
---@param root table the definition of the whole command
---@param name "bash"|"zsh"
---@return string
function completion.of(root, name)
  local form, values, cases = SHELLS[name], {}, {}
  each(root, "", function(definition, path)
    local words = form.listed(words_of(definition))
    local options = form.listed(options_of(definition))
    cases[#cases + 1] = form.path:format(path, words, options)
    for _, option in ipairs(definition.options or {}) do
      if option.choices then
        local choices = table.concat(option.choices, " ")
        values[#values + 1] = form.choices:format(path, option[1], choices)
      elseif option.value then
        values[#values + 1] = form.value:format(path, option[1])
      end
    end
  end)
  return form.whole:format(
    paths(root),
    table.concat(values),
    table.concat(cases)
  )
end

completion.command = {
  name = "completion",
  summary = "Prints completions for bash or zsh.",
  about = "Prints completions for bash or zsh: source <(luapay completion "
    .. "bash).\nmake install puts them where the shells look.",
  arguments = { { "shell", "bash or zsh.", choices = { "bash", "zsh" } } },
  examples = {
    "luapay completion bash >luapay.bash",
    "luapay completion zsh >_luapay",
  },
  run = function(given, shell)
    local root = require("luapay.command").definition()
    shell.out:write(completion.of(root, given.shell))
    return shell.DONE
  end,
}

return completion
