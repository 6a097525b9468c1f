/*
** complain.c - faults about arguments: where, what is wrong, what would
** be right.
*/
#include <stdarg.h>
#include <string.h>

#include "core.h"

#define LONGEST_SHOWN 40

void pay_spot_field (struct pay_spot *here, const struct pay_spot *up,
                     const char *name, int table) {
  here->up = up;
  here->name = name;
  here->index = 0;
  here->table = table;
  here->lenient = up != NULL && up->lenient;
  here->redact = up != NULL && up->redact;
}

void pay_spot_element (struct pay_spot *here, const struct pay_spot *up,
                       int index, int table) {
  pay_spot_field(here, up, NULL, table);
  here->index = index;
}

/* Pushes "lines[2].amount". */
static void push_spot (lua_State *L, const struct pay_spot *at) {
  if (at->up == NULL || (at->up->name == NULL && at->up->up == NULL)) {
    lua_pushstring(L, at->name != NULL ? at->name : "");
    return;
  }
  luaL_checkstack(L, 4, "arguments nested too deep");
  push_spot(L, at->up);
  if (at->name != NULL)
    lua_pushfstring(L, "%s.%s", lua_tostring(L, -1), at->name);
  else
    lua_pushfstring(L, "%s[%d]", lua_tostring(L, -1), at->index);
  lua_remove(L, -2);
}

int pay_complain (lua_State *L, const struct pay_spot *at, const char *problem,
                  ...) {
  va_list values;
  luaL_checkstack(L, 8, "arguments nested too deep");
  lua_createtable(L, 0, 4);
  lua_pushliteral(L, "argument");
  lua_setfield(L, -2, "kind");
  lua_pushliteral(L, "failed");
  lua_setfield(L, -2, "outcome");
  push_spot(L, at);
  lua_setfield(L, -2, "field");
  va_start(values, problem);
  lua_pushvfstring(L, problem, values);
  va_end(values);
  lua_setfield(L, -2, "message");
  return 0;
}

int pay_complain_of_type (lua_State *L, const struct pay_spot *at,
                          const char *expected) {
  if (lua_islightuserdata(L, -1))
    return pay_complain(L, at, "must not be null");
  return pay_complain(L, at, "expected %s, got a %s", expected,
                      luaL_typename(L, -1));
}

/* Never cuts a character of UTF-8 in two. */
static size_t shorten (const char *s, size_t n) {
  if (n <= LONGEST_SHOWN)
    return n;
  n = LONGEST_SHOWN;
  while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
    n--;
  return n;
}

void pay_show (lua_State *L, const struct pay_field *f, const char *s,
               size_t n) {
  luaL_Buffer b;
  size_t i, shown = shorten(s, n);
  if (f->flags & PAY_SECRET) {
    lua_pushliteral(L, "something else");
    return;
  }
  luaL_buffinit(L, &b);
  luaL_addchar(&b, '"');
  for (i = 0; i < shown; i++) {
    unsigned char c = (unsigned char)s[i];
    luaL_addchar(&b, c < 0x20 || c == 0x7F ? '?' : s[i]);
  }
  luaL_addstring(&b, shown < n ? "...\"" : "\"");
  luaL_pushresult(&b);
}
