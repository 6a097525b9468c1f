-- What must always hold, by the books of the provider and the acquirer
-- alone. Nothing here is taken from the code of the flows.
--
-- A scenario's `books(world)` gives for each key (run/reference) a book:
--   bookings   by id: { moved =, returned =, live = } in units (amounts.lua)
-- The sums are made here. `live`: a request or reservation that may still
-- bring money.

local amounts = require "spec.simulation.amounts"

local invariants = {}

local STATES = {
  planned = true,
  sent = true,
  pending = true,
  done = true,
  closed = true,
  failed = true,
  unknown = true,
  parked = true,
  compensated = true,
}

local MONEY =
  { unknown = true, returned = true, moved = true, asked = true, none = true }

local NOTHING = { moved = 0, returned = 0, live = false, standing = 0 }

function invariants.key(run, reference)
  return (run or "") .. "/" .. reference
end

-- The sums of one key's bookings.
local function sum(book)
  local out = { moved = 0, returned = 0, live = false, standing = 0, ids = 0 }
  for _, booking in pairs(book.bookings) do
    local moved, returned = booking.moved or 0, booking.returned or 0
    out.moved = out.moved + math.abs(moved)
    out.returned = out.returned + math.abs(returned)
    out.live = out.live or booking.live or false
    out.ids = out.ids + 1
    if booking.live or math.abs(moved) > math.abs(returned) then
      out.standing = out.standing + 1
    end
  end
  return out
end

-- The word for the money, from the books.
local function word_of(sums, scenario)
  if scenario.word then return scenario.word(sums) end
  if sums.moved > 0 then
    return sums.returned >= sums.moved and "returned" or "moved"
  end
  return sums.live and "asked" or "none"
end

local function differs(a, b)
  return not a
    or a.moved ~= b.moved
    or a.returned ~= b.returned
    or a.live ~= b.live
    or a.standing ~= b.standing
end

-- Which request made a booking, and which took it back: when it was sent,
-- and by whom.
local function note_origin(world, book)
  local exchange = world.acting
  local origin = {
    at = exchange and exchange.sent_at or world:now(),
    process = exchange and exchange.process,
  }
  for id, booking in pairs(book.bookings) do
    world.origins[id] = world.origins[id] or origin
    if (booking.returned or 0) ~= 0 and not world.return_origins[id] then
      world.return_origins[id] = origin
    end
    if (booking.moved or 0) ~= 0 and not world.move_origins[id] then
      world.move_origins[id] = origin
    end
  end
end

-- Whether a request counts against a claim: it was this process's own, or
-- had left when the verb was called. What others begin meanwhile is theirs.
local function counts(claim, origin)
  if origin.at > claim.at then return false end
  return origin.process == claim.process or origin.at < claim.began
end

-- Whether the provider has taken back a final word of its own: the item
-- changes when that is read, and such are counted apart.
local function has_turned(world, key)
  return world.scenario.turned_at and world.scenario.turned_at(world, key)
end

local function turned(world, key)
  if not has_turned(world, key) then return false end
  world:count "claims that the provider broke"
  return true
end

-- A claim "nothing came of it, and nothing will": does it still hold?
local function check_claims(world, key, book)
  for _, claim in ipairs(world.claims[key] or {}) do
    for id, booking in pairs(book.bookings) do
      local left = math.abs(booking.moved or 0)
        - math.abs(booking.returned or 0)
      local wrong, origin = left > 0 or booking.live, world.origins[id]
      if claim.wanted == "returned" then
        wrong = (booking.returned or 0) ~= 0
        origin = world.return_origins[id]
      elseif claim.wanted == "captured" then
        wrong = (booking.moved or 0) ~= 0
        origin = world.move_origins[id]
      end
      if
        wrong
        and counts(claim, origin)
        and not claim.broken
        and not world:excuse(key)
        and not turned(world, key)
      then
        claim.broken = true
        world:problem(
          '%s: %s said "failed" at %.3f, but %s stands',
          key,
          claim.verb,
          claim.at - world.first_moment,
          id
        )
      end
    end
  end
end

-- 1, 2, 3: never more than was meant, never twice.
local function check_book(world, key, sums)
  local meant = world.scenario.meant(world, key)
  if not meant then
    return world:problem("%s is booked, and nobody asked for it", key)
  end
  if world:excuse(key) then return end
  if sums.moved - sums.returned > meant then
    world:double(
      key,
      ("%s: %s moved, %s meant"):format(
        key,
        amounts.text(sums.moved - sums.returned),
        amounts.text(meant)
      )
    )
  end
  if sums.standing > 1 then
    world:double(key, ("%s stands %d times"):format(key, sums.standing))
  end
  if sums.returned > sums.moved and not world.scenario.only_returns then
    world:problem(
      "%s: %s returned, %s moved",
      key,
      amounts.text(sums.returned),
      amounts.text(sums.moved)
    )
  end
end

