-- payment_link.lua - asks for money at Mobip with a link by SMS or e-mail,
-- or with a QR code, and follows it until it is paid. Only Mobip's own word
-- PAID is paid. Mobip finds a request by its trid alone: one whose answer was
-- lost is parked for a person, and never made again.

local act = require "luapay.flow.kit.act"
local core = require "luapay.core"
local decimal = require "luapay.decimal"
local fault = require "luapay.fault"
local kit = require "luapay.flow.kit"
local picture = require "luapay.mobip.picture"
local qr = require "luapay.mobip.qr"
local random = require "luapay.random"
local status = require "luapay.mobip.status"

local step = kit.step

local LONGEST = 65536 -- bytes of a picture that the journal keeps

local kind = {
  name = "payment_link",
  api = "mobip",
  main = "request",
  intended = { pending = true, done = true },
  fields = {
    price = "money",
    tax = "money",
    item_name = "string",
    redirect_url = "string",
    call_back_url = "string",
    track_id = "string",
    media = "string",
    language = "string",
    customer_name = "string",
    customer_email = "string",
    customer_phone = "string",
    retry_period = "any",
    retry_attempts = "any",
    transaction_ttl = "any",
  },
  uncompared = {
    "call_back_url",
    "redirect_url",
    "retry_period",
    "retry_attempts",
    "transaction_ttl",
  },
  options = {
    currency = { type = "string" },
    patience = { type = "number", positive = true, default = 900 },
  },
}

function kind.awaited(item)
  return item.money == "moved"
end

-- The payer may try another card; but it is time for the merchant to decide.
function kind.given_up(item)
  return item.provider_status == "DENIED" and "denied" or nil
end

function kind.make(flow, what)
  if flow.currency and not core.money("0", flow.currency) then
    error(what .. ": currency: expected one of ISO 4217, like EUR", 4)
  end
end

-- ---- a request

-- An amount in the account's minor units; its currency is that of
-- luapay.money, else the flow's.
local function minor(flow, given, text)
  local currency = type(given) == "userdata" and given.currency
    or flow.currency
  if not currency then
    return nil, "expected luapay.money, or the flow's option currency"
  elseif flow.currency and currency ~= flow.currency then
    return nil, ("is in %s, expected %s"):format(currency, flow.currency)
  end
  local money, why = core.money(text, currency)
  if not money then return nil, why.message end
  if money.minor < 0 then return nil, "expected 0 or more" end
  return money.minor, currency
end

local function owed(flow, item, given)
  if item.price == nil then return nil, "price", "is required" end
  local price, currency = minor(flow, given.price, item.price)
  if not price then return nil, "price", currency end
  local tax, other = minor(flow, given.tax, item.tax or "0")
  if item.tax == nil then
    tax, other = 0, currency
  end
  if not tax then return nil, "tax", other end
  if other ~= currency then
    return nil, "tax", ("is in %s, expected %s"):format(other, currency)
  elseif price + tax <= 0 then
    return nil, "price", "must be above 0, with the tax"
  end
  return {
    price = price,
    tax = tax,
    currency = currency,
    amount = decimal.add(item.price, item.tax or "0"),
  }
end

local ARGS = {
  "item_name",
  "redirect_url",
  "call_back_url",
  "media",
  "language",
  "customer_name",
  "customer_email",
  "customer_phone",
  "retry_period",
  "retry_attempts",
  "transaction_ttl",
}

function kind.want(flow, item, given)
  local sum, field, message = owed(flow, item, given)
  if not sum then return nil, field, message end
  local args = { track_id = item.track_id or item.reference }
  for _, name in ipairs(ARGS) do
    args[name] = item[name]
  end
  args.item_amount_in_cents = sum.price
  local tax = item.media and "tax_amount" or "tax_amount_in_cents"
  args[tax] = sum.tax
  return {
    endpoint = item.media and "send_payment_request" or "create_one_use_qr",
    args = args,
    amount = sum.amount,
    currency = sum.currency,
    external_id = args.track_id,
    unique = args.track_id,
  }
end

-- A picture that any journal keeps: JSON is UTF-8.
local function keepable(raw_qr)
  if type(raw_qr) ~= "string" or #raw_qr > LONGEST then return nil end
  return core.encode { raw_qr } and raw_qr or nil
end

local function id_text(trid)
  if type(trid) == "number" then return ("%.0f"):format(trid) end
  return type(trid) == "string" and trid ~= "" and trid or nil
end

