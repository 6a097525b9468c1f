---@meta
-- The types of luapay.auth.oidc.

--- Lets a merchant consent: two steps, with a browser in between.
---@class luapay.Oidc
local Oidc = {}

--- Begins a login. Keep what it returns where the merchant cannot change it.
---@async
---@param given luapay.OidcLoginOptions
---@return luapay.OidcLogin? login
---@return luapay.Fault? fault
function Oidc:authorization_url(given) end

--- Ends a login: checks what the merchant came back with, gets tokens for it.
---@async
---@param login luapay.OidcLogin
---@param answer { code: string, id_token: string, state: string }
---@return luapay.OidcTokens? tokens
---@return luapay.Fault? fault
function Oidc:exchange(login, answer) end

---@class luapay.OidcLogin
---@field url string to which the merchant is sent
---@field state string
---@field nonce string
---@field code_verifier string
---@field redirect_uri string

---@class luapay.OidcTokens
---@field access_token string
---@field refresh_token? string
---@field expires_in? number seconds
---@field id_token string validated
---@field claims table of the id_token
