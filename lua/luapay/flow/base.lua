-- What all flows have: a client, a journal, a name for the run, and time
-- that can be replaced.

local check = require("luapay.options").check

local base = {}

local COMMON = {
  client = { type = "table", required = true },
  journal = { type = "table", required = true },
  run = { type = "string", default = "" },
  call = { type = "table" },
  clock = { type = "function" },
  sleep = { type = "function" },
  on_progress = { type = "function" },
}

local function merged(own)
  local rules = {}
  for name, rule in pairs(COMMON) do
    rules[name] = rule
  end
  for name, rule in pairs(own or {}) do
    rules[name] = rule
  end
  return rules
end

--- Makes a flow of its checked options.
---
--- Every flow takes: `client`, `journal`, `run` (a name for what belongs
--- together: references are told apart within a run; ""), `call` (options of
--- each call), `clock` (seconds since 1970; the journal's), `sleep` (the
--- transport's), `on_progress` (see progress.lua).
---@param name string "topup"
---@param methods table
---@param given table
---@param own? table rules of the flow's own options: see luapay.options
---@return table
function base.new(name, methods, given, own)
  local self = check("luapay.flow." .. name, given, merged(own), 4)
  self.name = name
  self.run_name, self.run = self.run, nil -- `run` is a method
  self.clock = self.clock or self.journal.clock
  self.sleep = self.sleep
    or function(seconds)
      return self.client:transport():sleep(seconds)
    end
  return setmetatable(self, { __index = methods })
end

return base
