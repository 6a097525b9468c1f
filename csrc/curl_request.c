/*
** curl_request.c - takes over a request from Lua. Wrong types raise:
** the caller's program has a bug. Wrong values are refused with a
** sentence, before anything is sent.
*/
#include "curl_pool.h"

#include <string.h>

static int needs_length (const char *method) {
  return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
         strcmp(method, "PATCH") == 0;
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
  x->shape = NO_SHAPE; /* until libcurl has accepted it */
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
  if (n >= sizeof(x->method) || !pay_is_token(method, n))
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
  x->url.n = 0; /* until it is known to be good */
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
    wrong = pay_read_headers(L, req, x);
  if (wrong != NULL)
    return wrong;
  lua_getfield(L, req, "timings");
  x->timed = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return NULL;
}
