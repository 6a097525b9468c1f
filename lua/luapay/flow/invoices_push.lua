-- invoices_push.lua - pushes one portion of invoices, once.

local items = require "luapay.flow.items"
local reading = require "luapay.flow.invoices_read"
local step = require "luapay.flow.step"

local push = {}

-- What is to be sent, and what recover needs to find it again.
local function given_of(flow, number, list)
  local prints, count = {}, 0
  for _, invoice in ipairs(reading.flatten(list)) do
    prints[invoice.InvId] = reading.print(invoice)
    count = count + 1
  end
  local batch = ("%s-%d"):format(flow.run_name, number)
  return {
    reference = batch,
    step = "push",
    method = "set_external_invoices",
    args = {
      ExternalSourceId = flow.source,
      BatchId = batch,
      InvoicesLists = list,
    },
    details = { source = flow.source, count = count, prints = prints },
  }
end

--- Is a portion there whose answer nobody knows?
---@return string? state "done", or "failed": it may be sent again
---@return table|luapay.Fault outcome
function push.look(flow, entry)
  local ids = {}
  for id in pairs(entry.details.prints) do
    ids[#ids + 1] = id
  end
  if not ids[1] then return "failed", { empty = true } end
  table.sort(ids)
  local by, err = reading.by_id(flow, ids)
  if not by then return nil, err end
  for _, id in ipairs(ids) do
    local found = by[id]
    if not found or reading.print(found) ~= entry.details.prints[id] then
      return "failed", { status = "not there" }
    end
  end
  return "done", { status = "there" }
end

-- Nobody has written down how it ended: Mobip is asked first.
local function settle(flow, entry)
  local left, err = flow.journal:orphans {
    flow = flow.name,
    run = flow.run_name,
    reference = entry.reference,
    step = "push",
    limit = 1,
  }
  if not (left and left[1]) then return nil, err end
  local state, outcome = push.look(flow, left[1])
  if not state then outcome = { asked = tostring(outcome) } end
  local kept, why = flow.journal:finish(left[1], state or "unknown", outcome)
  return kept and state ~= nil, why
end

-- Refuses what cannot be told apart when it is read back.
local function check(flow, given, number)
  local seen = {}
  for _, customer in ipairs(given.args.InvoicesLists) do
    for _, invoice in ipairs(customer.InvoicesList) do
      local id = tostring(invoice.InvId or "")
      local status = invoice.InvStatus
      local field = ("portion %d, invoice %s"):format(number, id)
      if id == "" then
        return items.refuse(flow, field, "has no InvId")
      elseif seen[id] then
        return items.refuse(flow, field, "stands there twice")
      elseif flow.means and status ~= nil and not flow.means[status] then
        local message = "InvStatus %q is not among the labels"
        return items.refuse(flow, field, message:format(tostring(status)))
      end
      seen[id] = true
    end
  end
  return flow.client:check("set_external_invoices", given.args)
end

--- Checks a portion, and sends nothing.
---@return true? good
---@return luapay.Fault? fault of kind "argument"
function push.check(flow, number, list)
  for i, customer in ipairs(list) do
    if type(customer) ~= "table" or customer.CustomerId == nil then
      return items.refuse(
        flow,
        ("portion %d, customer %d"):format(number, i),
        "has no CustomerId"
      )
    end
  end
  return check(flow, given_of(flow, number, list), number)
end

--- Pushes a portion, unless it was pushed.
---@async
---@return luapay.FlowItem item `invoices`: how many
function push.one(flow, number, list)
  local given = given_of(flow, number, list)
  local entry, err, there = step.take(flow, given)
  if err and err.code == "unsettled" and settle(flow, there) then
    entry, err, there = step.take(flow, given)
  end
  local item = items.result(given.reference, entry or there, err)
  item.invoices = given.details.count
  return item
end

return push
