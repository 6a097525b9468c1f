-- batch_options.lua - the options of a batch, beside those of all flows.

local batch_rows = require "luapay.flow.batch_rows"

local options = {}

options.ALL = {
  run = { type = "string", required = true },
  country = {
    type = "string",
    choices = { DK = true, FI = true },
    default = "DK",
  },
  currency = { type = "string" },
  limit = { type = "string" },
  portion = { type = "number", positive = true, default = 500 },
  concurrency = { type = "number", positive = true, default = 4 },
  bad_rows = {
    type = "string",
    choices = { refuse = true, skip = true },
    default = "refuse",
  },
  on_bad_row = { type = "function" },
  attempts = { type = "number", positive = true, default = 3 },
  utc_offset = { type = "number", default = 3600 },
}

local MOST = 2000 -- payments that a request may have

--- Raises where options cannot be, and adds what is made of them.
---@param self table
function options.check(self)
  local what = "luapay.flow.subscription_batch: "
  if self.portion > MOST or self.portion % 1 ~= 0 then
    error(what .. "portion: expected a whole number up to " .. MOST, 3)
  end
  local rules, problem = batch_rows.rules(self)
  if not rules then error(what .. "limit: " .. problem, 3) end
  self.rules = rules
end

return options
