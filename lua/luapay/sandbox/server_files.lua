-- The files that a sandbox server needs in its folder: a throw-away CA
-- with a certificate, a configuration of nginx, and the script that runs
-- nginx for as long as somebody holds its input open.

local files = {}

--- A text as one word of a shell.
---@param text string
---@return string
function files.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The private key of the CA is gone before nginx starts.
local CERTIFY = [[
set -e
cd %s
umask 077
cat >ca.cnf <<'END'
[req]
distinguished_name = name
x509_extensions = ca
prompt = no
[name]
CN = luapay sandbox, throw-away CA
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = %s
END
authority () {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -x509 -new -key "$1.key" -sha256 -days 2 -config ca.cnf \
    -out "$1.pem"
}
authority ca
openssl ecparam -name prime256v1 -genkey -noout -out server.key
openssl req -new -key server.key -subj /CN=localhost -config ca.cnf \
  -out server.csr
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -sha256 \
  -set_serial "$(date +%%s)" -days %d -extfile ca.cnf -extensions server \
  -out server.pem
%s
rm -f ca.key server.csr
]]

local KINDS = {
  good = { "DNS:localhost, IP:127.0.0.1", 2, "" },
  expired = { "DNS:localhost, IP:127.0.0.1", -1, "" },
  wrong_host = { "DNS:elsewhere.example", 2, "" },
  untrusted = { "DNS:localhost, IP:127.0.0.1", 2, "authority ca" },
}

--- A shell script that makes ca.pem, server.pem and server.key.
---@param dir string
---@param kind? string "good", "expired", "wrong_host" or "untrusted"
---@return string
function files.certify(dir, kind)
  local how = KINDS[kind or "good"]
  assert(how, "sandbox: no such kind of certificate")
  return CERTIFY:format(files.quote(dir), how[1], how[2], how[3])
end

-- One process is enough, and as it never changes its user it can read
-- this folder whoever started it.
local NGINX = [[
daemon off;
master_process off;
pid "DIR/nginx.pid";
error_log "DIR/error.log" warn;
MODULES
events { worker_connections 1024; }
http {
  access_log off;
  server_tokens off;
  client_max_body_size 1m;
  client_body_buffer_size 1m;
TEMPORARY
  lua_package_path "ROOT?.lua;ROOT?/init.lua;;";
  lua_package_cpath "CPATH";
  init_by_lua_block {
    local json = require "luapay.sandbox.json"
    local file = assert(io.open("DIR/options.json"))
    require("luapay.sandbox.nginx").setup(json.decode(file:read("*a")))
    file:close()
  }
  init_worker_by_lua_block { io.open("DIR/ready", "w"):close() }
  server {
    listen 127.0.0.1:PORT ssl;
    PLAIN
    server_name localhost;
    ssl_certificate "DIR/server.pem";
    ssl_certificate_key "DIR/server.key";
    ssl_protocols TLSv1.2 TLSv1.3;
    keepalive_requests 1000000;
    location / {
      content_by_lua_block { require("luapay.sandbox.nginx").serve() }
    }
  }
}
]]

--- The configuration of nginx.
---@param values table DIR, ROOT, CPATH, PORT, PLAIN, MODULES, TEMPORARY; paths
--- fit between double quotes
---@return string
function files.nginx(values)
  return (NGINX:gsub("%u+", values))
end

-- A line on the input, or its end when the starter dies, ends nginx, at once:
-- there is nothing to save, and nginx does not listen while it waits for a
-- port. Another child of a dead starter may hold the input open, so the
-- starter is looked at, too. Signals of a terminal are left to it.
local RUN = [[
trap '' INT HUP QUIT TERM
starter=$PPID
exec 3<&0
%s -p %s -c %s </dev/null 3<&- &
nginx=$!
{ read -r line <&3; kill -9 "$nginx"; } &
reader=$!
{ while kill -0 "$starter"; do sleep 1; done
  kill -9 "$nginx" "$reader"; } 2>/dev/null &
guard=$!
wait "$nginx"
: >%s
wait "$reader"
kill -9 "$guard"
rm -rf %s
]]

--- A shell script that runs nginx and tidies up after it.
---@param nginx string path of the program
---@param dir string
---@return string
function files.run(nginx, dir)
  local q = files.quote
  return RUN:format(
    q(nginx),
    q(dir),
    q(dir .. "/nginx.conf"),
    q(dir .. "/ended"),
    q(dir)
  )
end

return files
