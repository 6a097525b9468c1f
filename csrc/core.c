/*
** core.c - module luapay.core: arguments to a request, an answer to a
** result, the tables, money. It does no I/O and needs only Lua.
** An endpoint is known by its number: see find().
*/
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "core.h"

#include <time.h>

#include "api.h"
#include "system.h"

static const struct pay_endpoint *check_endpoint (lua_State *L, int arg,
                                                  const struct pay_api **a) {
  const struct pay_endpoint *e;
  *a = NULL; /* for compilers that do not know that luaL_argcheck ends here */
  e = pay_endpoint((long)luaL_checkinteger(L, arg), a);
  luaL_argcheck(L, e != NULL, arg, "no such endpoint");
  return e;
}

void pay_set_text (lua_State *L, const char *name, const char *value) {
  if (value == NULL)
    return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

static int result_or_fault (lua_State *L, int good) {
  if (good)
    return 1;
  luaL_pushfail(L);
  lua_insert(L, -2);
  return 2;
}

/*
** find(id) -> the number of "api.endpoint", or nil
*/
static int core_find (lua_State *L) {
  long number = pay_find(luaL_checkstring(L, 1));
  if (number == 0)
    luaL_pushfail(L);
  else
    pay_pushwhole(L, number);
  return 1;
}

/*
** prepare(number, args [, settings [, base [, made]]]) -> request, or nil
** and a fault. 'base' is the address of the endpoint's host; 'made' has a
** key and headers, for where the arguments have none.
*/
static int core_prepare (lua_State *L) {
  const struct pay_api *api;
  const struct pay_endpoint *e = check_endpoint(L, 1, &api);
  const char *base = luaL_optstring(L, 4, NULL);
  int settings = lua_isnoneornil(L, 3) ? 0 : 3;
  int made = lua_isnoneornil(L, 5) ? 0 : 5;
  luaL_checktype(L, 2, LUA_TTABLE);
  if (settings != 0)
    luaL_checktype(L, 3, LUA_TTABLE);
  if (made != 0)
    luaL_checktype(L, 5, LUA_TTABLE);
  lua_settop(L, 5);
  return result_or_fault(L, pay_prepare(L, e, 2, settings, base, made));
}

/*
** interpret(number, status, text [, problem]) -> result, or nil and a
** fault. 'text' is the answer's body; 'problem' says why it cannot be read,
** if that is known already: "the answer is ...".
*/
static int core_interpret (lua_State *L) {
  const struct pay_api *api;
  const struct pay_endpoint *e = check_endpoint(L, 1, &api);
  int status = (int)luaL_checkinteger(L, 2);
  size_t n;
  const char *text = luaL_optlstring(L, 3, "", &n);
  const char *problem = luaL_optstring(L, 4, NULL);
  lua_settop(L, 4);
  return result_or_fault(L,
                         pay_interpret(L, api, e, status, text, n, problem));
}

/*
** decode(text [, any_bytes]) -> what the JSON means, or nil and why it
** means nothing: "not JSON (...)". 'any_bytes': what is no UTF-8 may pass.
*/
static int core_decode (lua_State *L) {
  struct pay_json j = { 0 };
  j.s = luaL_checklstring(L, 1, &j.n);
  j.any_bytes = lua_toboolean(L, 2);
  lua_settop(L, 1);
  if (pay_read_json(L, &j))
    return 1;
  luaL_pushfail(L);
  pay_push_json_problem(L, &j);
  return 2;
}

/*
** examine(text) -> whether a decoder that knows only floats would keep each
** digit of its numbers, or nil and why it is no JSON
*/
static int core_examine (lua_State *L) {
  struct pay_json j = { 0 };
  j.s = luaL_checklstring(L, 1, &j.n);
  lua_settop(L, 1);
  if (pay_examine_json(L, &j)) {
    lua_pushboolean(L, !j.long_numbers);
    return 1;
  }
  luaL_pushfail(L);
  pay_push_json_problem(L, &j);
  return 2;
}

/*
** describe(number) -> the endpoint as a table, or nil behind the last
*/
static int core_describe (lua_State *L) {
  const struct pay_api *api;
  const struct pay_endpoint *e =
      pay_endpoint((long)luaL_checkinteger(L, 1), &api);
  if (e == NULL)
    luaL_pushfail(L);
  else
    pay_describe(L, api, e);
  return 1;
}

/*
** api(position) -> the API as a table, or nil behind the last
*/
static int core_api (lua_State *L) {
  lua_Integer position = luaL_checkinteger(L, 1);
  const struct pay_api *const *a = pay_apis;
  while (*a != NULL && --position > 0)
    a++;
  if (*a == NULL || position < 0)
    luaL_pushfail(L);
  else
    pay_describe_api(L, *a);
  return 1;
}

/*
** money(amount, currency) -> money, or nil and a fault
*/
static int core_money (lua_State *L) {
  return result_or_fault(L, pay_new_money(L));
}

/*
** now() -> seconds on a clock that never goes back
*/
static int core_now (lua_State *L) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
  return 1;
}

/*
** fingerprint(text) -> text that is most likely another's for another text
** (FNV-1a, 64 bits: against mistakes, not against malice)
*/
static int core_fingerprint (lua_State *L) {
  static const char hex[] = "0123456789abcdef";
  size_t n, i;
  const char *s = luaL_checklstring(L, 1, &n);
  unsigned long long x = 14695981039346656037ULL;
  char room[16];
  for (i = 0; i < n; i++)
    x = (x ^ (unsigned char)s[i]) * 1099511628211ULL;
  for (i = 0; i < sizeof(room); i++, x >>= 4)
    room[i] = hex[x & 15];
  lua_pushlstring(L, room, sizeof(room));
  return 1;
}

/*
** escape(text) -> the text as it stands in a URL
*/
static int core_escape (lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  struct pay_text t;
  pay_text_open(L, &t);
  pay_add_escaped(&t, s, n);
  pay_text_push(&t);
  return 1;
}

/*
** encode(value) -> JSON, or nil and a fault
*/
static int core_encode (lua_State *L) {
  struct pay_position root;
  struct pay_text t;
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  pay_position_field(&root, NULL, "body", 0);
  pay_text_open(L, &t);
  lua_pushvalue(L, 1);
  if (!pay_add_any_json(L, &root, &t))
    return result_or_fault(L, 0);
  pay_text_push(&t);
  return 1;
}

static const luaL_Reg core_functions[] = { { "find", core_find },
                                           { "prepare", core_prepare },
                                           { "interpret", core_interpret },
                                           { "describe", core_describe },
                                           { "api", core_api },
                                           { "decode", core_decode },
                                           { "examine", core_examine },
                                           { "money", core_money },
                                           { "minor", pay_minor_money },
                                           { "now", core_now },
                                           { "fingerprint", core_fingerprint },
                                           { "clean", pay_clean },
                                           { "escape", core_escape },
                                           { "encode", core_encode },
                                           { NULL, NULL } };


PAY_EXPORT int luaopen_luapay_core (lua_State *L);
PAY_EXPORT int luaopen_luapay_core (lua_State *L) {
  pay_open_money(L);
  luaL_newlib(L, core_functions);
  pay_open_system(L);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  return 1;
}
