-- invoices.lua - keeps the invoices of a system of yours at Mobip: pushes
-- them in portions, says what their statuses mean, reads them back.

local base = require "luapay.flow.base"
local fault = require "luapay.fault"
local items = require "luapay.flow.items"
local portions = require "luapay.flow.invoices_portion"
local progress = require "luapay.flow.progress"
local push = require "luapay.flow.invoices_push"
local reading = require "luapay.flow.invoices_read"
local recover = require "luapay.flow.recover"

local Invoices = {}

-- A list is checked as a whole before anything is sent.
local function check_list(self, customers)
  if type(customers) ~= "table" then return true end
  local number = 0
  for list in portions.each(customers, self.portion) do
    number = number + 1
    local good, err = push.check(self, number, list)
    if not good then return nil, err end
  end
  return true
end

--- Pushes customers with their invoices, in portions, one after the other.
---
--- A customer is as set_external_invoices takes it. A list is checked before
--- anything is sent, what an iterator gives portion by portion. A portion's
--- BatchId is the flow's `run` and its number.
---
--- Safe to repeat with the same customers in the same order: a portion that
--- was taken is not sent again; one whose answer was lost is looked for
--- first, and sent again only if Mobip does not have it.
---@async
---@param customers table[]|fun(): table? a list, or an iterator
---@return table? report `items`: for each portion its `reference` (the
--- BatchId), `state`, `invoices` (how many), `fault`; `counts`
---@return luapay.Fault? fault kind "argument", "incomplete" (failed) or
--- "unsettled" (unknown), with the report
function Invoices:run(customers)
  local good, refusal = check_list(self, customers)
  if not good then return nil, refusal end
  local report, number = { items = {} }, 0
  local told = progress.new(self.on_progress, { now = self.clock })
  for list in portions.each(customers, self.portion) do
    number = number + 1
    local well, err = push.check(self, number, list)
    local item = well and push.one(self, number, list)
    if not well then
      local reference = ("%s-%d"):format(self.run_name, number)
      item = items.result(reference, nil, err)
    end
    report.items[number] = item
    local done = item.state == "done"
    told:add { [done and "done" or "failed"] = item.invoices or 0 }
  end
  told:report(true)
  return items.conclude(self, report)
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
function Invoices:labels(labels)
  local args, means = { ExternalSourceId = self.source }, {}
  for name, value in pairs(labels) do
    args[name], means[value] = value, name
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
        fault.new {
          kind = "incomplete",
          endpoint = "flow.invoices",
          message = "Mobip does not have the label of " .. name,
        }
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
function Invoices:read(ids)
  return reading.by_id(self, ids)
end

--- Compares what should be there with what is. A field that was not given
--- is not compared.
---@async
---@param customers table[]|fun(): table? as for `run`
---@return table? comparison `same` (how many), `missing` (InvIds),
--- `different` ({ InvId, fields = { name = { wanted, found } } })
---@return luapay.Fault? fault
function Invoices:compare(customers)
  local report = { same = 0, missing = {}, different = {} }
  for list in portions.each(customers, self.portion) do
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

--- After a crash: looks for the portions whose answers nobody knows. Those
--- that are not there are sent by the next `run`.
---@async
---@return table? report settled, parked, unknown, entries
---@return luapay.Fault? fault of the journal
function Invoices:recover()
  return recover.run(self, { push = push.look })
end

local OPTIONS = {
  run = { type = "string", required = true },
  source = { type = "string", required = true },
  portion = { type = "number", positive = true, default = 100 },
}

--- Makes a flow: `luapay.flow.invoices{...}`.
---
--- `client` (Mobip's), `journal`, and what all flows take; `run` is required
--- and names this push, another one for each; `source`: the
--- ExternalSourceId; `portion`: invoices in one request at most, 100.
---@param options luapay.InvoicesOptions
---@return luapay.Invoices
return function(options)
  return base.new("invoices", Invoices, options, OPTIONS)
end
