/*
** sqlite_run.c - runs statements, in whichever thread calls. An error ends
** the list and rolls the transaction back before anybody is told.
*/
#include "sqlite.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Twice as much, until it is enough. */
static void *grown (void *p, size_t *size, size_t needed, size_t unit) {
  size_t more = *size < 64 ? 64 : *size;
  void *made;
  while (more < needed)
    more *= 2;
  made = realloc(p, more * unit);
  if (made != NULL)
    *size = more;
  return made;
}

struct cell *pay_sqlite_cells (struct work *w, size_t n) {
  if (w->cells == NULL || w->n_cells + n > w->size_cells) {
    void *p =
        grown(w->cells, &w->size_cells, w->n_cells + n, sizeof(*w->cells));
    if (p == NULL)
      return NULL;
    w->cells = p;
  }
  w->n_cells += n;
  return w->cells + w->n_cells - n;
}

int pay_sqlite_text (struct work *w, const char *s, size_t n, size_t *at) {
  if (w->n_texts + n + 1 > w->size_texts) {
    void *p = grown(w->texts, &w->size_texts, w->n_texts + n + 1, 1);
    if (p == NULL)
      return 0;
    w->texts = p;
  }
  *at = w->n_texts;
  if (n > 0)
    memcpy(w->texts + w->n_texts, s, n);
  w->texts[w->n_texts + n] = '\0';
  w->n_texts += n + 1;
  return 1;
}

/* What SQLite asks while somebody else writes: whether to try again. */
static int wait_for_others (void *connection, int count) {
  struct connection *c = connection;
  struct timespec nap = { 0, 1000000L * (count < 10 ? count + 1 : 10) };
  if (pay_sqlite_is_left(c) || pay_boottime() >= c->busy_until)
    return 0;
  (void)nanosleep(&nap, NULL);
  return 1;
}

/* What SQLite asks now and then: whether to stop. */
static int is_late (void *connection) {
  struct connection *c = connection;
  return pay_sqlite_is_left(c) || pay_boottime() >= c->work.deadline;
}

static const struct {
  int code; /* its last byte */
  enum reason reason;
} reasons[] = {
  { SQLITE_BUSY, BY_BUSY },          { SQLITE_LOCKED, BY_BUSY },
  { SQLITE_FULL, BY_FULL },          { SQLITE_IOERR, BY_LOSS },
  { SQLITE_CANTOPEN, BY_LOSS },      { SQLITE_NOMEM, BY_MEMORY },
  { SQLITE_READONLY, BY_READ_ONLY }, { SQLITE_INTERRUPT, BY_TIMEOUT }
};

static enum reason reason_of (int code) {
  size_t i;
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
    return BY_EXISTS;
  for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
    if (reasons[i].code == (code & 0xff))
      return reasons[i].reason;
  return BY_SERVER;
}

static int fail (struct work *w, int statement, int code, const char *why) {
  w->failed = statement;
  w->code = code;
  w->reason = reason_of(code);
  snprintf(w->message, sizeof(w->message), "%s", why);
  return 0;
}

static int fail_as_said (struct connection *c, int statement, int code) {
  int extended = c->db != NULL ? sqlite3_extended_errcode(c->db) : code;
  const char *said = c->db != NULL && (extended & 0xff) == (code & 0xff)
                         ? sqlite3_errmsg(c->db)
                         : sqlite3_errstr(code);
  if ((extended & 0xff) != (code & 0xff))
    extended = code;
  return fail(&c->work, statement, extended, said);
}

static int open_file (struct connection *c) {
  int code, keeps_log = 1;
  if (c->db != NULL)
    return 1;
  code = sqlite3_open_v2(c->path, &c->db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                             SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE,
                         NULL);
  if (code != SQLITE_OK) {
    fail_as_said(c, 1, code);
    sqlite3_close(c->db);
    c->db = NULL;
    return 0;
  }
  sqlite3_extended_result_codes(c->db, 1);
  /* others watch whether the log is still the one that it was */
  (void)sqlite3_file_control(c->db, NULL, SQLITE_FCNTL_PERSIST_WAL,
                             &keeps_log);
  sqlite3_busy_handler(c->db, wait_for_others, c);
  sqlite3_progress_handler(c->db, 2000, is_late, c);
  return 1;
}

static unsigned hash_of (const char *s) {
  unsigned h = 2166136261u;
  for (; *s != '\0'; s++)
    h = (h ^ (unsigned char)*s) * 16777619u;
  return h;
}

static void forget (struct prepared *p) {
  sqlite3_finalize(p->statement);
  p->statement = NULL;
}

/* Prepared earlier, or now, in the place of the one that rested longest. */
static sqlite3_stmt *prepare (struct connection *c, const char *sql,
                              int *code) {
  unsigned hash = hash_of(sql);
  struct prepared *p, *oldest = c->prepared;
  *code = SQLITE_OK;
  for (p = c->prepared; p < c->prepared + MAX_PREPARED; p++) {
    if (p->statement == NULL) {
      oldest = p;
      break;
    }
    if (p->hash == hash && strcmp(sqlite3_sql(p->statement), sql) == 0) {
      p->used = ++c->uses;
      return p->statement;
    }
    if (p->used < oldest->used)
      oldest = p;
  }
  forget(oldest);
  *code = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                             &oldest->statement, NULL);
  oldest->hash = hash;
  oldest->used = ++c->uses;
  return oldest->statement;
}

