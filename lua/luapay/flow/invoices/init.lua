-- invoices - keeps the invoices of a system of yours at Mobip: pushes them in
-- portions, says what their statuses mean, reads them back. It moves no
-- money. An item of this flow is a portion.

local items = require "luapay.flow.kit.items"
local kit = require "luapay.flow.kit"
local portions = require "luapay.flow.invoices.portion"
local reading = require "luapay.flow.invoices.read"

local step = kit.step

local kind = {
  name = "invoices",
  api = "mobip",
  main = "push",
  intended = { done = true },
  fields = { customers = "table" },
  secrets = { "InvoicesLists" }, -- names and addresses of customers
  options = {
    run = { type = "string", required = true },
    source = { type = "string", required = true },
    portion = {
      type = "number",
      positive = true,
      whole = true,
      default = 100,
    },
    concurrency = {
      type = "number",
      positive = true,
      whole = true,
      default = 1,
    },
  },
}

-- ---- a portion

local function field_of(customer, invoice, name)
  local text = ("customers[%d]"):format(customer)
  if invoice then text = ("%s.InvoicesList[%d]"):format(text, invoice) end
  return text .. "." .. name
end

-- Refuses what cannot be told apart when it is read back.
local function check_invoices(flow, place, list, seen)
  for i, invoice in ipairs(list) do
    if type(invoice) ~= "table" then
      return field_of(place, i, "InvId"), "expected an invoice, a table"
    end
    local id = tostring(invoice.InvId or "")
    local status = invoice.InvStatus
    if id == "" then
      return field_of(place, i, "InvId"), "has no InvId"
    elseif seen[id] then
      return field_of(place, i, "InvId"), id .. " stands there twice"
    elseif flow.means and status ~= nil and not flow.means[status] then
      return field_of(place, i, "InvStatus"),
        ("%q is not among the labels"):format(tostring(status))
    end
    seen[id] = true
  end
end

local function check_customers(flow, customers)
  local seen = {}
  for place, customer in ipairs(customers) do
    if type(customer) ~= "table" or customer.CustomerId == nil then
      return field_of(place, nil, "CustomerId"), "has no CustomerId"
    end
    local list = customer.InvoicesList or {}
    local field, problem = check_invoices(flow, place, list, seen)
    if field then return field, problem end
  end
end

local function prints_of(customers)
  local prints, count = {}, 0
  for _, invoice in ipairs(reading.flatten(customers)) do
    prints[invoice.InvId] = reading.print(invoice)
    count = count + 1
  end
  return prints, count
end

function kind.want(flow, item)
  if item.customers == nil then return nil, "customers", "is required" end
  local field, problem = check_customers(flow, item.customers)
  if field then return nil, field, problem end
  local prints, count = prints_of(item.customers)
  return {
    endpoint = "set_external_invoices",
    args = {
      ExternalSourceId = flow.source,
      BatchId = item.reference,
      InvoicesLists = item.customers,
    },
    compared = { source = flow.source, prints = prints },
    details = { source = flow.source, count = count, prints = prints },
  }
end

