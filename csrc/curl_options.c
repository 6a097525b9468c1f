/*
** curl_options.c - what a pool is opened with. Copied, because libcurl
** asks for it whenever a new handle is made.
*/
#include "curl_pool.h"

#include <stdlib.h>
#include <string.h>

/* Strings among the options of open, in the order of the enumeration. */
static const char *const string_options[N_STRINGS] = {
  "ca_file", "ca_path", "cert_file", "key_file", "key_password", "proxy"
};

/* A number of the options at 1, or what it is when not given. */
static double number_option (lua_State *L, const char *name, double other) {
  lua_getfield(L, 1, name);
  if (!lua_isnil(L, -1)) {
    if (lua_type(L, -1) != LUA_TNUMBER || !(lua_tonumber(L, -1) >= 0) ||
        lua_tonumber(L, -1) > 1e6 * 1024)
      luaL_error(L, "option '%s' is out of range or no number", name);
    other = (double)lua_tonumber(L, -1);
  }
  lua_pop(L, 1);
  return other;
}

static char *string_option (lua_State *L, const char *name) {
  char *copy = NULL;
  size_t n;
  lua_getfield(L, 1, name);
  if (!lua_isnil(L, -1)) {
    const char *s = luaL_checklstring(L, -1, &n);
    if (strlen(s) != n)
      luaL_error(L, "option '%s' has a zero byte", name);
    copy = malloc(n + 1);
    if (copy == NULL)
      luaL_error(L, "out of memory");
    memcpy(copy, s, n + 1);
  }
  lua_pop(L, 1);
  return copy;
}

void pay_read_options (lua_State *L, struct pool *p) {
  int i;
  p->connect_ms = (long)(number_option(L, "connect_timeout", 10) * 1000);
  if (p->connect_ms < 1)
    p->connect_ms = 1; /* 0 is libcurl's word for 300 seconds */
  p->idle_seconds = (long)number_option(L, "idle_time", 3);
  p->max_answer = (size_t)number_option(L, "max_answer", 16 << 20);
  lua_getfield(L, 1, "http_loopback");
  p->http_loopback = lua_toboolean(L, -1);
  lua_pop(L, 1);
  for (i = 0; i < N_STRINGS; i++)
    p->strings[i] = string_option(L, string_options[i]);
}