--- Reads the books, keeps what changed, checks what the books alone show.
function invariants.observe(world)
  local books = world.scenario.books(world)
  for key, book in pairs(books) do
    local sums = sum(book)
    note_origin(world, book)
    local past = world.past[key]
    if not past then
      past = {}
      world.past[key] = past
    end
    if differs(past[#past], sums) then
      sums.at, sums.word = world:now(), word_of(sums, world.scenario)
      past[#past + 1] = sums
      world:write(
        "    books: %s moved %s returned %s%s",
        key,
        amounts.text(sums.moved),
        amounts.text(sums.returned),
        sums.live and " live" or ""
      )
      check_book(world, key, sums)
    end
    check_claims(world, key, book)
  end
  world.books = books
end

--- What the books have of a key now.
function invariants.now(world, key)
  local past = world.past[key]
  return past and past[#past] or NOTHING
end

-- Whether an item fits what the books had at a time: its word, and its sums.
local function fits(world, item, then_)
  local word = item.money
  if word ~= "unknown" and word ~= (then_.word or "none") then
    return false, "word"
  end
  -- where the journal cannot be read, nothing is known
  if word == "unknown" and item.open == nil then return true end
  local moved = amounts.read(item.moved) or 0
  local returned = amounts.read(item.returned) or 0
  local open = amounts.read(item.open) or 0
  if world.scenario.only_returns then moved = then_.moved end
  if moved > then_.moved or then_.moved > moved + open then
    return false, "moved"
  end
  if returned > then_.returned or then_.returned > returned + open then
    return false, "returned"
  end
  return true
end

-- Whether it fits what the books had at any time from `since` on; else what
-- is wrong with it now.
local function fitted(world, key, item, since)
  local past = world.past[key] or {}
  local upto, what = math.huge, nil
  for i = #past, 1, -1 do
    if upto < since then return false, what end
    local good, why = fits(world, item, past[i])
    if good then return true end
    what, upto = what or why, past[i].at
  end
  if upto < since then return false, what end
  local good, why = fits(world, item, NOTHING)
  return good, what or why
end

-- What nobody has ended may go on while nobody looks, but not further than
-- its `open` says.
local function exceeds(world, key, item)
  if item.ended or has_turned(world, key) then return nil end
  local now = invariants.now(world, key)
  local open = amounts.read(item.open) or 0
  local moved = amounts.read(item.moved) or 0
  local returned = amounts.read(item.returned) or 0
  if not world.scenario.only_returns and now.moved > moved + open then
    return "moved"
  end
  -- what had moved may be given back elsewhere
  if item.money == "moved" then return nil end
  return now.returned > returned + open and "returned" or nil
end

-- Since when the item's word may have been true: its `seen_at`, by a clock
-- that may be wrong; where only luapay moves money: now.
local function valid_since(world, item, began)
  local since = began or world:now()
  if world.scenario.moved_by_others and item.seen_at then
    local slack = 2 * world.skew + world.scenario.moved_by_others
    since = math.min(since, item.seen_at - slack)
  elseif world.scenario.moved_by_others then
    since = world.first_moment
  end
  return since
end

local function check_shape(world, key, item)
  local bad
  if not STATES[item.state] then
    bad = "state " .. tostring(item.state)
  elseif not MONEY[item.money] then
    bad = "money " .. tostring(item.money)
  elseif type(item.ended) ~= "boolean" then
    bad = "ended " .. tostring(item.ended)
  elseif type(item.needs_person) ~= "boolean" then
    bad = "needs_person " .. tostring(item.needs_person)
  elseif item.needs_person and (item.advice or "") == "" then
    bad = "needs_person without advice"
  elseif not item.needs_person and item.advice then
    bad = "advice, and needs nobody: " .. tostring(item.advice)
  end
  for _, name in ipairs { "moved", "returned", "open" } do
    if item[name] ~= nil and not amounts.read(item[name]) then
      bad = name .. " " .. tostring(item[name])
    end
  end
  if bad then world:problem("%s: item has %s", key, bad) end
  return not bad
end

--- 4, 8: an item says what the books show, or "unknown".
---@param item table
---@param began? number when the verb that returned it was called
---@param from string who said it
function invariants.item(world, item, began, from)
  local key = invariants.key(item.run, item.reference)
  if not check_shape(world, key, item) or world:excuse(key) then return end
  local now = invariants.now(world, key)
  local good, what = fitted(world, key, item, valid_since(world, item, began))
  if good and not began then
    what = exceeds(world, key, item)
    good = not what
  end
  if good then return end
  world:problem(
    "%s: %s says %s/%s (moved %s, returned %s, open %s); the books say %s"
      .. " (moved %s, returned %s): wrong is %s",
    key,
    from,
    item.state,
    item.money,
    tostring(item.moved),
    tostring(item.returned),
    tostring(item.open),
    now.word or "none",
    amounts.text(now.moved),
    amounts.text(now.returned),
    what
  )
end

--- A verb has said "failed" of this key: nothing of what was sent before now
--- may come about later.
---@param wanted string "moved", "captured" or "returned"
---@param call table process, began
function invariants.claim(world, key, verb, wanted, call)
  local list = world.claims[key]
  if not list then
    list = {}
    world.claims[key] = list
  end
  list[#list + 1] = {
    at = world:now(),
    verb = verb,
    wanted = wanted,
    process = call.process,
    began = call.began,
  }
  if world.books and world.books[key] then
    check_claims(world, key, world.books[key])
  end
end

--- Makes a world ready for all of this.
function invariants.open(world)
  world.past, world.claims = {}, {}
  world.origins, world.move_origins, world.return_origins = {}, {}, {}
  world.excused, world.doubles = {}, {}
end

return invariants
