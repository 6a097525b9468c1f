-- What the specs of the traps share: the core by an endpoint's name, parts
-- of a body, and a transport that answers from a list.

local core = require "luapay.core"

local helper = {}

local function number_of(id)
  return assert(core.find(id), id)
end

--- A request, or nil and a fault.
function helper.prepare(id, args, settings)
  return core.prepare(number_of(id), args, settings)
end

--- A result, or nil and a fault; an answer is text, or a table for JSON.
function helper.interpret(id, status, answer)
  if type(answer) == "table" then answer = assert(core.encode(answer)) end
  return core.interpret(number_of(id), status, answer)
end

--- An endpoint's row, its arguments and its result by their names.
function helper.row(id)
  local row = core.describe(number_of(id))
  for _, list in ipairs { "params", "result" } do
    local by_name = {}
    for _, field in ipairs(row[list]) do
      by_name[field.name] = field
    end
    row[list] = by_name
  end
  return row
end

--- The field that a call is refused for; nil when it is not refused.
function helper.refused(id, args, settings)
  local _, fault = helper.prepare(id, args, settings)
  return fault and fault.field
end

--- A table with changes; `false` leaves a name out.
function helper.with(args, changes)
  local out = {}
  for _, source in ipairs { args, changes or {} } do
    for name, value in pairs(source) do
      out[name] = value or nil
    end
  end
  return out
end

--- The parts of a multipart body by their names.
function helper.parts(body)
  local out = {}
  for name, text in (body or ""):gmatch 'name="([^"]*)"\r\n\r\n(.-)\r\n%-%-' do
    out[name] = text
  end
  return out
end

--- A transport that answers from a list, the last one for ever, and the
--- log of what it was given.
function helper.scripted(answers)
  local log = {}
  return function(request)
    log[#log + 1] = {
      method = request.method,
      url = request.url,
      headers = request.headers,
      body = request.body,
    }
    local answer = answers[#log] or answers[#answers]
    if type(answer) == "string" then answer = { body = answer } end
    return {
      status = answer.status or 200,
      headers = {},
      body = answer.body or "",
    }
  end,
    log
end

return helper
