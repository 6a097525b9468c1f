/*
** connection.c - connections that libcurl opens (CURLOPT_CONNECT_ONLY) and
** that curl_easy_send and curl_easy_recv move bytes over.
*/
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#if LIBCURL_VERSION_NUM < 0x075800
#error "luapay needs libcurl 7.88 or later"
#endif

/* libcurl looks for the connection among those of its multi handle, at
   every send and receive: with 1000 of them that is most of the time. */
#define HUB_SIZE 32

#define MOST_BUFFERED 32 /* connections: see keep_buffers */

/* When the time of one address is over, libcurl before 8.4 sets no timer for
   the next one (curl issue 11920): it is made to look every so often. */
#define NUDGE        0.1 /* seconds */
#define FORGETS_NEXT 0x080400
#define NEVER        1e300

struct pay_hub {
  CURLM *multi;
  struct pay_opener *opener;
  struct pay_hub *next;
  struct pay_connection *all[HUB_SIZE];
  int n, n_opening;
  int broken; /* it opens no more; those that are open go on */
  double due; /* when libcurl's timer fires; < 0: never */
};

/* libcurl itself, once a process */

const char *pay_libcurl_unfit (unsigned int version) {
  if (version < 0x075800)
    return "it is older than 7.88, and its connections cannot be kept safely";
  if (version == 0x080901)
    return "8.9.1 changes how the process takes SIGPIPE; use another one";
  return NULL;
}

/*
** OpenSSL as this libcurl uses it, where it does: to write no keys, to
** count the sessions that were resumed, and to see half a record.
*/
static struct {
  void (*set_keylog_callback)(void *context,
                              void (*callback)(const void *, const char *));
  void (*set_info_callback)(void *context,
                            void (*callback)(const void *, int, int));
  int (*session_reused)(const void *ssl);
  int (*has_pending)(const void *ssl);
  const char *(*state_of_reading)(const void *ssl);
  long (*control)(void *ssl, int command, long, void *);
  void *(*context_of)(const void *ssl);
  int (*new_index)(int of, long, void *, void *, void *, void *);
  int (*set_data)(void *context, int index, void *data);
  void *(*get_data)(const void *context, int index);
  int index;             /* of the opener, among the data of a context */
  int is_next_to_socket; /* this libcurl has no buffer between them */
} openssl;

#define HANDSHAKE_DONE 0x20 /* SSL_CB_HANDSHAKE_DONE */
#define OF_CONTEXTS    1    /* CRYPTO_EX_INDEX_SSL_CTX */
#define CLEAR_MODE     78   /* SSL_CTRL_CLEAR_MODE */
#define FREE_BUFFERS   0x10 /* SSL_MODE_RELEASE_BUFFERS */

/* 'function' is the address of a pointer to one; ISO C has no cast. */
static int find (void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  memcpy(function, &found, sizeof(found));
  return found != NULL;
}

static void find_functions (void *library) {
  int all =
      find(library, "SSL_CTX_set_info_callback", &openssl.set_info_callback) &&
      find(library, "SSL_session_reused", &openssl.session_reused) &&
      find(library, "SSL_get_SSL_CTX", &openssl.context_of) &&
      find(library, "SSL_CTX_set_ex_data", &openssl.set_data) &&
      find(library, "SSL_CTX_get_ex_data", &openssl.get_data) &&
      find(library, "CRYPTO_get_ex_new_index", &openssl.new_index);
  openssl.index =
      all ? openssl.new_index(OF_CONTEXTS, 0, NULL, NULL, NULL, NULL) : -1;
  (void)find(library, "SSL_CTX_set_keylog_callback",
             &openssl.set_keylog_callback);
  (void)find(library, "SSL_has_pending", &openssl.has_pending);
  (void)find(library, "SSL_rstate_string", &openssl.state_of_reading);
  (void)find(library, "SSL_ctrl", &openssl.control);
}

