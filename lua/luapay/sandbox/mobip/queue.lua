-- The queue of paid transactions that a partner (NEOSYSTEMS) fetches and
-- acknowledges. (state, args, caller) -> response.

local say = require "luapay.sandbox.mobip.answers"
local decimal = require "luapay.sandbox.decimal"

local queue = {}

local function row_of(state, trid, number)
  local row = state.by_trid[trid]
  return {
    id_flux = tostring(number),
    [state.options.queue_trid] = trid,
    merchant_name = state.accounts[row.uid].name,
    mobip_merchant_id = row.uid,
    amount = decimal.add(row.item_amount, row.tax_amount),
    fees = "0",
    customer_name = row.customer_name,
    customer_email = row.customer_email,
  }
end

--- What is to be processed, oldest first; nothing leaves the queue by it.
function queue.get_mobip_transactions(state, args)
  local rows = {}
  local most = tonumber(args.limit or math.huge)
  for number, trid in ipairs(state.queue) do
    if number > most then break end
    rows[number] = row_of(state, trid, number)
    local order = state.order or {}
    if order.fault == "no_trid" and number <= order.rows then
      rows[number][state.options.queue_trid] = nil
    end
  end
  return say.yes(state, { transactions_list = say.array(state, rows) })
end

--- Takes transactions out of the queue, and says which were there.
function queue.set_mobip_transactions(state, args)
  local wanted, removed, left = {}, {}, {}
  local kept = state.order and state.order.fault == "kept"
  for _, trid in ipairs(args.trid_list) do
    wanted[trid] = true
  end
  for _, trid in ipairs(state.queue) do
    if wanted[trid] then
      removed[#removed + 1] = trid
      if not kept then state.removed[trid] = 1 end
    else
      left[#left + 1] = trid
    end
  end
  if not kept then state.queue = left end
  return say.yes(state, {
    removed_transactions_list = say.array(state, removed),
  })
end

return queue
