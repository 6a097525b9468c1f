-- A provider's books: accounts with balances, and a list of bookings to
-- which one can only append. Balances are kept beside the bookings and not
-- made from them, so that `check` can compare the two.

local decimal = require "luapay.sandbox.decimal"
local currency = require "luapay.sandbox.currency"

local ledger = {}

local Ledger = {}
Ledger.__index = Ledger

local function copy(row)
  local out = {}
  for key, value in pairs(row) do
    out[key] = value
  end
  return out
end

--- Opens the books.
---@param accounts table<string, { currency: string, balance: string? }>
---@return table ledger
function ledger.new(accounts)
  local self = { rows = {}, open = {}, credits = {}, undone = {} }
  for key, account in pairs(accounts) do
    local places = currency.places(account.currency)
    assert(places, "sandbox: unknown currency of account " .. key)
    local opening = decimal.round(account.balance or "0", places)
    self.open[key] = {
      currency = account.currency,
      opening = opening,
      balance = opening,
    }
  end
  return setmetatable(self, Ledger)
end

--- One account, or nil.
---@param key string
---@return { currency: string, opening: string, balance: string }?
function Ledger:account(key)
  return self.open[key]
end

--- Appends a booking and moves the balance.
---@param row table with account, booked and what else is worth keeping
---@return table row
function Ledger:book(row)
  local account = self.open[row.account]
  row.number = #self.rows + 1
  row.booked_currency = account.currency
  account.balance = decimal.add(account.balance, row.booked)
  self.rows[row.number] = row
  if row.reverses then self.undone[row.reverses] = true end
  if row.kind == "credit" then self.credits[row.transactionId] = row end
  return row
end

--- The credit with this transaction id, and whether it was reversed.
---@param id string
---@return table? row, the booking itself: not to be changed
---@return boolean? reversed
function Ledger:find(id)
  return self.credits[id], self.undone[id]
end

--- Copies of all bookings, oldest first: number, kind ("credit" or
--- "rollback"), transactionId, account, amount and currency as asked, booked
--- and booked_currency as done, time, and what the provider adds (reseller,
--- description or note, reverses).
---@return table[]
function Ledger:bookings()
  local out = {}
  for i, row in ipairs(self.rows) do
    out[i] = copy(row)
  end
  return out
end

--- Copies of all accounts, by key.
---@return table<string, table> accounts currency, opening, balance
function Ledger:accounts()
  local out = {}
  for key, account in pairs(self.open) do
    out[key] = copy(account)
  end
  return out
end

local function check_balances(self, complain)
  local sums = {}
  for key, account in pairs(self.open) do
    sums[key] = account.opening
  end
  for _, row in ipairs(self.rows) do
    sums[row.account] = decimal.add(sums[row.account], row.booked)
  end
  for key, account in pairs(self.open) do
    if not decimal.equal(sums[key], account.balance) then
      complain(
        "balance of %s is %s, its bookings make %s",
        key,
        account.balance,
        sums[key]
      )
    end
  end
end

local function check_rollback(row, credits, complain)
  local credit = credits[row.reverses]
  if not credit then
    return complain("booking %d reverses no credit", row.number)
  end
  if credit.reversed then
    complain("transaction %s is reversed twice", row.reverses)
  end
  credit.reversed = true
  if
    row.account ~= credit.account
    or not decimal.equal(row.booked, decimal.negate(credit.booked))
  then
    complain(
      "booking %d does not undo transaction %s exactly",
      row.number,
      row.reverses
    )
  end
end

local function check_bookings(self, complain)
  local credits, ids, last = {}, {}, -math.huge
  for _, row in ipairs(self.rows) do
    if ids[row.transactionId] then
      complain("transaction id %s is used twice", row.transactionId)
    end
    if row.time < last then
      complain("booking %d is older than the one before", row.number)
    end
    ids[row.transactionId], last = true, row.time
    if row.kind == "credit" then
      credits[row.transactionId] =
        { account = row.account, booked = row.booked }
    else
      check_rollback(row, credits, complain)
    end
  end
end

--- Checks what must always hold: balances are what the bookings make, each
--- rollback undoes exactly one credit, no credit is undone twice, no id is
--- used twice, time does not run backwards.
---@return true? ok, or nil
---@return string[]? broken one sentence for each broken rule
function Ledger:check()
  local broken = {}
  local function complain(what, ...)
    broken[#broken + 1] = what:format(...)
  end
  check_balances(self, complain)
  check_bookings(self, complain)
  if #broken == 0 then return true end
  return nil, broken
end

return ledger
