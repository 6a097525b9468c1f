-- Writes the lists of files into the rockspec: what follows "modules = {".
-- spec/project_spec.lua fails when this should have been run and was not.
local ROCKSPEC = "luapay-scm-1.rockspec"

-- The C modules as in the Makefile: what begins with their names, or those
-- of their `parts`, is theirs, the rest is the core's. `inside`: a module
-- whose sources are also in this one; `place`: as the rockspec names the
-- library's.
local C_MODULES = {
  { name = "core", library = "m", about = "the core: needs only Lua" },
  { name = "http", about = "HTTP for the transports: needs only Lua" },
  {
    name = "curl",
    parts = { "curl", "connection", "pool" },
    inside = "http",
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
  {
    name = "postgres",
    library = 'pq", "pthread',
    place = "LIBPQ",
    about = "the journal in PostgreSQL: needs libpq 14 or later",
  },
  {
    name = "sqlite",
    library = 'sqlite3", "pthread',
    place = "LIBSQLITE3",
    about = "the journal in a file: needs SQLite",
  },
}

local C_MODULE = [[
    -- %s
    ["luapay.%s"] = {
      sources = {
%s      },
%s%s    },
]]

local LIBRARY = [[
      libraries = { "%s" },
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

local function parts_of(name)
  for _, module in ipairs(C_MODULES) do
    if module.name == name then return module.parts or { name } end
  end
end

-- The words of a find for the sources of a module.
local function sources_of(module)
  local words = {}
  local function add(name, before)
    for _, part in ipairs(parts_of(name)) do
      words[#words + 1] = ("%s -name '%s*.c'"):format(before, part)
    end
  end
  if module.name ~= "core" then
    add(module.name, "-o")
    if module.inside then add(module.inside, "-o") end
    return "csrc -false " .. table.concat(words, " ")
  end
  for _, other in ipairs(C_MODULES) do
    if other.name ~= "core" then add(other.name, "!") end
  end
  return "csrc -name '*.c' " .. table.concat(words, " ")
end

local function c_module(module)
  local lines = {}
  for i, path in ipairs(find(sources_of(module))) do
    lines[i] = ('        "%s",\n'):format(path)
  end
  local library = module.library and LIBRARY:format(module.library)
  local place = module.place and PLACE:format(module.place, module.place)
  return C_MODULE:format(
    module.about,
    module.name,
    table.concat(lines),
    library or "",
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
