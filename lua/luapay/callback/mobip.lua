-- mobip.lua - what Mobip sends: that something has happened. Anybody can
-- send that, so it is a hint and no more: Mobip itself is asked how the
-- transaction stands, and that is reported.

local body = require "luapay.callback.body"
local event = require "luapay.callback.event"
local guard = require "luapay.guard"
local request = require "luapay.callback.request"
local status = require "luapay.mobip.status"

local refuse = request.refuse

local provider = {}

provider.OPTIONS = {
  client = { type = "any", required = true },
  find = { type = "function", required = true },
}

-- What the call says, which may be anybody's: for finding the transaction.
local function hint_of(from)
  local fields = request.fields(from)
  local word = fields.resp_code
  if not word or not word:find "^%a[%w_]*$" or #word > 32 then
    return refuse(400, "hint", "there is no resp_code")
  end
  return {
    resp_code = word,
    track_id = fields.track_id,
    path = from.path,
    fields = fields,
  }
end

-- Mobip's own word. It says "found" with 0, and the status stands beside.
local function report(hint, trid, result)
  local word = result.transaction_status
  if type(word) ~= "string" or word == "" then word = "UNKNOWN" end
  local refunded = status.is_refunded(result)
  if word == "PAID" and refunded then word = "REFUNDED" end
  local about = { object = "link:" .. trid, status = word }
  return event.new("mobip", "link", about, {
    trid = trid,
    track_id = result.track_id or hint.track_id,
    paid = status.is_paid(result),
    refunded = refunded,
    reason = body.id(result.reason),
    payment_method = body.id(result.payment_method),
    hint = hint.resp_code,
    raw = result,
  })
end

local function cannot_ask(why)
  local _, refusal = refuse(503, "is_valid", tostring(why.kind))
  refusal.fault = why
  return nil, refusal
end

--- Makes what reads a request: events, or nil and a refusal.
---@param options table
---@return table
function provider.new(options)
  local client, find = options.client, options.find
  local reader = { methods = { GET = true, POST = true }, verified = true }
  function reader.read(from)
    local hint, refusal = hint_of(from)
    if not hint then return nil, refusal end
    local good, found = guard.call(find, hint)
    if not good then return refuse(500, "find", "has raised an error") end
    local trid = body.id(found)
    if not trid then
      return refuse(404, "reference", "it names no transaction")
    end
    local result, why = client:is_valid { trid = trid }
    if not result then return cannot_ask(why) end
    return { report(hint, trid, result) }
  end
  return reader
end

return provider
