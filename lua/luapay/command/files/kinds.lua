-- kinds.lua - the flows that are run over files: the columns of each, and the
-- options of the flow that the words of the command say.

local config = require "luapay.command.config"
local core = require "luapay.core"
local decimal = require "luapay.decimal"

local AGREEMENT = "000000a0-0000-4000-8000-000000000001"
local PAYMENT = "000000b0-0000-4000-8000-000000000002"

local REFERENCE = { name = "reference", required = true }

local function currency_of(given, default)
  local currency = given.currency or default
  if given.currency and not pcall(core.minor, 0, currency) then
    config.fail("--currency: ISO 4217 knows no %s", given.currency)
  end
  return currency
end

local topup = {
  flow = "topup",
  api = "infobip",
  verb = "credited",
  columns = {
    REFERENCE,
    { name = "accountKey", required = true },
    { name = "amount", alias = "ammount", required = true, read = "amount" },
    { name = "currencycode", alias = "currency" },
    { name = "description", required = true },
  },
  options = {
    {
      "--mode",
      "all: if one fails, those before it are rolled back; or each for "
        .. "itself. all unless said otherwise.",
      value = "MODE",
      choices = { "all", "each" },
    },
    { "--note", "Why, when one is rolled back.", value = "TEXT" },
  },
}

function topup.worth(item)
  return item.amount, item.currencycode or "account's own currency"
end

function topup.settings(given)
  return {
    mode = given.mode == "each" and "each" or "all_or_nothing",
    note = given.note,
  }
end

function topup.plan(given)
  if given.mode == "each" then return "each for itself" end
  return "all or nothing: if one fails, those before it are rolled back"
end

topup.definition = {
  name = "topup",
  summary = "Credits accounts at Infobip from a CSV file.",
  examples = {
    "printf '%s\\n' reference,accountKey,amount,currencycode,description \\",
    "  order-1,EUR-1,12.50,EUR,'Order 1' \\",
    "  order-2,USD-1,20.00,USD,'Order 2' >orders.csv",
    "luapay topup --sandbox --journal payments.db --yes orders.csv",
    "luapay topup --sandbox --journal payments.db --yes orders.csv # again",
  },
}

local batch = {
  flow = "subscription_batch",
  api = "mobilepay_subscriptions",
  verb = "asked for",
  streams = true,
  longest_pause = 3600, -- a payment is made on its day
  columns = {
    REFERENCE,
    { name = "agreement_id", required = true },
    { name = "amount", required = true, read = "amount" },
    { name = "description", required = true },
    { name = "due_date" },
    { name = "external_id" },
    { name = "grace_period_days", read = "number" },
    { name = "next_payment_date" },
  },
  options = {
    {
      "--country",
      "DK or FI: limit, currency and day; DK.",
      value = "COUNTRY",
      choices = { "DK", "FI" },
    },
    {
      "--limit",
      "The most that a payment may be, where it is yours.",
      value = "AMOUNT",
    },
  },
}

function batch.worth(item, given)
  return item.amount, given.country == "FI" and "EUR" or "DKK"
end

function batch.settings(given)
  return { country = given.country, limit = given.limit }
end

batch.definition = {
  name = "batch",
  summary = "Requests payments of agreements from a CSV file.",
  examples = {
    "# the sandbox has one agreement, with this id",
    "printf '%s\\n' 'reference;agreement_id;amount;description' \\",
    "  'jan-1;" .. AGREEMENT .. ";49,50;January' \\",
    "  >january.csv",
    "luapay batch --sandbox --yes --watch --decimal-comma january.csv",
  },
}

local refunds = {
  flow = "refunds",
  api = "mobilepay_subscriptions",
  verb = "given back",
  columns = {
    REFERENCE,
    { name = "agreementid", alias = "agreement_id", required = true },
    { name = "paymentid", alias = "payment_id", required = true },
    { name = "amount", required = true, read = "amount" },
    { name = "currency" },
    { name = "external_id" },
    { name = "status_callback_url" },
    { name = "payment_type" },
    { name = "paid_on" },
  },
  options = {},
}

