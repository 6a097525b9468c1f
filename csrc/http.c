/*
** http.c - HTTP/1.1, sans I/O: a request is written into bytes, an answer
** is read from bytes, in pieces of any size. See http.h for the contract.
** It knows no Lua, no sockets and no clock.
*/
#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char PAY_HTTP_NO_MEMORY[] = "out of memory";


/* Bytes that grow */

/* Not memset itself: a compiler may leave out what nobody reads again. */
static void *(*volatile const fill)(void *s, int c, size_t n) = memset;

static void wipe (void *s, size_t n) {
  if (n > 0)
    fill(s, 0, n);
}

/* No realloc: what it leaves behind would not be wiped. */
char *pay_bytes_room (struct pay_bytes *b, size_t n, size_t most) {
  if (n > b->size - b->n) {
    size_t need = b->n + n, size = b->size + b->size / 2;
    char *larger;
    if (need < n)
      return NULL;
    if (size > most)
      size = most;
    if (size < need)
      size = need;
    if (size < 512)
      size = 512;
    larger = malloc(size);
    if (larger == NULL)
      return NULL;
    if (b->n > 0)
      memcpy(larger, b->s, b->n);
    if (b->s != NULL)
      wipe(b->s, b->n);
    free(b->s);
    b->s = larger;
    b->size = size;
  }
  return b->s + b->n;
}

static int add (struct pay_bytes *b, const char *s, size_t n, size_t most) {
  char *to;
  if (n == 0)
    return 1;
  to = pay_bytes_room(b, n, most);
  if (to == NULL)
    return 0;
  memcpy(to, s, n);
  b->n += n;
  return 1;
}

int pay_bytes_add (struct pay_bytes *b, const char *s, size_t n) {
  return add(b, s, n, SIZE_MAX);
}

/* Takes away the end, which is wiped. */
static void shorten (struct pay_bytes *b, size_t n) {
  wipe(b->s + n, b->n - n);
  b->n = n;
}

void pay_bytes_clear (struct pay_bytes *b) {
  if (b->size > PAY_HTTP_KEPT)
    pay_bytes_free(b);
  else if (b->n > 0)
    shorten(b, 0);
}

void pay_bytes_free (struct pay_bytes *b) {
  if (b->n > 0)
    wipe(b->s, b->n);
  free(b->s);
  b->s = NULL;
  b->n = b->size = 0;
}


/* Characters */

enum { TOKEN = 1, DIGIT = 2, HEX = 4 };

#define T TOKEN
#define X (TOKEN | HEX)
#define D (TOKEN | HEX | DIGIT)

/* What ASCII's printing characters may be part of; the others have none. */
/* clang-format off */
static const unsigned char kinds[256] = {
  ['0'] = D, ['1'] = D, ['2'] = D, ['3'] = D, ['4'] = D, ['5'] = D, ['6'] = D,
  ['7'] = D, ['8'] = D, ['9'] = D,
  ['A'] = X, ['B'] = X, ['C'] = X, ['D'] = X, ['E'] = X, ['F'] = X, ['a'] = X,
  ['b'] = X, ['c'] = X, ['d'] = X, ['e'] = X, ['f'] = X,
  ['G'] = T, ['H'] = T, ['I'] = T, ['J'] = T, ['K'] = T, ['L'] = T, ['M'] = T,
  ['N'] = T, ['O'] = T, ['P'] = T, ['Q'] = T, ['R'] = T, ['S'] = T, ['T'] = T,
  ['U'] = T, ['V'] = T, ['W'] = T, ['X'] = T, ['Y'] = T, ['Z'] = T, ['g'] = T,
  ['h'] = T, ['i'] = T, ['j'] = T, ['k'] = T, ['l'] = T, ['m'] = T, ['n'] = T,
  ['o'] = T, ['p'] = T, ['q'] = T, ['r'] = T, ['s'] = T, ['t'] = T, ['u'] = T,
  ['v'] = T, ['w'] = T, ['x'] = T, ['y'] = T, ['z'] = T, ['!'] = T, ['#'] = T,
  ['$'] = T, ['%'] = T, ['&'] = T, ['\''] = T, ['*'] = T, ['+'] = T, ['-'] = T,
  ['.'] = T, ['^'] = T, ['_'] = T, ['`'] = T, ['|'] = T, ['~'] = T,
};
/* clang-format on */

