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

-- Seconds that the server asked for; a date is not worth a calendar here.
local function asked_for(response)
  local after = response and response.headers["retry-after"]
  local seconds = after and after:match "^%s*(%d+)%s*$"
  return seconds and tonumber(seconds)
end

--- How long to wait before the next attempt, or nil for no next attempt.
--- Full jitter: many clients that failed together do not return together.
---@param repeatable boolean whether the provider makes sending it twice safe
---@param response? luapay.Response nil when the exchange itself failed
---@param attempt integer 1 for the first
---@param policy luapay.RetryPolicy
---@param random fun(): number from 0 to 1
---@return number? seconds
function retry.delay(repeatable, response, attempt, policy, random)
  if not repeatable or attempt > policy.retries then return nil end
  local status = response and response.status
  local more = policy.again or AGAIN
  if status and not AGAIN[status] and not more[status] then return nil end
  local most = math.min(policy.cap, policy.base * 2 ^ (attempt - 1))
  return asked_for(response) or (policy.fixed and most or random() * most)
end

--- A budget: retries may be a tenth of calls, and ten more. When all of a
--- host's answers fail, sending each call three times does not help it.
retry.budget = 10

--- What a call that went well adds to a budget that is not full.
retry.earned = 0.1

return retry
