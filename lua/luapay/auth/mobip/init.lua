-- mobip.lua - a token of Mobip: opened on first use, renewed before it is
-- too old or idle for too long. Secret key and token live in closures,
-- where nothing prints them.

local asker = require "luapay.auth.mobip.ask"
local fault = require "luapay.fault"
local gate = require "luapay.auth.session.gate"
local keeping = require "luapay.auth.mobip.kept"
local place = require "luapay.auth.mobip.token"
local share = require "luapay.auth.session.share"
local shared_session = require "luapay.auth.session.shared"

local mobip = {}

--- The options that say whose money it is: the first that is given.
mobip.merchant = { "api_account_id" }

--- What a client of this scheme is given: see `luapay.mobip`.
mobip.options = {
  api_account_id = { type = "string", required = true },
  api_secret_key = { type = "string", required = true },
  api_ttl = { type = "number", positive = true },
  token_idle = { type = "number", positive = true, default = 3600 },
  token_margin = { type = "number", positive = true, default = 120 },
  token_codes = { type = "table", default = {} },
  get_inputs = {
    type = "string",
    default = "auto",
    choices = { auto = true, multipart = true, query = true },
  },
  share = share.rule,
}

--- How the core writes this client's requests; `query` is learned.
---@param options table checked options
---@return table
function mobip.settings(options)
  if options.api_ttl and options.api_ttl % 1 ~= 0 then
    error("luapay.mobip: api_ttl: expected whole hours", 4)
  end
  return { query = options.get_inputs == "query" }
end

-- { "12" } or { ["12"] = true }, numbers too, as a set of texts.
local function set_of(codes)
  local set = {}
  for key, value in pairs(codes) do
    local code = value == true and key or value
    set[type(code) == "number" and ("%.0f"):format(code) or code] = true
  end
  return set
end

-- How long something lasts until it is renewed ahead of its end.
local function ahead(seconds, margin)
  return seconds - math.min(margin, seconds / 2)
end

--- Makes the scheme of one client.
---@param options table checked options
---@param transport luapay.Transport
---@param call function makes a call: name, args, deadline
---@param settings table what the core is told; see `mobip.settings`
---@return { sign: function, forget: function, renews: function }
function mobip.new(options, transport, call, settings)
  local renewal, ask = gate.new(transport), asker.new(options, call, settings)
  local codes = set_of(options.token_codes)
  local whole = (options.api_ttl or 1) * 3600
  local life = ahead(whole, options.token_margin)
  local idle = ahead(options.token_idle, options.token_margin)
  local signed_with = setmetatable({}, { __mode = "k" })
  local kept = keeping.new(settings, life, transport)
  local who = { "mobip", options.api_account_id, options.api_secret_key }

  local function open(deadline)
    local now = transport:now()
    local answer, err = ask(deadline)
    if not answer then return nil, err end
    if not place.is(answer.access_token) then
      return nil,
        fault.new(
          { kind = "auth", message = "the access_token cannot be one" },
          "mobip.get_token"
        )
    end
    kept.token, kept.born, kept.last_use = answer.access_token, now, now
    return true
  end

  local used
  open, used = shared_session.new(
    share.new(options, transport, who),
    transport,
    idle,
    kept,
    open
  )

  local function is_fresh(now)
    return kept.token and now - kept.born < life and now - kept.last_use < idle
  end

  -- When the token ends for sure, or now where there is none.
  local function end_of(now)
    if not kept.token then return now end
    local unused = kept.last_use + options.token_idle
    return math.min(kept.born + whole, unused)
  end

  -- A token that is good until its end, though its renewal failed.
  local function renew(deadline)
    local now = transport:now()
    local ends = end_of(now)
    if now < ends then
      renewal:ahead(deadline, ends, open)
      now = transport:now()
      if now < end_of(now) then return true end
    end
    local opened, err
    repeat -- what a call has waited for may be refused to another by now
      opened, err = renewal:run(deadline, open)
    until kept.token or not opened
    return opened, err
  end

  local auth = {}

  --- Signs a request, with a new token where one is needed.
  ---@async
  ---@return true|"again"|nil signed "again": the request must be made anew
  ---@return luapay.Fault? fault nothing of the request was sent
  function auth.sign(request, deadline)
    if not is_fresh(transport:now()) then
      local good, err = renew(deadline)
      if not good then return nil, err end
    end
    used()
    local query = request.method == "GET" and settings.query
    if query and request.body and request.endpoint ~= "mobip.request" then
      return "again"
    end
    if query or not place.fits_body(request) then
      place.to_query(request, kept.token)
    else
      place.to_body(request, kept.token)
    end
    signed_with[request], kept.last_use = kept.token, transport:now()
    return true
  end

  --- Lets go of the token that a request was signed with; one that was
  --- opened since stays.
  function auth.forget(request)
    if kept.token ~= signed_with[request] then return end
    kept.refused, kept.token = kept.token, nil
  end

  --- Whether a refusal says that the token has ended: then nothing was
  --- done, and the request may go once more. The provider's codes are not
  --- public, so only those that the client was given count; one that speaks
  --- of a token without them ends the token, and the next call opens another.
  function auth.renews(err, request)
    if err.outcome ~= "failed" or not err.status then return false end
    if err.endpoint == "mobip.get_token" then return false end
    if err.status == 401 or codes[err.code] then return true end
    if err.message:lower():find("token", 1, true) then auth.forget(request) end
    return false
  end

  return auth
end

return mobip