#undef T
#undef X
#undef D

static int is (char c, int kind) {
  return kinds[(unsigned char)c] & kind;
}

static int is_blank (char c) {
  return c == ' ' || c == '\t';
}

static int is_control (char c) {
  return (unsigned char)c < 0x20 || c == 0x7f;
}

static int is_token (const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++)
    if (!is(s[i], TOKEN))
      return 0;
  return n > 0;
}

static char lower (char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/*
** Whether it is that word, of lower-case letters, digits and hyphens, in any
** case. There are no control characters in 's', or some would pass for these.
*/
static int same (const char *s, size_t n, const char *word) {
  size_t i;
  for (i = 0; i < n; i++)
    if ((s[i] | 0x20) != word[i]) /* also where the word ends */
      return 0;
  return word[n] == '\0';
}

#define EVERY(byte) (~(uint64_t)0 / 255 * (byte))

/*
** The control characters among eight bytes: the highest bit of each is set.
** A borrow may also set that of a byte behind one of them, never before.
*/
static uint64_t find_among_eight (const char *s) {
  uint64_t w, del;
  memcpy(&w, s, 8);
  del = w ^ EVERY(0x7f);
  return (((w - EVERY(0x20)) & ~w) | ((del - EVERY(1)) & ~del)) & EVERY(0x80);
}

/* The first control character from 'i' on, or 'n'. */
static size_t find_control (const char *s, size_t i, size_t n) {
  for (; n - i >= 8; i += 8) {
    uint64_t found = find_among_eight(s + i);
    if (found == 0)
      continue;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return i + (size_t)__builtin_ctzll(found) / 8;
#else
    break;
#endif
  }
  while (i < n && !is_control(s[i]))
    i++;
  return i;
}


/* Requests */

/* What a transport must decide itself, or two sides disagree on framing. */
static const char *const ours[] = { "accept-encoding",
                                    "connection",
                                    "content-length",
                                    "expect",
                                    "host",
                                    "te",
                                    "trailer",
                                    "transfer-encoding",
                                    "upgrade",
                                    NULL };

static int is_ours (const char *name, size_t n) {
  int i;
  for (i = 0; ours[i] != NULL; i++)
    if (same(name, n, ours[i]))
      return 1;
  return 0;
}

/* No control characters but tabs; in particular no CR, LF or NUL. */
static int is_value (const char *s, size_t n) {
  size_t i = 0;
  while ((i = find_control(s, i, n)) < n)
    if (s[i++] != '\t')
      return 0;
  return 1;
}

/* Printing characters of ASCII only. */
static int is_visible (const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++)
    if ((unsigned char)s[i] <= 0x20 || (unsigned char)s[i] >= 0x7f)
      return 0;
  return n > 0;
}

static char *put (char *to, const char *s, size_t n) {
  memcpy(to, s, n);
  return to + n;
}

#define PUT(to, literal) put(to, literal, sizeof(literal) - 1)

const char *pay_http_begin (struct pay_http_request *q, const char *method,
                            size_t n_method, const char *target,
                            size_t n_target, const char *host, size_t n_host) {
  char *to;
  pay_http_request_clear(q);
  if (!is_token(method, n_method) || n_method > 16 ||
      same(method, n_method, "connect"))
    return "the method is not a word";
  if (!is_visible(target, n_target) || target[0] != '/')
    return "the URL has a character that must be percent-encoded";
  if (!is_visible(host, n_host))
    return "the URL names no host";
  to = pay_bytes_room(&q->bytes, n_method + n_target + n_host + 24, SIZE_MAX);
  if (to == NULL)
    return PAY_HTTP_NO_MEMORY;
  to = put(to, method, n_method);
  *to++ = ' ';
  to = put(to, target, n_target);
  to = PUT(to, " HTTP/1.1\r\nHost: ");
  to = put(to, host, n_host);
  to = PUT(to, "\r\n");
  q->bytes.n = (size_t)(to - q->bytes.s);
  q->head = n_method == 4 && memcmp(method, "HEAD", 4) == 0;
  q->wants_length = (n_method == 4 && memcmp(method, "POST", 4) == 0) ||
                    (n_method == 3 && memcmp(method, "PUT", 3) == 0) ||
                    (n_method == 5 && memcmp(method, "PATCH", 5) == 0);
  return NULL;
}

