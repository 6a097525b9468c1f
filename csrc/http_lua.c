/*
** http_lua.c - module luapay.http: the writer and the reader of http.h for
** Lua. It needs nothing but Lua, and moves no bytes itself.
*/
#include "http_lua.h"

#include <stdint.h>
#include <string.h>

#define READER  "luapay.http.reader"
#define REQUEST "luapay.http.request" /* the one being written */
#define HEADERS "luapay.http.headers"

#define SMALL_BODY 65536 /* bytes; a larger one is not copied */


/* Responses */

/* Pushes a text in lower case. */
static void push_lower (lua_State *L, const char *s, size_t n) {
  luaL_Buffer b;
  size_t i;
  luaL_buffinit(L, &b);
  for (i = 0; i < n; i++)
    luaL_addchar(&b, s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i]);
  luaL_pushresult(&b);
}

/*
** Adds a header to the table on the top. Repeats are joined: by commas, as
** HTTP has it, but cookies by line feeds, for they have commas inside.
*/
static void add_line (lua_State *L, const struct pay_http_line *line) {
  push_lower(L, line->name, line->n_name);
  lua_pushvalue(L, -1);
  lua_rawget(L, -3);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushlstring(L, line->value, line->n_value);
  }
  else {
    int cookie = strcmp(lua_tostring(L, -2), "set-cookie") == 0;
    lua_pushstring(L, cookie ? "\n" : ", ");
    lua_pushlstring(L, line->value, line->n_value);
    lua_concat(L, 3);
  }
  lua_rawset(L, -3);
}

static void push_headers (lua_State *L, const char *head, size_t n) {
  struct pay_http_line line;
  size_t at = 0;
  lua_createtable(L, 0, 8);
  while (pay_http_next(head, n, &at, &line))
    add_line(L, &line);
  luaL_setmetatable(L, HEADERS);
}

/*
** __index of a response: makes its 'headers' when first asked for. Most
** answers are read by status and body alone, and this table costs more
** than all the rest of the response.
*/
static int response_index (lua_State *L) {
  const char *key = lua_tostring(L, 2), *head;
  size_t n;
  if (key == NULL || strcmp(key, "headers") != 0 || !lua_istable(L, 1))
    return 0;
  lua_settop(L, 2);
  lua_pushliteral(L, "head");
  lua_rawget(L, 1);
  head = lua_tolstring(L, 3, &n);
  if (head == NULL)
    return 0;
  push_headers(L, head, n);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, 1);
  lua_pushliteral(L, "head");
  lua_pushnil(L);
  lua_rawset(L, 1);
  return 1;
}

/* __index of headers: a name in another case. */
static int headers_index (lua_State *L) {
  size_t n;
  const char *name;
  if (lua_type(L, 2) != LUA_TSTRING || !lua_istable(L, 1))
    return 0;
  name = lua_tolstring(L, 2, &n);
  push_lower(L, name, n);
  lua_rawget(L, 1);
  return 1;
}

static void make_index (lua_State *L, const char *name, lua_CFunction index) {
  luaL_newmetatable(L, name);
  lua_pushcfunction(L, index);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

void pay_open_responses (lua_State *L) {
  make_index(L, PAY_RESPONSE, response_index);
  make_index(L, HEADERS, headers_index);
}

static void push_bytes (lua_State *L, const struct pay_bytes *b) {
  lua_pushlstring(L, b->n > 0 ? b->s : "", b->n);
}

void pay_push_body (lua_State *L, const struct pay_http_reader *r) {
  push_bytes(L, &r->body);
}

void pay_push_response (lua_State *L, struct pay_http_reader *r) {
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, r->status);
  lua_setfield(L, -2, "status");
  push_bytes(L, &r->body);
  lua_setfield(L, -2, "body");
  push_bytes(L, &r->head);
  lua_setfield(L, -2, "head");
  luaL_setmetatable(L, PAY_RESPONSE);
  pay_http_reader_clear(r);
}


/* Readers */

/* Begins with the method at 'arg' and the limit behind it. */
static void start (lua_State *L, struct pay_http_reader *r, int arg) {
  const char *method = luaL_checkstring(L, arg);
  lua_Number most = luaL_checknumber(L, arg + 1);
  luaL_argcheck(L, most >= 0 && most <= 9007199254740992.0, arg + 1,
                "expected a number of bytes");
  pay_http_start(r, strcmp(method, "HEAD") == 0,
                 most < (lua_Number)(SIZE_MAX / 2) ? (size_t)most
                                                   : SIZE_MAX / 2);
}

static struct pay_http_reader *check_reader (lua_State *L) {
  return luaL_checkudata(L, 1, READER);
}

/* "more", "done", or nil and a sentence */
static int push_verdict (lua_State *L, const struct pay_http_reader *r,
                         enum pay_http verdict) {
  if (verdict == PAY_HTTP_FAULT) {
    luaL_pushfail(L);
    lua_pushstring(L, r->fault);
    return 2;
  }
  lua_pushstring(L, verdict == PAY_HTTP_DONE ? "done" : "more");
  return 1;
}

/* reader:start(method, max_answer): begins anew, for another answer */
static int reader_start (lua_State *L) {
  start(L, check_reader(L), 2);
  lua_settop(L, 1);
  return 1;
}

/* reader:feed(bytes) -> "more" or "done", or nil and what is wrong */
static int reader_feed (lua_State *L) {
  struct pay_http_reader *r = check_reader(L);
  size_t n;
  const char *s = luaL_checklstring(L, 2, &n);
  return push_verdict(L, r, pay_http_read(r, s, n));
}

