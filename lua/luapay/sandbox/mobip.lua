-- A pretend Mobip: payment links and QR codes that a test pays by hand.

local inputs = require "luapay.sandbox.mobip.inputs"
local ledger = require "luapay.sandbox.ledger"
local say = require "luapay.sandbox.mobip.answers"
local session = require "luapay.sandbox.session"

local mobip = {
  name = "mobip",
  prefix = "/api/2.0/",
  secret = {
    access_token = true,
    account_data = true,
    api_secret_key = true,
  },
  read = inputs.read,
  defaults = require "luapay.sandbox.mobip.defaults",
  methods = require "luapay.sandbox.mobip.methods",
  endpoints = require "luapay.sandbox.mobip.endpoints",
}

local function copy(account)
  local out = {}
  for name, value in pairs(account) do
    out[name] = value
  end
  return out
end

--- Opens the state of one pretend Mobip.
---@param options table
---@param clock table
---@param before? table the state before a reset
---@return table state
function mobip.open(options, clock, before)
  local sessions = session.new(clock, options.token_idle)
  -- a token of before must not come to life again
  if before then sessions.count = before.sessions.count end
  local accounts = {}
  for uid, account in pairs(options.accounts) do
    accounts[uid] = copy(account)
  end
  local state = {
    options = options,
    clock = clock,
    sessions = sessions,
    accounts = accounts,
    ledger = ledger.new(accounts),
    count = 0,
    bookings = 0,
  }
  for name in
    (
      "transactions by_trid codes by_qr_id messages callbacks queue removed "
      .. "external"
    ):gmatch "%S+"
  do
    state[name] = {}
  end
  return state
end

--- Who is calling? All but get_token need a token, and some an account
--- with more rights.
---@return table? caller uid, restricted; or nil
---@return table? refusal
function mobip.admit(state, endpoint, request)
  if endpoint.public then return {} end
  local token = request.inputs.access_token
  local owner = state.sessions:use(token)
  if owner and state.clock:now() >= owner.ends then
    state.sessions:stop(token)
    owner = nil
  end
  if not owner then
    return nil, say.no(state, "token", "Unknown or expired access_token")
  end
  local restricted = state.accounts[owner.uid].restricted
  if endpoint.restricted and not restricted then
    return nil, say.no(state, "permission", "Not allowed for this account")
  end
  return { uid = owner.uid, restricted = restricted }
end

--- Refuses what is no good request.
---@param problem table text, field; status where it is HTTP's matter
---@return table response
function mobip.problem(problem, _, state)
  local response = say.no(state, "input", problem.text, problem.field)
  response.status = problem.status or response.status
  return response
end

--- Ends the token of a request.
function mobip.expire(state, request)
  state.sessions:stop(inputs.find(state.options, request).access_token)
end

return mobip