static int same_name (const char *a, const char *b, size_t n) {
  size_t i;
  for (i = 0; i < n; i++)
    if (lower(a[i]) != lower(b[i]))
      return 0;
  return 1;
}

/* Whether the request has a header of that name, in any case. */
static int has_header (const struct pay_http_request *q, const char *name,
                       size_t n) {
  struct pay_http_line line;
  size_t at = 0;
  while (pay_http_next(q->bytes.s, q->bytes.n, &at, &line))
    if (line.n_name == n && same_name(line.name, name, n))
      return 1;
  return 0;
}

/* One of 64 bits; names that are the same in any case have the same. */
static uint64_t bit_of (const char *name, size_t n) {
  unsigned sum = (unsigned)n * 5 + (unsigned char)lower(name[0]) * 3 +
                 (unsigned char)lower(name[n - 1]);
  return (uint64_t)1 << (sum & 63);
}

const char *pay_http_header (struct pay_http_request *q, const char *name,
                             size_t n_name, const char *value,
                             size_t n_value) {
  char *to;
  if (!is_token(name, n_name))
    return "a header's name has a character that is not allowed";
  if (!is_value(value, n_value))
    return "a header's value has a line break or control character";
  if (is_ours(name, n_name))
    return "the request sets a header that is the transport's to set";
  if (++q->headers > PAY_HTTP_HEADERS)
    return "the request has too many headers";
  if ((q->names & bit_of(name, n_name)) && has_header(q, name, n_name))
    return "the request has a header twice";
  q->names |= bit_of(name, n_name);
  q->accept |= same(name, n_name, "accept");
  to = pay_bytes_room(&q->bytes, n_name + n_value + 4, SIZE_MAX);
  if (to == NULL)
    return PAY_HTTP_NO_MEMORY;
  to = put(to, name, n_name);
  to = PUT(to, ": ");
  to = put(to, value, n_value);
  to = PUT(to, "\r\n");
  q->bytes.n = (size_t)(to - q->bytes.s);
  return NULL;
}

static char *put_number (char *to, size_t n) {
  char digits[24];
  size_t i = sizeof(digits);
  do
    digits[--i] = (char)('0' + n % 10);
  while ((n /= 10) > 0);
  return put(to, digits + i, sizeof(digits) - i);
}

const char *pay_http_end (struct pay_http_request *q, const char *body,
                          size_t n_body) {
  char *to;
  size_t copied = body != NULL ? n_body : 0;
  if (q->head && (body != NULL || n_body > 0))
    return "a HEAD request has no body";
  if (copied > SIZE_MAX / 2)
    return PAY_HTTP_NO_MEMORY;
  to = pay_bytes_room(&q->bytes, copied + 96, SIZE_MAX);
  if (to == NULL)
    return PAY_HTTP_NO_MEMORY;
  if (!q->accept)
    to = PUT(to, "Accept: application/json\r\n");
  if (body != NULL || n_body > 0 || q->wants_length) {
    to = PUT(to, "Content-Length: ");
    to = put_number(to, n_body);
    to = PUT(to, "\r\n");
  }
  to = PUT(to, "\r\n");
  if (copied > 0)
    to = put(to, body, copied);
  q->bytes.n = (size_t)(to - q->bytes.s);
  return NULL;
}

size_t pay_http_piece (const struct pay_http_request *q, const char **piece) {
  size_t n = q->bytes.n > q->sent ? q->bytes.n - q->sent : 0;
  *piece = n > 0 ? q->bytes.s + q->sent : NULL;
  return n < PAY_HTTP_PIECE ? n : PAY_HTTP_PIECE;
}

void pay_http_sent (struct pay_http_request *q, size_t n) {
  q->sent += n;
}

void pay_http_request_clear (struct pay_http_request *q) {
  pay_bytes_clear(&q->bytes);
  q->sent = 0;
  q->head = q->wants_length = q->headers = q->accept = 0;
  q->names = 0;
}

void pay_http_request_free (struct pay_http_request *q) {
  pay_bytes_free(&q->bytes);
  pay_http_request_clear(q);
}


/* Answers */

static const char NO_STATUS_LINE[] =
    "not HTTP: the answer begins without a status line";
