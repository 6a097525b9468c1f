/*
** answer.c - from a status and the text of an answer to a result, or to a
** fault that says of the money what is proved: "failed" where something
** proves it, else "unknown". It knows endpoints, and nothing of requests.
*/
#include <math.h>
#include <string.h>

#include "core.h"

struct pay_verdict {
  int status;       /* of HTTP */
  const char *kind; /* of the fault */
  const char *code; /* the provider's own, or NULL */
  const char *text; /* what it says, or NULL */
  const char *correlation_id;
  int unknown; /* money may have moved */
  int renew;   /* the session is gone */
};

static void push_path (lua_State *L, int answer, const char *path) {
  lua_pushvalue(L, answer);
  while (path != NULL && *path != '\0' && lua_istable(L, -1)) {
    const char *dot = strchr(path, '.');
    size_t n = dot != NULL ? (size_t)(dot - path) : strlen(path);
    lua_pushlstring(L, path, n);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    path += dot != NULL ? n + 1 : n;
  }
  if (path == NULL || *path != '\0') {
    lua_pop(L, 1);
    lua_pushnil(L);
  }
}

/* Once, not again in what was filled in: a value may hold a %1 too. */
static void fill_in (lua_State *L, int answer, const char *variables) {
  luaL_Buffer b;
  int text = lua_gettop(L), list = text + 1;
  const char *s = lua_tostring(L, text);
  push_path(L, answer, variables);
  if (s == NULL || !lua_istable(L, list)) {
    lua_settop(L, text);
    return;
  }
  luaL_buffinit(L, &b);
  for (; *s != '\0'; s++) {
    if (*s == '%' && s[1] >= '1' && s[1] <= '9') {
      lua_rawgeti(L, list, s[1] - '0');
      if (lua_isstring(L, -1)) {
        luaL_addvalue(&b);
        s++;
        continue;
      }
      lua_pop(L, 1);
    }
    luaL_addchar(&b, *s);
  }
  luaL_pushresult(&b);
  lua_replace(L, text);
  lua_settop(L, text);
}

int pay_is_harmless (const struct pay_endpoint *e) {
  return e->repeat == PAY_READ || (e->repeat == PAY_SAFE && e->open);
}

static const struct {
  int status;
  const char *kind;
} kinds[] = { { 401, "auth" },      { 403, "permission" },
              { 404, "not_found" }, { 408, "timeout" },
              { 409, "conflict" },  { 429, "rate_limited" },
              { 0, NULL } };

static const char *usual_kind (int status) {
  int i;
  for (i = 0; kinds[i].status != 0; i++) {
    if (kinds[i].status == status)
      return kinds[i].kind;
  }
  if (status >= 500)
    return "server";
  return status >= 300 && status <= 399 ? "redirect" : "refused";
}

/* 408 and 499 are what a gateway says when its own patience ended; below
   200 is no answer yet, or how a transport says that there is none. */
static int says_nothing (int status) {
  return status >= 500 || (status >= 300 && status <= 399) || status < 200 ||
         status == 408 || status == 499;
}

static const struct pay_refusal *find_refusal (const struct pay_verdict *v,
                                               const struct pay_refusal *r) {
  for (; r != NULL && r->status != 0; r++) {
    if (r->status != v->status)
      continue;
    if (r->code == NULL || (v->code != NULL && strcmp(r->code, v->code) == 0))
      return r;
  }
  return NULL;
}

static const char *usual_text (int status) {
  if (status >= 500)
    return "the server failed and did not say why";
  if (status >= 300 && status <= 399)
    return "the answer is a redirect, which is not followed";
  return "refused without a reason";
}

static void classify (struct pay_verdict *v, const struct pay_endpoint *e) {
  const struct pay_refusal *r = find_refusal(v, e->refusals);
  v->kind = r != NULL ? r->kind : usual_kind(v->status);
  v->renew = r != NULL && r->renew;
  v->unknown = says_nothing(v->status) && !pay_is_harmless(e);
  if (v->text == NULL || *v->text == '\0')
    v->text = r != NULL ? r->doc : usual_text(v->status);
}

static int push_fault (lua_State *L, const struct pay_verdict *v) {
  lua_createtable(L, 0, 6);
  pay_set_text(L, "kind", v->kind);
  pay_set_text(L, "outcome", v->unknown ? "unknown" : "failed");
  pay_set_text(L, "message", v->text);
  pay_set_text(L, "code", v->code);
  pay_set_text(L, "correlation_id", v->correlation_id);
  pay_pushwhole(L, v->status);
  lua_setfield(L, -2, "status");
  if (v->renew) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "renew");
  }
  return 0;
}

static int has (lua_State *L, int answer, const char *path) {
  int there;
  push_path(L, answer, path);
  there = !lua_isnil(L, -1);
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
  return lua_isstring(L, -1) ? lua_tostring(L, -1) : NULL;
}

/* What an answer is read for: the call, and the answer itself. */
struct answer {
  lua_State *L;
  const struct pay_api *api;
  const struct pay_endpoint *e;
  int status;          /* of HTTP */
  int value;           /* stack index: a table, another value, or nil */
  const char *problem; /* why there is none, or NULL */
};

