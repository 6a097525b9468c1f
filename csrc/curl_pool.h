/*
** curl_pool.h - between the files of luapay.curl.
** A pool is one multi handle of libcurl with its open connections; an
** exchange is one request and its answer, on an easy handle that is
** kept and used again. Nothing in here knows payments.
*/
#ifndef PAY_CURL_POOL_H
#define PAY_CURL_POOL_H

#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L /* poll, clock_gettime, getpid */
#endif

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

#include <curl/curl.h>

#include "compat.h"

#pragma GCC visibility push(hidden)

#define POOL        "luapay.curl.pool"
#define RESPONSE    "luapay.curl.response"
#define MAX_HEADERS 64           /* of a request */
#define MAX_HEAD    (64 * 1024)  /* bytes of an answer's headers */
#define KEPT_BUFFER (256 * 1024) /* larger buffers are given back */

/* Bytes that grow; 's' is NULL or holds 'size' bytes, 'n' of them used. */
struct text {
  char *s;
  size_t n, size;
};

/* What stopped an exchange, where libcurl's own code does not say it. */
enum reason {
  BY_LIBCURL,
  NO_MEMORY,
  HEAD_TOO_LARGE,
  BODY_TOO_LARGE,
  FORKED,
  LOOP_BROKE
};

enum state { IDLE, UNDER_WAY, DONE };

/* How libcurl is told what to send; setting it again costs, so we look. */
enum shape { NO_SHAPE, BARE, WITHOUT_ANSWER_BODY, WITH_BODY };

struct exchange {
  CURL *easy;
  struct pool *pool;
  struct exchange *next; /* in the list of idle or of done ones */
  int id;
  enum state state;
  int sends;     /* times libcurl was about to send */
  int head_done; /* later header lines are trailers */
  int loopback;  /* may only connect to this machine */
  int timed;     /* the caller asked for timings */
  enum reason why;
  CURLcode code;
  enum shape shape; /* as last told to libcurl, as all of these: */
  char method[17];
  int was_loopback;
  long timeout_ms, connect_ms;
  struct text url;         /* zero-ended */
  CURLU *address;          /* the same, read: libcurl need not each time */
  struct text lines, sent; /* headers and body of the request */
  struct text head, body;  /* of the answer */
  struct curl_slist nodes[MAX_HEADERS];
  char problem[CURL_ERROR_SIZE];
};

/* Settings that are strings and that libcurl takes as they are. */
enum { CA_FILE, CA_PATH, CERT_FILE, KEY_FILE, KEY_PASSWORD, PROXY, N_STRINGS };

struct pool {
  CURLM *multi; /* NULL until needed, and in a new process */
  pid_t pid;    /* whose connections these are */
  int open;
  int http_loopback;
  long connect_ms, idle_seconds;
  size_t max_answer;
  char *strings[N_STRINGS];
  struct pollfd *fds; /* what libcurl waits for */
  int n_fds, size_fds;
  double due; /* when libcurl's timer fires; < 0: never */
  struct exchange **all;
  int n_all, size_all;
  struct exchange *idle;
  struct exchange *done, **last_done;
  int n_done, n_under_way;
  struct pollfd *joint; /* the fds of several pools, see curl_wait.c */
  int size_joint;
};

/* curl_text.c: bytes */

/* Where 'n' more bytes may be written; NULL when there is no memory. */
char *pay_text_room (struct text *t, size_t n);
/* Appends; 0 when there is no memory, and 't' is as before. */
int pay_text_add (struct text *t, const char *s, size_t n);
/* Forgets the bytes; keeps the memory unless it is uncommonly much. */
void pay_text_clear (struct text *t);
void pay_text_free (struct text *t);

/* curl_options.c */

/* Takes over the options at index 1; raises, naming what is wrong. */
void pay_read_options (lua_State *L, struct pool *p);

/* curl_request.c: from Lua's request to an exchange */

/*
** Takes over the request at index 'req'. Returns NULL, or what is wrong
** with a value in it; raises for a wrong type.
*/
const char *pay_read_request (lua_State *L, int req, struct exchange *x);

/* curl_headers.c */

/* Whether it is a word as HTTP has it: a header's name, a method. */
int pay_is_token (const char *s, size_t n);
/* The headers of the request at index 'req', as pay_read_request. */
const char *pay_read_headers (lua_State *L, int req, struct exchange *x);

/* curl_url.c: which addresses are acceptable */

/* Returns NULL, or what is wrong; sets '*loopback' for a plain http URL. */
const char *pay_check_url (const char *url, size_t n, int http_loopback,
                           int *loopback);
/* Length of "https://host:port", all that messages show of a checked URL. */
size_t pay_origin_length (const char *url, size_t n);

/* curl_callbacks.c: what libcurl calls; the last argument or the first is
   the exchange */
int pay_about_to_send (void *exchange, char *to, char *from, int to_port,
                       int from_port);
curl_socket_t pay_open_socket (void *exchange, curlsocktype purpose,
                               struct curl_sockaddr *address);
size_t pay_receive_head (char *line, size_t size, size_t count,
                         void *exchange);
size_t pay_receive_body (char *data, size_t size, size_t count,
                         void *exchange);

/* curl_exchange.c: one easy handle */

/* A new or an idle exchange, not yet taken off the list; NULL: no memory. */
struct exchange *pay_idle_exchange (struct pool *p);
/* Tells libcurl about the request; 0 when it has no memory. */
int pay_dress (struct exchange *x, double seconds);
void pay_exchange_free (struct exchange *x);

/* curl_answer.c: from an exchange to Lua */

/* Pushes a response, or nil and a failure; always two values. */
void pay_push_outcome (lua_State *L, const struct exchange *x);
/* __index of the metatable RESPONSE. */
int pay_response_index (lua_State *L);
/* Pushes a failure of something that was not even begun. */
void pay_push_refusal (lua_State *L, const char *kind, const char *message);

/* curl_pool.c: the multi handle, and the lists of exchanges */

/* Makes room for 'wanted' entries; 0 when there is no memory. */
int pay_reserve (struct pollfd **fds, int *size, int wanted);
/* Makes the multi handle if there is none; 0 when that fails. */
int pay_pool_ready (struct pool *p);
/* Notices a fork: abandons what belongs to the parent process. */
void pay_pool_check_process (struct pool *p);
/* Hands an exchange to libcurl; 0 when that fails. */
int pay_pool_start (struct pool *p, struct exchange *x);
/* Puts an exchange on the list of done ones, or of idle ones. */
void pay_pool_done (struct pool *p, struct exchange *x);
void pay_pool_recycle (struct pool *p, struct exchange *x);
void pay_pool_close (struct pool *p);

/* curl_wait.c: events */

double pay_now (void);
/* Drives one pool until this exchange is done. */
void pay_finish (struct pool *p, struct exchange *x);
/* Drives pools until one has something done, a signal, or 'until'. */
void pay_wait (struct pool **pools, int n, double until);

#pragma GCC visibility pop

#endif
