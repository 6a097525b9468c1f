-- Every file runs on all five Luas.
std = "min"
max_line_length = 79

-- what a version-tolerant program asks for before it uses it
read_globals = {
  "jit",
  "loadstring",
  "setfenv",
  "unpack",
  coroutine = { fields = { "isyieldable" } },
  math = { fields = { "mininteger", "maxinteger", "tointeger", "type" } },
  table = { fields = { "pack", "unpack" } },
}

files["spec"] = { std = "min+busted" }
files["lua/luapay/sandbox/nginx.lua"] = { std = "min+ngx_lua" }
files["luapay-scm-1.rockspec"] = { std = "rockspec" }

-- Types for editors: signatures without bodies, types that cannot be broken.
files["lua/luapay/meta"] = { unused = false, max_line_length = false }

exclude_files = { "build" }

-- A method that does not look at its object is still a method.
self = false
