/*
** sqlite.c - module luapay.sqlite: SQLite for the journal. What is asked of
** a connection runs here and now (run), or in a thread of the connection's
** own (start, step), so that a host with other things to do goes on: a lock
** that another process holds, or a slow disk, is waited for in that thread.
**
** A transaction may take several lists of statements: they all run on this
** one connection. An error rolls back before it is returned. Needs only Lua
** and SQLite; C never calls Lua.
*/
#include "sqlite.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"

#define CONNECTION "luapay.sqlite.connection"
#define HERE       "luapay.sqlite: "

/* ---- the thread */

static void free_work (struct work *w) {
  free(w->statements);
  free(w->cells);
  free(w->texts);
  memset(w, 0, sizeof(*w));
}

/* With the lock held, which ends with the connection. */
static void leave (struct connection *c) {
  int users = --c->users;
  pthread_mutex_unlock(&c->lock);
  if (users > 0)
    return;
  free_work(&c->work);
  pthread_cond_destroy(&c->woken);
  pthread_mutex_destroy(&c->lock);
  free(c);
}

static void *work_on (void *connection) {
  struct connection *c = connection;
  pthread_mutex_lock(&c->lock);
  while (!pay_sqlite_is_left(c)) {
    if (c->state != WAITING) {
      pthread_cond_wait(&c->woken, &c->lock);
      continue;
    }
    c->state = RUNNING;
    pthread_mutex_unlock(&c->lock);
    pay_sqlite_run(c);
    pthread_mutex_lock(&c->lock);
    c->state = DONE;
  }
  pay_sqlite_close(c);
  c->state = CLOSED;
  leave(c);
  return NULL;
}

/* Signals are the host's: its own threads get them. */
static int start_thread (struct connection *c) {
  pthread_t thread;
  pthread_attr_t detached;
  sigset_t all, before;
  int failed;
  if (pthread_attr_init(&detached) != 0)
    return 0;
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  failed = pthread_create(&thread, &detached, work_on, c);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&detached);
  if (failed)
    return 0;
  c->users++;
  c->has_thread = 1;
  return 1;
}

/* ---- from Lua */

struct handle {
  struct connection *c; /* NULL once closed */
};

static struct handle *check_handle (lua_State *L) {
  return luaL_checkudata(L, 1, CONNECTION);
}

static const char *const reason_names[] = { "server",  "busy",   "exists",
                                            "full",    "lost",   "read_only",
                                            "timeout", "memory", "forked",
                                            "closed" };

static int push_problem (lua_State *L, enum reason reason, const char *phase,
                         const char *message) {
  luaL_pushfail(L);
  lua_createtable(L, 0, 5);
  lua_pushstring(L, reason_names[reason]);
  lua_setfield(L, -2, "reason");
  lua_pushstring(L, phase);
  lua_setfield(L, -2, "phase");
  lua_pushstring(L, message);
  lua_setfield(L, -2, "message");
  return 2;
}

/*
** In another process than the one that opened it, nothing of SQLite's is
** touched. Returns 0, or pushes nil and a problem.
*/
static int refusal (lua_State *L, const struct handle *h) {
  if (h->c != NULL && h->c->pid != getpid())
    return push_problem(L, BY_FORK, "not_sent",
                        "the connection was made before a fork, by another "
                        "process");
  if (h->c == NULL || pay_sqlite_is_left(h->c))
    return push_problem(L, BY_CLOSE, "not_sent", "the connection is closed");
  return 0;
}

/* The list at 2: { sql, value, ..., n = how many }, ...: raises. */
static void check_values (lua_State *L, int statement) {
  int i, n;
  lua_getfield(L, -1, "n");
  n = (int)lua_tointeger(L, -1);
  lua_pop(L, 1);
  for (i = 1; i <= n; i++) {
    int type;
    lua_rawgeti(L, -1, i + 1);
    type = lua_type(L, -1);
    if (type != LUA_TNIL && type != LUA_TSTRING && type != LUA_TNUMBER &&
        type != LUA_TBOOLEAN)
      luaL_error(L, HERE "parameter %d of statement %d: a %s cannot be sent",
                 i, statement, luaL_typename(L, -1));
    lua_pop(L, 1);
  }
}

