/*
** crypto_base64.c - base64 with padding and base64url without (RFC 4648).
** Strict: one text for each sequence of bytes, and no other is read.
*/
#include <string.h>

#include "crypto.h"

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Writes three bytes (or the last 'n') as four characters. */
static void write_four (const unsigned char *s, size_t n, const char *alphabet,
                        char *out) {
  unsigned long bits = (unsigned long)s[0] << 16;
  if (n > 1)
    bits |= (unsigned long)s[1] << 8;
  if (n > 2)
    bits |= s[2];
  out[0] = alphabet[bits >> 18];
  out[1] = alphabet[bits >> 12 & 63];
  out[2] = n > 1 ? alphabet[bits >> 6 & 63] : '=';
  out[3] = n > 2 ? alphabet[bits & 63] : '=';
}

static int encode (lua_State *L, const char *alphabet, int padded) {
  size_t n, i, length;
  const unsigned char *s = (const unsigned char *)luaL_checklstring(L, 1, &n);
  char *out = lua_newuserdatauv(L, n / 3 * 4 + 4, 0);
  for (i = 0, length = 0; i < n; i += 3, length += 4)
    write_four(s + i, n - i, alphabet, out + length);
  if (!padded && n % 3 != 0)
    length -= 3 - n % 3;
  lua_pushlstring(L, out, length);
  return 1;
}

/* Of each character its six bits; -1 of all others. */
static void make_values (const char *alphabet, signed char *values) {
  int i;
  memset(values, -1, 256);
  for (i = 0; i < 64; i++)
    values[(unsigned char)alphabet[i]] = (signed char)i;
}

/* Reads 2, 3 or 4 characters; returns how many bytes, or -1. */
static int read_four (const unsigned char *s, size_t n,
                      const signed char *values, unsigned char *out) {
  unsigned long bits = 0;
  size_t i;
  for (i = 0; i < 4; i++) {
    int value = i < n ? values[s[i]] : 0;
    if (value < 0)
      return -1;
    bits = bits << 6 | (unsigned long)value;
  }
  out[0] = (unsigned char)(bits >> 16);
  out[1] = (unsigned char)(bits >> 8);
  out[2] = (unsigned char)bits;
  if ((n == 2 && (bits & 0xFFFF) != 0) || (n == 3 && (bits & 0xFF) != 0))
    return -1; /* bits that no byte holds */
  return (int)n - 1;
}

static int decode (lua_State *L, const char *alphabet, int padded) {
  size_t n, i, length = 0;
  const unsigned char *s = (const unsigned char *)luaL_checklstring(L, 1, &n);
  signed char values[256];
  unsigned char *out = lua_newuserdatauv(L, n / 4 * 3 + 3, 0);
  make_values(alphabet, values);
  if (padded && n % 4 != 0)
    return pay_crypto_refuse(L, "not base64: its length");
  for (i = 0; padded && i < 2 && n > 0 && s[n - 1] == '='; i++)
    n--;
  if (n % 4 == 1)
    return pay_crypto_refuse(L, "not base64: its length");
  for (i = 0; i < n; i += 4) {
    int got = read_four(s + i, n - i < 4 ? n - i : 4, values, out + length);
    if (got < 0)
      return pay_crypto_refuse(L, "not base64: a character in it");
    length += (size_t)got;
  }
  lua_pushlstring(L, (char *)out, length);
  return 1;
}

/* base64_encode(bytes) -> text */
int pay_base64_encode (lua_State *L) {
  return encode(L, standard, 1);
}

/* base64_decode(text) -> bytes, or nil and why not */
int pay_base64_decode (lua_State *L) {
  return decode(L, standard, 1);
}

/* base64url_encode(bytes) -> text, without padding */
int pay_base64url_encode (lua_State *L) {
  return encode(L, url_safe, 0);
}

/* base64url_decode(text) -> bytes, or nil and why not */
int pay_base64url_decode (lua_State *L) {
  return decode(L, url_safe, 0);
}
