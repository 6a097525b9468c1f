-- doc/traps.md and these specs name the same traps.

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

-- Not on the wire.
local WITHOUT_SPEC = {
  ["I-17"] = true,
  ["M-47"] = true,
  ["M-54"] = true,
  ["M-55"] = true,
}

local SPECS = { I = "infobip", M = "mobip", P = "mobilepay" }

describe("doc/traps.md", function()
  local doc = read "doc/traps.md"

  for letter, name in pairs(SPECS) do
    local specs = read("spec/traps/" .. name .. "_spec.lua")
      .. read "spec/traps/callbacks_spec.lua"

    it("has a spec for each trap of " .. name, function()
      local number = 0
      for id in doc:gmatch("\n| (" .. letter .. "%-%d+) |") do
        number = number + 1
        assert.equal(letter .. "-" .. number, id)
        local word = id:gsub("%-", "%%-")
        local found = specs:find('"' .. word .. '[:,"]')
          or specs:find('"%u%-%d[%w, -]*, ' .. word .. "[:,]")
        assert.equal(not WITHOUT_SPEC[id], found ~= nil, id)
      end
      assert.truthy(number >= 20)
    end)
  end
end)
