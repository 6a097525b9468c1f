-- The books of a pretend MobilePay Online: what was authorised, captured,
-- cancelled and refunded, in minor units, in the order in which it
-- happened. One can only append. What there is of a payment is kept beside
-- the bookings and not made from them, so that `check` can compare the two.

local books = {}

local Books = {}
Books.__index = Books

local TOTALS = {
  authorization = "authorized",
  capture = "captured",
  cancel = "cancelled",
  refund = "refunded",
}

local function nothing()
  return { authorized = 0, captured = 0, cancelled = 0, refunded = 0 }
end

--- Opens the books.
function books.new()
  return setmetatable({ rows = {}, payments = {}, keys = {} }, Books)
end

--- What there is of a payment: authorized, captured, cancelled, refunded.
---@param payment string
---@return table totals not to be changed
function Books:totals(payment)
  return self.payments[payment] or nothing()
end

--- What was booked for a payment under a key, or nil.
---@return table? row
function Books:find(payment, kind, key)
  return self.keys[payment .. kind .. key]
end

--- Appends a booking.
---@param row table kind, payment, amount, currency, time, id, and maybe key
---@return table row
function Books:book(row)
  local totals, name = self:totals(row.payment), TOTALS[row.kind]
  self.payments[row.payment] = totals
  totals[name] = totals[name] + row.amount
  row.number = #self.rows + 1
  self.rows[row.number] = row
  if row.key then self.keys[row.payment .. row.kind .. row.key] = row end
  return row
end

--- Copies of all bookings, oldest first: number, kind ("authorization",
--- "capture", "cancel" or "refund"), payment, merchant, amount (minor
--- units), currency, time, id (of the attempt, capture, cancel, refund),
--- key (the caller's identifier; none where it was automatic).
---@return table[]
function Books:bookings()
  local out = {}
  for i, row in ipairs(self.rows) do
    out[i] = {}
    for name, value in pairs(row) do
      out[i][name] = value
    end
  end
  return out
end

local function is_whole(amount)
  return type(amount) == "number" and amount % 1 == 0 and amount >= 0
end

-- Says what was there before under the same name.
local function once(seen, complain)
  return function(row, what, name)
    name = row.kind .. " " .. what .. " " .. name
    if seen[name] then
      complain("booking %d: the %s is used twice", row.number, what)
    end
    seen[name] = true
  end
end

-- One booking by itself, and beside those before.
local function check_row(row, sum, unique, complain)
  sum[TOTALS[row.kind]] = sum[TOTALS[row.kind]] + row.amount
  if not is_whole(row.amount) then
    complain("booking %d: not a whole amount", row.number)
  end
  unique(row, "id", row.id)
  if row.kind == "authorization" then
    unique(row, "payment", row.payment)
  elseif row.key then
    unique(row, "key", row.payment .. " " .. row.key)
  end
  if sum.captured + sum.cancelled > sum.authorized then
    complain("booking %d: more than was authorized", row.number)
  end
  if sum.refunded > sum.captured then
    complain("booking %d: more than was captured", row.number)
  end
end

-- The bookings, one by one; returns what they add up to.
local function check_rows(self, complain)
  local sums, last = {}, -math.huge
  local unique = once({}, complain)
  for _, row in ipairs(self.rows) do
    sums[row.payment] = sums[row.payment] or nothing()
    check_row(row, sums[row.payment], unique, complain)
    if row.time < last then
      complain("booking %d: older than the one before", row.number)
    end
    last = row.time
  end
  return sums
end

--- Checks what must always hold: captured and cancelled are together at
--- most what was authorised, refunded is at most what was captured, a
--- payment is authorised once, nothing is booked twice under one key or id,
--- amounts are whole, time does not run backwards, and what there is of a
--- payment is what its bookings make.
---@return true? ok, or nil
---@return string[]? broken one sentence for each broken rule
function Books:check()
  local broken = {}
  local function complain(what, ...)
    broken[#broken + 1] = what:format(...)
  end
  local sums = check_rows(self, complain)
  for payment, totals in pairs(self.payments) do
    for name, amount in pairs(totals) do
      local sum = sums[payment] and sums[payment][name] or 0
      if sum ~= amount then
        complain(
          "payment %s: %s is %d, its bookings make %d",
          payment,
          name,
          amount,
          sum
        )
      end
    end
  end
  if #broken == 0 then return true end
  return nil, broken
end

return books
