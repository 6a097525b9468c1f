/*
** crypto_secret.c - a decrypted text that stays outside of Lua's strings,
** which cannot be wiped. It is JSON; its numbers can be had one by one.
*/
#include <string.h>

#include <openssl/crypto.h>

#include "crypto.h"

#define SECRET "luapay.crypto.secret"

struct pay_secret *pay_push_secret (lua_State *L) {
  struct pay_secret *s = lua_newuserdatauv(L, sizeof(*s), 0);
  s->n = 0;
  luaL_setmetatable(L, SECRET);
  return s;
}

static struct pay_secret *check_secret (lua_State *L) {
  return luaL_checkudata(L, 1, SECRET);
}

static int is_digit (char c) {
  return '0' <= c && c <= '9';
}

static const char *skip_space (const char *s, const char *end) {
  while (s < end && (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n'))
    s++;
  return s;
}

/* The closing quote of the string that starts behind 's', or the end. */
static const char *string_end (const char *s, const char *end) {
  while (s < end && *s != '"')
    s += *s == '\\' && end - s > 1 ? 2 : 1;
  return s < end ? s : end;
}

/* The digits of a value, in quotes or not; their number, or 0. */
static size_t digits_at (const char **at, const char *end) {
  const char *s = skip_space(*at, end), *from;
  int quoted = s < end && *s == '"';
  for (from = s += quoted; s < end && is_digit(*s); s++)
    ;
  *at = from;
  if (s == end || (quoted && *s != '"'))
    return 0;
  from = skip_space(s + quoted, end);
  return from < end && (*from == ',' || *from == '}') ? (size_t)(s - *at) : 0;
}

/*
** Finds the member 'name', at any depth; returns how many digits its value
** has, at '*digits', or 0. A name that is there twice is not there.
*/
static size_t find (const struct pay_secret *secret, const char *name,
                    size_t length, const char **digits) {
  const char *s = secret->bytes, *end = s + secret->n, *after;
  size_t n = 0, found = 0;
  for (; s < end; s++) {
    const char *from = s + 1;
    if (*s != '"')
      continue;
    s = string_end(from, end);
    after = s < end ? skip_space(s + 1, end) : end;
    if (after == end || *after != ':' || (size_t)(s - from) != length ||
        memcmp(from, name, length) != 0)
      continue;
    after++;
    n = digits_at(&after, end);
    *digits = after;
    found++;
  }
  return found == 1 ? n : 0;
}

/*
** secret:number(name, last?) -> its digits as text, or the last of them;
** nil when there is no such number
*/
static int secret_number (lua_State *L) {
  const struct pay_secret *secret = check_secret(L);
  size_t length, n;
  const char *name = luaL_checklstring(L, 2, &length), *digits = NULL;
  lua_Integer last = luaL_optinteger(L, 3, PAY_SECRET_BYTES);
  luaL_argcheck(L, last > 0, 3, "out of range");
  n = find(secret, name, length, &digits);
  if (n == 0)
    luaL_pushfail(L);
  else if ((size_t)last < n)
    lua_pushlstring(L, digits + n - (size_t)last, (size_t)last);
  else
    lua_pushlstring(L, digits, n);
  return 1;
}

/* close(), and __gc and __close: any number of times. Wipes the text. */
static int secret_close (lua_State *L) {
  struct pay_secret *s = check_secret(L);
  OPENSSL_cleanse(s->bytes, sizeof(s->bytes));
  s->n = 0;
  return 0;
}

static int secret_tostring (lua_State *L) {
  lua_pushliteral(L, "luapay.crypto: secret (hidden)");
  return 1;
}

static const luaL_Reg secret_methods[] = { { "number", secret_number },
                                           { "close", secret_close },
                                           { NULL, NULL } };

static const luaL_Reg secret_metamethods[] = { { "__gc", secret_close },
                                               { "__close", secret_close },
                                               { "__tostring",
                                                 secret_tostring },
                                               { NULL, NULL } };

void pay_open_secrets (lua_State *L) {
  luaL_newmetatable(L, SECRET);
  luaL_setfuncs(L, secret_metamethods, 0);
  luaL_newlib(L, secret_methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
