/*
** curl_exchange.c - one easy handle: what never changes, what each
** request changes, and libcurl's callbacks. No callback knows Lua.
*/
#include "curl_pool.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define set(x, option, value)  \
  (curl_easy_setopt((x)->easy, CURLOPT_##option, value) == CURLE_OK)

/*
** Called by libcurl right before it sends the request, with connection
** and TLS handshake done. When a connection kept from an earlier request
** dies before the first byte of the answer, libcurl would quietly send
** again on a new one. The first copy may have been acted on, so the
** second time is refused.
*/
static int about_to_send (void *exchange, char *to, char *from,
                          int to_port, int from_port) {
  struct exchange *x = exchange;
  (void)to; (void)from; (void)to_port; (void)from_port;
  x->sends++;
  return x->sends == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static int is_this_machine (const struct curl_sockaddr *address) {
  if (address->family == AF_INET) {
    struct sockaddr_in in4;
    memcpy(&in4, &address->addr, sizeof(in4));
    return ntohl(in4.sin_addr.s_addr) >> 24 == 127;
  }
  if (address->family == AF_INET6) {
    static const unsigned char one[16] = { [15] = 1 };
    const char *bytes = (const char *)&address->addr;
    return memcmp(bytes + offsetof(struct sockaddr_in6, sin6_addr),
                  one, sizeof(one)) == 0;
  }
  return 0;
}

/*
** Makes libcurl's sockets: plain http never leaves this machine, whatever
** the name resolved to; and a program started later inherits none.
*/
static curl_socket_t open_socket (void *exchange, curlsocktype purpose,
                                  struct curl_sockaddr *address) {
  const struct exchange *x = exchange;
  int s;
  (void)purpose;
  if (x->loopback && !is_this_machine(address))
    return CURL_SOCKET_BAD;
  s = socket(address->family, address->socktype, address->protocol);
  if (s >= 0)
    (void)fcntl(s, F_SETFD, FD_CLOEXEC);
  return s;
}

/* Short returns stop the exchange. */
static size_t stop (struct exchange *x, enum reason why) {
  x->why = why;
  return 0;
}

/* A blank line ends the headers, unless they were those of a 1xx answer. */
static int ends_head (struct exchange *x, const char *line, size_t n) {
  if (n > 2 || (line[0] != '\r' && line[0] != '\n'))
    return 0;
  return x->head.n < 10 || x->head.s[9] != '1';  /* "HTTP/1.1 1.." */
}

static size_t receive_head (char *line, size_t size, size_t count,
                            void *exchange) {
  struct exchange *x = exchange;
  size_t n = size * count;
  if (x->head_done || n == 0)
    return n;
  if (n >= 5 && memcmp(line, "HTTP/", 5) == 0)
    x->head.n = 0;  /* what came before was a 1xx answer */
  if (n > MAX_HEAD - x->head.n)
    return stop(x, HEAD_TOO_LARGE);
  x->head_done = ends_head(x, line, n);
  return pay_text_add(&x->head, line, n) ? n : stop(x, NO_MEMORY);
}

static size_t receive_body (char *data, size_t size, size_t count,
                            void *exchange) {
  struct exchange *x = exchange;
  size_t n = size * count;
  if (n > x->pool->max_answer - x->body.n)
    return stop(x, BODY_TOO_LARGE);
  return pay_text_add(&x->body, data, n) ? n : stop(x, NO_MEMORY);
}

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
  return set(x, HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1)
         && set(x, PROTOCOLS_STR, x->pool->http_loopback
                ? "https,http" : "https")
         && set(x, FOLLOWLOCATION, 0L)
         && set(x, CURLU, x->address)
         && set(x, NOSIGNAL, 1L)
         && set(x, SUPPRESS_CONNECT_HEADERS, 1L)
         && set(x, NETRC, (long)CURL_NETRC_IGNORED)
         && set(x, NOPROXY, x->pool->strings[PROXY] ? "" : "*")
         && set(x, MAXAGE_CONN, x->pool->idle_seconds)
         && leave_resolver(x);
}

static int set_trust (struct exchange *x) {
  return set(x, SSL_VERIFYPEER, 1L) && set(x, SSL_VERIFYHOST, 2L)
         && set(x, SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2)
         && set(x, PROXY_SSL_VERIFYPEER, 1L)
         && set(x, PROXY_SSL_VERIFYHOST, 2L)
         && set(x, PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

/* A CA of the user's own replaces the system's, it does not add to them. */
static int set_files (struct exchange *x) {
  char **s = x->pool->strings;
  int own = s[CA_FILE] != NULL || s[CA_PATH] != NULL;
  if (own && !(set(x, CAINFO, s[CA_FILE]) && set(x, CAPATH, s[CA_PATH])
               && set(x, PROXY_CAINFO, s[CA_FILE])
               && set(x, PROXY_CAPATH, s[CA_PATH])))
    return 0;
  return set(x, SSLCERT, s[CERT_FILE]) && set(x, SSLKEY, s[KEY_FILE])
         && set(x, KEYPASSWD, s[KEY_PASSWORD])
         && set(x, PROXY, s[PROXY] != NULL ? s[PROXY] : "");
}

static int set_callbacks (struct exchange *x) {
  return set(x, PRIVATE, (void *)x)
         && set(x, ERRORBUFFER, x->problem)
         && set(x, PREREQFUNCTION, about_to_send)
         && set(x, PREREQDATA, (void *)x)
         && set(x, OPENSOCKETFUNCTION, open_socket)
         && set(x, OPENSOCKETDATA, (void *)x)
         && set(x, HEADERFUNCTION, receive_head)
         && set(x, HEADERDATA, (void *)x)
         && set(x, WRITEFUNCTION, receive_body)
         && set(x, WRITEDATA, (void *)x);
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
  return set(x, POSTFIELDSIZE_LARGE, (curl_off_t)x->sent.n)
         && set(x, POSTFIELDS, x->sent.n > 0 ? x->sent.s : "");
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
  return set_route(x) && set_body(x) && set_times(x, seconds)
         && set(x, HTTPHEADER, x->nodes);
}
