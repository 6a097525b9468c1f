-- Who calls a pretend Mobip, and what is known of the merchants.
-- (state, args, caller) -> response.

local say = require "luapay.sandbox.mobip.answers"

local accounts = {}

--- Opens a token; it ends by its age and by idleness.
function accounts.get_token(state, args)
  for uid, account in pairs(state.accounts) do
    if
      account.api_account_id == args.api_account_id
      and account.api_secret_key == args.api_secret_key
    then
      local hours = tonumber(args.api_ttl or "1")
      local ends = state.clock:now() + hours * 3600
      local token = state.sessions:start { uid = uid, ends = ends }
      return say.yes(state, { access_token = token })
    end
  end
  return say.no(state, "credentials", "Wrong account or secret key")
end

--- Nobody knows what it is for: it says whether a token is good.
function accounts.login(state)
  return say.yes(state)
end

--- The attributes that update_account takes.
local UPDATABLE = {
  "External_AccountID",
  "Public_Payment_Provider_key",
  "Private_Payment_Provider_key",
  "Payment_Provider_login",
}
local MAY_UPDATE = {}
for _, name in ipairs(UPDATABLE) do
  MAY_UPDATE[name] = true
end

local function attribute(name, kind, value)
  return {
    attribute_name = name,
    attribute_type = kind,
    attribute_value = value,
    is_updatable = MAY_UPDATE[name] or false,
  }
end

-- A private key is never told.
local function facts_of(account, rows)
  rows[#rows + 1] = attribute("merchant_name", "string", account.name)
  rows[#rows + 1] = attribute("currency", "string", account.currency)
  for _, name in ipairs(UPDATABLE) do
    local value = account[name]
    if name:find "^Private" then value = value and "********" end
    if value then rows[#rows + 1] = attribute(name, "string", value) end
  end
end

local function describe(state, account, args)
  local rows = {}
  if args.document_only ~= "1" then facts_of(account, rows) end
  for _, name in ipairs(args.document_list or {}) do
    local document = (account.documents or {})[name]
    if document then
      rows[#rows + 1] = attribute(name, "document", document)
    end
  end
  return say.yes(state, { account_data = say.array(state, rows) })
end

local function not_found(state)
  return say.no(state, "not_found", "No such account")
end

--- An account by its uid.
function accounts.get_account(state, args)
  local account = state.accounts[args.uid]
  if not account then return not_found(state) end
  return describe(state, account, args)
end

--- An account by the caller's own name for it.
function accounts.get_account_by_external_id(state, args)
  for _, account in pairs(state.accounts) do
    if account.External_AccountID == args.external_account_id then
      return describe(state, account, args)
    end
  end
  return not_found(state)
end

--- Sets attributes: all that are given, or none.
function accounts.update_account(state, args)
  local account = state.accounts[args.uid]
  if not account then return not_found(state) end
  for name, value in pairs(args.account_data) do
    if not MAY_UPDATE[name] or type(value) ~= "string" then
      return say.no(state, "input", "Not to be updated: %1", tostring(name))
    end
  end
  for name, value in pairs(args.account_data) do
    account[name] = value
  end
  return say.yes(state)
end

return accounts
