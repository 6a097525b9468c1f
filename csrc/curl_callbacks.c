/*
** curl_callbacks.c - what libcurl calls during an exchange. Lua raises
** with longjmp, so nothing in here knows Lua: bytes are only collected.
*/
#include "curl_pool.h"

#include <string.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

/*
** Called by libcurl right before it sends the request, with connection
** and TLS handshake done. When a connection kept from an earlier request
** dies before the first byte of the answer, libcurl would quietly send
** again on a new one. The first copy may have been acted on, so the
** second time is refused.
*/
int pay_about_to_send (void *exchange, char *to, char *from, int to_port,
                       int from_port) {
  struct exchange *x = exchange;
  (void)to;
  (void)from;
  (void)to_port;
  (void)from_port;
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
    return memcmp(bytes + offsetof(struct sockaddr_in6, sin6_addr), one,
                  sizeof(one)) == 0;
  }
  return 0;
}

/*
** Makes libcurl's sockets: plain http never leaves this machine, whatever
** the name resolved to; and a program started later inherits none.
*/
curl_socket_t pay_open_socket (void *exchange, curlsocktype purpose,
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
  return x->head.n < 10 || x->head.s[9] != '1'; /* "HTTP/1.1 1.." */
}

size_t pay_receive_head (char *line, size_t size, size_t count,
                         void *exchange) {
  struct exchange *x = exchange;
  size_t n = size * count;
  if (x->head_done || n == 0)
    return n;
  if (n >= 5 && memcmp(line, "HTTP/", 5) == 0)
    x->head.n = 0; /* what came before was a 1xx answer */
  if (n > MAX_HEAD - x->head.n)
    return stop(x, HEAD_TOO_LARGE);
  x->head_done = ends_head(x, line, n);
  return pay_text_add(&x->head, line, n) ? n : stop(x, NO_MEMORY);
}

size_t pay_receive_body (char *data, size_t size, size_t count,
                         void *exchange) {
  struct exchange *x = exchange;
  size_t n = size * count;
  if (n > x->pool->max_answer - x->body.n)
    return stop(x, BODY_TOO_LARGE);
  return pay_text_add(&x->body, data, n) ? n : stop(x, NO_MEMORY);
}
