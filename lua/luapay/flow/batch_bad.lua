-- batch_bad.lua - bad rows of a batch, and what is told of a plan.

local fault = require "luapay.fault"

local bad = {}

local SHOWN = 100 -- bad rows that a report lists

--- Notes a bad row.
---@param self table see batch_plan.lua
---@param number integer
---@param field string
---@param problem string
function bad.note(self, number, field, problem)
  self.bad = self.bad + 1
  if self.bad <= SHOWN then
    self.bad_rows[self.bad] =
      { row = number, field = field, message = problem }
  end
  if self.flow.on_bad_row then self.flow.on_bad_row(number, field, problem) end
end

--- What is told of a plan.
function bad.report(self)
  return {
    rows = self.rows,
    planned = self.planned,
    known = self.known,
    bad = self.bad,
    bad_rows = self.bad_rows,
    long_ids = self.long_ids,
  }
end

--- The fault of a plan with bad rows.
function bad.refuse(self)
  local first = self.bad_rows[1]
  return nil,
    fault.new {
      kind = "argument",
      endpoint = "flow." .. self.flow.name,
      field = ("rows[%d].%s"):format(first.row, first.field),
      message = self.bad > 1
          and ("%s (and %d more)"):format(first.message, self.bad - 1)
        or first.message,
      report = bad.report(self),
    }
end

return bad
