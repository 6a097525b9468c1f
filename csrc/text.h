/*
** text.h - text that grows. It starts on the C stack and moves into a
** userdata in a stack slot of its own, so nothing leaks when Lua raises.
*/
#ifndef PAY_TEXT_H
#define PAY_TEXT_H

#include <stddef.h>

#include "compat.h"

#pragma GCC visibility push(hidden)

struct pay_text {
  lua_State *L;
  char *s;
  size_t n, size;
  int box; /* the stack slot */
  char first[2048];
};

/* Makes it empty, and pushes its slot, which must outlive it. */
void pay_text_open (lua_State *L, struct pay_text *t);

/* Room for 'n' more, at the end; who fills it sets t->n. */
char *pay_text_room (struct pay_text *t, size_t n);

void pay_text_add (struct pay_text *t, const char *s, size_t n);
void pay_text_string (struct pay_text *t, const char *s);
void pay_text_char (struct pay_text *t, char c);

/* Pushes it as a Lua string. */
void pay_text_push (const struct pay_text *t);

#pragma GCC visibility pop

#endif
