/*
** postgres.c - module luapay.postgres: PostgreSQL through libpq's
** asynchronous calls. Statements are never named, so a pooler may stand in
** between; nothing waits beyond its deadline; every failure says whether
** what was sent may last. Needs only Lua and libpq; C never calls Lua.
**
** A deadline is a time by now(): a clock that nobody sets and that goes on
** while the machine is suspended.
*/
#include "postgres.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Into one line, without what a terminal would obey. */
static void copy_message (char *into, size_t size, const char *from) {
  size_t i;
  for (i = 0; from[i] != '\0' && i + 1 < size; i++) {
    unsigned char ch = (unsigned char)from[i];
    into[i] = ch < 0x20 || ch == 0x7f ? ' ' : from[i];
  }
  while (i > 0 && into[i - 1] == ' ')
    i--;
  into[i] = '\0';
}

void pay_pg_problem (struct connection *c, enum reason reason,
                     enum phase phase, const char *message) {
  struct problem *p = &c->problem;
  if (c->has_problem)
    return;
  c->has_problem = 1;
  memset(p, 0, sizeof(*p));
  p->reason = reason;
  p->phase = phase;
  copy_message(p->message, sizeof(p->message), message);
  if (c->state != BUSY)
    c->state = FAILED;
}

/* Nothing that libpq still holds back may leave, no farewell either. */
void pay_pg_drop (struct connection *c) {
  if (c->pg == NULL)
    return;
  if (PQsocket(c->pg) >= 0)
    (void)shutdown(PQsocket(c->pg), SHUT_RDWR);
  PQfinish(c->pg);
  c->pg = NULL;
}

/*
** In another process than the one that connected, nothing of libpq's is
** touched: it would say goodbye on the parent's socket.
*/
static int is_mine (const struct connection *c) {
  return c->pid == getpid();
}

static void close_connection (struct connection *c) {
  if (is_mine(c)) {
    pay_pg_forget_results(c);
    if (c->state == BUSY)
      pay_pg_drop(c);
    else if (c->pg != NULL)
      PQfinish(c->pg);
  }
  pay_pg_forget_settings(c);
  free(c->results);
  free(c->prepared_first);
  c->results = NULL;
  c->prepared_first = NULL;
  c->n_results = c->size_results = 0;
  c->pg = NULL;
  c->state = CLOSED;
}

static struct connection *check_connection (lua_State *L, int arg) {
  return luaL_checkudata(L, arg, CONNECTION);
}

static const char *const reasons[] = { "server", "timeout", "lost",  "connect",
                                       "memory", "forked",  "closed" };
static const char *const phases[] = { "not_sent", "sent", "committing" };

