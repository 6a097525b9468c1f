-- How far long work has come: counts, rate, time left; told now and then.

local core = require "luapay.core"

local progress = {}

local Progress = {}
Progress.__index = Progress

--- Counts what has happened to some items, and tells when it is time.
---@param by table<string, integer> { done = 1 }
function Progress:add(by)
  for name, count in pairs(by) do
    self.counts[name] = (self.counts[name] or 0) + count
  end
  if self.tell and self.now() >= self.next then self:report() end
end

--- Tells now: { counts.., total?, seconds, rate (items a second), left
--- (seconds, when the total is known) }.
function Progress:report(over)
  if not self.tell then return end
  local seconds, handled = self.now() - self.began, 0
  local told = { seconds = seconds, total = self.total, over = over or false }
  for name, count in pairs(self.counts) do
    told[name] = count
    handled = handled + count
  end
  told.rate = seconds > 0 and handled / seconds or 0
  if self.total and told.rate > 0 then
    told.left = math.max(0, self.total - handled) / told.rate
  end
  self.next = self.now() + self.every
  self.tell(told)
end

--- Makes a counter.
---@param tell? fun(progress: luapay.Progress) nobody is told without it
---@param options? table total (items), every (seconds: 1), now (a clock)
---@return table
function progress.new(tell, options)
  options = options or {}
  local now = options.now or core.now
  return setmetatable({
    tell = tell,
    total = options.total,
    every = options.every or 1,
    now = now,
    began = now(),
    next = now() + (options.every or 1),
    counts = { done = 0, failed = 0, unknown = 0 },
  }, Progress)
end

return progress
