/*
** curl_request.c - takes over a request from Lua. Wrong types raise:
** the caller's program has a bug. Wrong values are refused with a
** sentence, before anything is sent.
*/
#include "curl_pool.h"

#include <string.h>
#include <strings.h>

/* What a transport must decide itself, or two sides disagree on framing. */
static const char *const ours[] = {
  "content-length", "transfer-encoding", "connection", "expect",
  "upgrade", "te", "trailer", "accept-encoding", NULL
};

/* The characters of a token, as HTTP has it. */
static int is_token (const char *s, size_t n) {
  static const char odd[] = "!#$%&'*+.^_`|~";
  size_t i;
  for (i = 0; i < n; i++) {
    char c = s[i];
    int plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9') || c == '-';
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

static int is_ours (const char *name) {
  int i;
  for (i = 0; ours[i] != NULL; i++)
    if (strcasecmp(ours[i], name) == 0)
      return 1;
  return 0;
}

/* libcurl takes "name:" as "do not send it"; an empty one is "name;". */
static int add_line (struct text *t, const char *name, size_t name_length,
                     const char *value, size_t length) {
  if (is_blank(value, length))
    return pay_text_add(t, name, name_length) && pay_text_add(t, ";", 2);
  return pay_text_add(t, name, name_length) && pay_text_add(t, ": ", 2)
         && pay_text_add(t, value, length) && pay_text_add(t, "", 1);
}

/* The pair at -2, -1; '*typed' is set when it is the content-type. */
static const char *read_header (lua_State *L, struct text *lines,
                                int *typed) {
  const char *name, *value;
  size_t name_length, length;
  if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "names and values of headers must be strings");
  name = lua_tolstring(L, -2, &name_length);
  value = lua_tolstring(L, -1, &length);
  if (!is_token(name, name_length))
    return "a header's name has a character that is not allowed";
  if (!is_value(value, length))
    return "a header's value has a line break or control character";
  if (is_ours(name))
    return "the request sets a header that is the transport's to set";
  if (name_length == 12 && strcasecmp(name, "content-type") == 0)
    *typed = 1;
  if (!add_line(lines, name, name_length, value, length))
    luaL_error(L, "out of memory");
  return NULL;
}

/*
** The list libcurl reads, made in memory that is used again. Made last,
** because 'lines' moves while it grows.
*/
static void link_lines (struct exchange *x, int n) {
  char *s = x->lines.s;
  int i;
  for (i = 0; i < n; i++) {
    x->nodes[i].data = s;
    x->nodes[i].next = i + 1 < n ? &x->nodes[i + 1] : NULL;
    s += strlen(s) + 1;
  }
}

static const char *read_headers (lua_State *L, int req, struct exchange *x) {
  static const char quiet[] = "Expect:\0Content-Type:";
  const char *wrong = NULL;
  int typed = 0, n = 2;
  lua_getfield(L, req, "headers");
  if (!lua_isnil(L, -1) && !lua_istable(L, -1))
    luaL_error(L, "request.headers must be a table");
  pay_text_clear(&x->lines);
  if (lua_istable(L, -1))
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1), n++) {
      if (n == MAX_HEADERS)
        wrong = "the request has too many headers";
      else
        wrong = read_header(L, &x->lines, &typed);
      if (wrong != NULL)
        return wrong;
    }
  /* else libcurl asks for 100-continue, and calls every body a form */
  n -= typed;
  if (!pay_text_add(&x->lines, quiet, typed ? 8 : sizeof(quiet)))
    luaL_error(L, "out of memory");
  link_lines(x, n);
  lua_pop(L, 1);
  return NULL;
}

static int needs_length (const char *method) {
  return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0
         || strcmp(method, "PATCH") == 0;
}

static const char *read_body (lua_State *L, int req, struct exchange *x,
                              const char *method, enum shape *shape) {
  size_t n = 0;
  const char *body;
  lua_getfield(L, req, "body");
  if (!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "request.body must be a string");
  body = lua_tolstring(L, -1, &n);
  *shape = body != NULL || needs_length(method) ? WITH_BODY : BARE;
  if (strcmp(method, "HEAD") == 0) {
    if (body != NULL)
      return "a HEAD request has no body";
    *shape = WITHOUT_ANSWER_BODY;
  }
  pay_text_clear(&x->sent);
  if (!pay_text_add(&x->sent, body, n))
    luaL_error(L, "out of memory");
  lua_pop(L, 1);
  return NULL;
}

static void set_shape (struct exchange *x, enum shape shape,
                       const char *method) {
  if (shape == x->shape && strcmp(method, x->method) == 0)
    return;
  x->shape = NO_SHAPE;  /* until libcurl has accepted it */
  curl_easy_setopt(x->easy, CURLOPT_NOBODY, 0L);
  if (shape == WITH_BODY)
    curl_easy_setopt(x->easy, CURLOPT_POST, 1L);
  else if (shape == BARE)
    curl_easy_setopt(x->easy, CURLOPT_HTTPGET, 1L);
  else
    curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
  if (curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK) {
    strcpy(x->method, method);
    x->shape = shape;
  }
}

static const char *read_method (lua_State *L, int req, struct exchange *x) {
  const char *method, *wrong;
  size_t n;
  enum shape shape;
  lua_getfield(L, req, "method");
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "request.method must be a string");
  method = lua_tolstring(L, -1, &n);
  if (n >= sizeof(x->method) || !is_token(method, n))
    return "the method is not a word";
  wrong = read_body(L, req, x, method, &shape);
  if (wrong == NULL)
    set_shape(x, shape, method);
  lua_pop(L, 1);
  return wrong;
}

/*
** Most requests go where the last one went, and libcurl takes addresses
** that were read before: that saves an eighth of all its work.
*/
static const char *set_url (struct exchange *x, const char *url, size_t n) {
  const char *wrong;
  x->url.n = 0;  /* until it is known to be good */
  wrong = pay_check_url(url, n, x->pool->http_loopback, &x->loopback);
  if (wrong != NULL)
    return wrong;
  if (curl_url_set(x->address, CURLUPART_URL, url,
                   CURLU_PATH_AS_IS | CURLU_DISALLOW_USER) != CURLUE_OK)
    return "the URL is malformed";
  if (pay_text_add(&x->url, url, n + 1))
    return NULL;
  x->url.n = 0;
  return "out of memory";
}

static const char *read_url (lua_State *L, int req, struct exchange *x) {
  const char *url, *wrong = NULL;
  size_t n;
  lua_getfield(L, req, "url");
  if (lua_type(L, -1) != LUA_TSTRING)
    luaL_error(L, "request.url must be a string");
  url = lua_tolstring(L, -1, &n);
  if (n + 1 != x->url.n || memcmp(url, x->url.s, n) != 0)
    wrong = set_url(x, url, n);
  lua_pop(L, 1);
  return wrong;
}

const char *pay_read_request (lua_State *L, int req, struct exchange *x) {
  const char *wrong;
  luaL_checktype(L, req, LUA_TTABLE);
  wrong = read_url(L, req, x);
  if (wrong == NULL)
    wrong = read_method(L, req, x);
  if (wrong == NULL)
    wrong = read_headers(L, req, x);
  if (wrong != NULL)
    return wrong;
  lua_getfield(L, req, "timings");
  x->timed = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return NULL;
}
