-- luapay.transport.nginx, from outside of nginx: the methods run there, in
-- the phase of one's choice.
local literal = require "spec.support.literal"

local remote = {}

--- Locations of the agent; each is named like its phase.
remote.locations = [[
location = /rewrite {
  rewrite_by_lua_block { require("spec.support.nginx_agent").here() }
}
location = /access {
  access_by_lua_block { require("spec.support.nginx_agent").here() }
}
location = /content {
  content_by_lua_block { require("spec.support.nginx_agent").here() }
}
location = /timer {
  content_by_lua_block { require("spec.support.nginx_agent").in_timer() }
}
location = /map {
  content_by_lua_block { require("spec.support.nginx_agent").in_map() }
}
]]

--- Runs Lua in a phase; its arguments are a table of what is kept there, and
--- those given. What it returns comes back, what it raises is raised.
function remote.run(nginx, phase, code, ...)
  local order = { code = code, args = { ... } }
  local _, text = nginx:post("/" .. phase, literal.write(order))
  local done = literal.read(text)
  if done.raised then error(done.raised, 0) end
  return done.result, done.fault
end

local count = 0

--- Makes a transport there.
---@param options table of luapay.transport.nginx
function remote.new(nginx, phase, options)
  count = count + 1
  local id = count
  remote.run(
    nginx,
    "content",
    [[
      local kept, id, options = ...
      kept[id] = require("luapay").transport.nginx(options)
    ]],
    id,
    options
  )
  local function method(name)
    return function(_, ...)
      local code = ([[
        local kept, id, one, other = ...
        return kept[id]:%s(one, other)
      ]]):format(name)
      return remote.run(nginx, phase, code, id, ...)
    end
  end
  return {
    send = method "send",
    sleep = method "sleep",
    now = method "now",
    close = method "close",
    stats = method "stats",
  }
end

return remote
