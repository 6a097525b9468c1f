-- Each limit of each endpoint, broken once: the fault names the field. What
-- to break is read from the rows, so a new endpoint is tried as well.

local core = require "luapay.core"
local luapay = require "luapay"

local UUID = "37b8450b-579b-489d-8698-c7800c65934c"

local FORMATS = {
  uuid = { UUID, "37b8450b-579b-489d-8698-c7800c65934" },
  date = { "2026-02-28", "2026-02-29" },
  month = { "2026-02", "2026-13" },
  ["date-time"] = { "2026-02-28T23:59:59Z", "2026-02-28T23:59:59" },
  url = { "com.shop-app.v2://back", "www.example.com" },
  https = { "https://example.com/a?b=c", "http://example.com/a" },
  currency = { "EUR", "EURO" },
  country = { "DK", "DNK" },
  digits = { "42", "4.2" },
  phone = { "+4512345678", "12 34 56" },
  token68 = { "dGVzdA==", "two words" },
}

-- What one field asks of another, met in every good call.
local GOOD = {
  ["mobilepay_subscriptions.create_agreement:links"] = {
    { rel = "user-redirect", href = "https://example.com/u" },
    { rel = "success-callback", href = "https://example.com/s" },
    { rel = "cancel-callback", href = "https://example.com/c" },
  },
  ["mobilepay_subscriptions.create_agreement:country_code"] = "DK",
  ["mobilepay_subscriptions.create_agreement:currency"] = "DKK",
  ["mobilepay_subscriptions.update_provider:operations"] = {
    { path = "/payment_status_callback_url", value = "https://example.com" },
  },
  ["mobilepay_online.initiate_cit_payment:amount"] = 100,
  -- with this `true`, reasons would be asked for
  succeeded = true,
  generate_pdf = false,
}

local good_fields

local function good_string(field)
  if field.choices and not field.format then return field.choices[1] end
  if field.format then return FORMATS[field.format][1] end
  return ("x"):rep(math.max(field.min or 0, 1))
end

-- A value that a field takes.
local function good_value(field, id)
  local known = GOOD[id .. ":" .. field.name]
  if known == nil then known = GOOD[field.name] end
  if known ~= nil then return known end
  if field.type == "string" then return good_string(field) end
  if field.type == "id" then
    return field.choices and field.choices[1] or "id-1"
  end
  if field.type == "boolean" then return true end
  if field.variants then return good_value(field.variants[1].field, id) end
  if field.type == "any" then return "https://example.com" end
  if field.type == "object" then return good_fields(field.fields, id) end
  if field.type == "list" then
    if field.element then return { good_value(field.element, id) } end
    return { good_fields(field.fields, id) }
  end
  if field.choices then return tonumber(field.choices[1]) end
  local least = field.min or 0
  return least == math.floor(least) and least + 1 or 1
end

function good_fields(fields, id)
  local args = {}
  for _, field in ipairs(fields or {}) do
    if not field.signature then args[field.name] = good_value(field, id) end
  end
  return args
end

