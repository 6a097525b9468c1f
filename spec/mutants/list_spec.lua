local choose = require "spec.mutants.choose"
local equivalent = require "spec.mutants.equivalent"
local list = require "spec.mutants.list"
local rooms = require "spec.mutants.rooms"

describe("the bugs that make mutants puts into the code", function()
  local bugs = choose.all(rooms, list, equivalent)

  it("are sixty that people thought of, and more", function()
    local count = 0
    for _, bug in ipairs(bugs) do
      if bug.listed then count = count + 1 end
    end
    assert.is_true(count >= 60, tostring(count))
  end)

  it("are two hundred that operators make, and more", function()
    local count = 0
    for _, bug in ipairs(bugs) do
      if not bug.listed then count = count + 1 end
    end
    assert.is_true(count >= 200, tostring(count))
  end)

  -- Whoever changes such a line, changes spec/mutants/list.lua with it.
  it("can still be made: their line stands in the code", function()
    for _, bug in ipairs(bugs) do
      local name = ("%s: %s: %s"):format(bug.file, bug.what, bug.line)
      assert(bug.number, name)
      local changed = choose.apply(choose.read(bug.file), bug)
      assert.is_not_nil(changed, name)
      assert.not_equal(bug.line, bug.to, name)
      if bug.file:find "%.lua$" then
        assert((loadstring or load)(changed), name)
      end
    end
  end)

  it("and are known to change nothing only where they can be made", function()
    for _, known in ipairs(equivalent) do
      assert(
        ("\n" .. choose.read(known.file)):find(
          "\n" .. known.line .. "\n",
          1,
          true
        ),
        known.file .. ": " .. known.line
      )
      assert.is_true(#known.reason > 20, known.line)
    end
  end)

  it("come in tenths: each is in a tenth of all commits", function()
    local count = 0
    for i = 1, 50 do
      count = count + #choose.tenth(bugs, "commit " .. i)
    end
    local share = count / 50 / #bugs
    assert.is_true(share > 0.08 and share < 0.12, tostring(share))
  end)
end)
