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
  desk.ways.mobip = require("ways.mobip").new(desk.known, journal, with)
  desk.ways.mobilepay =
    require("ways.mobilepay").new(desk.known, journal, with, settings)
  desk.book = journal:book {
    account = "gateway",
    flow = "orders",
    main = "order",
    appraise = function(entries)
      local order = entries[1]
      return {
        state = order.state,
        step = order.step,
        money = "none", -- the payment's, and the credit's, are theirs to say
        ended = false,
        needs_person = false,
        currency = order.currency,
      }
    end,
  }
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

-- The order behind what the journal has of it.
local function order_of(record)
  local entry = record and record.entries[1]
  if not entry then return nil end
  local details = entry.details
  return {
    reference = entry.reference,
    created_at = entry.created_at,
    amount = entry.amount,
    currency = entry.currency,
    account = desk.account(details.channel),
    email = details.email,
    way = desk.ways[details.way],
  }
end

local function is_same(entry, order)
  return entry.amount == order.amount
    and entry.details.channel == order.account.channel
    and entry.details.way == order.way
end

--- Writes an order down, or finds the one that was: the same reference is
--- the same order, however often its form is sent.
---@return table? order
---@return luapay.Fault? fault the journal's
function desk.write(order)
  local written, fault = desk.book:change(order.reference, function(item)
    local known = item.entries[1]
    if not known then
      item:add {
        step = "order",
        state = "pending",
        amount = order.amount,
        currency = order.account.currency,
        details = {
          channel = order.account.channel,
          email = order.email,
          way = order.way,
        },
      }
    end
    local same = not known or is_same(known, order)
    return { same = same, entries = item.entries }
  end)
  if not written then return nil, fault end
  return written.same and order_of(written) or nil
end

local function must(value, fault)
  if value == nil then error(tostring(fault)) end
  return value
end

--- An order that was written down. That the journal cannot be read is an
--- error: who calls back shall call again.
function desk.order(reference)
  return order_of(must(desk.book:get(reference)))
end

--- All orders, the oldest first.
function desk.orders()
  local each = desk.book:items {}
  return function()
    return order_of(each())
  end
end

--- What the journal has of a reference in a flow, or nil.
---@param flow luapay.Flow
---@param reference string
---@return luapay.FlowItem?
function desk.known(flow, reference)
  local item, fault = flow:get(reference, { refresh = false })
  if item or fault.code == "absent" then return item end
  error(tostring(fault))
end

--- The top-up that followed an order, or nil.
function desk.credit(reference)
  return desk.known(desk.topup, reference)
end

return desk
