/*
** curl.c - module luapay.curl: exchanges from Lua, over the connections of
** a pool (pool.c), which libcurl opens (connection.c). It knows no
** payments, and decides only what no caller should have to decide:
** certificates are always verified, no redirect is followed, and nothing
** is ever sent a second time.
*/
#include "host.h"

#include "compat.h"
#include "http_lua.h"
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#define POOL        "luapay.curl.pool"
#define USUAL_POOLS 16
#define NEVER       1e300

/* answers, and what is known when there is none */

static void set_number (lua_State *L, const char *name, double x) {
  lua_pushnumber(L, (lua_Number)x);
  lua_setfield(L, -2, name);
}

/* On a connection that was kept, the first three took no time. */
static void push_timings (lua_State *L, const struct pay_exchange *x) {
  lua_createtable(L, 0, 5);
  set_number(L, "name_lookup", x->times[0]);
  set_number(L, "connect", x->times[1]);
  set_number(L, "tls", x->times[2]);
  set_number(L, "first_byte", x->first_byte - x->began);
  set_number(L, "total", x->ended - x->began);
}

/* Makes a failure of the message on the top. */
static void make_failure (lua_State *L, int late, int sent) {
  lua_createtable(L, 0, 3);
  lua_pushstring(L, late ? "timeout" : "transport");
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, sent ? "after_send" : "before_send");
  lua_setfield(L, -2, "phase");
  lua_insert(L, -2);
  lua_setfield(L, -2, "message");
}

/* Names the host and what to check; never the path, the query, a header or
   the body of a request, where secrets may be. */
static void push_failure (lua_State *L, const struct pay_exchange *x) {
  lua_pushlstring(L, x->origin->url, x->origin->n);
  if (x->detail[0] != '\0')
    lua_pushfstring(L, ": %s (%s)", x->why, x->detail);
  else
    lua_pushfstring(L, ": %s", x->why);
  lua_concat(L, 2);
  make_failure(L, x->late, x->sent);
}

/*
** Pushes a response and nil, or nil and a failure; or true, status and body,
** where that is enough. Returns how many values.
*/
static int push_outcome (lua_State *L, struct pay_exchange *x) {
  if (x->answered && x->brief && x->answer.status / 100 == 2 &&
      !x->answer.has_retry_after) {
    lua_pushboolean(L, 1);
    lua_pushinteger(L, x->answer.status);
    pay_push_body(L, &x->answer);
    return 3;
  }
  if (x->answered) {
    pay_push_response(L, &x->answer);
    if (x->timed) {
      push_timings(L, x);
      lua_setfield(L, -2, "timings");
    }
    luaL_pushfail(L);
  }
  else {
    luaL_pushfail(L);
    push_failure(L, x);
  }
  return 2;
}

/* The same as a function: see give_back. */
static int outcome (lua_State *L) {
  return push_outcome(L, lua_touserdata(L, 1));
}

/* requests */

static const char *read_body (lua_State *L, struct pay_exchange *x) {
  const char *body, *wrong;
  size_t n = 0;
  lua_getfield(L, 2, "body");
  if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "request.body must be a string");
  body = lua_tolstring(L, -1, &n);
  wrong = pay_http_end(&x->request, body, n);
  lua_pop(L, 1);
  return wrong;
}

static const char *string_field (lua_State *L, const char *name, size_t *n) {
  lua_getfield(L, 2, name);
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "request.%s must be a string", name);
  return lua_tolstring(L, -1, n);
}

/* Path and query; what follows a '#' is not sent. */
static const char *target_of (const char *url, size_t *n) {
  const char *hash = memchr(url, '#', *n);
  if (hash != NULL)
    *n = (size_t)(hash - url);
  if (*n > 0)
    return url;
  *n = 1;
  return "/";
}

