-- retry.lua - whether and when to send again: pure functions. They see what
-- happened and say what to do; they do not sleep, send or look at a clock.

local retry = {}

local AGAIN = { [429] = true, [502] = true, [503] = true, [504] = true }

--- What a client does where its API advises nothing else.
---@class luapay.RetryPolicy
---@field retries integer after the first attempt
---@field base number seconds that the first wait may take
---@field cap number seconds that any wait may take
---@field fixed? boolean wait just that long: the provider has said so
---@field again? table<integer, true> more statuses that are worth it
---@field patience? number seconds for one attempt; else the whole deadline
retry.policy = { retries = 2, base = 0.5, cap = 8 }

local MONTHS = {}
for at, name in ipairs {
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
} do
  MONTHS[name] = at
end

-- Days from 1970-01-01 to a date; years begin in March, so that the day
-- that comes and goes is the last.
local function days_to(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  local leaps = math.floor(year / 4)
    - math.floor(year / 100)
    + math.floor(year / 400)
  return year * 365
    + leaps
    + math.floor((153 * month - 457) / 5)
    + day
    - 719469
end

local CLOCK = "(%d%d):(%d%d):(%d%d)"

-- The three forms of a date that HTTP knows; a year of two digits is of
-- this century. In seconds since 1970, or nil.
local function read_date(text)
  local day, month, year, hour, minute, second =
    text:match("^%a+, (%d%d)[ -](%a%a%a)[ -](%d+) " .. CLOCK .. " GMT$")
  if not day then
    month, day, hour, minute, second, year =
      text:match("^%a%a%a (%a%a%a) ([ %d]%d) " .. CLOCK .. " (%d%d%d%d)$")
  end
  month = MONTHS[month]
  if not month or #year ~= 4 and #year ~= 2 then return nil end
  if #year == 2 then year = "20" .. year end
  return days_to(tonumber(year), month, tonumber(day)) * 86400
    + tonumber(hour) * 3600
    + tonumber(minute) * 60
    + tonumber(second)
end

--- Seconds that a server asks to wait: its header retry-after, a whole
--- number or a date. A date is counted from the server's own, in `date`, for
--- its clock need not be ours. Never negative; nil for anything else.
---@param headers table<string, string> by names in lower case
---@param wall number seconds since 1970, by our clock
---@return number? seconds
function retry.after(headers, wall)
  local text = headers["retry-after"]
  text = type(text) == "string" and text:match "^%s*(.-)%s*$" or ""
  if text:find "^%d+$" then return #text <= 9 and tonumber(text) or 1e9 end
  local till = read_date(text)
  if not till then return nil end
  local date = headers.date
  local from = type(date) == "string" and read_date(date) or wall
  return math.max(0, till - from)
end

--- How long to wait before the next attempt, or nil for no next attempt.
--- Full jitter: many clients that failed together do not return together.
---@param repeatable boolean whether the provider makes sending it twice safe
---@param response? luapay.Response nil when the exchange itself failed
---@param attempt integer 1 for the first
---@param policy luapay.RetryPolicy
---@param random fun(): number from 0 to 1
---@param wall number seconds since 1970
---@return number? seconds
function retry.delay(repeatable, response, attempt, policy, random, wall)
  if not repeatable or attempt > policy.retries then return nil end
  local status = response and response.status
  local more = policy.again or AGAIN
  if status and not AGAIN[status] and not more[status] then return nil end
  local most = math.min(policy.cap, policy.base * 2 ^ (attempt - 1))
  return response and retry.after(response.headers, wall)
    or (policy.fixed and most or random() * most)
end

--- A budget: retries may be a tenth of calls, and ten more. When all of a
--- host's answers fail, sending each call three times does not help it.
retry.budget = 10

--- What a call that went well adds to a budget that is not full.
retry.earned = 0.1

return retry
