-- What the specs of the provider's words share. A row is a situation, and
-- what a user sees then: "state | money | ended | needs a person".

local helper = {}

local function mark(yes)
  return yes and "y" or "n"
end

--- How an item stands, as a row says it.
---@param item luapay.FlowItem
---@return string
function helper.of(item)
  return ("%s | %s | %s | %s"):format(
    item.state,
    item.money,
    mark(item.ended),
    mark(item.needs_person)
  )
end

--- The row of an item; whoever is needed must have an advice.
---@param flow table
---@param reference string
---@return string
function helper.row(flow, reference)
  return helper.row_of(assert(flow:get(reference, { refresh = false })))
end

--- The same of an item.
---@param item luapay.FlowItem
---@return string
function helper.row_of(item)
  local row = helper.of(item)
  if item.needs_person == (item.advice ~= nil) then return row end
  return row
    .. (item.advice and " | advice: " .. item.advice or " | no advice")
end

return helper
