/*
** connection.h - connections that libcurl opens and that bytes are then
** moved over. libcurl does names, addresses, proxies and TLS; what is sent
** is not its business. Knows no HTTP, no Lua, and no payments.
**
** An opener belongs to one set of options: who is trusted, who we are,
** which way we go. Its connections are never used under another one.
*/
#ifndef PAY_CONNECTION_H
#define PAY_CONNECTION_H

#include "host.h"

#include <poll.h>
#include <stddef.h>

#include <curl/curl.h>

#pragma GCC visibility push(hidden)

/* Options that are text; see lua/luapay/transport/curl.lua. */
enum pay_connection_text {
  PAY_CA_FILE,
  PAY_CA_PATH,
  PAY_CERT_FILE,
  PAY_KEY_FILE,
  PAY_KEY_PASSWORD,
  PAY_PROXY,
  PAY_CONNECTION_TEXTS
};

enum pay_connection_state {
  PAY_OPENING,
  PAY_OPEN,
  PAY_REFUSED /* 'code' and 'problem' say why; nothing was sent */
};

struct pay_connection {
  CURL *easy;
  struct pay_hub *hub; /* the multi handle that it belongs to */
  struct pay_opener *opener;
  void *owner;                 /* whoever waits for it; ours to keep */
  struct pay_connection *next; /* in the list of those that were opened */
  enum pay_connection_state state;
  int fd;
  int loopback; /* may only go to this machine */
  int secure;
  int numeric;     /* its host is an address: nothing to look up */
  void *tls;       /* what OpenSSL has of it, or NULL */
  int buffered;    /* it keeps OpenSSL's buffers */
  CURLcode code;   /* of opening it */
  long proxy_code; /* what the proxy answered to CONNECT, or 0 */
  double idle_since;
  char problem[CURL_ERROR_SIZE];
};

/* Connections opened since the beginning, and what it took. */
struct pay_opener_counts {
  double opened, refused, lookups, handshakes, resumed;
};

struct pay_opener {
  char *texts[PAY_CONNECTION_TEXTS]; /* ours: wiped and freed at the end */
  long connect_ms;
  CURLSH *share;           /* TLS sessions and addresses, not connections */
  struct pay_hub *hubs;    /* multi handles with few connections each */
  struct pollfd *fds;      /* what those that are being opened wait for */
  struct pay_hub **fds_of; /* whose each of them is */
  int n_fds, size_fds;
  int n_opening, n_buffered;
  double nudge_at; /* when libcurl has to look at what it is opening */
  int at_work;     /* libcurl is, on one of its connections */
  struct pay_connection *opened, **last_opened;
  struct pay_opener_counts counts;
};

/* Prepares libcurl, once a process; NULL, or why it cannot be used. */
const char *pay_libcurl_problem (void);
/* What is wrong with a version of libcurl, 0x075801 for 7.88.1; or NULL. */
const char *pay_libcurl_unfit (unsigned int version);

/* Makes an opener of zeroed memory. The rest of it may fail for want of
   memory and is then tried again when the next connection is opened. */
void pay_opener_init (struct pay_opener *o);
/* Closes what is left, wipes the pass phrase. */
void pay_opener_close (struct pay_opener *o);
/* After a fork: lets go of what is the parent's, without a touch. */
void pay_opener_abandon (struct pay_opener *o);
/* When it wants to be driven even if no socket is ready; < 0: never. */
double pay_opener_due (const struct pay_opener *o);
/* Drives it, by what 'revents' of its 'fds' say and by the time. */
void pay_opener_drive (struct pay_opener *o);
/* The next connection that is no longer being opened, or NULL. */
struct pay_connection *pay_opener_next (struct pay_opener *o);

/*
** Begins to open a connection; NULL when there is no memory. 'url' names
** the origin, "https://host:port/". 'owner' is left alone.
*/
struct pay_connection *pay_connection_open (struct pay_opener *o,
                                            const char *url, int secure,
                                            long ms, void *owner);
/*
** Before anything is sent: alive and silent, or it has to be closed. What
** it spoke is nobody's answer.
*/
enum pay_silence {
  PAY_SILENT,
  PAY_HALF, /* of a record of TLS a part is here, of whatever kind it is */
  PAY_SPOKE,
  PAY_ENDED
};
enum pay_silence pay_connection_check (struct pay_connection *c);
/* The same as PAY_HALF, and nothing is received. */
int pay_connection_half (const struct pay_connection *c);

/* The most that one call sends: a TLS record. Of more, libcurl may have
   sent a part and still say that nothing was taken. */
#define PAY_PIECE 16384

/*
** Sends up to PAY_PIECE bytes from memory that does not move. CURLE_OK:
** '*sent' of them have left. CURLE_AGAIN: none, and the same call has to
** be repeated. Else none, and the connection is good for no more.
*/
CURLcode pay_connection_send (struct pay_connection *c, const char *s,
                              size_t n, size_t *sent);
/* CURLE_OK with '*got' 0: the other side has ended it. */
CURLcode pay_connection_receive (struct pay_connection *c, char *to, size_t n,
                                 size_t *got);
/* Seconds that opening took: by name look-up, connecting, TLS. */
void pay_connection_times (const struct pay_connection *c, double times[3]);
/* Closes it, open or not; 'c' is gone. */
void pay_connection_close (struct pay_connection *c);

#pragma GCC visibility pop

#endif