/*
** Takes over the request at index 2. Returns NULL, or what is wrong with a
** value in it; raises for a wrong type: the caller's program has a bug.
*/
static const char *read_request (lua_State *L, struct pay_exchange *x) {
  const char *url, *method, *target, *wrong = NULL;
  size_t n_url, n_method, n_target;
  luaL_checktype(L, 2, LUA_TTABLE);
  url = string_field(L, "url", &n_url);
  method = string_field(L, "method", &n_method);
  x->origin = pay_pool_origin(x->pool, url, n_url, &wrong);
  if (x->origin == NULL)
    return wrong;
  n_target = n_url - x->origin->n;
  target = target_of(url + x->origin->n, &n_target);
  wrong = pay_http_begin(
      &x->request, method, n_method, target, n_target, x->origin->host,
      (size_t)(x->origin->url + x->origin->n - x->origin->host));
  if (wrong == NULL) {
    lua_getfield(L, 2, "headers");
    wrong = pay_add_headers(L, -1, &x->request);
  }
  if (wrong == NULL)
    wrong = read_body(L, x);
  if (wrong != NULL)
    return wrong;
  lua_getfield(L, 2, "timings");
  x->timed = lua_toboolean(L, -1);
  lua_getfield(L, 2, "send_by");
  x->send_by = lua_isnil(L, -1) ? NEVER : (double)luaL_checknumber(L, -1);
  lua_settop(L, 3);
  return NULL;
}

/* exchanges */

static struct pay_pool *check_open (lua_State *L, int arg) {
  struct pay_pool *p = luaL_checkudata(L, arg, POOL);
  luaL_argcheck(L, p->open, arg, "pool is closed");
  pay_pool_check_process(p);
  return p;
}

static void refuse (lua_State *L, int late, const char *message) {
  luaL_pushfail(L);
  lua_pushstring(L, message);
  make_failure(L, late, 0);
}

/* Starts the request at 2 in an idle exchange, or NULL where there is no
   memory for one; NULL with two values pushed if it is refused. */
static struct pay_exchange *begin (lua_State *L, struct pay_exchange *x,
                                   int brief) {
  double seconds = luaL_checknumber(L, 3);
  const char *wrong;
  if (x == NULL) {
    refuse(L, 0, PAY_HTTP_NO_MEMORY);
    return NULL;
  }
  wrong = read_request(L, x);
  if (wrong != NULL) {
    pay_http_request_clear(&x->request);
    refuse(L, 0, wrong);
    return NULL;
  }
  if (!(seconds > 0)) {
    pay_http_request_clear(&x->request);
    refuse(L, 1, "no time left, nothing was sent");
    return NULL;
  }
  x->brief = brief;
  x->began = pay_boottime();
  x->deadline = x->began + seconds;
  pay_exchange_start(x);
  return x;
}

/*
** Returns what became of it. Pushing that may raise, for want of memory:
** then too the exchange is given back. The function 'outcome' is the first
** upvalue, so that calling it needs no memory.
*/
static int give_back (lua_State *L, struct pay_exchange *x) {
  int status, top = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushlightuserdata(L, x);
  status = lua_pcall(L, 1, LUA_MULTRET, 0);
  pay_exchange_recycle(x);
  return status == 0 ? lua_gettop(L) - top : lua_error(L);
}

/*
** Runs a Lua function that does nothing, the second upvalue: a handler of a
** signal that was put off by a hook (Ctrl-C in the interpreter of Lua) runs
** in it and may raise. That hook is the main program's; here may be a
** coroutine.
** Returns 0 with what it raised on the top.
*/
static int let_hook_run (lua_State *L) {
  lua_State *main = pay_main_thread(L);
  lua_Hook hook = main != NULL ? lua_gethook(main) : NULL;
  int status, borrowed = hook != NULL && lua_gethook(L) == NULL;
  if (borrowed)
    lua_sethook(L, hook, lua_gethookmask(main), lua_gethookcount(main));
  lua_pushvalue(L, lua_upvalueindex(2));
  status = lua_pcall(L, 0, 0, 0);
  if (borrowed)
    lua_sethook(L, NULL, 0, 0);
  return status == 0;
}

/* Raises what a handler raised, with what is known of the request. */
static int interrupted (lua_State *L, struct pay_exchange *x) {
  int sent = x->request.sent > 0;
  if (lua_type(L, -1) == LUA_TSTRING) {
    lua_pushfstring(
        L, "%s (%s)", lua_tostring(L, -1),
        sent ? "luapay: the request was sent, its outcome is unknown: it may "
               "have been done, do not repeat it"
             : "luapay: nothing of the request was sent");
  }
  pay_exchange_drop(x);
  return lua_error(L);
}

