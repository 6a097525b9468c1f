/*
** pool.c - many exchanges at once, over connections that are kept by
** origin. poll(2) watches all of them: one system call for everything
** under way, also over several pools, and (unlike epoll) nothing that a
** forked child would share with its parent.
*/
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <unistd.h>

#define MAX_KEPT 1024 /* connections to one origin */
#define NEVER    1e300

const char *const pay_closed_names[PAY_CLOSED_REASONS] = {
  "idle",   "by_peer", "unasked", "finished",
  "failed", "late",    "dropped", "surplus"
};

/* origins: strict, because two readers of one odd URL may see two
   different hosts in it */

#define HTTPS "https://"
#define HTTP  "http://"

static int starts (const char *s, size_t n, const char *with) {
  size_t k = strlen(with);
  return n >= k && memcmp(s, with, k) == 0;
}

static size_t scheme_length (const char *url, size_t n) {
  return starts(url, n, HTTPS) ? strlen(HTTPS) : strlen(HTTP);
}

static int ends_origin (char c) {
  return c == '/' || c == '?' || c == '#';
}

/* Spaces, control characters (CR, LF, NUL) and other alphabets. */
static int has_odd_byte (const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c <= 0x20 || c >= 0x7f)
      return 1;
  }
  return 0;
}

/* By name only: that localhost really is this machine is seen to when the
   socket is made. */
static int is_loopback (const char *host, size_t n) {
  char name[16];
  struct in_addr address;
  if (starts(host, n, "[::1]"))
    return n == 5 || host[5] == ':';
  while (n > 0 && host[n - 1] >= '0' && host[n - 1] <= '9' &&
         memchr(host, ':', n) != NULL)
    n--; /* the port */
  if (n > 0 && host[n - 1] == ':')
    n--;
  if (n >= sizeof(name))
    return 0;
  memcpy(name, host, n);
  name[n] = '\0';
  return strcmp(name, "localhost") == 0 ||
         (starts(name, n, "127.") && inet_pton(AF_INET, name, &address));
}

/* What is wrong with "https://host:port", of 'n' bytes of 'url'. */
static const char *check_origin (const char *url, size_t n,
                                 int http_loopback) {
  int plain = !starts(url, n, HTTPS);
  const char *host;
  size_t length;
  if (has_odd_byte(url, n))
    return "the URL has a character that must be percent-encoded";
  if (plain && !(http_loopback && starts(url, n, HTTP)))
    return "the URL must begin with https://";
  host = url + scheme_length(url, n);
  length = n - scheme_length(url, n);
  if (length == 0 || host[0] == ':')
    return "the URL names no host";
  if (memchr(host, '@', length) || memchr(host, '\\', length))
    return "the URL must not carry a user name or a backslash";
  if (plain && !is_loopback(host, length))
    return "http:// is only for this machine (127.0.0.1, localhost, [::1])";
  return NULL;
}

static struct pay_origin *add_origin (struct pay_pool *p, const char *url,
                                      size_t n, const char **wrong) {
  struct pay_origin *o;
  CURLU *address = curl_url();
  CURLUcode code = CURLUE_OUT_OF_MEMORY;
  o = calloc(1, sizeof(*o));
  if (o != NULL)
    o->url = malloc(n + 2);
  if (address != NULL && o != NULL && o->url != NULL) {
    memcpy(o->url, url, n);
    memcpy(o->url + n, "/", 2);
    code = curl_url_set(address, CURLUPART_URL, o->url,
                        CURLU_PATH_AS_IS | CURLU_DISALLOW_USER);
  }
  curl_url_cleanup(address);
  if (code != CURLUE_OK) {
    *wrong = code == CURLUE_OUT_OF_MEMORY ? PAY_HTTP_NO_MEMORY
                                          : "the URL is malformed";
    if (o != NULL)
      free(o->url);
    free(o);
    return NULL;
  }
  o->n = n;
  o->secure = starts(url, n, HTTPS);
  o->host = o->url + scheme_length(url, n);
  o->next = p->origins;
  p->origins = o;
  return o;
}

