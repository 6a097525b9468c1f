-- Digits after the point of the currencies that the sandbox knows, as
-- ISO 4217 has them. A code that is not here is an unknown currency.

local currency = {}

local BY_PLACES = {
  [0] = "CLP ISK JPY KRW PYG UGX VND XAF XOF XPF",
  [2] = "AED ALL ARS AUD AZN BAM BDT BGN BRL CAD CHF CNY COP CZK DKK EGP "
    .. "EUR GBP GEL GHS HKD HUF IDR ILS INR KES LKR MAD MDL MKD MXN MYR NGN "
    .. "NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD TZS "
    .. "UAH USD UYU UZS ZAR ZMW",
  [3] = "BHD IQD JOD KWD LYD OMR TND",
}

local PLACES = {}
for places, codes in pairs(BY_PLACES) do
  for code in codes:gmatch("%u+") do
    PLACES[code] = places
  end
end

--- Digits after the point, or nil for a currency that is not known.
---@param code string ISO 4217, upper case
---@return integer?
function currency.places(code)
  return PLACES[code]
end

return currency