-- Whether a portion is there, invoice by invoice, as it was sent.
local function ask(flow, entry)
  local ids = {}
  for id in pairs(entry.details.prints) do
    ids[#ids + 1] = id
  end
  if not ids[1] then return false end
  table.sort(ids)
  local by, err = reading.by_id(flow, ids)
  if not by then return nil, err end
  for _, id in ipairs(ids) do
    local found = by[id]
    if not found or reading.print(found) ~= entry.details.prints[id] then
      return false
    end
  end
  return { state = "done", status = "read back" }
end

kind.steps = {
  push = {
    by_reference = true, -- read back by the invoices that were sent
    horizon = 3600, -- an import may be queued
    args = function(_, _, secret)
      return secret
    end,
    keep = function()
      return { state = "done", status = "taken" }
    end,
    ask = ask,
  },
}

function kind.view(_, item, main)
  item.invoices = main.details.count
end

-- ---- verbs of its own

kind.verbs = {}

-- What is no customer raises, and a hole in a list, behind which nothing
-- would be sent.
local function checker(flow)
  return function(customer, number)
    local what = ("customers[%d]"):format(number)
    if type(customer) ~= "table" then
      error(("flow.invoices: %s: expected a table"):format(what), 0)
    end
    local invoices = customer.InvoicesList
    if invoices == nil then return end
    if type(invoices) ~= "table" then
      error(
        ("flow.invoices: %s.InvoicesList: expected a list"):format(what),
        0
      )
    end
    items.check_list(flow, invoices, what .. ".InvoicesList")
  end
end

local function check_list(flow, verb, customers)
  local kind_of = type(customers)
  if kind_of ~= "table" and kind_of ~= "function" then
    error(("flow.invoices:%s: expected a list or an iterator"):format(verb), 3)
  elseif kind_of == "table" then
    items.check_list(flow, customers, "customers")
  end
end

-- What a list or an iterator gives, as one item for each portion.
local function items_of(flow, customers)
  local list = {}
  for portion in portions.each(customers, flow.portion, checker(flow)) do
    list[#list + 1] = {
      reference = ("%s-%d"):format(flow.run_name, #list + 1),
      customers = portion,
    }
  end
  return list
end

--- Pushes customers with their invoices, in portions, one after the other.
---
--- A customer is as set_external_invoices takes it. All are checked before
--- the first portion is sent; what an iterator gives is held in memory until
--- then. A portion's reference, and its BatchId, is the flow's `run` and its
--- number.
---
--- Safe to repeat with the same customers in the same order: a portion that
--- was taken is not sent again; one whose answer was lost is looked for, and
--- sent again only when Mobip has not shown it for the horizon (an hour).
---@async
---@param customers table[]|fun(): table? a list, or an iterator
---@return luapay.FlowReport? report
---@return luapay.Fault? fault "argument": nothing was sent; "incomplete",
--- "unsettled": with the report
function kind.verbs:run(customers)
  check_list(self, "run", customers)
  return items.run(self, items_of(self, customers))
end

local MEANINGS = { "pending", "due", "fully_paid", "partially_paid" }

-- Whether a text stands anywhere in an answer whose shape is not known.
local function has(answer, text)
  if type(answer) ~= "table" then return tostring(answer) == text end
  for name, value in pairs(answer) do
    if tostring(name) == text or has(value, text) then return true end
  end
  return false
end

--- Says which of your labels means what, and reads it back. From then on an
--- invoice with another InvStatus is refused here. Safe to repeat.
---@async
---@param labels luapay.InvoiceLabels
---@return true? good
---@return luapay.Fault? fault kind "incomplete": Mobip does not have them
function kind.verbs:labels(labels)
  local rules = {}
  for _, name in ipairs(MEANINGS) do
    rules[name] = { type = "string", required = true }
  end
  labels = kit.check(self, "labels", labels, rules)
  local args, means = { ExternalSourceId = self.source }, {}
  for _, name in ipairs(MEANINGS) do
    args[name], means[labels[name]] = labels[name], name
  end
  local set, err = self.client:set_external_invoice_status(args, self.call)
  if not set then return nil, err end
  local answer, why = self.client:get_external_invoices_status(
    { ExternalSourceId = self.source },
    self.call
  )
  if not answer then return nil, why end
  for _, name in ipairs(MEANINGS) do
    if not has(answer.InvoiceStatusesList, labels[name]) then
      return nil,
        step.fault(self, {
          kind = "incomplete",
          code = "labels",
          message = "Mobip does not have the label of " .. name,
        })
    end
  end
  self.means = means
  return true
end

--- What Mobip has, by InvId, all values as text.
---@async
---@param ids? string[] all unless named
---@return table<string, table>? invoices
---@return luapay.Fault? fault
function kind.verbs:read(ids)
  return reading.by_id(self, ids)
end

--- Compares what should be there with what is. A field that was not given
--- is not compared.
---@async
---@param customers table[]|fun(): table? as for `run`
---@return table? comparison `same` (how many), `missing` (InvIds),
--- `different` ({ InvId, fields = { name = { wanted, found } } })
---@return luapay.Fault? fault
function kind.verbs:compare(customers)
  check_list(self, "compare", customers)
  local report = { same = 0, missing = {}, different = {} }
  for list in portions.each(customers, self.portion, checker(self)) do
    local wanted, ids = reading.flatten(list), {}
    for i, invoice in ipairs(wanted) do
      ids[i] = invoice.InvId
    end
    local by, err = {}, nil
    if ids[1] then
      by, err = reading.by_id(self, ids)
    end
    if not by then return nil, err end
    reading.compare(report, wanted, by)
  end
  return report
end

--- Makes a flow: `luapay.flow.invoices{...}`.
---
--- What all flows take; `run` is required and names this push, another one
--- for each; `source`: the ExternalSourceId; `portion`: invoices in one
--- request at most, 100.
return kit.define(kind)
