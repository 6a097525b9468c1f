-- Writes the lists of files into the rockspec: what follows "modules = {".
-- spec/project_spec.lua fails when this should have been run and was not.
local ROCKSPEC = "luapay-scm-1.rockspec"

-- The C modules as in the Makefile: what begins with their names is theirs,
-- the rest is the core's. `place`: as the rockspec names the library's.
local C_MODULES = {
  { name = "core", library = "m", about = "the core: needs only Lua" },
  {
    name = "curl",
    library = "curl",
    place = "LIBCURL",
    about = "the transport for scripts: needs libcurl",
  },
  {
    name = "crypto",
    library = "crypto",
    place = "LIBCRYPTO",
    about = "keys and signatures: needs libcrypto",
  },
}

local C_MODULE = [[
    -- %s
    ["luapay.%s"] = {
      sources = {
%s      },
      libraries = { "%s" },
%s    },
]]

local PLACE = [[
      incdirs = { "$(%s_INCDIR)" },
      libdirs = { "$(%s_LIBDIR)" },
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

-- The words of a find for the sources of a module.
local function sources_of(name)
  if name ~= "core" then return ("csrc -name '%s*.c'"):format(name) end
  local words = { "csrc -name '*.c'" }
  for _, module in ipairs(C_MODULES) do
    if module.name ~= "core" then
      words[#words + 1] = ("! -name '%s*'"):format(module.name)
    end
  end
  return table.concat(words, " ")
end

local function c_module(module)
  local lines = {}
  for i, path in ipairs(find(sources_of(module.name))) do
    lines[i] = ('        "%s",\n'):format(path)
  end
  local place = module.place and PLACE:format(module.place, module.place)
  return C_MODULE:format(
    module.about,
    module.name,
    table.concat(lines),
    module.library,
    place or ""
  )
end

local function c_modules()
  local text = {}
  for i, module in ipairs(C_MODULES) do
    text[i] = c_module(module)
  end
  return table.concat(text)
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
  "  modules = {\n",
  c_modules(),
  modules(find("lua -name '*.lua' ! -path 'lua/luapay/meta/*'")),
  "  },\n}\n"
)
file:close()
