-- What all endpoints have in common: time does its work first, and what
-- the work comes to is worded.

local answer = require "luapay.sandbox.online.answer"
local expiry = require "luapay.sandbox.online.expiry"

-- A refusal is a domain error's name, or a problem as a table. What is not
-- there may be either: the provider does not say.
local function refuse(world, refusal, request)
  if type(refusal) == "table" then return answer.problem(refusal, request) end
  if refusal == "unknown" and world.options.unknown_as == 404 then
    return answer.problem({ status = 404, text = "No such thing" }, request)
  end
  return answer.domain(refusal, request, world:id "correlation")
end

--- Makes an endpoint out of its row: `name`, the line "METHOD path", the
--- work (world, args, caller) -> result?, refusal?; and maybe `fields` (of
--- its body), `query` (an id), `status` (of a success, 200), `public`,
--- `unapproved`.
---@param prefix string of its path
---@param row table
---@return table endpoint
return function(prefix, row)
  local name, line, work = row[1], row[2], row[3]
  local method, path = line:match "^(%u+) ?(.*)$"
  local function run(world, args, caller, request)
    expiry.tick(world)
    local result, refusal = work(world, args, caller)
    if refusal then return refuse(world, refusal, request) end
    return answer.ok(row.status or 200, result)
  end
  return {
    name = name,
    method = method,
    path = prefix .. path,
    run = run,
    fields = row.fields,
    query = row.query,
    public = row.public,
    unapproved = row.unapproved,
  }
end