struct pay_origin *pay_pool_origin (struct pay_pool *p, const char *url,
                                    size_t n, const char **wrong) {
  struct pay_origin *o;
  size_t i;
  for (o = p->origins; o != NULL; o = o->next)
    if (n >= o->n && memcmp(url, o->url, o->n) == 0 &&
        (n == o->n || ends_origin(url[o->n])))
      return o;
  i = scheme_length(url, n);
  while (i < n && !ends_origin(url[i]))
    i++;
  if (i > n)
    i = n; /* shorter than any scheme */
  *wrong = check_origin(url, i, p->http_loopback);
  return *wrong == NULL ? add_origin(p, url, i, wrong) : NULL;
}

/* connections that are kept */

static void close_connection (struct pay_pool *p, struct pay_connection *c,
                              enum pay_closed why) {
  if (c->state == PAY_OPEN)
    p->n_closed[why]++;
  pay_connection_close(c);
}

/* Those that were idle too long are the first ones. */
static void close_idle (struct pay_pool *p, struct pay_origin *o, double now) {
  int i, n = 0;
  while (n < o->n_kept && now - o->kept[n]->idle_since > p->idle_seconds)
    n++;
  if (n == 0)
    return;
  for (i = 0; i < n; i++)
    close_connection(p, o->kept[i], PAY_CLOSED_IDLE);
  o->n_kept -= n;
  memmove(o->kept, o->kept + n, (size_t)o->n_kept * sizeof(*o->kept));
}

static void keep_connection (struct pay_pool *p, struct pay_origin *o,
                             struct pay_connection *c, double now) {
  if (o->n_kept > 0)
    close_idle(p, o, now);
  if (o->n_kept == o->size_kept && o->size_kept < MAX_KEPT) {
    int size = o->size_kept * 2 + 8;
    struct pay_connection **kept =
        realloc(o->kept, (size_t)size * sizeof(*kept));
    if (kept != NULL) {
      o->kept = kept;
      o->size_kept = size;
    }
  }
  if (o->n_kept == o->size_kept || o->n_kept >= MAX_KEPT) {
    close_connection(p, c, PAY_CLOSED_SURPLUS);
    return;
  }
  c->idle_since = now;
  o->kept[o->n_kept++] = c;
  if (now + p->idle_seconds < p->sweep_at)
    p->sweep_at = now + p->idle_seconds;
}

/* Closes what nobody may ask for any more. */
static void sweep (struct pay_pool *p, double now) {
  struct pay_origin *o;
  p->sweep_at = NEVER;
  for (o = p->origins; o != NULL; o = o->next) {
    close_idle(p, o, now);
    if (o->n_kept > 0 &&
        o->kept[0]->idle_since + p->idle_seconds < p->sweep_at)
      p->sweep_at = o->kept[0]->idle_since + p->idle_seconds;
  }
}

/*
** One that is alive and silent, the one used last. On any other something
** may wait that would be taken for the next answer: it is closed, and
** nothing had been sent on it.
*/
static struct pay_connection *take_kept (struct pay_pool *p,
                                         struct pay_origin *o, double now) {
  close_idle(p, o, now);
  while (o->n_kept > 0) {
    struct pay_connection *c = o->kept[--o->n_kept];
    enum pay_silence silence = pay_connection_check(c);
    if (silence == PAY_SILENT) {
      p->reused++;
      return c;
    }
    close_connection(
        p, c, silence == PAY_ENDED ? PAY_CLOSED_BY_PEER : PAY_CLOSED_UNASKED);
  }
  return NULL;
}

