-- door.lua - what comes in, and what is said of it: the checks of a request
-- in their order, and the replies.

local fault = require "luapay.fault"
local request = require "luapay.callback.request"

local door = {}

--- A reply without more words than are needed.
---@param status integer
---@param headers? table<string, string>
---@return luapay.callback.Reply
function door.reply(status, headers)
  local all =
    { ["content-type"] = "text/plain", ["cache-control"] = "no-store" }
  for name, value in pairs(headers or {}) do
    all[name] = value
  end
  return { status = status, headers = all, body = status < 300 and "ok" or "" }
end

--- The reply that a handler wants; what is of a wrong type counts for
--- nothing.
---@param own any
---@return luapay.callback.Reply
function door.own(own)
  if type(own) ~= "table" then return door.reply(200) end
  local status = type(own.status) == "number" and own.status or 200
  local headers = type(own.headers) == "table" and own.headers or nil
  local reply = door.reply(status, headers)
  if type(own.body) == "string" then reply.body = own.body end
  return reply
end

-- A request that is refused: the line names the check, and no more.
local function refuse(self, refusal)
  local line = "refused with %d: %s: %s"
  local code, message = refusal.code, refusal.message
  self:say(line:format(refusal.status, code, message))
  local problem = refusal.fault
    or fault.new {
      kind = "callback",
      api = self.api,
      code = code,
      status = refusal.status,
      message = message,
    }
  return door.reply(refusal.status, refusal.headers), {}, problem
end

local function allowed(methods)
  local names = {}
  for name in pairs(methods) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, ", ")
end

--- The events of a request, and where a part of it cannot be read, a
--- function that gives the reply to that and the problem; or nil, and the
--- reply to it, no events, and the problem.
function door.open(self, given)
  if type(given) ~= "table" then
    error("callback: expected a request, a table", 4)
  end
  local from, refusal = request.read(given, self.max_body)
  local methods = self.reader.methods
  if from and not methods[from.method] then
    local headers = { allow = allowed(methods) }
    from, refusal = request.refuse(405, "method", "is another", headers)
  end
  if not from then return nil, refuse(self, refusal) end
  local events, reply
  events, refusal, reply = self.reader.read(from)
  if reply then
    local _, problem
    if refusal then
      _, _, problem = refuse(self, refusal)
    end
    return nil, reply, {}, problem
  end
  if not events then return nil, refuse(self, refusal) end
  for _, event in ipairs(events) do
    event.time, event.verified = self.clock(), self.reader.verified
  end
  return events,
    refusal and function()
      local said, _, problem = refuse(self, refusal)
      return said, problem
    end
end

--- A problem that was not the request's fault: it is to come again.
function door.postpone(self, problem)
  self:say(("%s: %s"):format(problem.code or problem.kind, problem.message))
  local waits = problem.code == "handler" and 500 or 503
  return door.reply(waits)
end

return door
