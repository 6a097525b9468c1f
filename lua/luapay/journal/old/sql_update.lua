-- The statement that writes an entry: part of sql.lua's store.

local rows = require "luapay.journal.old.rows"

local unpack = table.unpack or unpack
local update = {}

-- One text for each shape of a statement: a text is looked up faster when it
-- is the same object.
local texts = {}

local function text_of(columns, fence, count)
  local shape = #columns * 100 + count * 2 + (fence and 1 or 0)
  if not texts[shape] then
    texts[shape] = (
      "UPDATE luapay1_entries SET %s = ? "
      .. "WHERE id = ? AND attempt = ?%s AND state IN (%s)"
    ):format(
      table.concat(columns, " = ?, "),
      fence and " AND worker = ?" or "",
      ("?, "):rep(count):sub(1, -3)
    )
  end
  return texts[shape]
end

function update:save(entry, before, states, concluded)
  local bound, columns = {}, concluded and rows.CONCLUDED or rows.MUTABLE
  local at = rows.bind(entry, columns, bound, 1)
  bound[at] = ("%.0f"):format(entry.id)
  bound[at + 1] = ("%d"):format(before)
  if entry.fence then
    at = at + 1
    bound[at + 1] = entry.fence
  end
  for i, state in ipairs(states) do
    bound[at + 1 + i] = state
  end
  local statement = text_of(columns, entry.fence, #states)
  return self.connection:run(statement, unpack(bound, 1, at + 1 + #states))
    == 1
end

return update
