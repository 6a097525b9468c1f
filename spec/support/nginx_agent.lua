-- Runs inside nginx what a spec asks for: the body of a request is Lua, a
-- function of it is called in the phase that the location stands for, and
-- what it returns is the answer. See nginx_transport.lua.
local literal = require "spec.support.literal"
local ngx = require "ngx"

local agent = {}

--- Kept between requests, for what a spec sends.
agent.kept = {}

local function run(body)
  local ok, order = pcall(literal.read, body)
  if not ok then return { raised = tostring(order) } end
  local chunk, why = loadstring(order.code, "=spec")
  if not chunk then return { raised = why } end
  local done = { pcall(chunk, agent.kept, unpack(order.args, 1, 9)) }
  local result = done[2]
  if done[1] and type(result) == "table" and result.status then
    result.headers = result.headers -- made when asked for
  end
  if done[1] then return { result = result, fault = done[3] } end
  return { raised = tostring(done[2]) }
end

local function body_of()
  ngx.req.read_body()
  return ngx.req.get_body_data() or ""
end

local function reply(done)
  local text = literal.write(done)
  ngx.header.content_length = #text
  ngx.print(text)
  return ngx.exit(200)
end

--- For rewrite_by_lua, access_by_lua and content_by_lua.
function agent.here()
  reply(run(body_of()))
end

--- For content_by_lua: a timer does the work.
function agent.in_timer()
  local body, done = body_of(), nil
  assert(ngx.timer.at(0, function()
    local ok, err = pcall(function()
      done = run(body)
    end)
    done = ok and done or { raised = tostring(err) }
  end))
  while not done do
    ngx.sleep(0.001)
  end
  reply(done)
end

--- For content_by_lua: a light thread of a map does the work.
function agent.in_map()
  local body = body_of()
  local done = require("luapay").map({ 1 }, nil, function()
    return run(body)
  end)
  reply(done[1].result)
end

return agent
