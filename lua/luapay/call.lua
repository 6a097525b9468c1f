-- call.lua - the order of the steps of one call, and nothing else: prepare,
-- sign, send, interpret. No coroutine is made around a call: the transport
-- may yield, to whoever runs it.

local core = require "luapay.core"
local dress = require "luapay.dress"
local exchange = require "luapay.exchange"
local fault = require "luapay.fault"
local hooks = require "luapay.hooks"
local random = require "luapay.random"
local retry = require "luapay.retry"

local call = {}

local interpret, run = core.interpret, exchange.run

-- Why a body cannot be read, by what its head says: no encoding was asked
-- for, so none is undone.
local function encoding_problem(encoding)
  if not encoding or encoding:find "^%s*$" then return nil end
  if encoding:lower():find "^%s*identity%s*$" then return nil end
  return ('in the encoding "%s", which was not asked for'):format(
    encoding:sub(1, 40):gsub("[^%w, _-]", "?")
  )
end

-- Our own reader of HTTP has refused such bodies; its responses keep their
-- head until the headers are asked for, which costs more than all the rest.
local function read_strictly(response)
  return rawget(response, "head") ~= nil
end

-- From the text of an answer to what the caller gets.
local function read(endpoint, response)
  local problem
  if not read_strictly(response) then
    problem = encoding_problem(response.headers["content-encoding"])
  end
  local result, refusal =
    interpret(endpoint.number, response.status, response.body, problem)
  if result then return result end
  refusal.retry_after = retry.after(response.headers, os.time())
  return nil, fault.new(refusal, endpoint.id)
end

-- Arguments are read here, once, while nothing else runs: what the caller
-- does to them later is not sent.
local function prepare(inner, endpoint, args, made, given)
  local base = inner.bases[endpoint.host]
  if not base then return nil, dress.absent(inner, endpoint) end
  local request, refusal =
    core.prepare(endpoint.number, args, inner.settings, base, made)
  if not request then return nil, fault.new(refusal, endpoint.id) end
  request.endpoint = endpoint.id
  if inner.hooked then request.correlation_id = random.uuid() end
  if given or made then
    refusal = dress.request(inner, endpoint, request, args, made, given)
    if refusal then return nil, refusal end
  end
  return request
end

-- What a fault says beside what the step that failed has said.
local function finish(inner, err, request)
  err.renew = nil
  local made = request and request.correlation_id
  err.correlation_id = err.correlation_id or made or random.uuid()
  err.idempotency_key = request and request.idempotency_key
  if inner.on_fault then hooks.fault(inner.on_fault, err) end
  return err
end

-- Rows know most such refusals; a scheme may know more. What may have been
-- done all the same is not asked for again.
local function wants_session(inner, endpoint, err, request)
  if endpoint.open or err.outcome ~= "failed" then return false end
  local renews = inner.auth.renews
  return err.renew or (renews and renews(err, request))
end

-- Whether an attempt before the last one may have been acted upon: then no
-- refusal, and no failure of a later one, says that nothing was done.
local function in_doubt(endpoint, request)
  return request and request.doubt and not endpoint.harmless
end

-- Signs and sends; once more, `renewed`, after a refusal for want of a
-- session: nothing was done. What a scheme and sending may change of the
-- request is kept here and put back for that. A scheme that has learned,
-- while signing, how requests must look says "again": then nothing was sent.
local function try(
  inner,
  endpoint,
  request,
  deadline,
  args,
  made,
  given,
  renewed
)
  local auth, headers = inner.auth, request.headers
  local url, body, send_by = request.url, request.body, request.send_by
  local authorization = headers.authorization
  local content_type = headers["content-type"]
  local signed, err = endpoint.open, nil
  if not signed then
    signed, err = auth.sign(request, deadline)
  end
  if signed == "again" then
    request, err = prepare(inner, endpoint, args, made, given)
    if not request then return nil, err end
    return try(inner, endpoint, request, deadline, args, made, given, renewed)
  end
  if signed then
    local response, what, text = run(inner, endpoint, request, deadline, true)
    local result
    if response == true then
      result, err = interpret(endpoint.number, what, text)
      if result then return result end
      err = fault.new(err, endpoint.id)
    elseif response then
      result, err = read(endpoint, response)
      if result then return result end
    else
      err = what
    end
  end
  local doubt = in_doubt(endpoint, request)
  if not renewed and wants_session(inner, endpoint, err, request) then
    auth.forget(request)
    request.url, request.body, request.send_by = url, body, send_by
    headers.authorization = authorization
    headers["content-type"] = content_type
    local result
    result, err, request =
      try(inner, endpoint, request, deadline, args, made, given, true)
    if result then return result end
  end
  if doubt then err.outcome = "unknown" end
  return nil, err, request
end

--- Makes one call.
---@async
---@param inner table what the client keeps: see client.lua
---@param endpoint table see row.lua
---@param args table
---@param deadline number by the transport's clock
---@param given? table the options of this call
---@return table? result
---@return luapay.Fault? fault
function call.make(inner, endpoint, args, deadline, given)
  local made = endpoint.dressed and dress.made(endpoint, args, given)
  local request, err = prepare(inner, endpoint, args, made, given)
  if not request then return nil, finish(inner, err) end
  if given and given.dry_run then
    return dress.shown(inner, endpoint, args, made)
  end
  local result
  result, err, request =
    try(inner, endpoint, request, deadline, args, made, given)
  if result then return result end
  return nil, finish(inner, err, request)
end

return call
