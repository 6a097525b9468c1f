-- callbacks.lua - the receivers that commands use: of test callbacks, and of
-- what comes in.

local config = require "luapay.command.config"
local luapay = require "luapay"

local callbacks = {}

-- What a receiver was given, so that a callback is one of its provider's:
-- below [callbacks_mobilepay_subscriptions] and [callbacks_mobilepay_online].
local RULES = {
  mobilepay_subscriptions = {
    user_name = { type = "string" },
    password = { type = "string" },
    api_key = { type = "string" },
  },
  mobilepay_online = {
    key_number = { type = "number" },
    key_file = { type = "string" },
  },
}

local function settings_of(shell, api, given)
  local rules = RULES[api]
  if not rules then return {} end
  return config.read(shell, given.config):options("callbacks_" .. api, rules)
end

local function nobody()
  return nil
end

local RECEIVERS = {}

function RECEIVERS.infobip()
  return {}
end

function RECEIVERS.mobip()
  return { client = { is_valid = nobody }, find = nobody }
end

function RECEIVERS.mobilepay_online(settings, shell)
  local made = { client_name = false }
  if settings.key_file then
    local text, why = shell.read(settings.key_file)
    if not text then config.fail("%s", why) end
    made.keys = { [settings.key_number or 1] = text }
  end
  return made
end

function RECEIVERS.mobilepay_subscriptions(settings)
  if settings.api_key then return { api_key = settings.api_key } end
  if not settings.password then return { anonymous = true } end
  return {
    basic = { user_name = settings.user_name, password = settings.password },
  }
end

--- A receiver of an API, with the credentials of the configuration.
---@param shell table
---@param api string
---@param given table the parsed line
---@return luapay.callback.Receiver
function callbacks.receiver(shell, api, given)
  local settings = settings_of(shell, api, given)
  local made = RECEIVERS[api](settings, shell)
  made.seen = luapay.callback.seen.memory()
  local good, receiver = pcall(luapay.callback[api], made)
  if not good then
    config.fail(
      "[callbacks_%s]: %s",
      api,
      (tostring(receiver):gsub("^[^\n]-:%d+: ", ""))
    )
  end
  return receiver
end

return callbacks