static const char BAD_STATUS[] = "not HTTP: a malformed status line";
static const char SPEAKS_TLS[] =
    "not HTTP: the server speaks TLS on this port; use https";
static const char SPEAKS_HTTP2[] =
    "not HTTP/1.1: the server answers in HTTP/2";
static const char OTHER_VERSION[] =
    "not HTTP/1.1: the server answers in another version";
static const char SWITCHED[] =
    "not HTTP: 101, a switch of protocols that was not asked for";
static const char MANY_1XX[] = "the answer is announced too many times (1xx)";
static const char LARGE_HEAD[] = "the answer's headers are too large";
static const char LARGE_TRAILERS[] = "the answer's trailers are too large";
static const char LARGE_BODY[] =
    "the answer is larger than the option 'max_answer' allows";
static const char NUL_IN_LINE[] = "not HTTP: a NUL inside a header line";
static const char CR_IN_LINE[] = "not HTTP: a CR inside a header line";
static const char CONTROL_IN_LINE[] =
    "not HTTP: a control character inside a header line";
static const char FOLDED[] = "not HTTP: a folded header line";
static const char NO_COLON[] = "not HTTP: a header line without a colon";
static const char BAD_NAME[] = "not HTTP: a malformed header name";
static const char BAD_LENGTH[] = "not HTTP: a malformed Content-Length";
static const char TWO_LENGTHS[] = "not HTTP: more than one Content-Length";
static const char TWO_FRAMINGS[] =
    "not HTTP: Transfer-Encoding beside another framing";
static const char OTHER_CODING[] =
    "not HTTP: a Transfer-Encoding other than chunked";
static const char BAD_CHUNK[] = "not HTTP: a malformed chunk size";
static const char CHUNK_NO_CRLF[] = "not HTTP: a chunk that no CRLF ends";
static const char LARGE_EXTENSIONS[] =
    "the extensions of the answer's chunks are too large";
static const char NO_ANSWER[] =
    "the server closed the connection without an answer";
static const char CUT_OFF[] =
    "the connection ended before the whole answer was here";

/* Where in an answer the reader is: the next byte belongs to ... */
enum state {
  STATUS_LINE,
  HEADER_LINE,
  SIZED_BODY,    /* 'rest' bytes */
  BODY_TO_END,   /* with the connection */
  CHUNK_SIZE,    /* its digits */
  CHUNK_BLANK,   /* what is behind them: blanks or an extension */
  CHUNK_WORDS,   /* an extension */
  CHUNK_SIZE_LF, /* the LF of the line */
  CHUNK_DATA,    /* 'rest' bytes */
  CHUNK_CR,
  CHUNK_LF,
  TRAILER_LINE,
  WHOLE,
  BROKEN
};

enum framing { BY_END, BY_LENGTH, BY_CHUNKS };

static enum pay_http fail (struct pay_http_reader *r, const char *why) {
  r->state = BROKEN;
  r->fault = why;
  return PAY_HTTP_FAULT;
}

/* The head of an answer, final or announcing, begins. */
static void start_head (struct pay_http_reader *r) {
  r->state = STATUS_LINE;
  r->status = r->framing = r->old = r->close = r->doubt = 0;
  r->has_retry_after = 0;
  r->length = 0;
  r->from = r->at = r->base = 0;
}

void pay_http_start (struct pay_http_reader *r, int to_head,
                     size_t max_answer) {
  pay_http_reader_clear(r);
  r->to_head = to_head;
  r->max_answer = max_answer;
  r->left = PAY_HTTP_MAX_HEAD;
  r->extensions = PAY_HTTP_MAX_HEAD;
}

void pay_http_reader_clear (struct pay_http_reader *r) {
  pay_bytes_clear(&r->head);
  pay_bytes_clear(&r->body);
  start_head(r);
  r->fault = NULL;
  r->begun = r->announced = r->extra = r->digits = 0;
  r->rest = r->left = 0;
  r->words[0] = '\0';
}

void pay_http_reader_free (struct pay_http_reader *r) {
  pay_http_reader_clear(r);
  pay_bytes_free(&r->head);
  pay_bytes_free(&r->body);
}

/* What begins without "HTTP/1." and three digits, at the first odd byte. */
static const char *explain_start (size_t i, char c) {
  if (i == 0 && (c == 0x15 || c == 0x16))
    return SPEAKS_TLS;
  if ((i == 0 && c == 0) || (i == 5 && c == '2'))
    return SPEAKS_HTTP2;
  if (i < 5)
    return NO_STATUS_LINE;
  return i < 8 ? OTHER_VERSION : BAD_STATUS;
}

