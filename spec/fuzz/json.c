/*
** json.c - fuzzes the reader of csrc/json.c, free and guided by the fields of
** each endpoint's result, and what csrc/answer.c makes of it. The first byte
** of an input chooses the endpoint, the second the status and the options,
** the rest is the text.
**
** Nothing raises; a text that is examined as good is read, unless a name is
** there twice; and what was read, written and read again is the same.
*/
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n);
int luaopen_luapay_core (lua_State *L);

static void check (int good, const char *what) {
  if (good)
    return;
  fprintf(stderr, "broken: %s\n", what);
  abort();
}

static lua_State *open_core (void) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  luaL_requiref(L, "luapay.core", luaopen_luapay_core, 0);
  lua_settop(L, 1);
  return L;
}

/* Calls a function of the core with what is on the stack from 'arg' on;
   leaves its two values. */
static void call (lua_State *L, const char *name, int arg) {
  int n = lua_gettop(L) - arg + 1;
  lua_getfield(L, 1, name);
  lua_insert(L, arg);
  if (lua_pcall(L, n, 2, 0) != LUA_OK) {
    fprintf(stderr, "%s: %s\n", name, lua_tostring(L, -1));
    check(0, "nothing raises");
  }
}

/* Reads a copy of the text, where AddressSanitizer sees each byte that is
   read beside it; leaves the value, or nil, and the problem, or nil. */
static void decode (lua_State *L, const char *s, size_t n, int any_bytes) {
  int arg = lua_gettop(L) + 1;
  lua_pushlstring(L, s, n);
  lua_pushboolean(L, any_bytes);
  call(L, "decode", arg);
}

static void check_examined (lua_State *L, const char *s, size_t n, int read) {
  int top = lua_gettop(L);
  lua_pushlstring(L, s, n);
  call(L, "examine", top + 1);
  check(!read || !lua_isnil(L, top + 1), "what is read is good");
  lua_settop(L, top);
}

/* Pushes the value on the top as text, or nil where it cannot be written:
   a float beyond what is ever sent. */
static void encode (lua_State *L) {
  int arg = lua_gettop(L) + 1;
  lua_pushvalue(L, -1);
  call(L, "encode", arg);
  lua_pop(L, 1);
}

/* The order of members is no table's own, so lengths are compared. */
static void check_again (lua_State *L) {
  int top = lua_gettop(L);
  size_t n, again;
  const char *s;
  encode(L);
  s = lua_tolstring(L, -1, &n);
  if (s != NULL) {
    decode(L, s, n, 0);
    check(lua_isnil(L, -1), "what is written can be read");
    lua_pop(L, 1);
    encode(L);
    check(lua_tolstring(L, -1, &again) != NULL && again == n,
          "and is the same");
  }
  lua_settop(L, top);
}

static void interpret (lua_State *L, int number, int status, const char *s,
                       size_t n) {
  lua_settop(L, 1);
  lua_pushinteger(L, number);
  lua_pushinteger(L, status);
  lua_pushlstring(L, s, n);
  call(L, "interpret", 2);
  check(lua_istable(L, 2) || lua_istable(L, 3), "a result or a fault");
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n) {
  static const int statuses[] = { 200, 201, 204, 400, 403, 404, 409, 500 };
  static lua_State *L;
  static int endpoints;
  const char *s = (const char *)data + 2;
  int any_bytes, good;
  if (n < 2)
    return 0;
  if (L == NULL)
    L = open_core();
  while (endpoints == 0 || lua_istable(L, 2)) {
    lua_settop(L, 1);
    lua_pushinteger(L, ++endpoints);
    call(L, "describe", 2);
  }
  lua_settop(L, 1);
  any_bytes = data[1] & 1;
  n -= 2;
  decode(L, s, n, any_bytes);
  good = lua_isnil(L, 3);
  if (!any_bytes)
    check_examined(L, s, n, good);
  lua_settop(L, 2);
  if (good && !any_bytes && !lua_isnil(L, 2))
    check_again(L);
  interpret(L, data[0] % (endpoints - 1) + 1, statuses[data[1] >> 1 & 7], s,
            n);
  lua_settop(L, 1);
  return 0;
}
