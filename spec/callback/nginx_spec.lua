-- Receivers in a real nginx: bodies in memory and in files, handlers that
-- yield, certificates, several workers.

local core = require "luapay.core"
local crypto = require "luapay.crypto"
local nginxes = require "spec.support.nginx"
local socket = require "socket"

local missing = nginxes.missing()
if missing then
  pending("luapay.callback in nginx: " .. missing)
  return
end

local HTTP = [[
  lua_shared_dict seen 1m;
  lua_shared_dict book 1m;
  server {
    listen 127.0.0.1:%d ssl;
    ssl_certificate "%s/server.pem";
    ssl_certificate_key "%s/server.key";
    ssl_client_certificate "%s/ca.pem";
    ssl_verify_client optional_no_ca;
    location = /online {
      content_by_lua_block {
        local app = require "spec.callback.nginx_app"
        app.online:nginx(app.note)
      }
    }
  }
]]

local LOCATIONS = [[
  location = /payments {
    client_body_buffer_size 1k;
    client_body_temp_path "%s/bodies";
    content_by_lua_block {
      local app = require "spec.callback.nginx_app"
      app.subscriptions:nginx(app.note)
    }
  }
  location = /buy {
    content_by_lua_block {
      local app = require "spec.callback.nginx_app"
      app.infobip:nginx(app.buy)
    }
  }
  location = /count {
    content_by_lua_block { require("spec.callback.nginx_app").count() }
  }
]]

-- A CA, the server's certificate, and three callers': "good", "other" with
-- another name, "stranger" of another CA.
local CERTIFY = [[
exec 2>/dev/null; cd %s || exit
ca () {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout $1.key -out $1.pem -days 2 -subj "/CN=$1 of a spec"
}
leaf () {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout $1.key -out $1.csr -subj "$2"
  openssl x509 -req -in $1.csr -CA $3.pem -CAkey $3.key -days 2 \
    -set_serial $4 -out $1.pem
}
ca ca; ca stranger_ca
leaf server /CN=localhost ca 1
leaf good "/O=Mobile, Pay/CN=callbacks.mobilepay.example" ca 2
leaf other /CN=somebody.example ca 3
leaf stranger /CN=callbacks.mobilepay.example stranger_ca 4
]]

local BASIC = "Basic " .. crypto.base64_encode "mobilepay:secret"

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

