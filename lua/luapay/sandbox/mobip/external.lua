-- The invoices that the merchant's own systems hand to a pretend Mobip.
-- (state, args, caller) -> response.

local json = require "luapay.sandbox.json"
local say = require "luapay.sandbox.mobip.answers"

local external = {}

local function source_of(state, caller, id)
  local key = caller.uid .. "|" .. id
  local source = state.external[key]
    or { list = {}, by_id = {}, batches = {}, labels = {} }
  state.external[key] = source
  return source
end

-- The published example has names that end with a space: both are good.
local function trimmed(object)
  local out = {}
  for name, value in pairs(object) do
    out[type(name) == "string" and name:gsub("%s+$", "") or name] = value
  end
  return out
end

-- The list within a customer has no name in the published example, so any
-- name will do.
local function inner_list(customer)
  for name, value in pairs(customer) do
    if type(value) == "table" and type(name) == "string" then return value end
  end
  return {}
end

local function is_amount(value)
  return type(value) == "string" and value:find "^-?%d+$" ~= nil
end

local function is_date(value)
  return type(value) == "string" and value:find "^%d%d%d%d%-%d%d%-%d%d$" ~= nil
end

local function problem_of(customer, invoice)
  if type(customer.CustomerId) ~= "string" then return "CustomerId" end
  if not is_amount(customer.CustomerBalance_in_cents) then
    return "CustomerBalance_in_cents"
  end
  if not is_date(customer.CustomerBalance_Date) then
    return "CustomerBalance_Date"
  end
  if not invoice then return nil end
  if type(invoice.InvId) ~= "string" then return "InvId" end
  if not is_amount(invoice.Amount_in_cents) then return "Amount_in_cents" end
  if not is_date(invoice.InvDate) then return "InvDate" end
  return not is_date(invoice.InvDueDate) and "InvDueDate" or nil
end

-- All invoices of the given customers, or nil and the field that is wrong.
local function flatten(customers)
  local rows = {}
  for _, given in ipairs(customers) do
    local customer = trimmed(given)
    local problem = problem_of(customer)
    if problem then return nil, problem end
    for _, item in ipairs(inner_list(customer)) do
      local invoice = trimmed(item)
      problem = problem_of(customer, invoice)
      if problem then return nil, problem end
      invoice.CustomerId = customer.CustomerId
      rows[#rows + 1] = invoice
    end
  end
  return rows
end

local function store(source, invoice)
  local at = source.by_id[invoice.InvId] or #source.list + 1
  source.by_id[invoice.InvId], source.list[at] = at, invoice
end

--- Takes invoices in: all or none. A batch that was there is not taken
--- again; an invoice that was there is replaced.
function external.set_external_invoices(state, args, caller)
  local customers = args.InvoicesLists
  local rows, problem = flatten(customers.InvoicesLists or customers)
  if not rows then return say.no(state, "input", "Bad value: %1", problem) end
  local source = source_of(state, caller, args.ExternalSourceId)
  if args.BatchId and source.batches[args.BatchId] then
    return say.yes(state)
  end
  if args.BatchId then source.batches[args.BatchId] = true end
  for _, invoice in ipairs(rows) do
    store(source, invoice)
  end
  return say.yes(state)
end

local STATUSES = { "pending", "due", "fully_paid", "partially_paid" }

-- What an invoice's own status means here, or nil.
local function meaning(source, label)
  for _, status in ipairs(STATUSES) do
    if source.labels[status] == label then return status end
  end
end

--- The invoices of a source: all, or those that are named.
function external.get_external_invoices(state, args, caller)
  local source = source_of(state, caller, args.ExternalSourceId)
  local wanted, rows = {}, {}
  for _, id in ipairs(args.InvoicesList or {}) do
    wanted[id] = true
  end
  for _, invoice in ipairs(source.list) do
    if not args.InvoicesList or wanted[invoice.InvId] then
      local row = trimmed(invoice)
      row.MobipStatus = meaning(source, row.InvStatus)
      rows[#rows + 1] = row
    end
  end
  return say.yes(state, { InvoicesList = say.array(state, rows) })
end

--- Says what the statuses of a source mean.
function external.set_external_invoice_status(state, args, caller)
  local source = source_of(state, caller, args.ExternalSourceId)
  for _, status in ipairs(STATUSES) do
    source.labels[status] = args[status]
  end
  return say.yes(state)
end

--- Tells it again.
function external.get_external_invoices_status(state, args, caller)
  local source = source_of(state, caller, args.ExternalSourceId)
  local rows = json.list {}
  for _, status in ipairs(STATUSES) do
    if source.labels[status] then
      rows[#rows + 1] = { status = status, label = source.labels[status] }
    end
  end
  return say.yes(state, { InvoiceStatusesList = say.array(state, rows) })
end

return external
