-- After a crash, a lost answer, a dead worker: asks the provider about what
-- nobody has written down, before anything is sent.

local recover = {}

local PORTION = 100

--- Settles the orphans of a flow.
---
--- `looks` has a function for each step: look(flow, entry) -> state,
--- outcome; or nil and a fault when the provider could not be asked. A step
--- without one is parked: only a person can find out. A state "unknown"
--- leaves it for later.
---@async
---@param flow table see base.lua
---@param looks table<string, function>
---@return table? report { settled =, parked =, unknown =, entries = {...} }
---@return luapay.Fault? fault of the journal
function recover.run(flow, looks)
  local report = { settled = 0, parked = 0, unknown = 0, entries = {} }
  repeat
    local orphans, err = flow.journal:orphans {
      flow = flow.name,
      run = flow.run_name,
      limit = PORTION,
    }
    if not orphans then return nil, err end
    for _, entry in ipairs(orphans) do
      local good, why = recover.settle(flow, looks, entry, report)
      if not good then return nil, why end
    end
  until #orphans < PORTION
  return report
end

local PARK = "whether it was done can only be found out by a person"

--- Settles one orphan.
---@async
---@return true? settled
---@return luapay.Fault? fault of the journal
function recover.settle(flow, looks, entry, report)
  local look = looks[entry.step:match "^[^:]+"]
  local state, outcome
  if look then
    state, outcome = look(flow, entry)
    if not state then
      state, outcome = "unknown", { asked = tostring(outcome) }
    end
  else
    state, outcome = "parked", { advice = PARK }
  end
  local kept, err = flow.journal:finish(entry, state, outcome)
  if not kept and err.code ~= "lost" then return nil, err end
  local name = (state == "parked" or state == "unknown") and state or "settled"
  report[name] = report[name] + 1
  report.entries[#report.entries + 1] = entry
  return true
end

return recover