/*
** The beginning of a status line, as far as it is there: "HTTP/1.1 200",
** then a blank or the end of the line.
*/
static const char *check_start (const char *s, size_t n) {
  static const char shape[] = "HTTP/1.v sdd ";
  size_t i = n >= 9 && memcmp(s, "HTTP/1.1 ", 9) == 0 ? 9 : 0;
  for (; i < n && i < 13; i++) {
    char c = s[i];
    int good = c == shape[i];
    if (i == 7)
      good = c == '0' || c == '1';
    else if (i == 9)
      good = c >= '1' && c <= '5';
    else if (i == 10 || i == 11)
      good = is(c, DIGIT);
    else if (i == 12)
      good = c == ' ' || c == '\r' || c == '\n';
    if (!good)
      return explain_start(i, c);
  }
  return NULL;
}

/* A whole status line, whose beginning has been checked. */
static void read_status (struct pay_http_reader *r, const char *s) {
  r->old = s[7] == '0';
  r->status = (s[9] - '0') * 100 + (s[10] - '0') * 10 + s[11] - '0';
  r->state = HEADER_LINE;
}

static const char *read_length (struct pay_http_reader *r, const char *s,
                                size_t n) {
  size_t i, length = 0;
  if (r->framing == BY_CHUNKS)
    return TWO_FRAMINGS;
  if (r->framing == BY_LENGTH || memchr(s, ',', n) != NULL)
    return TWO_LENGTHS;
  for (i = 0; i < n && is(s[i], DIGIT); i++) {
    if (length > (SIZE_MAX - 9) / 10)
      return LARGE_BODY;
    length = length * 10 + (size_t)(s[i] - '0');
  }
  if (n == 0 || i < n)
    return BAD_LENGTH;
  r->framing = BY_LENGTH;
  r->length = length;
  return NULL;
}

static const char *read_coding (struct pay_http_reader *r, const char *s,
                                size_t n) {
  if (r->framing != BY_END || r->old)
    return TWO_FRAMINGS;
  if (!same(s, n, "chunked"))
    return OTHER_CODING;
  r->framing = BY_CHUNKS;
  return NULL;
}

/* One of a list of words, by commas and blanks, is "close". */
static int has_close (const char *s, size_t n) {
  size_t from, to;
  for (from = 0; from < n; from = to + 1) {
    for (to = from; to < n && s[to] != ',' && !is_blank(s[to]);)
      to++;
    if (same(s + from, to - from, "close"))
      return 1;
  }
  return 0;
}

/* Takes a good line apart, at its colon; the name is not looked at. */
static void split_line (struct pay_http_line *l, const char *s, size_t colon,
                        size_t n) {
  size_t from = colon + 1;
  while (from < n && is_blank(s[from]))
    from++;
  while (n > from && is_blank(s[n - 1]))
    n--;
  l->name = s;
  l->n_name = colon;
  l->value = s + from;
  l->n_value = n - from;
}

/* A whole line, without its end, of a head or of trailers: finds its colon. */
static const char *check_line (const char *s, size_t n, size_t *colon) {
  size_t i = 0;
  while (i < n && is(s[i], TOKEN))
    i++;
  *colon = i;
  if (i < n && i > 0 && s[i] == ':')
    return NULL;
  return memchr(s, ':', n) != NULL ? BAD_NAME : NO_COLON;
}

/*
** An encoding that was not asked for, if there turns out to be a body. Some
** servers say a character set in its place, or that there is none.
*/
static void read_encoding (struct pay_http_reader *r, const char *s,
                           size_t n) {
  static const char *const none[] = { "",      "identity", "none",
                                      "utf-8", "utf8",     NULL };
  int i;
  for (i = 0; none[i] != NULL; i++)
    if (same(s, n, none[i]))
      return;
  if (!is_token(s, n) || n > 16) {
    s = "several";
    n = 7;
  }
  snprintf(r->words, sizeof(r->words),
           "the answer (%d) has the encoding %.*s, which was not asked for",
           r->status, (int)n, s);
}

