/*
** text.c - text that grows, UTF-8, and what a URL or a form escapes.
** It knows no field and no endpoint.
*/
#include <string.h>

#include "text.h"

void pay_text_open (lua_State *L, struct pay_text *t) {
  luaL_checkstack(L, 4, "arguments nested too deep");
  lua_pushnil(L);
  t->L = L;
  t->s = t->first;
  t->n = 0;
  t->size = sizeof(t->first);
  t->box = lua_gettop(L);
}

/* The old room is let go only when the new one is there. */
static void grow (struct pay_text *t, size_t more) {
  size_t size = t->size * 2, need = t->n + more;
  char *s;
  if (more > (size_t)-1 / 8)
    luaL_error(t->L, "request too large");
  while (size < need)
    size *= 2;
  s = lua_newuserdatauv(t->L, size, 0);
  memcpy(s, t->s, t->n);
  lua_replace(t->L, t->box);
  t->s = s;
  t->size = size;
}

char *pay_text_room (struct pay_text *t, size_t n) {
  if (n > t->size - t->n)
    grow(t, n);
  return t->s + t->n;
}

void pay_text_add (struct pay_text *t, const char *s, size_t n) {
  memcpy(pay_text_room(t, n), s, n);
  t->n += n;
}

void pay_text_string (struct pay_text *t, const char *s) {
  pay_text_add(t, s, strlen(s));
}

void pay_text_char (struct pay_text *t, char c) {
  if (t->n == t->size)
    grow(t, 1);
  t->s[t->n++] = c;
}

void pay_text_push (const struct pay_text *t) {
  lua_pushlstring(t->L, t->s, t->n);
}

static int is_tail (unsigned char c) {
  return (c & 0xC0) == 0x80;
}

/* The second byte decides what is overlong, surrogate or too far. */
static int is_second (unsigned char first, unsigned char c) {
  switch (first) {
    case 0xE0: return c >= 0xA0 && c <= 0xBF;
    case 0xED: return c >= 0x80 && c <= 0x9F;
    case 0xF0: return c >= 0x90 && c <= 0xBF;
    case 0xF4: return c >= 0x80 && c <= 0x8F;
    default: return is_tail(c);
  }
}

static size_t length_of (unsigned char first) {
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return 2;
  if (first >= 0xE0 && first <= 0xEF)
    return 3;
  if (first >= 0xF0 && first <= 0xF4)
    return 4;
  return 0;
}

size_t pay_utf8_char (const char *s, size_t n) {
  const unsigned char *u = (const unsigned char *)s;
  size_t length = length_of(u[0]), i;
  if (length == 0 || length > n)
    return 0;
  if (length > 1 && !is_second(u[0], u[1]))
    return 0;
  for (i = 2; i < length; i++) {
    if (!is_tail(u[i]))
      return 0;
  }
  return length;
}

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* A byte's high bit stays clear when adding to it does not carry, and
   subtracting does not borrow, over it. */
static int are_printable (const char *s) {
  unsigned long long x;
  memcpy(&x, s, 8);
  return ((x | (x + EACH(1)) | (x - EACH(0x20))) & EACH(0x80)) == 0;
}

/* Eight bytes at a time, and the last eight once more. */
size_t pay_ascii_run (const char *s, size_t n) {
  size_t i = 0;
  while (n - i >= 8 && are_printable(s + i))
    i += 8;
  return n >= 8 && n - i < 8 && are_printable(s + n - 8) ? n : i;
}

/* Each character beyond U+FFFF, which has four bytes here, takes two. */
size_t pay_utf16_count (const char *s, size_t n) {
  size_t count = pay_utf8_count(s, n), i;
  if (count == PAY_NOT_UTF8 || count == n)
    return count;
  for (i = 0; i < n; i++)
    count += (unsigned char)s[i] >= 0xF0;
  return count;
}

