-- server.lua - the sandbox that `luapay sandbox` serves, for the other
-- commands: where it is, and what it is told and asked over its own port.

local config = require "luapay.command.config"
local core = require "luapay.core"
local json = require "luapay.sandbox.json"

local server = {}

local Server = {}
Server.__index = Server

-- Where a server says that it is there: in a folder of the user's own.
local function state_path(shell)
  local folder = shell:env "LUAPAY_STATE"
  local home = shell:env "HOME"
  local state = shell:env "XDG_STATE_HOME"
  folder = folder
    or state and state .. "/luapay"
    or home and home .. "/.local/state/luapay"
  if not folder then config.fail "HOME is not set: say LUAPAY_STATE" end
  return folder .. "/sandbox.json", folder
end

--- Says where a server is.
---@param shell table
---@param about table base_url, ca_file, port, tls_port
---@return string path
function server.announce(shell, about)
  local path, folder = state_path(shell)
  os.execute(("mkdir -p %s"):format(shell.word(folder)))
  os.remove(path)
  if not core.create_private(path) then
    config.fail("%s cannot be written", path)
  end
  local file = assert(io.open(path, "w"))
  assert(file:write(json.encode(about), "\n"))
  file:close()
  return path
end

--- What a server has said of itself; nil where there is none.
---@param shell table
---@return table? about base_url, ca_file, pid
function server.about(shell)
  local path = state_path(shell)
  local text = shell.read(path)
  local about = text and core.is_private(path) and json.decode(text)
  return type(about) == "table" and about or nil
end

--- Forgets where a server was.
function server.forget(shell)
  os.remove((state_path(shell)))
end

--- The server that runs.
---@param shell table
---@return table
function server.find(shell)
  local about = server.about(shell)
  if not about then
    config.fail "no sandbox is running: luapay sandbox starts one"
  end
  local self = setmetatable(about, Server)
  self.curl = require("luapay.transport.curl").new {
    ca_file = about.ca_file,
    http_loopback = true,
  }
  return self
end

--- The transport to it.
function Server:transport()
  return self.curl
end

--- Tells or asks a provider something: see sandbox/nginx_admin.lua.
---@param method string
---@param name string "infobip/ledger"
---@param order? table
---@return any answer
function Server:administer(method, name, order)
  local body = order and json.encode(order) or ""
  local response, failure = self.curl:send({
    method = method,
    url = self.base_url .. "/sandbox/" .. name,
    headers = { ["content-type"] = "application/json" },
    body = method == "POST" and body or nil,
  }, 10)
  if not response then
    config.fail(
      "the sandbox does not answer (%s): is `luapay sandbox` running?",
      tostring(failure.message)
    )
  end
  local answer = json.decode(response.body)
  if response.status ~= 200 then
    local why = type(answer) == "table" and answer.message or "refused"
    config.fail("%s", (tostring(why):gsub("^sandbox: ", "")))
  end
  return answer
end

--- One of its providers, as far as commands need one.
---@param api string
---@return table
function Server:provider(api)
  local own = {}
  function own.access_token()
    local order = { method = "access_token" }
    return self:administer("POST", api .. "/call", order).result
  end
  return own
end

return server