/* Not from the process at large: it may have another OpenSSL as well. */
static void find_openssl (void) {
  Dl_info here;
  CURL *(*function)(void) = curl_easy_init;
  void *inside = NULL, *library;
  openssl.index = -1;
  memcpy(&inside, &function, sizeof(inside));
  if (dladdr(inside, &here) == 0)
    return;
  library = dlopen(here.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (library == NULL)
    return;
  find_functions(library);
  dlclose(library); /* libcurl itself keeps it */
}

extern char **environ;

/*
** libcurl reads SSLKEYLOGFILE here, and then writes the keys of every TLS
** connection to the file that it names. Nothing is taken out of the
** environment, which other threads may be reading: an entry is hidden.
*/
static CURLcode init_without_key_log (void) {
  static char nothing[] = "SSLKEYLOGFILE_=";
  static const char name[] = "SSLKEYLOGFILE=";
  char **at = environ, *entry = NULL;
  CURLcode code;
  while (at != NULL && *at != NULL && strncmp(*at, name, strlen(name)) != 0)
    at++;
  if (at != NULL && *at != NULL) {
    entry = *at;
    *at = nothing;
  }
  code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (entry != NULL)
    *at = entry;
  return code;
}

static char libcurl_problem[160];
static int libcurl_forgets_next;

static void prepare_libcurl (void) {
  const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
  const char *unfit = pay_libcurl_unfit(v->version_num);
  libcurl_forgets_next = v->version_num < FORGETS_NEXT;
  if (unfit != NULL)
    snprintf(libcurl_problem, sizeof(libcurl_problem), "libcurl %s: %s",
             v->version, unfit);
  else if (!(v->features & CURL_VERSION_SSL))
    snprintf(libcurl_problem, sizeof(libcurl_problem),
             "libcurl %s was built without TLS", v->version);
  else if (init_without_key_log() != CURLE_OK)
    snprintf(libcurl_problem, sizeof(libcurl_problem),
             "libcurl %s cannot be initialised", v->version);
  else
    find_openssl();
  openssl.is_next_to_socket =
      openssl.state_of_reading != NULL && v->version_num < 0x080000;
}

/* Several Lua states may come here at once, from threads of their own. */
const char *pay_libcurl_problem (void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void)pthread_once(&once, prepare_libcurl);
  return libcurl_problem[0] != '\0' ? libcurl_problem : NULL;
}

/* what libcurl calls; the last argument or the first is the connection,
   or the hub */

static int is_this_machine (const struct curl_sockaddr *address) {
  if (address->family == AF_INET) {
    struct sockaddr_in in4;
    memcpy(&in4, &address->addr, sizeof(in4));
    return ntohl(in4.sin_addr.s_addr) >> 24 == 127;
  }
  if (address->family == AF_INET6) {
    static const unsigned char one[16] = { [15] = 1 };
    const char *bytes = (const char *)&address->addr;
    return memcmp(bytes + offsetof(struct sockaddr_in6, sin6_addr), one,
                  sizeof(one)) == 0;
  }
  return 0;
}

/*
** Plain http never leaves this machine, whatever the name resolved to; and
** a program that is started later inherits no connection.
*/
static curl_socket_t open_socket (void *connection, curlsocktype purpose,
                                  struct curl_sockaddr *address) {
  const struct pay_connection *c = connection;
  int type = address->socktype, s;
  (void)purpose;
  if (c->loopback && !is_this_machine(address))
    return CURL_SOCKET_BAD;
#ifdef SOCK_CLOEXEC
  type |= SOCK_CLOEXEC;
#endif
  s = socket(address->family, type, address->protocol);
#ifndef SOCK_CLOEXEC
  if (s >= 0)
    (void)fcntl(s, F_SETFD, FD_CLOEXEC);
#endif
  return s;
}

static int on_lookup (void *state, void *unused, void *connection) {
  struct pay_connection *c = connection;
  (void)state;
  (void)unused;
  if (!c->numeric)
    c->opener->counts.lookups++;
  return 0;
}

/* Not the tickets that come later, and look like another handshake. */
static void on_handshake (const void *ssl, int where, int unused) {
  struct pay_opener *o =
      openssl.get_data(openssl.context_of(ssl), openssl.index);
  (void)unused;
  if (o != NULL && o->at_work && (where & HANDSHAKE_DONE) &&
      openssl.session_reused(ssl))
    o->counts.resumed++;
}

/* A host that has used libcurl before us may have opened a key log. */
static CURLcode on_tls_context (CURL *easy, void *context, void *connection) {
  const struct pay_connection *c = connection;
  (void)easy;
  if (openssl.set_keylog_callback != NULL)
    openssl.set_keylog_callback(context, NULL);
  if (openssl.index >= 0 &&
      openssl.set_data(context, openssl.index, c->opener))
    openssl.set_info_callback(context, on_handshake);
  return CURLE_OK;
}

