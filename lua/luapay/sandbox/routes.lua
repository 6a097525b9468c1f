-- From a method and a path to an endpoint. A part of a path that is written
-- {name} takes any one part of the asked path; a part that is written out
-- goes before it.

local routes = {}

local Routes = {}
Routes.__index = Routes

-- One part of a path as the text that was meant, or nil.
local function unescape(part)
  if part == "" or part:gsub("%%%x%x", ""):find("%", 1, true) then
    return nil
  end
  return (
    part:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
  )
end

-- A pattern that captures the {parts}, and their names in order.
local function compile(path)
  local names = {}
  for name in path:gmatch "{(.-)}" do
    names[#names + 1] = name
  end
  local pattern =
    path:gsub("{.-}", "\1"):gsub("%p", "%%%0"):gsub("\1", "([^/]*)")
  return "^" .. pattern .. "$", names
end

--- Makes the routes of a list of endpoints.
---@param endpoints table[] with name, method and path
---@return table routes
function routes.new(endpoints)
  local self = setmetatable({ list = {} }, Routes)
  for _, endpoint in ipairs(endpoints) do
    local pattern, names = compile(endpoint.path)
    self.list[#self.list + 1] =
      { endpoint = endpoint, pattern = pattern, names = names }
  end
  table.sort(self.list, function(a, b)
    if #a.names ~= #b.names then return #a.names < #b.names end
    if a.endpoint.path ~= b.endpoint.path then
      return a.endpoint.path < b.endpoint.path
    end
    return a.endpoint.method < b.endpoint.method
  end)
  return self
end

local function match(route, path)
  local found = { path:match(route.pattern) }
  if #found == 0 then return nil end
  local params = {}
  for i, name in ipairs(route.names) do
    params[name] = unescape(found[i])
    if not params[name] then return nil end
  end
  return params
end

--- The endpoint that a request is for.
---@param method string
---@param path string
---@return table? endpoint, or nil
---@return table|string|nil params the {parts}, by name; or, where the path
--- is known and the method is not, the methods that are
function Routes:find(method, path)
  local allow = {}
  for _, route in ipairs(self.list) do
    local params = match(route, path)
    if params and route.endpoint.method == method then
      return route.endpoint, params
    end
    if params and not allow[route.endpoint.method] then
      allow[route.endpoint.method] = true
      allow[#allow + 1] = route.endpoint.method
    end
  end
  return nil, allow[1] and table.concat(allow, ", ")
end

return routes
