-- The callbacks that a pretend MobilePay Subscriptions would make. It makes
-- none: it keeps them as a list, and who tests takes them from there and
-- plays the wire. What happens to payments is told in lists, every two
-- minutes; all else at once.

local authorization = require "luapay.sandbox.subscriptions.authorization"
local date = require "luapay.sandbox.subscriptions.date"
local json = require "luapay.sandbox.json"
local money = require "luapay.sandbox.subscriptions.money"

local callbacks = {}

local EVERY = 120 -- seconds between two batches
local MOST = 1000 -- events of a batch

--- When the next batch goes out.
function callbacks.next_batch(state)
  return math.floor(state:now() / EVERY) * EVERY + EVERY
end

local function code(state, number)
  if state.options.status_code_as == "text" then return tostring(number) end
  return number
end

-- Keeps a callback.
local function make(state, kind, provider, url, body)
  if not url then return end
  state.calls[#state.calls + 1] = {
    number = #state.calls + 1,
    kind = kind,
    method = "POST",
    url = url,
    headers = {
      ["content-type"] = "application/json",
      authorization = authorization(provider.auth, state),
    },
    body = json.encode(body),
    time = state:now(),
  }
end

--- An agreement has another status.
function callbacks.agreement(state, agreement, link, number, text)
  local status = agreement.status
  if status == "Accepted" then status = state.options.accepted_as end
  local provider = state.providers[agreement.provider]
  make(state, "agreement", provider, agreement.links[link], {
    agreement_id = agreement.id,
    status = status,
    status_text = text or json.null,
    status_code = code(state, number),
    external_id = agreement.external_id or json.null,
    timestamp = date.moment(state:now()),
  })
end

local function event(state, payment, number, text)
  return {
    agreement_id = payment.agreement,
    payment_id = payment.id,
    amount = money.text(payment.amount),
    currency = payment.currency,
    payment_date = payment.due_date
      or date.text(date.day_of(state:now(), state.options.country)),
    status = payment.status,
    status_text = text or json.null,
    status_code = code(state, number),
    external_id = payment.external_id,
    payment_type = payment.type,
  }
end

-- Sends what has gathered, the oldest first, a list for each provider.
local function flush(state)
  local lists, order = {}, {}
  local last = math.min(state.told + MOST, #state.events)
  for at = state.told + 1, last do
    local one = state.events[at]
    if not lists[one.provider] then
      lists[one.provider] = json.list {}
      order[#order + 1] = one.provider
    end
    table.insert(lists[one.provider], one.event)
    state.events[at] = false
  end
  state.told = last
  for _, id in ipairs(order) do
    local provider = state.providers[id]
    local url = provider.payment_status_callback_url
    make(state, "payment", provider, url, lists[id])
  end
  if last < #state.events then
    state.agenda:add(state:now() + EVERY, flush)
  else
    state.events, state.told = {}, 0
  end
end

--- A payment has another status: to be told with the next batch.
function callbacks.payment(state, payment, number, text)
  if #state.events == 0 then
    state.agenda:add(callbacks.next_batch(state), flush)
  end
  state.events[#state.events + 1] = {
    provider = payment.provider,
    event = event(state, payment, number, text),
  }
end

--- The same, to be told at once: a list of one.
function callbacks.payment_now(state, payment, number, text)
  local provider = state.providers[payment.provider]
  local list = json.list { event(state, payment, number, text) }
  local url = provider.payment_status_callback_url
  make(state, "payment", provider, url, list)
end

--- A refund was issued or declined.
function callbacks.refund(state, refund, number, text)
  make(
    state,
    "refund",
    state.providers[refund.provider],
    refund.status_callback_url,
    {
      refund_id = refund.id,
      agreement_id = refund.agreement,
      payment_id = refund.payment,
      amount = money.text(refund.amount or 0),
      currency = refund.currency,
      status = refund.status,
      status_text = text or json.null,
      status_code = number and code(state, number) or json.null,
      external_id = refund.external_id or json.null,
    }
  )
end

return callbacks
