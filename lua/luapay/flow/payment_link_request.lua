-- payment_link_request.lua - makes a payment request at Mobip, once.

local fault = require "luapay.fault"
local items = require "luapay.flow.items"
local step = require "luapay.flow.step"

local links = {}

local ADVICE = "Look for this track_id and amount at Mobip. If the request "
  .. "is there, resolve it as done with its trid as provider_id; if not, as "
  .. "failed: then it may be made again."

local LONGEST = 16384 -- bytes of a picture that the journal keeps

local function method_of(item)
  return item.media and "send_payment_request" or "create_one_use_qr"
end

local function args_of(item)
  local args = {}
  for name, value in pairs(item) do
    if name ~= "reference" then args[name] = value end
  end
  args.track_id = args.track_id or item.reference
  return args
end

--- Refuses items that could not be sent, or not be told apart.
---@return true? good
---@return luapay.Fault? fault of kind "argument"; its field: items[2].media
function links.check(flow, list)
  local good, err = items.check_references(flow, list)
  if not good then return nil, err end
  for index, item in ipairs(list) do
    good, err = flow.client:check(method_of(item), args_of(item))
    if not good then
      local field = ("items[%d].%s"):format(index, err.field)
      return items.refuse(flow, field, err.message)
    end
  end
  return true
end

-- The picture, where it is text that any database keeps.
local function keepable(raw_qr)
  if type(raw_qr) ~= "string" or #raw_qr > LONGEST then return nil end
  return raw_qr:find "^[\32-\126]+$" and raw_qr or nil
end

local function given_of(item)
  return {
    reference = item.reference,
    step = "request",
    method = method_of(item),
    args = args_of(item),
    details = {
      track_id = item.track_id or item.reference,
      item_name = item.item_name,
      customer_email = item.customer_email,
      customer_phone = item.customer_phone,
    },
    state = "pending",
    unknown = "parked",
    advice = ADVICE,
    keep = function(result)
      return {
        provider_id = tostring(result.trid),
        status = "PENDING",
        url_checkout = result.url_checkout,
        url_qr = result.url_qr,
        raw_qr = keepable(result.raw_qr),
      }
    end,
  }
end

--- What a caller is told of an entry.
---@param entry luapay.JournalEntry
---@param err? luapay.Fault
---@return table item
function links.item(entry, err)
  local item, known = items.result(entry.reference, entry, err), entry.outcome
  for _, name in ipairs { "url_checkout", "url_qr", "raw_qr" } do
    item[name] = known and known[name] or nil
  end
  item.paid = entry.state == "done" and entry.status == "PAID"
  local unpaid = entry.state == "compensated" and entry.status ~= "REFUNDED"
  if unpaid then item.state = "failed" end
  return item
end

--- The entry of a request that was made.
---@async
---@return luapay.JournalEntry|nil entry
---@return luapay.Fault? fault code "absent", or of the journal
function links.find(flow, reference)
  local entry, err = flow.journal:find {
    flow = flow.name,
    run = flow.run_name,
    reference = reference,
    step = "request",
  }
  if entry and entry.provider_id then return entry end
  if entry == nil then return nil, err end
  return nil,
    fault.new {
      kind = "journal",
      code = entry and "unsettled" or "absent",
      endpoint = "flow.payment_link",
      message = reference .. ": no transaction of it is known",
    }
end

--- Makes a request, unless it was made.
---@async
---@return table item
function links.make(flow, item)
  local given = given_of(item)
  local entry, err, there, result = step.take(flow, given)
  if not (entry or there) then
    return items.result(item.reference, nil, err)
  end
  local made = links.item(entry or there, err)
  made.raw_qr = result and result.raw_qr or made.raw_qr
  return made
end

links.ADVICE = ADVICE

return links
