-- What each thread does: the first use of every C module, side by side, with
-- calls that go over the wire.
local number, plain, tls, ca_file, file, database, folder = ...

local luapay = require "luapay"

-- Sends to both listeners of the server of the specs.
local function exchange(transport)
  for _, base in ipairs { plain, tls } do
    for i = 1, 5 do
      local body = ("thread %s, %d"):format(number, i)
      local response = assert(transport:send({
        method = "POST",
        url = base .. "/echo",
        body = body,
      }, 20))
      assert(response.body:sub(-#body) == body, "the answer to another call")
    end
  end
end

-- Whole calls, checked and read by the core, with the pretended provider.
local function pay(journal)
  local client = luapay.infobip {
    username = "reseller",
    password = "secret",
    transport = require("luapay.sandbox").infobip():transport(),
  }
  local topup = luapay.flow.topup {
    client = client,
    journal = journal,
    run = "run " .. number,
    note = "not complete",
  }
  assert(topup:run {
    {
      reference = "order",
      accountKey = "EUR-1",
      amount = "12.50",
      currencycode = "EUR",
      description = "Top-up",
    },
  })
  journal:close()
end

local function read_and_sign()
  local http = require "luapay.http"
  local reader = http.reader("GET", 1000)
  reader:feed "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
  assert(reader:response().body == "{}")
  local crypto = require "luapay.crypto"
  assert(#crypto.base64_encode(crypto.random(30)) == 40)
end

-- By a socket; and by names, which are looked up in threads of their own.
local function ask_database()
  assert(luapay.journal.postgres {
    database = database,
    user = "luapay",
    host = folder,
  }):close()
  for _ = 1, 3 do
    local none, why = luapay.journal.postgres {
      database = database,
      user = "luapay",
      host = "localhost",
      port = 1,
      connect_timeout = 2,
    }
    assert(none == nil and why, "nobody listens there")
  end
end

-- In a thread of the connection's, and one that is left at work.
local function use_file()
  local sqlite = require "luapay.sqlite"
  local path = os.tmpname()
  local connection = assert(sqlite.open(path))
  for i = 1, 20 do
    assert(connection:start({
      { "CREATE TABLE IF NOT EXISTS t (a)" },
      { "INSERT INTO t VALUES ($1)", i, n = 1 },
    }, 20, 20))
    local results, why
    repeat
      results, why = connection:step()
    until results ~= false
    assert(results, why and why.message)
  end
  local endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
    .. "FROM n) SELECT COUNT(*) FROM n"
  assert(connection:start({ { endless } }, 20, 20))
  connection:close()
  while not connection:is_closed() do
    require("luapay.core").sleep(0.001)
  end
  os.execute("rm -f " .. path .. "*")
end

local transport = require("luapay.transport.curl").new {
  http_loopback = true,
  ca_file = ca_file,
}
exchange(transport)
transport:close()
assert(luapay.journal.sqlite { path = file .. "shared" }):close()
-- of its own: each thread has a provider of its own, which counts from 1
pay(assert(luapay.journal.sqlite { path = file .. number }))
read_and_sign()
ask_database()
use_file()
