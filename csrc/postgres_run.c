/*
** postgres_run.c - statements and their results. What is sent together is
** one pipeline: one round trip, ended by one answer to all of it. After an
** error the server skips the rest, and the transaction is rolled back
** before anybody is told.
*/
#include "postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PARAMETERS 65535

void pay_pg_forget_results (struct connection *c) {
  int i;
  for (i = 0; i < c->n_results; i++)
    PQclear(c->results[i]);
  c->n_results = 0;
}

/* What libpq calls for a notice. Must not call Lua. */
void pay_pg_notice (void *connection, const PGresult *notice) {
  struct connection *c = connection;
  const char *severity =
      PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char *sqlstate = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
  if (severity == NULL || sqlstate == NULL)
    return;
  /* A commit that is not yet on the standby it should be on says so. */
  if (strcmp(severity, "WARNING") == 0 && c->state == BUSY &&
      c->n_answered == c->commit_at)
    c->commit_warned = 1;
  if (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0 ||
      strncmp(sqlstate, "57P", 3) == 0)
    snprintf(c->farewell, sizeof(c->farewell), "%s", sqlstate);
}

/* After what was sent and lost, or was refused in a way that proves little. */
static enum phase phase_of (const struct connection *c) {
  return c->commit_at >= 0 && !c->has_problem ? COMMITTING : SENT;
}

static int is_committed (const struct connection *c) {
  return c->commit_at >= 0 && c->commit_at < c->n_results &&
         c->n_results == c->n_statements && !c->has_problem &&
         !c->commit_warned &&
         strcmp(PQcmdStatus(c->results[c->commit_at]), "COMMIT") == 0;
}

/* The connection is of no more use; what is known of the work stays known. */
static void broke_off (struct connection *c, enum reason reason,
                       const char *message) {
  enum phase phase = phase_of(c);
  pay_pg_drop(c);
  if (is_committed(c)) {
    c->state = DONE;
    return;
  }
  pay_pg_problem(c, reason, phase, message);
  c->state = FAILED;
}

static void lost (struct connection *c) {
  char message[512];
  const char *said = c->pg != NULL ? PQerrorMessage(c->pg) : "";
  snprintf(message, sizeof(message), "the connection was lost%s%.400s",
           said[0] != '\0' ? ": " : "", said);
  broke_off(c, BY_LOSS, message);
  if (c->state == FAILED && c->problem.reason == BY_LOSS)
    memcpy(c->problem.sqlstate, c->farewell, sizeof(c->farewell));
}

/*
** An error of a statement proves that nothing lasts, unless a pooler may
** have said it (class 08, or the end of the connection) after the server
** had got all of it.
*/
static enum phase phase_of_error (const struct connection *c,
                                  const char *severity, const char *sqlstate) {
  if (strcmp(severity, "ERROR") == 0 && strncmp(sqlstate, "08", 2) != 0 &&
      strcmp(sqlstate, "40003") != 0)
    return SENT;
  return phase_of(c);
}

static void copy (char *into, size_t size, const char *from) {
  snprintf(into, size, "%s", from != NULL ? from : "");
}

static void server_error (struct connection *c, const PGresult *r) {
  struct problem *p = &c->problem;
  const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
  const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
  if (c->has_problem)
    return;
  if (sqlstate == NULL || severity == NULL) { /* libpq's own */
    lost(c);
    return;
  }
  pay_pg_problem(c, BY_SERVER, phase_of_error(c, severity, sqlstate),
                 message != NULL ? message : "an error without a text");
  copy(p->sqlstate, sizeof(p->sqlstate), sqlstate);
  copy(p->severity, sizeof(p->severity), severity);
  copy(p->constraint, sizeof(p->constraint),
       PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME));
  p->statement = c->n_answered + 1;
  if (p->statement > c->n_statements)
    p->statement = 0;
}

static void roll_back (struct connection *c) {
  c->rolling_back = 1;
  if (!PQsendQueryParams(c->pg, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 0) ||
      !PQpipelineSync(c->pg))
    lost(c);
}

static void finish (struct connection *c) {
  if (c->has_problem)
    c->state = FAILED;
  else if (c->n_results < c->n_statements) {
    pay_pg_problem(c, BY_MEMORY, phase_of(c), "out of memory for a result");
    c->state = FAILED;
  }
  else if (c->commit_at < 0 || c->commit_at == c->n_statements ||
           is_committed(c))
    c->state = DONE;
  else if (c->commit_warned) {
    pay_pg_problem(c, BY_SERVER, COMMITTING,
                   "committed, but perhaps not on the standby");
    c->state = FAILED;
  }
  else {
    pay_pg_problem(c, BY_SERVER, SENT, "the server rolled back");
    c->state = FAILED;
  }
}

