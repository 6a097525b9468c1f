/*
** json_any.c - JSON from values that no table of fields describes.
*/
#include "core.h"
#include "utf8.h"

#define DEEPEST 64

static int depth_of (const struct pay_spot *at) {
  int depth = 0;
  for (; at != NULL; at = at->up)
    depth++;
  return depth;
}

static int add_string (lua_State *L, const struct pay_spot *at,
                       struct pay_text *t) {
  size_t n;
  const char *s = lua_tolstring(L, -1, &n);
  if (pay_utf8_count(s, n) == PAY_NOT_UTF8)
    return pay_complain(L, at, "is not valid UTF-8");
  pay_add_quoted(t, s, n);
  return 1;
}

static int add_number (lua_State *L, const struct pay_spot *at,
                       struct pay_text *t) {
  static const struct pay_field any = { .name = "", .flags = PAY_SIGNED };
  struct pay_wire w;
  if (!pay_number_to_wire(L, &any, at, &w))
    return 0;
  pay_text_add(t, w.s, w.n);
  return 1;
}

static int add_money (lua_State *L, const struct pay_spot *at,
                      struct pay_text *t) {
  static const struct pay_field any = { .name = "", .flags = PAY_SIGNED };
  struct pay_wire w;
  if (!pay_money_to_wire(L, &any, at, &w))
    return 0;
  pay_text_add(t, w.s, w.n);
  return 1;
}

static int add_members (lua_State *L, const struct pay_spot *at,
                        struct pay_text *t) {
  int table = lua_gettop(L);
  const char *comma = "{";
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    struct pay_spot here;
    size_t n;
    const char *key;
    if (lua_type(L, -2) != LUA_TSTRING)
      return pay_complain(L, at, "mixes a list with names");
    key = lua_tolstring(L, -2, &n);
    pay_spot_field(&here, at, key, table);
    pay_text_string(t, comma);
    comma = ",";
    pay_add_quoted(t, key, n);
    pay_text_char(t, ':');
    if (!pay_add_any_json(L, &here, t))
      return 0;
    lua_settop(L, table + 2);
  }
  pay_text_string(t, *comma == '{' ? "{}" : "}");
  return 1;
}

static int add_table (lua_State *L, const struct pay_spot *at,
                      struct pay_text *t) {
  static const struct pay_field list = { .type = PAY_LIST };
  if (depth_of(at) > DEEPEST)
    return pay_complain(L, at, "nested too deep");
  luaL_checkstack(L, 12, "arguments nested too deep");
  if (lua_rawlen(L, -1) > 0)
    return pay_add_json(L, &list, at, t);
  return add_members(L, at, t);
}

int pay_add_any_json (lua_State *L, const struct pay_spot *at,
                      struct pay_text *t) {
  switch (lua_type(L, -1)) {
    case LUA_TSTRING: return add_string(L, at, t);
    case LUA_TNUMBER: return add_number(L, at, t);
    case LUA_TBOOLEAN:
      pay_text_string(t, lua_toboolean(L, -1) ? "true" : "false");
      return 1;
    case LUA_TTABLE: return add_table(L, at, t);
    case LUA_TLIGHTUSERDATA:
      if (lua_touserdata(L, -1) == NULL) {
        pay_text_string(t, "null");
        return 1;
      }
      break;
    default:
      if (pay_to_money(L, -1) != NULL)
        return add_money(L, at, t);
  }
  return pay_complain_of_type(L, at, "something that JSON can say");
}
