-- Pretend providers to write specs against: stateful, strict, exact, with
-- books that can be looked at and bad days that can be ordered.
--
--     local sandbox = require "luapay.sandbox"
--     local provider = sandbox.infobip()
--     local client = luapay.infobip {
--       username = "reseller", password = "secret",
--       transport = provider:transport(),
--     }
--     provider:inject { at = "add_funds", fault = "lost_answer" }
--     ...
--     assert.equal("112.50", provider:balance("EUR-1"))
--     assert.equal(1, #provider:ledger())
--     assert(provider:check())

local sandbox = {}

--- A pretend Infobip. Without options there is the reseller "reseller"
--- with the password "secret", who manages the accounts EUR-1, USD-1,
--- DKK-1 and JPY-1 with 100 in each, and a reseller "other" with the account
--- EUR-2; there are rates between EUR, USD and DKK, and none for JPY.
---@param options? table any of: resellers, accounts, rates, session_idle,
--- clock, login_shape, verified_as, bad_login, first_id, id_as, currency_as,
--- too_precise, rollback_twice; see infobip.lua for each
---@return luapay.sandbox.Provider
function sandbox.infobip(options)
  local provider = require "luapay.sandbox.provider"
  return provider.new(require "luapay.sandbox.infobip", options)
end

--- A pretend MobilePay Online. Without options there are the PSP "psp"
--- ("sandbox-client", "sandbox-secret") with the merchant
--- a0000000-0000-4000-8000-000000000001, a PSP "other" with the merchant
--- ...0002, and a user with a Dankort, a Visa and a Mastercard.
---@param options? table any of: psps, merchants, cards, user_age, encrypt,
--- lifetime, unknown_as, same_pair, agreement_key, mask_head, clock; see
--- online.lua for each
---@return luapay.sandbox.Provider with the methods of online/methods.lua
function sandbox.mobilepay_online(options)
  local provider = require "luapay.sandbox.provider"
  return provider.new(require "luapay.sandbox.online", options)
end

--- A pretend Mobip. Without options there is the account "merchant" with
--- the secret key "secret" (uid 1001), "pacific" (1003, in XPF), and
--- "platform" (1002), which may make the restricted calls.
---@param options? table see mobip/defaults.lua, and `clock`
---@return luapay.sandbox.Provider
function sandbox.mobip(options)
  local provider = require "luapay.sandbox.provider"
  return provider.new(require "luapay.sandbox.mobip", options)
end

--- A pretend MobilePay Subscriptions with its OpenID provider. Without
--- options there is a merchant with the subscription provider
--- f0000000-0000-4000-8000-000000000001, somebody else with ...0002, and the
--- client "sandbox-client" with the secret "sandbox-secret".
--- `provider:access_token()` and `provider:refresh_token()` spare a login.
---@param options? table see subscriptions.lua, and `clock`
---@return luapay.sandbox.Provider with the methods of
--- subscriptions/methods.lua and subscriptions/look.lua
function sandbox.mobilepay_subscriptions(options)
  local provider = require "luapay.sandbox.provider"
  return provider.new(require "luapay.sandbox.subscriptions", options)
end

--- A simulated clock, to be given to several providers as their `clock`.
---@param source? number|fun(): number where it starts, or what it follows
---@return table clock with `now` and `advance`
function sandbox.clock(source)
  return require("luapay.sandbox.clock").new(source)
end

return sandbox
