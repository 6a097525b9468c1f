-- agreement_kind.lua - what an agreement is to asked.lua.

local asked = require "luapay.flow.asked"
local asked_items = require "luapay.flow.asked_items"
local list = require "luapay.flow.agreement_list"
local match = require "luapay.flow.asked_match"

local kind = {
  step = "create",
  method = "create_agreement",
  args = {
    "country_code",
    "currency",
    "expiration_timeout_minutes",
    "links",
    "plan",
    "external_id",
    "amount",
    "description",
    "next_payment_date",
    "frequency",
    "mobile_phone_number",
    "one_off_payment",
    "disable_notification_management",
    "notifications_on",
    "retention_period_hours",
  },
  within = "country_code",
  first = "Pending",
  states = {
    Pending = "pending",
    Accepted = "done",
    Rejected = "compensated",
    Expired = "compensated",
    Canceled = "compensated",
  },
  ranks = { Pending = 1 },
  from = { Canceled = { "pending", "done" } },
  events = { agreement = true },
  id = "agreement_id",
}

function kind.is_thing(entry)
  return entry.step == "create"
end

--- What stands in the journal for an item. The customer's phone does not.
function kind.given(flow, item)
  local args = asked_items.args(flow, kind, item)
  return {
    reference = item.reference,
    step = "create",
    method = kind.method,
    args = args,
    details = {
      external_id = args.external_id,
      plan = args.plan,
      currency = args.currency,
      price = asked_items.amount(args.amount),
    },
    state = "pending",
    keep = function(result)
      return {
        provider_id = result.id,
        status = "Pending",
        redirect = match.redirect(result),
        one_off_payment_id = result.one_off_payment_id,
      }
    end,
  }
end

function kind.take(flow, item)
  return asked.take(flow, kind, kind.given(flow, item))
end

function kind.ask(flow, entry)
  local found, err = flow.client:get_agreement({
    agreementid = entry.provider_id,
  }, flow.call)
  if not found then return nil, err end
  return found.status
end

kind.looks = {}

function kind.looks.create(flow, entry)
  local found, err = list.find(flow, entry)
  if not found then return nil, err end
  return match.judge(flow, kind, entry, found)
end

function kind.looks.cancel(flow, entry)
  local found, err = flow.client:get_agreement({
    agreementid = entry.details.agreementid,
  }, flow.call)
  if not found then return nil, err end
  local done = found.status == "Canceled"
  return done and "done" or "failed", { status = found.status }
end

return kind
