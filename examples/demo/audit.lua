-- Compares what the caller believes with what the provider has booked.

local audit = {}

--- An empty set of beliefs and expectations.
function audit.new()
  local seen = { beliefs = {}, expected = {}, shown = 0 }
  function seen.expect(what, holds)
    seen.expected[#seen.expected + 1] = { what = what, holds = holds }
  end
  return seen
end

--- Notes what a report says of its orders.
function audit.believe(seen, orders, report)
  for i, item in ipairs(report.items) do
    table.insert(seen.beliefs, {
      money = item.money,
      tried = item.fault ~= nil or item.money ~= "none",
      description = orders[i].description,
      id = item.provider_id,
    })
  end
end

-- The bookings by transaction: credits, and how often each was undone.
local function index(ledger)
  local credits, undone, sent = {}, {}, {}
  for _, row in ipairs(ledger) do
    if row.reverses then
      local id = tostring(row.reverses)
      undone[id] = (undone[id] or 0) + 1
    else
      credits[tostring(row.transactionId)] = row
      sent[row.description] = (sent[row.description] or 0) + 1
    end
  end
  return credits, undone, sent
end

-- Whether every belief that is certain is what the ledger says.
local function all_true(seen, ledger)
  local credits, undone = index(ledger)
  for _, belief in ipairs(seen.beliefs) do
    local times = belief.id and undone[belief.id] or 0
    if belief.money == "moved" or belief.money == "returned" then
      local wanted = belief.money == "moved" and 0 or 1
      if not credits[belief.id] or times ~= wanted then return false end
    end
  end
  return true
end

-- Whether the ledger has as many credits of each description as were
-- believed to be there, the unknown ones exactly once.
local function none_more(seen, ledger)
  local _, _, sent = index(ledger)
  for _, belief in ipairs(seen.beliefs) do
    local there = belief.money ~= "none"
    local name = belief.description
    sent[name] = (sent[name] or 0) - (there and 1 or 0)
  end
  for _, rest in pairs(sent) do
    if rest ~= 0 then return false end
  end
  return true
end

-- Whether each order that was tried went to the provider exactly once.
local function sent_once(seen, requests)
  local tried = 0
  for _, belief in ipairs(seen.beliefs) do
    if belief.tried then tried = tried + 1 end
  end
  for _, request in ipairs(requests) do
    if request.endpoint == "add_funds" then tried = tried - 1 end
  end
  return tried == 0
end

--- Says what was checked and whether it holds.
---@return boolean good
function audit.conclude(seen, provider, show)
  local ledger, good = provider:ledger(), true
  local sound, broken = provider:check()
  seen.expect(
    "what luapay reported is what the provider booked",
    all_true(seen, ledger)
  )
  seen.expect(
    "each order was sent once, the lost one too",
    sent_once(seen, provider:requests())
  )
  seen.expect(
    "nothing was booked twice, nothing beside the reports",
    none_more(seen, ledger)
  )
  seen.expect("balances are the sums of their bookings", sound)
  show.title("Checked")
  for _, check in ipairs(seen.expected) do
    good = good and check.holds or false
    show.row(
      "%s %s",
      show.state(check.holds and "ok" or "BROKEN", 6),
      check.what
    )
  end
  for _, what in ipairs(broken or {}) do
    show.row("       %s", what)
  end
  print()
  show.say(
    "ledger: %d bookings, balances add up, nothing lost, "
      .. "nothing twice: %s",
    #ledger,
    show.state(good and "ok" or "BROKEN")
  )
  return good
end

return audit
