-- Agreements: Pending, then Accepted, Rejected or Expired; Canceled ends
-- what is Pending or Accepted, for good.

local fields = require "luapay.sandbox.subscriptions.fields"
local json = require "luapay.sandbox.json"
local life = require "luapay.sandbox.subscriptions.agreement_life"
local one_offs = require "luapay.sandbox.subscriptions.one_offs"
local patch = require "luapay.sandbox.subscriptions.patch"
local view = require "luapay.sandbox.subscriptions.view"

local agreements = {}

local PAIRS = { DK = "DKK", FI = "EUR" }
local NEEDED = { "user-redirect", "success-callback", "cancel-callback" }

local function refuse(text)
  return nil, { status = 400, text = text }
end

-- The links by what they are for.
local function links_of(list)
  local links = {}
  for _, link in ipairs(list) do
    links[link.rel] = link.href
  end
  for _, rel in ipairs(NEEDED) do
    if not links[rel] then
      return refuse(("The link %s is required."):format(rel))
    end
  end
  local back = links["cancel-redirect"]
  if back and not back:find "^https://" then
    return refuse "The hyperlink reference must use https scheme"
  end
  return links
end

--- Asks a user to agree.
function agreements.create(state, args, caller)
  local provider, refusal = state:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  local body = args.body
  if PAIRS[body.country_code] ~= body.currency then
    return refuse "The currency does not match the country_code."
  end
  local links
  links, refusal = links_of(body.links)
  if not links then return nil, refusal end
  local agreement = life.begin(state, provider, body, links)
  local payment = body.one_off_payment
    and one_offs.begin(state, agreement, body.one_off_payment)
  agreement.first = payment
  return {
    id = agreement.id,
    one_off_payment_id = payment and payment.id or json.null,
    links = { view.landing(state, agreement) },
  }
end

local function whole(text, least, most)
  local number = text and text:find "^%d+$" and tonumber(text)
  return number and number >= least and number <= most and number or nil
end

-- Those with a status, or all; when they are many, no list is made of all.
local function of_status(all, status)
  if not status then return all end
  local out = {}
  for _, agreement in ipairs(all) do
    if agreement.status:lower() == status:lower() then
      out[#out + 1] = agreement
    end
  end
  return out
end

-- The agreements of a page. On a bad day it has moved, is short, or does not
-- have what was made of late.
local function page_of(state, all, size, number)
  local out, order = json.list {}, state.order or {}
  local first = (number - 1) * size
  if order.fault == "moved" then first = first + order.rows end
  for at = math.max(first, 0) + 1, math.min(first + size, #all) do
    if state:lists(all[at].created) then out[#out + 1] = all[at] end
    if order.fault == "short" and #out == order.rows then break end
  end
  return out
end

--- A page of agreements, oldest first.
function agreements.list(state, args, caller)
  local provider, refusal = state:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  local query = args.query
  local number = whole(query.pageNumber, 1, 2 ^ 31)
  local size = whole(query.pageSize or "100", 1, 2000)
  if not number then return refuse "The pageNumber is not valid." end
  if not size then return refuse "The pageSize is not valid." end
  local all = state.of_provider[provider.id] or {}
  local page = page_of(state, of_status(all, query.status), size, number)
  for i, agreement in ipairs(page) do
    page[i] = view.agreement(state, agreement)
  end
  local answer = { page_size = size, agreements = page }
  if state.options.list_as == "object" then return answer end
  return json.list { answer }
end

--- One agreement.
function agreements.get(state, args, caller)
  local agreement, refusal = state:agreement(args, caller)
  if not agreement then return nil, refusal end
  return view.agreement(state, agreement)
end

--- Changes an agreement.
function agreements.update(state, args, caller)
  local agreement, refusal = state:agreement(args, caller)
  if not agreement then return nil, refusal end
  local changes
  changes, refusal = patch.read(args.list, fields.agreement_paths)
  if not changes then return nil, refusal end
  if agreement.status ~= "Accepted" and agreement.status ~= "Pending" then
    return nil, { status = 409, text = "The agreement has ended." }
  end
  for _, change in ipairs(changes) do
    if change.path:find "%-" then
      agreement.links[change.path] = change.value
    else
      agreement[change.path] = change.value
    end
  end
end

--- The merchant ends an agreement.
function agreements.cancel(state, args, caller)
  local agreement, refusal = state:agreement(args, caller)
  if not agreement then return nil, refusal end
  if agreement.status ~= "Accepted" and agreement.status ~= "Pending" then
    return nil,
      { status = 412, text = "The agreement is not active or pending." }
  end
  life.cancel(state, agreement, "merchant")
end

return agreements
