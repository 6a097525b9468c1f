-- progress.lua - how far a flow has come: one line on a terminal, which is
-- written again, and plain lines in a log.

local core = require "luapay.core"

local EVERY = 10 -- seconds between lines of a log

local PHASES = {
  plan = "planned",
  send = "sent",
  settle = "asked about",
  wait = "waited for",
}

local function duration(seconds)
  seconds = math.floor(seconds + 0.5)
  if seconds >= 3600 then
    return ("%d:%02d:%02d"):format(
      math.floor(seconds / 3600),
      math.floor(seconds / 60) % 60,
      seconds % 60
    )
  end
  return ("%d:%02d"):format(math.floor(seconds / 60), seconds % 60)
end

local function text_of(progress, total)
  local count, words = 0, {}
  for state, n in pairs(progress.states) do
    count = count + n
    words[#words + 1] = ("%d %s"):format(n, state)
  end
  table.sort(words)
  total = progress.total and progress.total > 0 and progress.total or total
  local parts = {
    ("%s %d%s"):format(
      PHASES[progress.phase] or progress.phase,
      count,
      total and (" of %d"):format(total) or ""
    ),
  }
  if words[1] then parts[#parts + 1] = table.concat(words, ", ") end
  if count > 0 and progress.rate > 0 then
    parts[#parts + 1] = ("%.0f/s"):format(progress.rate)
    local left = progress.left
      or total and math.max(0, total - count) / progress.rate
    if left and not progress.over then
      parts[#parts + 1] = duration(left) .. " left"
    end
  end
  return table.concat(parts, "  ")
end

--- A function for a flow's option `on_progress`.
---@param shell table
---@param total? integer of items, where the flow does not know
---@return fun(progress: table)
return function(shell, total)
  local width = shell.terminals[2]
  local last = core.now()
  return function(progress)
    local text = text_of(progress, progress.phase ~= "wait" and total or nil)
    if width then
      local line = progress.over and "" or text:sub(1, width - 1)
      shell.err:write("\r", line, "\27[K")
      shell.err:flush()
    elseif core.now() - last >= EVERY then
      last = core.now()
      shell:note("%s  %s", os.date "%Y-%m-%d %H:%M:%S", text)
    end
  end
end
