/*
** compat.h - Lua 5.1, LuaJIT, 5.2 and 5.3 made to look like 5.4.
** The only file that asks which Lua this is.
*/
#ifndef PAY_COMPAT_H
#define PAY_COMPAT_H

#include <lauxlib.h>
#include <lua.h>

#if LUA_VERSION_NUM < 502
#define lua_rawlen lua_objlen
#define lua_absindex(L, i)                                                    \
  ((i) > 0 || (i) <= LUA_REGISTRYINDEX ? (i) : lua_gettop(L) + (i) + 1)
/* Not LuaJIT's own either: a module built for one of both runs in the other,
   and they look for modules in the same folders. */
#undef luaL_newlib
#define luaL_newlib(L, l)      (lua_newtable(L), luaL_register(L, NULL, l))
#define luaL_setfuncs(L, l, n) luaL_register(L, NULL, l) /* n is 0 here */
#define luaL_setmetatable(L, t)                                               \
  (luaL_getmetatable(L, t), lua_setmetatable(L, -2))
#endif

#if LUA_VERSION_NUM < 504
#define lua_newuserdatauv(L, n, u) lua_newuserdata(L, n)
#define luaL_pushfail              lua_pushnil
#endif

/* Up to here each whole number has a float of its own, exclusively. */
#define PAY_MAX_EXACT 9007199254740992.0 /* 2^53 */

/* A whole number is a float before 5.3. */
#if LUA_VERSION_NUM < 503
#define PAY_MAX_INTEGER     9007199254740991LL
#define lua_isinteger(L, i) ((void)(L), (void)(i), 0)
#define pay_pushwhole(L, x) lua_pushnumber(L, (lua_Number)(x))
#else
#define PAY_MAX_INTEGER     9223372036854775807LL
#define pay_pushwhole(L, x) lua_pushinteger(L, (lua_Integer)(x))
#endif

/* Resumes with 'n' values; sets '*results', that it yielded or returned. */
static inline int pay_resume (lua_State *co, lua_State *from, int n,
                              int *results) {
#if LUA_VERSION_NUM >= 504
  return lua_resume(co, from, n, results);
#else
#if LUA_VERSION_NUM >= 502
  int status = lua_resume(co, from, n);
#else
  int status = lua_resume(co, n);
  (void)from;
#endif
  *results = lua_gettop(co);
  return status;
#endif
}

/* The thread of the main program, or NULL where that cannot be asked. */
#if defined(LUA_RIDX_MAINTHREAD)
static inline lua_State *pay_main_thread (lua_State *L) {
  lua_State *main;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  main = lua_tothread(L, -1);
  lua_pop(L, 1);
  return main;
}
#else
#define pay_main_thread(L) ((void)(L), (lua_State *)NULL)
#endif

/* Symbols are hidden here, not in a Makefile: a rockspec has no flags. */
#define PAY_EXPORT __attribute__((visibility("default")))

#endif
