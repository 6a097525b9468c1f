/*
** arguments.c - what the caller passed: its keys, what one argument asks
** of another, and faults that say where, what is wrong and what would be
** right. It knows endpoints, and nothing of requests.
*/
#include <stdarg.h>
#include <string.h>

#include "api.h"
#include "core.h"
#include "money.h"

#define LONGEST_SHOWN 40

void pay_position_field (struct pay_position *here,
                         const struct pay_position *up, const char *name,
                         int table) {
  here->up = up;
  here->name = name;
  here->index = 0;
  here->table = table;
  here->lenient = up != NULL && up->lenient;
  here->redact = up != NULL && up->redact;
  here->currency = up != NULL ? up->currency : NULL;
}

void pay_position_element (struct pay_position *here,
                           const struct pay_position *up, int index,
                           int table) {
  pay_position_field(here, up, NULL, table);
  here->index = index;
}

/* Pushes "lines[2].amount". */
static void push_position (lua_State *L, const struct pay_position *at) {
  if (at->up == NULL || (at->up->name == NULL && at->up->up == NULL)) {
    lua_pushstring(L, at->name != NULL ? at->name : "arguments");
    return;
  }
  luaL_checkstack(L, 4, "arguments nested too deep");
  push_position(L, at->up);
  if (at->name != NULL)
    lua_pushfstring(L, "%s.%s", lua_tostring(L, -1), at->name);
  else
    lua_pushfstring(L, "%s[%d]", lua_tostring(L, -1), at->index);
  lua_remove(L, -2);
}

int pay_refuse (lua_State *L, const struct pay_position *at,
                const char *problem, ...) {
  va_list values;
  luaL_checkstack(L, 8, "arguments nested too deep");
  lua_createtable(L, 0, 4);
  lua_pushliteral(L, "argument");
  lua_setfield(L, -2, "kind");
  lua_pushliteral(L, "failed");
  lua_setfield(L, -2, "outcome");
  push_position(L, at);
  lua_setfield(L, -2, "field");
  va_start(values, problem);
  lua_pushvfstring(L, problem, values);
  va_end(values);
  lua_setfield(L, -2, "message");
  return 0;
}

int pay_refuse_type (lua_State *L, const struct pay_position *at,
                     const char *expected) {
  if (lua_islightuserdata(L, -1))
    return pay_refuse(L, at, "must not be null");
  return pay_refuse(L, at, "expected %s, got a %s", expected,
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

#define LONGEST_NAME 40

static size_t least (size_t a, size_t b, size_t c) {
  size_t ab = a < b ? a : b;
  return ab < c ? ab : c;
}

/* Letters to insert, delete or change to make one name of the other. */
static size_t distance (const char *a, const char *b) {
  size_t row[LONGEST_NAME + 1];
  size_t n = strlen(a), m = strlen(b), i, j;
  if (n > LONGEST_NAME || m > LONGEST_NAME)
    return LONGEST_NAME;
  for (j = 0; j <= m; j++)
    row[j] = j;
  for (i = 1; i <= n; i++) {
    size_t corner = row[0];
    row[0] = i;
    for (j = 1; j <= m; j++) {
      size_t above = row[j];
      row[j] =
          least(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
      corner = above;
    }
  }
  return row[m];
}

static const char *nearest (const struct pay_field *f, const char *key) {
  const char *best = NULL;
  size_t nearest_yet = strlen(key) / 3 + 2;
  for (; f != NULL && f->name != NULL; f++) {
    const char *names[2];
    int i;
    names[0] = f->alias; /* the right spelling first */
    names[1] = f->name;
    for (i = 0; i < 2; i++) {
      size_t d = names[i] != NULL ? distance(key, names[i]) : nearest_yet;
      if (d < nearest_yet) {
        nearest_yet = d;
        best = names[i];
      }
    }
  }
  return best;
}

static int refuse_key (lua_State *L, const struct pay_field *fields,
                       const struct pay_position *at, const char *key) {
  struct pay_position here;
  const char *meant = nearest(fields, key);
  pay_position_field(&here, at, key, 0);
  if (meant != NULL)
    return pay_refuse(L, &here, "no such field; did you mean \"%s\"?", meant);
  return pay_refuse(L, &here, "no such field");
}

/* Refuses both spellings of one name: one of them would be lost. */
static int check_alias (lua_State *L, int idx, const struct pay_field *f,
                        const struct pay_position *at) {
  struct pay_position here;
  if (f->alias == NULL)
    return 1;
  pay_push_raw(L, idx, f->name);
  pay_push_raw(L, idx, f->alias);
  if (lua_isnil(L, -1) || lua_isnil(L, -2)) {
    lua_pop(L, 2);
    return 1;
  }
  pay_position_field(&here, at, f->name, 0);
  return pay_refuse(L, &here, "given twice, also as \"%s\"", f->alias);
}

static int count_keys (lua_State *L, int idx) {
  int n = 0;
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1))
    n++;
  return n;
}

/* Counting first: a table with nothing else in it is the ordinary case. */
int pay_check_keys (lua_State *L, int idx, const struct pay_field *fields,
                    const struct pay_position *at, int known) {
  const struct pay_field *f;
  luaL_checkstack(L, 8, "arguments nested too deep");
  if (count_keys(L, idx) == known)
    return 1;
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      return refuse_key(L, fields, at, "[element]");
    if (!at->lenient && pay_field(fields, lua_tostring(L, -2)) == NULL)
      return refuse_key(L, fields, at, lua_tostring(L, -2));
  }
  for (f = fields; f->name != NULL; f++) {
    if (!check_alias(L, idx, f, at))
      return 0;
  }
  return 1;
}

