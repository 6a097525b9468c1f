/*
** curl_exchange.c - one easy handle: what never changes, and what each
** request changes.
*/
#include "curl_pool.h"

#include <stdlib.h>
#include <string.h>

#define set(x, option, value)                                                 \
  (curl_easy_setopt((x)->easy, CURLOPT_##option, value) == CURLE_OK)

/* The deadline must hold also while a name server does not answer. */
static int leave_resolver (struct exchange *x) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return set(x, QUICK_EXIT, 1L);
#else
  return x != NULL;
#endif
}

/*
** HTTP/1.1 only: HTTP/2 costs nearly twice the instructions here, and has
** ways of its own to send again (GOAWAY, REFUSED_STREAM). No proxy from
** the environment: a variable must not decide where payments go.
*/
static int set_protocol (struct exchange *x) {
  return set(x, HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
         set(x, PROTOCOLS_STR,
             x->pool->http_loopback ? "https,http" : "https") &&
         set(x, FOLLOWLOCATION, 0L) && set(x, CURLU, x->address) &&
         set(x, NOSIGNAL, 1L) && set(x, SUPPRESS_CONNECT_HEADERS, 1L) &&
         set(x, NETRC, (long)CURL_NETRC_IGNORED) &&
         set(x, NOPROXY, x->pool->strings[PROXY] ? "" : "*") &&
         set(x, MAXAGE_CONN, x->pool->idle_seconds) && leave_resolver(x);
}

static int set_trust (struct exchange *x) {
  return set(x, SSL_VERIFYPEER, 1L) && set(x, SSL_VERIFYHOST, 2L) &&
         set(x, SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
         set(x, PROXY_SSL_VERIFYPEER, 1L) &&
         set(x, PROXY_SSL_VERIFYHOST, 2L) &&
         set(x, PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

/* A CA of the user's own replaces the system's, it does not add to them. */
static int set_files (struct exchange *x) {
  char **s = x->pool->strings;
  int own = s[CA_FILE] != NULL || s[CA_PATH] != NULL;
  if (own &&
      !(set(x, CAINFO, s[CA_FILE]) && set(x, CAPATH, s[CA_PATH]) &&
        set(x, PROXY_CAINFO, s[CA_FILE]) && set(x, PROXY_CAPATH, s[CA_PATH])))
    return 0;
  return set(x, SSLCERT, s[CERT_FILE]) && set(x, SSLKEY, s[KEY_FILE]) &&
         set(x, KEYPASSWD, s[KEY_PASSWORD]) &&
         set(x, PROXY, s[PROXY] != NULL ? s[PROXY] : "");
}

static int set_callbacks (struct exchange *x) {
  return set(x, PRIVATE, (void *)x) && set(x, ERRORBUFFER, x->problem) &&
         set(x, PREREQFUNCTION, pay_about_to_send) &&
         set(x, PREREQDATA, (void *)x) &&
         set(x, OPENSOCKETFUNCTION, pay_open_socket) &&
         set(x, OPENSOCKETDATA, (void *)x) &&
         set(x, HEADERFUNCTION, pay_receive_head) &&
         set(x, HEADERDATA, (void *)x) &&
         set(x, WRITEFUNCTION, pay_receive_body) &&
         set(x, WRITEDATA, (void *)x);
}

/* An easy handle with all that never changes. */
static int equip (struct exchange *x) {
  if (x->address == NULL)
    x->address = curl_url();
  x->easy = x->address != NULL ? curl_easy_init() : NULL;
  if (x->easy == NULL)
    return 0;
  if (set_protocol(x) && set_trust(x) && set_files(x) && set_callbacks(x))
    return 1;
  curl_easy_cleanup(x->easy);
  x->easy = NULL;
  return 0;
}

/* What libcurl was told goes with the handle, after a fork too. */
static void forget_settings (struct exchange *x) {
  x->shape = NO_SHAPE;
  x->was_loopback = 0;
  x->timeout_ms = x->connect_ms = -1;
  x->url.n = 0;
}

static struct exchange *add_exchange (struct pool *p) {
  struct exchange *x;
  if (p->n_all == p->size_all) {
    int size = p->size_all * 2 + 8;
    struct exchange **all = realloc(p->all, (size_t)size * sizeof(*all));
    if (all == NULL)
      return NULL;
    p->all = all;
    p->size_all = size;
  }
  x = calloc(1, sizeof(*x));
  if (x == NULL)
    return NULL;
  x->pool = p;
  p->all[p->n_all++] = x;
  x->id = p->n_all;
  x->next = p->idle;
  p->idle = x;
  return x;
}

struct exchange *pay_idle_exchange (struct pool *p) {
  struct exchange *x = p->idle != NULL ? p->idle : add_exchange(p);
  if (x == NULL || x->easy != NULL)
    return x;
  forget_settings(x);
  return equip(x) ? x : NULL;
}

void pay_exchange_free (struct exchange *x) {
  if (x->easy != NULL)
    curl_easy_cleanup(x->easy);
  curl_url_cleanup(x->address);
  pay_text_free(&x->url);
  pay_text_free(&x->lines);
  pay_text_free(&x->sent);
  pay_text_free(&x->head);
  pay_text_free(&x->body);
  free(x);
}

static long milliseconds (double seconds) {
  double ms = seconds * 1000 + 0.999;
  if (ms < 1)
    return 1; /* 0 is libcurl's word for no limit */
  return ms < 1e9 ? (long)ms : 1000000000L;
}

static int set_times (struct exchange *x, double seconds) {
  long all = milliseconds(seconds);
  long connect = all < x->pool->connect_ms ? all : x->pool->connect_ms;
  if (all != x->timeout_ms && !set(x, TIMEOUT_MS, all))
    return 0;
  x->timeout_ms = all;
  if (connect != x->connect_ms && !set(x, CONNECTTIMEOUT_MS, connect))
    return 0;
  x->connect_ms = connect;
  return 1;
}

static int set_body (struct exchange *x) {
  if (x->shape != WITH_BODY)
    return x->shape != NO_SHAPE;
  return set(x, POSTFIELDSIZE_LARGE, (curl_off_t)x->sent.n) &&
         set(x, POSTFIELDS, x->sent.n > 0 ? x->sent.s : "");
}

/* What goes to this machine goes to it directly. */
static int set_route (struct exchange *x) {
  if (x->loopback == x->was_loopback || x->pool->strings[PROXY] == NULL)
    return 1;
  x->was_loopback = x->loopback;
  return set(x, NOPROXY, x->loopback ? "*" : "");
}

int pay_dress (struct exchange *x, double seconds) {
  x->sends = x->head_done = 0;
  x->why = BY_LIBCURL;
  x->problem[0] = '\0';
  pay_text_clear(&x->head);
  pay_text_clear(&x->body);
  return set_route(x) && set_body(x) && set_times(x, seconds) &&
         set(x, HTTPHEADER, x->nodes);
}
