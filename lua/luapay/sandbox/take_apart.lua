-- A request as it comes from a transport, made easy to look at: the address
-- taken apart, header names in lower case.

---@param request table method, url, headers, body
---@return table seen method, path, query, headers, body
local function take_apart(request)
  assert(
    type(request) == "table"
      and type(request.url) == "string"
      and type(request.method) == "string",
    "sandbox: not a request"
  )
  local target = request.url:gsub("^%a[%w+.-]*://[^/?#]*", "")
  local headers = {}
  for name, value in pairs(request.headers or {}) do
    headers[name:lower()] = value
  end
  return {
    method = request.method,
    path = target:match("^[^?#]*"),
    query = target:match("%?([^#]*)"),
    headers = headers,
    body = request.body,
  }
end

return take_apart