static void forget_origins (struct pay_pool *p, int kept_only) {
  struct pay_origin *o = p->origins, *next;
  for (; o != NULL; o = next) {
    next = o->next;
    o->n_kept = 0;
    if (kept_only)
      continue;
    free(o->kept);
    free(o->url);
    free(o);
  }
}

/* what poll watches */

static int reserve_fds (struct pollfd **fds, int *size, int wanted) {
  struct pollfd *more;
  if (wanted <= *size)
    return 1;
  more = realloc(*fds, (size_t)wanted * 2 * sizeof(*more));
  if (more == NULL)
    return 0;
  *fds = more;
  *size = wanted * 2;
  return 1;
}

static int reserve_watched (struct pay_pool *p, int wanted) {
  struct pay_exchange **more;
  if (wanted <= p->size_fds)
    return 1;
  more = realloc(p->watched, (size_t)wanted * 2 * sizeof(*more));
  if (more == NULL)
    return 0;
  p->watched = more;
  return reserve_fds(&p->fds, &p->size_fds, wanted);
}

/* There is room: it was made when the exchange was. */
static void watch (struct pay_exchange *x, int events) {
  struct pay_pool *p = x->pool;
  if (x->slot < 0) {
    x->slot = p->n_fds++;
    p->fds[x->slot].fd = x->connection->fd;
    p->fds[x->slot].revents = 0;
    p->watched[x->slot] = x;
  }
  p->fds[x->slot].events = (short)events;
}

static void unwatch (struct pay_exchange *x) {
  struct pay_pool *p = x->pool;
  int last;
  if (x->slot < 0)
    return;
  last = --p->n_fds;
  p->fds[x->slot] = p->fds[last];
  p->watched[x->slot] = p->watched[last];
  p->watched[x->slot]->slot = x->slot;
  x->slot = -1;
}

static void watch_time (struct pay_pool *p, double at) {
  if (at < p->earliest)
    p->earliest = at;
}

/*
** Buffers go from one exchange to the next: one that only waits has none,
** and those that are used again are still in the processor's cache.
*/
static void lend (struct pay_pool *p, struct pay_bytes *b) {
  if (b->s == NULL && p->n_spare > 0)
    *b = p->spare[--p->n_spare];
}

/* Wiped, and not too large: see pay_bytes_clear. */
static void take_back (struct pay_pool *p, struct pay_bytes *b) {
  static const struct pay_bytes none;
  pay_bytes_clear(b);
  if (b->s != NULL && p->n_spare < PAY_POOL_SPARE) {
    p->spare[p->n_spare++] = *b;
    *b = none;
  }
  else if (b->s != NULL)
    pay_bytes_free(b);
}

/* how exchanges end */

/* What libcurl's codes say, in words of ours. Its own words, where they
   add something, never have a path, a query, a header or a password. */
static const struct explanation {
  CURLcode code;
  int detail;
  const char *message;
} explanations[] = {
  { CURLE_COULDNT_RESOLVE_HOST, 0,
    "the host name cannot be resolved; check the address and the DNS" },
  { CURLE_COULDNT_RESOLVE_PROXY, 0,
    "the proxy's name cannot be resolved; check the option 'proxy'" },
  { CURLE_COULDNT_CONNECT, 1,
    "cannot connect; check host, port and firewall" },
  { CURLE_OPERATION_TIMEDOUT, 0,
    "no connection in time, nothing was sent; check host and firewall" },
  { CURLE_SSL_CONNECT_ERROR, 1,
    "the TLS handshake failed; check the versions (1.2 or later) and "
    "whether the server wants a client certificate" },
  { CURLE_PEER_FAILED_VERIFICATION, 1,
    "the server's certificate is not trusted; check the host name, the "
    "clock and the option 'ca_file'" },
  { CURLE_SSL_CACERT_BADFILE, 1,
    "the trusted certificates cannot be read; check the options 'ca_file' "
    "and 'ca_path'" },
  { CURLE_SSL_CERTPROBLEM, 0,
    "the client certificate cannot be used; check the options 'cert_file', "
    "'key_file' and 'key_password'" },
  { CURLE_BAD_FUNCTION_ARGUMENT, 0,
    "the client certificate cannot be used; check the options 'cert_file', "
    "'key_file' and 'key_password'" },
  { CURLE_PROXY, 0, "the proxy refused; check the option 'proxy'" },
  { CURLE_OUT_OF_MEMORY, 0, "there is no memory left" },
  { CURLE_OK, 0, "the server spoke or hung up before it was asked" },
  { CURLE_SEND_ERROR, 1, "the connection broke, nothing was sent" },
  { CURLE_RECV_ERROR, 1,
    "the connection broke before anything was sent; check whether the "
    "server wants a client certificate" },
  { CURL_LAST, 0, NULL }
};

