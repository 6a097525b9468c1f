-- Writes the lists of files into the rockspec: what follows "modules = {".
-- spec/project_spec.lua fails when this should have been run and was not.
local ROCKSPEC = "luapay-scm-1.rockspec"

local MODULES = [[
  modules = {
    -- the core: needs only Lua
    ["luapay.core"] = {
      sources = {
%s      },
      libraries = { "m" },
    },
    -- the transport for scripts: needs libcurl
    ["luapay.curl"] = {
      sources = {
%s      },
      libraries = { "curl" },
      incdirs = { "$(LIBCURL_INCDIR)" },
      libdirs = { "$(LIBCURL_LIBDIR)" },
    },
    -- keys and signatures: needs libcrypto
    ["luapay.crypto"] = {
      sources = {
%s      },
      libraries = { "crypto" },
      incdirs = { "$(LIBCRYPTO_INCDIR)" },
      libdirs = { "$(LIBCRYPTO_LIBDIR)" },
    },
%s  },
}
]]

-- The paths that a find with these words prints, sorted.
local function find(words)
  local pipe = assert(io.popen("find " .. words .. " | LC_ALL=C sort"))
  local paths = {}
  for path in pipe:lines() do
    paths[#paths + 1] = path
  end
  pipe:close()
  return paths
end

local function sources(paths)
  local lines = {}
  for i, path in ipairs(paths) do
    lines[i] = ('        "%s",\n'):format(path)
  end
  return table.concat(lines)
end

local function modules(paths)
  local lines = {}
  for i, path in ipairs(paths) do
    local name = path:match("^lua/(.*)%.lua$"):gsub("/", ".")
    local line = ('    ["%s"] = "%s",'):format(name:gsub("%.init$", ""), path)
    if #line > 79 then line = line:gsub(" = ", " =\n      ") end
    lines[i] = line .. "\n"
  end
  return table.concat(lines)
end

local file = assert(io.open(ROCKSPEC))
local head = file:read("*a"):match("^(.-)  modules = {")
file:close()

file = assert(io.open(ROCKSPEC, "w"))
file:write(
  head,
  MODULES:format(
    sources(find("csrc -name '*.c' ! -name 'curl*' ! -name 'crypto*'")),
    sources(find("csrc -name 'curl*.c'")),
    sources(find("csrc -name 'crypto*.c'")),
    modules(find("lua -name '*.lua' ! -path 'lua/luapay/meta/*'"))
  )
)
file:close()