static const char *read_header (struct pay_http_reader *r, const char *s,
                                size_t n) {
  struct pay_http_line l;
  size_t colon;
  const char *wrong = check_line(s, n, &colon);
  if (wrong != NULL || r->status < 200)
    return wrong;
  if (colon == 10 && same(s, 10, "connection")) {
    split_line(&l, s, colon, n);
    r->close |= has_close(l.value, l.n_value);
  }
  else if (colon == 11 && same(s, 11, "retry-after"))
    r->has_retry_after = 1;
  else if (colon == 14 && same(s, 14, "content-length")) {
    split_line(&l, s, colon, n);
    return read_length(r, l.value, l.n_value);
  }
  else if (colon == 16 && same(s, 16, "content-encoding")) {
    split_line(&l, s, colon, n);
    read_encoding(r, l.value, l.n_value);
  }
  else if (colon == 17 && same(s, 17, "transfer-encoding")) {
    split_line(&l, s, colon, n);
    return read_coding(r, l.value, l.n_value);
  }
  return NULL;
}

/* Behind the empty line of a final head: what of the body is to come? */
static enum pay_http start_body (struct pay_http_reader *r) {
  if (r->to_head || r->status == 204 || r->status == 304) {
    r->doubt = r->status == 204 && (r->framing == BY_CHUNKS || r->length > 0);
    r->state = WHOLE;
    return PAY_HTTP_DONE;
  }
  if (r->framing == BY_LENGTH && r->length == 0) {
    r->state = WHOLE;
    return PAY_HTTP_DONE;
  }
  if (r->words[0] != '\0')
    return fail(r, r->words);
  if (r->framing == BY_LENGTH && r->length > r->max_answer)
    return fail(r, LARGE_BODY);
  r->rest = r->length;
  r->state = r->framing == BY_CHUNKS   ? CHUNK_SIZE
             : r->framing == BY_LENGTH ? SIZED_BODY
                                       : BODY_TO_END;
  return PAY_HTTP_MORE;
}

/* Takes away lines that are no longer needed; more may stand behind. */
static void drop_lines (struct pay_http_reader *r) {
  size_t after = r->head.n - r->from;
  memmove(r->head.s + r->base, r->head.s + r->from, after);
  r->left -= r->from - r->base;
  r->from = r->at = r->base;
  shorten(&r->head, r->base + after);
}

static enum pay_http end_of_head (struct pay_http_reader *r) {
  if (r->status >= 200)
    return start_body(r);
  if (r->status == 101)
    return fail(r, SWITCHED);
  if (++r->announced > PAY_HTTP_MAX_1XX)
    return fail(r, MANY_1XX);
  drop_lines(r);
  start_head(r);
  return PAY_HTTP_MORE;
}

static enum pay_http take_line (struct pay_http_reader *r, const char *s,
                                size_t n) {
  const char *wrong = NULL;
  size_t colon;
  if (r->state == STATUS_LINE)
    read_status(r, s);
  else if (n == 0 && r->state == TRAILER_LINE)
    r->state = WHOLE;
  else if (n == 0)
    return end_of_head(r);
  else if (r->state == TRAILER_LINE)
    wrong = check_line(s, n, &colon);
  else
    wrong = read_header(r, s, n);
  return wrong != NULL ? fail(r, wrong) : PAY_HTTP_MORE;
}

static enum pay_http refuse_control (struct pay_http_reader *r, char c) {
  return fail(r, c == '\0'   ? NUL_IN_LINE
                 : c == '\r' ? CR_IN_LINE
                             : CONTROL_IN_LINE);
}

/* What can be said of a line that has only begun. */
static const char *check_beginning (const struct pay_http_reader *r) {
  const char *s = r->head.s + r->from;
  size_t n = r->head.n - r->from;
  if (r->state == STATUS_LINE)
    return check_start(s, n);
  return n > 0 && is_blank(s[0]) ? FOLDED : NULL;
}

static int in_lines (const struct pay_http_reader *r) {
  return r->state <= HEADER_LINE || r->state == TRAILER_LINE;
}