/* The server is through with all that was sent. */
static void synchronised (struct connection *c) {
  PGTransactionStatusType t = PQtransactionStatus(c->pg);
  if (t != PQTRANS_IDLE && t != PQTRANS_INTRANS && t != PQTRANS_INERROR) {
    lost(c);
    return;
  }
  if (!c->has_problem && t == PQTRANS_INERROR)
    pay_pg_problem(c, BY_SERVER, SENT, "the transaction has failed before");
  if (c->has_problem && t != PQTRANS_IDLE) {
    if (c->rolling_back)
      lost(c);
    else
      roll_back(c);
    return;
  }
  finish(c);
}

/* Whether the next answer is that of the parsing that comes before. */
static void expect_next (struct connection *c) {
  c->awaits_prepared =
      c->n_answered < c->n_statements && c->prepared_first[c->n_answered];
}

static void take_result (struct connection *c, PGresult *r) {
  int is_own = !c->awaits_prepared;
  c->awaits_prepared = 0;
  switch (PQresultStatus(r)) {
    case PGRES_EMPTY_QUERY:
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      if (!is_own) {
        PQclear(r);
        return;
      }
      if (!c->has_problem && c->n_results < c->n_statements &&
          c->n_results == c->n_answered)
        c->results[c->n_results++] = r;
      else
        PQclear(r);
      c->n_answered++;
      expect_next(c);
      return;
    case PGRES_PIPELINE_SYNC:
      PQclear(r);
      synchronised(c);
      return;
    case PGRES_PIPELINE_ABORTED: break;
    case PGRES_FATAL_ERROR: server_error(c, r); break;
    default: /* COPY, which nobody here begins */
      broke_off(c, BY_LOSS, "an answer that fits no statement");
      break;
  }
  PQclear(r);
  if (!is_own)
    return;
  c->n_answered++;
  expect_next(c);
}

static void read_results (struct connection *c) {
  int ends = 0; /* of a statement's results, one after another */
  while (c->state == BUSY && !PQisBusy(c->pg)) {
    PGresult *r = PQgetResult(c->pg);
    if (r != NULL) {
      take_result(c, r);
      ends = 0;
    }
    else if (++ends > 2) {
      lost(c);
      return;
    }
  }
}

static int receive (struct connection *c) {
  if (!PQconsumeInput(c->pg))
    return 0;
  /* a record of TLS may hold more than one reading has taken */
  return !PQsslInUse(c->pg) || PQconsumeInput(c->pg);
}

/*
** The server is asked to stop, and not waited for: it stops by itself
** where the statement has a time-out of its own.
*/
static void expire (struct connection *c) {
  pay_cancel_later(PQgetCancel(c->pg));
  broke_off(c, BY_TIMEOUT, "no answer in time");
}

void pay_pg_run_step (struct connection *c) {
  int unsent, came;
  if (c->state != BUSY)
    return;
  unsent = PQflush(c->pg);
  came = receive(c);
  read_results(c);
  if (c->state != BUSY)
    return;
  if (!came || unsent < 0)
    lost(c);
  else if (pay_boottime() >= c->deadline)
    expire(c);
  else {
    if (unsent || c->rolling_back)
      unsent = PQflush(c->pg);
    c->events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
  }
}

/* Only what the server said while nobody listened: an end, or a notice. */
int pay_pg_is_lost (struct connection *c) {
  int i;
  for (i = 0; i < 8; i++) {
    struct pollfd at = { PQsocket(c->pg), POLLIN, 0 };
    PGnotify *notify;
    if (poll(&at, 1, 0) <= 0)
      return 0;
    if (!PQconsumeInput(c->pg) || PQstatus(c->pg) != CONNECTION_OK)
      return 1;
    (void)PQisBusy(c->pg); /* reads what came */
    while ((notify = PQnotifies(c->pg)) != NULL)
      PQfreemem(notify);
  }
  return PQstatus(c->pg) != CONNECTION_OK;
}

/* Pointers into strings that are on Lua's stack, or in tables there. */
struct sending {
  const char *sql;
  int n; /* parameters */
};

/*
** The statement at 'i' of the list at 2: its table is pushed, and the table
** keeps the text.
*/
static void read_statement (lua_State *L, int i, struct sending *s) {
  size_t length;
  lua_rawgeti(L, 2, i);
  if (lua_type(L, -1) != LUA_TTABLE)
    luaL_error(L, "luapay.postgres: statement %d: expected a table, got a %s",
               i, luaL_typename(L, -1));
  lua_rawgeti(L, -1, 1);
  s->sql =
      lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
  if (s->sql == NULL || strlen(s->sql) != length)
    luaL_error(L, "luapay.postgres: statement %d: its text is missing", i);
  lua_getfield(L, -2, "n");
  s->n = lua_isnil(L, -1) ? (int)lua_rawlen(L, -3) - 1
                          : (int)lua_tointeger(L, -1);
  lua_pop(L, 2);
  if (s->n < 0 || s->n > MAX_PARAMETERS)
    luaL_error(L, "luapay.postgres: statement %d has %d parameters", i, s->n);
}

