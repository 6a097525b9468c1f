/*
** shape_list.c - lists and objects where the wire wants one text: joined
** by a separator, or as JSON inside a form's field.
*/
#include <string.h>

#include "core.h"

/* The caller's own JSON, for where the provider's document errs. */
static int is_json_text (lua_State *L, const struct pay_field *f) {
  const char *s;
  if (f->style != PAY_JSON_TEXT || lua_type(L, -1) != LUA_TSTRING)
    return 0;
  s = lua_tostring(L, -1);
  return *s == '[' || *s == '{';
}

static int has_secrets (const struct pay_field *f) {
  for (f = f->fields; f != NULL && f->name != NULL; f++) {
    if (f->flags & PAY_SECRET)
      return 1;
  }
  return 0;
}

/* Nobody looks inside it, so it is as secret as what it may hold. */
static int text_to_wire (lua_State *L, const struct pay_field *f,
                         const struct pay_spot *at, struct pay_wire *w) {
  struct pay_field text = { .flags = PAY_LINES };
  if (has_secrets(f))
    text.flags |= PAY_SECRET;
  return pay_to_wire(L, &text, at, w);
}

/* JSON inside a form's field. */
int pay_json_to_wire (lua_State *L, const struct pay_field *f,
                      const struct pay_spot *at, struct pay_wire *w) {
  struct pay_text t;
  if (is_json_text(L, f))
    return text_to_wire(L, f, at, w);
  pay_text_open(L, &t);
  lua_pushvalue(L, -2);
  if (!pay_add_json(L, f, at, &t))
    return 0;
  pay_text_push(&t);
  lua_replace(L, t.box - 1);
  lua_settop(L, t.box - 1);
  w->s = lua_tolstring(L, -1, &w->n);
  w->bare = 0;
  return 1;
}

/* One element of a joined list: the separator cannot be escaped. */
static int add_joined (lua_State *L, const struct pay_field *f,
                       const struct pay_spot *here, struct pay_text *t) {
  struct pay_wire w;
  if (!pay_to_wire(L, f->element, here, &w))
    return 0;
  if (w.n == 0)
    return pay_complain(L, here, "must not be empty");
  if (memchr(w.s, f->separator, w.n) != NULL)
    return pay_complain(L, here, "must not hold \"%c\", which separates",
                        f->separator);
  if (t->n > 0)
    pay_text_char(t, f->separator);
  pay_text_add(t, w.s, w.n);
  return 1;
}

static int joined_to_wire (lua_State *L, const struct pay_field *f,
                           const struct pay_spot *at, struct pay_wire *w) {
  int list = lua_gettop(L), i, n;
  struct pay_text t;
  if (!pay_check_list(L, f, at, &n))
    return 0;
  pay_text_open(L, &t);
  for (i = 1; i <= n; i++) {
    struct pay_spot here;
    pay_spot_element(&here, at, i, list);
    lua_rawgeti(L, list, i);
    if (!add_joined(L, f, &here, &t))
      return 0;
    lua_settop(L, t.box);
  }
  pay_text_push(&t);
  lua_replace(L, list);
  lua_settop(L, list);
  w->s = lua_tolstring(L, list, &w->n);
  w->bare = 0;
  return 1;
}

int pay_list_to_wire (lua_State *L, const struct pay_field *f,
                      const struct pay_spot *at, struct pay_wire *w) {
  if (f->style == PAY_JOINED)
    return joined_to_wire(L, f, at, w);
  return pay_json_to_wire(L, f, at, w);
}