/*
** pool:perform(request, seconds [, brief]) -> response, or nil and a failure.
** Sends and waits; whatever else the pool has under way goes on. 'brief': of
** an answer with a status of success that asks for no wait, "true, status,
** body" is enough.
*/
static int pool_perform (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  struct pay_exchange *x;
  int brief = lua_toboolean(L, 4);
  lua_settop(L, 3);
  x = begin(L, pay_pool_idle(p), brief);
  if (x == NULL)
    return 2;
  while (x->state != PAY_FINISHED)
    if (!pay_pools_turn(&p, 1, NEVER) && !let_hook_run(L))
      return interrupted(L, x);
  return give_back(L, x);
}

static struct pay_exchange *check_exchange (lua_State *L,
                                            const struct pay_pool *p) {
  lua_Integer id = luaL_checkinteger(L, 2);
  luaL_argcheck(L,
                id >= 1 && id <= p->n_all && p->all[id - 1]->state != PAY_IDLE,
                2, "no such exchange");
  return p->all[id - 1];
}

/*
** pool:start(request, seconds) -> number of the exchange, to be given
** back by 'finished'; or nil and a failure.
*/
static int pool_start (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  struct pay_exchange *x;
  lua_settop(L, 3);
  x = begin(L, pay_pool_idle(p), 0);
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
  struct pay_pool *p = check_open(L, 1);
  struct pay_exchange *x, *next;
  int i, n = 0;
  luaL_checktype(L, 2, LUA_TTABLE);
  for (x = p->finished; x != NULL; x = next) {
    next = x->next;
    if (x->loop != NULL)
      continue; /* see curl_wait */
    lua_pushinteger(L, x->id);
    push_outcome(L, x);
    for (i = 3; i > 0; i--) {
      if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 0);
      }
      lua_rawseti(L, 2, n * 3 + i);
    }
    pay_exchange_recycle(x);
    n++;
  }
  lua_pushinteger(L, n);
  return 1;
}

/*
** The coroutines that wait: a table, the first upvalue of what uses it. So
** none is collected while an exchange is under way for it.
*/
static void park (lua_State *L, struct pay_exchange *x, const void *loop) {
  lua_pushlightuserdata(L, x);
  lua_pushthread(L);
  lua_rawset(L, lua_upvalueindex(1));
  x->loop = loop;
}

static void unpark (lua_State *L, struct pay_exchange *x) {
  lua_pushlightuserdata(L, x);
  lua_pushnil(L);
  lua_rawset(L, lua_upvalueindex(1));
  x->loop = NULL;
}

/* Pushes the coroutine that waits. */
static lua_State *push_waiting (lua_State *L, struct pay_exchange *x) {
  lua_pushlightuserdata(L, x);
  lua_rawget(L, lua_upvalueindex(1));
  return lua_tothread(L, -1);
}

/*
** pool:send(request, seconds, loop [, brief]) -> as 'perform'.
** Yields meanwhile, in a coroutine that can; 'wait' with the same loop, a
** table, lets it go on.
*/
static int pool_send (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  struct pay_exchange *x;
  const void *loop = lua_topointer(L, 4);
  int brief = lua_toboolean(L, 5);
  luaL_checktype(L, 4, LUA_TTABLE);
  lua_settop(L, 3);
  x = pay_pool_idle(p);
  if (x != NULL)
    park(L, x, NULL); /* before it is sent: there may be no memory */
  if (begin(L, x, brief) == NULL) {
    if (x != NULL)
      unpark(L, x);
    return 2;
  }
  x->loop = loop;
  return lua_yield(L, 0);
}

/* The exchange that the number or the coroutine at 2 waits for, or NULL. */
static struct pay_exchange *find_exchange (lua_State *L,
                                           const struct pay_pool *p) {
  int i;
  if (lua_type(L, 2) != LUA_TTHREAD)
    return check_exchange(L, p);
  for (i = 0; i < p->n_all; i++)
    if (p->all[i]->loop != NULL) {
      lua_State *co = push_waiting(L, p->all[i]);
      lua_pop(L, 1);
      if (co == lua_tothread(L, 2))
        return p->all[i];
    }
  return NULL;
}

