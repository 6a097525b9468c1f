/*
** curl_headers.c - from the headers of a request to the list that libcurl
** sends. Nothing that would smuggle a line gets through.
*/
#include "curl_pool.h"

#include <string.h>
#include <strings.h>

/* What a transport must decide itself, or two sides disagree on framing. */
static const struct {
  size_t n;
  const char *name;
} ours[] = { { 14, "content-length" },
             { 17, "transfer-encoding" },
             { 10, "connection" },
             { 6, "expect" },
             { 7, "upgrade" },
             { 2, "te" },
             { 7, "trailer" },
             { 15, "accept-encoding" },
             { 4, "host" },
             { 0, NULL } };

/* The characters of a token, as HTTP has it. */
int pay_is_token (const char *s, size_t n) {
  static const char odd[] = "!#$%&'*+.^_`|~";
  size_t i;
  for (i = 0; i < n; i++) {
    char c = s[i];
    int plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                (c >= '0' && c <= '9') || c == '-';
    if (!plain && memchr(odd, c, sizeof(odd) - 1) == NULL)
      return 0;
  }
  return n > 0;
}

/* No control characters but tab; in particular no CR, LF or NUL. */
static int is_value (const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if ((c < 0x20 && c != '\t') || c == 0x7f)
      return 0;
  }
  return 1;
}

static int is_blank (const char *s, size_t n) {
  while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
    n--;
  return n == 0;
}

static int is (const char *name, size_t n, const char *other) {
  return strncasecmp(name, other, n) == 0;
}

static int is_ours (const char *name, size_t n) {
  int i;
  for (i = 0; ours[i].n != 0; i++)
    if (ours[i].n == n && is(name, n, ours[i].name))
      return 1;
  return 0;
}

/* The headers of a request while they are read. */
struct list {
  struct text *lines; /* zero-ended strings, for libcurl's list */
  int n;              /* how many */
  int count;          /* headers among them */
  int joined;         /* the last one can take another line */
  int accept;         /* they have one */
};

/*
** Appends a line. libcurl looks at each string of its list many times, so
** lines share one: it sends them as they are, and no value can have a
** line break of its own. An empty value needs a string to itself, "name;",
** because libcurl takes "name:" as "do not send it".
*/
static void add_line (lua_State *L, struct list *l, const char *name, size_t n,
                      const char *value, size_t length) {
  int blank = is_blank(value, length);
  char *to = pay_text_room(l->lines, n + length + 5);
  if (to == NULL)
    luaL_error(L, "out of memory");
  if (l->joined && !blank) {
    to[-1] = '\r';
    *to++ = '\n';
  }
  else
    l->n++;
  memcpy(to, name, n);
  to += n;
  *to++ = blank ? ';' : ':';
  if (!blank) {
    *to++ = ' ';
    memcpy(to, value, length);
    to += length;
  }
  *to++ = '\0';
  l->lines->n = (size_t)(to - l->lines->s);
  l->joined = !blank;
}

/* The pair at -2, -1. */
static const char *read_header (lua_State *L, struct list *l) {
  const char *name, *value;
  size_t n, length;
  if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "names and values of headers must be strings");
  name = lua_tolstring(L, -2, &n);
  value = lua_tolstring(L, -1, &length);
  if (!pay_is_token(name, n))
    return "a header's name has a character that is not allowed";
  if (!is_value(value, length))
    return "a header's value has a line break or control character";
  if (is_ours(name, n))
    return "the request sets a header that is the transport's to set";
  if (++l->count > MAX_HEADERS - 4)
    return "the request has too many headers";
  l->accept |= n == 6 && is(name, n, "accept");
  add_line(L, l, name, n, value, length);
  return NULL;
}

/* The list itself. Made last, because 'lines' moves while it grows. */
static void link_lines (struct exchange *x, int n) {
  char *s = x->lines.s;
  int i;
  for (i = 0; i < n; i++) {
    x->nodes[i].data = s;
    x->nodes[i].next = i + 1 < n ? &x->nodes[i + 1] : NULL;
    s += strlen(s) + 1;
  }
}

/*
** Names without a value tell libcurl to leave out what it would add: a
** wish for 100-continue, and that every body is a form. A content-type of
** the caller's stays; so does an accept, which must not come twice.
*/
const char *pay_read_headers (lua_State *L, int req, struct exchange *x) {
  static const char quiet[] = "Expect:\0Content-Type:\0Accept:";
  struct list l = { NULL, 2, 0, 0, 0 };
  const char *wrong = NULL;
  l.lines = &x->lines;
  lua_getfield(L, req, "headers");
  if (!lua_isnil(L, -1) && !lua_istable(L, -1))
    luaL_error(L, "request.headers must be a table");
  pay_text_clear(&x->lines);
  if (lua_istable(L, -1))
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
      wrong = read_header(L, &l);
      if (wrong != NULL)
        return wrong;
    }
  l.n += l.accept;
  if (!pay_text_add(&x->lines, quiet, l.accept ? sizeof(quiet) : 22))
    luaL_error(L, "out of memory");
  link_lines(x, l.n);
  lua_pop(L, 1);
  return NULL;
}
