/*
** json.c - JSON written straight from checked arguments, in one pass, and
** from values that no table of fields describes.
*/
#include <string.h>

#include "api.h"
#include "core.h"

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* Whether one of eight bytes is zero. */
static int has_zero (unsigned long long x) {
  return ((x - EACH(1)) & ~x & EACH(0x80)) != 0;
}

static int is_safe (unsigned char c) {
  return c >= 0x20 && c != '"' && c != '\\';
}

/* Bytes that need no escape; eight at a time while that is so. */
static size_t safe_run (const char *s, size_t n) {
  size_t i = 0;
  for (; n - i >= 8; i += 8) {
    unsigned long long x;
    memcpy(&x, s + i, 8);
    if (has_zero(x ^ EACH('"')) || has_zero(x ^ EACH('\\')) ||
        has_zero(x & EACH(0xE0)))
      break;
  }
  while (i < n && is_safe((unsigned char)s[i]))
    i++;
  return i;
}

static void add_escape (struct pay_text *t, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
  const char *found = c != '\0' ? strchr(names, c) : NULL;
  pay_text_char(t, '\\');
  if (found != NULL)
    pay_text_char(t, letters[found - names]);
  else {
    pay_text_add(t, "u00", 3);
    pay_text_char(t, hex[c >> 4]);
    pay_text_char(t, hex[c & 15]);
  }
}

static void add_rest (struct pay_text *t, const char *s, const char *end) {
  while (s < end) {
    size_t run = safe_run(s, (size_t)(end - s));
    pay_text_add(t, s, run);
    s += run;
    if (s < end)
      add_escape(t, (unsigned char)*s++);
  }
}

/* Most text needs no escape: then it is one copy. */
void pay_add_quoted (struct pay_text *t, const char *s, size_t n) {
  size_t run = safe_run(s, n);
  char *to = pay_text_room(t, run + 1);
  *to = '"';
  memcpy(to + 1, s, run);
  t->n += run + 1;
  add_rest(t, s + run, s + n);
  pay_text_char(t, '"');
}

static void add_comma (struct pay_text *t) {
  char last = t->s[t->n - 1];
  if (last != '{' && last != '[')
    pay_text_char(t, ',');
}

int pay_add_json_member (lua_State *L, const struct pay_field *f,
                         const struct pay_spot *at, struct pay_text *t) {
  const char *name = f->json_name != NULL ? f->json_name : f->name;
  add_comma(t);
  pay_add_quoted(t, name, strlen(name));
  pay_text_char(t, ':');
  return pay_add_json(L, f, at, t);
}

/* The members that the table of fields does not know. */
static int add_unknown_members (lua_State *L, const struct pay_field *fields,
                                const struct pay_spot *at, int table,
                                struct pay_text *t) {
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    const char *key = lua_tostring(L, -2);
    struct pay_field f = { .name = key, .type = PAY_ANY };
    struct pay_spot here;
    if (pay_field(fields, key) != NULL)
      continue;
    pay_spot_field(&here, at, key, table);
    if (!pay_add_json_member(L, &f, &here, t))
      return 0;
  }
  return 1;
}

static int add_object (lua_State *L, const struct pay_field *fields,
                       const struct pay_spot *at, struct pay_text *t) {
  int table = lua_gettop(L), known = 0;
  const struct pay_field *f;
  if (!lua_istable(L, table))
    return pay_complain_of_type(L, at, "a table");
  luaL_checkstack(L, 12, "arguments nested too deep");
  pay_text_char(t, '{');
  for (f = fields; f->name != NULL; f++) {
    struct pay_spot here;
    pay_spot_field(&here, at, f->name, table);
    known += pay_get(L, f, &here);
    if (lua_isnil(L, -1) ? !pay_check_absent(L, f, &here, fields)
                         : !pay_add_json_member(L, f, &here, t))
      return 0;
    lua_settop(L, table);
  }
  if (!pay_check_keys(L, table, fields, at, known))
    return 0;
  if (at->lenient && !add_unknown_members(L, fields, at, table, t))
    return 0;
  pay_text_char(t, '}');
  return 1;
}

int pay_check_list (lua_State *L, const struct pay_field *f,
                    const struct pay_spot *at, int *n) {
  int keys = 0;
  if (!lua_istable(L, -1))
    return pay_complain_of_type(L, at, "a list");
  *n = (int)lua_rawlen(L, -1);
  luaL_checkstack(L, 8, "arguments nested too deep");
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
    keys++;
  if (keys != *n)
    return pay_complain(L, at, "expected a list without holes or names");
  if (*n < (int)f->min)
    return pay_complain(L, at, "expected at least %d elements, got %d",
                        (int)f->min, *n);
  if (f->max > 0 && *n > (int)f->max)
    return pay_complain(L, at, "expected at most %d elements, got %d",
                        (int)f->max, *n);
  return 1;
}

static int add_element (lua_State *L, const struct pay_field *f,
                        const struct pay_spot *here, struct pay_text *t) {
  if (f->fields != NULL)
    return add_object(L, f->fields, here, t);
  if (f->element != NULL)
    return pay_add_json(L, f->element, here, t);
  return pay_add_any_json(L, here, t);
}

static int add_list (lua_State *L, const struct pay_field *f,
                     const struct pay_spot *at, struct pay_text *t) {
  int table = lua_gettop(L), i, n;
  if (!pay_check_list(L, f, at, &n))
    return 0;
  pay_text_char(t, '[');
  for (i = 1; i <= n; i++) {
    struct pay_spot here;
    pay_spot_element(&here, at, i, table);
    if (i > 1)
      pay_text_char(t, ',');
    lua_rawgeti(L, table, i);
    if (!add_element(L, f, &here, t))
      return 0;
    lua_settop(L, table);
  }
  pay_text_char(t, ']');
  return 1;
}

static int add_scalar (lua_State *L, const struct pay_field *f,
                       const struct pay_spot *at, struct pay_text *t) {
  struct pay_wire w;
  if (!pay_to_wire(L, f, at, &w))
    return 0;
  if (w.bare)
    pay_text_add(t, w.s, w.n);
  else
    pay_add_quoted(t, w.s, w.n);
  return 1;
}

/* Where anything may stand, the field still says in which unit. */
static int add_any_money (lua_State *L, const struct pay_field *f,
                          const struct pay_spot *at, struct pay_text *t) {
  struct pay_field money = *f;
  money.type = PAY_MONEY;
  return add_scalar(L, &money, at, t);
}

int pay_add_json (lua_State *L, const struct pay_field *f,
                  const struct pay_spot *at, struct pay_text *t) {
  if (pay_is_null(L)) {
    if (!(f->flags & PAY_NULLABLE) && f->type != PAY_ANY)
      return pay_complain(L, at, "must not be null");
    pay_text_add(t, "null", 4);
    return 1;
  }
  if (f->type == PAY_ANY && pay_to_money(L, -1) != NULL)
    return add_any_money(L, f, at, t);
  if (f->type == PAY_ANY || (f->type == PAY_OBJECT && f->fields == NULL))
    return pay_add_any_json(L, at, t);
  if (f->type == PAY_OBJECT)
    return add_object(L, f->fields, at, t);
  if (f->type == PAY_LIST && f->style != PAY_JOINED)
    return add_list(L, f, at, t);
  return add_scalar(L, f, at, t);
}

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