static int reserve_fd (struct pay_opener *o) {
  int size = o->size_fds * 2 + 8;
  struct pollfd *fds;
  struct pay_hub **fds_of;
  if (o->n_fds < o->size_fds)
    return 1;
  fds = realloc(o->fds, (size_t)size * sizeof(*fds));
  if (fds == NULL)
    return 0;
  o->fds = fds;
  fds_of = realloc(o->fds_of, (size_t)size * sizeof(*fds_of));
  if (fds_of == NULL)
    return 0;
  o->fds_of = fds_of;
  o->size_fds = size;
  return 1;
}

/* From now on wait for 'what' on this socket. */
static int on_socket (CURL *easy, curl_socket_t s, int what, void *hub,
                      void *unused) {
  struct pay_hub *h = hub;
  struct pay_opener *o = h->opener;
  int i = 0;
  (void)easy;
  (void)unused;
  while (i < o->n_fds && !(o->fds[i].fd == s && o->fds_of[i] == h))
    i++;
  if (what == CURL_POLL_REMOVE) {
    if (i < o->n_fds) {
      o->fds[i] = o->fds[--o->n_fds];
      o->fds_of[i] = o->fds_of[o->n_fds];
    }
    return 0;
  }
  if (i == o->n_fds) {
    if (!reserve_fd(o))
      return -1;
    o->fds[i].fd = s;
    o->fds[i].revents = 0;
    o->fds_of[i] = h;
    o->n_fds++;
  }
  o->fds[i].events = (short)((what & CURL_POLL_IN ? POLLIN : 0) |
                             (what & CURL_POLL_OUT ? POLLOUT : 0));
  return 0;
}

/* Wake me in 'ms' milliseconds; -1: never mind. */
static int on_timer (CURLM *multi, long ms, void *hub) {
  struct pay_hub *h = hub;
  (void)multi;
  h->due = ms < 0 ? -1 : ms == 0 ? 0 : pay_boottime() + (double)ms / 1000;
  return 0;
}

/* hubs */

static struct pay_hub *add_hub (struct pay_opener *o) {
  struct pay_hub *h = calloc(1, sizeof(*h));
  if (h == NULL)
    return NULL;
  h->multi = curl_multi_init();
  if (h->multi == NULL) {
    free(h);
    return NULL;
  }
  h->opener = o;
  h->due = -1;
  curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
  curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
  curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  h->next = o->hubs;
  o->hubs = h;
  return h;
}

static void forget_fds (struct pay_opener *o, const struct pay_hub *h) {
  int i;
  for (i = o->n_fds - 1; i >= 0; i--)
    if (o->fds_of[i] == h) {
      o->fds[i] = o->fds[--o->n_fds];
      o->fds_of[i] = o->fds_of[o->n_fds];
    }
}

static void free_hub (struct pay_opener *o, struct pay_hub *h) {
  struct pay_hub **at = &o->hubs;
  while (*at != h)
    at = &(*at)->next;
  *at = h->next;
  curl_multi_cleanup(h->multi);
  forget_fds(o, h);
  free(h);
}

/* One with room. Those without connections go, but for one: with it goes
   what libcurl has read of the trusted certificates. */
static struct pay_hub *hub_with_room (struct pay_opener *o) {
  struct pay_hub *h, *next, *found = NULL;
  for (h = o->hubs; h != NULL; h = next) {
    next = h->next;
    if (h->n == 0 && (h->broken || found != NULL))
      free_hub(o, h);
    else if (h->n < HUB_SIZE && !h->broken)
      found = h;
  }
  return found != NULL ? found : add_hub(o);
}

/* openers */

void pay_opener_init (struct pay_opener *o) {
  o->last_opened = &o->opened;
}

/* Addresses, and TLS sessions: a handle of libcurl before 8.12 knows only
   its own. Not connections: which one is used is ours to say. */