/* Nothing that a body, a form or a message could not hold. */
int pay_check_name (lua_State *L, const struct pay_position *at, const char *s,
                    size_t n) {
  struct pay_position up = *at->up;
  size_t i;
  if (n == 0)
    return pay_refuse(L, &up, "has a field without a name");
  for (i = 0; i < n; i++) {
    if ((unsigned char)s[i] < 0x20 || s[i] == 0x7F)
      return pay_refuse(L, &up, "has a name with a control character");
  }
  if (pay_utf8_count(s, n) == PAY_NOT_UTF8)
    return pay_refuse(L, &up, "has a name that is not valid UTF-8");
  return 1;
}

/* A currency that is not given is that of the money beside it. */
static void push_currency (lua_State *L, const struct pay_field *f,
                           const struct pay_position *at) {
  int i;
  for (i = 0; i < 2 && f->money[i] != NULL; i++) {
    const struct pay_money *m;
    pay_push_raw(L, at->table, f->money[i]);
    m = pay_to_money(L, -1);
    lua_pop(L, 1);
    if (m != NULL) {
      lua_pushstring(L, m->currency->code);
      return;
    }
  }
  lua_pushnil(L);
}

/* Pushes what the table holds under a name: the string at names[i], or
   the text itself where there are no names. */
static void push_named (lua_State *L, int table, const char *name, int names,
                        int i) {
  if (names == 0)
    lua_pushstring(L, name);
  else
    lua_rawgeti(L, names, i);
  lua_rawget(L, table);
}

void pay_push_raw (lua_State *L, int table, const char *name) {
  push_named(L, table, name, 0, 0);
}

int pay_get (lua_State *L, const struct pay_field *f, struct pay_position *at,
             int names, int i) {
  at->name = f->name;
  push_named(L, at->table, f->name, names, i);
  if (!lua_isnil(L, -1))
    return 1;
  if (f->alias != NULL) {
    lua_pop(L, 1);
    push_named(L, at->table, f->alias, names, -i);
    if (!lua_isnil(L, -1)) {
      at->name = f->alias;
      return 1;
    }
  }
  if (f->money[0] != NULL) {
    lua_pop(L, 1);
    push_currency(L, f, at);
  }
  if (f->preset != NULL && lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushstring(L, f->preset);
  }
  return 0;
}

static int has_metamethod (lua_State *L, const char *event) {
  int there;
  lua_pushstring(L, event);
  lua_rawget(L, -2);
  there = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return there;
}

/* Arguments are read raw, and once. A table that says other things when it
   is asked than when it is read would be checked as one and sent as the
   other, or lose what it inherits: it is refused. */
