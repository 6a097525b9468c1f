-- The results that a PSP reports of an authorization, a card update or an
-- MIT payment: what must be said with each, and what it means.

local outcomes = {}

local CODES = {
  [1000] = "failed",
  [1001] = "failed",
  [1003] = "failed",
  [1004] = "failed",
  [1005] = "failed",
  [1006] = "failed",
  [1007] = "failed",
  [1008] = "challenged",
  [1009] = "challenge_done",
  [1010] = "failed",
  [2000] = "failed",
  [2001] = "failed",
  [2002] = "failed",
  [3000] = "failed",
}

local ACQUIRER =
  { "acquirerVatNumber", "acquirerMerchantId", "acquirerPaymentReference" }

local function missing(field)
  return nil, { status = 400, field = field, text = "%1 is required" }
end

--- What a result means: "succeeded", "failed", "challenged" (3DS is
--- needed), "challenge_done"; or nil and what is wrong with it.
---@param args table
---@param without table<integer, boolean> codes that are not taken here
---@return string? outcome
---@return table? problem
function outcomes.read(args, without)
  if args.succeeded then return "succeeded" end
  local code = args.reasonCode
  if not code then return missing "reasonCode" end
  if not CODES[code] or without[code] then
    return nil,
      {
        status = 400,
        field = "reasonCode",
        text = "%1 is none of the known ones",
      }
  end
  if not args.reasonMessage then return missing "reasonMessage" end
  for _, name in ipairs(code < 2000 and ACQUIRER or {}) do
    if not args[name] then return missing(name) end
  end
  if code == 1008 and not without.challenge and not args.threeDSecureUrl then
    return missing "threeDSecureUrl"
  end
  return CODES[code] == "challenged" and without.challenge and "failed"
    or CODES[code]
end

return outcomes
