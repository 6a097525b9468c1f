-- CSV as people have it.

local csv = require "luapay.command.files.csv"

-- A file that gives a few bytes at a time, as a pipe may.
local function file_of(text, bytes)
  local at = 1
  return {
    read = function()
      if at > #text then return nil end
      local block = text:sub(at, at + bytes - 1)
      at = at + bytes
      return block
    end,
  }
end

local function read(text, options, bytes)
  local reader = csv.open(file_of(text, bytes or 3), options)
  local list = { reader.header }
  while true do
    local cells, line = reader:next()
    if not cells then return list end
    cells.line = line
    list[#list + 1] = cells
  end
end

describe("CSV", function()
  for name, text in pairs {
    ["line feeds"] = "a,b\n1,2\n3,4\n",
    ["no line end at the end"] = "a,b\n1,2\n3,4",
    ["CR LF"] = "a,b\r\n1,2\r\n3,4\r\n",
    ["CR"] = "a,b\r1,2\r3,4\r",
    ["a byte order mark"] = "\239\187\191a,b\n1,2\n3,4\n",
    ["semicolons"] = "a;b\n1;2\n3;4\n",
    ["tabs"] = "a\tb\n1\t2\n3\t4\n",
    ["Excel's first line"] = "sep=;\r\na;b\r\n1;2\r\n3;4\r\n",
    ["quotes"] = '"a","b"\n"1",2\n3,"4"\n',
    ["spaces around cells"] = "a , b\n 1,2 \n3,4\n",
    ["trailing lines"] = "a,b\n1,2\n3,4\n\n\n,\n , \n",
    ["lines before the first"] = "\n\na,b\n1,2\n3,4\n",
    ["empty lines between"] = "a,b\n1,2\n\n3,4\n",
  } do
    it("may have " .. name, function()
      for bytes = 1, 9 do
        local list = read(text, nil, bytes)
        assert.equal("a b", table.concat(list[1], " "))
        assert.equal("1 2", table.concat(list[2], " "))
        assert.equal("3 4", table.concat(list[3], " "))
        assert.is_nil(list[4])
      end
    end)
  end

  it("may have anything between quotes", function()
    local list = read 'a,b\n"one, ""two""\r\nthree",2\nx,y\n'
    assert.equal('one, "two"\nthree', list[2][1])
    assert.equal(2, list[2].line)
    assert.equal(4, list[3].line)
  end)

  it("keeps spaces between quotes, and empty cells", function()
    assert.same({ " 1 ", "", line = 2 }, read('a,b\n" 1 ",\n')[2])
  end)

  it("is read as Windows has written it, when that is said", function()
    local list = read("a;b\nM\252ller;5 \128\n", {
      encoding = "windows-1252",
    })
    assert.equal("Müller", list[2][1])
    assert.equal("5 €", list[2][2])
  end)

  for name, case in pairs {
    ["a quote without an end"] = { 'a,b\n1,"2\n3,4\n', 2, "does not end" },
    ["text behind a quoted cell"] = { 'a,b\n"1"x,2\n', 2, "behind" },
    ["what is not UTF-8"] = { "a,b\nM\252ller,1\n", 2, "windows-1252" },
    ["UTF-16"] = { "\255\254a\0,\0", 1, "UTF-16" },
    ["a zero byte"] = { "a,b\n1,\0\n", 2, "zero byte" },
    ["nothing at all"] = { "", 1, "empty" },
  } do
    it("is refused by its line for " .. name, function()
      local good, err = pcall(read, case[1])
      assert.is_false(good)
      assert.equal(case[2], err.line)
      assert.truthy(err.message:find(case[3], 1, true), err.message)
    end)
  end

  it("is written so that it is read again", function()
    local cells = { 'a "b", c', "two\nlines", "-5.00", " x" }
    local text = csv.line(cells, 4)
    cells.line = 2
    assert.same(cells, read("a,b,c,d\n" .. text)[2])
  end)

  it("is written without formulas", function()
    assert.equal("'=HYPERLINK(1)", csv.cell "=HYPERLINK(1)")
    assert.equal("'-x", csv.cell "-x")
    assert.equal("-5.00", csv.cell "-5.00")
  end)
end)