/* The same, where a proxy is what libcurl connects to and hears first. */
static const struct explanation proxied[] = {
  { CURLE_COULDNT_CONNECT, 1, "cannot connect; check the option 'proxy'" },
  { CURLE_RECV_ERROR, 1,
    "the connection broke before anything was sent; check the option 'proxy' "
    "and whether the server wants a client certificate" },
  { CURL_LAST, 0, NULL }
};

static const struct explanation *find_explanation (const struct explanation *e,
                                                   CURLcode code) {
  while (e->message != NULL && e->code != code)
    e++;
  return e;
}

static void explain (struct pay_exchange *x, const struct pay_connection *c) {
  const struct explanation *e = find_explanation(proxied, c->code);
  if (c->opener->texts[PAY_PROXY] == NULL || e->message == NULL)
    e = find_explanation(explanations, c->code);
  x->why = e->message;
  if (c->proxy_code >= 300)
    x->why = c->proxy_code == 407
                 ? "the proxy wants a user name and a password; check the "
                   "option 'proxy'"
                 : "the proxy refused; check the option 'proxy'";
  else if (e->message == NULL)
    x->why = curl_easy_strerror(c->code);
  else if (e->detail)
    memcpy(x->detail, c->problem, sizeof(x->detail));
  x->late = c->code == CURLE_OPERATION_TIMEDOUT;
}

static void finish (struct pay_exchange *x) {
  struct pay_pool *p = x->pool;
  unwatch(x);
  x->connection = NULL;
  x->state = PAY_FINISHED;
  x->next = NULL;
  *p->last_finished = x;
  p->last_finished = &x->next;
  p->n_finished++;
  p->n_under_way--;
}

/* 'why' may be NULL: then it was said already. */
static void fail (struct pay_exchange *x, enum pay_closed closed,
                  const char *why) {
  if (why != NULL)
    x->why = why;
  x->sent = x->request.sent > 0;
  unwatch(x);
  if (x->connection != NULL)
    close_connection(x->pool, x->connection, closed);
  finish(x);
}

/*
** A refusal may come early. A success may not: it is no answer to what the
** server does not have, and may be that to an earlier request.
*/
static void answered (struct pay_exchange *x) {
  struct pay_pool *p = x->pool;
  const char *more;
  int sent = pay_http_piece(&x->request, &more) == 0;
  int whole = sent && !x->cut;
  double now = pay_boottime();
  if (!sent && x->answer.status / 100 == 2) {
    snprintf(x->detail, sizeof(x->detail), "%d", x->answer.status);
    fail(x, PAY_CLOSED_FAILED,
         "the server answered before all of the request was sent");
    return;
  }
  x->answered = 1;
  x->ended = now;
  if (x->timed && x->fresh)
    pay_connection_times(x->connection, x->times);
  unwatch(x);
  if (whole && p->idle_seconds > 0 && pay_http_keep(&x->answer))
    keep_connection(p, x->origin, x->connection, now);
  else
    close_connection(p, x->connection, PAY_CLOSED_FINISHED);
  finish(x);
}

/* sending and receiving */

