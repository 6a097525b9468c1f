-- What is written about nginx works when it is pasted.
local luapay = require "luapay"
local nginxes = require "spec.support.nginx"
local sandbox = require "luapay.sandbox"
local programs = require "luapay.sandbox.server_programs"
local server = require "luapay.sandbox.server"
local socket = require "socket"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

-- The fragments of a page, by the word that they begin with.
local function fragments(path)
  local found = {}
  for word, text in read(path):gmatch "\n```nginx\n# (%l+)(.-\n)```\n" do
    assert.is_nil(found[word])
    found[word] = "# " .. word .. text
  end
  return found
end

-- Where a reader has something else: the CA of the provider, its address,
-- and the place of the modules.
local function adapted(text, provider)
  local function put(from, to)
    local first, last = text:find(from, 1, true)
    if not first then return end
    text = text:sub(1, first - 1) .. to .. text:sub(last + 1)
    put(from, to)
  end
  put("/etc/ssl/certs/ca-certificates.crt", provider.ca_file)
  put("/usr/local/share/lua/5.1/", "@HERE/lua/")
  put("/usr/local/lib/lua/5.1/", "@HERE/build/luajit/")
  put(
    "transport = luapay",
    ("base_url = %q, ['transport'] = luapay"):format(provider.base_url)
  )
  return text
end

it("the README's function over lua-resty-http sends", function()
  local provider = sandbox.infobip()
  local near = provider:transport()
  package.loaded["resty.http"] = {
    new = function()
      return {
        set_timeout = function() end,
        request_uri = function(_, url, given)
          local request = { url = url }
          for _, name in ipairs { "method", "headers", "body" } do
            request[name] = given[name]
          end
          local response, failure = near:send(request, 5)
          return response, failure and "timeout"
        end,
      }
    end,
  }
  local code
  for text in read("README.md"):gmatch "\n```lua\n(.-)```" do
    if text:find("resty.http", 1, true) then code = text end
  end
  local send = assert((loadstring or load)(code .. "\nreturn send"))()
  local infobip = luapay.infobip {
    username = "reseller",
    password = "secret",
    transport = send,
  }
  local credit =
    { accountKey = "EUR-1", amount = "1.00", description = "Order" }
  assert(infobip:add_funds(credit))
  provider:inject { at = "add_funds", fault = "lost_answer" }
  local _, fault = infobip:add_funds(credit)
  assert.equal("unknown", fault.outcome)
  package.loaded["resty.http"] = nil
end)

local missing = nginxes.missing()
if missing then
  pending("nginx.conf as it is written: " .. missing)
  return
end

describe("nginx.conf as it is written", function()
  local provider

  lazy_setup(function()
    provider = assert(server.start())
  end)
  lazy_teardown(function()
    provider:stop()
  end)

  local function paste(found, workers)
    for word, text in pairs(found) do
      found[word] = adapted(text, provider)
    end
    return nginxes.start {
      environment = "INFOBIP_USER=reseller INFOBIP_PASSWORD=secret",
      main = found.main,
      http = found.http,
      locations = found.server,
      workers = workers,
    }
  end

  local function logins()
    local count = 0
    for _, request in ipairs(provider.infobip:requests()) do
      if request.endpoint == "login" then count = count + 1 end
    end
    return count
  end

  local CREDIT = "/credit?order=17"

  it("in the README credits an account", function()
    provider.infobip:reset()
    local nginx = paste(fragments "README.md")
    local status, body = nginx:post(CREDIT)
    assert.equal("", nginx:log():match "%[error%][^\n]*" or "")
    assert.equal(200, status, body)
    assert.matches("^booked as %S+\n$", body)
    assert.equal(1, #provider.infobip:ledger())
    provider.infobip:inject { at = "add_funds", fault = "lost_answer" }
    status, body = nginx:post(CREDIT)
    assert.equal(502, status)
    assert.matches("^unknown: infobip.add_funds: ", body)
    assert.equal(404, (nginx:post "/credit?order=18&amount=1.25"))
    assert.equal(403, (nginx:get(CREDIT)))
    nginx:stop()
  end)

  it("in the README logs in once for all workers, and reloads", function()
    provider.infobip:reset()
    local found = fragments "README.md"
    found.server = found.server
      .. "location = /who { content_by_lua_block { "
      .. "ngx.print(ngx.worker.id()) } }"
    local nginx = paste(found, 3)
    local seen, count = {}, 0
    for i = 1, 300 do
      assert.equal(200, (nginx:post(CREDIT)))
      local _, id = nginx:post "/who"
      if not seen[id] then
        seen[id], count = true, count + 1
      end
      if count == 3 and i >= 30 then break end
    end
    assert.equal(3, count)
    assert.equal(1, logins())
    nginx:reload()
    for _ = 1, 10 do
      assert.equal(200, (nginx:post(CREDIT)))
    end
    assert.equal(1, logins())
    nginx:stop()
  end)

  it("in doc/nginx.md credits an order once, and asks about others", function()
    provider.infobip:reset()
    local found = fragments "doc/nginx.md"
    local folder = programs.capture("mktemp -d"):match "^[^\n]+"
    local code = read("doc/nginx.md"):match "\n```lua\n(.-)```"
    local file = assert(io.open(folder .. "/shop.lua", "w"))
    code = adapted(code, provider)
      :gsub("/var/lib/shop", folder)
      :gsub("timer%.every%(30,", "timer.every(0.1,")
    file:write(code)
    file:close()
    found.http = found.http:gsub("/etc/nginx/lua", folder)
    local nginx = paste(found, 2)
    assert.equal(200, (nginx:post "/credit?order=17"))
    local status, body = nginx:post "/credit?order=17"
    assert.same({ 200, "done\n" }, { status, body })
    assert.equal(1, #provider.infobip:ledger())
    assert.equal(404, (nginx:post "/credit?order=19"))
    provider.infobip:inject { at = "add_funds", fault = "lost_answer" }
    status, body = nginx:post "/credit?order=18"
    assert.same({ 502, "not yet known\n" }, { status, body })
    assert.equal(2, #provider.infobip:ledger())
    socket.sleep(0.3) -- what asks runs, and finds nothing wrong
    assert.equal("", nginx:log():match "%[error%][^\n]*" or "")
    assert.equal(403, (nginx:get "/credit?order=18"))
    nginx:stop()
    os.execute("rm -rf " .. folder)
  end)

  it("in doc/transports.md is good", function()
    local found = fragments "doc/transports.md"
    found.server = [[
      location = /try {
        content_by_lua_block {
          local luapay = require "luapay"
          local infobip = luapay.infobip {
            username = "reseller",
            password = "secret",
            transport = luapay.transport.nginx {},
            share = "luapay_sessions",
          }
          local good, fault = infobip:add_funds {
            accountKey = "EUR-1", amount = "1.00", description = "Order" }
          ngx.print(good and "good" or tostring(fault))
        }
      }
    ]]
    local nginx = paste(found)
    local _, body = nginx:post "/try"
    assert.equal("good", body)
    nginx:stop()
  end)

  it("without the dictionary says so", function()
    local found = fragments "README.md"
    found.http = found.http:gsub("lua_shared_dict[^\n]*", "")
    local ok, err = pcall(paste, found)
    assert.is_false(ok)
    assert.matches("nginx.conf has no lua_shared_dict luapay_sessions", err)
  end)
end)
