-- The statistics of a pretend Mobip. (state, args, caller) -> response.

local json = require "luapay.sandbox.json"
local say = require "luapay.sandbox.mobip.answers"

local stats = {}

-- The bookings of a caller in a day, or in a month.
local function stats_of(state, uid, period)
  local rows = {}
  for _, row in ipairs(state.ledger:bookings()) do
    local day = os.date("!%Y-%m-%d", math.floor(row.time))
    if row.account == uid and day:sub(1, #period) == period then
      rows[#rows + 1] = {
        trid = row.trid,
        day = day,
        amount = row.booked,
        currency = row.currency,
      }
    end
  end
  return rows
end

local function as_xml(rows)
  local out = { '<?xml version="1.0" encoding="UTF-8"?><stats>' }
  for _, row in ipairs(rows) do
    out[#out + 1] = ('<row trid="%s" day="%s" amount="%s"/>'):format(
      row.trid,
      row.day,
      row.amount
    )
  end
  return table.concat(out) .. "</stats>"
end

--- Statistics of a month or a day: in the answer, as JSON or XML; or the
--- address of a file, of which there is none without a day.
function stats.get_stats(state, args, caller)
  local period = args.day
  if period == "" then period = args.month_period end
  if period == "" then
    period = os.date("!%Y-%m", math.floor(state.clock:now()))
  end
  if args.get_gz_file == "1" then
    local url = state.options.public_url .. "/stats/" .. period .. ".gz"
    return say.yes(state, { url = args.day ~= "" and url or nil })
  end
  local rows = stats_of(state, caller.uid, period)
  if state.options.stats_as == "xml" then
    return say.raw("text/xml", as_xml(rows))
  end
  return say.yes(state, { stats = json.list(rows) })
end

return stats
