-- certificate.lua - the client's own certificate, for servers that
-- ask for one. Read once, when the transport is made: in init_by_lua that
-- is as root, so the key need not be readable by the workers.

local certificate = {}

local HERE = "luapay.transport.nginx: "

local function read(name, path)
  local file = io.open(path, "rb")
  local text = file and file:read "*a"
  if file then file:close() end
  if text and text ~= "" then return text end
  error(("%s%s: cannot be read: %s"):format(HERE, name, path), 0)
end

local function parse(name, made, why)
  if made then return made end
  error(("%s%s: %s"):format(HERE, name, tostring(why)), 0)
end

--- Reads certificate and key; nil when there are none to read.
---@param options table cert_file, key_file
---@return table?
function certificate.read(options)
  local cert_file, key_file = options.cert_file, options.key_file
  if not cert_file and not key_file then return nil end
  if not cert_file or not key_file then
    error(HERE .. "cert_file and key_file go together", 0)
  end
  local found, ssl = pcall(require, "ngx.ssl")
  if not found then
    error(HERE .. "cert_file: needs lua-resty-core (ngx.ssl)", 0)
  end
  local text, secret = read("cert_file", cert_file), read("key_file", key_file)
  -- or OpenSSL asks for the pass phrase, on the terminal
  if secret:find "ENCRYPTED" then
    error(
      HERE .. "key_file: has a pass phrase, which nginx cannot be given",
      0
    )
  end
  return {
    chain = parse("cert_file", ssl.parse_pem_cert(text)),
    key = parse("key_file", ssl.parse_pem_priv_key(secret)),
    -- tells connections apart; nothing hangs on it being hard to find again
    identity = require("ngx").md5(text),
  }
end

--- Lets a connection present it.
---@param own? table
---@param tcp table
---@return boolean? ok
---@return string? why
function certificate.present(own, tcp)
  if not own then return true end
  if not tcp.setclientcert then
    return nil, "this nginx cannot present a client certificate"
  end
  return tcp:setclientcert(own.chain, own.key)
end

return certificate
