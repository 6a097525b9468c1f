/*
** curl_url.c - which addresses we are ready to send to. Strict, because
** two readers of one odd URL may see two different hosts in it.
*/
#include "curl_pool.h"

#include <string.h>

#include <arpa/inet.h>

#define HTTPS "https://"
#define HTTP  "http://"

static int starts (const char *s, size_t n, const char *with) {
  size_t k = strlen(with);
  return n >= k && memcmp(s, with, k) == 0;
}

static size_t scheme_length (const char *url, size_t n) {
  return starts(url, n, HTTPS) ? strlen(HTTPS) : strlen(HTTP);
}

size_t pay_origin_length (const char *url, size_t n) {
  size_t i = scheme_length(url, n);
  while (i < n && url[i] != '/' && url[i] != '?' && url[i] != '#')
    i++;
  return i;
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

/*
** By name only. That localhost really is this machine is seen to when
** the socket is made (see pay_open_socket).
*/
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

const char *pay_check_url (const char *url, size_t n, int http_loopback,
                           int *loopback) {
  const char *host;
  size_t length;
  *loopback = !starts(url, n, HTTPS);
  if (has_odd_byte(url, n))
    return "the URL has a character that must be percent-encoded";
  if (*loopback && !(http_loopback && starts(url, n, HTTP)))
    return "the URL must begin with https://";
  host = url + scheme_length(url, n);
  length = pay_origin_length(url, n) - scheme_length(url, n);
  if (length == 0)
    return "the URL names no host";
  if (memchr(host, '@', length) || memchr(host, '\\', length))
    return "the URL must not carry a user name or a backslash";
  if (*loopback && !is_loopback(host, length))
    return "http:// is only for this machine (127.0.0.1, localhost, [::1])";
  return NULL;
}
