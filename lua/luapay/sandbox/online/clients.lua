-- Who calls: the credentials of PSPs. New ones must be approved (by e-mail,
-- at the real provider) before they open anything but their own page.

local answer = require "luapay.sandbox.online.answer"

local clients = {}

--- Who is calling? Some endpoints are open, one is so to clients that are
--- not approved yet.
---@return table? caller its psp and clientId, or nil
---@return table? refusal
function clients.admit(world, endpoint, request)
  if world.doubting then
    world.doubting = nil
    return nil, answer.gateway()
  end
  if endpoint.public then return {} end
  local client = world.clients[request.headers["x-ibm-client-id"] or ""]
  if
    not client
    or client.secret ~= request.headers["x-ibm-client-secret"]
    or not client.active and not endpoint.unapproved
  then
    return nil, answer.gateway()
  end
  return client
end

local function new_secret(world)
  return "sandbox-secret-" .. world:id("client"):sub(-12)
end

--- New credentials. How the provider names them is not documented.
function clients.create(world)
  local id = world:id("client")
  world.clients[id] = {
    psp = id,
    clientId = id,
    secret = new_secret(world),
    name = id,
    active = false,
  }
  return { clientId = id, clientSecret = world.clients[id].secret }
end

--- A new secret; the old one opens nothing any more.
function clients.rotate(world, _, caller)
  caller.secret = new_secret(world)
  return { clientId = caller.clientId, clientSecret = caller.secret }
end

--- What is known of the caller.
function clients.get(_, _, caller)
  return {
    integratorName = caller.psp,
    clientName = caller.name,
    active = caller.active,
  }
end

return clients