static int check_list (lua_State *L) {
  int i, n;
  luaL_checktype(L, 2, LUA_TTABLE);
  n = (int)lua_rawlen(L, 2);
  for (i = 1; i <= n; i++) {
    lua_rawgeti(L, 2, i);
    luaL_argcheck(L, lua_istable(L, -1), 2, "expected a list of statements");
    lua_rawgeti(L, -1, 1);
    luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, 2, "a statement is text");
    lua_pop(L, 1);
    check_values(L, i);
    lua_pop(L, 1);
  }
  return n;
}

static int add_text (lua_State *L, struct work *w, struct cell *v) {
  const char *s = lua_tolstring(L, -1, &v->n);
  v->type = SQLITE_TEXT;
  return pay_sqlite_text(w, s, v->n, &v->at);
}

static int add_value (lua_State *L, struct work *w, struct cell *v) {
  switch (lua_type(L, -1)) {
    case LUA_TNIL: v->type = SQLITE_NULL; return 1;
    case LUA_TBOOLEAN:
      v->type = SQLITE_INTEGER;
      v->i = lua_toboolean(L, -1);
      return 1;
    case LUA_TSTRING: return add_text(L, w, v);
    default: break;
  }
  v->d = (double)lua_tonumber(L, -1);
  v->type = SQLITE_FLOAT;
  if (lua_isinteger(L, -1) ||
      (v->d == floor(v->d) && fabs(v->d) < PAY_MAX_EXACT)) {
    v->type = SQLITE_INTEGER;
    v->i = lua_isinteger(L, -1) ? (sqlite3_int64)lua_tointeger(L, -1)
                                : (sqlite3_int64)v->d;
  }
  return 1;
}

/* The statement on the top. */
static int add_statement (lua_State *L, struct work *w, struct statement *st) {
  int i, n;
  size_t length;
  const char *sql;
  lua_getfield(L, -1, "n");
  n = (int)lua_tointeger(L, -1);
  lua_pop(L, 1);
  lua_rawgeti(L, -1, 1);
  sql = lua_tolstring(L, -1, &length);
  w->commits = w->commits || strcmp(sql, "COMMIT") == 0;
  if (!pay_sqlite_text(w, sql, length, &st->sql))
    return 0;
  lua_pop(L, 1);
  st->first_value = w->n_cells;
  st->n_values = (size_t)n;
  if (pay_sqlite_cells(w, (size_t)n) == NULL)
    return 0;
  for (i = 0; i < n; i++) {
    lua_rawgeti(L, -1, i + 2);
    if (!add_value(L, w, w->cells + st->first_value + i))
      return 0;
    lua_pop(L, 1);
  }
  return 1;
}

/* Copies what is to be done: nothing here raises. 0: there is no memory. */
static int fill (lua_State *L, struct connection *c, int n) {
  struct work *w = &c->work;
  int i;
  w->n_cells = w->n_texts = 0;
  w->commits = 0;
  if ((size_t)n > w->size_statements) {
    void *p = realloc(w->statements, (size_t)n * sizeof(*w->statements));
    if (p == NULL)
      return 0;
    w->statements = p;
    w->size_statements = (size_t)n;
  }
  if (n > 0)
    memset(w->statements, 0, (size_t)n * sizeof(*w->statements));
  w->n_statements = (size_t)n;
  for (i = 0; i < n; i++) {
    lua_rawgeti(L, 2, i + 1);
    if (!add_statement(L, w, w->statements + i))
      return 0;
    lua_pop(L, 1);
  }
  return 1;
}

/* What both begin with; returns 0, or what there is to return. */
static int prepare_work (lua_State *L, struct handle *h) {
  double seconds = (double)luaL_checknumber(L, 3);
  double patience = (double)luaL_checknumber(L, 4);
  int n = check_list(L), refused = refusal(L, h), top = lua_gettop(L);
  if (refused)
    return refused;
  if (h->c->state != IDLE)
    return luaL_error(L, HERE "the connection is at work");
  luaL_checkstack(L, 8, "no room for statements");
  if (!fill(L, h->c, n)) {
    lua_settop(L, top);
    return push_problem(L, BY_MEMORY, "not_sent", "there is no memory left");
  }
  h->c->work.deadline = pay_boottime() + seconds;
  h->c->work.patience = patience;
  return 0;
}