int pay_check_plain (lua_State *L, int table, const struct pay_position *at) {
  static const char *const events[] = { "__index", "__pairs", "__len", NULL };
  int i;
  if (!lua_getmetatable(L, table))
    return 1;
  for (i = 0; events[i] != NULL; i++) {
    if (has_metamethod(L, events[i]))
      return pay_refuse(L, at,
                        "has a metatable with %s; pass a plain table with "
                        "all that is meant",
                        events[i]);
  }
  lua_pop(L, 1);
  return 1;
}

/* A misspelt name helps more than the name that is missing for it. */
int pay_check_absent (lua_State *L, const struct pay_field *f,
                      const struct pay_position *at,
                      const struct pay_field *fields) {
  if (!(f->flags & PAY_REQUIRED))
    return 1;
  if (!pay_check_keys(L, at->table, fields, at->up, -1))
    return 0;
  if (f->alias != NULL)
    return pay_refuse(L, at, "is required (\"%s\" will do too)", f->alias);
  return pay_refuse(L, at, "is required");
}

/* A table of arguments, or an element of a list in them. */
struct place {
  const struct pay_field *fields;
  const struct pay_position *at;
  int table;
};

/* Pushes the value of a field, nil when there is none or it is null. */
static void push_value (lua_State *L, const struct place *p,
                        const char *name) {
  struct pay_position here;
  const struct pay_field *f = pay_field(p->fields, name);
  pay_position_field(&here, p->at, name, p->table);
  pay_get(L, f, &here, 0, 0); /* a spec sees to it that the field is there */
  if (pay_is_null(L)) {
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

/* In any case of letters, as choices are taken. */
int pay_is_word (const char *a, const char *b) {
  return strlen(a) == strlen(b) && starts(a, b);
}

/* Whether the value on the top is that word. */
static int is_word (lua_State *L, const char *word) {
  if (lua_isboolean(L, -1))
    return pay_is_word(lua_toboolean(L, -1) ? "true" : "false", word);
  return lua_type(L, -1) == LUA_TSTRING &&
         pay_is_word(lua_tostring(L, -1), word);
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
  pay_push_raw(L, p->table, c->field);
  yes = c->is != NULL ? is_word(L, c->is) : is_between(L, c->from, c->to);
  lua_pop(L, 1);
  return yes;
}

/* Whether the list on the top has an element that has that member. */
static int has_element (lua_State *L, const struct pay_rule *r) {
  int i, n = lua_istable(L, -1) ? (int)lua_rawlen(L, -1) : 0, found = 0;
  for (i = 1; i <= n && !found; i++) {
    lua_rawgeti(L, -1, i);
    pay_push_raw(L, lua_gettop(L), r->member);
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

static void add_bound (luaL_Buffer *b, double x) {
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
      add_bound(b, r->most);
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
  add_bound(b, c->from);
  if (c->to > c->from) {
    luaL_addstring(b, " to ");
    add_bound(b, c->to);
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
  struct pay_position here;
  if (!is_true(L, p, &r->when[0]) || !is_true(L, p, &r->when[1]))
    return 1;
  push_value(L, p, r->field);
  if (is_met(L, r)) {
    lua_pop(L, 1);
    return 1;
  }
  pay_position_field(&here, p->at, r->field, p->table);
  push_words(L, r);
  return pay_refuse(L, &here, "%s", lua_tostring(L, -1));
}

/* The rule holds in each element of a list. */
static int check_within (lua_State *L, const struct pay_rule *r,
                         const struct place *p) {
  struct place inner;
  struct pay_position list, element;
  int i, n, top = lua_gettop(L);
  push_value(L, p, r->within);
  n = lua_istable(L, -1) ? (int)lua_rawlen(L, -1) : 0;
  pay_position_field(&list, p->at, r->within, p->table);
  inner.fields = pay_field(p->fields, r->within)->fields;
  inner.at = &element;
  for (i = 1; i <= n; i++) {
    pay_position_element(&element, &list, i, top + 1);
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
                     const struct pay_position *root) {
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

void pay_describe_rules (lua_State *L, const struct pay_endpoint *e) {
  const struct pay_rule *r = e->rules;
  int i;
  lua_newtable(L);
  for (i = 1; r != NULL && r->field != NULL; r++, i++) {
    lua_newtable(L);
    pay_set_text(L, "field", r->field);
    pay_set_text(L, "within", r->within);
    push_words(L, r);
    lua_setfield(L, -2, "says");
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, "rules");
}
