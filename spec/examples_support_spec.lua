-- What the examples share: a reader of CSV files, a line of progress.

local csv = require "examples.support.csv"
local progress = require "examples.support.progress"

local path

local function read(text)
  path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  local rows = {}
  for row in csv(path) do
    rows[#rows + 1] = row
  end
  return rows
end

describe("the examples' reader of CSV", function()
  after_each(function()
    os.remove(path)
  end)

  it("gives each line as a table by column", function()
    assert.same(
      { { id = "1", text = "one" }, { id = "2", text = "two" } },
      read "id,text\n1,one\r\n2,two\n"
    )
  end)

  it("takes quotes off, and keeps commas and quotes inside", function()
    assert.same(
      { { id = 'a "b", c', text = "d" } },
      read 'id,text\n"a ""b"", c",d'
    )
  end)

  it("leaves empty fields out", function()
    assert.same({ { id = "1" } }, read 'id,text,more\n1,,""\n')
  end)

  for problem, text in pairs {
    ["2: 1 columns, not 2"] = "id,text\n1\n",
    ["3: 3 columns, not 2"] = "id,text\n1,2\n1,2,3\n",
    ["2: a quote is not closed"] = 'id,text\n1,"2\n',
    ["2: a quote inside a field"] = 'id,text\n1,2"\n',
    ["2: text behind a quote"] = 'id,text\n"1"2,3\n',
    ["no columns are named"] = "",
  } do
    it("refuses a file with its line: " .. problem, function()
      local good, message = pcall(read, text)
      assert.is_false(good)
      assert.truthy(message:find(problem, 1, true), message)
    end)
  end
end)

describe("the examples' line of progress", function()
  local write, flush, written = io.write, io.flush, nil

  local function shown(terminal, told)
    written = {}
    -- luacheck: push ignore 122
    io.write = function(...)
      for _, text in ipairs { ... } do
        written[#written + 1] = text
      end
    end
    io.flush = function() end
    local good, why = pcall(progress("asked", terminal), told)
    io.write, io.flush = write, flush
    -- luacheck: pop
    assert(good, why)
    return table.concat(written)
  end

  local told = {
    states = { pending = 119, failed = 1 },
    total = 250,
    rate = 40,
    left = 63.2,
    over = false,
  }

  it("is a plain line in a log", function()
    assert.equal(
      "asked  120/250  failed 1  pending 119  40/s  1 min 03 s left\n",
      shown(false, told)
    )
  end)

  it("is drawn over the last one on a terminal", function()
    local text = shown(true, told)
    assert.equal("\r", text:sub(1, 1))
    assert.is_nil(text:find "\n")
  end)

  it("ends the line of a terminal when the work is over", function()
    local text = shown(true, { states = { done = 2 }, rate = 0, over = true })
    assert.equal("\rasked  2  done 2\27[K\n", text)
  end)
end)
