-- Looks for the programs that a sandbox server is made of, and says what
-- to install when one is missing.

local programs = {}

-- Where nginx may be beside the usual places.
local AROUND = 'PATH="$PATH:/usr/sbin:/usr/local/sbin'
  .. ':/usr/local/openresty/nginx/sbin"; '

--- What a command prints.
---@param command string
---@return string
function programs.capture(command)
  local pipe = assert(io.popen(AROUND .. command))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- The lines that load the Lua module: none where it is built in.
local function module_lines(about)
  if about:find("ngx_lua", 1, true) then return "" end
  local dir = about:match("%-%-modules%-path=(%S+)") or ""
  if not exists(dir .. "/ngx_http_lua_module.so") then return nil end
  local lines = {}
  for _, name in ipairs { "ndk_http_module", "ngx_http_lua_module" } do
    local path = dir .. "/" .. name .. ".so"
    if exists(path) then
      lines[#lines + 1] = ('load_module "%s";'):format(path)
    end
  end
  return table.concat(lines, "\n")
end

local TEMPORARY = { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }

--- A path as it stands between double quotes, in a configuration of nginx
--- and in Lua.
---@param path string
---@return string
function programs.escape(path)
  return (path:gsub('[\\"]', "\\%0"))
end

--- A path that holds in every folder.
---@param path string
---@return string
function programs.absolute(path)
  if path:sub(1, 1) == "/" then return path end
  return programs.capture("pwd"):gsub("\n$", "") .. "/" .. path
end

--- The folder that holds luapay/, with a slash at its end: nginx looks for
--- the modules there.
---@return string
function programs.root()
  local source = debug.getinfo(1, "S").source
  local dir = source:match("^@(.*)luapay[/\\]sandbox[/\\][%w_]+%.lua$")
  assert(dir, "sandbox: the server must be loaded from a file")
  return programs.absolute(dir)
end

--- Where nginx's LuaJIT finds the C modules, for lua_package_cpath: built
--- beside the Lua files, or installed with them.
---@return string
function programs.cpath()
  local root = programs.root()
  return ("%s../build/luajit/?.so;%s../../../lib/lua/5.1/?.so;;"):format(
    root,
    root
  )
end

--- Why nginx cannot listen, from what it says; nil when it does not say so.
---@param said string
---@param port integer
---@return string? message
---@return boolean? taken another port may do
function programs.not_listening(said, port)
  local where, why = said:match("bind%(%) to [^\n]-:(%d+) failed %((.-)%)")
  if not why then return nil end
  local is_first = tonumber(where) == port
  port = tonumber(where)
  if why:find("Address already in use", 1, true) then
    return ("port %d is taken by another program"):format(port), is_first
  elseif why:find("Permission denied", 1, true) then
    return ("this user has no permission to listen on port %d"):format(port)
  end
  return ("cannot listen on port %d: %s"):format(port, why)
end

-- Folders for temporary files: by default they are not writable for all.
local function temporary_lines(about, dir)
  local lines = {}
  for _, name in ipairs(TEMPORARY) do
    if not about:find("--without-http_" .. name .. "_module", 1, true) then
      lines[#lines + 1] = ('  %s_temp_path "%s/tmp";'):format(
        name,
        programs.escape(dir)
      )
    end
  end
  return table.concat(lines, "\n")
end

--- Finds nginx and openssl.
---@param dir string where temporary files may be
---@return table? found nginx (path), MODULES and TEMPORARY (configuration)
---@return string? message what is missing
function programs.find(dir)
  local nginx = programs.capture("command -v nginx"):match("^(%S+)")
  if not nginx then return nil, "nginx is not installed" end
  if programs.capture("command -v openssl") == "" then
    return nil, "openssl is not installed"
  end
  local about = programs.capture(nginx .. " -V 2>&1")
  local modules = module_lines(about)
  if not modules then
    return nil, "nginx has no Lua module (libnginx-mod-http-lua)"
  end
  return {
    nginx = nginx,
    MODULES = modules,
    TEMPORARY = temporary_lines(about, dir),
  }
end

return programs
