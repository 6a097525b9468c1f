/*
** utf8.c - is it UTF-8, and how many characters.
*/
#include "utf8.h"

#include <string.h>

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

/* Eight bytes at a time: a byte's high bit stays clear when adding to it
   does not carry, and subtracting does not borrow, over it. */
size_t pay_ascii_run (const char *s, size_t n) {
  size_t i;
  for (i = 0; n - i >= 8; i += 8) {
    unsigned long long x;
    memcpy(&x, s + i, 8);
    if ((x | (x + EACH(1)) | (x - EACH(0x20))) & EACH(0x80))
      break;
  }
  return i;
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
