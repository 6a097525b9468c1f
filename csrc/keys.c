/*
** keys.c - the keys of a table of arguments: which are there, which are
** missing, which are none of ours, and what was meant by them.
*/
#include <string.h>

#include "api.h"
#include "core.h"
#include "money.h"

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

static int complain_of_key (lua_State *L, const struct pay_field *fields,
                            const struct pay_spot *at, const char *key) {
  struct pay_spot here;
  const char *meant = nearest(fields, key);
  pay_spot_field(&here, at, key, 0);
  if (meant != NULL)
    return pay_complain(L, &here, "no such field; did you mean \"%s\"?",
                        meant);
  return pay_complain(L, &here, "no such field");
}

/* Refuses both spellings of one name: one of them would be lost. */
static int check_alias (lua_State *L, int idx, const struct pay_field *f,
                        const struct pay_spot *at) {
  struct pay_spot here;
  if (f->alias == NULL)
    return 1;
  lua_getfield(L, idx, f->name);
  lua_getfield(L, idx, f->alias);
  if (lua_isnil(L, -1) || lua_isnil(L, -2)) {
    lua_pop(L, 2);
    return 1;
  }
  pay_spot_field(&here, at, f->name, 0);
  return pay_complain(L, &here, "given twice, also as \"%s\"", f->alias);
}

static int count_keys (lua_State *L, int idx) {
  int n = 0;
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1))
    n++;
  return n;
}

/* Counting first: a table with nothing else in it is the ordinary case. */
int pay_check_keys (lua_State *L, int idx, const struct pay_field *fields,
                    const struct pay_spot *at, int known) {
  const struct pay_field *f;
  luaL_checkstack(L, 8, "arguments nested too deep");
  if (count_keys(L, idx) == known)
    return 1;
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      return complain_of_key(L, fields, at, "[element]");
    if (!at->lenient && pay_field(fields, lua_tostring(L, -2)) == NULL)
      return complain_of_key(L, fields, at, lua_tostring(L, -2));
  }
  for (f = fields; f->name != NULL; f++) {
    if (!check_alias(L, idx, f, at))
      return 0;
  }
  return 1;
}

/* A currency that is not given is that of the money beside it. */
static void push_currency (lua_State *L, const struct pay_field *f,
                           const struct pay_spot *at) {
  int i;
  for (i = 0; i < 2 && f->money[i] != NULL; i++) {
    const struct pay_money *m;
    lua_getfield(L, at->table, f->money[i]);
    m = pay_to_money(L, -1);
    lua_pop(L, 1);
    if (m != NULL) {
      lua_pushstring(L, m->currency->code);
      return;
    }
  }
  lua_pushnil(L);
}

int pay_get (lua_State *L, const struct pay_field *f, struct pay_spot *at) {
  at->name = f->name;
  lua_getfield(L, at->table, f->name);
  if (!lua_isnil(L, -1))
    return 1;
  if (f->alias != NULL) {
    lua_pop(L, 1);
    lua_getfield(L, at->table, f->alias);
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

/* A misspelt name helps more than the name that is missing for it. */
int pay_check_absent (lua_State *L, const struct pay_field *f,
                      const struct pay_spot *at,
                      const struct pay_field *fields) {
  if (!(f->flags & PAY_REQUIRED))
    return 1;
  if (!pay_check_keys(L, at->table, fields, at->up, -1))
    return 0;
  if (f->alias != NULL)
    return pay_complain(L, at, "is required (\"%s\" will do too)", f->alias);
  return pay_complain(L, at, "is required");
}
