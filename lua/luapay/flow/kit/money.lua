-- money.lua - what all entries of an item say of its money: one pure
-- function. The journal calls it in the transaction that writes an entry, so
-- that an item, its sums and a report can never say different things.

local decimal = require "luapay.decimal"

local money = {}

local add, compare, sub = decimal.add, decimal.compare, decimal.sub

-- May have been done. The number says which of several is shown.
local OPEN = { parked = 3, unknown = 2, sent = 1 }
money.OPEN = OPEN

local ENDED = { done = true, closed = true, failed = true, compensated = true }
money.ENDED = ENDED

--- What a kind says of the step that an entry is of.
---@param kind table
---@param entry luapay.JournalEntry
---@return table
function money.spec(kind, entry)
  if entry.main and kind.sorts then
    return kind.sorts[entry.details and entry.details.sort]
  end
  local name = entry.main and kind.main or entry.step:match "^[^:]+"
  return kind.steps[name]
    or error(("flow.%s has no step %s"):format(kind.name, name))
end

local NOTHING = {}

local function outcome_of(entry)
  return entry.outcome or NOTHING
end

-- Bounds of what has moved and of what has come back: `low` is certain,
-- `high` possible. `live`: whether something asked for may still move money;
-- true, false or "maybe". All amounts are without their sign.
local function new_bounds(amount)
  return {
    whole = amount,
    low = sub(amount, amount),
    high = sub(amount, amount),
    back_low = sub(amount, amount),
    back_high = sub(amount, amount),
    released_low = sub(amount, amount),
    released_high = sub(amount, amount),
    live = false,
  }
end

local function span(bounds, name, low, high)
  bounds[name .. "low"], bounds[name .. "high"] = low, high
end

local main_step = {}

function main_step.moves(bounds, entry, state)
  local outcome = outcome_of(entry)
  local moved = outcome.moved and decimal.abs(outcome.moved)
  if outcome.doubt or OPEN[state] then
    bounds.high, bounds.live = bounds.whole, "maybe"
  elseif state == "pending" then
    bounds.live = true
    if moved then span(bounds, "", moved, moved) end
  elseif state == "done" or state == "compensated" then
    moved = moved or bounds.whole
    span(bounds, "", moved, moved)
    if state == "compensated" then span(bounds, "back_", moved, moved) end
  end
end

function main_step.asks(bounds, entry, state)
  if outcome_of(entry).doubt or OPEN[state] then
    bounds.live = "maybe"
  else
    bounds.live = state == "pending"
  end
end

function main_step.returns(bounds, entry, state)
  if outcome_of(entry).doubt or OPEN[state] then
    bounds.back_high, bounds.live = bounds.whole, "maybe"
  elseif state == "pending" then
    bounds.live = true
  elseif state == "done" then
    local moved = outcome_of(entry).moved or bounds.whole
    span(bounds, "back_", moved, moved)
  end
end

function main_step.none() end

-- A further step, whole: of all of the item; else of an amount of its own.
local further = {}

function further.moves(bounds, whole, amount, done)
  if whole then
    if not decimal.is_zero(bounds.low) then return end -- the main step says
    bounds.high = bounds.whole
    if done then bounds.low = bounds.whole end
    return
  end
  bounds.high = add(bounds.high, amount)
  if done then bounds.low = add(bounds.low, amount) end
end

function further.returns(bounds, whole, amount, done)
  if whole then
    bounds.back_high = bounds.high
    if done then bounds.back_low = bounds.high end
    return
  end
  bounds.back_high = add(bounds.back_high, amount)
  if done then bounds.back_low = add(bounds.back_low, amount) end
end

function further.releases(bounds, whole, amount, done)
  if whole then
    if bounds.live then bounds.live = not done and "maybe" end
    bounds.released = done
    return
  end
  bounds.released_high = add(bounds.released_high, amount)
  if done then bounds.released_low = add(bounds.released_low, amount) end
end

function further.reserves(bounds, _, _, done)
  if not done then bounds.reserving = true end
end

function further.none() end

-- What is asked for by parts is live until all of it is taken or released.
local function live_of(bounds)
  if bounds.live ~= true then return bounds.live end
  local gone = add(bounds.low, bounds.released_low)
  if compare(gone, bounds.whole) >= 0 then return false end
  gone = add(bounds.high, bounds.released_high)
  return compare(gone, bounds.whole) < 0 or "maybe"
end

-- The first of the five words that holds; in their order.
local function word_of(bounds, effect)
  local zero = decimal.is_zero
  if effect == "none" then return "none" end
  if effect == "returns" then
    if not zero(bounds.back_low) then return "returned" end
    if not zero(bounds.back_high) then return "unknown" end
  elseif not zero(bounds.high) then
    if zero(bounds.low) then return "unknown" end
    if compare(bounds.back_low, bounds.high) >= 0 then return "returned" end
    if compare(bounds.back_high, bounds.low) < 0 then return "moved" end
    return "unknown"
  end
  local live = live_of(bounds)
  if live == "maybe" or bounds.reserving then return "unknown" end
  return live and "asked" or "none"