static void set_text (lua_State *L, const char *name, const char *text) {
  if (text[0] == '\0')
    return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

/* Pushes nil and the problem as a table; returns 2. */
static int push_problem (lua_State *L, const struct connection *c,
                         const struct problem *p) {
  luaL_pushfail(L);
  lua_newtable(L);
  set_text(L, "reason", reasons[p->reason]);
  set_text(L, "phase", phases[p->phase]);
  set_text(L, "message", p->message);
  set_text(L, "sqlstate", p->sqlstate);
  set_text(L, "severity", p->severity);
  set_text(L, "constraint", p->constraint);
  set_text(L, "connection", c->pg != NULL ? "alive" : "dead");
  if (p->statement > 0) {
    lua_pushinteger(L, p->statement);
    lua_setfield(L, -2, "statement");
  }
  return 2;
}

static int refuse (lua_State *L, const struct connection *c,
                   enum reason reason, const char *message) {
  struct problem p;
  memset(&p, 0, sizeof(p));
  p.reason = reason;
  p.phase = NOT_SENT;
  copy_message(p.message, sizeof(p.message), message);
  return push_problem(L, c, &p);
}

static int refuse_fork (lua_State *L, const struct connection *c) {
  return refuse(L, c, BY_FORK,
                "the connection was made before a fork, by another process");
}

static int refuse_closed (lua_State *L, const struct connection *c) {
  return refuse(L, c, BY_CLOSE, "the connection is closed");
}

/* Whether something is under way that is waited for. */
static int is_waiting (const struct connection *c) {
  return c->state == NAMING || c->state == CONNECTING || c->state == BUSY;
}

static void advance (struct connection *c) {
  if (c->state == BUSY)
    pay_pg_run_step(c);
  else
    pay_pg_open_step(c);
}

/*
** Pushes what there is to say. Results and problems are let go only when
** Lua has them: memory that runs out loses nothing.
*/
static int push_outcome (lua_State *L, struct connection *c) {
  switch (c->state) {
    case IDLE: lua_pushboolean(L, 1); return 1;
    case DONE:
      pay_pg_push_results(L, c->results, c->n_results);
      pay_pg_forget_results(c);
      c->state = c->pg != NULL ? IDLE : CLOSED;
      return 1;
    case FAILED:
      push_problem(L, c, &c->problem);
      pay_pg_forget_results(c);
      c->state = c->pg != NULL ? IDLE : CLOSED;
      return 2;
    case CLOSED: return refuse_closed(L, c);
    default: lua_pushboolean(L, 0); return 1;
  }
}

/*
** connection:step() -> false (go on when 'wants' has come about), true
** (connected), results, or nil and a problem. Never waits.
*/
static int connection_step (lua_State *L) {
  struct connection *c = check_connection(L, 1);
  if (!is_mine(c))
    return refuse_fork(L, c);
  advance(c);
  return push_outcome(L, c);
}

static int wanted_fd (const struct connection *c) {
  return c->lookup != NULL ? pay_lookup_fd(c->lookup) : PQsocket(c->pg);
}

static double wanted_until (const struct connection *c) {
  return c->state == CONNECTING ? c->attempt_until : c->deadline;
}

/*
** connection:wants() -> fd, "read", "write" or "both", deadline; nothing
** when it can be stepped at once. The fd may change from step to step.
*/
static int connection_wants (lua_State *L) {
  struct connection *c = check_connection(L, 1);
  if (!is_mine(c) || !is_waiting(c))
    return 0;
  lua_pushinteger(L, wanted_fd(c));
  lua_pushstring(L, c->events == POLLIN    ? "read"
                    : c->events == POLLOUT ? "write"
                                           : "both");
  lua_pushnumber(L, (lua_Number)wanted_until(c));
  return 3;
}

/* Milliseconds for poll, rounded up so that it does not spin. */
static int patience (double until) {
  double left = (until - pay_boottime()) * 1000;
  return left <= 0 ? 0 : left >= 1e9 ? 1000000000 : (int)left + 1;
}

/* connection:finish() -> as step, which it waits for until the deadline */
static int connection_finish (lua_State *L) {
  struct connection *c = check_connection(L, 1);
  if (!is_mine(c))
    return refuse_fork(L, c);
  for (advance(c); is_waiting(c); advance(c)) {
    struct pollfd at = { wanted_fd(c), c->events, 0 };
    (void)poll(&at, 1, patience(wanted_until(c)));
  }
  return push_outcome(L, c);
}

/*
** connection:start(statements, deadline) -> true, or nil and a problem.
** A statement is { sql, parameter, ..., n = how many }; all are sent in one
** round trip. A transaction is BEGIN, statements, COMMIT, at once or in
** several starts; statements without BEGIN are one, too. An error rolls
** back what is open.
*/
static int connection_start (lua_State *L) {
  struct connection *c = check_connection(L, 1);
  double deadline = (double)luaL_checknumber(L, 3);
  luaL_checktype(L, 2, LUA_TTABLE);
  if (!is_mine(c))
    return refuse_fork(L, c);
  if (c->state == CLOSED)
    return refuse_closed(L, c);
  luaL_argcheck(L, c->state == IDLE, 1, "something is under way");
  if (pay_boottime() >= deadline)
    return refuse(L, c, BY_TIMEOUT, "no time left, nothing was sent");
  c->farewell[0] = '\0';
  if (pay_pg_is_lost(c)) {
    int n;
    pay_pg_drop(c);
    c->state = CLOSED;
    n = refuse(L, c, BY_LOSS, "the connection was lost while nobody used it");
    set_text(L, "sqlstate", c->farewell);
    return n;
  }
  c->deadline = deadline;
  pay_pg_send(L, c);
  lua_pushboolean(L, 1);
  return 1;
}

/* connection:run(statements, deadline) -> results, or nil and a problem */
static int connection_run (lua_State *L) {
  int n = connection_start(L);
  if (n != 1)
    return n;
  lua_settop(L, 1);
  return connection_finish(L);
}

/*
** connection:state() -> "connecting", "idle", "transaction" (idle in one),
** "busy" (or its outcome was not taken), "closed" or "forked"
*/
static int connection_state (lua_State *L) {
  const struct connection *c = check_connection(L, 1);
  const char *word = "busy";
  if (!is_mine(c))
    word = "forked";
  else if (c->state == CLOSED)
    word = "closed";
  else if (c->state == NAMING || c->state == CONNECTING)
    word = "connecting";
  else if (c->state == IDLE)
    word = PQtransactionStatus(c->pg) == PQTRANS_IDLE ? "idle" : "transaction";
  lua_pushstring(L, word);
  return 1;
}

/* connection:info() -> { server =, process =, tls =, host =, address = } */
static int connection_info (lua_State *L) {
  const struct connection *c = check_connection(L, 1);
  if (!is_mine(c) || c->pg == NULL)
    return 0;
  lua_newtable(L);
  lua_pushinteger(L, PQserverVersion(c->pg));
  lua_setfield(L, -2, "server");
  lua_pushinteger(L, PQbackendPID(c->pg));
  lua_setfield(L, -2, "process");
  lua_pushboolean(L, PQsslInUse(c->pg));
  lua_setfield(L, -2, "tls");
  lua_pushstring(L, PQhost(c->pg));
  lua_setfield(L, -2, "host");
  lua_pushstring(L, PQhostaddr(c->pg));
  lua_setfield(L, -2, "address");
  return 1;
}

/* close(), and __gc and __close: any number of times, in any order */
static int connection_close (lua_State *L) {
  close_connection(check_connection(L, 1));
  return 0;
}

static int connection_tostring (lua_State *L) {
  connection_state(L);
  lua_pushfstring(L, "%s (%s)", CONNECTION, lua_tostring(L, -1));
  return 1;
}

/*
** connect(settings, deadline) -> connection, to be stepped or finished.
** Raises for settings that are wrong in themselves; what the world says
** comes from step. See postgres_open.c for what can be set.
*/
static int postgres_connect (lua_State *L) {
  struct connection *c;
  double deadline = (double)luaL_checknumber(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  c = lua_newuserdatauv(L, sizeof(*c), 0);
  memset(c, 0, sizeof(*c));
  c->pid = getpid();
  luaL_setmetatable(L, CONNECTION);
  pay_pg_read_settings(L, c);
  c->deadline = deadline;
  if (pay_boottime() >= deadline)
    pay_pg_problem(c, BY_TIMEOUT, NOT_SENT, "no time left to connect");
  else
    pay_pg_open(c);
  return 1;
}

/*
** wait(connections, seconds): until one of them can go on, or a signal
** came, or the time is over.
*/
static int postgres_wait (lua_State *L) {
  double until = pay_boottime() + (double)luaL_checknumber(L, 2);
  int i, n;
  struct pollfd *fds;
  luaL_checktype(L, 1, LUA_TTABLE);
  n = (int)lua_rawlen(L, 1);
  fds = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof(*fds), 0);
  for (i = 0; i < n; i++) {
    struct connection *c;
    lua_rawgeti(L, 1, i + 1);
    c = check_connection(L, -1);
    lua_pop(L, 1);
    if (!is_mine(c) || !is_waiting(c))
      return 0;
    fds[i].fd = wanted_fd(c);
    fds[i].events = c->events;
    fds[i].revents = 0;
    if (wanted_until(c) < until)
      until = wanted_until(c);
  }
  (void)poll(fds, (nfds_t)n, patience(until));
  return 0;
}

/* now() -> seconds on the clock of deadlines */
static int postgres_now (lua_State *L) {
  lua_pushnumber(L, (lua_Number)pay_boottime());
  return 1;
}

/* version() -> of libpq, 150004 */
static int postgres_version (lua_State *L) {
  lua_pushinteger(L, PQlibVersion());
  return 1;
}

static const luaL_Reg connection_methods[] = { { "close", connection_close },
                                               { "finish", connection_finish },
                                               { "info", connection_info },
                                               { "run", connection_run },
                                               { "start", connection_start },
                                               { "state", connection_state },
                                               { "step", connection_step },
                                               { "wants", connection_wants },
                                               { NULL, NULL } };

static const luaL_Reg connection_metamethods[] = {
  { "__gc", connection_close },
  { "__close", connection_close },
  { "__tostring", connection_tostring },
  { NULL, NULL }
};

static const luaL_Reg postgres_functions[] = { { "connect", postgres_connect },
                                               { "now", postgres_now },
                                               { "version", postgres_version },
                                               { "wait", postgres_wait },
                                               { NULL, NULL } };

PAY_EXPORT int luaopen_luapay_postgres (lua_State *L);
PAY_EXPORT int luaopen_luapay_postgres (lua_State *L) {
  pay_stay_loaded(postgres_functions); /* threads of ours */
  luaL_newmetatable(L, CONNECTION);
  luaL_setfuncs(L, connection_metamethods, 0);
  luaL_newlib(L, connection_methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  luaL_newlib(L, postgres_functions);
  return 1;
}
