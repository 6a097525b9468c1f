-- rows.lua - from a file of CSV to the items of a flow. Columns have the
-- names of the items' fields; what is wrong is said with its line.

local config = require "luapay.command.config"
local core = require "luapay.core"
local csv = require "luapay.command.files.csv"
local decimal = require "luapay.decimal"
local options = require "luapay.options"

local rows = {}

local function known_columns(kind)
  local known = {}
  for _, column in ipairs(kind.columns) do
    known[column.name:lower()] = column
    if column.alias then known[column.alias:lower()] = column end
  end
  return known
end

-- What the words of the command say of the file's own names: ours by theirs.
local function renamed(given, known)
  local ours, ignored = {}, {}
  for _, text in ipairs(given.column or {}) do
    local name, theirs = text:match "^([^=]+)=(.+)$"
    local column = name and known[name:lower()]
    if not column then
      config.fail(
        "--column: expected OURS=THEIRS, got %s%s",
        text,
        options.suggest(name, known)
      )
    end
    ours[theirs:lower()] = column
  end
  for _, theirs in ipairs(given.ignore or {}) do
    ignored[theirs:lower()] = true
  end
  return ours, ignored
end

local function names_of(known)
  local names = {}
  for _, column in pairs(known) do
    names[column.name] = true
  end
  return names
end

