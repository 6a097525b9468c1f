/*
** curl_text.c - bytes that grow. Called from libcurl's callbacks, so it
** must not know Lua; limits are the caller's.
*/
#include "curl_pool.h"

#include <stdlib.h>
#include <string.h>

char *pay_text_room (struct text *t, size_t n) {
  if (t->s == NULL || n > t->size - t->n) {
    size_t size = t->size < 512 ? 1024 : t->size * 2;
    char *larger;
    if (size - t->n < n)
      size = t->n + n;
    larger = realloc(t->s, size);
    if (larger == NULL)
      return NULL;
    t->s = larger;
    t->size = size;
  }
  return t->s + t->n;
}

int pay_text_add (struct text *t, const char *s, size_t n) {
  char *to = pay_text_room(t, n);
  if (to == NULL)
    return 0;
  if (n > 0)
    memcpy(to, s, n);
  t->n += n;
  return 1;
}

void pay_text_free (struct text *t) {
  free(t->s);
  t->s = NULL;
  t->n = t->size = 0;
}

void pay_text_clear (struct text *t) {
  if (t->size > KEPT_BUFFER)
    pay_text_free(t);
  t->n = 0;
}
