-- Asking for money: what a pretend Mobip does for the calls around
-- transactions and QR codes. (state, args, caller) -> response.

local picture = require "luapay.sandbox.mobip.picture"
local say = require "luapay.sandbox.mobip.answers"
local transactions = require "luapay.sandbox.mobip.transactions"

local payments = {}

local function link(state, kind, id)
  return state.options.public_url .. "/" .. kind .. "/" .. id
end

-- What all kinds of transactions keep of their arguments.
local function row_of(args)
  local row = {}
  for name, value in pairs(args) do
    row[name] = value
  end
  row.item_amount = args.item_amount or args.item_amount_in_cents
  row.tax_amount = args.tax_amount or args.tax_amount_in_cents
  return row
end

--- Opens a transaction and sends its link.
function payments.send_payment_request(state, args, caller)
  if
    args.media == "SMS"
    and not args.customer_phone
    and state.options.sms_without_phone == "refuse"
  then
    return say.no(state, "input", "Missing parameter: %1", "customer_phone")
  end
  local row = row_of(args)
  row.tells_track_id = true
  transactions.add(state, caller.uid, row)
  return say.yes(state, {
    trid = row.trid,
    track_id = row.track_id,
    url_checkout = link(state, "pay", row.trid),
    url_qr = link(state, "qr", row.trid .. ".png"),
    raw_qr = picture.as(state.options.raw_qr),
  })
end

--- Opens a transaction whose QR code the merchant shows.
function payments.create_one_use_qr(state, args, caller)
  local row = transactions.add(state, caller.uid, row_of(args))
  return say.yes(state, {
    trid = row.trid,
    url_checkout = link(state, "pay", row.trid),
    url_qr = link(state, "qr", row.trid .. ".png"),
  })
end

--- Makes a QR code that opens a transaction whenever somebody scans it.
function payments.create_reusable_qr(state, args, caller)
  local qr = row_of(args)
  qr.qr_id = ("QR%06d"):format(#state.codes + 1)
  qr.uid = caller.uid
  state.codes[#state.codes + 1] = qr
  state.by_qr_id[qr.qr_id] = qr
  return say.yes(state, {
    qr_id = qr.qr_id,
    url_checkout = link(state, "buy", qr.qr_id),
    url_qr = link(state, "qr", qr.qr_id .. ".png"),
  })
end

-- An action on a transaction that must still be pending.
local function on_pending(act)
  return function(state, args, caller)
    local row = transactions.find(state, caller, args.trid)
    if not row then
      return say.no(state, "not_found", "No such transaction")
    end
    if row.status ~= "PENDING" then
      return say.no(state, "state", "The transaction is " .. row.status)
    end
    act(state, row, args)
    return say.yes(state)
  end
end

--- Ends a transaction that nobody has paid yet.
payments.cancel_transaction = on_pending(function(state, row)
  transactions.finish(state, row, "CANCELLED")
end)

--- Sends the link once more.
payments.resend = on_pending(function(state, row, args)
  transactions.resend(state, row, args.media)
end)

--- How a transaction stands. The code 0 says that it was found, no more.
function payments.is_valid(state, args, caller)
  local row = transactions.find(state, caller, args.trid)
  if not row then return say.no(state, "not_found", "No such transaction") end
  return say.yes(state, {
    transaction_status = row.status,
    track_id = row.track_id,
    reason = row.reason,
    payment_method = row.payment_method,
    desc = row.item_name,
    isRefunded = row.refunded and "true" or nil,
    transaction_datetime = transactions.date(row.changed),
    external_accountid = state.accounts[row.uid].External_AccountID,
  })
end

--- All that is known of a transaction.
function payments.get_transaction(state, args, caller)
  local row = transactions.find(state, caller, args.trid)
  if not row then return say.no(state, "not_found", "No such transaction") end
  return say.yes(state, {
    transaction_data = {
      trid = row.trid,
      transaction_status = row.status,
      track_id = row.track_id,
      item_name = row.item_name,
      item_amount_in_cents = row.item_amount,
      tax_amount_in_cents = row.tax_amount,
      currency = state.accounts[row.uid].currency,
      customer_name = row.customer_name,
      customer_email = row.customer_email,
      customer_phone = row.customer_phone,
      resent = tostring(row.resent),
      created = transactions.date(row.created),
    },
  })
end

return payments