static int need_share (struct pay_opener *o) {
  if (o->share != NULL)
    return 1;
  o->share = curl_share_init();
  if (o->share == NULL)
    return 0;
  curl_share_setopt(o->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt(o->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return 1;
}

void pay_opener_abandon (struct pay_opener *o) {
  o->share = NULL;
  o->hubs = NULL;
  o->n_fds = o->n_opening = o->n_buffered = 0;
  o->opened = NULL;
  o->last_opened = &o->opened;
}

static void wipe_text (char *s) {
  volatile char *at = s;
  while (at != NULL && *at != '\0')
    *at++ = '\0';
}

void pay_opener_close (struct pay_opener *o) {
  int i;
  while (o->hubs != NULL) {
    while (o->hubs->n > 0)
      pay_connection_close(o->hubs->all[0]);
    free_hub(o, o->hubs);
  }
  if (o->share != NULL)
    curl_share_cleanup(o->share);
  for (i = 0; i < PAY_CONNECTION_TEXTS; i++) {
    wipe_text(o->texts[i]);
    free(o->texts[i]);
  }
  free(o->fds);
  free(o->fds_of);
  memset(o, 0, sizeof(*o));
  o->last_opened = &o->opened;
}

double pay_opener_due (const struct pay_opener *o) {
  const struct pay_hub *h;
  double due = o->nudge_at;
  if (o->opened != NULL)
    return 0;
  if (o->n_opening == 0)
    return -1;
  for (h = o->hubs; h != NULL; h = h->next)
    if (h->n_opening > 0 && h->due >= 0 && h->due < due)
      due = h->due;
  return due < NEVER ? due : -1;
}

struct pay_connection *pay_opener_next (struct pay_opener *o) {
  struct pay_connection *c = o->opened;
  if (c == NULL)
    return NULL;
  o->opened = c->next;
  if (o->opened == NULL)
    o->last_opened = &o->opened;
  c->next = NULL;
  return c;
}

/* It is no longer being opened. */
static void settle (struct pay_connection *c, enum pay_connection_state state,
                    CURLcode code) {
  struct pay_opener *o = c->opener;
  c->state = state;
  c->code = code;
  c->hub->n_opening--;
  o->n_opening--;
  if (state == PAY_OPEN)
    o->counts.opened++;
  else
    o->counts.refused++;
  c->next = NULL;
  *o->last_opened = c;
  o->last_opened = &c->next;
}

/*
** libcurl is through with it. The first receive takes it out of the reach
** of libcurl, which would close a connection that waits for its use when
** it opens another one.
*/
static void finish_opening (struct pay_connection *c, CURLcode code) {
  curl_socket_t s = CURL_SOCKET_BAD;
  if (code == CURLE_OK)
    code = curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &s);
  if (code == CURLE_OK && s == CURL_SOCKET_BAD)
    code = CURLE_COULDNT_CONNECT;
  if (code == CURLE_OK) {
    c->fd = (int)s;
    c->opener->counts.handshakes += c->secure;
    if (pay_connection_check(c) <= PAY_HALF)
      settle(c, PAY_OPEN, CURLE_OK);
    else
      settle(c, PAY_REFUSED, c->code);
    return;
  }
  curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &c->proxy_code);
  settle(c, PAY_REFUSED, code);
}

static void take_messages (struct pay_hub *h) {
  CURLMsg *m;
  int left;
  while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
    CURLcode code = m->data.result;
    char *c = NULL;
    if (m->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
    if (c != NULL && ((struct pay_connection *)c)->state == PAY_OPENING)
      finish_opening((struct pay_connection *)c, code);
  }
}

/* libcurl has no memory for the hub's events: what it was opening is not
   opened any more. */
static void break_off (struct pay_hub *h) {
  int i;
  h->broken = 1;
  h->due = -1;
  take_messages(h);
  for (i = 0; i < h->n; i++)
    if (h->all[i]->state == PAY_OPENING)
      settle(h->all[i], PAY_REFUSED, CURLE_OUT_OF_MEMORY);
  forget_fds(h->opener, h);
}

static void act (struct pay_hub *h, curl_socket_t s, int events) {
  int running;
  CURLMcode code;
  if (h->broken)
    return;
  h->opener->at_work = 1;
  code = curl_multi_socket_action(h->multi, s, events, &running);
  h->opener->at_work = 0;
  if (code != CURLM_OK)
    break_off(h);
}