local function keep_request(flow, result)
  local trid = id_text(result.trid)
  if not trid then
    return {
      lost = step.fault(flow, {
        kind = "decode",
        outcome = "unknown",
        message = "Mobip took it, but gave no trid",
      }),
    }
  end
  return {
    provider_id = trid,
    status = "PENDING",
    keep = {
      url_checkout = result.url_checkout,
      url_qr = result.url_qr,
      raw_qr = keepable(result.raw_qr),
    },
  }
end

-- Mobip's word for a transaction, as told of its request.
local function told_of(result)
  local word = result.transaction_status
  if type(word) ~= "string" or word == "" then word = "UNKNOWN" end
  if word == "PAID" and status.is_refunded(result) then word = "REFUNDED" end
  local reason = result.reason
  return {
    status = word,
    reason = type(reason) == "string" and reason ~= "" and reason or nil,
    keep = { payment_method = result.payment_method },
  }
end

local function read(flow, trid)
  return flow.client:is_valid({ trid = trid }, flow.call)
end

local function ask_request(flow, entry)
  local result, err = read(flow, entry.provider_id)
  if not result then return nil, err end
  return told_of(result)
end

local function cancel_of(flow, item, entry, told, now)
  if told.state and told.state ~= "done" then return end
  local main = step.main(item)
  if entry.main or main.state ~= "pending" then return end
  step.learn(flow, item, main, { status = "CANCELLED", read = true }, now)
end

local function ask_cancel(flow, _, _, record)
  local result, err = read(flow, step.main(record).provider_id)
  if not result then return nil, err end
  local main = told_of(result)
  if main.status == "CANCELLED" then
    return { state = "done", main = main }
  elseif main.status == "PENDING" or main.status == "DENIED" then
    return false -- it may still be on its way
  end
  return { state = "failed", status = main.status, main = main }
end

-- A refusal does not say whether the link is still open: Mobip is asked.
local function doubt(_, item, entry, err)
  if err.phase == "before_send" then return end
  item:set(entry, { state = "unknown", due_at = step.NONE })
end

kind.steps = {
  request = {
    effect = "moves",
    horizon = false,
    words = {
      PENDING = "pending",
      DENIED = "pending",
      PAID = "done",
      REFUNDED = "compensated",
      CANCELLED = "closed",
      ERROR = "closed",
    },
    turns = {
      ["closed>done"] = { person = "late" },
      ["closed>compensated"] = {},
      ["done>compensated"] = {},
    },
    keep = keep_request,
    ask = ask_request,
    advice = {
      lost = "Look for this track_id and amount at Mobip. If the request is "
        .. "there, call found(reference, { provider_id = its trid }); if "
        .. "not, absent(reference): then it may be made again.",
      late = "It was paid after it had been cancelled. Deliver, or give the "
        .. "money back at Mobip; then call accept(reference, { who, why }).",
    },
  },
  cancel = {
    effect = "releases",
    whole = true,
    horizon = 600,
    ask = ask_cancel,
    after = cancel_of,
    after_failure = doubt,
  },
  resend = { quiet = true },
}

kind.events = {
  link = {
    id = "trid",
    external = true,
    -- what Mobip said when the receiver asked it: maybe some time ago
    told = function(_, event)
      return {
        status = event.status,
        reason = event.reason,
        external_id = event.track_id,
        keep = { payment_method = event.payment_method },
      }
    end,
  },
}

function kind.view(_, item, main)
  local outcome = main.outcome or {}
  item.track_id = main.external_id
  item.url_checkout, item.url_qr = outcome.url_checkout, outcome.url_qr
  item.raw_qr = outcome.raw_qr
  item.payment_method = outcome.payment_method
end

-- Whether a trid that a person names is that of this request.
function kind.check_found(flow, reference, given)
  if not given.provider_id or given.step and given.step ~= kind.main then
    return nil
  end
  local record = flow.book:get(reference)
  local main = record and step.main(record)
  if not main then return nil end
  local result, err = read(flow, given.provider_id)
  if not result then return err end
  local found = result.track_id
  if type(found) ~= "string" or found == "" or found == main.external_id then
    return nil
  end
  return step.fault(flow, {
    kind = "argument",
    field = "provider_id",
    message = ('is that of track_id "%s", expected "%s"'):format(
      found,
      tostring(main.external_id)
    ),
  })
end

-- ---- verbs of its own

kind.verbs = {}

