-- fault.lua - what went wrong, as a value. Programs look at `kind`,
-- `outcome` and `code`; people look at `tostring`. It knows no other file.

local fault = {}

local mt = { __name = "luapay.Fault" }

local UNKNOWN = "; outcome unknown: it may have been done, do not repeat it"

function mt:__tostring()
  local where = self.field or self.code or self.status
  return ("%s: %s%s: %s%s"):format(
    self.endpoint or "luapay",
    self.kind,
    where and (" (%s)"):format(where) or "",
    self.message or "no message",
    self.outcome == "unknown" and UNKNOWN or ""
  )
end

--- Makes a fault out of its fields; the table itself becomes the fault.
---@param fields table
---@param endpoint? string the call it happened in, "infobip.add_funds"
---@return luapay.Fault
function fault.new(fields, endpoint)
  fields.outcome = fields.outcome or "failed"
  local message = fields.message -- of others, and for a line of a log
  if type(message) == "string" and message:find "%s$" then
    fields.message = message:match "^(.-)%s*$"
  end
  if endpoint and not fields.endpoint then
    fields.endpoint = endpoint
    fields.api = endpoint:match "^[^.]+"
  end
  return setmetatable(fields, mt)
end

--- A fault of its own with the same fields: two callers never share one.
---@param original luapay.Fault
---@return luapay.Fault
function fault.copy(original)
  local fields = {}
  for name, value in pairs(original) do
    fields[name] = value
  end
  return setmetatable(fields, mt)
end

--- Whether a value is a fault, and of that kind where one is named.
---@param value any
---@param kind? string
---@return boolean
function fault.is(value, kind)
  return getmetatable(value) == mt and (not kind or value.kind == kind)
end

return fault
