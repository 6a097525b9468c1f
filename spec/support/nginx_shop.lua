-- A shop inside nginx, for the specs of journals there: credits over Infobip,
-- with a journal of this worker. See spec/journal/nginx_spec.lua.
local luapay = require "luapay"
local ngx = require "ngx"

local shop = {}

--- How a worker opens its journal: "sqlite" or "postgres", and its options.
function shop.open(kind, options, base_url)
  shop.journal = assert(luapay.journal[kind](options))
  shop.infobip = luapay.infobip {
    username = "reseller",
    password = "secret",
    base_url = base_url,
    timeout = 10,
    transport = luapay.transport.nginx { http_loopback = true },
  }
  shop.topup = luapay.flow.topup {
    client = shop.infobip,
    journal = shop.journal,
  }
end

local function item_of(reference)
  return {
    reference = reference,
    accountKey = "EUR-1",
    amount = "1.25",
    currencycode = "EUR",
    description = reference,
  }
end

--- What a flow says of an item, in one line.
function shop.line(item, fault)
  return ("%s %s %s"):format(
    item and item.state or "-",
    item and item.money or "-",
    fault and tostring(fault) or "-"
  )
end

--- For content_by_lua: credits what the query names.
function shop.credit()
  local item, fault = shop.topup:run_one(item_of(ngx.var.arg_reference))
  ngx.say(shop.line(item, fault))
end

--- Credits a list of as many, side by side.
function shop.credit_many(count, concurrency)
  local items = {}
  for i = 1, count do
    items[i] = item_of("many-" .. i)
  end
  local good = 0
  luapay.map(items, {
    concurrency = concurrency,
    each = function(_, item)
      if item and item.state == "done" then good = good + 1 end
    end,
  }, function(item)
    return shop.topup:run_one(item)
  end)
  return good
end

--- Who this worker is: its process, and its name in the journal.
function shop.who()
  ngx.say(ngx.worker.pid(), " ", shop.journal.worker)
end

return shop
