-- How a pretend Mobip words its answers: flat JSON with a return_code,
-- which is text. The provider's table of codes is not public; those here
-- are the sandbox's own and can be others by the option `codes`.

local json = require "luapay.sandbox.json"

local say = {}

-- HTTP statuses, where the option `error_status` asks for them.
local STATUSES = {
  input = 400,
  credentials = 401,
  token = 401,
  permission = 403,
  not_found = 404,
  state = 409,
}

local function respond(status, answer)
  return {
    status = status,
    body = json.encode(answer),
    headers = { ["content-type"] = "application/json" },
  }
end

local function code(options, text)
  if options.code_as == "number" then return json.number(text) end
  return text
end

--- Yes, and what there is to know.
---@param state table
---@param fields? table
---@return table response
function say.yes(state, fields)
  local answer = { return_code = code(state.options, "0") }
  for name, value in pairs(fields or {}) do
    answer[name] = value
  end
  return respond(200, answer)
end

--- No, and why.
---@param state table
---@param kind string "input", "credentials", "token", "permission",
--- "not_found" or "state"
---@param text string
---@param field? string for %1 in the text
---@return table response
function say.no(state, kind, text, field)
  local options = state.options
  local http = options.error_status == "http"
  return respond(http and STATUSES[kind] or 200, {
    return_code = code(options, options.codes[kind]),
    return_message = text:gsub("%%1", field or ""),
  })
end

--- What the provider's document calls an array: a list; or, where the
--- option `arrays` says so, the map that PHP makes of one with gaps.
---@param state table
---@param items table[]
---@return table
function say.array(state, items)
  if state.options.arrays ~= "map" or #items == 0 then
    return json.list(items)
  end
  local map = {}
  for i, item in ipairs(items) do
    map[tostring(i)] = item
  end
  return map
end

--- Text that is not JSON.
---@param kind string content type
---@param text string
---@return table response
function say.raw(kind, text)
  return { status = 200, body = text, headers = { ["content-type"] = kind } }
end

return say
