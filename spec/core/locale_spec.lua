-- The host's locale may have a decimal comma, and may be set at any time.
-- Locales are the process's own, so this runs in another one.

local PROGRAM = [[
local json = require "luapay.json"
local luapay = require "luapay"
local said = {}
local core = require "luapay.core"
local function look()
  local ours = core.decode('[1.5,1001,1002,25e-1]') or {}
  local free = json.decode('[1.5,1001,1002,25e-1]') or {}
  local sent = luapay.money(12.5, "EUR")
  said[#said + 1] = table.concat(ours, "/") == table.concat(free, "/")
    and #free == 4 and ours[1] == 3 / 2 and "alike" or "unlike"
  said[#said + 1] = sent and sent.decimal or "none"
end
look()
assert(os.setlocale("de_DE.UTF-8", "numeric"))
look()
require("cjson").new() -- the host's own, made under its comma
assert(os.setlocale("C", "numeric"))
look()
require("cjson").new()
assert(os.setlocale("de_DE.UTF-8", "numeric"))
look()
print(table.concat(said, " "))
]]

local function output_of(command)
  local pipe = io.popen(command)
  local text = pipe:read "*a"
  pipe:close()
  return text
end

-- A folder with a German locale in it, or nil where none can be made.
local function make_locale()
  local folder = os.tmpname()
  os.remove(folder)
  local made = output_of(
    ("mkdir %s && localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>&1;"):format(
      folder,
      folder
    ) .. (" test -d %s/de_DE.UTF-8 && echo made"):format(folder)
  )
  return folder, made:find "made\n$" ~= nil
end

describe("a locale with a decimal comma", function()
  local folder, made

  lazy_setup(function()
    folder, made = make_locale()
  end)
  lazy_teardown(function()
    os.execute("rm -r " .. folder)
  end)

  it("changes nothing, though it is set after loading", function()
    if not made then return pending "no German locale can be made here" end
    local program = folder .. "/program.lua"
    local file = assert(io.open(program, "w"))
    file:write(("package.path = %q\n"):format(package.path))
    file:write(("package.cpath = %q\n"):format(package.cpath), PROGRAM)
    file:close()
    local interpreter = arg[-1] or "lua"
    for i = -1, -9, -1 do
      if arg[i] then interpreter = arg[i] end
    end
    assert.equal(
      ("alike 12.50 "):rep(4):sub(1, -2) .. "\n",
      output_of(("LOCPATH=%s %s %s 2>&1"):format(folder, interpreter, program))
    )
  end)
end)
