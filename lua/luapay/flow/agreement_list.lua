-- agreement_list.lua - finds agreements whose answer was lost, among all
-- that there are: one pass for all of them.

local match = require "luapay.flow.asked_match"

local list = {}

local PAGE = 2000
local DAY = 86400

-- The external_ids that are looked for, and whatever is found under them.
local function wanted_by(flow)
  local wanted = {}
  local each = flow.journal:each {
    flow = flow.name,
    run = flow.run_name,
    step = "create",
    states = { "sent", "unknown" },
  }
  local entry, err = each()
  while entry do
    wanted[entry.details.external_id] = {}
    entry, err = each()
  end
  if err then return nil, err end
  return wanted
end

-- Looks at all agreements, whatever their status: none can slip from one
-- list into another meanwhile.
local function scan(flow)
  local began = flow.clock()
  local wanted, err = wanted_by(flow)
  if not wanted then return nil, err end
  local page, why =
    flow.client:list_agreements({ pageNumber = 1, pageSize = PAGE }, flow.call)
  while page do
    for _, agreement in ipairs(page.items()) do
      local found = wanted[agreement.external_id or false]
      if found then found[#found + 1] = agreement end
    end
    page, why = page.next()
  end
  if why then return nil, why end
  return { began = began, wanted = wanted }
end

-- An older one of the same id is another one; the provider's day may begin
-- some hours off.
local function fits(entry, agreement)
  local details, made = entry.details, agreement.date_created
  local since = os.date("!%Y-%m-%d", math.floor(entry.created_at - DAY))
  return agreement.plan == details.plan
    and agreement.currency == details.currency
    and match.same_amount(agreement.amount, details.price)
    and (type(made) ~= "string" or made:sub(1, 10) >= since)
end

--- The agreements that a lost request may have made.
---@async
---@param flow table
---@param entry luapay.JournalEntry this worker's: nobody sends it meanwhile
---@return table[]? agreements
---@return luapay.Fault? fault
function list.find(flow, entry)
  local id, last, err = entry.details.external_id, flow.scanned
  -- what was not this worker's yet when the pass began may have come later
  if not last or not last.wanted[id] or last.began < entry.updated_at then
    last, err = scan(flow)
    if not last then return nil, err end
    flow.scanned = last
  end
  local found = {}
  for _, agreement in ipairs(last.wanted[id] or {}) do
    if fits(entry, agreement) then found[#found + 1] = agreement end
  end
  return found
end

return list
