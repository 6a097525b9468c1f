/*
** shape.c - from a Lua value to its form on the wire, as its field says.
** The only checker: what passes here may be sent.
*/
#include <math.h>
#include <string.h>

#include "core.h"
#include "decimal.h"

#define MAX_EXACT 9007199254740992.0 /* 2^53 */

static void set_text (struct pay_wire *w, const char *s, size_t n) {
  w->s = s;
  w->n = n;
  w->bare = 0;
}

static void set_integer (struct pay_wire *w, long long x) {
  struct pay_decimal d = { 0, 0 };
  d.units = x;
  w->n = pay_decimal_write(&d, w->room);
  w->s = w->room;
  w->bare = 1;
}

/* "1, 2 or 3": what a message says of the only values. */
static void push_choices (lua_State *L, const char *const *choices) {
  luaL_Buffer b;
  int i;
  luaL_buffinit(L, &b);
  for (i = 0; choices[i] != NULL; i++) {
    if (i > 0)
      luaL_addstring(&b, choices[i + 1] == NULL ? " or " : ", ");
    luaL_addstring(&b, choices[i]);
  }
  luaL_pushresult(&b);
}

static int same_word (const char *word, const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n && word[i] != '\0'; i++) {
    char c = s[i], d = word[i];
    if (c >= 'a' && c <= 'z')
      c = (char)(c - 32);
    if (d >= 'a' && d <= 'z')
      d = (char)(d - 32);
    if (c != d)
      return 0;
  }
  return i == n && word[i] == '\0';
}

/* Any case will do; the provider's goes out. */
static int take_choice (const struct pay_field *f, struct pay_wire *w) {
  int i;
  for (i = 0; f->choices != NULL && f->choices[i] != NULL; i++) {
    if (same_word(f->choices[i], w->s, w->n)) {
      w->s = f->choices[i];
      return 1;
    }
  }
  return 0;
}

static int check_choice (lua_State *L, const struct pay_field *f,
                         const struct pay_spot *at, struct pay_wire *w) {
  if (f->choices == NULL || take_choice(f, w))
    return 1;
  push_choices(L, f->choices);
  pay_show(L, f, w->s, w->n);
  return pay_complain(L, at, "expected %s, got %s", lua_tostring(L, -2),
                      lua_tostring(L, -1));
}

static int is_whole (double x) {
  return x == floor(x) && fabs(x) <= MAX_EXACT;
}

/* Takes the whole number on the top. */
int pay_take_integer (lua_State *L, const struct pay_spot *at, long long *x) {
  if (lua_type(L, -1) != LUA_TNUMBER)
    return pay_complain_of_type(L, at, "a whole number");
  if (lua_isinteger(L, -1)) {
    *x = (long long)lua_tointeger(L, -1);
    return 1;
  }
  if (!is_whole((double)lua_tonumber(L, -1)))
    return pay_complain(L, at, "expected a whole number, got %f",
                        lua_tonumber(L, -1));
  *x = (long long)lua_tonumber(L, -1);
  return 1;
}

static int string_to_wire (lua_State *L, const struct pay_field *f,
                           const struct pay_spot *at, struct pay_wire *w) {
  if (f->format == PAY_DIGITS && lua_type(L, -1) == LUA_TNUMBER) {
    long long x;
    if (!pay_take_integer(L, at, &x) || !pay_check_range(L, f, at, (double)x))
      return 0;
    set_integer(w, x);
    w->bare = 0;
    return 1;
  }
  if (lua_type(L, -1) != LUA_TSTRING)
    return pay_complain_of_type(L, at, "a string");
  w->s = lua_tolstring(L, -1, &w->n);
  w->bare = 0;
  if (take_choice(f, w))
    return 1;
  if (f->choices != NULL && f->format == PAY_PLAIN)
    return check_choice(L, f, at, w);
  if (!pay_check_format(L, f, at, w->s, w->n))
    return 0;
  if (f->format == PAY_CURRENCY) {
    size_t i;
    for (i = 0; i < w->n; i++)
      w->room[i] = (char)(w->s[i] & ~32);
    w->s = w->room;
  }
  return 1;
}

static int integer_to_wire (lua_State *L, const struct pay_field *f,
                            const struct pay_spot *at, struct pay_wire *w) {
  long long x;
  if (!pay_take_integer(L, at, &x) || !pay_check_range(L, f, at, (double)x))
    return 0;
  set_integer(w, x);
  return check_choice(L, f, at, w);
}

static int id_to_wire (lua_State *L, const struct pay_field *f,
                       const struct pay_spot *at, struct pay_wire *w) {
  long long x;
  if (lua_type(L, -1) == LUA_TSTRING) {
    w->s = lua_tolstring(L, -1, &w->n);
    w->bare = 0;
    if (w->n == 0)
      return pay_complain(L, at, "must not be empty");
    return pay_check_format(L, f, at, w->s, w->n);
  }
  if (lua_type(L, -1) != LUA_TNUMBER)
    return pay_complain_of_type(L, at, "an id (a whole number or text)");
  if (!pay_take_integer(L, at, &x))
    return 0;
  set_integer(w, x);
  return 1;
}

static int boolean_to_wire (lua_State *L, const struct pay_field *f,
                            const struct pay_spot *at, struct pay_wire *w) {
  int yes = lua_toboolean(L, -1);
  if (!lua_isboolean(L, -1))
    return pay_complain_of_type(L, at, "true or false");
  if (f->style == PAY_ONE_ZERO)
    set_text(w, yes ? "1" : "0", 1);
  else {
    set_text(w, yes ? "true" : "false", yes ? 4 : 5);
    w->bare = 1;
  }
  return 1;
}

static int (*const shapes[])(lua_State *, const struct pay_field *,
                             const struct pay_spot *, struct pay_wire *) = {
  [PAY_STRING] = string_to_wire,     [PAY_INTEGER] = integer_to_wire,
  [PAY_NUMBER] = pay_number_to_wire, [PAY_MONEY] = pay_money_to_wire,
  [PAY_BOOLEAN] = boolean_to_wire,   [PAY_ID] = id_to_wire,
  [PAY_OBJECT] = pay_json_to_wire,   [PAY_LIST] = pay_list_to_wire,
  [PAY_ANY] = pay_json_to_wire
};

int pay_to_wire (lua_State *L, const struct pay_field *f,
                 const struct pay_spot *at, struct pay_wire *w) {
  if (!shapes[f->type](L, f, at, w))
    return 0;
  if (at->redact && (f->flags & PAY_SECRET))
    set_text(w, "***", 3);
  return 1;
}
