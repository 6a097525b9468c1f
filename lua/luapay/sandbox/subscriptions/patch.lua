-- JSON Patch as far as the provider has it: replace, on listed paths. All
-- operations are good, or none is done.

local check = require "luapay.sandbox.subscriptions.check"

local patch = {}

local function refuse(text)
  return nil, { status = 400, text = text }
end

local function read_one(operation, paths)
  if type(operation) ~= "table" or operation.op ~= "replace" then
    return refuse "Only the operation replace is supported."
  end
  local path = type(operation.path) == "string"
    and operation.path:gsub("^/", "")
  local rule = path and paths[path]
  if not rule then return refuse "There is no such path to replace." end
  if type(rule) == "string" then rule = { rule } end
  local value, why = check.one(operation.value, {
    name = path,
    kind = rule[1],
    required = true,
    min = rule.min,
    max = rule.max,
    choices = rule.choices,
  })
  if value == nil then return refuse(why) end
  return { path = path, value = value }
end

--- Reads a list of operations.
---@param list table[]
---@param paths table<string, any> what may be replaced, and by what
---@return table[]? changes path (without slash) and value
---@return table? refusal
function patch.read(list, paths)
  local changes = {}
  for i, operation in ipairs(list) do
    local change, refusal = read_one(operation, paths)
    if not change then return nil, refusal end
    changes[i] = change
  end
  return changes
end

return patch
