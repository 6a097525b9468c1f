-- The transactions of a pretend Mobip and what becomes of them: PENDING,
-- then PAID, DENIED, CANCELLED or ERROR, for good. Time does its part: a
-- transaction that nobody pays is cancelled, and payers are reminded.

local books = require "luapay.sandbox.mobip.books"

local transactions = {}

local DAY = 86400

-- What the call back says of a state. PROCESSED means that something
-- happened, not that it was paid.
local CODES = {
  PAID = "PROCESSED",
  DENIED = "PROCESSED",
  CANCELLED = "CANCELLED",
  ERROR = "ERROR",
}

local function note_message(state, row, media, kind, time)
  state.messages[#state.messages + 1] = {
    trid = row.trid,
    media = media,
    kind = kind,
    to = media == "SMS" and row.customer_phone or row.customer_email,
    time = time,
  }
end

local function escape(text)
  return (
    text:gsub("[^%w._~-]", function(char)
      return ("%%%02X"):format(char:byte())
    end)
  )
end

-- The documented example appends "?resp_code="; whether a query that is
-- there already is respected is not known.
local function call_back(state, row, time)
  if not row.call_back_url then return end
  local plain = state.options.call_back_query == "append"
    or not row.call_back_url:find("?", 1, true)
  local url = row.call_back_url
    .. (plain and "?" or "&")
    .. "resp_code="
    .. CODES[row.status]
  if row.tells_track_id and row.track_id then
    url = url .. "&track_id=" .. escape(row.track_id)
  end
  state.callbacks[#state.callbacks + 1] = {
    method = state.options.call_back_method,
    url = url,
    trid = row.trid,
    time = time,
  }
end

--- Opens a transaction.
---@param state table
---@param uid string whose
---@param row table
---@return table row
function transactions.add(state, uid, row)
  state.count = state.count + 1
  row.trid = ("TR%08d"):format(state.count)
  row.uid, row.status, row.resent = uid, "PENDING", 0
  row.created, row.changed = state.clock:now(), state.clock:now()
  local days = tonumber(row.transaction_ttl or 365)
  row.ends = row.created + days * DAY
  row.reminders = 0
  state.transactions[#state.transactions + 1] = row
  state.by_trid[row.trid] = row
  if row.media then
    note_message(state, row, row.media, "first", row.created)
  end
  return row
end

--- Sends the message once more.
function transactions.resend(state, row, media)
  row.resent = row.resent + 1
  note_message(state, row, media, "resend", state.clock:now())
end

--- Moves a pending transaction to its end.
---@param state table
---@param row table
---@param status string
---@param more? table reason, payment_method
---@param time? number
function transactions.finish(state, row, status, more, time)
  row.status, row.changed = status, time or state.clock:now()
  row.reason = more and more.reason
  if status == "PAID" then
    row.payment_method = more and more.payment_method or "CARD"
    books.pay(state, row)
  end
  call_back(state, row, row.changed)
end

-- Reminders are sent every `retry_period` days, `retry_attempts` times.
local function remind(state, row, now)
  local period = tonumber(row.retry_period or 0) * DAY
  local most = tonumber(row.retry_attempts or 3)
  if period == 0 or not row.media then return end
  while row.reminders < most do
    local due = row.created + (row.reminders + 1) * period
    if due > now or due >= row.ends then return end
    row.reminders = row.reminders + 1
    note_message(state, row, row.media, "reminder", due)
  end
end

--- What time has done since somebody last looked.
---@param state table
function transactions.settle(state)
  local now = state.clock:now()
  for _, row in ipairs(state.transactions) do
    if row.status == "PENDING" then
      remind(state, row, now)
      if now >= row.ends then
        local why = { reason = "expired" }
        transactions.finish(state, row, "CANCELLED", why, row.ends)
      end
    end
  end
end

--- A transaction that a caller may see, or nil.
---@param state table
---@param caller table
---@param trid string
---@return table?
function transactions.find(state, caller, trid)
  transactions.settle(state)
  local row = state.by_trid[trid]
  if not row then return nil end
  if row.uid ~= caller.uid and not caller.restricted then return nil end
  return row
end

--- A time as the provider writes it.
---@param time number
---@return string
function transactions.date(time)
  return os.date("!%Y-%m-%d %H:%M:%S", math.floor(time))
end

return transactions
