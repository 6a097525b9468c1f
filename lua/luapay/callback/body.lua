-- body.lua - the JSON of a callback: strict, and its members by name.

local json = require "luapay.json"
local request = require "luapay.callback.request"

local refuse = request.refuse

local body = {}

local LONGEST = 200 -- bytes of an id

--- Decodes a body. Long numbers keep their digits.
---@param text string
---@return table? value a null in a list is false
---@return luapay.callback.Refusal? refusal
---@return boolean is_list what it is, where it is empty
function body.decode(text)
  local value = json.decode(text)
  if type(value) ~= "table" then
    return refuse(400, "body", "is no JSON object or array")
  end
  return value, nil, text:find "^[%s\239\187\191]*%[" ~= nil
end

--- The members of an object by their names in lower case. One callback has
--- PascalCase and the next camelCase.
---@param object any
---@return table? members
---@return luapay.callback.Refusal? refusal
function body.fold(object)
  if type(object) ~= "table" then
    return refuse(400, "body", "is no object")
  end
  local members = {}
  for name, value in pairs(object) do
    if type(name) == "string" then
      name = name:lower()
      if members[name] ~= nil then
        return refuse(400, "body", "has a member twice")
      end
      members[name] = value
    end
  end
  return members
end

--- A value as an id: text of a sane length on one line, or a whole number.
---@param value any
---@return string? id
function body.id(value)
  if type(value) == "number" and value % 1 == 0 then
    value = ("%.0f"):format(value)
  end
  if type(value) ~= "string" or value == "" or #value > LONGEST then
    return nil
  end
  return not value:find "[%z\1-\31\127]" and value or nil
end

return body
