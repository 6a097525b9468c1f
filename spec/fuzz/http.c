/*
** http.c - fuzzes the reader of csrc/http.c. The first byte of an input says
** what was asked for, the rest is what a server sends, and then ends.
**
** However the bytes are cut into pieces, the verdict is the same: so each
** input is read whole, byte by byte, and in pieces of its own. Pieces are
** copied to where AddressSanitizer sees every byte read beside them.
*/
#include "http.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n);

static void check (int good, const char *what) {
  if (good)
    return;
  fprintf(stderr, "broken: %s\n", what);
  abort();
}

struct verdict {
  enum pay_http end;
  int keep; /* before the end */
  struct pay_http_reader r;
};

static size_t limit_of (uint8_t options) {
  static const size_t limits[] = { 0, 7, 1000, 1 << 20 };
  return limits[options >> 2 & 3];
}

static void check_limits (const struct pay_http_reader *r) {
  check(r->head.n <= PAY_HTTP_MAX_HEAD, "a head is limited");
  check(r->head.size <= 2 * PAY_HTTP_MAX_HEAD, "so is its memory");
  check(r->body.n <= r->max_answer, "a body is limited");
  check(r->body.size <= (r->max_answer < 512 ? 512 : r->max_answer),
        "so is its memory");
}

static enum pay_http feed (struct pay_http_reader *r, const uint8_t *s,
                           size_t n) {
  char *copy = malloc(n > 0 ? n : 1);
  enum pay_http verdict;
  if (n > 0)
    memcpy(copy, s, n);
  verdict = pay_http_read(r, copy, n);
  free(copy);
  check_limits(r);
  check(r->fault != NULL || verdict != PAY_HTTP_FAULT, "a fault has a name");
  return verdict;
}

/* 'size' 0: pieces of any size, from a sequence that the input begins. */
static void read_all (struct verdict *v, uint8_t options, const uint8_t *s,
                      size_t n, size_t size) {
  uint32_t seed = (uint32_t)n * 2654435761u + options;
  size_t at, take;
  memset(v, 0, sizeof(*v));
  pay_http_start(&v->r, options & 1, limit_of(options));
  for (at = 0; at < n; at += take) {
    seed = seed * 1664525u + 1013904223u;
    take = size > 0 ? size : (seed >> 16) % ((seed >> 24) % 3 ? 17 : 1500) + 1;
    if (take > n - at)
      take = n - at;
    (void)feed(&v->r, s + at, take);
  }
  v->keep = pay_http_keep(&v->r);
  v->end = pay_http_ended(&v->r, options & 2);
}

static int same_bytes (const struct pay_bytes *a, const struct pay_bytes *b) {
  return a->n == b->n && (a->n == 0 || memcmp(a->s, b->s, a->n) == 0);
}

static void check_same (const struct verdict *a, const struct verdict *b) {
  check(a->end == b->end, "one verdict");
  check(a->keep == b->keep, "one word on the connection");
  if (a->end == PAY_HTTP_FAULT)
    check(strcmp(a->r.fault, b->r.fault) == 0, "one sentence");
  if (a->end != PAY_HTTP_DONE)
    return;
  check(a->r.status == b->r.status, "one status");
  check(same_bytes(&a->r.head, &b->r.head), "one head");
  check(same_bytes(&a->r.body, &b->r.body), "one body");
}

static void check_head (const struct pay_http_reader *r) {
  struct pay_http_line line;
  size_t at = 0, n;
  check(r->status >= 200 && r->status <= 599, "a final status");
  while (pay_http_next(r->head.s, r->head.n, &at, &line)) {
    check(line.n_name > 0, "a header has a name");
    check(memchr(line.name, ' ', line.n_name) == NULL, "without blanks");
    check(memchr(line.value, '\r', line.n_value) == NULL, "no CR");
    check(memchr(line.value, '\n', line.n_value) == NULL, "no LF");
    check(memchr(line.value, '\0', line.n_value) == NULL, "no NUL");
  }
  (void)pay_http_value(r, "content-length", &n);
}

/* What is kept of the memory for the next answer has nothing of this one. */
static void check_wiped (const struct pay_bytes *b, size_t used) {
  size_t i;
  check(b->n == 0 && b->size <= PAY_HTTP_KEPT, "little is kept");
  for (i = 0; i < used && i < b->size; i++)
    check(b->s[i] == 0, "and it is wiped");
}

static void check_clear (struct pay_http_reader *r) {
  size_t head = r->head.n, body = r->body.n;
  pay_http_reader_clear(r);
  check_wiped(&r->head, head);
  check_wiped(&r->body, body);
}

/* One byte more, and the connection is not used again. */
static void check_stray_byte (uint8_t options, const uint8_t *s, size_t n) {
  struct verdict v;
  uint8_t *more = malloc(n + 1);
  memcpy(more, s, n);
  more[n] = '\n';
  read_all(&v, options, more, n + 1, n + 1);
  check(v.end == PAY_HTTP_DONE && !v.keep, "a stray byte is noticed");
  pay_http_reader_free(&v.r);
  free(more);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n) {
  static const size_t sizes[] = { 0, 7, 1 };
  struct verdict whole, cut;
  uint8_t options = n > 0 ? data[0] : 0;
  size_t i;
  if (n == 0)
    return 0;
  data++;
  n--;
  read_all(&whole, options, data, n, n + 1);
  for (i = n > 3000 ? 2 : 3; i-- > 0;) { /* one by one takes long */
    read_all(&cut, options, data, n, sizes[i]);
    check_same(&whole, &cut);
    pay_http_reader_free(&cut.r);
  }
  if (whole.end == PAY_HTTP_DONE)
    check_head(&whole.r);
  if (whole.keep)
    check_stray_byte(options, data, n);
  check_clear(&whole.r);
  pay_http_reader_free(&whole.r);
  return 0;
}