static void push_cell (lua_State *L, const struct work *w,
                       const struct cell *v) {
  if (v->type == SQLITE_FLOAT)
    lua_pushnumber(L, (lua_Number)v->d);
  else if (v->type != SQLITE_INTEGER)
    lua_pushlstring(L, w->texts + v->at, v->n);
  else if (v->i > PAY_MAX_INTEGER || v->i < -PAY_MAX_INTEGER)
    lua_pushnumber(L, (lua_Number)v->i);
  else
    pay_pushwhole(L, v->i);
}

/* The names of the columns are on the stack, from 'names' on. */
static void push_row (lua_State *L, const struct work *w,
                      const struct statement *st, size_t row, int names) {
  const struct cell *v = w->cells + st->first_row + row * st->n_names;
  size_t i;
  lua_createtable(L, 0, (int)st->n_names);
  for (i = 0; i < st->n_names; i++)
    if (v[i].type != SQLITE_NULL) {
      lua_pushvalue(L, names + (int)i);
      push_cell(L, w, v + i);
      lua_rawset(L, -3);
    }
}

static void push_result (lua_State *L, const struct work *w,
                         const struct statement *st) {
  int names;
  size_t i;
  luaL_checkstack(L, (int)st->n_names + 8, "too many columns");
  lua_createtable(L, (int)st->n_rows, 1);
  names = lua_gettop(L) + 1;
  if (st->n_rows > 0)
    for (i = 0; i < st->n_names; i++)
      push_cell(L, w, w->cells + st->first_name + i);
  for (i = 0; i < st->n_rows; i++) {
    push_row(L, w, st, i, names);
    lua_rawseti(L, names - 1, (int)i + 1);
  }
  lua_settop(L, names - 1);
  lua_pushinteger(L, st->affected);
  lua_setfield(L, -2, "affected");
}

/* More memory than this is not kept between two lists. */
#define KEPT ((size_t)1 << 20)

/* What has come of the work: only when Lua has it, it is let go. */
static int push_outcome (lua_State *L, struct connection *c) {
  struct work *w = &c->work;
  size_t i;
  if (w->failed) {
    push_problem(L, w->reason, w->in_commit ? "committing" : "sent",
                 w->message);
    lua_pushinteger(L, w->code);
    lua_setfield(L, -2, "code");
    lua_pushinteger(L, w->failed);
    lua_setfield(L, -2, "statement");
    c->state = IDLE;
    return 2;
  }
  lua_createtable(L, (int)w->n_statements, 0);
  for (i = 0; i < w->n_statements; i++) {
    push_result(L, w, w->statements + i);
    lua_rawseti(L, -2, (int)i + 1);
  }
  if (w->size_texts > KEPT || w->size_cells > KEPT / sizeof(struct cell))
    free_work(w);
  c->state = IDLE;
  return 1;
}

/*
** connection:run(statements, seconds, patience) -> results, or nil and a
** problem. Each result is a list of rows by columns' names, and `affected`.
** `seconds` are for all of them, `patience` for waiting while others write.
*/
static int connection_run (lua_State *L) {
  struct handle *h = check_handle(L);
  int refused = prepare_work(L, h);
  if (refused)
    return refused;
  h->c->state = RUNNING;
  pay_sqlite_run(h->c);
  h->c->state = DONE;
  return push_outcome(L, h->c);
}

/* connection:start(...): the same in its thread -> true, or nil, problem */
static int connection_start (lua_State *L) {
  struct handle *h = check_handle(L);
  int refused = prepare_work(L, h);
  if (refused)
    return refused;
  pthread_mutex_lock(&h->c->lock);
  if (!h->c->has_thread && !start_thread(h->c)) {
    pthread_mutex_unlock(&h->c->lock);
    return push_problem(L, BY_MEMORY, "not_sent", "there is no thread left");
  }
  h->c->state = WAITING;
  pthread_cond_signal(&h->c->woken);
  pthread_mutex_unlock(&h->c->lock);
  lua_pushboolean(L, 1);
  return 1;
}