/* Reads all lines that are whole; some bytes may be left, unread. */
static enum pay_http read_lines (struct pay_http_reader *r) {
  while (in_lines(r)) {
    const char *s = r->head.s;
    const char *wrong = r->from < r->head.n ? check_beginning(r) : NULL;
    size_t at = r->at, end;
    int in_trailers;
    if (wrong != NULL)
      return fail(r, wrong);
    while ((at = find_control(s, at, r->head.n)) < r->head.n && s[at] == '\t')
      at++;
    r->at = end = at;
    if (at < r->head.n && s[at] == '\r' && ++at < r->head.n && s[at] != '\n')
      return fail(r, CR_IN_LINE);
    if (at >= r->head.n)
      return PAY_HTTP_MORE;
    if (s[at] != '\n')
      return refuse_control(r, s[at]);
    s += r->from;
    end -= r->from;
    r->from = r->at = at + 1;
    in_trailers = r->state == TRAILER_LINE;
    if (take_line(r, s, end) == PAY_HTTP_FAULT)
      return PAY_HTTP_FAULT;
    if (in_trailers)
      drop_lines(r);
  }
  return r->state == WHOLE ? PAY_HTTP_DONE : PAY_HTTP_MORE;
}

/*
** Lines are read where they are kept. A piece is copied there some bytes
** at a time; what turns out to be no line of these is taken back.
*/
static enum pay_http feed_lines (struct pay_http_reader *r, const char **s,
                                 size_t *n) {
  while (*n > 0 && in_lines(r)) {
    size_t have = r->head.n - r->base, after;
    size_t take = r->left - have;
    if (take == 0)
      return fail(r, r->state == TRAILER_LINE ? LARGE_TRAILERS : LARGE_HEAD);
    take = take < *n ? take : *n;
    take = take < 1024 ? take : 1024;
    if (!add(&r->head, *s, take, PAY_HTTP_MAX_HEAD * 2))
      return fail(r, PAY_HTTP_NO_MEMORY);
    *s += take;
    *n -= take;
    if (read_lines(r) == PAY_HTTP_FAULT)
      return PAY_HTTP_FAULT;
    if (!in_lines(r)) {
      after = r->head.n - r->from;
      shorten(&r->head, r->from);
      *s -= after;
      *n += after;
    }
  }
  return PAY_HTTP_MORE;
}

/* Appends what there is of 'rest' bytes. */
static int feed_rest (struct pay_http_reader *r, const char **s, size_t *n) {
  size_t take = r->rest < *n ? r->rest : *n;
  size_t most = r->framing == BY_LENGTH ? r->length : r->max_answer;
  if (!add(&r->body, *s, take, most))
    return 0;
  r->rest -= take;
  *s += take;
  *n -= take;
  return 1;
}

static size_t hex (char c) {
  return (size_t)(is(c, DIGIT) ? c - '0' : lower(c) - 'a' + 10);
}

/* The line of a chunk's size is over: what follows it? */
static const char *end_of_size (struct pay_http_reader *r) {
  size_t most = r->max_answer - r->body.n;
  if (r->rest > most)
    return LARGE_BODY;
  r->state = CHUNK_DATA;
  if (r->rest > 0)
    return NULL;
  r->state = TRAILER_LINE;
  r->from = r->at = r->base = r->head.n;
  r->left = (most < PAY_HTTP_MAX_HEAD ? most : PAY_HTTP_MAX_HEAD) + 2;
  return NULL;
}

static const char *read_digit (struct pay_http_reader *r, char c) {
  if (is(c, HEX) && r->digits < 16) {
    r->digits++;
    r->rest = r->rest > SIZE_MAX >> 4 ? SIZE_MAX : r->rest << 4 | hex(c);
    return NULL;
  }
  if (r->digits == 0 || (!is_blank(c) && c != ';' && c != '\r'))
    return c == '\n' && r->digits > 0 ? CHUNK_NO_CRLF : BAD_CHUNK;
  r->digits = 0;
  r->state = c == ';' ? CHUNK_WORDS : c == '\r' ? CHUNK_SIZE_LF : CHUNK_BLANK;
  return NULL;
}

/* Behind the digits: blanks, and words after a semicolon. */
static const char *read_extension (struct pay_http_reader *r, char c) {
  if (r->extensions-- == 0)
    return LARGE_EXTENSIONS;
  if (c == '\r')
    r->state = CHUNK_SIZE_LF;
  else if (c == ';')
    r->state = CHUNK_WORDS;
  else if (c == '\n')
    return CHUNK_NO_CRLF;
  else if ((is_control(c) && c != '\t') ||
           (r->state == CHUNK_BLANK && !is_blank(c)))
    return BAD_CHUNK;
  return NULL;
}

