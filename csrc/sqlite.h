/*
** sqlite.h - between the files of luapay.sqlite.
** A connection runs one list of statements at a time: here and now, or in a
** thread of its own, which blocks where SQLite does. It knows no tables.
*/
#ifndef PAY_SQLITE_H
#define PAY_SQLITE_H

#include "host.h"

#include <pthread.h>
#include <sqlite3.h>
#include <sys/types.h>

#if SQLITE_VERSION_NUMBER < 3035000
#error "luapay.sqlite needs SQLite 3.35 or later: RETURNING"
#endif

#pragma GCC visibility push(hidden)

/* Of the statements that were last used, so many stay prepared. */
#define MAX_PREPARED 64

/* A value of a statement, or one that SQLite has given. */
struct cell {
  int type;        /* SQLITE_TEXT, ... */
  sqlite3_int64 i; /* SQLITE_INTEGER */
  double d;        /* SQLITE_FLOAT */
  size_t at, n;    /* SQLITE_TEXT: its bytes, in the texts */
};

/* A statement, and what came of it. */
struct statement {
  size_t sql;                   /* in the texts, with a zero at the end */
  size_t first_value, n_values; /* in the cells */
  size_t first_name, n_names;   /* of columns, in the cells */
  size_t first_row, n_rows;     /* in the cells, a row n_names of them */
  int affected;
};

enum reason {
  BY_SERVER, /* an error of a statement: it would be one again */
  BY_BUSY,   /* somebody else writes */
  BY_EXISTS,
  BY_FULL,
  BY_LOSS, /* an error of the disk, or the file is not to be had */
  BY_READ_ONLY,
  BY_TIMEOUT,
  BY_MEMORY,
  BY_FORK,
  BY_CLOSE
};

/* What is to be done, and has been done, together. Nothing points into it:
   what grows may move. */
struct work {
  struct statement *statements;
  size_t n_statements, size_statements;
  struct cell *cells;
  size_t n_cells, size_cells;
  char *texts;
  size_t n_texts, size_texts;
  double deadline, patience; /* a time; seconds for another who writes */
  int commits;               /* whether one of the statements is COMMIT */

  /* how it ended */
  int failed; /* which statement, from 1; 0: none did */
  int code;   /* of SQLite, extended */
  enum reason reason;
  int in_commit; /* it may last all the same */
  char message[320];
};

struct prepared {
  sqlite3_stmt *statement;
  unsigned hash;
  unsigned long used;
};

enum state { IDLE, WAITING, RUNNING, DONE, CLOSED };

/* Belongs to whoever uses it: Lua, the thread, or both. */
struct connection {
  pthread_mutex_t lock;
  pthread_cond_t woken;
  int users;
  int has_thread;
  int is_left; /* Lua gave it up: what runs is to end soon */
  enum state state;
  pid_t pid;
  sqlite3 *db;
  struct prepared prepared[MAX_PREPARED];
  unsigned long uses;
  double busy_until; /* of the statement that runs */
  struct work work;
  char path[];
};

/* Whether Lua gave it up; asked while the thread is at work, too. */
static inline int pay_sqlite_is_left (const struct connection *c) {
  return __atomic_load_n(&c->is_left, __ATOMIC_ACQUIRE);
}

/* sqlite_run.c: no Lua */

/* Runs what is in the connection's work, and rolls back after an error. */
void pay_sqlite_run (struct connection *c);
/* Closes it: statements first. */
void pay_sqlite_close (struct connection *c);
/* Room for more; 0 when there is no memory. */
struct cell *pay_sqlite_cells (struct work *w, size_t n);
int pay_sqlite_text (struct work *w, const char *s, size_t n, size_t *at);

#pragma GCC visibility pop

#endif
