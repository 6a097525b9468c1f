-- config.lua - the configuration file, and what the environment says beside
-- it: whose credentials, which journal. Never from arguments, which every
-- user of a machine can read, and never printed.
--
--     [infobip]
--     username = reseller
--     password_command = pass show infobip
--
--     [journal]
--     path = /var/lib/shop/payments.db

local core = require "luapay.core"
local options = require "luapay.options"

local config = {}

local Config = {}
Config.__index = Config

local function fail(format, ...)
  error(setmetatable({ message = format:format(...) }, config), 0)
end

--- What is raised for a configuration that cannot be used: `message`.
config.fail = fail

-- Where it is, unless somebody says: the user's.
local function default_path(shell)
  local folder = shell:env "XDG_CONFIG_HOME"
  local home = shell:env "HOME"
  folder = folder or home and home .. "/.config"
  return folder and folder .. "/luapay/config"
end

local function unquote(text)
  return text:match '^"(.*)"$' or text:match "^'(.*)'$" or text
end

local function parse(text, path)
  local sections, section = {}, nil
  local number = 0
  for line in (text:gsub("\r\n?", "\n") .. "\n"):gmatch "(.-)\n" do
    number = number + 1
    local head = line:match "^%s*%[%s*([%w_]+)%s*%]%s*$"
    local name, value = line:match "^%s*([%w_]+)%s*=%s*(.-)%s*$"
    if head then
      section = sections[head] or {}
      sections[head] = section
    elseif name then
      if not section then
        fail("%s:%d: expected a [section] first", path, number)
      elseif section[name] then
        fail("%s:%d: %s stands here twice", path, number, name)
      end
      section[name] = { text = unquote(value), line = number }
    elseif not line:find "^%s*$" and not line:find "^%s*[#;]" then
      -- the line itself may be a secret
      fail("%s:%d: expected name = value", path, number)
    end
  end
  return sections
end

--- Reads the file, when there is one.
---@param shell table
---@param path? string the one that was asked for: it must be there
---@return table
function config.read(shell, path)
  local asked = path or shell:env "LUAPAY_CONFIG"
  path = asked or default_path(shell)
  local self = setmetatable({ shell = shell, path = path }, Config)
  self.sections = {}
  local private, why
  if path then
    private, why = core.is_private(path)
  end
  if private == nil then
    if asked then fail("%s: %s", path, why) end
    return self
  elseif not private then
    fail("%s: %s: chmod 600 it, then it is read", path, why)
  end
  local text
  text, why = shell.read(path)
  if not text then fail("%s", why) end
  self.sections = parse(text, path)
  return self
end

-- What a command prints, without the line end.
local function output_of(command, name)
  local pipe =
    io.popen(("(%s\n) 2>/dev/null; printf ' %%s' \"$?\""):format(command), "r")
  local said = pipe and pipe:read "*a" or ""
  if pipe then pipe:close() end
  local text, status = said:match "^(.*) (%d+)$"
  if status ~= "0" or not text:find "%S" then
    fail("%s: its command failed, or printed nothing", name)
  end
  return (text:gsub("\r?\n.*$", ""))
end

-- The environment over the file; NAME_command over neither.
local function find(self, section, name)
  local given = self.sections[section] or {}
  local variable = ("LUAPAY_%s_%s"):format(section, name):upper()
  local text = self.shell:env(variable)
  if text then return text, variable end
  local command = self.shell:env(variable .. "_COMMAND")
  if command then return output_of(command, variable .. "_COMMAND") end
  if given[name] then
    return given[name].text,
      ("%s:%d: %s"):format(self.path, given[name].line, name)
  end
  command = given[name .. "_command"]
  if not command then return nil end
  local place = ("%s:%d: %s_command"):format(self.path, command.line, name)
  return output_of(command.text, place), place
end

local YES = { ["true"] = true, yes = true, ["1"] = true }
local NO = { ["false"] = false, no = false, ["0"] = false }

local function convert(text, rule, place)
  if rule.type == "number" then
    return tonumber(text) or fail("%s: expected a number", place)
  elseif rule.type == "boolean" then
    local word = text:lower()
    if YES[word] == nil and NO[word] == nil then
      fail("%s: expected true or false", place)
    end
    return YES[word] or false
  end
  return text
end

local TEXT = { string = true, number = true, boolean = true, any = true }

local function check_names(self, section, rules)
  local known = {}
  for name, rule in pairs(rules) do
    known[name] = TEXT[rule.type] or nil
  end
  for name, given in pairs(self.sections[section] or {}) do
    local plain = name:gsub("_command$", "")
    if not known[name] and not known[plain] then
      fail(
        "%s:%d: [%s] has no option %s%s",
        self.path,
        given.line,
        section,
        name,
        options.suggest(name, known)
      )
    end
  end
end

--- The options of a section, from the environment and the file. Raises a
--- problem for what is not among the rules, or not of their type.
---@param section string
---@param rules table<string, table> see luapay.options
---@return table<string, any>
function Config:options(section, rules)
  check_names(self, section, rules)
  local found = {}
  for name, rule in pairs(rules) do
    if TEXT[rule.type] then
      local text, place = find(self, section, name)
      if text then found[name] = convert(text, rule, place or name) end
    end
  end
  return found
end

--- Whether anything is said of a section, here or in the environment.
---@param section string
---@param rules table<string, table>
---@return boolean
function Config:has(section, rules)
  if self.sections[section] then return true end
  for name in pairs(rules) do
    local variable = ("LUAPAY_%s_%s"):format(section, name):upper()
    local command = variable .. "_COMMAND"
    if self.shell:env(variable) or self.shell:env(command) then return true end
  end
  return false
end

return config