-- Why a request that is there cannot be cancelled or sent once more.
local function not_open(flow, item, main, what)
  if main.state == "pending" then return nil end
  local open = kit.money.OPEN[main.state]
  return step.fault(flow, {
    kind = open and "unsettled" or "incomplete",
    code = open and (main.state == "parked" and "parked" or "unknown")
      or (main.status or main.state):lower(),
    outcome = open and "unknown" or "failed",
    message = ("%s is %s: it cannot be %s"):format(
      item.reference,
      main.status or main.state,
      what
    ),
  })
end

local function find(flow, verb, reference)
  kit.check_reference(flow, verb, reference)
  return step.stored(flow, reference)
end

--- Ends a request that nobody has paid. Safe to repeat.
---@async
---@param reference string
---@return luapay.FlowItem? item its `provider_status` is CANCELLED
---@return luapay.Fault? fault "incomplete": it was paid, or has ended
--- otherwise; "unsettled": Mobip does not say yet that it is cancelled
function kind.verbs:cancel(reference)
  local record, err = find(self, "cancel", reference)
  if not record then return nil, err end
  local main = step.main(record)
  local item = kit.report.item(self, record)
  if main.state == "closed" then return item end
  local want = {
    step = "cancel",
    run = record.run,
    endpoint = "cancel_transaction",
    fingerprint = step.print { main.provider_id },
    amount = main.amount,
    currency = main.currency,
    details = { args = { trid = main.provider_id } },
    guard = function(flow, one)
      return not_open(flow, one, step.main(one), "cancelled")
    end,
  }
  local done, why = act.take(self, reference, want, function(now)
    return now.state == "closed"
  end)
  if done or why.kind ~= "unsettled" then return done, why end
  kit.settle.one(self, reference, record.run, "cancel")
  local now = self.book:get(reference, record.run)
  local after = now and kit.report.item(self, now)
  if after and after.state == "closed" then return after end
  if after and after.money == "moved" then
    return nil, kit.report.fault_of(self, after)
  end
  return nil, why
end

--- Sends the message to the customer once more. Each call is one more
--- message; one whose answer was lost may have gone.
---@async
---@param reference string
---@param options { media: "SMS"|"EMAIL" }
---@return luapay.FlowItem? item
---@return luapay.Fault? fault nothing depends on it
function kind.verbs:resend(reference, options)
  local given = kit.check(self, "resend", options, {
    media = {
      type = "string",
      required = true,
      choices = { SMS = true, EMAIL = true },
    },
  })
  local record, err = find(self, "resend", reference)
  if not record then return nil, err end
  local main = step.main(record)
  local args = { trid = main.provider_id, media = given.media }
  local now, why = step.take(self, reference, {
    step = "resend:" .. random.uuid(),
    run = record.run,
    endpoint = "resend",
    fingerprint = step.print(args),
    details = { args = args },
    guard = function(flow, one)
      return not_open(flow, one, step.main(one), "sent once more")
    end,
  })
  local item = kit.report.item(self, now)
  if not why then return item end
  why = fault.copy(why)
  why.item = item
  return nil, why
end

local function bytes_of(flow, item)
  if type(item) ~= "table" then
    error("flow.payment_link: expected an item", 3)
  end
  if item.raw_qr then return picture.decode(item.raw_qr) end
  return nil,
    step.fault(flow, {
      kind = "decode",
      message = "Mobip sent no picture of the code: its address is "
        .. "item.url_qr",
    })
end

--- The QR code of an item, as the bytes of a PNG.
---@param item luapay.FlowItem
---@return string? bytes
---@return luapay.Fault? fault of kind "decode"
function kind.verbs:png(item)
  return bytes_of(self, item)
end

--- The same as text for a terminal: half blocks in UTF-8. Needs lua-zlib.
---@param item luapay.FlowItem
---@param options? { light: boolean? } light: for a terminal that is light
---@return string? text
---@return luapay.Fault? fault of kind "decode"
function kind.verbs:text(item, options)
  local given =
    kit.check(self, "text", options, { light = { type = "boolean" } })
  local bytes, err = bytes_of(self, item)
  if not bytes then return nil, err end
  return qr.text(bytes, given)
end

--- Makes a flow of payment requests: `luapay.flow.payment_link{...}`.
---
--- What all flows take, and `currency` (ISO 4217): that of amounts which are
--- decimal text.
---
--- An item has `reference`, `price` and `tax` (decimal text, or luapay.money;
--- the payer owes both), and the arguments of send_payment_request; without
--- `media` those of create_one_use_qr: then nothing is sent to the customer,
--- the link is yours to show. `track_id` is the reference unless given.
return kit.define(kind)