/* connection:step() -> false: not yet; results; or nil and a problem */
static int connection_step (lua_State *L) {
  struct handle *h = check_handle(L);
  int refused = refusal(L, h);
  enum state state;
  if (refused)
    return refused;
  pthread_mutex_lock(&h->c->lock);
  state = h->c->state;
  pthread_mutex_unlock(&h->c->lock);
  if (state == DONE)
    return push_outcome(L, h->c);
  lua_pushboolean(L, 0);
  return 1;
}

/*
** close(), and __gc and __close: any number of times. What runs in
** the thread is told to end, and not waited for: see is_closed.
*/
static int connection_close (lua_State *L) {
  struct handle *h = check_handle(L);
  struct connection *c = h->c;
  if (c == NULL || c->pid != getpid())
    return 0;
  pthread_mutex_lock(&c->lock);
  if (!pay_sqlite_is_left(c)) {
    __atomic_store_n(&c->is_left, 1, __ATOMIC_RELEASE);
    if (c->state != RUNNING && c->state != WAITING)
      pay_sqlite_close(c);
    if (!c->has_thread)
      c->state = CLOSED;
    pthread_cond_signal(&c->woken);
  }
  pthread_mutex_unlock(&c->lock);
  return 0;
}

/* connection:is_closed() -> false while its thread is at work all the same */
static int connection_is_closed (lua_State *L) {
  struct handle *h = check_handle(L);
  struct connection *c = h->c;
  int closed = 1;
  if (c != NULL && c->pid == getpid()) {
    pthread_mutex_lock(&c->lock);
    closed = c->state == CLOSED;
    pthread_mutex_unlock(&c->lock);
  }
  lua_pushboolean(L, closed);
  return 1;
}

static int connection_gc (lua_State *L) {
  struct handle *h = check_handle(L);
  struct connection *c = h->c;
  (void)connection_close(L);
  if (c == NULL || c->pid != getpid())
    return 0;
  h->c = NULL;
  pthread_mutex_lock(&c->lock);
  leave(c);
  return 0;
}

static int connection_tostring (lua_State *L) {
  struct handle *h = check_handle(L);
  lua_pushfstring(L, CONNECTION " (%p)", (void *)h->c);
  return 1;
}

/*
** open(path) -> connection, or nil and a problem. The file is opened with
** the first statement.
*/
static int sqlite_open (lua_State *L) {
  size_t n;
  const char *path = luaL_checklstring(L, 1, &n);
  struct handle *h;
  luaL_argcheck(L, strlen(path) == n, 1, "a path has no zero byte");
  h = lua_newuserdatauv(L, sizeof(*h), 0);
  h->c = NULL;
  luaL_setmetatable(L, CONNECTION);
  if (sqlite3_threadsafe() == 0)
    return push_problem(L, BY_SERVER, "not_sent",
                        "this SQLite was built without threads");
  h->c = calloc(1, sizeof(*h->c) + n + 1);
  if (h->c == NULL)
    return push_problem(L, BY_MEMORY, "not_sent", "there is no memory left");
  memcpy(h->c->path, path, n + 1);
  h->c->pid = getpid();
  h->c->users = 1;
  pthread_mutex_init(&h->c->lock, NULL);
  pthread_cond_init(&h->c->woken, NULL);
  return 1;
}

/* version() -> of SQLite, "3.40.1" */
static int sqlite_version (lua_State *L) {
  lua_pushstring(L, sqlite3_libversion());
  return 1;
}

static const luaL_Reg connection_methods[] = {
  { "close", connection_close }, { "is_closed", connection_is_closed },
  { "run", connection_run },     { "start", connection_start },
  { "step", connection_step },   { NULL, NULL }
};

static const luaL_Reg connection_metamethods[] = {
  { "__gc", connection_gc },
  { "__close", connection_close },
  { "__tostring", connection_tostring },
  { NULL, NULL }
};

static const luaL_Reg sqlite_functions[] = { { "open", sqlite_open },
                                             { "version", sqlite_version },
                                             { NULL, NULL } };

PAY_EXPORT int luaopen_luapay_sqlite (lua_State *L);
PAY_EXPORT int luaopen_luapay_sqlite (lua_State *L) {
  pay_stay_loaded(sqlite_functions); /* threads of ours */
  luaL_newmetatable(L, CONNECTION);
  luaL_setfuncs(L, connection_metamethods, 0);
  luaL_newlib(L, connection_methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  luaL_newlib(L, sqlite_functions);
  return 1;
}