end

-- The state of the main step, when no step is open.
local function settled_state(main, bounds, effect)
  local state = main.state
  if effect ~= "moves" and effect ~= "asks" then return state end
  local some = not decimal.is_zero(bounds.low)
  local left = state == "pending" and live_of(bounds)
  if some and not left then
    local back = compare(bounds.back_low, bounds.high) >= 0
    return back and "compensated" or "done"
  elseif state == "pending" and not left and not some then
    return "closed"
  end
  return state
end

-- The state to show and whose it is: of what is open, the worst.
local function open_step(kind, entries)
  local worst
  for _, entry in ipairs(entries) do
    local rank = OPEN[entry.state]
    if rank and not money.spec(kind, entry).quiet then
      if not worst or rank > OPEN[worst.state] then worst = entry end
    end
  end
  return worst
end

--- The entry for which a person is needed, and why: "lost" (nobody else can
--- tell), or what its outcome says.
---@param kind table
---@param entries luapay.JournalEntry[]
---@return luapay.JournalEntry? entry
---@return string? why
function money.person(kind, entries)
  local found
  for _, entry in ipairs(entries) do
    local outcome = outcome_of(entry)
    local parked = entry.state == "parked"
    if (parked or outcome.person) and not outcome.accepted then
      if not money.spec(kind, entry).quiet and (parked or not found) then
        found = entry
        if parked then break end
      end
    end
  end
  if not found then return nil end
  return found, outcome_of(found).person or "lost"
end

-- The main step first, then the others as they were written.
local function in_order(entries)
  local list = {}
  for _, entry in ipairs(entries) do
    if entry.main then list[1] = entry end
  end
  for _, entry in ipairs(entries) do
    if not entry.main then list[#list + 1] = entry end
  end
  return list
end

local function signed(amount, negative)
  if negative and not decimal.is_zero(amount) then return "-" .. amount end
  return amount
end

-- What may have moved, and what may have come back, beyond what certainly
-- has: what the provider has not ended may move at any moment.
local function not_certain(bounds, effect)
  local more = sub(bounds.high, bounds.low)
  local back = sub(bounds.back_high, bounds.back_low)
  if effect == "none" then return "0", "0" end
  if bounds.live and effect == "moves" then
    more = sub(bounds.whole, bounds.low)
  elseif bounds.live and effect == "returns" then
    back = bounds.whole
  end
  return more, back
end

--- Whether the journal keeps of an item no more than what it came to.
---@param entries luapay.JournalEntry[]
---@return boolean
function money.is_purged(entries)
  local said = entries[1] and entries[1].summary
  return said ~= nil and said.purged == true
end

-- What an item came to when it was purged.
local function as_it_was(main)
  local said = main.summary
  return {
    state = said.state,
    step = said.step,
    money = said.money,
    moved = said.moved,
    returned = said.returned,
    open = said.open,
    sum = said.sum,
    ended = said.ended,
    needs_person = said.needs_person,
    currency = main.currency,
    amount = main.amount,
  }
end

--- What the entries of an item say, all together.
---@param kind table see doc/flows.md
---@param entries luapay.JournalEntry[] of one item, the main one included
---@return table summary state, step, money, moved, returned, open, ended,
--- needs_person, amount, currency
function money.appraise(kind, entries)
  if money.is_purged(entries) then return as_it_was(entries[1]) end
  local list = in_order(entries)
  local main = list[1]
  local spec = money.spec(kind, main)
  local effect, outcome = spec.effect or "none", outcome_of(main)
  local bounds = new_bounds(decimal.abs(main.amount or "1"))
  local other = outcome.amount and decimal.abs(outcome.amount)
  if other and compare(other, bounds.whole) > 0 then bounds.whole = other end
  main_step[effect](bounds, main, main.state)
  for i = 2, #list do
    local entry = list[i]
    local own = money.spec(kind, entry)
    local done = entry.state == "done"
    if (done or OPEN[entry.state]) and not entry.main then
      local amount = decimal.abs(entry.amount or "0")
      further[own.effect or "none"](bounds, own.whole, amount, done)
    end
  end
  local open = open_step(kind, list)
  local state = open and open.state or settled_state(main, bounds, effect)
  local word = word_of(bounds, effect)
  if outcome.new_word and effect ~= "none" then word = "unknown" end
  local ended = ENDED[state]
    and not (outcome.doubt or outcome.new_word)
    and not (main.details and main.details.held)
  local summary = {
    state = state,
    step = open and open.step or main.step,
    money = word,
    ended = ended or false,
    needs_person = money.person(kind, list) ~= nil,
    currency = main.currency,
    amount = main.amount,
  }
  if main.amount then
    local negative = main.amount:find "^%-" ~= nil
    local more, back = not_certain(bounds, effect)
    summary.moved = signed(bounds.low, negative)
    summary.returned = signed(bounds.back_low, negative)
    summary.open = compare(back, more) > 0 and back or more
    summary.sum = (word == "moved" and summary.moved)
      or (word == "returned" and summary.returned)
      or main.amount
  end
  return summary
end

return money