/* reader:ended([orderly = true]): the connection has; returns as 'feed' */
static int reader_ended (lua_State *L) {
  struct pay_http_reader *r = check_reader(L);
  int orderly = lua_isnoneornil(L, 2) || lua_toboolean(L, 2);
  return push_verdict(L, r, pay_http_ended(r, orderly));
}

/* reader:keep() -> whether the connection may be used again */
static int reader_keep (lua_State *L) {
  lua_pushboolean(L, pay_http_keep(check_reader(L)));
  return 1;
}

/* reader:response() -> response, once, after "done" */
static int reader_response (lua_State *L) {
  struct pay_http_reader *r = check_reader(L);
  if (pay_http_read(r, NULL, 0) != PAY_HTTP_DONE)
    return luaL_error(L, "response: the answer is not whole");
  pay_push_response(L, r);
  return 1;
}

/* close(), and __gc and __close: any number of times, in any order */
static int reader_close (lua_State *L) {
  pay_http_reader_free(check_reader(L));
  return 0;
}

/* reader(method, max_answer) -> reader, begun */
static int http_reader (lua_State *L) {
  struct pay_http_reader *r = lua_newuserdatauv(L, sizeof(*r), 0);
  memset(r, 0, sizeof(*r));
  luaL_setmetatable(L, READER);
  start(L, r, 1);
  return 1;
}


/* Requests */

/* Raises for what the caller's program has wrong; nothing stays behind. */
static int refuse_type (lua_State *L, struct pay_http_request *q,
                        const char *what) {
  pay_http_request_free(q);
  return luaL_error(L, "send: %s", what);
}

const char *pay_add_headers (lua_State *L, int idx,
                             struct pay_http_request *q) {
  const char *wrong = NULL;
  idx = lua_absindex(L, idx);
  if (lua_isnoneornil(L, idx))
    return NULL;
  if (!lua_istable(L, idx))
    refuse_type(L, q, "the headers must be a table");
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
    const char *name, *value;
    size_t n_name, n_value;
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      refuse_type(L, q, "names and values of headers must be strings");
    name = lua_tolstring(L, -2, &n_name);
    value = lua_tolstring(L, -1, &n_value);
    wrong = pay_http_header(q, name, n_name, value, n_value);
    if (wrong != NULL) {
      lua_pop(L, 2);
      return wrong;
    }
  }
  return NULL;
}

static const char *check_text (lua_State *L, int arg, size_t *n,
                               const char *what) {
  if (lua_type(L, arg) != LUA_TSTRING)
    luaL_error(L, "send: %s", what);
  return lua_tolstring(L, arg, n);
}

static const char *write_request (lua_State *L, struct pay_http_request *q) {
  size_t n_method, n_target, n_host, n_body = 0;
  const char *method = check_text(L, 1, &n_method, "no method");
  const char *target = check_text(L, 2, &n_target, "no target");
  const char *host = check_text(L, 3, &n_host, "no host");
  const char *body = NULL, *wrong;
  if (!lua_isnoneornil(L, 5))
    body = check_text(L, 5, &n_body, "the body must be a string");
  wrong = pay_http_begin(q, method, n_method, target, n_target, host, n_host);
  if (wrong == NULL)
    wrong = pay_add_headers(L, 4, q);
  if (wrong == NULL)
    wrong = pay_http_end(q, n_body > SMALL_BODY ? NULL : body, n_body);
  return wrong;
}

/*
** request(method, target, host, headers, body) -> text, and the body if
** that is large and not in the text; or nil and what is wrong.
*/
static int http_request (lua_State *L) {
  struct pay_http_request *q;
  const char *wrong;
  lua_settop(L, 5);
  lua_getfield(L, LUA_REGISTRYINDEX, REQUEST);
  q = lua_touserdata(L, 6);
  wrong = write_request(L, q);
  if (wrong == NULL)
    push_bytes(L, &q->bytes);
  pay_http_request_clear(q);
  if (wrong != NULL) {
    luaL_pushfail(L);
    lua_pushstring(L, wrong);
    return 2;
  }
  if (lua_type(L, 5) != LUA_TSTRING || lua_rawlen(L, 5) <= SMALL_BODY)
    return 1;
  lua_pushvalue(L, 5);
  return 2;
}

static int request_gc (lua_State *L) {
  pay_http_request_free(lua_touserdata(L, 1));
  return 0;
}

static void open_request (lua_State *L) {
  struct pay_http_request *q = lua_newuserdatauv(L, sizeof(*q), 0);
  memset(q, 0, sizeof(*q));
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, request_gc);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, REQUEST);
}

static const luaL_Reg reader_methods[] = { { "start", reader_start },
                                           { "feed", reader_feed },
                                           { "ended", reader_ended },
                                           { "keep", reader_keep },
                                           { "response", reader_response },
                                           { "close", reader_close },
                                           { NULL, NULL } };

static const luaL_Reg reader_metamethods[] = { { "__gc", reader_close },
                                               { "__close", reader_close },
                                               { NULL, NULL } };

static const luaL_Reg http_functions[] = { { "reader", http_reader },
                                           { "request", http_request },
                                           { NULL, NULL } };

PAY_EXPORT int luaopen_luapay_http (lua_State *L);
PAY_EXPORT int luaopen_luapay_http (lua_State *L) {
  luaL_newmetatable(L, READER);
  luaL_setfuncs(L, reader_metamethods, 0);
  luaL_newlib(L, reader_methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  pay_open_responses(L);
  open_request(L);
  luaL_newlib(L, http_functions);
  return 1;
}