/* What a refusal says of itself. */
static void read_refusal (const struct answer *a, struct pay_verdict *v) {
  lua_State *L = a->L;
  const struct pay_error_shape *s = find_shape(L, a->api, a->value);
  if (s == NULL)
    return;
  push_path(L, a->value, s->code);
  v->code = as_text(L);
  if (v->code == NULL) {
    push_path(L, a->value, s->other_code);
    v->code = as_text(L);
  }
  push_path(L, a->value, s->correlation_id);
  v->correlation_id = as_text(L);
  push_path(L, a->value, s->message);
  fill_in(L, a->value, s->variables);
  v->text = as_text(L);
}

static int is_blank (const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' && s[i] != '\n')
      return 0;
  }
  return 1;
}

/* Whether the value on the top says something: more than blanks and control
   characters, those of two bytes (U+0080 to U+00A0) included. */
static int is_said (lua_State *L) {
  size_t n, i;
  const unsigned char *s;
  if (lua_type(L, -1) != LUA_TSTRING)
    return 0;
  s = (const unsigned char *)lua_tolstring(L, -1, &n);
  for (i = 0; i < n; i++) {
    if (s[i] == 0xc2 && s[i + 1] <= 0xa0)
      i++;
    else if (s[i] > ' ' && s[i] != 0x7f)
      return 1;
  }
  return 0;
}

/* Whether the number on the top is one that no fraction is lost from. */
static int is_whole_number (lua_State *L) {
  double x = (double)lua_tonumber(L, -1);
  return lua_type(L, -1) == LUA_TNUMBER &&
         (lua_isinteger(L, -1) || (x == floor(x) && fabs(x) < PAY_MAX_EXACT));
}

/* Whether the value on the top is one of that field's. */
static int is_of_type (lua_State *L, const struct pay_field *f) {
  switch (f->type) {
    case PAY_ID: return is_whole_number(L) || is_said(L);
    case PAY_STRING: return is_said(L);
    case PAY_INTEGER: return is_whole_number(L);
    case PAY_NUMBER:
    case PAY_MONEY: return lua_type(L, -1) == LUA_TNUMBER || is_said(L);
    case PAY_BOOLEAN: return lua_isboolean(L, -1);
    case PAY_OBJECT:
    case PAY_LIST: return lua_istable(L, -1);
    default: return !lua_isnil(L, -1);
  }
}

