/*
** text.c - text that grows.
*/
#include <string.h>

#include "text.h"

void pay_text_open (lua_State *L, struct pay_text *t) {
  luaL_checkstack(L, 4, "arguments nested too deep");
  lua_pushnil(L);
  t->L = L;
  t->s = t->first;
  t->n = 0;
  t->size = sizeof(t->first);
  t->box = lua_gettop(L);
}

/* The old room is let go only when the new one is there. */
static void grow (struct pay_text *t, size_t more) {
  size_t size = t->size * 2, need = t->n + more;
  char *s;
  if (more > (size_t)-1 / 8)
    luaL_error(t->L, "request too large");
  while (size < need)
    size *= 2;
  s = lua_newuserdatauv(t->L, size, 0);
  memcpy(s, t->s, t->n);
  lua_replace(t->L, t->box);
  t->s = s;
  t->size = size;
}

char *pay_text_room (struct pay_text *t, size_t n) {
  if (n > t->size - t->n)
    grow(t, n);
  return t->s + t->n;
}

void pay_text_add (struct pay_text *t, const char *s, size_t n) {
  memcpy(pay_text_room(t, n), s, n);
  t->n += n;
}

void pay_text_string (struct pay_text *t, const char *s) {
  pay_text_add(t, s, strlen(s));
}

void pay_text_char (struct pay_text *t, char c) {
  if (t->n == t->size)
    grow(t, 1);
  t->s[t->n++] = c;
}

void pay_text_push (const struct pay_text *t) {
  lua_pushlstring(t->L, t->s, t->n);
}