/*
** pool:drop(waiting) -> "before_send" or "after_send"; nil when nothing is
** under way for that number or coroutine. Nobody waits for it any more: its
** connection is closed, and it is forgotten. Both texts are upvalues, as
** this has to work where there is no memory left.
*/
static int pool_drop (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  struct pay_exchange *x = find_exchange(L, p);
  int sent;
  if (x == NULL) {
    luaL_pushfail(L);
    return 1;
  }
  sent =
      x->state == PAY_FINISHED ? x->answered || x->sent : x->request.sent > 0;
  if (x->loop != NULL)
    unpark(L, x);
  pay_exchange_drop(x);
  lua_pushvalue(L, lua_upvalueindex(sent ? 3 : 2));
  return 1;
}

/* pool:under_way() -> number of exchanges begun and not yet given back */
static int pool_under_way (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  lua_pushinteger(L, p->n_under_way + p->n_finished);
  return 1;
}

/* events, for a host that has a loop of its own */

static void add_fds (lua_State *L, const struct pollfd *fds, int n,
                     int *count) {
  int i;
  for (i = 0; i < n; i++) {
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, fds[i].fd);
    lua_setfield(L, -2, "fd");
    lua_pushstring(L, !(fds[i].events & POLLOUT) ? "r"
                      : fds[i].events & POLLIN   ? "rw"
                                                 : "w");
    lua_setfield(L, -2, "events");
    lua_rawseti(L, -2, ++*count);
  }
}

/* pool:fds() -> list of { fd =, events = "r", "w" or "rw" } */
static int pool_fds (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  int count = 0;
  lua_createtable(L, p->n_fds + p->opener.n_fds, 0);
  add_fds(L, p->fds, p->n_fds, &count);
  add_fds(L, p->opener.fds, p->opener.n_fds, &count);
  return 1;
}

/* pool:timeout() -> seconds until it wants a step, or nil */
static int pool_timeout (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  double due = p->finished != NULL ? 0 : pay_pool_due(p);
  double left = due > 0 ? due - pay_boottime() : 0;
  if (due < 0)
    luaL_pushfail(L);
  else
    lua_pushnumber(L, (lua_Number)(left > 0 ? left : 0));
  return 1;
}

/* pool:step(): does what can be done now, and does not wait */
static int pool_step (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  (void)pay_pools_turn(&p, 1, 0);
  return 0;
}

/* pool:stats() -> a table: see luapay.TransportStats */
static int pool_stats (lua_State *L) {
  struct pay_pool *p = check_open(L, 1);
  const struct pay_opener_counts *counts = &p->opener.counts;
  const struct pay_origin *o;
  double kept = 0;
  int i;
  for (o = p->origins; o != NULL; o = o->next)
    kept += o->n_kept;
  lua_createtable(L, 0, 12);
  set_number(L, "under_way", p->n_under_way);
  set_number(L, "opened", counts->opened);
  set_number(L, "refused", counts->refused);
  set_number(L, "kept", kept);
  set_number(L, "reused", p->reused);
  set_number(L, "name_lookups", counts->lookups);
  set_number(L, "handshakes", counts->handshakes);
  set_number(L, "resumed", counts->resumed);
  set_number(L, "bytes_in", p->bytes_in);
  set_number(L, "bytes_out", p->bytes_out);
  lua_createtable(L, 0, PAY_CLOSED_REASONS);
  for (i = 0; i < PAY_CLOSED_REASONS; i++)
    set_number(L, pay_closed_names[i], p->n_closed[i]);
  lua_setfield(L, -2, "closed");
  return 1;
}

/* close(), and __gc and __close: any number of times, in any order */
static int pool_close (lua_State *L) {
  struct pay_pool *p = luaL_checkudata(L, 1, POOL);
  if (p->open)
    pay_pool_close(p);
  return 0;
}

static int pool_tostring (lua_State *L) {
  struct pay_pool *p = luaL_checkudata(L, 1, POOL);
  lua_pushfstring(L, "%s (%s)", POOL, p->open ? "open" : "closed");
  return 1;
}

