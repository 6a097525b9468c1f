-- A flow of no provider's, for the specs of the kit: payments that are asked
-- for, found again by their name, and paid, declined or cancelled.

local fault = require "luapay.fault"
local kit = require "luapay.flow.kit"
local luapay = require "luapay"
local stores = require "luapay.journal.store.memory"

local helper = {}

local kind = {
  name = "pay",
  api = "fake",
  main = "request",
  fields = { to = "string", amount = "money", url = "string" },
  uncompared = { "url" },
  intended = { pending = true, done = true },
  horizon = 100,
  steps = {},
}

function kind.want(_, item)
  return {
    endpoint = "create",
    args = {
      name = item.reference,
      to = item.to,
      amount = item.amount,
      url = item.url,
    },
    amount = item.amount,
    currency = "EUR",
    external_id = item.reference,
  }
end

function kind.awaited(item)
  return item.provider_status == "Paid"
end

local function told_of(payment)
  return {
    provider_id = payment.id,
    status = payment.status,
    amount = payment.amount,
    moved = payment.status == "Paid" and payment.paid or nil,
  }
end

kind.steps.request = {
  effect = "moves",
  words = {
    Requested = "pending",
    Reserved = "pending",
    Paid = "done",
    Declined = "closed",
    Returned = "compensated",
  },
  ranks = { Requested = 1, Reserved = 2 },
  turns = {
    ["closed>done"] = { person = "late" },
    ["done>compensated"] = {},
    ["done>closed"] = { state = "parked", person = "reversed" },
  },
  advice = {
    late = "Deliver, or give it back; then call accept(reference).",
    reversed = "Ask the provider, then call accept(reference).",
  },
  keep = function(_, result)
    return { provider_id = result.id, status = result.status }
  end,
  ask = function(flow, entry)
    local payment, err = flow.client:get { id = entry.provider_id }
    if not payment then return nil, err end
    return told_of(payment)
  end,
  find = function(flow, entry)
    local list, err = flow.client:list { name = entry.reference }
    if not list then return nil, err end
    local found = {}
    for i, payment in ipairs(list) do
      found[i] = told_of(payment)
    end
    return found
  end,
}

-- Recognised again by its key.
kind.steps.cancel = { effect = "releases", whole = true, repeats = true }

kind.events = {
  payment = {
    id = "payment_id",
    external = true,
    told = function(_, event)
      return {
        status = event.status,
        moved = event.status == "Paid" and event.amount or nil,
        external_id = event.external_id,
      }
    end,
  },
}

kind.verbs = {}

function kind.verbs:cancel(reference)
  local act = require "luapay.flow.kit.act"
  return act.take(self, reference, {
    step = "cancel",
    endpoint = "cancel",
    key = "cancel " .. reference,
    fingerprint = kit.step.print {},
    details = { args = { name = reference } },
  }, function(item)
    return item.state == "closed"
  end)
end

local new = kit.define(kind)
helper.kind = kind

local function lost()
  return nil,
    fault.new {
      kind = "transport",
      outcome = "unknown",
      endpoint = "fake.call",
      message = "connection closed",
    }
end

local function refused(status)
  return nil,
    fault.new {
      kind = "refused",
      status = status or 400,
      outcome = "failed",
      endpoint = "fake.call",
      message = "no",
    }
end
helper.lost, helper.refused = lost, refused

local Client = {}
Client.__index = Client

function Client.about()
  return { api = "fake", account = "fake/shop", timeout = 10 }
end

function Client.check()
  return true
end

-- What happens to the next call of a method instead; a function.
local function instead(self, name, args)
  local order = self.world.orders[name]
  if not order then return false end
  self.world.orders[name] = nil
  return true, order(self.world, args)
end

local function call(name, fn)
  Client[name] = function(self, args, options)
    local world = self.world
    world.log[#world.log + 1] = name
    if name == "cancel" then
      world.keys[#world.keys + 1] = options.idempotency_key
    end
    local did, result, err = instead(self, name, args)
    if did then return result, err end
    return fn(world, args)
  end
end

call("create", function(world, args)
  return world:make(args.name, args.amount, "Requested")
end)

call("get", function(world, args)
  return world.payments[args.id] or nil,
    not world.payments[args.id] and fault.new {
      kind = "not_found",
      endpoint = "fake.get",
      message = "no such payment",
    } or nil
end)

call("list", function(world, args)
  local list = {}
  for _, payment in pairs(world.payments) do
    if payment.name == args.name then list[#list + 1] = payment end
  end
  table.sort(list, function(a, b)
    return a.id < b.id
  end)
  return list
end)

call("cancel", function(world, args)
  for _, payment in pairs(world.payments) do
    if payment.name == args.name then payment.status = "Declined" end
  end
  return {}
end)

local World = {}
World.__index = World

--- A payment at the provider.
function World:make(name, amount, status)
  self.last_id = self.last_id + 1
  local payment = {
    id = "p" .. self.last_id,
    name = name,
    amount = amount,
    paid = amount,
    status = status or "Requested",
  }
  self.payments[payment.id] = payment
  return payment
end

--- How often something was sent that makes or changes a payment.
function World:sent()
  local n = 0
  for _, name in ipairs(self.log) do
    if name == "create" or name == "cancel" then n = n + 1 end
  end
  return n
end

--- A flow of another worker upon the same journal.
function World:flow(options)
  local given = {}
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  self.workers = self.workers + 1
  local function now()
    return self.now
  end
  given.journal = luapay.journal.memory {
    store = self.store,
    worker = "worker " .. self.workers,
    clock = { wall = now, boot = now },
  }
  given.client = setmetatable({ world = self }, Client)
  given.sleep = function(seconds)
    self.now = self.now + seconds
    if self.on_sleep then self.on_sleep() end
  end
  return new(given)
end

--- Writes an entry as a crash or an answer has left it.
function World:put(flow, reference, state, fields)
  local want = assert(kit.items.want(flow, helper.item(reference)))
  return assert(flow.book:change(reference, function(item)
    local first = state == "planned" and "planned" or "sent"
    local entry = item:add {
      step = "request",
      state = first,
      endpoint = want.endpoint,
      fingerprint = want.fingerprint,
      amount = want.amount,
      currency = want.currency,
      external_id = want.external_id,
      details = want.details,
    }
    local more = { state = state }
    for name, value in pairs(fields or {}) do
      more[name] = value
    end
    if state ~= first or fields then item:set(entry, more) end
    return true
  end))
end

function helper.world()
  return setmetatable({
    payments = {},
    last_id = 0,
    log = {},
    keys = {},
    orders = {},
    workers = 0,
    now = 10000,
    store = stores.new(),
  }, World)
end

--- An item.
function helper.item(reference, more)
  local item = { reference = reference, to = "ann", amount = "10.00" }
  for name, value in pairs(more or {}) do
    item[name] = value
  end
  return item
end

--- "pending asked", "parked unknown P"
function helper.of(item)
  return ("%s %s%s"):format(
    item.state,
    item.money,
    item.needs_person and " P" or ""
  )
end

return helper
