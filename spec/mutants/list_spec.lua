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

  it("can be made, and can be compiled", function()
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

  it("change nothing only for a reason", function()
    for _, group in ipairs(equivalent) do
      for i = 2, #group do
        assert.is_true(#group[i][1] > 20, group[i][2])
      end
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
