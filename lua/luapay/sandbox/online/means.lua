-- With what may be paid: card types and currencies. Both have refusals of
-- their own.

local means = {}

local NAMES = "MC-DEBIT MC-CREDIT MTRO-DEBIT ELEC-DEBIT VISA-DEBIT "
  .. "VISA-CREDIT DANKORT"
local CODES = "208 DKK 978 EUR 578 NOK 752 SEK 840 USD 826 GBP"

local CARD_TYPES = {}
for name in NAMES:gmatch "%S+" do
  CARD_TYPES[name] = true
end

local CURRENCIES = {}
for number, letters in CODES:gmatch "(%d+) (%a+)" do
  CURRENCIES[number], CURRENCIES[letters] = letters, letters
end

--- A currency by its letters, whichever way it was said; or nil.
---@param code string
---@return string?
function means.currency(code)
  return CURRENCIES[code]
end

--- What the domain has against card types.
---@param kinds table[]?
---@return string? refusal
function means.card_problem(kinds)
  if not kinds or not kinds[1] then return "cards_missing" end
  for _, kind in ipairs(kinds) do
    if not CARD_TYPES[kind.name] then return "card_invalid" end
  end
end

--- What the domain has against a currency.
---@param code string
---@return string? refusal
function means.currency_problem(code)
  return not CURRENCIES[code] and "currency_invalid" or nil
end

return means
