-- What a provider was asked, kept without secrets and without end: only
-- the last requests are remembered.

local request_log = {}

local KEEP = 1000
local HIDDEN = "***"

local Log = {}
Log.__index = Log

--- Makes an empty log.
---@param secret table<string, boolean> names of arguments and headers to
--- hide
---@return table log
function request_log.new(secret)
  return setmetatable({ secret = secret, rows = {}, count = 0 }, Log)
end

-- The scheme of an authorization shows, what follows does not.
local function redact_headers(headers, secret)
  local out = {}
  for name, value in pairs(headers) do
    out[name] = secret[name] and HIDDEN or value
  end
  if out.authorization then
    out.authorization = out.authorization:match("^%a+ ")
    out.authorization = (out.authorization or "") .. HIDDEN
  end
  if out.cookie then out.cookie = HIDDEN end
  return out
end

--- Adds a request. Neither query nor body are kept as they are: a secret
--- may be in the wrong place.
---@param time number
---@param request table
---@param endpoint table?
---@return table entry to be completed
function Log:add(time, request, endpoint)
  self.count = self.count + 1
  self.rows[self.count - KEEP] = nil
  local entry = {
    number = self.count,
    time = time,
    method = request.method,
    path = request.path,
    query = request.query and HIDDEN,
    endpoint = endpoint and endpoint.name,
    headers = redact_headers(request.headers, self.secret),
  }
  self.rows[self.count] = entry
  return entry
end

--- Completes an entry with the arguments that were understood.
---@param entry table
---@param args table?
---@param ignored string[]? names that meant nothing
function Log:note(entry, args, ignored)
  entry.ignored = ignored
  entry.args = {}
  for name, value in pairs(args or {}) do
    entry.args[name] = self.secret[name] and HIDDEN or value
  end
end

--- Copies of the entries, oldest first.
---@return table[]
function Log:list()
  local out = {}
  for i = math.max(1, self.count - KEEP + 1), self.count do
    local copy = {}
    for name, value in pairs(self.rows[i]) do
      copy[name] = value
    end
    out[#out + 1] = copy
  end
  return out
end

return request_log
