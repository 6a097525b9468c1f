-- infobip.lua - a session of Infobip: opened on first use, kept while it is
-- used, opened again when it is gone. Password and session live in
-- closures, where nothing prints them.

local fault = require "luapay.fault"
local gate = require "luapay.auth.session.gate"
local share = require "luapay.auth.session.share"
local shared_session = require "luapay.auth.session.shared"

local infobip = {}

--- The options that say whose money it is: the first that is given.
infobip.merchant = { "username" }

--- What a client of this scheme is given: see `luapay.infobip`.
infobip.options = {
  username = { type = "string", required = true },
  password = { type = "string", required = true },
  session_idle = { type = "number", positive = true, default = 3000 },
  strict_verified = { type = "boolean", default = false },
  body_format = {
    type = "string",
    default = "form",
    choices = { form = true, json = true },
  },
  currency_name = { type = "string" },
  share = share.rule,
}

--- How the core writes this client's requests.
---@param options table checked options
---@return table?
function infobip.settings(options)
  local settings = {
    json = options.body_format == "json" or nil,
    rename = options.currency_name
      and { currencycode = options.currency_name },
  }
  return next(settings) and settings
end

local function refuse_unverified()
  return nil,
    fault.new({
      kind = "auth",
      message = "the account is not verified (verified = false)",
    }, "infobip.login")
end

--- Makes the scheme of one client.
---@param options table checked options
---@param transport luapay.Transport
---@param call function makes a call: name, args, deadline
---@return { sign: function, forget: function }
function infobip.new(options, transport, call)
  local renewal, idle = gate.new(transport), options.session_idle
  local kept = {} -- signature, last_use; refused: a signature that is dead
  local who = { "infobip", options.username, options.password }

  function kept.pack()
    return kept.signature
  end

  function kept.unpack(text)
    if text == kept.refused then return false end
    kept.signature = text
    return true
  end

  local function open(deadline)
    local session, err = call("login", {
      username = options.username,
      password = options.password,
    }, deadline)
    if not session then return nil, err end
    if options.strict_verified and session.verified == false then
      return refuse_unverified()
    end
    kept.signature = "IBSSO " .. session.ibAuthCookie
    kept.last_use = transport:now()
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

  local auth = {}

  --- Signs a request, after a login where one is needed.
  ---@async
  ---@return boolean? signed
  ---@return luapay.Fault? fault nothing of the request was sent
  function auth.sign(request, deadline)
    local now, signature = transport:now(), kept.signature
    if not signature or now - kept.last_use > idle then
      repeat -- what a call has waited for may be refused to another by now
        local opened, err = renewal:run(deadline, open)
        if not opened then return nil, err end
        signature = kept.signature
      until signature
    end
    kept.last_use = now
    used()
    request.headers.authorization = signature
    return true
  end

  --- A 403 of a rollback may also mean that it is not to be had; only this
  --- code says that there is no session, and so that nothing was done.
  function auth.renews(err)
    return err.status == 403 and err.code == "SVC0003"
  end

  --- Lets go of the session that a request was signed with; one that was
  --- opened since stays.
  function auth.forget(request)
    if request.headers.authorization ~= kept.signature then return end
    kept.refused, kept.signature = kept.signature, nil
  end

  return auth
end

return infobip
