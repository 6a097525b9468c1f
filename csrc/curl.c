/*
** curl.c - module luapay.curl: many exchanges over one multi handle of
** libcurl (7.85 or later). It knows no payments, and decides only what
** no caller should have to decide: certificates are always verified, no
** redirect is followed, and nothing is ever sent a second time.
*/
#define _GNU_SOURCE /* dladdr */
#include "curl_pool.h"

#include <dlfcn.h>
#include <string.h>

#define USUAL_POOLS 16

static struct pool *check_open (lua_State *L, int arg) {
  struct pool *p = luaL_checkudata(L, arg, POOL);
  luaL_argcheck(L, p->open, arg, "pool is closed");
  pay_pool_check_process(p);
  return p;
}

/* Takes over the request at 2; NULL with two values pushed if refused. */
static struct exchange *begin (lua_State *L, struct pool *p) {
  double seconds = luaL_checknumber(L, 3);
  struct exchange *x = pay_idle_exchange(p);
  const char *wrong;
  if (x == NULL || !pay_pool_ready(p))
    luaL_error(L, "out of memory");
  wrong = pay_read_request(L, 2, x);
  if (wrong != NULL)
    pay_push_refusal(L, "transport", wrong);
  else if (!(seconds > 0))
    pay_push_refusal(L, "timeout", "no time left, nothing was sent");
  else if (!pay_dress(x, seconds) || !pay_pool_start(p, x))
    pay_push_refusal(L, "transport", "libcurl is out of memory");
  else
    return x;
  return NULL;
}

/*
** pool:perform(request, seconds) -> response, or nil and a failure.
** Sends and waits; whatever else the pool has under way goes on.
*/
static int pool_perform (lua_State *L) {
  struct pool *p = check_open(L, 1);
  struct exchange *x = begin(L, p);
  if (x != NULL) {
    pay_finish(p, x);
    pay_push_outcome(L, x);
    pay_pool_recycle(p, x);
  }
  return 2;
}

/*
** pool:start(request, seconds) -> number of the exchange, to be given
** back by 'finished'; or nil and a failure.
*/
static int pool_start (lua_State *L) {
  struct exchange *x = begin(L, check_open(L, 1));
  if (x == NULL)
    return 2;
  lua_pushinteger(L, x->id);
  return 1;
}

/*
** pool:finished(into) -> n. Fills the list with n triples: number of an
** exchange, then its response or false, and its failure or false.
*/
static int pool_finished (lua_State *L) {
  struct pool *p = check_open(L, 1);
  int i, n = 0;
  luaL_checktype(L, 2, LUA_TTABLE);
  while (p->done != NULL) {
    struct exchange *x = p->done;
    lua_pushinteger(L, x->id);
    pay_push_outcome(L, x);
    for (i = 3; i > 0; i--) {
      if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 0);
      }
      lua_rawseti(L, 2, n * 3 + i);
    }
    pay_pool_recycle(p, x);
    n++;
  }
  lua_pushinteger(L, n);
  return 1;
}

/* pool:under_way() -> number of exchanges begun and not yet given back */
static int pool_under_way (lua_State *L) {
  struct pool *p = check_open(L, 1);
  lua_pushinteger(L, p->n_under_way + p->n_done);
  return 1;
}

/* close(), and __gc and __close: any number of times, in any order */
static int pool_close (lua_State *L) {
  struct pool *p = luaL_checkudata(L, 1, POOL);
  if (p->open)
    pay_pool_close(p);
  return 0;
}

static int pool_tostring (lua_State *L) {
  struct pool *p = luaL_checkudata(L, 1, POOL);
  lua_pushfstring(L, "%s (%s)", POOL, p->open ? "open" : "closed");
  return 1;
}

/*
** wait(pools, seconds): until one of the pools has something finished,
** a signal came, or the time is over. With no pools it only waits.
*/
static int curl_wait (lua_State *L) {
  struct pool *usual[USUAL_POOLS], **pools = usual;
  double until = pay_now() + luaL_checknumber(L, 2);
  int i, n;
  luaL_checktype(L, 1, LUA_TTABLE);
  n = (int)lua_rawlen(L, 1);
  lua_settop(L, 2);
  if (n > USUAL_POOLS)
    pools = lua_newuserdatauv(L, (size_t)n * sizeof(*pools), 0);
  for (i = 0; i < n; i++) {
    lua_rawgeti(L, 1, i + 1);
    pools[i] = check_open(L, -1);
    lua_pop(L, 1);
  }
  pay_wait(pools, n, until);
  return 0;
}

/* now() -> seconds on a clock that nobody sets */
static int curl_now (lua_State *L) {
  lua_pushnumber(L, (lua_Number)pay_now());
  return 1;
}

static int curl_version_text (lua_State *L) {
  lua_pushstring(L, curl_version());
  return 1;
}

/* Not when the module loads: it takes milliseconds and reads files. */
static void need_libcurl (lua_State *L) {
  static int ready = 0;
  if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    luaL_error(L, "libcurl cannot be initialised");
  ready = 1;
}

/*
** open(options) -> pool. It opens nothing but itself: connections are
** made when something is sent. lua/luapay/transport/curl.lua says what
** the options mean.
*/
static int curl_open (lua_State *L) {
  struct pool *p;
  luaL_checktype(L, 1, LUA_TTABLE);
  p = lua_newuserdatauv(L, sizeof(*p), 0);
  memset(p, 0, sizeof(*p));
  luaL_setmetatable(L, POOL);
  p->last_done = &p->done;
  p->due = -1;
  p->open = 1; /* from here on its collector frees what it has */
  need_libcurl(L);
  pay_read_options(L, p);
  return 1;
}

static const luaL_Reg pool_methods[] = {
  { "perform", pool_perform },
  { "start", pool_start },
  { "finished", pool_finished },
  { "under_way", pool_under_way },
  { "close", pool_close },
  { "wait", curl_wait }, /* of a list of pools, for luapay.task */
  { "now", curl_now },
  { NULL, NULL }
};

static const luaL_Reg pool_metamethods[] = { { "__gc", pool_close },
                                             { "__close", pool_close },
                                             { "__tostring", pool_tostring },
                                             { NULL, NULL } };

static const luaL_Reg curl_functions[] = { { "open", curl_open },
                                           { "wait", curl_wait },
                                           { "now", curl_now },
                                           { "version", curl_version_text },
                                           { NULL, NULL } };

/*
** A name being resolved has a thread of libcurl's, which may outlive the
** exchange and the Lua state: this code must then still be there.
*/
static void stay_loaded (void) {
  Dl_info here;
  if (dladdr((const void *)curl_functions, &here) != 0)
    (void)dlopen(here.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

PAY_EXPORT int luaopen_luapay_curl (lua_State *L);
PAY_EXPORT int luaopen_luapay_curl (lua_State *L) {
  stay_loaded();
  luaL_newmetatable(L, POOL);
  luaL_setfuncs(L, pool_metamethods, 0);
  luaL_newlib(L, pool_methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  luaL_newmetatable(L, RESPONSE);
  lua_pushcfunction(L, pay_response_index);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  luaL_newlib(L, curl_functions);
  return 1;
}
