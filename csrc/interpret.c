/*
** interpret.c - from a status and a decoded answer to a result or a fault.
*/
#include <string.h>

#include "core.h"
#include "verdict.h"

static int has (lua_State *L, int answer, const char *path) {
  int there;
  pay_push_path(L, answer, path);
  there = !lua_isnil(L, -1) && !lua_islightuserdata(L, -1);
  lua_pop(L, 1);
  return there;
}

/* The shape of error that this answer has, or NULL. */
static const struct pay_error_shape *find_shape (lua_State *L,
                                                 const struct pay_api *api,
                                                 int answer) {
  const struct pay_error_shape *s = api->errors;
  for (; s != NULL && s->message != NULL; s++) {
    if (has(L, answer, s->message) || has(L, answer, s->code))
      return s;
  }
  return NULL;
}

/* The text of the value on the top, which stays there, or NULL. */
static const char *as_text (lua_State *L) {
  pay_read(L, NULL);
  return lua_isstring(L, -1) ? lua_tostring(L, -1) : NULL;
}

static int refuse (lua_State *L, const struct pay_api *api,
                   const struct pay_endpoint *e, int status, int answer) {
  struct pay_verdict v = { 0 };
  const struct pay_error_shape *s = find_shape(L, api, answer);
  v.status = status;
  if (s != NULL) {
    pay_push_path(L, answer, s->code);
    v.code = as_text(L);
    if (v.code == NULL) {
      pay_push_path(L, answer, s->other_code);
      v.code = as_text(L);
    }
    pay_push_path(L, answer, s->correlation_id);
    v.correlation_id = as_text(L);
    pay_push_path(L, answer, s->message);
    pay_fill_in(L, answer, s->variables);
    v.text = as_text(L);
  }
  pay_judge(&v, e);
  return pay_push_fault(L, &v);
}

/* A success that cannot be read: what it was about may well have happened,
   unless the lack itself says that it did not. */
static int unreadable (lua_State *L, const struct pay_endpoint *e, int status,
                       const char *kind, const char *why) {
  struct pay_verdict v = { 0 };
  v.status = status;
  v.kind = kind != NULL ? kind : "decode";
  v.text = why != NULL ? why : "the answer is empty";
  v.unknown = kind == NULL && !pay_is_harmless(e);
  return pay_push_fault(L, &v);
}

/* The first required field that the table on the top lacks, or NULL. */
static const char *missing_field (lua_State *L, const struct pay_field *f) {
  for (; f != NULL && f->name != NULL; f++) {
    int there;
    if (!(f->flags & PAY_REQUIRED))
      continue;
    lua_getfield(L, -1, f->name);
    there = !lua_isnil(L, -1) &&
            (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) > 0);
    lua_pop(L, 1);
    if (!there)
      return f->name;
  }
  return NULL;
}

static int check_whole (lua_State *L, const struct pay_endpoint *e,
                        int status) {
  const char *missing = missing_field(L, e->result);
  if (missing == NULL)
    return 1;
  lua_pushfstring(L, "the answer has no \"%s\"", missing);
  return unreadable(L, e, status, e->incomplete, lua_tostring(L, -1));
}

/* Takes the result out of what it may be wrapped in. */
static void unwrap (lua_State *L, const struct pay_endpoint *e) {
  if (e->root == NULL)
    return;
  lua_getfield(L, -1, e->root);
  if (lua_istable(L, -1))
    lua_replace(L, -2);
  else
    lua_pop(L, 1);
}

static int has_names (lua_State *L) {
  int named;
  lua_pushnil(L);
  if (!lua_next(L, -2))
    return 0;
  named = lua_type(L, -2) == LUA_TSTRING;
  lua_pop(L, 2);
  return named;
}

/* A lone object counts as a list of one. */
static int read_list (lua_State *L, const struct pay_endpoint *e) {
  struct pay_field list = { .type = PAY_LIST };
  list.fields = e->result;
  if (has_names(L)) {
    lua_createtable(L, 1, 0);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
  }
  pay_read(L, &list);
  return 1;
}

/* A list of one counts as a lone object. */
static void take_lone (lua_State *L) {
  if (lua_rawlen(L, -1) != 1)
    return;
  lua_rawgeti(L, -1, 1);
  if (lua_istable(L, -1))
    lua_replace(L, -2);
  else
    lua_pop(L, 1);
}

static int read_object (lua_State *L, const struct pay_endpoint *e,
                        int status) {
  struct pay_field object = { .type = PAY_OBJECT };
  object.fields = e->result;
  take_lone(L);
  unwrap(L, e);
  pay_read(L, &object);
  return check_whole(L, e, status);
}

static int read_result (lua_State *L, const struct pay_endpoint *e, int status,
                        int answer, const char *problem) {
  if (e->answer == PAY_NOTHING) {
    if (problem != NULL) /* the page of a gateway, perhaps */
      return unreadable(L, e, status, NULL, problem);
    lua_newtable(L);
    return 1;
  }
  if (e->answer == PAY_BYTES ||
      (e->answer == PAY_EITHER && lua_type(L, answer) == LUA_TSTRING)) {
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, answer);
    lua_setfield(L, -2, "content");
    return 1;
  }
  if (!lua_istable(L, answer))
    return unreadable(L, e, status, NULL, problem);
  lua_pushvalue(L, answer);
  if (e->answer == PAY_A_LIST)
    return read_list(L, e);
  return read_object(L, e, status);
}

/* "0", with or without blanks around it. */
static int is_zero_text (const char *s) {
  s += strspn(s, " \t\r\n");
  return *s == '0' && s[1 + strspn(s + 1, " \t\r\n")] == '\0';
}

/* 1 for "0" as text or number, 0 for another code, -1 for none. */
static int is_ok (lua_State *L, const struct pay_api *api, int answer) {
  int ok = -1;
  if (api->ok_field == NULL)
    return 1;
  pay_push_path(L, answer, api->ok_field);
  if (lua_type(L, -1) == LUA_TNUMBER)
    ok = lua_tonumber(L, -1) == 0;
  else if (lua_type(L, -1) == LUA_TSTRING)
    ok = is_zero_text(lua_tostring(L, -1));
  lua_pop(L, 1);
  return ok;
}

/* An error's body is an error, whatever the status says. */
static int is_refusal (lua_State *L, const struct pay_api *api, int answer) {
  int marked;
  if (!lua_istable(L, answer))
    return 0;
  if (api->error_mark == NULL)
    return is_ok(L, api, answer) == 0;
  lua_getfield(L, answer, api->error_mark);
  marked = lua_istable(L, -1);
  lua_pop(L, 1);
  return marked;
}

int pay_interpret (lua_State *L, const struct pay_api *api,
                   const struct pay_endpoint *e, int status, int answer,
                   const char *problem) {
  luaL_checkstack(L, 16, "answer nested too deep");
  if (status < 200 || status > 299 || is_refusal(L, api, answer))
    return refuse(L, api, e, status, answer);
  if (lua_istable(L, answer) && e->answer != PAY_EITHER &&
      is_ok(L, api, answer) < 0)
    return unreadable(L, e, status, NULL, "the answer has no code");
  return read_result(L, e, status, answer, problem);
}