static void connect_exchange (struct pay_exchange *x, int kept);
static int receive (struct pay_exchange *x);

/*
** The connection is of no use and nothing of the request has left: one
** that was kept is replaced.
*/
static void unsent (struct pay_exchange *x, CURLcode code) {
  struct pay_connection *c = x->connection;
  if (!x->fresh) {
    unwatch(x);
    close_connection(x->pool, c, PAY_CLOSED_BY_PEER);
    x->connection = NULL;
    connect_exchange(x, 0);
    return;
  }
  c->code = code;
  explain(x, c);
  fail(x, PAY_CLOSED_FAILED, NULL);
}

static int takes_more (int fd) {
  struct pollfd p = { 0, POLLOUT, 0 };
  p.fd = fd;
  return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0;
}

/* The socket would take more, but TLS has to receive first. Should that be
   a misunderstanding, it is tried again soon. */
static void send_later (struct pay_exchange *x) {
  int busy = takes_more(x->connection->fd);
  watch(x, busy ? POLLIN : POLLIN | POLLOUT);
  x->retry_at = busy ? pay_boottime() + 0.02 : 0;
  if (busy)
    watch_time(x->pool, x->retry_at);
}

static void send_more (struct pay_exchange *x) {
  const char *piece;
  size_t n, sent;
  x->retry_at = 0;
  while ((n = pay_http_piece(&x->request, &piece)) > 0) {
    CURLcode code = pay_connection_send(x->connection, piece, n, &sent);
    if (code == CURLE_OK && sent > 0) {
      pay_http_sent(&x->request, sent);
      x->pool->bytes_out += (double)sent;
      continue;
    }
    if (code == CURLE_AGAIN || code == CURLE_OK) {
      send_later(x);
      return;
    }
    if (x->request.sent == 0) {
      unsent(x, code);
      return;
    }
    x->cut = 1; /* an answer may say why */
    break;
  }
  x->state = PAY_RECEIVING;
  watch(x, POLLIN);
  if (x->cut)
    (void)receive(x);
  else
    take_back(x->pool, &x->request.bytes);
}

/* The connection has ended, well (CURLE_OK) or not. */
static void ended (struct pay_exchange *x, CURLcode code) {
  struct pay_connection *c = x->connection;
  if (pay_http_ended(&x->answer, code == CURLE_OK) == PAY_HTTP_DONE) {
    x->cut = 1;
    answered(x);
    return;
  }
  if (x->cut)
    x->why = "the connection broke while sending";
  else if (code != CURLE_OK) {
    x->why = "the connection broke while waiting";
    memcpy(x->detail, c->problem, sizeof(x->detail));
  }
  else
    x->why = x->answer.fault;
  fail(x, PAY_CLOSED_FAILED, NULL);
}

/* Returns 1 when there is nothing more for now, 0 when that was all. */
static int receive (struct pay_exchange *x) {
  struct pay_pool *p = x->pool;
  size_t got;
  for (;;) {
    CURLcode code = pay_connection_receive(x->connection, p->buffer,
                                           sizeof(p->buffer), &got);
    enum pay_http verdict;
    if (code == CURLE_AGAIN)
      return 1;
    if (x->request.sent == 0) { /* whatever it is, it is no answer */
      unsent(x, code);
      return 0;
    }
    if (code != CURLE_OK || got == 0) {
      ended(x, code);
      return 0;
    }
    if (x->timed && x->first_byte == 0)
      x->first_byte = pay_boottime();
    p->bytes_in += (double)got;
    lend(p, &x->answer.head);
    lend(p, &x->answer.body);
    verdict = pay_http_read(&x->answer, p->buffer, got);
    memset(p->buffer, 0, got);
    if (verdict == PAY_HTTP_DONE) {
      answered(x);
      return 0;
    }
    if (verdict == PAY_HTTP_FAULT) {
      fail(x, PAY_CLOSED_FAILED, x->answer.fault);
      return 0;
    }
  }
}

