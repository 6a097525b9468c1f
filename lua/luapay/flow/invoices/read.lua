-- read.lua - what Mobip has of invoices that were pushed, and how
-- it differs from what it should have.

local core = require "luapay.core"

local reading = {}

local FIELDS = {
  "CustomerId",
  "InvDate",
  "InvDueDate",
  "InvLbl",
  "Amount_in_cents",
  "InvStatus",
}

local MOST = 100 -- ids asked for at a time: they travel in an address

local function text_of(value)
  if type(value) == "number" then return ("%.0f"):format(value) end
  if type(value) == "userdata" and value.minor then
    return text_of(value.minor)
  end
  return value ~= nil and tostring(value) or nil
end

local function trimmed(row)
  local out = {}
  for name, value in pairs(row) do
    out[tostring(name):gsub("%s+$", "")] = value
  end
  return out
end

-- One invoice, its values as text.
local function flat(row, customer)
  local invoice = { InvId = text_of(row.InvId) }
  for _, name in ipairs(FIELDS) do
    invoice[name] = text_of(row[name])
  end
  invoice.CustomerId = text_of(customer) or invoice.CustomerId
  return invoice
end

-- A list, in its order, or what PHP makes of one with gaps.
local function values(found)
  local keys, list = {}, {}
  for key in pairs(found) do
    if tonumber(key) then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b)
    return tonumber(a) < tonumber(b)
  end)
  for i, key in ipairs(keys) do
    list[i] = found[key]
  end
  return list
end

--- The invoices of customers, one after the other, as the provider may have
--- them: within their customers, or each with its CustomerId.
---@param list table
---@return table[] invoices InvId and what else there is, as text
function reading.flatten(list)
  local out = {}
  for _, given in ipairs(values(list)) do
    local row = trimmed(given)
    if row.InvId ~= nil then
      out[#out + 1] = flat(row)
    elseif type(row.InvoicesList) == "table" then
      for _, inner in ipairs(values(row.InvoicesList)) do
        out[#out + 1] = flat(trimmed(inner), row.CustomerId)
      end
    end
  end
  return out
end

--- What tells one content of an invoice from another.
---@param invoice table of `flatten`
---@return string
function reading.print(invoice)
  local out = {}
  for i, name in ipairs(FIELDS) do
    local value = invoice[name] or ""
    out[i] = #value .. ":" .. value
  end
  return core.fingerprint(table.concat(out))
end

local function ask(flow, ids, by)
  local result, err = flow.client:get_external_invoices({
    ExternalSourceId = flow.source,
    InvoicesList = ids,
  }, flow.call)
  if not result then return nil, err end
  for _, invoice in ipairs(reading.flatten(result.InvoicesList or {})) do
    if invoice.InvId then by[invoice.InvId] = invoice end
  end
  return by
end

--- What Mobip has, by InvId: of all, or of those that are named.
---@async
---@param flow table
---@param ids? string[]
---@return table<string, table>? invoices
---@return luapay.Fault? fault
function reading.by_id(flow, ids)
  if not ids then return ask(flow, nil, {}) end
  local by = {}
  for first = 1, #ids, MOST do
    local some = {}
    for i = first, math.min(first + MOST - 1, #ids) do
      some[#some + 1] = ids[i]
    end
    local good, err = ask(flow, some, by)
    if not good then return nil, err end
  end
  return by
end

-- The fields that were given and are not there, or are others.
local function differences(wanted, found)
  local fields, differs = {}, false
  for _, name in ipairs(FIELDS) do
    if wanted[name] and wanted[name] ~= found[name] then
      fields[name] = { wanted = wanted[name], found = found[name] }
      differs = true
    end
  end
  return differs and fields
end

--- Adds to a comparison what some invoices have to say.
---@param report table same, missing, different
---@param wanted table[] of `flatten`
---@param by table<string, table>
function reading.compare(report, wanted, by)
  for _, invoice in ipairs(wanted) do
    local found = by[invoice.InvId]
    local fields = found and differences(invoice, found)
    if not found then
      table.insert(report.missing, invoice.InvId)
    elseif fields then
      table.insert(
        report.different,
        { InvId = invoice.InvId, fields = fields }
      )
    else
      report.same = report.same + 1
    end
  end
end

return reading
