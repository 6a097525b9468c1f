-- Compares what a provider has booked with what the journal says.

local books = {}

local function by(list, name)
  local map = {}
  for _, item in ipairs(list) do
    map[item[name]] = map[item[name]] or {}
    table.insert(map[item[name]], item)
  end
  return map
end

-- What the provider must have for a state of an entry: at least, at most.
local BOUNDS = {
  done = { 1, 1 },
  pending = { 1, 1 },
  compensated = { 1, 1 },
  failed = { 0, 0 },
  planned = { 0, 0 },
  parked = { 0, 1 },
}

-- One entry, and what the provider has under its reference.
local function judge(entry, rows, undone)
  local bounds, n = BOUNDS[entry.state], #rows
  if not bounds then return nil end -- counted as unsettled
  if n < bounds[1] then return "is not booked" end
  if n > bounds[2] then return ("is booked %d times"):format(n) end
  local row = rows[1]
  if not row or entry.state == "parked" then return nil end
  if tostring(row.id) ~= tostring(entry.provider_id) then
    return ("has id %s there"):format(row.id)
  end
  local is_undone = undone[row.id] or false
  if is_undone ~= (entry.state == "compensated") then
    return is_undone and "was taken back there" or "was not taken back there"
  end
end

--- Adds a sentence for each disagreement.
---@param problems string[]
---@param compared table entries, step, booked (list of { reference, id }),
--- undone (ids that were taken back)
function books.compare(problems, compared)
  local booked = by(compared.booked, "reference")
  for _, entry in ipairs(compared.entries) do
    if entry.step == compared.step then
      local rows = booked[entry.reference] or {}
      local problem = judge(entry, rows, compared.undone or {})
      if problem then
        problems[#problems + 1] = ("%s/%s is %s, but %s"):format(
          entry.reference,
          entry.step,
          entry.state,
          problem
        )
      end
      booked[entry.reference] = nil
    end
  end
  for reference in pairs(booked) do
    problems[#problems + 1] = reference .. " is booked, but not in the journal"
  end
end

return books