/*
** From the last to the first: libcurl adds at the end, and what is removed
** is filled from the end, so no socket is missed.
*/
static void drive_sockets (struct pay_opener *o) {
  int i;
  for (i = o->n_fds - 1; i >= 0; i--) {
    short r;
    if (i >= o->n_fds || o->fds[i].revents == 0)
      continue;
    r = o->fds[i].revents;
    o->fds[i].revents = 0;
    act(o->fds_of[i], o->fds[i].fd,
        (r & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) |
            (r & POLLOUT ? CURL_CSELECT_OUT : 0) |
            (r & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR : 0));
  }
}

/* All of its connections: one whose address has had its time has no socket,
   and no timer. */
static void nudge (struct pay_hub *h) {
  int running;
  if (h->broken)
    return;
  h->opener->at_work = 1;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if (curl_multi_socket_all(h->multi, &running) != CURLM_OK)
    break_off(h);
#pragma GCC diagnostic pop
  h->opener->at_work = 0;
}

void pay_opener_drive (struct pay_opener *o) {
  struct pay_hub *h;
  double now;
  int late;
  if (o->n_opening == 0)
    return;
  drive_sockets(o);
  now = pay_boottime();
  late = now >= o->nudge_at;
  if (late)
    o->nudge_at = now + NUDGE;
  for (h = o->hubs; h != NULL; h = h->next) {
    if (h->n_opening == 0)
      continue;
    if (h->due >= 0 && h->due <= now) {
      h->due = -1;
      act(h, CURL_SOCKET_TIMEOUT, 0);
    }
    if (late)
      nudge(h);
    take_messages(h);
  }
}

/* connections */

