-- asked_note.lua - what is learned of a thing that somebody was asked for:
-- by a callback, or by asking. A late or repeated word moves nothing back.

local fault = require "luapay.fault"

local note = { result = require "luapay.flow.asked_result" }

--- The entry of a thing.
---@async
---@param flow table
---@param kind table see asked.lua
---@param reference string
---@return luapay.JournalEntry|false|nil entry false: there is none
---@return luapay.Fault? fault
function note.find(flow, kind, reference)
  return flow.journal:find {
    flow = flow.name,
    run = flow.run_name,
    reference = reference,
    step = kind.step,
  }
end

--- The same, where there must be one.
---@async
---@return luapay.JournalEntry? entry
---@return luapay.Fault? fault kind "journal", code "absent": there is none
function note.get(flow, kind, reference)
  local entry, err = note.find(flow, kind, reference)
  if entry then return entry end
  return nil,
    err or fault.new {
      kind = "journal",
      code = "absent",
      endpoint = "flow." .. flow.name,
      message = tostring(reference) .. " is not in the journal",
    }
end

-- Whether a status is news for an entry.
local function is_news(kind, entry, status)
  local state = kind.states[status]
  if not state or entry.status == status then return false end
  if state ~= "pending" then return true end
  return entry.state == "pending"
    and (kind.ranks[status] or 0) > (kind.ranks[entry.status] or 0)
end

local PENDING = { "pending" }

-- Somebody else has moved it meanwhile: how does it stand?
local function reload(flow, entry)
  local now, err = flow.journal:find {
    flow = entry.flow,
    run = entry.run,
    reference = entry.reference,
    step = entry.step,
  }
  if now == nil then return nil, err end
  for name, value in pairs(now or {}) do
    entry[name] = value
  end
  return false
end

--- Writes down the provider's word for a thing, if that is news.
---@async
---@param flow table
---@param kind table
---@param entry luapay.JournalEntry is changed when it has moved
---@param status string the provider's word, in one spelling
---@param extra? table more to keep
---@return boolean? moved
---@return luapay.Fault? fault of the journal
function note.status(flow, kind, entry, status, extra)
  local moved, err = false, nil
  if is_news(kind, entry, status) then
    local outcome = { status = status }
    for name, value in pairs(entry.outcome or {}) do
      if outcome[name] == nil then outcome[name] = value end
    end
    for name, value in pairs(extra or {}) do
      outcome[name] = value
    end
    if kind.enrich then kind.enrich(entry, status, outcome) end
    local from = kind.from and kind.from[status] or PENDING
    local state = kind.states[status]
    moved, err = flow.journal:advance(entry, from, state, outcome)
    if moved == false then
      moved, err = reload(flow, entry)
    end
  end
  if moved ~= nil and kind.after then
    local good, why = kind.after(flow, entry, status)
    if not good and why then return nil, why end
  end
  return moved, err
end

--- Asks the provider about a thing, and writes down what it says.
---@async
---@return true? asked
---@return luapay.Fault? fault
function note.ask(flow, kind, entry)
  local status, err = kind.ask(flow, entry)
  if not status then return nil, err end
  local moved, why = note.status(flow, kind, entry, status)
  if moved == nil then return nil, why end
  return true
end

--- Takes an event of luapay.callback: see the flows.
---@async
---@param flow table
---@param kind table
---@param event luapay.callback.Event
---@return luapay.JournalEntry|false|nil entry
---@return luapay.Fault? fault
function note.event(flow, kind, event)
  local id = kind.events[event.kind] and event[kind.id]
  if event.api ~= "mobilepay_subscriptions" or not id then return false end
  local entry, err = flow.journal:find {
    flow = flow.name,
    provider_id = id,
    step = kind.step,
  }
  if not entry then return entry, err end
  local moved, why = note.status(flow, kind, entry, event.status, {
    status_code = event.status_code,
    text = event.text,
  })
  if moved == nil then return nil, why end
  return entry
end

--- A person says which of the provider's things an open entry is.
---@async
---@param flow table
---@param kind table
---@param reference string
---@param id string
---@return table? result
---@return luapay.Fault? fault kind "journal", code "absent" or "settled"
function note.identify(flow, kind, reference, id)
  local entry, err = note.get(flow, kind, reference)
  if not entry then return nil, err end
  local moved, why = flow.journal:advance(
    entry,
    { "parked", "unknown" },
    "pending",
    { provider_id = id, status = kind.first }
  )
  if moved == nil then return nil, why end
  if not moved then
    return nil,
      fault.new {
        kind = "journal",
        code = "settled",
        endpoint = "flow." .. flow.name,
        message = reference .. " is neither parked nor unknown",
      }
  end
  note.ask(flow, kind, entry)
  return note.result(entry)
end

return note
