-- The callbacks that a pretend MobilePay Online would make. It makes none:
-- it keeps them as a list, and who tests takes them from there and plays
-- the wire.

local json = require "luapay.sandbox.json"

local callbacks = {}

local Callbacks = {}
Callbacks.__index = Callbacks

--- Makes an empty list.
function callbacks.new()
  return setmetatable({ list = {} }, Callbacks)
end

--- Adds one.
---@param call table kind, url, body (a table), time, and what it is about:
--- payment, attempt, agreement
---@return table call
function Callbacks:add(call)
  call.number, call.method = #self.list + 1, "POST"
  call.headers = { ["content-type"] = "application/json" }
  call.body = json.encode(call.body)
  self.list[call.number] = call
  return call
end

local function copy(call)
  local out = {}
  for name, value in pairs(call) do
    out[name] = value
  end
  out.headers = { ["content-type"] = call.headers["content-type"] }
  return out
end

--- One of the list, or nil; not to be changed.
function Callbacks:find(number)
  return self.list[number]
end

--- The same once more, as after a network error: receivers must bear it.
function Callbacks:again(number)
  local call = copy(assert(self.list[number], "sandbox: no such callback"))
  call.number = #self.list + 1
  self.list[call.number] = call
  return copy(call)
end

--- Copies, oldest first: number, kind ("address", "card", "token",
--- "failed", "agreement", "card_update"), method, url, headers, body (JSON
--- text), time, and the ids it is about.
---@param after? integer only those with a higher number
---@return table[]
function Callbacks:copies(after)
  local out = {}
  for number = (after or 0) + 1, #self.list do
    out[#out + 1] = copy(self.list[number])
  end
  return out
end

return callbacks