size_t pay_utf8_count (const char *s, size_t n) {
  size_t i = pay_ascii_run(s, n), count = i;
  while (i < n) {
    size_t length = pay_utf8_char(s + i, n - i);
    if (length == 0)
      return PAY_NOT_UTF8;
    i += length;
    count++;
  }
  return count;
}

/* clang-format off */
/* How each byte stands in a URL: three characters, of which 'n' count. */
#define ITSELF(c) { { c, 0, 0 }, 1 }
#define CODE(h, l) { { '%', h, l }, 3 }
#define CODES_TO_9(h) CODE(h, '0'), CODE(h, '1'), CODE(h, '2'), CODE(h, '3'), \
  CODE(h, '4'), CODE(h, '5'), CODE(h, '6'), CODE(h, '7'), CODE(h, '8'), \
  CODE(h, '9')
#define CODES(h) CODES_TO_9(h), CODE(h, 'A'), CODE(h, 'B'), CODE(h, 'C'), \
  CODE(h, 'D'), CODE(h, 'E'), CODE(h, 'F')
static const struct { char s[3], n; } escapes[256] = {
  CODES('0'), CODES('1'),
  CODES_TO_9('2'), CODE('2', 'A'), CODE('2', 'B'), CODE('2', 'C'),
  ITSELF('-'), ITSELF('.'), CODE('2', 'F'),
  ITSELF('0'), ITSELF('1'), ITSELF('2'), ITSELF('3'), ITSELF('4'),
  ITSELF('5'), ITSELF('6'), ITSELF('7'), ITSELF('8'), ITSELF('9'),
  CODE('3', 'A'), CODE('3', 'B'), CODE('3', 'C'), CODE('3', 'D'),
  CODE('3', 'E'), CODE('3', 'F'), CODE('4', '0'),
  ITSELF('A'), ITSELF('B'), ITSELF('C'), ITSELF('D'), ITSELF('E'),
  ITSELF('F'), ITSELF('G'), ITSELF('H'), ITSELF('I'), ITSELF('J'),
  ITSELF('K'), ITSELF('L'), ITSELF('M'), ITSELF('N'), ITSELF('O'),
  ITSELF('P'), ITSELF('Q'), ITSELF('R'), ITSELF('S'), ITSELF('T'),
  ITSELF('U'), ITSELF('V'), ITSELF('W'), ITSELF('X'), ITSELF('Y'),
  ITSELF('Z'),
  CODE('5', 'B'), CODE('5', 'C'), CODE('5', 'D'), CODE('5', 'E'),
  ITSELF('_'), CODE('6', '0'),
  ITSELF('a'), ITSELF('b'), ITSELF('c'), ITSELF('d'), ITSELF('e'),
  ITSELF('f'), ITSELF('g'), ITSELF('h'), ITSELF('i'), ITSELF('j'),
  ITSELF('k'), ITSELF('l'), ITSELF('m'), ITSELF('n'), ITSELF('o'),
  ITSELF('p'), ITSELF('q'), ITSELF('r'), ITSELF('s'), ITSELF('t'),
  ITSELF('u'), ITSELF('v'), ITSELF('w'), ITSELF('x'), ITSELF('y'),
  ITSELF('z'),
  CODE('7', 'B'), CODE('7', 'C'), CODE('7', 'D'), ITSELF('~'),
  CODE('7', 'F'),
  CODES('8'), CODES('9'), CODES('A'), CODES('B'), CODES('C'), CODES('D'),
  CODES('E'), CODES('F')
};
/* clang-format on */

/* Four bytes are copied for each, the last of which is overwritten, or
   lies behind the end. */
void pay_add_escaped (struct pay_text *t, const char *s, size_t n) {
  const char *end = s + n;
  char *to = pay_text_room(t, n * 3 + 1);
  for (; s < end; s++) {
    unsigned char c = (unsigned char)*s;
    memcpy(to, &escapes[c], 4);
    to += escapes[c].n;
  }
  t->n = (size_t)(to - t->s);
}

int pay_is_digit (char c) {
  return c >= '0' && c <= '9';
}
