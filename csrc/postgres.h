/*
** postgres.h - between the files of luapay.postgres.
** A connection is one PGconn of libpq, driven step by step: nothing here
** waits, but pay_pg_wait. It knows no payments and no tables.
*/
#ifndef PAY_POSTGRES_H
#define PAY_POSTGRES_H

#include "host.h"

#include <poll.h>
#include <sys/types.h>

#if defined(__has_include)
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h> /* where Debian has it */
#endif
#else
#include <libpq-fe.h>
#endif
#if !defined(LIBPQ_HAS_PIPELINING)
#error "luapay.postgres needs libpq 14 or later"
#endif

#include "compat.h"

#pragma GCC visibility push(hidden)

#define CONNECTION    "luapay.postgres.connection"
#define MAX_SETTINGS  32
#define MAX_ADDRESSES 8
#define MAX_ADDRESS   64 /* bytes of one, as text */

/* What the connection is at. */
enum state {
  CLOSED,
  NAMING, /* a thread asks for the host's addresses */
  CONNECTING,
  IDLE,  /* in a transaction or not */
  BUSY,  /* statements are under way */
  DONE,  /* their results have not been taken */
  FAILED /* the problem has not been taken */
};

enum reason {
  BY_SERVER, /* an error of a statement */
  BY_TIMEOUT,
  BY_LOSS,    /* of the connection */
  BY_CONNECT, /* there was none */
  BY_MEMORY,
  BY_FORK,
  BY_CLOSE
};

enum phase {
  NOT_SENT,  /* the server cannot have read any of it */
  SENT,      /* nothing of it lasts */
  COMMITTING /* it may last */
};

/* Of fixed size: it can be told when there is no memory. */
struct problem {
  enum reason reason;
  enum phase phase;
  int statement; /* from 1; 0: none in particular */
  char sqlstate[6], severity[12], constraint[64], message[640];
};

struct setting {
  const char *keyword; /* of libpq */
  char *value;
};

struct connection {
  PGconn *pg; /* NULL when there is none, or none any more */
  pid_t pid;  /* whose it is */
  enum state state;
  short events;    /* what to wait for, as of poll */
  double deadline; /* of what is under way */

  /* while connecting */
  struct setting settings[MAX_SETTINGS];
  int n_settings;
  const char *host; /* one of the settings; NULL: none was given */
  struct lookup *lookup;
  char addresses[MAX_ADDRESSES][MAX_ADDRESS];
  int n_addresses, address;
  double attempt_until; /* of this address; the next has its share */

  /* of the statements under way */
  PGresult **results;
  int size_results, n_results, n_statements;
  int n_answered;                /* statements, with a result or not */
  unsigned char *prepared_first; /* of each: what it is sent after */
  int awaits_prepared;           /* the next answer is not a statement's own */
  int commit_at; /* which of them commits, from 0; -1: none does */
  int rolling_back;
  int commit_warned;
  int has_problem;
  struct problem problem;
  char farewell[6]; /* SQLSTATE with which the server hung up */
};

/* postgres_thread.c: what blocks in libpq and in the C library */

struct lookup;
/* Asks for the addresses of a host; NULL when no thread can be had. */
struct lookup *pay_lookup_start (const char *host);
/* Becomes readable when there is an answer. */
int pay_lookup_fd (const struct lookup *l);
/*
** 0: not yet. 1: fills in the addresses. -1: there are none, and '*why'
** is a text that stays.
*/
int pay_lookup_answer (struct lookup *l, char (*addresses)[MAX_ADDRESS],
                       int *n, const char **why);
/* Gives it up, answered or not. */
void pay_lookup_leave (struct lookup *l);
/* Asks the server to cancel what the connection is at; frees 'cancel'. */
void pay_cancel_later (PGcancel *cancel);

/* postgres_open.c: from settings to a connection */

/* Takes over the table at 1; raises, naming what is wrong. */
void pay_pg_read_settings (lua_State *L, struct connection *c);
/* Begins to connect. What goes wrong is the connection's problem. */
void pay_pg_open (struct connection *c);
/* Goes on connecting as far as that goes without waiting. */
void pay_pg_open_step (struct connection *c);
/* Wipes and frees what is only needed to connect. */
void pay_pg_forget_settings (struct connection *c);

/* postgres_run.c: statements and their results */

/* Checks and sends the list at 2. Raises for what no server is needed for. */
void pay_pg_send (lua_State *L, struct connection *c);
/* Takes what has come, as far as that goes without waiting. */
void pay_pg_run_step (struct connection *c);
/* Whether something unread has ended the connection; then it is closed. */
int pay_pg_is_lost (struct connection *c);
void pay_pg_forget_results (struct connection *c);
/* What libpq calls for a notice; 'connection' must not call Lua. */
void pay_pg_notice (void *connection, const PGresult *notice);

/* postgres_rows.c: values, from Lua and to Lua */

/*
** Pushes the text of the value at 'idx' where it is none yet; raises for
** what cannot be sent, naming statement and parameter.
*/
const char *pay_pg_text (lua_State *L, int idx, int statement, int parameter);
/* Pushes a list of results. */
void pay_pg_push_results (lua_State *L, PGresult *const *results, int n);

/* postgres.c */

/* One problem for all that comes; later ones are ignored. */
void pay_pg_problem (struct connection *c, enum reason reason,
                     enum phase phase, const char *message);
/* Closes without a word more on the socket. */
void pay_pg_drop (struct connection *c);

#pragma GCC visibility pop

#endif
