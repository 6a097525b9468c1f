/*
** read.c - from a decoded answer to what the caller gets. Lenient: what
** the fields do not know passes through; null is absent; whole numbers are
** integers where Lua has them; long ones keep their digits.
*/
#include <math.h>
#include <string.h>

#include "api.h"
#include "core.h"
#include "decimal.h"
#include "scan.h"

#define MAX_EXACT 9007199254740992.0 /* 2^53 */

/* Text whatever JSON says: decimals keep their digits so. */
static int is_text (const struct pay_field *f) {
  return f != NULL && (f->type == PAY_STRING ||
                       (f->type == PAY_MONEY && f->unit != PAY_MINOR));
}

/* Integers where Lua has them; a float that is whole is one. */
static void read_number (lua_State *L, const struct pay_field *f) {
  double x = (double)lua_tonumber(L, -1);
  struct pay_decimal d = { 0, 0 };
  char room[PAY_DECIMAL_ROOM];
  int whole = x == floor(x) && fabs(x) <= MAX_EXACT;
  if (is_text(f) && pay_decimal_from(&d, x, 9) == PAY_DECIMAL_OK)
    lua_pushlstring(L, room, pay_decimal_write(&d, room));
  else if (whole)
    pay_pushwhole(L, (long long)x);
  else
    return;
  lua_replace(L, -2);
}

/* Whole digits that an integer of this Lua holds exactly. */
static int to_whole (const char *s, size_t n, long long *x) {
  const long long most = PAY_MAX_INTEGER;
  size_t i = n > 0 && *s == '-';
  int negative = (int)i;
  for (*x = 0; i < n; i++) {
    int digit = s[i] - '0';
    if (digit < 0 || digit > 9 || *x > (most - digit) / 10)
      return 0;
    *x = *x * 10 + digit;
  }
  *x = negative ? -*x : *x;
  return n > (size_t)negative;
}

/* What scan.c has put in quotes: an integer if it fits, else its text. */
static void read_long (lua_State *L, const struct pay_field *f, const char *s,
                       size_t n) {
  long long x;
  if (!is_text(f) && to_whole(s, n, &x))
    pay_pushwhole(L, x);
  else
    lua_pushlstring(L, s, n);
  lua_replace(L, -2);
}

static int is_yes (const char *s) {
  return strcmp(s, "true") == 0 || strcmp(s, "True") == 0;
}

static void read_string (lua_State *L, const struct pay_field *f) {
  size_t n;
  const char *s = lua_tolstring(L, -1, &n);
  long long x;
  if (n > 1 && s[0] == PAY_LONG_NUMBER)
    read_long(L, f, s + 1, n - 1);
  else if (f != NULL && f->type == PAY_BOOLEAN) {
    lua_pushboolean(L, is_yes(s));
    lua_replace(L, -2);
  }
  else if (f != NULL && f->type == PAY_INTEGER && to_whole(s, n, &x)) {
    pay_pushwhole(L, x);
    lua_replace(L, -2);
  }
}

static const struct pay_field *member (const struct pay_field *f, lua_State *L,
                                       int key) {
  if (f == NULL || f->fields == NULL)
    return NULL;
  if (lua_type(L, key) != LUA_TSTRING) /* an element of a list */
    return f;
  return pay_field(f->fields, lua_tostring(L, key));
}

static void copy_field (lua_State *L, const char *from, const char *to) {
  lua_getfield(L, -1, to);
  if (lua_isnil(L, -1)) {
    lua_getfield(L, -2, from);
    lua_setfield(L, -3, to);
  }
  lua_pop(L, 1);
}

/* A misspelt name also answers to its right spelling. */
static void read_aliases (lua_State *L, const struct pay_field *f) {
  for (; f != NULL && f->name != NULL; f++) {
    if (f->alias != NULL) {
      copy_field(L, f->alias, f->name);
      copy_field(L, f->name, f->alias);
    }
  }
}

/* Moves what stands under "name " to "name". */
static void trim_key (lua_State *L, int table) {
  size_t n, length;
  const char *s = lua_tolstring(L, -1, &length);
  for (n = length; n > 0 && s[n - 1] == ' '; n--)
    ;
  lua_pushlstring(L, s, n);
  lua_pushvalue(L, -2);
  lua_rawget(L, table);
  lua_rawset(L, table);
  lua_pushvalue(L, -1);
  lua_pushnil(L);
  lua_rawset(L, table);
}

/* One at a time: a table must not grow while it is walked. */
static void trim_keys (lua_State *L, int table) {
  for (lua_pushnil(L); lua_next(L, table);) {
    size_t n;
    const char *s;
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING)
      continue;
    s = lua_tolstring(L, -1, &n);
    if (n == 0 || s[n - 1] != ' ')
      continue;
    trim_key(L, table);
    lua_pop(L, 1);
    lua_pushnil(L);
  }
}

static void read_table (lua_State *L, const struct pay_field *f) {
  int table = lua_gettop(L);
  luaL_checkstack(L, 8, "answer nested too deep");
  if (f != NULL && (f->flags & PAY_TRIM))
    trim_keys(L, table);
  for (lua_pushnil(L); lua_next(L, table);) {
    if (lua_islightuserdata(L, -1)) {
      lua_pop(L, 1);
      lua_pushnil(L);
    }
    else
      pay_read(L, member(f, L, table + 1));
    lua_pushvalue(L, table + 1);
    lua_insert(L, -2);
    lua_rawset(L, table);
  }
  if (f != NULL)
    read_aliases(L, f->fields);
}

void pay_read (lua_State *L, const struct pay_field *f) {
  switch (lua_type(L, -1)) {
    case LUA_TNUMBER: read_number(L, f); break;
    case LUA_TSTRING: read_string(L, f); break;
    case LUA_TTABLE: read_table(L, f); break;
    default: break;
  }
}
