-- batch_plan.lua - writes the rows of a batch down, to be sent. Rows come
-- from anywhere and are forgotten at once.

local bad = require "luapay.flow.batch_bad"
local batch_rows = require "luapay.flow.batch_rows"
local day = require "luapay.flow.batch_day"
local default_day = require "luapay.flow.batch_default"
local progress = require "luapay.flow.progress"

local plan = {}

local PORTION = 1000 -- rows written down at a time

-- What the journal said of each row.
local function judge(self, verdicts, known)
  local fresh = 0
  for i, verdict in ipairs(verdicts) do
    local there = known[i]
    if verdict == "new" then
      fresh = fresh + 1
    elseif there.details.plan == self.token then
      local what = "the same external_id is due on that day already"
      bad.note(self, self.numbers[i], "external_id", what)
    elseif verdict == "different" then
      local what = "is known in this run with other content"
      bad.note(self, self.numbers[i], "external_id", what)
    else
      self.known = self.known + 1
    end
  end
  self.planned = self.planned + fresh
  self.told:add { planned = fresh }
end

local function flush(self)
  local list = self.list
  if not list[1] then return true end
  self.list = {}
  if self.bad > 0 and self.flow.bad_rows == "refuse" then return true end
  local known = {}
  local verdicts, err = self.flow.journal:plan(list, known)
  if not verdicts then return nil, err end
  judge(self, verdicts, known)
  return true
end

local function add(self, number, payment)
  local at = #self.list + 1
  self.numbers[at] = number
  self.list[at] = {
    flow = self.flow.name,
    run = self.flow.run_name,
    reference = batch_rows.reference(payment),
    step = "request",
    endpoint = "request_payments",
    args = payment,
    amount = payment.amount,
    currency = self.flow.rules.currency,
    details = { payment = payment, plan = self.token },
  }
  if not batch_rows.is_shown(payment.external_id) then
    self.long_ids = self.long_ids + 1
  end
  if at == PORTION then return flush(self) end
  return true
end

-- A day that is not allowed any more may be that of a payment known since.
local function is_known(flow, payment)
  return flow.journal:find {
    flow = flow.name,
    run = flow.run_name,
    reference = batch_rows.reference(payment),
    step = "request",
  }
end

local function take(self, number, row)
  local flow = self.flow
  if type(row) ~= "table" then
    error(("flow.%s: rows[%d]: expected a table"):format(flow.name, number))
  end
  if row.due_date == nil and not flow.due_date then
    local text, err = default_day(flow, self.today)
    if not text then return nil, err end
    flow.due_date = text
  end
  local payment, field, problem = batch_rows.read(flow, row, self.today)
  if payment and field then
    local entry, err = is_known(flow, payment)
    if entry == nil then return nil, err end
    if not entry then payment = nil end
  end
  if payment then return add(self, number, payment) end
  bad.note(self, number, field, problem)
  return true
end

local function iterator(rows)
  if type(rows) == "function" then return rows end
  local i = 0
  return function()
    i = i + 1
    return rows[i]
  end
end

--- Writes rows down: see subscription_batch.lua.
---@async
---@param flow table
---@param rows table[]|fun(): table?
---@param token string of this plan: no other has it
---@return table? report
---@return luapay.Fault? fault
function plan.run(flow, rows, token)
  local self = {
    flow = flow,
    token = token,
    today = day.of(flow.clock(), flow.utc_offset),
    told = progress.new(flow.on_progress, { now = flow.clock }),
    list = {},
    numbers = {},
    rows = 0,
    planned = 0,
    known = 0,
    bad = 0,
    bad_rows = {},
    long_ids = 0,
  }
  for row in iterator(rows) do
    self.rows = self.rows + 1
    local good, err = take(self, self.rows, row)
    if not good then return nil, err end
  end
  local good, err = flush(self)
  if not good then return nil, err end
  if self.bad > 0 and flow.bad_rows == "refuse" then
    return bad.refuse(self)
  end
  return bad.report(self)
end

return plan