-- The column of each cell, by the header.
local function columns_of(reader, kind, given)
  local known = known_columns(kind)
  local ours, ignored = renamed(given, known)
  local places, seen, problems = {}, {}, {}
  local function problem(format, ...)
    problems[#problems + 1] =
      { line = reader.header_line, message = format:format(...) }
  end
  for place, name in ipairs(reader.header) do
    local plain = name:lower():match "^%s*(.-)%s*$"
    local column = ours[plain] or known[plain]
    if ignored[plain] or plain == "" then
      places[place] = false
    elseif not column then
      problem(
        "column %d: unknown column %q%s (or --ignore %s)",
        place,
        name,
        options.suggest(name, names_of(known)),
        name
      )
    elseif seen[column.name] then
      problem(
        "column %d: %s is column %d, too",
        place,
        column.name,
        seen[column.name]
      )
    else
      seen[column.name], places[place] = place, column
    end
  end
  for _, column in ipairs(kind.columns) do
    if column.required and not seen[column.name] then
      problem("there is no column %s", column.name)
    end
  end
  return places, problems
end

-- ---- cells

local READ = {}

function READ.text(text)
  return text
end

function READ.number(text)
  if not text:find "^%d+$" or #text > 15 then
    return nil, "expected a whole number, got " .. text
  end
  return tonumber(text)
end

local YES = { ["true"] = true, yes = true, ["1"] = true }
local NO = { ["false"] = true, no = true, ["0"] = true }

function READ.boolean(text)
  local word = text:lower()
  if YES[word] then return true end
  if NO[word] then return false end
  return nil, "expected true or false, got " .. text
end

function READ.amount(text, given)
  if text == "all" then return text end
  if given.decimal_comma then
    if text:find "^[-+]?%d+,%d+$" then return (text:gsub(",", ".")) end
    if text:find "^[-+]?%d+$" then return text end
    return nil, ("expected an amount like 12,50, got %s"):format(text)
  end
  if text:find "^[-+]?%d+$" or text:find "^[-+]?%d+%.%d+$" then
    return text
  elseif text:find "^[-+]?%d+,%d+$" then
    return nil,
      ("%s: if the comma begins the decimals, say --decimal-comma"):format(
        text
      )
  end
  return nil, ("expected an amount like 12.50, got %s"):format(text)
end

-- An item of the cells of a row, or nil and the problems.
local function item_of(cells, line, places, given, kind)
  local item, problems = {}, {}
  local function problem(format, ...)
    problems[#problems + 1] = { line = line, message = format:format(...) }
  end
  if #cells > #places then
    for place = #places + 1, #cells do
      if cells[place] ~= "" then
        problem("has %d cells, but there are %d columns", #cells, #places)
        break
      end
    end
  elseif #cells < #places then
    problem("has %d cells, but there are %d columns", #cells, #places)
  end
  if problems[1] then return nil, problems end
  for place, column in ipairs(places) do
    local text = cells[place]
    if column and text ~= "" then
      local value, why = READ[column.read or "text"](text, given)
      if value == nil then
        problem("%s: %s", column.name, why)
      else
        item[column.name] = value
      end
    elseif column and column.required then
      problem("%s: is empty", column.name)
    end
  end
  if problems[1] then return nil, problems end
  if kind.complete then kind.complete(item, given) end
  return item
end

-- ---- the file

-- A file can be read again; what comes by the standard input is kept.
local function opener(path, shell)
  if path ~= "-" then
    return function()
      local file, why = io.open(path, "rb")
      if not file then config.fail("%s", why) end
      return file
    end
  end
  local text = shell.read "-"
  return function()
    local at = 1
    return {
      read = function(_, count)
        if at > #text then return nil end
        local block = text:sub(at, at + count - 1)
        at = at + count
        return block
      end,
      close = function() end,
    }
  end
end

local MOST = 20 -- problems that are said

local Source = {}
Source.__index = Source

-- Begins to read: a function that returns item, line and cells of the next
-- good row, nil at the end; what is wrong goes to `problem`, or is raised.
local function begin(self)
  local file = self.open()
  local reader, places
  return function()
    if not reader then
      reader = csv.open(file, {
        delimiter = self.given.delimiter,
        encoding = self.given.encoding,
      })
      local problems
      places, problems = columns_of(reader, self.kind, self.given)
      for _, problem in ipairs(problems) do
        self.problem(problem)
      end
      if problems[1] then return nil end
    end
    while true do
      local cells, line = reader:next()
      if not cells then return nil end
      local item, wrong = item_of(cells, line, places, self.given, self.kind)
      for _, problem in ipairs(wrong or {}) do
        self.problem(problem)
      end
      if item then return item, line, cells end
    end
  end,
    file
end

local function each(self, use)
  local next_row, file = begin(self)
  local good, err = pcall(function()
    while true do
      local item, line, cells = next_row()
      if not item then return end
      use(item, line, cells)
    end
  end)
  file:close()
  if good then return end
  if type(err) ~= "table" or not err.csv then error(err, 0) end
  self.problem(err)
end

local function print_of(before, cells)
  return core.fingerprint((before or "") .. table.concat(cells, "\31"))
end

--- Reads the file once: what is in it, or what is wrong with it.
---@param path string
---@param kind table see kinds.lua
---@param given table the parsed line
---@param shell table
---@return table source with `count`, `sums` by currency, `problems` (the
--- first ones; `bad`: how many), and `items` unless they are streamed
function rows.read(path, kind, given, shell)
  local self = setmetatable({
    given = given,
    kind = kind,
    path = path,
    open = opener(path, shell),
    problems = {},
    bad = 0,
    count = 0,
    sums = {},
    items = not kind.streams and {} or nil,
  }, Source)
  function self.problem(problem)
    self.bad = self.bad + 1
    if #self.problems < MOST then
      self.problems[#self.problems + 1] = problem
    end
  end
  local seen = {}
  each(self, function(item, line, cells)
    local reference = item.reference
    if self.items then
      if seen[reference] then
        self.problem {
          line = line,
          message = ("reference: %s stands on line %d, too"):format(
            reference,
            seen[reference]
          ),
        }
      end
      seen[reference] = line
      self.items[self.count + 1] = item
    end
    self.count = self.count + 1
    self.print = print_of(self.print, cells)
    local amount, currency = kind.worth(item, given)
    if amount then
      local sum = self.sums[currency] or { count = 0, sum = "0" }
      self.sums[currency] = sum
      sum.count = sum.count + 1
      sum.sum = decimal.add(sum.sum, amount)
    end
  end)
  return self
end

--- The line on which the item of a number stands.
---@param number integer
---@return integer?
function Source:line_of(number)
  local count, found = 0, nil
  each(self, function(_, line)
    count = count + 1
    if count == number then found = line end
  end)
  return found
end

--- The items again, for a flow that takes them one by one. A file that has
--- changed since it was shown raises, and nothing of it is sent.
---@return fun(): table?
function Source:iterator()
  local print, count = nil, 0
  local next_row, file = begin(self)
  return function()
    if not next_row then return nil end
    local item, _, cells = next_row()
    if item then
      count, print = count + 1, print_of(print, cells)
      return item
    end
    next_row = nil
    file:close()
    if print ~= self.print or count ~= self.count then
      config.fail(
        "%s has changed since it was shown: nothing was sent",
        self.path
      )
    end
    return nil
  end
end

return rows