/*
** Lets the coroutine go on that waits for it. When it ends, raises, or
** yields something, the function at 4 is called: (coroutine, whether all is
** well, value). What libcurl has received is pushed on our own stack first:
** an error for want of memory must not be raised in a coroutine that does
** not run.
*/
static void go_on (lua_State *L, struct pay_exchange *x) {
  lua_State *co = push_waiting(L, x);
  int at = lua_gettop(L), status, n = push_outcome(L, x);
  unpark(L, x);
  pay_exchange_recycle(x);
  if (!lua_checkstack(co, n))
    luaL_error(L, "not enough memory");
  lua_xmove(L, co, n);
  status = pay_resume(co, L, n, &n);
  if (status != LUA_YIELD || n > 0) {
    lua_pushvalue(L, 4);
    lua_pushvalue(L, at);
    lua_pushboolean(L, status == 0 || status == LUA_YIELD);
    lua_pushnil(L);
    if (n > 0 || lua_gettop(co) > 0) {
      lua_settop(co, lua_gettop(co) - (n > 1 ? n - 1 : 0));
      lua_xmove(co, L, 1);
      lua_remove(L, -2);
    }
    lua_call(L, 3, 0);
  }
  lua_settop(L, at - 1);
}

/* Those of a loop that are finished; returns how many there were. */
static int go_on_all (lua_State *L, struct pay_pool *p, const void *loop) {
  struct pay_exchange *x = p->finished;
  int n = 0;
  while (x != NULL) {
    if (x->loop == loop) {
      go_on(L, x);
      n++;
      x = p->finished; /* it may have been another list meanwhile */
    }
    else
      x = x->next;
  }
  return n;
}

static int any_finished (struct pay_pool **pools, int n, const void *loop) {
  const struct pay_exchange *x;
  int i;
  for (i = 0; i < n; i++)
    for (x = pools[i]->finished; x != NULL; x = x->next)
      if (x->loop == loop)
        return 1;
  return 0;
}

/*
** wait(pools, seconds [, loop, ended]) -> number of exchanges under way.
** Until one of the pools has something finished for the loop, a signal came,
** or the time is over. The loop's coroutines that wait in 'send' go on: see
** go_on. Without a loop it waits for what 'start' has begun, and with no
** pools it only waits.
*/
static int curl_wait (lua_State *L) {
  struct pay_pool *usual[USUAL_POOLS], **pools = usual;
  double until = pay_boottime() + luaL_checknumber(L, 2);
  const void *loop = lua_topointer(L, 3);
  int i, n, more = 1, left = 0;
  luaL_checktype(L, 1, LUA_TTABLE);
  n = (int)lua_rawlen(L, 1);
  lua_settop(L, 4);
  luaL_checkstack(L, n + 16, "too many transports");
  if (n > USUAL_POOLS)
    pools = lua_newuserdatauv(L, (size_t)n * sizeof(*pools), 0);
  for (i = 0; i < n; i++) { /* they stay on the stack: not collected */
    lua_rawgeti(L, 1, i + 1);
    pools[i] = check_open(L, -1);
  }
  while (more && !any_finished(pools, n, loop))
    more = pay_pools_turn(pools, n, until) && pay_boottime() < until;
  for (i = 0; i < n && loop != NULL; i++)
    if (pools[i]->open)
      go_on_all(L, pools[i], loop);
  for (i = 0; i < n; i++)
    left += pools[i]->n_under_way + pools[i]->n_finished;
  lua_pushinteger(L, left);
  return 1;
}

/* now() -> seconds on a clock that nobody sets and that counts a suspend */
static int curl_now (lua_State *L) {
  lua_pushnumber(L, (lua_Number)pay_boottime());
  return 1;
}

static int curl_version_text (lua_State *L) {
  lua_pushstring(L, curl_version());
  return 1;
}

/* unfit(version) -> what is wrong with it (7.88.1: 0x075801), or nil */
static int curl_unfit (lua_State *L) {
  const char *why = pay_libcurl_unfit((unsigned int)luaL_checkinteger(L, 1));
  if (why != NULL)
    lua_pushstring(L, why);
  else
    luaL_pushfail(L);
  return 1;
}

/* options */

