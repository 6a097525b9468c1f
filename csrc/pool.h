/*
** pool.h - many exchanges at once, over connections that are kept. An
** exchange is one request and its answer; it is sent once, on one
** connection, and always known is whether the other side can have read any
** of it. Knows no Lua and no payments.
*/
#ifndef PAY_POOL_H
#define PAY_POOL_H

#include "connection.h"

#include <sys/types.h>

#include "http.h"

#pragma GCC visibility push(hidden)

#define PAY_POOL_SPARE 64 /* buffers that no exchange needs now */

enum pay_exchange_state {
  PAY_IDLE,
  PAY_CONNECTING,
  PAY_HEARING, /* out what the server says of itself: see attach */
  PAY_SENDING,
  PAY_RECEIVING,
  PAY_FINISHED
};

struct pay_exchange {
  struct pay_pool *pool;
  struct pay_exchange *next; /* in the list of idle, or of finished ones */
  int id;
  enum pay_exchange_state state;
  int slot; /* in the pool's list of those that poll watches, or -1 */
  struct pay_origin *origin;
  struct pay_connection *connection;
  int fresh;        /* it was opened for this exchange */
  int cut;          /* it takes no more, but may still have an answer */
  int timed;        /* the caller wants 'times' */
  int brief;        /* the caller wants no headers of a success */
  const void *loop; /* that the coroutine which waits for it is on, curl.c's;
                       or NULL */
  double deadline;  /* by pay_boottime, as all of these */
  double send_by;   /* no first byte is sent later than this */
  double retry_at;  /* a send that waits for no event; 0: none */
  double began, first_byte, ended;
  double times[3]; /* see pay_connection_times */
  struct pay_http_request request;
  struct pay_http_reader answer;
  /* when FINISHED: an answer, or else all of these */
  int answered;
  int late; /* it was the time */
  int sent; /* the other side can have read some of the request */
  const char *why;
  char detail[CURL_ERROR_SIZE]; /* more of it, or empty */
};

/* Where requests go: scheme, host and port. */
struct pay_origin {
  struct pay_origin *next;
  char *url;        /* "https://host:port/" */
  size_t n;         /* without the last slash */
  const char *host; /* in it: host and port */
  int secure;
  struct pay_connection **kept; /* silent ones, oldest first */
  int n_kept, size_kept;
};

/* Why connections were closed. */
enum pay_closed {
  PAY_CLOSED_IDLE,     /* it was not used for 'idle_time' */
  PAY_CLOSED_BY_PEER,  /* ended while it was not in use */
  PAY_CLOSED_UNASKED,  /* the server sent something between answers */
  PAY_CLOSED_FINISHED, /* the answer said so, or could not be framed */
  PAY_CLOSED_FAILED,   /* with the exchange on it */
  PAY_CLOSED_LATE,     /* the exchange on it ran out of time */
  PAY_CLOSED_DROPPED,  /* nobody waited for the exchange any more */
  PAY_CLOSED_SURPLUS,  /* enough are kept */
  PAY_CLOSED_REASONS
};

extern const char *const pay_closed_names[PAY_CLOSED_REASONS];

struct pay_pool {
  struct pay_opener opener;
  int open;
  pid_t pid; /* whose connections these are; 0: nobody's */
  int http_loopback;
  double idle_seconds;
  size_t max_answer;
  struct pay_origin *origins;
  struct pay_exchange **all;
  int n_all, size_all;
  struct pay_exchange *idle;
  struct pay_exchange *finished, **last_finished;
  int n_finished, n_under_way;
  struct pollfd *fds;            /* what poll watches, */
  struct pay_exchange **watched; /* and for whom */
  int n_fds, size_fds;
  struct pollfd *joint; /* with those of the opener, and of other pools */
  int size_joint;
  double earliest; /* no deadline of an exchange is before this */
  double sweep_at; /* no kept connection is idle too long before this */
  double reused, bytes_in, bytes_out, n_closed[PAY_CLOSED_REASONS];
  char buffer[32768]; /* what was received last; wiped at once */
  struct pay_bytes spare[PAY_POOL_SPARE]; /* empty: see lend */
  int n_spare;
};

/* Makes a pool of zeroed memory. */
void pay_pool_init (struct pay_pool *p);
void pay_pool_close (struct pay_pool *p);
/*
** Notices a fork: what belongs to the parent process is left alone, memory
** and all. What was under way will be answered there, not here.
*/
void pay_pool_check_process (struct pay_pool *p);

/* The origin of a URL, or NULL and why there is none. */
struct pay_origin *pay_pool_origin (struct pay_pool *p, const char *url,
                                    size_t n, const char **wrong);

/* An idle exchange, still on the list of them, to be given a request; NULL:
   no memory. */
struct pay_exchange *pay_pool_idle (struct pay_pool *p);
/*
** Begins one that has a request, an origin, a deadline and 'send_by'. It
** may be finished at once.
*/
void pay_exchange_start (struct pay_exchange *x);
/* Gives a finished one back; what it held is wiped. */
void pay_exchange_recycle (struct pay_exchange *x);
/* Forgets one, whatever its state, with its connection. */
void pay_exchange_drop (struct pay_exchange *x);

/*
** One turn: waits for events of the pools, at most until 'until', and does
** what they ask for. Returns 0 when a signal came instead.
*/
int pay_pools_turn (struct pay_pool **pools, int n, double until);
/* When a pool wants its turn, whatever its sockets say; < 0: never. */
double pay_pool_due (const struct pay_pool *p);

#pragma GCC visibility pop

#endif
