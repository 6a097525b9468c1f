/*
** form.c - text in a URL or a form: what RFC 3986 does not leave alone
** goes as %XX.
*/
#include "core.h"

static int is_unreserved (unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

void pay_add_escaped (struct pay_text *t, const char *s, size_t n) {
  static const char hex[] = "0123456789ABCDEF";
  const char *end = s + n;
  while (s < end) {
    const char *run = s;
    while (s < end && is_unreserved((unsigned char)*s))
      s++;
    pay_text_add(t, run, (size_t)(s - run));
    if (s < end) {
      unsigned char c = (unsigned char)*s++;
      pay_text_char(t, '%');
      pay_text_char(t, hex[c >> 4]);
      pay_text_char(t, hex[c & 15]);
    }
  }
}
