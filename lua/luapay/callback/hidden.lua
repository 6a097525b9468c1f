-- hidden.lua - a value that does not print: neither by tostring, nor by
-- walking through the table that holds it. Wiped, it is gone.

local hidden = {}

local Hidden = {}
Hidden.__index = Hidden
Hidden.__metatable = false

local values = setmetatable({}, { __mode = "k" })

function Hidden.__tostring()
  return "(hidden)"
end

--- The value; raises when it was wiped.
---@return any
function Hidden:open()
  local value = values[self]
  if value == nil then error("callback: the value was wiped", 2) end
  return value
end

--- Whether it was wiped.
---@return boolean
function Hidden:is_wiped()
  return values[self] == nil
end

--- Moves the value into a new object, which is not wiped when the handler
--- has returned: whoever takes it wipes it.
---@return luapay.callback.Hidden
function Hidden:take()
  local taken = hidden.new(self:open())
  values[self] = nil
  return taken
end

--- Forgets the value; any number of times.
function Hidden:wipe()
  local value = values[self]
  values[self] = nil
  if type(value) == "table" then
    for name in pairs(value) do
      value[name] = nil
    end
  end
end

--- Hides a value.
---@param value any not nil
---@return luapay.callback.Hidden
function hidden.new(value)
  local self = setmetatable({}, Hidden)
  values[self] = value
  return self
end

return hidden
