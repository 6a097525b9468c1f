/*
** answer.c - from a status and a decoded answer to a result or a fault.
*/
#include <math.h>
#include <string.h>

#include "api.h"
#include "core.h"
#include "money.h"

#define PAY_FLOAT_DIGITS 15     /* what a float surely keeps */
#define PAY_LONG_NUMBER  '\x1f' /* first character of its text */

struct pay_verdict {
  int status;       /* of HTTP */
  const char *kind; /* of the fault */
  const char *code; /* the provider's own, or NULL */
  const char *text; /* what it says, or NULL */
  const char *correlation_id;
  int unknown; /* money may have moved */
  int renew;   /* the session is gone */
};

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

#define MAX_EXACT 9007199254740992.0 /* 2^53 */

/* Text whatever JSON says: decimals keep their digits so. */
static int is_text (const struct pay_field *f) {
  return f != NULL && (f->type == PAY_STRING ||
                       (f->type == PAY_MONEY && f->unit != PAY_MINOR));
}

/* Integers where Lua has them; a float that is whole is one. */
static void read_number (lua_State *L, const struct pay_field *f) {
  double x = (double)lua_tonumber(L, -1);
  struct pay_decimal d = { 0, 0 };
  char room[PAY_DECIMAL_ROOM];
  int whole = x == floor(x) && fabs(x) <= MAX_EXACT;
  if (is_text(f) && pay_decimal_from(&d, x, 9) == PAY_DECIMAL_OK)
    lua_pushlstring(L, room, pay_decimal_write(&d, room));
  else if (whole)
    pay_pushwhole(L, (long long)x);
  else
    return;
  lua_replace(L, -2);
}

/* Whole digits that an integer of this Lua holds exactly. */
static int to_whole (const char *s, size_t n, long long *x) {
  const long long most = PAY_MAX_INTEGER;
  size_t i = n > 0 && *s == '-';
  int negative = (int)i;
  for (*x = 0; i < n; i++) {
    int digit = s[i] - '0';
    if (digit < 0 || digit > 9 || *x > (most - digit) / 10)
      return 0;
    *x = *x * 10 + digit;
  }
  *x = negative ? -*x : *x;
  return n > (size_t)negative;
}

/* What the scan has put in quotes: an integer if it fits, else its text. */
static void read_long (lua_State *L, const struct pay_field *f, const char *s,
                       size_t n) {
  long long x;
  if (!is_text(f) && to_whole(s, n, &x))
    pay_pushwhole(L, x);
  else
    lua_pushlstring(L, s, n);
  lua_replace(L, -2);
}

static int is_yes (const char *s) {
  return strcmp(s, "true") == 0 || strcmp(s, "True") == 0;
}

static void read_string (lua_State *L, const struct pay_field *f) {
  size_t n;
  const char *s = lua_tolstring(L, -1, &n);
  long long x;
  if (n > 1 && s[0] == PAY_LONG_NUMBER)
    read_long(L, f, s + 1, n - 1);
  else if (f != NULL && f->type == PAY_BOOLEAN) {
    lua_pushboolean(L, is_yes(s));
    lua_replace(L, -2);
  }
  else if (f != NULL && f->type == PAY_INTEGER && to_whole(s, n, &x)) {
    pay_pushwhole(L, x);
    lua_replace(L, -2);
  }
}

static const struct pay_field *member (const struct pay_field *f, lua_State *L,
                                       int key) {
  if (f == NULL || f->fields == NULL)
    return NULL;
  if (lua_type(L, key) != LUA_TSTRING) /* an element of a list */
    return f;
  return pay_field(f->fields, lua_tostring(L, key));
}

static void copy_field (lua_State *L, const char *from, const char *to) {
  lua_getfield(L, -1, to);
  if (lua_isnil(L, -1)) {
    lua_getfield(L, -2, from);
    lua_setfield(L, -3, to);
  }
  lua_pop(L, 1);
}

/* A misspelt name also answers to its right spelling. */
static void read_aliases (lua_State *L, const struct pay_field *f) {
  for (; f != NULL && f->name != NULL; f++) {
    if (f->alias != NULL) {
      copy_field(L, f->alias, f->name);
      copy_field(L, f->name, f->alias);
    }
  }
}

/* Moves what stands under "name " to "name". */
static void trim_key (lua_State *L, int table) {
  size_t n, length;
  const char *s = lua_tolstring(L, -1, &length);
  for (n = length; n > 0 && s[n - 1] == ' '; n--)
    ;
  lua_pushlstring(L, s, n);
  lua_pushvalue(L, -2);
  lua_rawget(L, table);
  lua_rawset(L, table);
  lua_pushvalue(L, -1);
  lua_pushnil(L);
  lua_rawset(L, table);
}

/* One at a time: a table must not grow while it is walked. */
static void trim_keys (lua_State *L, int table) {
  for (lua_pushnil(L); lua_next(L, table);) {
    size_t n;
    const char *s;
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING)
      continue;
    s = lua_tolstring(L, -1, &n);
    if (n == 0 || s[n - 1] != ' ')
      continue;
    trim_key(L, table);
    lua_pop(L, 1);
    lua_pushnil(L);
  }
}

static void read_table (lua_State *L, const struct pay_field *f) {
  int table = lua_gettop(L);
  luaL_checkstack(L, 8, "answer nested too deep");
  if (f != NULL && (f->flags & PAY_TRIM))
    trim_keys(L, table);
  for (lua_pushnil(L); lua_next(L, table);) {
    if (lua_islightuserdata(L, -1)) {
      lua_pop(L, 1);
      lua_pushnil(L);
    }
    else
      pay_read(L, member(f, L, table + 1));
    lua_pushvalue(L, table + 1);
    lua_insert(L, -2);
    lua_rawset(L, table);
  }
  if (f != NULL)
    read_aliases(L, f->fields);
}

void pay_read (lua_State *L, const struct pay_field *f) {
  switch (lua_type(L, -1)) {
    case LUA_TNUMBER: read_number(L, f); break;
    case LUA_TSTRING: read_string(L, f); break;
    case LUA_TTABLE: read_table(L, f); break;
    default: break;
  }
}

static void push_path (lua_State *L, int answer, const char *path) {
  lua_pushvalue(L, answer);
  while (path != NULL && *path != '\0' && lua_istable(L, -1)) {
    const char *dot = strchr(path, '.');
    size_t n = dot != NULL ? (size_t)(dot - path) : strlen(path);
    lua_pushlstring(L, path, n);
    lua_gettable(L, -2);
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

static void judge (struct pay_verdict *v, const struct pay_endpoint *e) {
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
    push_path(L, answer, s->code);
    v.code = as_text(L);
    if (v.code == NULL) {
      push_path(L, answer, s->other_code);
      v.code = as_text(L);
    }
    push_path(L, answer, s->correlation_id);
    v.correlation_id = as_text(L);
    push_path(L, answer, s->message);
    fill_in(L, answer, s->variables);
    v.text = as_text(L);
  }
  judge(&v, e);
  return push_fault(L, &v);
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
  return push_fault(L, &v);
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
  push_path(L, answer, api->ok_field);
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