function refunds.worth(item)
  if item.amount == "all" then return "0", "(all that is left)" end
  return item.amount, item.currency or "the payment's own currency"
end

function refunds.settings()
  return {}
end

refunds.definition = {
  name = "refunds",
  summary = "Gives money of payments back, from a CSV file.",
  examples = {
    "# the sandbox has one payment that was made, with this id",
    "printf 'reference,agreementid,paymentid,amount\\nback-1,%s,%s,5\\n' \\",
    "  " .. AGREEMENT .. " \\",
    "  " .. PAYMENT .. " >back.csv",
    "luapay refunds --sandbox --yes --watch back.csv",
  },
}

local link = {
  flow = "payment_link",
  api = "mobip",
  verb = "asked for",
  columns = {
    REFERENCE,
    { name = "price", alias = "amount", required = true, read = "amount" },
    { name = "tax", read = "amount" },
    { name = "item_name", alias = "description", required = true },
    { name = "media" },
    { name = "customer_email" },
    { name = "customer_phone" },
    { name = "customer_name" },
    { name = "language" },
    { name = "redirect_url" },
    { name = "call_back_url" },
    { name = "track_id" },
    { name = "retry_period", read = "number" },
    { name = "retry_attempts", read = "number" },
    { name = "transaction_ttl", read = "number" },
  },
  options = {
    {
      "--currency",
      "That of the merchant's account, as EUR. Required.",
      value = "CODE",
    },
    {
      "--redirect-url",
      "Where payers go, for rows that say none.",
      value = "URL",
    },
  },
}

function link.worth(item, given)
  return decimal.add(item.price, item.tax or "0"), given.currency
end

function link.complete(item, given)
  item.redirect_url = item.redirect_url or given.redirect_url
end

function link.settings(given)
  if not given.currency then
    config.fail "--currency CODE is required: that of the merchant's account"
  end
  return { currency = currency_of(given) }
end

link.definition = {
  name = "link",
  summary = "Asks for money with links by SMS or e-mail, from a CSV file.",
  examples = {
    "printf '%s\\n' reference,price,item_name,media,customer_email \\",
    "  order-17,12.50,Tea,EMAIL,payer@shop.example >links.csv",
    "luapay link --sandbox --currency EUR --yes \\",
    "  --redirect-url https://shop.example/thanks links.csv",
  },
}

local one_off = {
  flow = "one_off",
  api = "mobilepay_subscriptions",
  verb = "asked for",
  columns = {
    REFERENCE,
    { name = "agreementid", alias = "agreement_id", required = true },
    { name = "amount", required = true, read = "amount" },
    { name = "currency" },
    { name = "description", required = true },
    { name = "external_id" },
    { name = "auto_reserve", read = "boolean" },
    { name = "expiration_timeout_minutes", read = "number" },
    { name = "redirect_url" },
  },
  options = {
    {
      "--redirect-url",
      "Where customers go, for rows that say none.",
      value = "URL",
    },
  },
}

function one_off.worth(item)
  return item.amount, item.currency or "the agreement's own currency"
end

function one_off.complete(item, given)
  local url = item.redirect_url or given.redirect_url
  item.redirect_url = nil
  if url then item.links = { { rel = "user-redirect", href = url } } end
end

function one_off.settings()
  return {}
end

one_off.definition = {
  name = "one-off",
  summary = "Asks for one-off payments of agreements, from a CSV file.",
  examples = {
    "# the sandbox has one agreement, with this id",
    "printf '%s\\n' reference,agreementid,amount,description \\",
    "  towel-1," .. AGREEMENT .. ",25.00,Towel \\",
    "  >towels.csv",
    "luapay one-off --sandbox --yes \\",
    "  --redirect-url https://gym.example/back towels.csv",
  },
}

return { topup, batch, refunds, one_off, link }
