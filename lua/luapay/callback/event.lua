-- event.lua - what a callback tells, as a value that every provider's
-- events share.

local codes = require "luapay.callback.codes"
local states = require "luapay.callback.states"

local event = {}

local NOTHING = {}

local function join(...)
  return table.concat({ ... }, ":")
end

local function fits(row, status)
  if type(row.status) ~= "table" then return row.status == status end
  for _, name in ipairs(row.status) do
    if name == status then return true end
  end
  return false
end

-- The row of a code. Not one that belongs to another status: one of the
-- provider's own examples has "Canceled" with the code of "Rejected".
local function row_of(made, sort)
  local rows = (codes[made.api] or NOTHING)[sort] or NOTHING
  local row = rows[made.status_code or 0] or rows[made.status]
  return row and fits(row, made.status) and row or nil
end

-- What the status says; its code only adds why. A code never stands for a
-- status that is not known: 0 means paid here and reserved there.
local function read_status(made, sort, status, code)
  local state
  made.status, state = states.read(made.api, sort, status)
  made.status_code = codes.number(code)
  local row = state and row_of(made, sort)
  made.final = state ~= nil and state.final
  made.text = made.text or row and row.text
  made.whose = codes.whose(row, made.status)
  made.rank = state and state.rank
end

--- Makes an event.
---@param api string
---@param kind string
---@param about table `object`: the kind and id of what it is about;
--- `sort`: the list of states, the kind unless said otherwise; `status`,
--- `code`, `text`; `mark`: by which it is known beside its object, the
--- status unless said otherwise; false when each is another one
---@param fields table what else it has: ids and amounts by their wire names
---@return luapay.callback.Event
function event.new(api, kind, about, fields)
  local made, mark = fields, about.mark
  made.api, made.kind, made.text = api, kind, about.text
  made.object = join(api, about.object)
  made.final, made.whose = false, "nobody"
  if about.status then
    read_status(made, about.sort or kind, about.status, about.code)
    if mark == nil then mark = made.status end
  end
  if mark then made.id = join(made.object, mark) end
  return made
end

return event
