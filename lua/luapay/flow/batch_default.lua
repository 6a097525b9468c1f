-- batch_default.lua - the day of payments that name none.

local day = require "luapay.flow.batch_day"

--- It is the same for a whole run, however often and late that is started
--- again: otherwise they would be other payments.
---@async
---@param flow table
---@param today integer
---@return string? day
---@return luapay.Fault? fault of the journal
return function(flow, today)
  local key = {
    flow = flow.name,
    run = flow.run_name,
    reference = "default",
    step = "due_date",
  }
  local entry, err = flow.journal:find(key)
  if entry == false then
    key.details = { due_date = day.text(today + 2) }
    local _, why = flow.journal:begin(key) -- another worker may be faster
    key.details = nil
    entry, err = flow.journal:find(key)
    err = err or why
  end
  if not entry then return nil, err end
  if entry.state ~= "done" then
    local open = { "sent", "unknown" }
    local moved, why = flow.journal:advance(entry, open, "done", {})
    if moved == nil then return nil, why end
  end
  return entry.details.due_date
end
