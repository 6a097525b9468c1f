-- Logins that workers of nginx share in a lua_shared_dict. What is shared,
-- and when, is in spec/share_spec.lua.
local nginxes = require "spec.support.nginx"
local remote = require "spec.support.nginx_transport"
local server = require "luapay.sandbox.server"
local socket = require "socket"

local missing = nginxes.missing()
if missing then
  pending("sharing in nginx: " .. missing)
  return
end

describe("share in nginx", function()
  local provider, nginx

  lazy_setup(function()
    provider = assert(server.start())
    nginx = nginxes.start {
      http = ([[
        lua_ssl_trusted_certificate %s;
        lua_shared_dict tokens 1m;
        lua_shared_dict tiny 12k;
      ]]):format(provider.ca_file),
      locations = remote.locations,
    }
  end)
  lazy_teardown(function()
    nginx:stop()
    provider:stop()
  end)
  before_each(function()
    provider.infobip:reset()
  end)

  local function logins()
    local count = 0
    for _, request in ipairs(provider.infobip:requests()) do
      if request.endpoint == "login" then count = count + 1 end
    end
    return count
  end

  -- Ten clients that know nothing of each other call at the same time.
  local function ten_clients(share)
    return remote.run(
      nginx,
      "content",
      [[
        local _, base_url, share = ...
        local luapay = require "luapay"
        local done = luapay.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, nil,
          function()
            local infobip = luapay.infobip {
              username = "reseller", password = "secret",
              base_url = base_url,
              transport = luapay.transport.nginx {},
              share = share,
            }
            return infobip:add_funds {
              accountKey = "EUR-1", amount = "1.00", description = "x" }
          end)
        local faults = {}
        for i, one in ipairs(done) do
          faults[i] = one.fault and tostring(one.fault)
        end
        return #done, faults
      ]],
      provider.base_url,
      share
    )
  end

  it("lets one of many log in, while the others wait", function()
    local _, faults = ten_clients "tokens"
    assert.same({}, faults)
    assert.equal(1, logins())
    assert.equal(10, #provider.infobip:ledger())
  end)

  it("is nothing to those who do not share", function()
    local _, faults = ten_clients()
    assert.same({}, faults)
    assert.equal(10, logins())
  end)

  it("keeps neither password nor user name in the dictionary", function()
    ten_clients "tokens"
    local text = remote.run(
      nginx,
      "content",
      [[
        local out = {}
        for _, key in ipairs(ngx.shared.tokens:get_keys()) do
          out[#out + 1] = key .. "=" .. tostring(ngx.shared.tokens:get(key))
        end
        return table.concat(out, "\n")
      ]]
    )
    assert.matches("IBSSO", text)
    assert.not_matches("secret", text)
    assert.not_matches("reseller", text)
  end)

  it("goes on when the dictionary is full", function()
    remote.run(
      nginx,
      "content",
      [[
        for i = 1, 1000 do
          ngx.shared.tiny:safe_add("other" .. i, ("x"):rep(100))
        end
      ]]
    )
    local _, faults = ten_clients "tiny"
    assert.same({}, faults)
  end)
end)

describe("a login whose customer hangs up", function()
  local provider, nginx

  lazy_setup(function()
    provider = assert(server.start())
    nginx = nginxes.start {
      http = ([[
        lua_ssl_trusted_certificate %s;
        lua_shared_dict tokens 1m;
        lua_check_client_abort on;
      ]]):format(provider.ca_file),
      locations = ([[
        location = /credit {
          content_by_lua_block {
            local luapay = require "luapay"
            local shop = package.loaded.shop or {}
            package.loaded.shop = shop
            local share = ngx.var.arg_share
            local name = share or "own"
            shop[name] = shop[name] or luapay.infobip {
              username = "reseller", password = "secret",
              base_url = "%s", timeout = 4, share = share,
              transport = luapay.transport.nginx {},
            }
            local _, fault = shop[name]:add_funds {
              accountKey = "EUR-1", amount = "1.00", description = "x" }
            ngx.say(fault and tostring(fault) or "booked")
          }
        }
      ]]):format(provider.base_url),
    }
  end)
  lazy_teardown(function()
    nginx:stop()
    provider:stop()
  end)

  local function hang_up(path)
    local customer = assert(socket.connect("127.0.0.1", nginx.port))
    customer:send(("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"):format(path))
    socket.sleep(0.2)
    customer:close()
    socket.sleep(0.2)
  end

  for what, path in pairs {
    ["of the same client"] = "/credit",
    ["of all workers that share"] = "/credit?share=tokens",
  } do
    it("keeps no other call waiting, " .. what, function()
      provider.infobip:reset()
      provider.infobip:inject { at = "login", fault = "delay", seconds = 1 }
      hang_up(path)
      local status, text = nginx:post(path, "")
      assert.equal("200 booked", status .. " " .. text:gsub("%s+$", ""))
    end)
  end
end)
