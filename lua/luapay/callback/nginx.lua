-- nginx.lua - a receiver in nginx's content_by_lua: reads the request that
-- is there, and answers it. A body that nginx has put into a file is read
-- from there, and no further than it may be long.

local ngx = _G.ngx
local glue = {}

local MOST_HEADERS = 100

local function read_file(path, most)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read(most + 1)
  file:close()
  return text
end

-- The body; one that is too long comes one byte longer than it may be.
local function read_body(most)
  local announced = tonumber(ngx.var.http_content_length) or 0
  if announced > most then return nil, true end
  -- newer ones raise for a request of HTTP/2 that does not say its length
  if not pcall(ngx.req.read_body) then return nil, true end
  local text = ngx.req.get_body_data()
  if text then return text end
  local path = ngx.req.get_body_file()
  return path and read_file(path, most) or ""
end

-- What is not there in this nginx (without TLS) is nil.
local function variable(name)
  local good, value = pcall(function()
    return ngx.var[name]
  end)
  return good and value or nil
end

--- The request that nginx handles, as a receiver takes it.
---@param most integer bytes of a body
---@return luapay.callback.Request
function glue.request(most)
  local body, too_long = read_body(most)
  return {
    method = ngx.req.get_method(),
    path = ngx.var.uri,
    query = ngx.var.args,
    headers = ngx.req.get_headers(MOST_HEADERS),
    body = body,
    too_long = too_long,
    client_verify = variable "ssl_client_verify",
    client_name = variable "ssl_client_s_dn",
  }
end

--- Answers with a reply.
---@param reply luapay.callback.Reply
function glue.reply(reply)
  ngx.status = reply.status
  for name, value in pairs(reply.headers) do
    ngx.header[name] = value
  end
  ngx.header.content_length = #reply.body
  ngx.print(reply.body)
end

--- Reads the request, has it handled, and answers it.
---@param receiver luapay.callback.Receiver
---@param fn fun(event: luapay.callback.Event): boolean?, table?
function glue.serve(receiver, fn)
  local given = glue.request(receiver.max_body)
  local reply, events, problem = receiver:handle(given, fn)
  glue.reply(reply)
  return reply, events, problem
end

return glue