static int has_good (lua_State *L, const struct pay_field *f) {
  int good;
  lua_getfield(L, -1, f->name);
  good = is_of_type(L, f);
  lua_pop(L, 1);
  return good;
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

/* Whether the answer has what only a success has: a required field. */
static int has_result (const struct answer *a) {
  lua_State *L = a->L;
  const struct pay_field *f = a->e->result;
  int found = 0;
  if (!lua_istable(L, a->value))
    return 0;
  lua_pushvalue(L, a->value);
  take_lone(L);
  unwrap(L, a->e);
  for (; f != NULL && f->name != NULL && !found; f++)
    found = (f->flags & PAY_REQUIRED) && has_good(L, f);
  lua_pop(L, 1);
  return found;
}

/* A refusal that cannot be read says so: its row knows what the provider's
   own refusals mean, and nobody knows whose this one is. What may have been
   done is not asked for again with another session. */
static int refuse (const struct answer *a, int unknown) {
  struct pay_verdict v = { 0 };
  v.status = a->status;
  read_refusal(a, &v);
  if ((v.text == NULL || *v.text == '\0') && has_result(a))
    v.text = "the answer says both that it was refused and that it was done";
  if (a->problem != NULL)
    v.text = lua_pushfstring(a->L, "answered with %d; the answer is %s",
                             a->status, a->problem);
  classify(&v, a->e);
  if (a->problem != NULL && a->status != 401)
    v.renew = 0; /* any server in between says 403 for reasons of its own */
  if (unknown && !pay_is_harmless(a->e))
    v.unknown = 1;
  if (v.unknown)
    v.renew = 0;
  return push_fault(a->L, &v);
}

/* A success that cannot be read: what it was about may well have happened,
   unless the lack itself says that it did not. */
static int unreadable (const struct answer *a, const char *kind,
                       const char *why) {
  struct pay_verdict v = { 0 };
  v.status = a->status;
  v.kind = kind != NULL ? kind : "decode";
  v.text = why;
  v.unknown = kind == NULL && !pay_is_harmless(a->e);
  return push_fault(a->L, &v);
}

static int no_answer (const struct answer *a) {
  if (a->problem == NULL)
    return unreadable(a, NULL, "the answer is empty");
  lua_pushfstring(a->L, "the answer is %s", a->problem);
  return unreadable(a, NULL, lua_tostring(a->L, -1));
}

/* The first required field that the table on the top lacks, or NULL. */
static const struct pay_field *missing_field (lua_State *L,
                                              const struct pay_field *f) {
  for (; f != NULL && f->name != NULL; f++) {
    if ((f->flags & PAY_REQUIRED) && !has_good(L, f))
      return f;
  }
  return NULL;
}

static int check_whole (const struct answer *a) {
  lua_State *L = a->L;
  const struct pay_field *f = missing_field(L, a->e->result);
  if (f == NULL)
    return 1;
  lua_getfield(L, -1, f->name);
  if (lua_isnil(L, -1))
    lua_pushfstring(L, "the answer has no \"%s\"", f->name);
  else
    lua_pushfstring(L, "\"%s\" in the answer is none", f->name);
  return unreadable(a, a->e->incomplete, lua_tostring(L, -1));
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
static int give_list (lua_State *L) {
  if (has_names(L)) {
    lua_createtable(L, 1, 0);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
  }
  return 1;
}

static int give_result (const struct answer *a) {
  lua_State *L = a->L;
  if (a->e->answer == PAY_NOTHING) {
    if (a->problem != NULL) /* the page of a gateway, perhaps */
      return no_answer(a);
    lua_newtable(L);
    return 1;
  }
  if (!lua_istable(L, a->value))
    return no_answer(a);
  lua_pushvalue(L, a->value);
  if (a->e->answer == PAY_A_LIST)
    return give_list(L);
  take_lone(L);
  unwrap(L, a->e);
  return check_whole(a);
}

enum code { NO_CODE, GOOD_CODE, REFUSAL_CODE, STRANGE_CODE };

/* "0" is success, and another whole number is an error; blanks around it
   are none. What else a text may say is written nowhere. */
static enum code meaning_of (const char *s) {
  s += strspn(s, " \t\r\n");
  if (*s == '0')
    return is_blank(s + 1, strlen(s + 1)) ? GOOD_CODE : STRANGE_CODE;
  if (*s == '-')
    s++;
  if (*s < '1' || *s > '9')
    return STRANGE_CODE;
  s += strspn(s, "0123456789");
  return is_blank(s, strlen(s)) ? REFUSAL_CODE : STRANGE_CODE;
}

/* What the field that says so in every answer of an API says. */
static enum code read_code (const struct answer *a) {
  lua_State *L = a->L;
  enum code code = NO_CODE;
  lua_getfield(L, a->value, a->api->ok_field);
  if (lua_isstring(L, -1))
    code = meaning_of(lua_tostring(L, -1));
  else if (!lua_isnil(L, -1))
    code = STRANGE_CODE;
  lua_pop(L, 1);
  return code;
}

/* An error's body is an error, whatever the status says. */
static int is_marked (const struct answer *a) {
  lua_State *L = a->L;
  int marked;
  if (a->api->error_mark == NULL)
    return 0;
  lua_getfield(L, a->value, a->api->error_mark);
  marked = lua_istable(L, -1);
  lua_pop(L, 1);
  return marked;
}

/* An answer with a status of success that may say otherwise. One that says
   both proves nothing. */
static int interpret_table (const struct answer *a) {
  if (is_marked(a))
    return refuse(a, has_result(a));
  if (a->api->ok_field == NULL)
    return give_result(a);
  switch (read_code(a)) {
    case GOOD_CODE: return give_result(a);
    case REFUSAL_CODE: return refuse(a, has_result(a));
    case STRANGE_CODE: return refuse(a, 1);
    default:
      if (a->e->answer == PAY_EITHER)
        return give_result(a);
      return unreadable(a, NULL, "the answer has no code");
  }
}

static int give_bytes (lua_State *L, const char *text, size_t n) {
  lua_createtable(L, 0, 1);
  lua_pushlstring(L, text, n);
  lua_setfield(L, -2, "content");
  return 1;
}

/* Pushes what the text means, nil when nothing; returns why not, or NULL. */
static const char *read_answer (lua_State *L, const struct pay_endpoint *e,
                                int good, const char *text, size_t n) {
  struct pay_field whole = { .type = PAY_OBJECT };
  struct pay_json j = { 0 };
  whole.fields = e->result;
  j.s = text;
  j.n = n;
  j.field = good ? &whole : NULL;
  j.root = good ? e->root : NULL;
  j.any_bytes = e->any_bytes;
  if (pay_read_json(L, &j))
    return NULL;
  pay_push_json_problem(L, &j);
  lua_pushnil(L);
  return lua_tostring(L, -2); /* its slot stays below */
}

int pay_interpret (lua_State *L, const struct pay_api *api,
                   const struct pay_endpoint *e, int status, const char *text,
                   size_t n, const char *problem) {
  struct answer a;
  int good = status >= 200 && status <= 299;
  luaL_checkstack(L, 24, "too deep in calls");
  a.L = L;
  a.api = api;
  a.e = e;
  a.status = status;
  a.problem = problem;
  if (good && problem == NULL && e->answer == PAY_BYTES)
    return give_bytes(L, text, n);
  if (problem == NULL && !is_blank(text, n))
    a.problem = read_answer(L, e, good, text, n);
  else
    lua_pushnil(L);
  a.value = lua_gettop(L);
  if (!good)
    return refuse(&a, has_result(&a));
  if (lua_istable(L, a.value))
    return interpret_table(&a);
  if (e->answer == PAY_EITHER && problem == NULL && !is_blank(text, n))
    return give_bytes(L, text, n);
  return give_result(&a);
}
