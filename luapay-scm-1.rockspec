rockspec_format = "3.0"
package = "luapay"
version = "scm-1"
source = {
  url = "git+https://github.com/luapay/luapay.git",
}
description = {
  summary = "Moves money through payment APIs, and knows what happened",
  detailed = [[
A client of payment APIs. Arguments are checked before anything is sent,
money is exact, no request is sent twice, and every failure says whether
nothing was done or money may have moved.]],
  homepage = "https://github.com/luapay/luapay",
  license = "MIT",
}
dependencies = {
  "lua >= 5.1",
  "lua-cjson >= 2.1",
}
external_dependencies = {
  LIBCURL = { library = "curl" },
}
test_dependencies = {
  "busted >= 2.0",
}
test = {
  type = "busted",
}
build = {
  type = "builtin",
  modules = {
    -- the core: needs only Lua
    ["luapay.core"] = {
      sources = {
      },
      libraries = { "m" },
    },
    -- the transport for scripts: needs libcurl
    ["luapay.curl"] = {
      sources = {
      },
      libraries = { "curl" },
      incdirs = { "$(LIBCURL_INCDIR)" },
      libdirs = { "$(LIBCURL_LIBDIR)" },
    },
  },
}