describe("luapay.callback in nginx", function()
  local nginx, dir, tls_port

  setup(function()
    dir = capture("mktemp -d"):match "^[^\n]+"
    -- nginx's workers may be somebody else
    os.execute("chmod 755 " .. dir)
    os.execute(CERTIFY:format(dir))
    local probe = assert(socket.bind("127.0.0.1", 0))
    tls_port = select(2, probe:getsockname())
    probe:close()
    nginx = nginxes.start {
      workers = 2,
      http = HTTP:format(tls_port, dir, dir, dir),
      locations = LOCATIONS:format(dir),
    }
  end)

  teardown(function()
    nginx:stop()
    os.execute("rm -rf " .. dir)
  end)

  local function curl(more)
    local out = capture("curl -s -m 20 -w '\n%{http_code}' " .. more)
    local body, status = out:match "^(.*)\n(%d+)$"
    return tonumber(status), body
  end

  local function post(body, header, more)
    local path = dir .. "/body"
    local file = assert(io.open(path, "wb"))
    file:write(body)
    file:close()
    local line = "%s -H 'Expect:' -H 'Content-Type: application/json' "
      .. "-H 'Authorization: %s' --data-binary @%s %s/payments"
    return curl(line:format(more or "", header or BASIC, path, nginx.url))
  end

  local function payment(id, how)
    return assert(core.encode {
      {
        payment_id = id,
        status = "Executed",
        status_code = 0,
        amount = "1.00",
        currency = "DKK",
        external_id = how,
      },
    })
  end

  local function count(id)
    local object = "mobilepay_subscriptions:payment:" .. id
    local _, body = curl(("'%s/count?object=%s'"):format(nginx.url, object))
    return tonumber(body)
  end

  it("handles an event once, whichever worker it comes to", function()
    for _ = 1, 8 do
      local status, body = post(payment "once")
      assert.same({ 200, "ok" }, { status, body })
    end
    assert.equal(1, count "once")
  end)

  it("reads a body that nginx has put into a file", function()
    local body = payment "long" .. (" "):rep(50000)
    assert.equal(200, (post(body)))
    assert.equal(1, count "long")
  end)

  it("reads a body that comes in pieces", function()
    local body = payment "pieces" .. (" "):rep(50000)
    assert.equal(200, (post(body, BASIC, "-H 'Transfer-Encoding: chunked'")))
    assert.equal(1, count "pieces")
  end)

  it("refuses a body that is too long, announced or not", function()
    local body = payment "huge" .. (" "):rep(100000)
    assert.equal(413, (post(body)))
    assert.equal(413, (post(body, BASIC, "-H 'Transfer-Encoding: chunked'")))
    assert.equal(0, count "huge")
  end)

  it("refuses a wrong credential, with one line in nginx's log", function()
    local wrong = "Basic " .. crypto.base64_encode "mobilepay:wrong"
    local before = nginx:log()
    assert.equal(401, (post(payment "wrong", wrong)))
    local log = nginx:log():sub(#before + 1)
    local _, lines = log:gsub("callback mobilepay_subscriptions: ", "")
    assert.equal(1, lines)
    assert.truthy(log:find("refused with 401: credential: is wrong", 1, true))
    assert.is_nil(log:find(wrong, 1, true))
    assert.equal(0, count "wrong")
  end)

  it("refuses another method", function()
    local status = curl(nginx.url .. "/payments")
    assert.equal(405, status)
  end)

  it("lets an event come again when its handler fails", function()
    assert.equal(500, (post(payment("again", "twice"))))
    assert.equal(200, (post(payment("again", "twice"))))
    assert.equal(200, (post(payment("again", "twice"))))
    assert.equal(2, count "again")
  end)

  it("handles the same event once when it comes twice at once", function()
    local path = dir .. "/slow"
    local file = assert(io.open(path, "wb"))
    file:write((payment("slow", "slow")))
    file:close()
    local one = (
      "curl -s -o /dev/null -w '%%{http_code} ' -H "
      .. "'Authorization: %s' --data-binary @%s %s/payments"
    ):format(BASIC, path, nginx.url)
    local out = capture((one .. " & "):rep(4) .. "wait")
    local _, good = out:gsub("200", "")
    local _, busy = out:gsub("503", "")
    assert.equal(4, good + busy, out)
    assert.truthy(good >= 1)
    assert.equal(1, count "slow")
    assert.equal(200, (post(payment("slow", "slow"))))
    assert.equal(1, count "slow")
  end)

  it("remembers what was seen when nginx is reloaded", function()
    assert.equal(200, (post(payment "reload")))
    nginx:reload()
    assert.equal(200, (post(payment "reload")))
    assert.equal(1, count "reload")
  end)

  it("sends who has pressed BUY on to a page", function()
    local status = curl(
      ("-o %s/page -D %s/head '%s/buy?ChID=17'"):format(dir, dir, nginx.url)
    )
    assert.equal(303, status)
    local file = assert(io.open(dir .. "/head"))
    local head = file:read("*a"):lower()
    file:close()
    assert.truthy(head:find("location: /top-up?account=17", 1, true))
  end)

  for name, status in pairs {
    good = 200,
    other = 403,
    stranger = 403,
    nobody = 403,
  } do
    it("looks at the certificate that nginx has seen: " .. name, function()
      local own = name ~= "nobody"
          and ("--cert %s/%s.pem --key %s/%s.key"):format(dir, name, dir, name)
        or ""
      local line = "-k %s --data-binary "
        .. '\'{"PaymentId":"%s","Code":"100","Reason":"Payment expired"}\' '
        .. "https://127.0.0.1:%d/online"
      assert.equal(status, (curl(line:format(own, name, tls_port))))
      local object = "mobilepay_online:payment:" .. name
      local _, body = curl(("'%s/count?object=%s'"):format(nginx.url, object))
      assert.equal(status == 200 and 1 or 0, tonumber(body))
    end)
  end
end)
