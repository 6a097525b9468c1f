-- card_verdict.lua - what an acquirer says, checked, and as MobilePay is
-- told. The acquirer is the user's function: whatever it does, this is what
-- becomes of it.

local card_verdict = {}

-- Codes that MobilePay knows; see doc/mobilepay_online.md.
local CODES = {
  [1000] = true,
  [1001] = true,
  [1003] = true,
  [1004] = true,
  [1005] = true,
  [1006] = true,
  [1007] = true,
  [1008] = true,
  [1009] = true,
  [1010] = true,
  [2000] = true,
  [2001] = true,
  [2002] = true,
  [3000] = true,
}

local IDS =
  { "acquirerVatNumber", "acquirerMerchantId", "acquirerPaymentReference" }

local TEMPORARY, TIMEOUT, SOFT = 2002, 3000, 1008

local function add_ids(verdict, into)
  for _, name in ipairs(IDS) do
    if verdict[name] ~= nil then into[name] = tostring(verdict[name]) end
  end
  return into
end

local function refused(verdict)
  local code = tonumber(verdict.reasonCode)
  if verdict.threeDSecureUrl then code = SOFT end
  if not CODES[code] then code = 2000 end
  return add_ids(verdict, {
    succeeded = false,
    reasonCode = code,
    reasonMessage = tostring(verdict.reasonMessage or "refused"),
    threeDSecureUrl = verdict.threeDSecureUrl,
  })
end

--- What to tell MobilePay, and to write down; nil when the acquirer has not
--- said what happened: the money may be reserved there.
---@param verdict any what the user's function has returned
---@return table? told
function card_verdict.told(verdict)
  if type(verdict) ~= "table" then return nil end
  if verdict.approved == true then
    return add_ids(verdict, { succeeded = true })
  elseif verdict.approved == false or verdict.threeDSecureUrl then
    return refused(verdict)
  end
end

--- MobilePay must hear something in time, when the acquirer has not said.
function card_verdict.unknown()
  return {
    succeeded = false,
    reasonCode = TEMPORARY,
    reasonMessage = "the acquirer has not answered",
  }
end

--- The card came too late to be authorised in time.
function card_verdict.late()
  return {
    succeeded = false,
    reasonCode = TIMEOUT,
    reasonMessage = "too late to authorise",
  }
end

--- In a word, for who looks.
function card_verdict.status(told)
  if told.succeeded then return "Approved" end
  return told.threeDSecureUrl and "Challenged" or "Declined"
end

return card_verdict
