-- Reads a file of comma-separated values, row by row, strictly (RFC 4180):
-- the first line names the columns, each line has all of them, quotes are
-- closed on their line. Empty fields are left out of a row.

local function unquote(text, at)
  local parts = {}
  while true do
    local close = text:find('"', at, true)
    if not close then return nil, "a quote is not closed" end
    parts[#parts + 1] = text:sub(at, close - 1)
    if text:sub(close + 1, close + 1) ~= '"' then
      return table.concat(parts, '"'), close + 1
    end
    at = close + 2
  end
end

local function plain(text, at)
  local stop = text:find(",", at, true) or #text + 1
  local field = text:sub(at, stop - 1)
  if field:find('"', 1, true) then return nil, "a quote inside a field" end
  return field, stop
end

local function split(text)
  local fields, at = {}, 1
  while true do
    local field, after
    if text:sub(at, at) == '"' then
      field, after = unquote(text, at + 1)
    else
      field, after = plain(text, at)
    end
    if not field then return nil, after end
    fields[#fields + 1] = field
    if after > #text then return fields end
    if text:sub(after, after) ~= "," then return nil, "text behind a quote" end
    at = after + 1
  end
end

--- An iterator over the rows, as tables by column. Raises, with the number
--- of the line, where a line is not as it should be.
---@param path string
---@return fun(): table<string, string>?
return function(path)
  local file = assert(io.open(path, "r"))
  local number, columns = 0, nil
  local function fields()
    local text = file:read "*l"
    if not text then return nil end
    number = number + 1
    local list, problem = split((text:gsub("\r$", "")))
    if list and columns and #list ~= #columns then
      problem = ("%d columns, not %d"):format(#list, #columns)
    end
    if problem then error(("%s:%d: %s"):format(path, number, problem), 0) end
    return list
  end
  columns = assert(fields(), path .. ": no columns are named")
  return function()
    local list = fields()
    if not list then
      file:close()
      return nil
    end
    local row = {}
    for i, name in ipairs(columns) do
      if list[i] ~= "" then row[name] = list[i] end
    end
    return row
  end
end
