-- wait.lua - waits until an item has ended, or needs a person: reads the
-- journal, which callbacks move, and asks the provider, less and less often.

local core = require "luapay.core"
local guard = require "luapay.guard"
local money = require "luapay.flow.kit.money"
local report = require "luapay.flow.kit.report"
local settle = require "luapay.flow.kit.settle"
local step = require "luapay.flow.kit.step"

local wait = {}

--- Whether an item has come to what `await` waits for.
---@param flow table
---@param item luapay.FlowItem
---@return boolean
function wait.is_reached(flow, item)
  if item.needs_person then return false end
  local wanted = flow.kind.awaited
  if wanted then return wanted(item) and true or false end
  return item.ended and report.is_intended(flow, item)
end

--- Asks about one item, whatever is open of it.
---@async
---@return table? record
---@return luapay.Fault? fault of the journal, or of the call
function wait.refresh(flow, record, memo)
  for _, entry in ipairs(record.entries) do
    if money.OPEN[entry.state] and entry.state ~= "parked" then
      local _, err = settle.one(flow, record.reference, record.run, entry.step)
      if err then return nil, err end
    end
  end
  local now, err = step.stored(flow, record.reference, record.run)
  if not now then return nil, err end
  local main = step.main(now)
  local is_over = main.state == "failed" or main.state == "planned"
  if is_over or money.OPEN[main.state] then return now end
  return settle.read(flow, now, memo or {}) -- an end may have changed
end

local function too_long(flow, item, code, message)
  return step.fault(flow, {
    kind = "timeout",
    code = code,
    outcome = "unknown",
    message = ("%s is %s%s: %s"):format(
      item.reference,
      item.state,
      item.provider_status and " (" .. item.provider_status .. ")" or "",
      message
    ),
    item = item,
  })
end

-- Counts what was waited: by the transport's sleep, or by the clock where
-- calls took longer.
local function timer(flow, given)
  local began, slept, pause = core.now(), 0, given.pause
  return {
    left = function()
      return given.patience - math.max(slept, core.now() - began)
    end,
    sleep = function(self, at_least)
      local left = self.left()
      if left <= 0 then return false end
      local seconds = math.min(math.max(pause, at_least or 0), left)
      local good, err = guard.call(flow.sleep, seconds)
      if not good then return nil, err end
      slept, pause =
        slept + seconds, math.min(pause * 1.5, given.longest_pause)
      return true
    end,
  }
end

local function raised(flow, err)
  return step.fault(flow, {
    kind = "timeout",
    code = "waiting",
    outcome = "unknown",
    message = "sleep has raised an error: " .. tostring(err),
  })
end

--- Waits for one item.
---@async
function wait.one(flow, record, given)
  local clock, counter = timer(flow, given), flow.new_progress("wait", 1)
  while true do
    local item = report.item(flow, record)
    if wait.is_reached(flow, item) then
      counter:report(true)
      return item
    elseif item.ended or item.needs_person then
      return nil, report.fault_of(flow, item)
    end
    local given_up = flow.kind.given_up and flow.kind.given_up(item)
    if given_up then
      return nil, too_long(flow, item, given_up, "it may still come about")
    end
    local retry_after = given.retry_after
    local slept, why = clock:sleep(retry_after)
    if slept == nil then return nil, raised(flow, why) end
    if not slept then
      return nil, too_long(flow, item, "waiting", "patience is over")
    end
    local now, err = wait.refresh(flow, record)
    given.retry_after = err and err.retry_after
    if not now and err.code == "absent" then return nil, err end
    if not now and err.kind == "journal" then
      item.fault = err
      return nil, report.fault_of(flow, item)
    end
    if not now then
      now, err = step.stored(flow, record.reference, record.run)
      if not now then return nil, err end
    end
    record = now
    counter:report()
  end
end

local function open_references(flow)
  local list = {}
  local good, each = guard.call(flow.book.items, flow.book)
  if not good then return nil, each end
  while true do
    local fine, record = guard.call(each)
    if not fine then return nil, record end
    if not record then return list end
    local item = report.item(flow, record)
    if not item.ended and item.state ~= "planned" then
      list[#list + 1] = record.reference
    end
  end
end

local function waited_for(flow, record)
  local item = report.item(flow, record)
  return not (
    wait.is_reached(flow, item)
    or item.ended
    or item.needs_person
    or flow.kind.given_up and flow.kind.given_up(item)
  )
end

--- Waits for all that is open in the run.
---@async
function wait.all(flow, given)
  local list, err = open_references(flow)
  if not list then return nil, err end
  local clock = timer(flow, given)
  local counter = flow.new_progress("wait", #list)
  while true do
    local told, left = report.new(flow, true), 0
    for index, reference in ipairs(list) do
      local record, why = flow.book:get(reference)
      if record == nil then return nil, why end
      if record then -- and not gone meanwhile
        local item = report.item(flow, record)
        if waited_for(flow, record) then left = left + 1 end
        told:add(item, index, wait.is_reached(flow, item))
      end
    end
    local slept, why = left > 0 and clock:sleep(), nil
    if not slept then
      counter:report(true)
      if slept == nil then return nil, raised(flow, why) end
      return told:conclude()
    end
    settle.recover(flow, "mine")
    counter:report()
  end
end

return wait
