-- trigger.lua - `luapay trigger`: test callbacks of every kind, with the
-- credentials that the provider would show.

local callbacks = require "luapay.command.callbacks"
local config = require "luapay.command.config"
local core = require "luapay.core"
local json = require "luapay.command.json"
local luapay = require "luapay"
local options = require "luapay.options"

local KINDS = {
  infobip = { buy = true },
  mobip = { link = true },
  mobilepay_online = {
    card = true,
    token = true,
    card_update = true,
    address = true,
    failed_payment = true,
    agreement = true,
  },
  mobilepay_subscriptions = {
    payment = true,
    one_off_payment = true,
    agreement = true,
    refund = true,
  },
}

-- name=value: a number or a boolean where it is written so; false leaves a
-- field out.
local function values_of(words)
  local values = {}
  for _, word in ipairs(words) do
    local name, mark, text = word:match "^([%w_]+)(:?=)(.*)$"
    if not name then
      config.fail("expected name=value, got %s", word)
    elseif mark == ":=" or text == "true" or text == "false" then
      local value, why = json.read(text)
      if value == nil then config.fail("%s: %s", name, tostring(why)) end
      values[name] = value
    else
      values[name] = text
    end
  end
  return values
end

local function status_of(shell, given, response)
  local good = response.status >= 200 and response.status < 300
  local colour = good and "green" or "red"
  if given.json then
    shell:say(
      "%s",
      json.write {
        status = response.status,
        body = response.body,
      }
    )
  else
    shell:say("%s", shell:paint(colour, ("%d"):format(response.status)))
    if response.body and response.body ~= "" then
      shell:say("%s", shell.shown(response.body))
    end
  end
  return good and shell.DONE or shell.FAILED
end

local SECRET = { authorization = true }

local function show(shell, given, request, url)
  local headers = {}
  for name, value in pairs(request.headers) do
    headers[name] = SECRET[name:lower()] and "(secret)" or value
  end
  local told = {
    method = request.method,
    url = url,
    headers = headers,
    body = request.body,
  }
  if given.json then
    shell:say("%s", json.write(told))
  else
    shell:lines(shell.readable(told))
  end
  return shell.DONE
end

local function run(given, shell)
  local kinds = KINDS[given.api]
  if not kinds then
    return shell:refuse(
      "there is no API %s%s",
      given.api,
      options.suggest(given.api, KINDS)
    )
  elseif not kinds[given.kind] then
    local names = {}
    for name in pairs(kinds) do
      names[#names + 1] = name
    end
    table.sort(names)
    return shell:refuse(
      "%s sends no %s: %s",
      given.api,
      given.kind,
      table.concat(names, ", ")
    )
  elseif not (given.to or given.dry_run) then
    return shell:refuse "--to URL is required, or --dry-run"
  end
  local receiver = callbacks.receiver(shell, given.api, given)
  local maker = luapay.callback.make(receiver)
  local request = maker[given.kind](maker, values_of(given.args))
  local url = given.to or "https://shop.example" .. request.path
  if request.query and request.query ~= "" then
    url = url .. (url:find("?", 1, true) and "&" or "?") .. request.query
  end
  if given.dry_run then return show(shell, given, request, url) end
  local transport = luapay.transport.curl {
    ca_file = given.ca_file,
    cert_file = given.cert_file,
    key_file = given.key_file,
    http_loopback = true,
  }
  local till = core.now() + (given.wait or 0)
  local good, response, failure
  repeat
    good, response, failure = pcall(transport.send, transport, {
      method = request.method,
      url = url,
      headers = request.headers,
      body = request.body,
    }, given.timeout or 30)
    local again = good
      and not response
      and failure.phase == "before_send"
      and core.now() < till
    if again then core.sleep(0.1) end
  until not again
  if not good then
    return shell:refuse("%s", (tostring(response):gsub("^[^\n]-:%d+: ", "")))
  elseif not response then
    shell:note("luapay trigger: %s", shell.shown(failure.message))
    return shell.FAILED
  end
  return status_of(shell, given, response)
end

local OPTIONS = {
  { "--to", "Where the callback goes.", value = "URL" },
  { "--dry-run", "Print the request, and send nothing." },
  { "--json", "Print JSON." },
  {
    "--timeout",
    "Seconds for an answer; 30.",
    value = "SECONDS",
    number = true,
  },
  {
    "--wait",
    "Seconds to wait for a server that is not there yet.",
    value = "SECONDS",
    number = true,
  },
  { "--ca-file", "The CA of a server of yours.", value = "FILE" },
  {
    "--cert-file",
    "The certificate that MobilePay Online would show.",
    value = "FILE",
  },
  { "--key-file", "Its key.", value = "FILE" },
  { "--config", "The configuration file.", value = "FILE" },
}

return {
  name = "trigger",
  summary = "Sends a test callback, as the provider would.",
  about = "Sends a test callback to a server of yours, with the credentials "
    .. "that are below\n[callbacks_mobilepay_subscriptions] (user_name and "
    .. "password, or api_key) or\n[callbacks_mobilepay_online] (key_file, "
    .. "key_number) in the configuration. What is left\nout has a sensible "
    .. "value. Kinds: mobilepay_subscriptions payment, one_off_payment,\n"
    .. "agreement, refund; mobilepay_online card, token, card_update, "
    .. "address, failed_payment,\nagreement; mobip link; infobip buy. --name "
    .. "value is the same as name=value.",
  arguments = {
    { "api", "As mobilepay_subscriptions.", complete = "apis" },
    { "kind", "As payment." },
    { "args", "Fields of it, name=value.", count = "*" },
  },
  options = OPTIONS,
  loose = true,
  examples = {
    "luapay trigger mobilepay_subscriptions payment --status Executed \\",
    "  --amount 12.50 --to https://shop.example/callbacks --dry-run",
    "luapay trigger mobip link track_id=order-17 --dry-run",
  },
  run = run,
}
