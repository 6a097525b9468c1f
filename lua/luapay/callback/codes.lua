-- codes.lua - the status codes of callbacks: for each the status that comes
-- with it, its text, whether it is the end, and whose doing it is. A list
-- of statuses instead of one: the code comes with any of them. A status
-- that comes without a code stands by its name.
--
-- `whose`: "nobody" (all is well), "user" (who pays), "merchant" (you),
-- "provider", or "unknown" (the provider does not say).

local codes = {}

local function row(status, text, final, whose)
  return { status = status, text = text, final = final, whose = whose }
end

local DECLINED, REJECTED = "Declined", "Rejected"

local agreement = {
  [0] = row("Accepted", "Accepted by the user.", false, "nobody"),
  [40000] = row(REJECTED, "Rejected by the user.", true, "user"),
  [40001] = row("Expired", "Not answered in time.", true, "user"),
  [40002] = row("Canceled", "Canceled by the user.", true, "user"),
  [40003] = row("Canceled", "Canceled by the merchant.", true, "merchant"),
  [40004] = row("Canceled", "Canceled by the system.", true, "provider"),
}

local payment = {
  [0] = row("Executed", "Paid.", true, "nobody"),
  [50000] = row("Failed", "Could not be collected.", true, "user"),
  [50001] = row(REJECTED, "Rejected by the user.", true, "user"),
  [50002] = row(DECLINED, "Declined by the merchant.", true, "merchant"),
  [50003] = row(DECLINED, "The agreement is not active.", true, "merchant"),
  [50004] = row(
    DECLINED,
    "Another payment is due on that day already.",
    true,
    "merchant"
  ),
  -- Rejected when the user has canceled, Declined when somebody else has
  [50005] = row(
    { DECLINED, REJECTED },
    "The agreement was canceled.",
    true,
    "unknown"
  ),
  [50006] = row(DECLINED, "Declined by the system.", true, "provider"),
  [50009] = row(DECLINED, "The user may not pay.", true, "user"),
  [50010] = row(DECLINED, "There is no such agreement.", true, "merchant"),
  [50011] = row(DECLINED, "Due too soon.", true, "merchant"),
  [50012] = row(DECLINED, "Due too late.", true, "merchant"),
  [70001] = row(
    DECLINED,
    "More than five times the agreement's amount.",
    true,
    "merchant"
  ),
  [70003] = row("Canceled", "Canceled by the merchant.", true, "merchant"),
}

local one_off_payment = {
  [0] = row("Reserved", "Reserved, to be captured.", false, "nobody"),
  [50001] = row(REJECTED, "Rejected by the user.", true, "user"),
  -- not accepted by the user, or not captured by the merchant
  [50008] = row("Expired", "Its time is over.", true, "unknown"),
  [50013] = row(
    "Requested",
    "Could not be reserved; the user has to act.",
    false,
    "user"
  ),
  [70001] = payment[70001],
  [70003] = payment[70003],
}

local refund = {
  [0] = row("Issued", "Given back.", true, "nobody"),
  [60001] = row(DECLINED, "All was given back already.", true, "merchant"),
  [60002] = row(DECLINED, "More than was paid.", true, "merchant"),
  [60003] = row(DECLINED, "There is no such payment.", true, "merchant"),
  [60004] = row(DECLINED, "The payment cannot be refunded.", true, "merchant"),
  [60005] = row(DECLINED, "Declined by the system.", true, "provider"),
  [60006] = row(DECLINED, "Too old to be refunded.", true, "merchant"),
  [60007] = row(
    DECLINED,
    "Transferred at once: cannot be refunded.",
    true,
    "merchant"
  ),
  [60008] = row(
    DECLINED,
    "No money on the merchant's account.",
    true,
    "merchant"
  ),
}

codes.mobilepay_subscriptions = {
  agreement = agreement,
  payment = payment,
  one_off_payment = one_off_payment,
  refund = refund,
}

codes.mobilepay_online = {
  payment = {
    [100] = row("Expired", "Not completed in time.", true, "user"),
    Accepted = row("Accepted", "The user has swiped.", false, "nobody"),
  },
  agreement = {
    Activated = row("Activated", "In force.", false, "nobody"),
    -- the PSP's own end of an agreement has no callback
    Terminated = row("Terminated", "Ended by the user.", true, "user"),
  },
}

codes.mobip = {
  link = {
    PENDING = row("PENDING", "Not paid yet.", false, "nobody"),
    PAID = row("PAID", "Paid.", true, "nobody"),
    REFUNDED = row("REFUNDED", "Paid, and given back.", true, "nobody"),
    DENIED = row("DENIED", "Refused by the payer's bank.", true, "user"),
    CANCELLED = row(
      "CANCELLED",
      "Given up, or its time was over.",
      true,
      "user"
    ),
    ERROR = row("ERROR", "Something broke.", true, "provider"),
  },
}

--- Reads a status code, a number or its text.
---@param value any
---@return integer? number
function codes.number(value)
  if type(value) == "string" and value:find "^%d+$" and #value <= 9 then
    value = tonumber(value)
  end
  if type(value) ~= "number" or value % 1 ~= 0 then return nil end
  return math.tointeger and math.tointeger(value) or value
end

--- Whose doing a status with a code is.
---@param about table? the row of the code
---@param status string
---@return string whose
function codes.whose(about, status)
  if not about then return "unknown" end
  if type(about.status) == "table" and status == REJECTED then
    return "user"
  end
  return about.whose
end

return codes
