-- page.lua - lists that come in pages. A page is what the provider has
-- answered, and knows how to get the next one.

local page = {}

-- All elements of a page, whether the provider sent one part or several.
local function items_of(result, name)
  local items = {}
  for _, part in ipairs(result) do
    local list = type(part) == "table" and part[name]
    for _, item in ipairs(type(list) == "table" and list or {}) do
      items[#items + 1] = item
    end
  end
  return items
end

--- The arguments of a page, kept as they are now for the next one.
---@param args table
---@return table
function page.args(args)
  local own = {}
  for name, value in next, args do
    own[name] = value
  end
  return own
end

--- Gives a result `items()`, `next()` and `number`. `next()` returns the
--- next page, or nil behind the last one, which is empty: a page that is
--- shorter than was asked for is not the last, for a list moves while it is
--- read. To go on another day, ask for `pageNumber = number + 1`.
---@param result table what the provider has answered: a list of parts
---@param endpoint table see row.lua
---@param args table those of this page
---@param fetch async fun(args: table): table?, luapay.Fault?
---@return table result
function page.wrap(result, endpoint, args, fetch)
  local items = items_of(result, endpoint.page_items)
  local methods = { number = args[endpoint.page] }

  function methods.items()
    return items
  end

  ---@async
  function methods.next()
    if #items == 0 then return nil end
    local following = page.args(args)
    following[endpoint.page] = args[endpoint.page] + 1
    following.CorrelationId = nil
    return fetch(following)
  end

  return setmetatable(result, { __index = methods })
end

return page