static int bind (sqlite3_stmt *s, int i, const struct work *w,
                 const struct cell *v) {
  switch (v->type) {
    case SQLITE_INTEGER: return sqlite3_bind_int64(s, i, v->i);
    case SQLITE_FLOAT: return sqlite3_bind_double(s, i, v->d);
    case SQLITE_NULL: return sqlite3_bind_null(s, i);
    default: /* copied: the texts may move while rows come */
      return sqlite3_bind_text(s, i, w->texts + v->at, (int)v->n,
                               SQLITE_TRANSIENT);
  }
}

static int bind_all (const struct work *w, const struct statement *st,
                     sqlite3_stmt *s) {
  size_t i;
  int code = SQLITE_OK;
  if (st->n_values > (size_t)sqlite3_bind_parameter_count(s))
    return SQLITE_RANGE;
  for (i = 0; i < st->n_values && code == SQLITE_OK; i++)
    code = bind(s, (int)i + 1, w, w->cells + st->first_value + i);
  return code;
}

static int keep_text (struct work *w, struct cell *v, const char *s,
                      size_t n) {
  v->type = SQLITE_TEXT;
  v->n = n;
  return pay_sqlite_text(w, s, n, &v->at);
}

static int keep_value (struct work *w, struct cell *v, sqlite3_stmt *s,
                       int i) {
  const void *bytes;
  v->type = sqlite3_column_type(s, i);
  switch (v->type) {
    case SQLITE_INTEGER: v->i = sqlite3_column_int64(s, i); return 1;
    case SQLITE_FLOAT: v->d = sqlite3_column_double(s, i); return 1;
    case SQLITE_NULL: return 1;
    default:
      bytes = v->type == SQLITE_TEXT ? (const void *)sqlite3_column_text(s, i)
                                     : sqlite3_column_blob(s, i);
      if (bytes == NULL && sqlite3_column_bytes(s, i) > 0)
        return 0;
      return keep_text(w, v, bytes, (size_t)sqlite3_column_bytes(s, i));
  }
}

static int keep_names (struct work *w, struct statement *st, sqlite3_stmt *s) {
  int i, n = sqlite3_column_count(s);
  struct cell *v = pay_sqlite_cells(w, (size_t)n);
  if (v == NULL)
    return 0;
  st->n_names = (size_t)n;
  st->first_name = w->n_cells - (size_t)n;
  st->first_row = w->n_cells;
  for (i = 0; i < n; i++) {
    const char *name = sqlite3_column_name(s, i);
    if (name == NULL || !keep_text(w, v + i, name, strlen(name)))
      return 0;
  }
  return 1;
}

static int keep_row (struct work *w, struct statement *st, sqlite3_stmt *s) {
  size_t i;
  struct cell *v = pay_sqlite_cells(w, st->n_names);
  if (v == NULL)
    return 0;
  for (i = 0; i < st->n_names; i++)
    if (!keep_value(w, v + i, s, (int)i))
      return 0;
  st->n_rows++;
  return 1;
}

static int step_through (struct work *w, struct statement *st,
                         sqlite3_stmt *s) {
  int code;
  while ((code = sqlite3_step(s)) == SQLITE_ROW)
    if (!keep_row(w, st, s))
      return SQLITE_NOMEM;
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int is_commit (const char *sql) {
  return strcmp(sql, "COMMIT") == 0;
}

static int run_one (struct connection *c, size_t i) {
  struct work *w = &c->work;
  struct statement *st = w->statements + i;
  const char *sql = w->texts + st->sql;
  int code, commits = is_commit(sql), number = (int)i + 1;
  double now = pay_boottime();
  sqlite3_stmt *s;
  if (pay_sqlite_is_left(c) || now >= w->deadline)
    return fail(w, number, SQLITE_INTERRUPT, "there was no time left");
  c->busy_until =
      now + w->patience < w->deadline ? now + w->patience : w->deadline;
  s = prepare(c, sql, &code);
  if (s == NULL)
    return fail_as_said(c, number, code != SQLITE_OK ? code : SQLITE_MISUSE);
  code = bind_all(w, st, s);
  if (code == SQLITE_OK && !keep_names(w, st, s))
    code = SQLITE_NOMEM;
  if (code == SQLITE_OK)
    code = step_through(w, st, s);
  if (code != SQLITE_OK) {
    fail_as_said(c, number, code);
    /* an error of the disk may come after all was written */
    w->in_commit = commits && w->reason == BY_LOSS;
  }
  else if (!sqlite3_stmt_readonly(s))
    st->affected = sqlite3_changes(c->db);
  sqlite3_reset(s);
  sqlite3_clear_bindings(s);
  return code == SQLITE_OK;
}

static void roll_back (struct connection *c) {
  if (c->db == NULL || sqlite3_get_autocommit(c->db))
    return;
  c->work.deadline = pay_boottime() + 1; /* takes no time: nothing waits */
  if (sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK &&
      !sqlite3_get_autocommit(c->db))
    pay_sqlite_close(c); /* which does it, too */
}

void pay_sqlite_run (struct connection *c) {
  size_t i;
  struct work *w = &c->work;
  w->failed = 0;
  w->in_commit = 0;
  if (open_file(c))
    for (i = 0; i < w->n_statements && run_one(c, i); i++)
      ;
  if (w->failed)
    roll_back(c);
}

void pay_sqlite_close (struct connection *c) {
  int i;
  for (i = 0; i < MAX_PREPARED; i++)
    forget(c->prepared + i);
  if (c->db != NULL)
    (void)sqlite3_close_v2(c->db);
  c->db = NULL;
}
