-- Merchants and platforms of a PSP.

local json = require "luapay.sandbox.json"

local merchants = {}

local FIELDS = {
  "externalId",
  "name",
  "billingCurrency",
  "countryCode",
  "vatNumber",
  "merchantCategoryCode",
  "platformId",
}

-- A merchant of the caller's that is not deleted.
local function find(world, args, caller)
  local merchant, refusal = world:own("merchants", args.merchantId, caller)
  if merchant and merchant.deleted then return nil, "merchant_deleted" end
  return merchant, refusal
end

local function show(merchant)
  local out = { merchantId = merchant.merchantId }
  for _, name in ipairs(FIELDS) do
    out[name] = merchant[name]
    if out[name] == nil then out[name] = json.null end
  end
  return out
end

local function take(world, merchant, args, caller)
  if
    args.platformId and not world:own("platforms", args.platformId, caller)
  then
    return nil, "unknown"
  end
  for _, name in ipairs(FIELDS) do
    if args[name] ~= nil then merchant[name] = args[name] end
  end
  return merchant
end

-- The caller's merchant of that externalId, if any.
local function namesake(world, args, caller)
  for _, merchant in pairs(world.merchants) do
    if
      merchant.psp == caller.psp
      and not merchant.deleted
      and merchant.externalId == args.externalId
    then
      return merchant
    end
  end
end

local function is_same(merchant, args)
  for _, name in ipairs(FIELDS) do
    if merchant[name] ~= args[name] then return false end
  end
  return true
end

--- The same merchant again is the merchant that is there.
function merchants.create(world, args, caller)
  local known = namesake(world, args, caller)
  if known and not is_same(known, args) then return nil, "merchant_taken" end
  if known then return { merchantId = known.merchantId } end
  local merchant, refusal = take(world, { psp = caller.psp }, args, caller)
  if not merchant then return nil, refusal end
  merchant.merchantId = world:id("merchant")
  world.merchants[merchant.merchantId] = merchant
  return { merchantId = merchant.merchantId }
end

function merchants.get(world, args, caller)
  local merchant, refusal = find(world, args, caller)
  return merchant and show(merchant), refusal
end

function merchants.update(world, args, caller)
  local merchant, refusal = find(world, args, caller)
  if not merchant then return nil, refusal end
  merchant, refusal = take(world, merchant, args, caller)
  return nil, not merchant and refusal or nil
end

--- Whoever is deleted stays so; again it is the same.
function merchants.delete(world, args, caller)
  local merchant, refusal = world:own("merchants", args.merchantId, caller)
  if merchant then merchant.deleted = true end
  return nil, refusal
end

-- The caller's own, in the order of their ids.
local function of_caller(things, id_name, caller)
  local list = {}
  for _, thing in pairs(things) do
    if thing.psp == caller.psp and not thing.deleted then
      list[#list + 1] = thing
    end
  end
  table.sort(list, function(a, b)
    return a[id_name] < b[id_name]
  end)
  return list
end

function merchants.list(world, _, caller)
  local list = of_caller(world.merchants, "merchantId", caller)
  for i, merchant in ipairs(list) do
    list[i] = show(merchant)
  end
  return { merchants = json.list(list) }
end

function merchants.create_platform(world, args, caller)
  local id = world:id("platform")
  world.platforms[id] = { platformId = id, name = args.name, psp = caller.psp }
  return { platformId = id }
end

function merchants.update_platform(world, args, caller)
  local platform, refusal = world:own("platforms", args.platformId, caller)
  if platform then platform.name = args.name end
  return nil, refusal
end

--- A bare list.
function merchants.list_platforms(world, _, caller)
  local list = of_caller(world.platforms, "platformId", caller)
  for i, platform in ipairs(list) do
    list[i] = { platformId = platform.platformId, name = platform.name }
  end
  return json.list(list)
end

return merchants