/* The last look at the clock, immediately before the first piece. */
static void send_first (struct pay_exchange *x) {
  double now = pay_boottime();
  if (now < x->deadline && now <= x->send_by) {
    x->state = PAY_SENDING;
    send_more(x);
    return;
  }
  x->late = 1;
  x->why = "too late to be sent, nothing was sent";
  keep_connection(x->pool, x->origin, x->connection, now);
  finish(x);
}

/*
** Tickets of TLS may come with the handshake, and the last of them by half:
** nothing is sent before it is whole. Were it no ticket, it would be taken
** for the beginning of the answer.
*/
static void attach (struct pay_exchange *x, struct pay_connection *c) {
  x->connection = c;
  c->owner = x;
  if (x->fresh && pay_connection_half(c)) {
    x->state = PAY_HEARING;
    watch(x, POLLIN);
    return;
  }
  send_first(x);
}

/* Receives first: an answer may be there before the request is sent. */
static void on_events (struct pay_exchange *x, int events) {
  if (x->state == PAY_HEARING) {
    if (receive(x) && !pay_connection_half(x->connection))
      send_first(x);
  }
  else if (x->state != PAY_SENDING)
    (void)receive(x);
  else if (!(events & ~POLLOUT) || receive(x))
    send_more(x);
}

static long milliseconds (double seconds) {
  double ms = seconds * 1000 + 0.999;
  if (ms < 1)
    return 1; /* 0 is libcurl's word for 300 seconds */
  return ms < 1e9 ? (long)ms : 1000000000L;
}

static void connect_exchange (struct pay_exchange *x, int kept) {
  struct pay_pool *p = x->pool;
  double now = pay_boottime();
  struct pay_connection *c = kept ? take_kept(p, x->origin, now) : NULL;
  long ms = milliseconds(x->deadline - now);
  x->fresh = c == NULL;
  if (c != NULL) {
    attach(x, c);
    return;
  }
  if (ms > p->opener.connect_ms)
    ms = p->opener.connect_ms;
  x->state = PAY_CONNECTING;
  x->connection = pay_connection_open(&p->opener, x->origin->url,
                                      x->origin->secure, ms, x);
  if (x->connection == NULL)
    fail(x, PAY_CLOSED_FAILED, PAY_HTTP_NO_MEMORY);
}

/* A connection is open, or will not be. */
static void opened (struct pay_connection *c) {
  struct pay_exchange *x = c->owner;
  if (c->state == PAY_OPEN)
    attach(x, c);
  else {
    explain(x, c);
    fail(x, PAY_CLOSED_FAILED, NULL);
  }
}

static void out_of_time (struct pay_exchange *x) {
  x->late = 1;
  fail(x, PAY_CLOSED_LATE,
       x->request.sent > 0 ? "no complete answer in time"
       : x->state == PAY_CONNECTING || x->state == PAY_HEARING
           ? "no connection in time, nothing was sent; check host and "
             "firewall"
           : "the server took nothing in time, nothing was sent");
}

/* What is due, and when the next of them is. */
static void on_time (struct pay_pool *p, double now) {
  int i;
  p->earliest = NEVER;
  for (i = 0; i < p->n_all; i++) {
    struct pay_exchange *x = p->all[i];
    if (x->state == PAY_IDLE || x->state == PAY_FINISHED)
      continue;
    if (now < x->deadline && x->retry_at > 0 && now >= x->retry_at)
      send_more(x);
    if (x->state == PAY_IDLE || x->state == PAY_FINISHED)
      continue;
    if (now >= x->deadline)
      out_of_time(x);
    else {
      watch_time(p, x->deadline);
      if (x->retry_at > 0)
        watch_time(p, x->retry_at);
    }
  }
}

/* exchanges */

