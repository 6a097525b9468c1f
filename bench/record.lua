-- record.lua NAME FILE - writes what a command has printed into the
-- documents, which hold no other figures of it:
--
--   <!-- make bench -->              all that `make bench` printed
--   <!-- make bench: 32 at once -->  the paragraphs that begin like this
--   ```
--   ...
--   ```
--
-- and before it the machine and the day, in <!-- machine -->, a line.

local DOCUMENTS = { "README.md", "doc/performance.md" }

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local function first_line_of(command)
  local pipe = assert(io.popen(command))
  local line = pipe:read "*l"
  pipe:close()
  return line or "?"
end

local function machine()
  local cpu = read("/proc/cpuinfo"):match "model name%s*:%s*([^\n]+)" or "?"
  return ("%s, %s cores, %s; libcurl %s; %s"):format(
    cpu,
    first_line_of "nproc",
    first_line_of ". /etc/os-release && echo $PRETTY_NAME",
    first_line_of "curl-config --version | cut -d' ' -f2",
    os.date "!%Y-%m-%d"
  )
end

-- Those paragraphs of a text that begin with the words.
local function paragraphs(text, words)
  local found = {}
  for paragraph in (text .. "\n\n"):gmatch "(.-)\n\n+" do
    if paragraph:sub(1, #words) == words then found[#found + 1] = paragraph end
  end
  assert(found[1], "no paragraph begins with: " .. words)
  return table.concat(found, "\n\n")
end

local function update(path, name, text)
  local now = read(path)
  local new = now:gsub("<!%-%- ([^\n]-) %-%->\n```\n.-```\n", function(marker)
    local words = marker:sub(#name + 1):match "^: (.+)"
    if marker ~= name and not (words and marker:find(name, 1, true) == 1) then
      return nil
    end
    local chosen = words and paragraphs(text, words) or text
    chosen = chosen:gsub("[ \t]+\n", "\n"):gsub("^%s+", ""):gsub("%s+$", "")
    return ("<!-- %s -->\n```\n%s\n```\n"):format(marker, chosen)
  end)
  if new == now then return end
  new = new:gsub("(<!%-%- machine %-%->\n)[^\n]*", function(marker)
    return marker .. machine()
  end)
  local file = assert(io.open(path, "w"))
  file:write(new)
  file:close()
  print("written: " .. path)
end

local name, text = "make " .. arg[1], read(arg[2])
for _, path in ipairs(DOCUMENTS) do
  update(path, name, text)
end
