/*
** scan.c - makes the text of an answer fit for a JSON decoder. The decoder
** reads every number as a float and does not look at UTF-8; here long
** numbers are put in quotes, behind a mark, so that they keep their digits.
*/
#include <string.h>

#include "core.h"
#include "scan.h"
#include "utf8.h"

static int in_number (char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' ||
         c == 'e' || c == 'E';
}

/* The end of the string that starts behind 's'. */
static const char *skip_string (const char *s, const char *end) {
  while (s < end && *s != '"')
    s += *s == '\\' && end - s > 1 ? 2 : 1;
  return s < end ? s + 1 : end;
}

static const char *skip_number (const char *s, const char *end, int *digits) {
  for (*digits = 0; s < end && in_number(*s); s++)
    *digits += *s >= '0' && *s <= '9';
  return s;
}

static const char *next_long (const char *s, const char *end,
                              const char **after) {
  while (s < end) {
    int digits;
    if (*s == '"')
      s = skip_string(s + 1, end);
    else if ((*s >= '0' && *s <= '9') || *s == '-') {
      *after = skip_number(s, end, &digits);
      if (digits > PAY_FLOAT_DIGITS)
        return s;
      s = *after;
    }
    else
      s++;
  }
  return NULL;
}

static void quote_long (lua_State *L, const char *s, const char *end) {
  struct pay_text t;
  const char *from = s, *number, *after;
  pay_text_open(L, &t);
  while ((number = next_long(from, end, &after)) != NULL) {
    pay_text_add(&t, from, (size_t)(number - from));
    pay_text_string(&t, "\"\\u001f");
    pay_text_add(&t, number, (size_t)(after - number));
    pay_text_char(&t, '"');
    from = after;
  }
  pay_text_add(&t, from, (size_t)(end - from));
  pay_text_push(&t);
}

/*
** scan(text [, any_bytes]) -> text, or nil and what is wrong with it.
** 'any_bytes': what is no UTF-8 may pass.
*/
int pay_scan (lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n), *after;
  int any_bytes = lua_toboolean(L, 2);
  lua_settop(L, 1);
  if (!any_bytes && pay_utf8_count(s, n) == PAY_NOT_UTF8) {
    luaL_pushfail(L);
    lua_pushliteral(L, "not UTF-8");
    return 2;
  }
  if (next_long(s, s + n, &after) != NULL)
    quote_long(L, s, s + n);
  return 1;
}
