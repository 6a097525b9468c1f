/*
** api.c - the list of APIs; an endpoint by its number and by its name; a
** field by its name, and the names of fields as strings of a Lua state.
*/
#include <string.h>

#include "api.h"
#include "core.h"

const struct pay_api *const pay_apis[] = { &pay_infobip, &pay_mobip,
                                           &pay_mobilepay_online,
                                           &pay_mobilepay_subscriptions,
                                           NULL };

const struct pay_endpoint *pay_endpoint (long number,
                                         const struct pay_api **api) {
  const struct pay_api *const *a;
  for (a = pay_apis; *a != NULL; a++) {
    const struct pay_endpoint *e;
    for (e = (*a)->endpoints; e->name != NULL; e++) {
      if (--number == 0) {
        *api = *a;
        return e;
      }
    }
  }
  return NULL;
}

static int is_named (const struct pay_api *a, const struct pay_endpoint *e,
                     const char *id) {
  size_t n = strlen(a->name);
  return strncmp(id, a->name, n) == 0 && id[n] == '.' &&
         strcmp(id + n + 1, e->name) == 0;
}

long pay_find (const char *id) {
  long number = 0;
  const struct pay_api *const *a;
  for (a = pay_apis; *a != NULL; a++) {
    const struct pay_endpoint *e;
    for (e = (*a)->endpoints; e->name != NULL; e++) {
      number++;
      if (is_named(*a, e, id))
        return number;
    }
  }
  return 0;
}

/* Most names differ where they begin. */
static int is_same (const char *a, const char *b) {
  return *a == *b && strcmp(a, b) == 0;
}

const struct pay_field *pay_field (const struct pay_field *fields,
                                   const char *name) {
  const struct pay_field *f;
  for (f = fields; f != NULL && f->name != NULL; f++) {
    if (is_same(f->name, name) ||
        (f->alias != NULL && is_same(f->alias, name)))
      return f;
  }
  return NULL;
}

static void set_name (lua_State *L, const char *name, int i) {
  lua_pushstring(L, name);
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, i);
  pay_pushwhole(L, i);
  lua_rawset(L, -3);
}

/* Made once for each state, and kept in its registry. */
static void make_names (lua_State *L, const struct pay_field *fields) {
  int i = 0;
  lua_newtable(L);
  for (; fields[i].name != NULL; i++) {
    set_name(L, fields[i].name, i + 1);
    if (fields[i].alias != NULL)
      set_name(L, fields[i].alias, -i - 1);
  }
  pay_pushwhole(L, i);
  lua_rawseti(L, -2, 0);
}

void pay_push_names (lua_State *L, const struct pay_field *fields) {
  luaL_checkstack(L, 6, "fields nested too deep");
  lua_pushlightuserdata(L, (void *)fields);
  lua_rawget(L, LUA_REGISTRYINDEX);
  if (!lua_isnil(L, -1))
    return;
  lua_pop(L, 1);
  make_names(L, fields);
  lua_pushlightuserdata(L, (void *)fields);
  lua_pushvalue(L, -2);
  lua_rawset(L, LUA_REGISTRYINDEX);
}
