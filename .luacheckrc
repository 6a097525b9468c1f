-- Every file runs on all five Luas.
std = "min"
max_line_length = 79

-- what a version-tolerant program asks for before it uses it
read_globals = { "jit", "unpack", table = { fields = { "unpack" } } }

files["spec"] = { std = "min+busted" }
files["examples"] = { std = "min" }
files["luapay-scm-1.rockspec"] = { std = "rockspec" }

exclude_files = { "build" }
