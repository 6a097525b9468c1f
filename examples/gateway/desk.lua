-- What the gateway works with: accounts, clients, a journal, flows, and the
-- ways to pay. Made when a worker first needs them.

local luapay = require "luapay"

local desk = { ways = {} }

-- Whose BUY button leads here. Infobip's redirect carries a ChID, its API
-- takes an accountKey: which belongs to which is yours to keep.
local ACCOUNTS = {
  ["ch-1001"] = { name = "Blue Telecom", key = "EUR-1", currency = "EUR" },
  ["ch-1002"] = { name = "Red & Sons", key = "EUR-2", currency = "EUR" },
}

-- A client's options: whose it is, and what all of them share.
local function with(options)
  options.base_url = desk.settings.base_url
  options.transport = luapay.transport.nginx {}
  options.share = "tokens"
  return options
end

--- Opens what is not open yet.
function desk.open()
  if desk.journal then return end
  local journal =
    assert(luapay.journal.sqlite { path = desk.settings.journal })
  local infobip = luapay.infobip(with {
    username = "reseller",
    password = "secret",
  })
  desk.topup =
    luapay.flow.topup { client = infobip, journal = journal, mode = "each" }
  local settings = desk.settings
  desk.ways.mobip = require("ways.mobip").new(desk.find, journal, with)
  desk.ways.mobilepay =
    require("ways.mobilepay").new(desk.find, journal, with, settings)
  desk.journal = journal
end

--- An account by its ChID.
function desk.account(channel)
  local account = ACCOUNTS[channel]
  if not account then return nil end
  return {
    channel = channel,
    name = account.name,
    key = account.key,
    currency = account.currency,
  }
end

-- The order behind an entry of ours.
local function order_of(entry)
  if not entry then return nil end
  local details = entry.details
  return {
    reference = entry.reference,
    created_at = entry.created_at,
    amount = luapay.money(entry.amount, entry.currency).decimal,
    currency = entry.currency,
    account = desk.account(details.channel),
    email = details.email,
    way = desk.ways[details.way],
  }
end

--- Writes an order down, or finds the one that was: the same reference is
--- the same order, however often its form is sent.
---@return table? order
---@return luapay.Fault? fault
function desk.write(order)
  local entry, fault = desk.journal:begin {
    flow = "gateway",
    reference = order.reference,
    step = "order",
    amount = order.amount,
    currency = order.account.currency,
    args = { order.account.channel, order.amount, order.way },
    details = {
      channel = order.account.channel,
      email = order.email,
      way = order.way,
    },
  }
  if entry then
    entry, fault = desk.journal:finish(entry, "pending")
  elseif fault.code ~= "conflict" then
    entry = fault.entry -- written down before
  end
  return order_of(entry), fault
end

--- An entry of the journal, or nil. That the journal cannot be read is an
--- error: who calls back shall call again.
function desk.find(filter)
  local entry, fault = desk.journal:find(filter)
  if entry == nil then error(tostring(fault)) end
  return entry or nil
end

--- An order that was written down.
function desk.order(reference)
  return order_of(desk.find {
    flow = "gateway",
    reference = reference,
    step = "order",
  })
end

--- All orders, the oldest first.
function desk.orders()
  local each = desk.journal:each { flow = "gateway", step = "order" }
  return function()
    local entry, fault = each()
    if fault then error(tostring(fault)) end
    return order_of(entry)
  end
end

--- The top-up that followed an order, if any: by the journal.
---@return luapay.FlowItem?
function desk.topped_up(reference)
  local item, fault = desk.topup:get(reference, { refresh = false })
  if not item and fault.code ~= "absent" then error(tostring(fault)) end
  return item
end

return desk