#define set(c, option, value)                                                 \
  (curl_easy_setopt((c)->easy, CURLOPT_##option, value) == CURLE_OK)

/*
** HTTP/1.1 is what the handshake offers. No proxy from the environment: a
** variable must not decide where payments go. What goes to this machine
** goes to it directly. Its own buffer (16 KB by default) is used for the
** answer of a proxy only.
*/
static int set_way (struct pay_connection *c, const char *url, long ms) {
  const char *proxy = c->opener->texts[PAY_PROXY];
  return set(c, URL, url) && set(c, CONNECT_ONLY, 1L) &&
         set(c, HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
         set(c, PROTOCOLS_STR, c->secure ? "https" : "http") &&
         set(c, NOSIGNAL, 1L) && set(c, QUICK_EXIT, 1L) &&
         set(c, BUFFERSIZE, 1024L) && set(c, TCP_NODELAY, 1L) &&
         set(c, CONNECTTIMEOUT_MS, ms) &&
         set(c, NETRC, (long)CURL_NETRC_IGNORED) &&
         set(c, PROXY, proxy != NULL ? proxy : "") &&
         set(c, NOPROXY, proxy == NULL || c->loopback ? "*" : "") &&
         set(c, HTTPPROXYTUNNEL, 1L) && set(c, SUPPRESS_CONNECT_HEADERS, 1L) &&
         set(c, SHARE, c->opener->share);
}

static int set_trust (struct pay_connection *c) {
  return set(c, SSL_VERIFYPEER, 1L) && set(c, SSL_VERIFYHOST, 2L) &&
         set(c, SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
         set(c, PROXY_SSL_VERIFYPEER, 1L) &&
         set(c, PROXY_SSL_VERIFYHOST, 2L) &&
         set(c, PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

/*
** A CA of the user's own replaces the system's, it does not add to them.
** With a folder among what is trusted, libcurl reads all of it again for
** each connection (20 ms, 768 KB); so where the system has both, the file
** is enough.
*/
static int set_authorities (struct pay_connection *c) {
  char **s = c->opener->texts;
  const char *file = s[PAY_CA_FILE], *folder = s[PAY_CA_PATH];
  if (file == NULL && folder == NULL) {
    file = curl_version_info(CURLVERSION_NOW)->cainfo;
    if (file == NULL || access(file, R_OK) != 0)
      return 1;
  }
  return set(c, CAINFO, file) && set(c, CAPATH, folder) &&
         set(c, PROXY_CAINFO, file) && set(c, PROXY_CAPATH, folder);
}

/* With no pass phrase given, OpenSSL would ask for it on the terminal. */
static int set_certificate (struct pay_connection *c) {
  char **s = c->opener->texts;
  const char *phrase = s[PAY_KEY_PASSWORD];
  if (s[PAY_CERT_FILE] == NULL && s[PAY_KEY_FILE] == NULL)
    return 1;
  return set(c, SSLCERT, s[PAY_CERT_FILE]) &&
         set(c, SSLKEY, s[PAY_KEY_FILE]) &&
         set(c, KEYPASSWD, phrase != NULL ? phrase : "");
}

static int set_callbacks (struct pay_connection *c) {
  if (c->secure) { /* a TLS library that has none of it writes no keys */
    (void)set(c, SSL_CTX_FUNCTION, on_tls_context);
    (void)set(c, SSL_CTX_DATA, (void *)c);
  }
  return set(c, PRIVATE, (void *)c) && set(c, ERRORBUFFER, c->problem) &&
         set(c, OPENSOCKETFUNCTION, open_socket) &&
         set(c, OPENSOCKETDATA, (void *)c) &&
         set(c, RESOLVER_START_FUNCTION, on_lookup) &&
         set(c, RESOLVER_START_DATA, (void *)c);
}

/* Whether the host of "https://host:port/" is an address. */
static int is_numeric (const char *url) {
  const char *host = strstr(url, "://") + 3;
  char name[16];
  struct in_addr address;
  size_t n = strcspn(host, ":/");
  if (host[0] == '[')
    return 1;
  if (n >= sizeof(name))
    return 0;
  memcpy(name, host, n);
  name[n] = '\0';
  return inet_pton(AF_INET, name, &address) == 1;
}

static int equip (struct pay_connection *c, const char *url, long ms) {
  return set_way(c, url, ms) && set_trust(c) && set_authorities(c) &&
         set_certificate(c) && set_callbacks(c);
}

struct pay_connection *pay_connection_open (struct pay_opener *o,
                                            const char *url, int secure,
                                            long ms, void *owner) {
  struct pay_hub *h = need_share(o) ? hub_with_room(o) : NULL;
  struct pay_connection *c = h != NULL ? calloc(1, sizeof(*c)) : NULL;
  if (c == NULL)
    return NULL;
  c->easy = curl_easy_init();
  c->hub = h;
  c->opener = o;
  c->owner = owner;
  c->fd = -1;
  c->secure = secure;
  c->loopback = !secure;
  c->numeric = is_numeric(url) && o->texts[PAY_PROXY] == NULL;
  if (c->easy == NULL || !equip(c, url, ms) ||
      curl_multi_add_handle(h->multi, c->easy) != CURLM_OK) {
    curl_easy_cleanup(c->easy);
    free(c);
    return NULL;
  }
  h->all[h->n++] = c;
  h->n_opening++;
  if (o->n_opening++ == 0)
    o->nudge_at = libcurl_forgets_next ? pay_boottime() + NUDGE : NEVER;
  return c;
}

#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0 /* there libcurl sets SO_NOSIGPIPE */
#endif

/* Without TLS there is nothing between the socket and us. */
static CURLcode after_call (ssize_t n, size_t *moved, CURLcode failure) {
  *moved = n > 0 ? (size_t)n : 0;
  if (n >= 0)
    return CURLE_OK;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
             ? CURLE_AGAIN
             : failure;
}

static CURLcode plain_receive (struct pay_connection *c, char *to, size_t n,
                               size_t *got) {
  CURLcode code =
      after_call(recv(c->fd, to, n, MSG_DONTWAIT), got, CURLE_RECV_ERROR);
  if (code == CURLE_RECV_ERROR)
    snprintf(c->problem, sizeof(c->problem), "%s", strerror(errno));
  return code;
}

/* What OpenSSL has of it; NULL also before the first receive. */
static void *find_tls (const struct pay_connection *c) {
  struct curl_tlssessioninfo *tls = NULL;
  if (!c->secure || openssl.has_pending == NULL ||
      curl_easy_getinfo(c->easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK ||
      tls == NULL || tls->backend != CURLSSLBACKEND_OPENSSL)
    return NULL;
  return tls->internals;
}

/*
** libcurl has OpenSSL free the buffers of a connection (34 KB) whenever they
** are empty, and make others for the next piece. A few connections keep
** theirs: that is a twentieth of a call.
*/
static void keep_buffers (struct pay_connection *c) {
  if (openssl.control == NULL || c->opener->n_buffered >= MOST_BUFFERED)
    return;
  openssl.control(c->tls, CLEAR_MODE, FREE_BUFFERS, NULL);
  c->buffered = 1;
  c->opener->n_buffered++;
}

/*
** Whether a part of a record is here. To libcurl that is nothing yet, but
** the rest would be taken for the beginning of the next answer. A header
** alone is no longer counted as pending: it is a state.
*/
int pay_connection_half (const struct pay_connection *c) {
  return c->tls != NULL &&
         (openssl.has_pending(c->tls) ||
          (openssl.state_of_reading != NULL &&
           strcmp(openssl.state_of_reading(c->tls), "RB") == 0));
}

/*
** Whether nothing has come over TLS, as the socket and OpenSSL say: a tenth
** of what asking libcurl takes. Anything else it has to see itself: tickets
** are nothing, and the end has many forms. Not where libcurl may hold bytes
** between these two, as of 8.0 or for a proxy.
*/
static int has_nothing (const struct pay_connection *c) {
  char byte;
  if (c->tls == NULL || c->state != PAY_OPEN || !openssl.is_next_to_socket ||
      c->opener->texts[PAY_PROXY] != NULL)
    return 0;
  return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK) && !pay_connection_half(c);
}

enum pay_silence pay_connection_check (struct pay_connection *c) {
  char byte[64];
  size_t got = 0;
  CURLcode code;
  if (has_nothing(c))
    return PAY_SILENT;
  code = pay_connection_receive(c, byte, sizeof(byte), &got);
  if (code == CURLE_AGAIN) {
    if (c->tls == NULL && (c->tls = find_tls(c)) != NULL)
      keep_buffers(c);
    return pay_connection_half(c) ? PAY_HALF : PAY_SILENT;
  }
  c->code = code;
  return code == CURLE_OK && got > 0 ? PAY_SPOKE : PAY_ENDED;
}

CURLcode pay_connection_send (struct pay_connection *c, const char *s,
                              size_t n, size_t *sent) {
  CURLcode code;
  if (n > PAY_PIECE)
    n = PAY_PIECE;
  *sent = 0;
  if (c->secure)
    return curl_easy_send(c->easy, s, n, sent);
  code = after_call(send(c->fd, s, n, MSG_DONTWAIT | MSG_NOSIGNAL), sent,
                    CURLE_SEND_ERROR);
  if (code == CURLE_SEND_ERROR)
    snprintf(c->problem, sizeof(c->problem), "%s", strerror(errno));
  return code;
}

CURLcode pay_connection_receive (struct pay_connection *c, char *to, size_t n,
                                 size_t *got) {
  *got = 0;
  /* the first time always by libcurl: see finish_opening */
  if (c->secure || c->state != PAY_OPEN)
    return curl_easy_recv(c->easy, to, n, got);
  return plain_receive(c, to, n, got);
}

void pay_connection_times (const struct pay_connection *c, double times[3]) {
  static const CURLINFO infos[3] = { CURLINFO_NAMELOOKUP_TIME_T,
                                     CURLINFO_CONNECT_TIME_T,
                                     CURLINFO_APPCONNECT_TIME_T };
  int i;
  for (i = 0; i < 3; i++) {
    curl_off_t t = 0;
    curl_easy_getinfo(c->easy, infos[i], &t);
    times[i] = (double)t / 1e6;
  }
}

/* Takes it off the list of those that were opened, should it be there. */
static void unlist (struct pay_connection *c) {
  struct pay_connection **at = &c->opener->opened;
  while (*at != NULL && *at != c)
    at = &(*at)->next;
  if (*at == NULL)
    return;
  *at = c->next;
  if (*at == NULL)
    c->opener->last_opened = at;
}

void pay_connection_close (struct pay_connection *c) {
  struct pay_hub *h = c->hub;
  int i = 0;
  while (h->all[i] != c)
    i++;
  h->all[i] = h->all[--h->n];
  if (c->state == PAY_OPENING) {
    h->n_opening--;
    c->opener->n_opening--;
  }
  else
    unlist(c);
  c->opener->n_buffered -= c->buffered;
  curl_multi_remove_handle(h->multi, c->easy); /* closes the socket */
  curl_easy_cleanup(c->easy);
  free(c);
}
