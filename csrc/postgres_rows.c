/*
** postgres_rows.c - values: from Lua to the text that PostgreSQL reads,
** and from the text that it writes to Lua. The locale has no say.
*/
#include "postgres.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Types by their number, which is the same in every PostgreSQL. */
enum {
  BOOL = 16,
  INT8 = 20,
  INT2 = 21,
  INT4 = 23,
  OID = 26,
  FLOAT4 = 700,
  FLOAT8 = 701
};

#define EXACT 9007199254740992.0 /* 2^53 */

/* The locale's decimal point, however long, becomes a point. */
static void point (char *s) {
  char *to = s;
  int in_point = 0;
  for (; *s != '\0'; s++)
    if (strchr("0123456789+-e", *s) != NULL) {
      *to++ = *s;
      in_point = 0;
    }
    else if (!in_point) {
      *to++ = '.';
      in_point = 1;
    }
  *to = '\0';
}

static const char *push_number (lua_State *L, int idx, int statement,
                                int parameter) {
  char text[64];
  double x = (double)lua_tonumber(L, idx);
  if (lua_isinteger(L, idx))
    snprintf(text, sizeof(text), "%lld", (long long)lua_tointeger(L, idx));
  else if (!isfinite(x))
    luaL_error(L, "luapay.postgres: parameter %d of statement %d is no number",
               parameter, statement);
  else if (fabs(x) <= EXACT && x == floor(x))
    snprintf(text, sizeof(text), "%.0f", x);
  else {
    snprintf(text, sizeof(text), "%.15g", x);
    if (strtod(text, NULL) != x)
      snprintf(text, sizeof(text), "%.17g", x);
    point(text);
  }
  lua_pushstring(L, text);
  return lua_tostring(L, -1);
}

const char *pay_pg_text (lua_State *L, int idx, int statement, int parameter) {
  size_t n;
  const char *s;
  switch (lua_type(L, idx)) {
    case LUA_TSTRING:
      s = lua_tolstring(L, idx, &n);
      if (strlen(s) != n)
        luaL_error(L,
                   "luapay.postgres: parameter %d of statement %d has a zero "
                   "byte, which no text of PostgreSQL has",
                   parameter, statement);
      return s;
    case LUA_TBOOLEAN: return lua_toboolean(L, idx) ? "t" : "f";
    case LUA_TNUMBER: return push_number(L, idx, statement, parameter);
    default:
      luaL_error(L,
                 "luapay.postgres: parameter %d of statement %d: a %s cannot "
                 "be sent",
                 parameter, statement, luaL_typename(L, idx));
      return NULL;
  }
}

/* As text where this Lua's numbers cannot hold it. */
static void push_whole (lua_State *L, const char *s) {
  long long x = strtoll(s, NULL, 10);
  if (x > PAY_MAX_INTEGER || x < -PAY_MAX_INTEGER)
    lua_pushstring(L, s);
  else
    pay_pushwhole(L, x);
}

static void push_float (lua_State *L, const char *s) {
  const char *mark = localeconv()->decimal_point;
  const char *at = strchr(s, '.');
  char text[128];
  if (at == NULL || strcmp(mark, ".") == 0) {
    lua_pushnumber(L, (lua_Number)strtod(s, NULL));
    return;
  }
  snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - s), s, mark, at + 1);
  lua_pushnumber(L, (lua_Number)strtod(text, NULL));
}

static void push_value (lua_State *L, const PGresult *r, int row, int column) {
  const char *s = PQgetvalue(r, row, column);
  switch (PQftype(r, column)) {
    case BOOL: lua_pushboolean(L, s[0] == 't'); break;
    case INT2:
    case INT4:
    case OID:
    case INT8: push_whole(L, s); break;
    case FLOAT4:
    case FLOAT8: push_float(L, s); break;
    default: lua_pushlstring(L, s, (size_t)PQgetlength(r, row, column)); break;
  }
}

/* The names of the columns are on the stack, from 'names' on. */
static void push_row (lua_State *L, const PGresult *r, int row, int names) {
  int column, n = PQnfields(r);
  lua_createtable(L, 0, n);
  for (column = 0; column < n; column++)
    if (!PQgetisnull(r, row, column)) {
      lua_pushvalue(L, names + column);
      push_value(L, r, row, column);
      lua_rawset(L, -3);
    }
}

static void push_result (lua_State *L, PGresult *r) {
  int i, names, n = PQnfields(r);
  const char *affected = PQcmdTuples(r);
  luaL_checkstack(L, n + 8, "too many columns");
  lua_createtable(L, PQntuples(r), 1);
  names = lua_gettop(L) + 1;
  for (i = 0; i < n; i++)
    lua_pushstring(L, PQfname(r, i));
  for (i = 0; i < PQntuples(r); i++) {
    push_row(L, r, i, names);
    lua_rawseti(L, names - 1, i + 1);
  }
  lua_settop(L, names - 1);
  push_whole(L, affected);
  lua_setfield(L, -2, "affected");
}

void pay_pg_push_results (lua_State *L, PGresult *const *results, int n) {
  int i;
  luaL_checkstack(L, 8, "no room for results");
  lua_createtable(L, n, 0);
  for (i = 0; i < n; i++) {
    push_result(L, results[i]);
    lua_rawseti(L, -2, i + 1);
  }
}