static struct pay_exchange *add_exchange (struct pay_pool *p) {
  struct pay_exchange *x;
  if (p->n_all == p->size_all) {
    int size = p->size_all * 2 + 8;
    struct pay_exchange **all = realloc(p->all, (size_t)size * sizeof(*all));
    if (all == NULL)
      return NULL;
    p->all = all;
    p->size_all = size;
  }
  if (!reserve_watched(p, p->n_all + 1))
    return NULL;
  x = calloc(1, sizeof(*x));
  if (x == NULL)
    return NULL;
  x->pool = p;
  x->slot = -1;
  p->all[p->n_all++] = x;
  x->id = p->n_all;
  x->next = p->idle;
  p->idle = x;
  return x;
}

struct pay_exchange *pay_pool_idle (struct pay_pool *p) {
  struct pay_exchange *x = p->idle != NULL ? p->idle : add_exchange(p);
  if (x != NULL)
    lend(p, &x->request.bytes);
  return x;
}

void pay_exchange_start (struct pay_exchange *x) {
  struct pay_pool *p = x->pool;
  p->idle = x->next;
  p->n_under_way++;
  x->fresh = x->cut = x->answered = x->late = x->sent = 0;
  x->retry_at = x->first_byte = 0;
  x->why = NULL;
  x->detail[0] = '\0';
  x->times[0] = x->times[1] = x->times[2] = 0;
  pay_http_start(&x->answer, x->request.head, p->max_answer);
  watch_time(p, x->deadline);
  connect_exchange(x, 1);
}

static void unlist_finished (struct pay_exchange *x) {
  struct pay_pool *p = x->pool;
  struct pay_exchange **at = &p->finished;
  while (*at != x)
    at = &(*at)->next;
  *at = x->next;
  if (*at == NULL)
    p->last_finished = at;
  p->n_finished--;
}

void pay_exchange_recycle (struct pay_exchange *x) {
  struct pay_pool *p = x->pool;
  unlist_finished(x);
  pay_http_request_clear(&x->request);
  pay_http_reader_clear(&x->answer);
  if (x->request.bytes.s != NULL) /* not all of it was sent */
    take_back(p, &x->request.bytes);
  take_back(p, &x->answer.head);
  take_back(p, &x->answer.body);
  x->state = PAY_IDLE;
  x->next = p->idle;
  p->idle = x;
}

void pay_exchange_drop (struct pay_exchange *x) {
  if (x->state != PAY_IDLE && x->state != PAY_FINISHED)
    fail(x, PAY_CLOSED_DROPPED, "dropped");
  if (x->state == PAY_FINISHED)
    pay_exchange_recycle(x);
}

/* pools */

void pay_pool_init (struct pay_pool *p) {
  pay_opener_init(&p->opener);
  p->last_finished = &p->finished;
  p->earliest = p->sweep_at = NEVER;
  p->open = 1;
}

void pay_pool_check_process (struct pay_pool *p) {
  pid_t now = getpid(), was = p->pid;
  int i;
  p->pid = now;
  if (was == now || was == 0)
    return;
  pay_opener_abandon(&p->opener);
  forget_origins(p, 1);
  for (i = 0; i < p->n_all; i++) {
    struct pay_exchange *x = p->all[i];
    if (x->state == PAY_IDLE || x->state == PAY_FINISHED)
      continue;
    x->why = "this process was forked off while the request was under way";
    x->sent = 1; /* the parent may send it yet */
    x->connection = NULL;
    finish(x);
  }
}

void pay_pool_close (struct pay_pool *p) {
  int i;
  pay_pool_check_process(p);
  for (i = 0; i < p->n_all; i++) {
    struct pay_exchange *x = p->all[i];
    if (x->state != PAY_IDLE)
      pay_exchange_drop(x);
    pay_http_request_free(&x->request);
    pay_http_reader_free(&x->answer);
    free(x);
  }
  for (i = 0; i < p->n_spare; i++)
    pay_bytes_free(&p->spare[i]);
  pay_opener_close(&p->opener);
  forget_origins(p, 0);
  free(p->all);
  free(p->fds);
  free(p->watched);
  free(p->joint);
  memset(p, 0, sizeof(*p));
}

