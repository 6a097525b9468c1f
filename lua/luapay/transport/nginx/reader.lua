-- reader.lua - what has come of an answer and is not read yet. A
-- source has a method `more` that brings the next piece, or nil and why not;
-- here it gets a field `rest`, what is left to read.

local find, sub = string.find, string.sub

local nginx_reader = {
  LARGE_HEAD = "the answer's headers are too large",
  GARBAGE = "the server's answer is not HTTP",
}

local CUT = "the connection ended before the whole answer was here"

-- Appends a piece to what is left to read.
local function fill(reader)
  local piece, why = reader:more()
  if not piece then
    return nil, why == "closed" and reader.begun and CUT or why
  end
  reader.begun = true
  local rest = reader.rest
  reader.rest = rest == "" and piece or rest .. piece
  return true
end

--- What is left, up to and with the next `mark`, which ends at a position
--- of no more than `most`. Returns the text and that position; behind it
--- stands what is left.
function nginx_reader.take_until(reader, mark, most)
  local from = 1
  while true do
    local rest = reader.rest
    local _, last = find(rest, mark, from, true)
    if (last or #rest) > most then return nil, nginx_reader.LARGE_HEAD end
    if last then
      reader.rest = sub(rest, last + 1)
      return rest, last
    end
    if not reader.begun_well and #rest >= 7 then
      if sub(rest, 1, 7) ~= "HTTP/1." then return nil, nginx_reader.GARBAGE end
    end
    from = math.max(1, #rest - #mark + 2)
    local ok, why = fill(reader)
    if not ok then return nil, why end
  end
end

--- Exactly n bytes.
function nginx_reader.take(reader, n)
  local rest = reader.rest
  local have = #rest
  if have >= n then
    reader.rest = have == n and "" or sub(rest, n + 1)
    return have == n and rest or sub(rest, 1, n)
  end
  local parts, count = { rest }, 1
  while have < n do
    local piece, why = reader:more()
    if not piece then return nil, why == "closed" and CUT or why end
    count, have = count + 1, have + #piece
    parts[count] = piece
  end
  local text = table.concat(parts)
  reader.rest = sub(text, n + 1)
  return have == n and text or sub(text, 1, n)
end

return nginx_reader
