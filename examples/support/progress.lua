-- Shows how far long work has come: for the option on_progress of a flow.
-- One line that is drawn anew on a terminal, plain lines in a log.

local function is_terminal()
  local good = os.execute "test -t 1"
  return good == true or good == 0 -- Lua 5.1 has the exit code
end

local function duration(seconds)
  local whole = math.floor(seconds + 0.5)
  if whole < 60 then return ("%d s"):format(whole) end
  return ("%d min %02d s"):format(math.floor(whole / 60), whole % 60)
end

--- "asked  120/250  pending 119  failed 1  40/s  3 s left"
local function line_of(label, told)
  local parts, handled, words = {}, 0, {}
  for word in pairs(told.states) do
    words[#words + 1] = word
  end
  table.sort(words)
  for _, word in ipairs(words) do
    local count = told.states[word]
    handled = handled + count
    parts[#parts + 1] = ("%s %d"):format(word, count)
  end
  table.insert(
    parts,
    1,
    told.total and ("%d/%d"):format(handled, told.total)
      or ("%d"):format(handled)
  )
  if told.rate > 0 then parts[#parts + 1] = ("%.0f/s"):format(told.rate) end
  if told.left and told.left > 0 then
    parts[#parts + 1] = duration(told.left) .. " left"
  end
  return label .. "  " .. table.concat(parts, "  ")
end

--- Makes a function that shows what it is told.
---@param label string
---@param terminal? boolean whether to draw; found out when it is not said
---@return fun(told: luapay.Progress)
return function(label, terminal)
  if terminal == nil then terminal = is_terminal() end
  return function(told)
    local line = line_of(label, told)
    if terminal then
      io.write("\r", line, "\27[K", told.over and "\n" or "")
    else
      io.write(line, "\n")
    end
    io.flush()
  end
end