/* One byte of what stands between the bytes of chunks. */
static const char *read_between (struct pay_http_reader *r, char c) {
  switch (r->state) {
    case CHUNK_SIZE: return read_digit(r, c);
    case CHUNK_BLANK:
    case CHUNK_WORDS: return read_extension(r, c);
    case CHUNK_SIZE_LF: return c == '\n' ? end_of_size(r) : CHUNK_NO_CRLF;
    case CHUNK_CR:
      r->state = CHUNK_LF;
      return c == '\r' ? NULL : CHUNK_NO_CRLF;
    default: r->state = CHUNK_SIZE; return c == '\n' ? NULL : CHUNK_NO_CRLF;
  }
}

static enum pay_http feed_chunks (struct pay_http_reader *r, const char **s,
                                  size_t *n) {
  while (*n > 0 && r->state >= CHUNK_SIZE && r->state <= CHUNK_LF) {
    const char *wrong = NULL;
    if (r->state != CHUNK_DATA) {
      wrong = read_between(r, *(*s)++);
      --*n;
    }
    else if (!feed_rest(r, s, n))
      wrong = PAY_HTTP_NO_MEMORY;
    else if (r->rest == 0)
      r->state = CHUNK_CR;
    if (wrong != NULL)
      return fail(r, wrong);
  }
  return PAY_HTTP_MORE;
}

static enum pay_http feed_to_end (struct pay_http_reader *r, const char **s,
                                  size_t *n) {
  if (*n > r->max_answer - r->body.n)
    return fail(r, LARGE_BODY);
  if (!add(&r->body, *s, *n, r->max_answer))
    return fail(r, PAY_HTTP_NO_MEMORY);
  *n = 0;
  return PAY_HTTP_MORE;
}

enum pay_http pay_http_read (struct pay_http_reader *r, const char *s,
                             size_t n) {
  if (n > 0)
    r->begun = 1;
  while (n > 0 && r->state < WHOLE) {
    if (in_lines(r))
      feed_lines(r, &s, &n);
    else if (r->state == BODY_TO_END)
      feed_to_end(r, &s, &n);
    else if (r->state != SIZED_BODY)
      feed_chunks(r, &s, &n);
    else if (!feed_rest(r, &s, &n))
      fail(r, PAY_HTTP_NO_MEMORY);
    else if (r->rest == 0)
      r->state = WHOLE;
  }
  if (r->state == BROKEN)
    return PAY_HTTP_FAULT;
  r->extra |= n > 0;
  return r->state == WHOLE ? PAY_HTTP_DONE : PAY_HTTP_MORE;
}

enum pay_http pay_http_ended (struct pay_http_reader *r, int orderly) {
  if (r->state == BROKEN)
    return PAY_HTTP_FAULT;
  r->close = 1;
  if (r->state == BODY_TO_END && orderly)
    r->state = WHOLE;
  if (r->state == WHOLE)
    return PAY_HTTP_DONE;
  return fail(r, r->begun ? CUT_OFF : NO_ANSWER);
}

int pay_http_keep (const struct pay_http_reader *r) {
  return r->state == WHOLE && !r->old && !r->close && !r->doubt && !r->extra;
}

int pay_http_next (const char *head, size_t n, size_t *at,
                   struct pay_http_line *line) {
  while (*at < n) {
    const char *s = head + *at, *colon;
    const char *lf = memchr(s, '\n', n - *at);
    size_t length = lf != NULL ? (size_t)(lf - s) : n - *at;
    int first = *at == 0;
    *at += length + (lf != NULL);
    if (length > 0 && s[length - 1] == '\r')
      length--;
    colon = first ? NULL : memchr(s, ':', length);
    if (colon == NULL)
      continue; /* the status line, and the empty one */
    split_line(line, s, (size_t)(colon - s), length);
    return 1;
  }
  return 0;
}

const char *pay_http_value (const struct pay_http_reader *r, const char *name,
                            size_t *n) {
  struct pay_http_line line;
  size_t at = 0;
  while (pay_http_next(r->head.s, r->head.n, &at, &line)) {
    if (!same(line.name, line.n_name, name))
      continue;
    *n = line.n_value;
    return line.value;
  }
  return NULL;
}
