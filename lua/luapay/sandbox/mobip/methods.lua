-- What a test does with a pretend Mobip beside calling it: it is the payer
-- and the provider's staff, and it looks at what came of it.

local books = require "luapay.sandbox.mobip.books"
local transactions = require "luapay.sandbox.mobip.transactions"

local methods = {}

local function copy(row)
  local out = {}
  for name, value in pairs(row) do
    out[name] = value
  end
  return out
end

local function copies(rows)
  local out = {}
  for i, row in ipairs(rows) do
    out[i] = copy(row)
  end
  return out
end

local function find(provider, trid)
  transactions.settle(provider.state)
  local row = provider.state.by_trid[trid]
  if not row then error("sandbox: no such transaction: " .. trid, 3) end
  return row
end

-- A test that ends what has ended has a mistake in it.
local function move(provider, trid, status, more)
  local row = find(provider, trid)
  if row.status ~= "PENDING" then
    error(("sandbox: %s is %s already"):format(trid, row.status), 3)
  end
  transactions.finish(provider.state, row, status, more)
end

--- The payer pays.
---@param trid string
---@param method? string how; "CARD"
function methods:pay(trid, method)
  move(self, trid, "PAID", { payment_method = method })
end

--- The payer's bank says no.
---@param trid string
---@param reason? string
function methods:deny(trid, reason)
  move(self, trid, "DENIED", { reason = reason or "refused by the bank" })
end

--- The payer pays what had ended: the payment was on its way then.
---@param trid string
---@param method? string how; "CARD"
function methods:pay_late(trid, method)
  local row = find(self, trid)
  if row.status == "PAID" then
    error(("sandbox: %s is PAID already"):format(trid), 2)
  end
  local more = { payment_method = method }
  transactions.finish(self.state, row, "PAID", more)
end

--- The payer gives up.
---@param trid string
---@param reason? string
function methods:cancel(trid, reason)
  move(self, trid, "CANCELLED", { reason = reason or "cancelled by payer" })
end

--- Something breaks.
---@param trid string
---@param reason? string
function methods:fail(trid, reason)
  move(self, trid, "ERROR", { reason = reason or "technical error" })
end

--- The merchant gives the money back, elsewhere than in this API.
---@param trid string
function methods:refund(trid)
  local row = find(self, trid)
  if row.status ~= "PAID" or row.refunded then
    error("sandbox: nothing to refund: " .. trid, 2)
  end
  books.refund(self.state, row)
end

--- Somebody scans a reusable QR code.
---@param qr_id string
---@return string trid of the transaction that it opens
function methods:scan(qr_id)
  local qr = self.state.by_qr_id[qr_id]
  if not qr then error("sandbox: no such QR code: " .. qr_id, 2) end
  return transactions.add(self.state, qr.uid, copy(qr)).trid
end

--- All transactions, oldest first: trid, status, track_id, resent...
---@return table[]
function methods:transactions()
  transactions.settle(self.state)
  return copies(self.state.transactions)
end

--- The messages that were sent to payers: trid, media, to, kind ("first",
--- "resend" or "reminder"), time.
---@return table[]
function methods:messages()
  transactions.settle(self.state)
  return copies(self.state.messages)
end

--- The call backs that were made since somebody last asked: method, url,
--- trid, time. The sandbox does not call anybody itself.
---@return table[]
function methods:callbacks()
  transactions.settle(self.state)
  local made = self.state.callbacks
  self.state.callbacks = {}
  return made
end

--- The trids that wait for the partner, oldest first.
---@return string[]
function methods:queue()
  local out = {}
  for i, trid in ipairs(self.state.queue) do
    out[i] = trid
  end
  return out
end

--- All accounts by uid: currency, opening, balance.
---@return table<string, table>
function methods:accounts()
  return self.state.ledger:accounts()
end

--- One account's balance, for example "12.50"; or nil.
---@param uid string
---@return string?
function methods:balance(uid)
  local account = self.state.ledger:account(uid)
  return account and account.balance
end

--- Checks the books; see mobip/books.lua for the rules.
---@return true? ok, or nil
---@return string[]? broken one sentence for each broken rule
function methods:check()
  transactions.settle(self.state)
  return books.check(self.state)
end

return methods
