-- Names by which items and sums are told apart.

local keys = {}

--- The name of an item.
---@return luapay.journal.Key
function keys.new(account, flow, run, reference)
  return { account = account, flow = flow, run = run, reference = reference }
end

--- It as one text; the order of these texts is the order in which items are
--- read and written by everybody.
---@param key luapay.journal.Key
---@return string
function keys.text(key)
  return key.account
    .. "\0"
    .. key.flow
    .. "\0"
    .. key.run
    .. "\0"
    .. key.reference
end

--- The columns by which kept sums are told apart.
keys.OF_SUM = {
  "account",
  "flow",
  "run",
  "plan",
  "state",
  "money",
  "needs_person",
  "ended",
  "currency",
}

--- The name of a kept sum, as one text.
---@param sum table
---@return string
function keys.of_sum(sum)
  local texts = {}
  for i, name in ipairs(keys.OF_SUM) do
    texts[i] = tostring(sum[name])
  end
  return table.concat(texts, "\0")
end

return keys
