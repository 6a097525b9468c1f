-- The money of a pretend Mobip: what payers paid is credited to the
-- merchant, a refund takes it back, and what partners have not fetched yet
-- waits in a queue.

local currency = require "luapay.sandbox.currency"
local decimal = require "luapay.sandbox.decimal"

local books = {}

local UNITS = { [0] = "1", [2] = "0.01", [3] = "0.001" }

-- Minor units, as the wire has them, as a decimal.
local function amount_of(state, row)
  local code = state.accounts[row.uid].currency
  local minor = decimal.add(row.item_amount, row.tax_amount)
  local places = currency.places(code)
  return decimal.round(decimal.multiply(minor, UNITS[places]), places), code
end

local function next_id(state)
  state.bookings = state.bookings + 1
  return ("B%06d"):format(state.bookings)
end

--- Books a payment and queues it for the partner.
---@param state table
---@param row table the transaction
function books.pay(state, row)
  local amount, code = amount_of(state, row)
  row.booking = next_id(state)
  state.ledger:book {
    kind = "credit",
    transactionId = row.booking,
    trid = row.trid,
    account = row.uid,
    amount = amount,
    currency = code,
    booked = amount,
    time = state.clock:now(),
  }
  state.queue[#state.queue + 1] = row.trid
end

--- Books a refund: all that was paid.
---@param state table
---@param row table the transaction
function books.refund(state, row)
  local amount, code = amount_of(state, row)
  row.refunded = true
  state.ledger:book {
    kind = "rollback",
    transactionId = next_id(state),
    reverses = row.booking,
    trid = row.trid,
    account = row.uid,
    amount = decimal.negate(amount),
    currency = code,
    booked = decimal.negate(amount),
    time = state.clock:now(),
  }
end

local function check_row(state, row, count, complain)
  local paid, back = count[row.trid .. "credit"], count[row.trid .. "rollback"]
  if (paid or 0) ~= (row.status == "PAID" and 1 or 0) then
    complain("%s is %s and has %d payments", row.trid, row.status, paid or 0)
  end
  if (back or 0) ~= (row.refunded and 1 or 0) then
    complain("%s has %d refunds", row.trid, back or 0)
  end
  local booking = row.booking and state.ledger:find(row.booking)
  if booking and not decimal.equal(booking.booked, amount_of(state, row)) then
    complain("%s is booked with another amount", row.trid)
  end
end

--- Checks what must always hold, beside the ledger's own rules: each paid
--- transaction has one payment of item and tax, each refund undoes one, and
--- a paid transaction is in the queue or was taken out of it, not both.
---@param state table
---@return true? ok, or nil
---@return string[]? broken one sentence for each broken rule
function books.check(state)
  local _, broken = state.ledger:check()
  broken = broken or {}
  local function complain(what, ...)
    broken[#broken + 1] = what:format(...)
  end
  local count, queued = {}, {}
  for _, booking in ipairs(state.ledger:bookings()) do
    local key = booking.trid .. booking.kind
    count[key] = (count[key] or 0) + 1
  end
  for _, trid in ipairs(state.queue) do
    queued[trid] = (queued[trid] or 0) + 1
  end
  for _, row in ipairs(state.transactions) do
    check_row(state, row, count, complain)
    local places = (queued[row.trid] or 0) + (state.removed[row.trid] or 0)
    if places ~= (row.status == "PAID" and 1 or 0) then
      complain("%s is in the queue or out of it %d times", row.trid, places)
    end
  end
  if #broken == 0 then return true end
  return nil, broken
end

return books
