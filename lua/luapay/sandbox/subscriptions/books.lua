-- What was done with money: a list of bookings to which one can only
-- append, and beside it what they add up to for each payment. Amounts are
-- whole minor units in here.

local money = require "luapay.sandbox.subscriptions.money"

local books = {}

local Books = {}
Books.__index = Books

local TOTALS = {
  reservation = "reserved",
  release = "released",
  capture = "paid",
  execution = "paid",
  refund = "refunded",
}

local function nothing()
  return { reserved = 0, released = 0, paid = 0, refunded = 0 }
end

--- Opens the books.
function books.new()
  return setmetatable({ rows = {}, payments = {} }, Books)
end

--- What the bookings of a payment add up to.
function Books:totals(payment)
  return self.payments[payment] or nothing()
end

--- Appends a booking.
---@param row table kind, payment, agreement, provider, amount, currency,
--- time, id
function Books:book(row)
  local totals, name = self:totals(row.payment), TOTALS[row.kind]
  self.payments[row.payment] = totals
  totals[name] = totals[name] + row.amount
  row.number = #self.rows + 1
  self.rows[row.number] = row
end

--- Copies of all bookings, oldest first: number, kind ("reservation",
--- "release", "capture", "execution" or "refund"), payment, agreement,
--- provider, amount ("12.50"), currency, time, id (the transaction's).
---@return table[]
function Books:bookings()
  local out = {}
  for i, row in ipairs(self.rows) do
    local copy = {}
    for name, value in pairs(row) do
      copy[name] = value
    end
    copy.amount = money.text(row.amount)
    out[i] = copy
  end
  return out
end

-- What one booking may be after those before.
local function check_row(row, sum, complain)
  local name = TOTALS[row.kind]
  local paid, reserved = sum.paid, sum.reserved
  sum[name] = sum[name] + row.amount
  if row.amount <= 0 or row.amount % 1 ~= 0 then
    complain("booking %d: not an amount", row.number)
  end
  if name == "paid" and paid > 0 then
    complain("booking %d: paid twice", row.number)
  elseif row.kind == "reservation" and reserved > 0 then
    complain("booking %d: reserved twice", row.number)
  elseif row.kind == "capture" and row.amount ~= reserved then
    complain("booking %d: not what was reserved", row.number)
  elseif sum.reserved > 0 and sum.released + sum.paid > sum.reserved then
    complain("booking %d: more than was reserved", row.number)
  elseif sum.refunded > sum.paid then
    complain("booking %d: more than was paid", row.number)
  end
end

local function check_rows(self, complain)
  local sums, ids, last = {}, {}, -math.huge
  for _, row in ipairs(self.rows) do
    sums[row.payment] = sums[row.payment] or nothing()
    check_row(row, sums[row.payment], complain)
    if ids[row.id] then complain("booking %d: its id is used", row.number) end
    if row.time < last then
      complain("booking %d: older than the one before", row.number)
    end
    ids[row.id], last = true, row.time
  end
  return sums
end

-- What is kept of a payment is what its bookings make.
local function check_payment(payment, sum, complain)
  local due = 0
  if payment.status == "Executed" or payment.status == "Captured" then
    due = payment.requested - payment.decreased
  end
  if due ~= sum.paid then
    complain(
      "payment %s: %s was due, %s was paid",
      payment.id,
      money.text(due),
      money.text(sum.paid)
    )
  end
end

--- Checks what must always hold: a payment is paid once, and then what was
--- requested less what it was decreased by; a capture is what was
--- reserved; refunds are at most what was paid; no id is used twice; time
--- does not run backwards.
---@param payments table<string, table>
---@return true? ok, or nil
---@return string[]? broken one sentence for each broken rule
function Books:check(payments)
  local broken = {}
  local function complain(what, ...)
    broken[#broken + 1] = what:format(...)
  end
  local sums = check_rows(self, complain)
  for id, payment in pairs(payments) do
    check_payment(payment, sums[id] or nothing(), complain)
  end
  for id, totals in pairs(self.payments) do
    for name, amount in pairs(totals) do
      if not sums[id] or sums[id][name] ~= amount then
        complain("payment %s: what was %s does not add up", id, name)
      end
    end
  end
  if #broken == 0 then return true end
  return nil, broken
end

return books
