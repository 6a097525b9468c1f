/*
** rules.c - what one argument asks of another, as the rows say: checked
** when each of them has been found good by itself.
*/
#include <string.h>

#include "api.h"
#include "core.h"
#include "money.h"

/* A table of arguments, or an element of a list in them. */
struct place {
  const struct pay_field *fields;
  const struct pay_spot *at;
  int table;
};

static int is_null (lua_State *L) {
  return lua_islightuserdata(L, -1) && lua_touserdata(L, -1) == NULL;
}

/* Pushes the value of a field, nil when there is none or it is null. */
static void push_value (lua_State *L, const struct place *p,
                        const char *name) {
  struct pay_spot here;
  const struct pay_field *f = pay_field(p->fields, name);
  pay_spot_field(&here, p->at, name, p->table);
  pay_get(L, f, &here); /* a spec sees to it that the field is there */
  if (is_null(L)) {
    lua_pop(L, 1);
    lua_pushnil(L);
  }
}

static char upper (char c) {
  return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static int starts (const char *s, const char *with) {
  for (; *with != '\0'; s++, with++) {
    if (upper(*s) != upper(*with))
      return 0;
  }
  return 1;
}

static int same (const char *a, const char *b) {
  return strlen(a) == strlen(b) && starts(a, b);
}

/* Whether the value on the top is that word. */
static int is_word (lua_State *L, const char *word) {
  if (lua_isboolean(L, -1))
    return same(lua_toboolean(L, -1) ? "true" : "false", word);
  return lua_type(L, -1) == LUA_TSTRING && same(lua_tostring(L, -1), word);
}

static int is_between (lua_State *L, double from, double to) {
  double x = (double)lua_tonumber(L, -1);
  return lua_type(L, -1) == LUA_TNUMBER && x >= from && x <= to;
}

static int is_true (lua_State *L, const struct place *p,
                    const struct pay_condition *c) {
  int yes;
  if (c->field == NULL)
    return 1;
  lua_getfield(L, p->table, c->field);
  yes = c->is != NULL ? is_word(L, c->is) : is_between(L, c->from, c->to);
  lua_pop(L, 1);
  return yes;
}

/* Whether the list on the top has an element that has that member. */
static int has_element (lua_State *L, const struct pay_rule *r) {
  int i, n = lua_istable(L, -1) ? (int)lua_rawlen(L, -1) : 0, found = 0;
  for (i = 1; i <= n && !found; i++) {
    lua_rawgeti(L, -1, i);
    lua_getfield(L, -1, r->member);
    found = is_word(L, r->value);
    lua_pop(L, 2);
  }
  return found;
}

/* In the unit of the wire; what is no number is not too much. */
static int is_at_most (lua_State *L, double most) {
  const struct pay_money *m = pay_to_money(L, -1);
  double x = m != NULL ? (double)m->amount.units : (double)lua_tonumber(L, -1);
  return x <= most;
}

static int is_met (lua_State *L, const struct pay_rule *r) {
  int absent = lua_isnil(L, -1);
  switch (r->demand) {
    case PAY_NEEDED: return !absent;
    case PAY_UNWANTED: return absent;
    case PAY_EQUALS: return absent || is_word(L, r->value);
    case PAY_STARTS:
      return lua_type(L, -1) != LUA_TSTRING ||
             starts(lua_tostring(L, -1), r->value);
    case PAY_HOLDS: return has_element(L, r);
    default: return is_at_most(L, r->most);
  }
}

static void add_number (luaL_Buffer *b, double x) {
  char room[PAY_DECIMAL_ROOM];
  struct pay_decimal d = { 0, 0 };
  d.units = (long long)x;
  luaL_addlstring(b, room, pay_decimal_write(&d, room));
}

static void add_demand (luaL_Buffer *b, const struct pay_rule *r) {
  switch (r->demand) {
    case PAY_NEEDED: luaL_addstring(b, "is required"); break;
    case PAY_UNWANTED: luaL_addstring(b, "must be left out"); break;
    case PAY_EQUALS: luaL_addstring(b, "must be "); break;
    case PAY_STARTS: luaL_addstring(b, "must start with "); break;
    case PAY_AT_MOST:
      luaL_addstring(b, "must be at most ");
      add_number(b, r->most);
      break;
    case PAY_HOLDS:
      luaL_addstring(b, "must have an element whose ");
      luaL_addstring(b, r->member);
      luaL_addstring(b, " is ");
      break;
  }
  if (r->value != NULL)
    luaL_addstring(b, r->value);
}

static void add_condition (luaL_Buffer *b, const struct pay_condition *c) {
  luaL_addstring(b, c->field);
  luaL_addstring(b, " is ");
  if (c->is != NULL) {
    luaL_addstring(b, c->is);
    return;
  }
  add_number(b, c->from);
  if (c->to > c->from) {
    luaL_addstring(b, " to ");
    add_number(b, c->to);
  }
}

/* Pushes "is required when succeeded is false". */
static void push_words (lua_State *L, const struct pay_rule *r) {
  luaL_Buffer b;
  int i;
  luaL_buffinit(L, &b);
  add_demand(&b, r);
  for (i = 0; i < 2 && r->when[i].field != NULL; i++) {
    luaL_addstring(&b, i == 0 ? " when " : " and ");
    add_condition(&b, &r->when[i]);
  }
  luaL_pushresult(&b);
}

static int check_rule (lua_State *L, const struct pay_rule *r,
                       const struct place *p) {
  struct pay_spot here;
  if (!is_true(L, p, &r->when[0]) || !is_true(L, p, &r->when[1]))
    return 1;
  push_value(L, p, r->field);
  if (is_met(L, r)) {
    lua_pop(L, 1);
    return 1;
  }
  pay_spot_field(&here, p->at, r->field, p->table);
  push_words(L, r);
  return pay_complain(L, &here, "%s", lua_tostring(L, -1));
}

/* The rule holds in each element of a list. */
static int check_within (lua_State *L, const struct pay_rule *r,
                         const struct place *p) {
  struct place inner;
  struct pay_spot list, element;
  int i, n, top = lua_gettop(L);
  push_value(L, p, r->within);
  n = lua_istable(L, -1) ? (int)lua_rawlen(L, -1) : 0;
  pay_spot_field(&list, p->at, r->within, p->table);
  inner.fields = pay_field(p->fields, r->within)->fields;
  inner.at = &element;
  for (i = 1; i <= n; i++) {
    pay_spot_element(&element, &list, i, top + 1);
    lua_rawgeti(L, top + 1, i);
    inner.table = top + 2;
    if (!check_rule(L, r, &inner))
      return 0;
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  return 1;
}

int pay_check_rules (lua_State *L, const struct pay_endpoint *e,
                     const struct pay_spot *root) {
  const struct pay_rule *r = e->rules;
  struct place all;
  all.fields = e->args;
  all.at = root;
  all.table = root->table;
  for (; r != NULL && r->field != NULL; r++) {
    if (r->within != NULL ? !check_within(L, r, &all)
                          : !check_rule(L, r, &all))
      return 0;
  }
  return 1;
}

static void set (lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

void pay_describe_rules (lua_State *L, const struct pay_endpoint *e) {
  const struct pay_rule *r = e->rules;
  int i;
  lua_newtable(L);
  for (i = 1; r != NULL && r->field != NULL; r++, i++) {
    lua_newtable(L);
    set(L, "field", r->field);
    set(L, "within", r->within);
    push_words(L, r);
    lua_setfield(L, -2, "says");
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, "rules");
}
