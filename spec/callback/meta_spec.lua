-- The types for editors have the options of the receivers, and their kinds
-- of events are those that there are.

local callback = require "luapay.callback"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local meta = read "lua/luapay/meta/callback.lua"

local function keys(set)
  local list = {}
  for name in pairs(set) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

-- The fields of a class, with those of its parent.
local function fields(class)
  local set = {}
  local head, body = meta:match(
    "\n%-%-%-@class luapay%.callback%." .. class .. "([^\n]*)(.-)\n\n"
  )
  for name in body:gmatch "\n%-%-%-@field ([%w_]+)" do
    set[name] = true
  end
  local parent = head:match ": luapay%.callback%.(%w+)"
  for name in pairs(parent and fields(parent) or {}) do
    set[name] = true
  end
  return set
end

describe("the types of luapay.callback", function()
  for api, class in pairs {
    mobilepay_subscriptions = "SubscriptionsOptions",
    mobilepay_online = "OnlineOptions",
    mobip = "MobipOptions",
    infobip = "InfobipOptions",
  } do
    it("have the options of " .. api, function()
      local _, message = pcall(callback[api], { nonsense = 1 })
      local list = {}
      for name in message:match("there are: (.*)%)"):gmatch "[%w_]+" do
        list[#list + 1] = name
      end
      assert.same(list, keys(fields(class)))
    end)
  end

  it("have the kinds of events that the page has", function()
    local alias = meta:match "@alias luapay%.callback%.Kind\n(.-)\n\n"
    local page = read("doc/callbacks.md"):match "| receiver | kind |.-\n\n"
    for kind in alias:gmatch '"([%w_]+)"' do
      assert.truthy(page:find("`" .. kind .. "`", 1, true), kind)
    end
  end)

  it("have the methods of a store", function()
    for name in pairs(getmetatable(callback.seen.memory()).__index) do
      local method = "function Seen:" .. name .. "("
      assert.truthy(name == "__index" or meta:find(method, 1, true), name)
    end
  end)
end)

describe("doc/callbacks.md", function()
  local page = read "doc/callbacks.md"

  it("names every method of the makers", function()
    for _, name in ipairs { "subscriptions", "online" } do
      local source = read("lua/luapay/callback/make/" .. name .. ".lua")
      for method in source:gmatch "\nfunction Maker:([%w_]+)" do
        assert.truthy(page:find("`" .. method .. "`", 1, true), method)
      end
    end
  end)

  it("names every check that may fail", function()
    local pipe = io.popen "find lua/luapay/callback -name '*.lua'"
    for path in pipe:lines() do
      local source = read(path)
      for code in source:gmatch 'refuse%(%s*%d+,%s*"([%w_]+)"' do
        assert.truthy(page:find("`" .. code .. "`", 1, true), code)
      end
      for code in source:gmatch 'code = "([%w_]+)"' do
        assert.truthy(page:find("`" .. code .. "`", 1, true), code)
      end
    end
    pipe:close()
  end)
end)
