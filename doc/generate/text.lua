-- text.lua - small things of Markdown, and reading and writing of files.

local text = {}

function text.code(s)
  return "`" .. s .. "`"
end

--- A table of Markdown. A column that is empty in every row is left out.
---@param heads string[]
---@param rows string[][]
---@return string
function text.table(heads, rows)
  local used = {}
  for i in ipairs(heads) do
    for _, row in ipairs(rows) do
      used[i] = used[i] or row[i] ~= ""
    end
  end
  local function line(cells)
    local out = {}
    for i in ipairs(heads) do
      if used[i] then
        out[#out + 1] = " " .. cells[i]:gsub("|", "\\|") .. " "
      end
    end
    return "|" .. table.concat(out, "|") .. "|\n"
  end
  local out = { line(heads), (line(heads):gsub("[^|\n]+", "---")) }
  for _, row in ipairs(rows) do
    out[#out + 1] = line(row)
  end
  return table.concat(out)
end

--- Words in lines of at most 79 columns.
function text.wrap(s, before)
  before = before or ""
  local lines, line = {}, before
  for word in s:gmatch "%S+" do
    if line ~= before and #line + 1 + #word > 79 then
      lines[#lines + 1] = line
      line = before
    end
    line = line .. (line == before and "" or " ") .. word
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n") .. "\n"
end

function text.read(path)
  local file = assert(io.open(path, "rb"))
  local s = file:read "*a"
  file:close()
  return s
end

function text.write(path, s)
  local file = assert(io.open(path, "wb"))
  file:write(s)
  file:close()
end

return text
