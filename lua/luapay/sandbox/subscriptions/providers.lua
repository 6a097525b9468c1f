-- Subscription providers and their merchants: who is called back, and how
-- callbacks show who they are from.

local fields = require "luapay.sandbox.subscriptions.fields"
local json = require "luapay.sandbox.json"
local patch = require "luapay.sandbox.subscriptions.patch"

local providers = {}

local SHOWN = {
  "payment_status_callback_url",
  "name",
  "payment_source_account_id",
  "customer_service",
  "faq",
  "homepage",
  "portal",
  "external_account_number",
  "address",
  "zip_code",
  "city",
}

--- How a provider is set up; secrets come back in clear.
function providers.get(state, args, caller)
  local provider, refusal = state:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  local auth = provider.auth or {}
  local answer = {
    status = provider.status or 0,
    credentials = {
      key = auth.key or json.null,
      password = auth.password or json.null,
      scheme = auth.scheme or json.null,
      scope = auth.scope or json.null,
    },
  }
  for _, name in ipairs(SHOWN) do
    answer[name] = provider[name] or json.null
  end
  return answer
end

--- Says who is called back.
function providers.update(state, args, caller)
  local provider, refusal = state:provider(args.providerid, caller)
  if not provider then return nil, refusal end
  local changes
  changes, refusal = patch.read(args.list, fields.provider_paths)
  if not changes then return nil, refusal end
  for _, change in ipairs(changes) do
    provider[change.path] = change.value
  end
end

-- An endpoint that sets how callbacks authenticate; the last one counts.
local function setter(scheme, read)
  return function(state, args, caller)
    local provider, refusal = state:provider(args.providerid, caller)
    if not provider then return nil, refusal end
    local auth
    auth, refusal = read(args.body)
    if not auth then return nil, refusal end
    auth.scheme = scheme
    provider.auth = auth
  end
end

providers.oauth2 = setter("oauth2", function(body)
  return {
    key = body.client_id,
    password = body.client_secret,
    token_url = body.token_url,
    scope = body.scope,
  }
end)

providers.basic = setter("basic", function(body)
  return { key = body.user_name, password = body.password }
end)

providers.api_key = setter("apikey", function(body)
  if body.api_key:find "^[%w%-._~+/]+=*$" then
    return { key = body.api_key }
  end
  return nil, { status = 400, text = "The api_key is no token68." }
end)

--- The caller's merchant and its providers, in PascalCase.
function providers.merchant(state, _, caller)
  local list = json.list {}
  for id, provider in pairs(state.providers) do
    if provider.merchant == caller.merchant then
      list[#list + 1] = {
        SubscriptionProviderId = id,
        Name = provider.name,
        Status = "Active",
        HomepageUrl = provider.homepage or json.null,
        Address = provider.address or json.null,
        ZipCode = provider.zip_code or json.null,
        City = provider.city or json.null,
      }
    end
  end
  table.sort(list, function(a, b)
    return a.SubscriptionProviderId < b.SubscriptionProviderId
  end)
  local answer = { Id = caller.merchant, SubscriptionProviders = list }
  if state.options.merchant_as == "list" then return json.list { answer } end
  return answer
end

return providers