double pay_pool_due (const struct pay_pool *p) {
  double due = p->n_under_way > 0 ? p->earliest : NEVER;
  double opener = pay_opener_due(&p->opener);
  if (opener >= 0 && opener < due)
    due = opener;
  return due < NEVER ? due : -1;
}

/* Milliseconds for poll, rounded up so that it does not spin. */
static int patience (struct pay_pool **pools, int n, double until) {
  double left, due;
  int i;
  for (i = 0; i < n; i++) {
    due = pay_pool_due(pools[i]);
    if (due >= 0 && due < until)
      until = due;
  }
  left = until > 0 ? (until - pay_boottime()) * 1000 : 0;
  return left <= 0 ? 0 : left >= 1e9 ? 1000000000 : (int)left + 1;
}

static void copy_fds (struct pollfd *to, const struct pollfd *from, int n) {
  if (n > 0)
    memcpy(to, from, (size_t)n * sizeof(*to));
}

/* Polls what the pools and their openers wait for, all together. */
static int poll_jointly (struct pay_pool **pools, int n, int ms) {
  struct pay_pool *first = pools[0];
  int i, total = 0, ready;
  for (i = 0; i < n; i++)
    total += pools[i]->n_fds + pools[i]->opener.n_fds;
  if (!reserve_fds(&first->joint, &first->size_joint, total))
    return poll(first->fds, (nfds_t)first->n_fds, ms < 10 ? ms : 10);
  for (i = total = 0; i < n; i++) {
    struct pay_opener *o = &pools[i]->opener;
    copy_fds(first->joint + total, pools[i]->fds, pools[i]->n_fds);
    total += pools[i]->n_fds;
    copy_fds(first->joint + total, o->fds, o->n_fds);
    total += o->n_fds;
  }
  ready = poll(first->joint, (nfds_t)total, ms);
  if (ready <= 0)
    return ready;
  for (i = total = 0; i < n; i++) {
    struct pay_opener *o = &pools[i]->opener;
    copy_fds(pools[i]->fds, first->joint + total, pools[i]->n_fds);
    total += pools[i]->n_fds;
    copy_fds(o->fds, first->joint + total, o->n_fds);
    total += o->n_fds;
  }
  return ready;
}

static int poll_all (struct pay_pool **pools, int n, int ms) {
  if (n == 0)
    return poll(NULL, 0, ms);
  if (n == 1 && pools[0]->opener.n_fds == 0)
    return poll(pools[0]->fds, (nfds_t)pools[0]->n_fds, ms);
  return poll_jointly(pools, n, ms);
}

/*
** From the last to the first: what is no longer watched is filled from the
** end, and what is new is added there, with no events yet.
*/
static void pump (struct pay_pool *p) {
  struct pay_connection *c;
  double now;
  int i;
  for (i = p->n_fds - 1; i >= 0; i--) {
    int events = i < p->n_fds ? p->fds[i].revents : 0;
    if (events == 0)
      continue;
    p->fds[i].revents = 0;
    on_events(p->watched[i], events);
  }
  pay_opener_drive(&p->opener);
  while ((c = pay_opener_next(&p->opener)) != NULL)
    opened(c);
  now = pay_boottime();
  if (now >= p->earliest)
    on_time(p, now);
  if (now > p->sweep_at)
    sweep(p, now);
}

int pay_pools_turn (struct pay_pool **pools, int n, double until) {
  int i, ms = patience(pools, n, until);
  int ready = poll_all(pools, n, ms);
  if (ready < 0 && errno == EINTR)
    return 0;
  for (i = 0; i < n; i++)
    pump(pools[i]);
  return 1;
}
