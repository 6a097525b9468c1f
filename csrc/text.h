/*
** text.h - text that grows, UTF-8, and what a URL or a form escapes.
** Growing text starts on the C stack and moves into a userdata in a stack
** slot of its own, so nothing leaks when Lua raises.
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

/* Adds text with what RFC 3986 does not leave alone as %XX. */
void pay_add_escaped (struct pay_text *t, const char *s, size_t n);

#define PAY_NOT_UTF8 ((size_t)-1)

/* Bytes of the character at 's', or 0 where there is none in UTF-8:
   no overlong form, no surrogate, nothing beyond U+10FFFF. */
size_t pay_utf8_char (const char *s, size_t n);

/* Bytes at the start that are printable ASCII, maybe not all of them. */
size_t pay_ascii_run (const char *s, size_t n);

/* Characters in the text, or PAY_NOT_UTF8. */
size_t pay_utf8_count (const char *s, size_t n);

/* Units of UTF-16 that its characters take: two for an emoji. */
size_t pay_utf16_count (const char *s, size_t n);

int pay_is_digit (char c);

#pragma GCC visibility pop

#endif
