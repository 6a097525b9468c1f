-- The state of one pretend MobilePay Online: who and what there is. Ids are
-- counted, not random, so that a run can be repeated; they are never used
-- again, not even after a reset.

local books = require "luapay.sandbox.online.books"
local callbacks = require "luapay.sandbox.online.callbacks"
local date = require "luapay.sandbox.online.date"

local World = {}
World.__index = World

local world = {}

local LONGER = 15 * 60 -- seconds

-- The first group of an id says what it is an id of.
local KINDS = {
  merchant = 0xA0,
  platform = 0xA1,
  payment = 0xB0,
  attempt = 0xB1,
  agreement = 0xC0,
  mit = 0xC1,
  card = 0xC2,
  capture = 0xD0,
  cancel = 0xD1,
  refund = 0xD2,
  correlation = 0xE0,
  client = 0xF0,
}

--- A new id, a UUID.
---@param kind string
---@return string
function World:id(kind)
  self.count = self.count + 1
  return ("%08x-0000-4000-8000-%012x"):format(KINDS[kind], self.count)
end

--- The time, in seconds since 1970.
function World:now()
  return self.clock:now()
end

--- Something of this caller's by its id; or nil and why not.
---@param kind string "payments", "mits", "agreements"
---@param id string
---@param caller table
---@return table? thing
---@return string? refusal
function World:own(kind, id, caller)
  local thing = id and self[kind][id]
  if thing and thing.psp == caller.psp then return thing end
  return nil, "unknown"
end

--- A merchant that may have payments, or why it may not.
---@return table? merchant
---@return string? refusal
function World:merchant(id, caller)
  local merchant = self.merchants[id]
  if not merchant then return nil, "merchant_unknown" end
  if merchant.psp ~= caller.psp then return nil, "merchant_foreign" end
  if merchant.deleted then return nil, "merchant_deleted" end
  return merchant
end

--- When a payment that is initiated now ends. A checkout takes longer.
---@param args { validUntil: string?, isCheckout: boolean? }
---@return number
function World:end_of(args)
  local ends = args.validUntil and date.read(args.validUntil)
    or self:now() + self.options.lifetime
  return args.isCheckout and ends + LONGER or ends
end

local function open_clients(options)
  local clients = {}
  for psp, client in pairs(options.psps) do
    clients[client.clientId] = {
      psp = psp,
      clientId = client.clientId,
      secret = client.secret,
      name = client.name or psp,
      active = client.active ~= false,
    }
  end
  return clients
end

-- The merchants that are there on the first day, under ids of the
-- options' choice.
local function open_merchants(options)
  local merchants = {}
  for id, merchant in pairs(options.merchants) do
    merchants[id] = {}
    for name, value in pairs(merchant) do
      merchants[id][name] = value
    end
    merchants[id].merchantId = id
  end
  return merchants
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
    clients = open_clients(options),
    merchants = open_merchants(options),
    platforms = {},
    payments = {},
    agreements = {},
    mits = {},
    -- payments that can still expire; what references and orders led to
    open = {},
    references = {},
    orders = {},
    ledger = books.new(),
    calls = callbacks.new(),
  }, World)
end

return world