/* Those that are text, in the order of the enumeration. */
static const char *const text_options[PAY_CONNECTION_TEXTS] = {
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

/* Copied, because libcurl wants them for every connection. */
static char *text_option (lua_State *L, const char *name) {
  char *copy = NULL;
  size_t n;
  lua_getfield(L, 1, name);
  if (!lua_isnil(L, -1)) {
    const char *s = luaL_checklstring(L, -1, &n);
    if (strlen(s) != n)
      luaL_error(L, "option '%s' has a zero byte", name);
    copy = malloc(n + 1);
    if (copy == NULL)
      luaL_error(L, "not enough memory");
    memcpy(copy, s, n + 1);
  }
  lua_pop(L, 1);
  return copy;
}

static void read_options (lua_State *L, struct pay_pool *p) {
  int i;
  p->opener.connect_ms =
      (long)(number_option(L, "connect_timeout", 10) * 1000);
  if (p->opener.connect_ms < 1)
    p->opener.connect_ms = 1; /* 0 is libcurl's word for 300 seconds */
  p->idle_seconds = number_option(L, "idle_time", 3);
  p->max_answer = (size_t)number_option(L, "max_answer", 16 << 20);
  lua_getfield(L, 1, "http_loopback");
  p->http_loopback = lua_toboolean(L, -1);
  lua_pop(L, 1);
  for (i = 0; i < PAY_CONNECTION_TEXTS; i++)
    p->opener.texts[i] = text_option(L, text_options[i]);
}

/*
** open(options) -> pool. It opens nothing but itself: connections are
** made when something is sent. lua/luapay/transport/curl.lua says what
** the options mean. Raises when this libcurl cannot be used. It is
** initialised here and not when the module loads: that takes milliseconds
** and reads files.
*/
static int curl_open (lua_State *L) {
  struct pay_pool *p;
  const char *problem = pay_libcurl_problem();
  if (problem != NULL)
    return luaL_error(L, "%s", problem);
  luaL_checktype(L, 1, LUA_TTABLE);
  p = lua_newuserdatauv(L, sizeof(*p), 0);
  memset(p, 0, sizeof(*p));
  luaL_setmetatable(L, POOL);
  pay_pool_init(p); /* from here on its collector frees what it has */
  read_options(L, p);
  return 1;
}

static const luaL_Reg pool_methods[] = {
  { "start", pool_start },       { "under_way", pool_under_way },
  { "fds", pool_fds },           { "timeout", pool_timeout },
  { "step", pool_step },         { "stats", pool_stats },
  { "finished", pool_finished }, { "close", pool_close },
  { "now", curl_now },           { NULL, NULL }
};

static const luaL_Reg pool_metamethods[] = { { "__gc", pool_close },
                                             { "__close", pool_close },
                                             { "__tostring", pool_tostring },
                                             { NULL, NULL } };

static const luaL_Reg curl_functions[] = { { "open", curl_open },
                                           { "now", curl_now },
                                           { "unfit", curl_unfit },
                                           { "version", curl_version_text },
                                           { NULL, NULL } };

/* A method with the table below the one on the top: see park. */
static void add_parking (lua_State *L, const char *name, lua_CFunction f) {
  lua_pushvalue(L, -2);
  lua_pushcclosure(L, f, 1);
  lua_setfield(L, -2, name);
}

PAY_EXPORT int luaopen_luapay_curl (lua_State *L);
PAY_EXPORT int luaopen_luapay_curl (lua_State *L) {
  /* a name being resolved has a thread of libcurl's, which comes back here */
  pay_stay_loaded(curl_functions);
  luaL_newmetatable(L, POOL);
  luaL_setfuncs(L, pool_metamethods, 0);
  lua_newtable(L); /* see park */
  luaL_newlib(L, pool_methods);
  lua_pushcfunction(L, outcome);   /* see give_back */
  if (luaL_loadstring(L, "") != 0) /* see let_hook_run */
    return lua_error(L);
  lua_pushcclosure(L, pool_perform, 2);
  lua_setfield(L, -2, "perform");
  add_parking(L, "send", pool_send);
  lua_pushvalue(L, -2);
  lua_pushstring(L, "before_send");
  lua_pushstring(L, "after_send");
  lua_pushcclosure(L, pool_drop, 3);
  lua_setfield(L, -2, "drop");
  add_parking(L, "wait", curl_wait); /* of a list of pools */
  lua_getfield(L, -1, "wait");
  lua_insert(L, -4);
  lua_remove(L, -2);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  pay_open_responses(L);
  luaL_newlib(L, curl_functions);
  lua_insert(L, -2);
  lua_setfield(L, -2, "wait");
  return 1;
}