-- What breaks a string.
local function bad_strings(field)
  local bad = {
    { "a number", 1.5 },
    { "a table", {} },
    { "what is not UTF-8", "\255" },
    { "a control character", "a\1b" },
  }
  local function add(what, value)
    bad[#bad + 1] = { what, value }
  end
  if not field.lines then add("two lines", "a\r\nb: c") end
  if field.choices then add("another value", "-") end
  if field.format then add("a bad format", FORMATS[field.format][2]) end
  if field.max then
    add("a text too long", ("é"):rep(field.max + 1))
    if not field.choices and not field.format then
      field.fits = ("é"):rep(field.max)
    end
  end
  if field.min and field.min > 0 then
    add("a text too short", ("é"):rep(field.min - 1))
  end
  return bad
end

-- What breaks a number or money.
local function bad_numbers(field)
  local bad = { { "a boolean", true }, { "a table", {} } }
  local function add(what, value)
    bad[#bad + 1] = { what, value }
  end
  local whole = field.type == "integer"
    or field.unit == "minor"
    or field.unit == "cents"
  add("text", "twelve")
  if whole then add("a fraction", 12.5) end
  if field.choices then
    add("another value", 1002)
    return bad
  end
  local step = whole and 1 or 0.01
  if not field.signed then add("too little", (field.min or 0) - step) end
  if field.max then add("too much", field.max + step) end
  if field.digits then
    add("too many decimals", "1." .. ("1"):rep(field.digits + 1))
  end
  return bad
end

local function too_many(field, id)
  local list = {}
  for i = 1, field.max + 1 do
    list[i] = field.element and good_value(field.element, id)
      or good_fields(field.fields, id)
  end
  return list
end

local function bad_lists(field, id)
  local bad = { { "a text", "x" }, { "names", { x = 1 } } }
  if field.min and field.min > 0 then bad[3] = { "an empty list", {} } end
  if field.max then bad[4] = { "a list too long", too_many(field, id) } end
  if field.separator then
    bad[#bad + 1] = { "the separator", { "a" .. field.separator }, "[1]" }
    bad[#bad + 1] = { "nothing in the list", { "" }, "[1]" }
  end
  return bad
end

-- All values that a field refuses: { what, value, where in the value }.
local function bad_values(field, id)
  if field.type == "string" then return bad_strings(field) end
  if field.type == "id" then
    return { { "nothing", "" }, { "a boolean", true }, { "half", 0.5 } }
  end
  if field.type == "boolean" then
    return { { "a text", "true" }, { "a number", 1 } }
  end
  if field.type == "list" then return bad_lists(field, id) end
  if field.type == "object" then
    return { { "a text", "x" }, { "an unknown name", { zzz = 1 }, ".zzz" } }
  end
  if field.type == "any" then return { { "a function", print } } end
  return bad_numbers(field)
end

-- Tries each broken value of a field. `make(value)` puts it in its place.
local function try(number, field, where, make, id)
  local tried = 0
  local function refuse(what, value, inside)
    local request, fault = core.prepare(number, make(value))
    assert.is_nil(request, where .. ": " .. what .. " passed")
    assert.equal("argument", fault.kind)
    assert.equal("failed", fault.outcome)
    assert.equal(where .. (inside or ""), fault.field, where .. ": " .. what)
    tried = tried + 1
  end
  for _, bad in pairs(bad_values(field, id)) do
    refuse(bad[1], bad[2], bad[3])
  end
  if not field.nullable and field.type ~= "any" then
    refuse("null", core.null)
  elseif field.nullable and not field.variants then
    local request, fault = core.prepare(number, make(core.null))
    assert.is_truthy(request, fault and where .. ": " .. fault.message)
  end
  if field.required and not field.signature and not field.preset then
    refuse("nothing at all", nil)
  end
  if field.fits then
    local request, fault = core.prepare(number, make(field.fits))
    assert.is_truthy(request, fault and where .. ": " .. fault.message)
  end
  return tried
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local made = {}
  for key, inner in pairs(value) do
    made[key] = copy(inner)
  end
  return made
end

-- Goes through the fields, nested ones too.
local function try_fields(number, fields, id, prefix, make)
  local tried = 0
  for _, field in ipairs(fields) do
    local where = prefix .. field.name
    local function place(value)
      return make(function(args)
        args[field.name] = value
      end)
    end
    tried = tried + try(number, field, where, place, id)
    for _, variant in ipairs(field.variants or {}) do
      tried = tried
        + try(number, variant.field, where, function(value)
          return make(function(args)
            args[field.name], args[field.by] = value, variant.is
          end)
        end, id)
    end
    local list = field.type == "list"
    if field.fields and not field.signature then
      tried = tried
        + try_fields(
          number,
          field.fields,
          id,
          where .. (list and "[1]." or "."),
          function(change)
            return make(function(args)
              change(list and args[field.name][1] or args[field.name])
            end)
          end
        )
    end
  end
  return tried
end

-- Rules ask for what the breaking takes away: null here breaks one.
local NOT_NULL = {
  ["mobilepay_online.initiate_payment"] = { isCheckout = false },
}

local total = 0

for number, endpoint in ipairs(luapay.endpoints()) do
  local id = endpoint.api .. "." .. endpoint.name
  describe("the limits of " .. id, function()
    local function good()
      local args = copy(good_fields(endpoint.params, id))
      for name, value in pairs(NOT_NULL[id] or {}) do
        args[name] = value
      end
      for _, field in ipairs(endpoint.params) do
        if field.name == "reasonCode" then args.reasonCode = 3000 end
      end
      return args
    end

    it("let a good call pass", function()
      local request, fault = core.prepare(number, good())
      assert.is_truthy(request, fault and fault.field .. fault.message)
    end)

    it("are told by the field that breaks them", function()
      local tried = try_fields(
        number,
        endpoint.params,
        id,
        "",
        function(change)
          local args = good()
          change(args)
          return args
        end
      )
      total = total + tried
      local args = good()
      args.zzz = 1
      local _, fault = core.prepare(number, args)
      assert.equal("zzz", fault.field)
    end)
  end)
end

describe("the limits", function()
  it("were broken in more than two thousand ways", function()
    assert.is_true(total > 2000, total)
  end)
end)
