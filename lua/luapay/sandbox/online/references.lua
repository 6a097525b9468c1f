-- The guard against request fishing. A reference (merchant and
-- pspReferenceId) means one payment: all the same again is that payment,
-- anything else under it is refused. An order that has had three payments
-- gets no fourth, ever.

local json = require "luapay.sandbox.json"

local references = {}

local PAYMENTS_OF_AN_ORDER = 3

local function fingerprint(args)
  local plain = {}
  for name, value in pairs(args) do
    plain[name] = type(value) == "table" and json.encode(value) or value
  end
  return json.encode(plain)
end

--- Looks a reference up.
---@param world table
---@param scope string the merchant or the agreement
---@param args table with pspReferenceId
---@return table? payment that it led to, or nil
---@return string? refusal
function references.find(world, scope, args)
  local known = world.references[scope .. " " .. args.pspReferenceId]
  if not known then return nil end
  if
    known.print == fingerprint(args) and world.options.same_pair == "answer"
  then
    return known.payment
  end
  return nil, "fishing"
end

--- Counts a payment of an order.
---@return string? refusal
function references.count(world, scope, args)
  local key = scope .. " " .. args.merchantOrderId
  local count = world.orders[key] or 0
  if count >= PAYMENTS_OF_AN_ORDER then return "fished" end
  world.orders[key] = count + 1
end

--- Remembers what a reference led to.
function references.keep(world, scope, args, payment)
  world.references[scope .. " " .. args.pspReferenceId] =
    { print = fingerprint(args), payment = payment }
end

return references
