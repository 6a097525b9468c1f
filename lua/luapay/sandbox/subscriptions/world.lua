-- The state of one pretend MobilePay Subscriptions: who and what there is.
-- Ids are counted, not random, so that a run can be repeated; they are
-- never used again, not even after a reset.

local agenda = require "luapay.sandbox.subscriptions.agenda"
local books = require "luapay.sandbox.subscriptions.books"
local identity = require "luapay.sandbox.subscriptions.identity"

local World = {}
World.__index = World

local world = {}

-- The first group of an id says what it is an id of.
local KINDS = {
  agreement = 0xA0,
  payment = 0xB0,
  one_off = 0xB1,
  refund = 0xC0,
  transaction = 0xD0,
  correlation = 0xE0,
}

--- A new id, a UUID.
---@param kind string
---@return string
function World:id(kind)
  self.count = self.count + 1
  return ("%08x-0000-4000-8000-%012x"):format(KINDS[kind], self.count)
end

--- The time, in seconds since 1970: that of what is being done.
function World:now()
  return self.at or self.clock:now()
end

--- Whether a list that lags has something that was made at `time`.
function World:lists(time)
  local order = self.order
  if not order or order.fault ~= "lag" then return true end
  return time <= self:now() - order.seconds
end

--- Does what time has brought since somebody last looked.
function World:settle()
  self.agenda:run(self, self.clock:now())
end

--- A provider of this caller's by its id; or nil and why not.
function World:provider(id, caller)
  local provider = self.providers[id]
  if provider and provider.merchant == caller.merchant then return provider end
  return nil, { status = 404, text = "The provider was not found." }
end

--- An agreement of one of the caller's providers.
function World:agreement(args, caller)
  local provider, refusal = self:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  local agreement = self.agreements[args.agreementid]
  if agreement and agreement.provider == provider.id then return agreement end
  return nil, { status = 404, text = "The agreement was not found." }
end

--- A payment of an agreement, "Regular" or "OneOff".
function World:payment(args, caller, type)
  local agreement, refusal = self:agreement(args, caller)
  if not agreement then return nil, refusal end
  local payment = self.payments[args.paymentid]
  if
    payment
    and payment.agreement == agreement.id
    and payment.type == type
  then
    return payment, nil, agreement
  end
  return nil, { status = 404, text = "The payment was not found." }
end

--- Moves money of a payment.
function World:book(payment, kind, amount)
  local id = self:id "transaction"
  self.ledger:book {
    kind = kind,
    payment = payment.id,
    agreement = payment.agreement,
    provider = payment.provider,
    amount = amount,
    currency = payment.currency,
    time = self:now(),
    id = id,
  }
  return id
end

local function copies_by_id(rows)
  local out = {}
  for id, row in pairs(rows) do
    out[id] = { id = id }
    for name, value in pairs(row) do
      out[id][name] = value
    end
  end
  return out
end

--- Opens the state.
---@param options table
---@param clock table
---@param before? table the state before a reset
---@return table
function world.open(options, clock, before)
  return setmetatable({
    options = options,
    clock = clock,
    count = before and before.count or 0,
    merchants = copies_by_id(options.merchants),
    providers = copies_by_id(options.providers),
    agreements = {},
    of_provider = {}, -- agreements, in the order in which they were made
    payments = {},
    refunds = {},
    refunds_of = {}, -- by payment, in the order in which they came
    attachments = {},
    due = {}, -- what each agreement pays on a day
    calls = {},
    events = {},
    told = 0,
    agenda = agenda.new(),
    ledger = books.new(),
    identity = identity.new(options, clock, before and before.identity),
  }, World)
end

return world
