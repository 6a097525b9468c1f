-- How far one item has to go: a reader follows it through so many files.

local way = require "bench.way"

-- A compiled loop calls no hook.
local it = rawget(_G, "jit") and pending or it

describe("the way through flow/", function()
  for name, case in pairs {
    ["of one item of a top-up"] = { way.TOPUP, 6 },
    ["of one row of a batch"] = { way.BATCH, 8 },
  } do
    it(("%s has at most %d files"):format(name, case[2]), function()
      local files = way.of(case[1]())
      assert.is_true(#files <= case[2], table.concat(files, " "))
      assert.is_true(#files > 3)
    end)
  end
end)
