-- What runs here runs in a real nginx: see spec/support/nginx_transport.lua.
local contract = require "spec.transport.contract"
local nginxes = require "spec.support.nginx"
local remote = require "spec.support.nginx_transport"

local missing = nginxes.missing()
if missing then
  pending("luapay.transport.nginx: " .. missing)
  return
end

local function start(server)
  return nginxes.start {
    http = "lua_ssl_trusted_certificate " .. server.ca_file .. ";",
    locations = remote.locations,
  }
end

for _, phase in ipairs { "content", "timer" } do
  describe("luapay.transport.nginx in " .. phase, function()
    local nginx

    lazy_teardown(function()
      if nginx then nginx:stop() end
    end)

    contract(function(server, options)
      nginx = nginx or start(server)
      local all = { http_loopback = true }
      for name, value in pairs(options) do
        all[name] = value
      end
      return remote.new(nginx, phase, all)
    end)
  end)
end
