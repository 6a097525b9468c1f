-- batch_send.lua - one portion of a batch: into requests, sent, and what the
-- answer says of each payment.

local batch_rows = require "luapay.flow.batch_rows"
local day = require "luapay.flow.batch_day"

local send = {}

--- The provider has looked at it and will not have it.
send.REFUSED = { refused = true, argument = true }

--- Instead of a fault: this worker stood still for too long.
send.LOST = {}

--- Sends one request, again while certainly nothing was done.
function send.request(flow, entries)
  local payments = {}
  for i, entry in ipairs(entries) do
    payments[i] = entry.details.payment
  end
  for attempt = 1, math.huge do
    if not flow.journal:holds(entries[1]) then return nil, send.LOST end
    local result, err =
      flow.client:request_payments({ payments = payments }, flow.call)
    if result or err.outcome == "unknown" or send.REFUSED[err.kind] then
      return result, err
    elseif attempt >= flow.attempts then
      return nil, err
    end
    flow.sleep(2 ^ (attempt - 1))
  end
end

local MISSING = { text = "is missing in the provider's answer" }

--- What an answer says of each payment.
function send.read(entries, result)
  local said, list = {}, {}
  for _, one in ipairs(result.rejected_payments or {}) do
    said[one.external_id or false] =
      { "failed", { text = one.error_description, rejected = true } }
  end
  for _, one in ipairs(result.pending_payments or {}) do
    said[one.external_id or false] =
      { "pending", { provider_id = one.payment_id, status = "Requested" } }
  end
  for i, entry in ipairs(entries) do
    local word = said[entry.details.payment.external_id]
    if word then
      list[i] = { entry, word[1], word[2] }
    else
      list[i] = { entry, "unknown", MISSING }
    end
  end
  return list
end

--- An answer names payments by external_id alone: requests in which each
--- stands once. What is too late to be sent is put into `late`.
function send.split(flow, entries, late)
  local today = day.of(flow.clock(), flow.utc_offset)
  local requests, times = {}, {}
  for _, entry in ipairs(entries) do
    local payment = entry.details.payment
    local id = payment.external_id
    local problem = batch_rows.day_problem(day.number(payment.due_date), today)
    if problem then
      late[#late + 1] = { entry, "failed", { text = "due_date " .. problem } }
    else
      local n = (times[id] or 0) + 1
      times[id] = n
      requests[n] = requests[n] or {}
      table.insert(requests[n], entry)
    end
  end
  return requests
end

return send