/*
** The texts of the parameters of the statement whose table is on the top.
** Those that are made here are kept in the table at 3.
*/
static void read_parameters (lua_State *L, int statement, int n,
                             const char **values) {
  int i, table = lua_gettop(L);
  for (i = 1; i <= n; i++) {
    lua_rawgeti(L, table, i + 1);
    values[i - 1] =
        lua_isnil(L, -1) ? NULL : pay_pg_text(L, table + 1, statement, i);
    if (lua_gettop(L) > table + 1)
      lua_rawseti(L, 3, (int)lua_rawlen(L, 3) + 1);
    lua_settop(L, table);
  }
}

static int make_room (struct connection *c, int n) {
  PGresult **more;
  unsigned char *marks;
  if (n <= c->size_results)
    return 1;
  more = realloc(c->results, (size_t)n * sizeof(*more));
  if (more != NULL)
    c->results = more;
  marks = realloc(c->prepared_first, (size_t)n);
  if (marks != NULL)
    c->prepared_first = marks;
  if (more == NULL || marks == NULL)
    return 0;
  c->size_results = n;
  return 1;
}

static int is_same (const struct sending *a, const struct sending *b) {
  return a->n == b->n && (a->sql == b->sql || strcmp(a->sql, b->sql) == 0);
}

/*
** Several in a row with the same text are parsed once: as the statement
** without a name, which lives until the next text is parsed. What is sent
** together reaches one server, whatever stands in between.
*/
static int send_one (struct connection *c, const struct sending *list, int i,
                     const char *const *values) {
  int follows = i > 0 && is_same(&list[i], &list[i - 1]);
  int leads =
      !follows && i + 1 < c->n_statements && is_same(&list[i], &list[i + 1]);
  c->prepared_first[i] = (unsigned char)leads;
  if (leads && !PQsendPrepare(c->pg, "", list[i].sql, 0, NULL))
    return 0;
  if (leads || follows)
    return PQsendQueryPrepared(c->pg, "", list[i].n, values, NULL, NULL, 0);
  return PQsendQueryParams(c->pg, list[i].sql, list[i].n, NULL, values, NULL,
                           NULL, 0);
}

/* Without Lua: from here on nothing raises. */
static void send_all (struct connection *c, const struct sending *list,
                      const char *const *values) {
  int i, in_block = PQtransactionStatus(c->pg) == PQTRANS_INTRANS;
  if (!in_block && strncmp(list[0].sql, "BEGIN", 5) != 0)
    c->commit_at = c->n_statements; /* what ends all of it commits it */
  for (i = 0; i < c->n_statements; values += list[i++].n) {
    if (strcmp(list[i].sql, "COMMIT") == 0)
      c->commit_at = i;
    if (!send_one(c, list, i, values)) {
      lost(c);
      return;
    }
  }
  expect_next(c);
  if (!PQpipelineSync(c->pg))
    lost(c);
  else if (PQflush(c->pg) > 0)
    c->events = POLLIN | POLLOUT;
}

void pay_pg_send (lua_State *L, struct connection *c) {
  int i, total = 0, count = (int)lua_rawlen(L, 2);
  struct sending *list;
  const char **values;
  luaL_argcheck(L, count > 0, 2, "expected a list of statements");
  lua_settop(L, 2);
  lua_newtable(L); /* texts of numbers */
  list = lua_newuserdatauv(L, (size_t)count * sizeof(*list), 0);
  for (i = 0; i < count; i++, lua_settop(L, 4)) {
    read_statement(L, i + 1, &list[i]);
    total += list[i].n;
  }
  values = lua_newuserdatauv(L, (size_t)(total + 1) * sizeof(*values), 0);
  for (i = total = 0; i < count; total += list[i++].n, lua_settop(L, 5)) {
    lua_rawgeti(L, 2, i + 1);
    read_parameters(L, i + 1, list[i].n, values + total);
  }
  pay_pg_forget_results(c);
  if (!make_room(c, count))
    luaL_error(L, "out of memory");
  c->n_statements = count;
  c->n_answered = c->rolling_back = c->commit_warned = c->has_problem = 0;
  c->commit_at = -1;
  c->farewell[0] = '\0';
  c->state = BUSY;
  c->events = POLLIN;
  send_all(c, list, values);
}
