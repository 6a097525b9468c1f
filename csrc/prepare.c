/*
** prepare.c - from arguments to a request: method, target, headers, body.
** Nothing is sent here, and nothing that is wrong gets further.
**
** A client's settings: 'lenient' lets fields pass that the tables do not
** know; 'redact' writes *** for secrets; 'json' sends a form as a JSON
** object; 'query' puts the inputs of a GET in the query string; 'rename'
** has other names for fields of a form; and arguments that belong to the
** client are found under their names.
*/
#include <string.h>

#include "api.h"
#include "request.h"

static int is_set (struct pay_request *r, const char *name) {
  int yes;
  if (r->settings == 0)
    return 0;
  lua_getfield(r->L, r->settings, name);
  yes = lua_toboolean(r->L, -1);
  lua_pop(r->L, 1);
  return yes;
}

static enum pay_inputs choose_inputs (struct pay_request *r) {
  if (r->e->body == PAY_JSON || (r->e->body == PAY_FORM && is_set(r, "json")))
    return PAY_AS_JSON;
  if (strcmp(r->e->method, "GET") == 0 && is_set(r, "query"))
    return PAY_AS_QUERY;
  return r->e->body == PAY_MULTIPART ? PAY_AS_MULTIPART : PAY_AS_FORM;
}

/* Replaces the nil on the top by what the client has set, if it has. */
static void get_default (struct pay_request *r, const struct pay_field *f) {
  if (!(f->flags & PAY_CLIENT) || r->settings == 0)
    return;
  lua_pop(r->L, 1);
  lua_getfield(r->L, r->settings, f->name);
}

static int place_absent (struct pay_request *r, const struct pay_field *f,
                         const struct pay_spot *at) {
  struct pay_wire empty = { "", 0, 0, "" };
  if (f->flags & PAY_SIGNATURE)
    return 1;
  if (f->flags & PAY_SENT_EMPTY)
    return pay_add_input(r, f, at, &empty);
  return pay_check_absent(r->L, f, at, r->e->args);
}

static int add_path_value (struct pay_request *r, const struct pay_spot *root,
                           const char *name, size_t n) {
  lua_State *L = r->L;
  const struct pay_field *f = r->e->args;
  struct pay_spot here;
  struct pay_wire w;
  while (strncmp(f->name, name, n) != 0 || f->name[n] != '\0')
    f++; /* a spec sees to it that each {name} is a field */
  pay_spot_field(&here, root, f->name, root->table);
  pay_get(L, f, &here);
  if (lua_isnil(L, -1))
    get_default(r, f);
  if (lua_isnil(L, -1))
    return pay_check_absent(L, f, &here, r->e->args);
  if (!pay_to_wire(L, f, &here, &w))
    return 0;
  if (w.n == 0 || (w.s[0] == '.' && (w.n == 1 || (w.n == 2 && w.s[1] == '.'))))
    return pay_complain(L, &here, "cannot stand in a path");
  pay_add_escaped(&r->target, w.s, w.n);
  lua_pop(L, 1);
  return 1;
}

static int add_path (struct pay_request *r, const struct pay_spot *root) {
  const char *s = r->e->path;
  for (;;) {
    const char *open = strchr(s, '{'), *close;
    if (open == NULL) {
      pay_text_string(&r->target, s);
      return 1;
    }
    pay_text_add(&r->target, s, (size_t)(open - s));
    close = strchr(open, '}');
    if (!add_path_value(r, root, open + 1, (size_t)(close - open - 1)))
      return 0;
    s = close + 1;
  }
}

/* Two fields of the same name, in the path and in the body, are one. */
static int add_fields (struct pay_request *r, const struct pay_spot *root) {
  lua_State *L = r->L;
  const struct pay_field *f;
  int top = lua_gettop(L), known = 0;
  for (f = r->e->args; f != NULL && f->name != NULL; f++) {
    struct pay_spot here;
    pay_spot_field(&here, root, f->name, root->table);
    known += pay_get(L, f, &here);
    if (f->place != PAY_PATH) {
      if (lua_isnil(L, -1))
        get_default(r, f);
      if (lua_isnil(L, -1) ? !place_absent(r, f, &here)
                           : !pay_place(r, f, &here))
        return 0;
    }
    lua_settop(L, top);
  }
  return pay_check_keys(L, root->table, r->e->args, root, known);
}

/* What the tables do not know goes the way of the body's other fields. */
static int add_unknown (struct pay_request *r, const struct pay_spot *root) {
  lua_State *L = r->L;
  for (lua_pushnil(L); lua_next(L, root->table); lua_pop(L, 1)) {
    struct pay_field f = { .type = PAY_ANY };
    struct pay_spot here;
    f.name = lua_tostring(L, -2);
    if (pay_field(r->e->args, f.name) != NULL)
      continue;
    if (r->inputs != PAY_AS_JSON && lua_type(L, -1) == LUA_TSTRING)
      f.type = PAY_STRING;
    pay_spot_field(&here, root, f.name, root->table);
    if (!pay_place(r, &f, &here))
      return 0;
  }
  return 1;
}

static void set_header (struct pay_request *r, const char *name,
                        const char *value) {
  lua_pushstring(r->L, value);
  lua_setfield(r->L, r->headers, name);
}

static void finish_body (struct pay_request *r) {
  if (r->inputs == PAY_AS_MULTIPART && r->body.n > 0) {
    pay_text_string(&r->body, "--" PAY_BOUNDARY "--\r\n");
    set_header(r, "content-type",
               "multipart/form-data; boundary=" PAY_BOUNDARY);
  }
  else if (r->inputs == PAY_AS_JSON)
    set_header(r, "content-type", "application/json");
  else if (r->body.n > 0)
    set_header(r, "content-type",
               "application/x-www-form-urlencoded; charset=utf-8");
  if (r->body.n > 0) {
    pay_text_push(&r->body);
    lua_setfield(r->L, r->table, "body");
  }
}

static void open_request (struct pay_request *r) {
  lua_State *L = r->L;
  luaL_checkstack(L, 20, "too many arguments");
  lua_createtable(L, 0, 8);
  r->table = lua_gettop(L);
  lua_pushstring(L, r->e->method);
  lua_setfield(L, r->table, "method");
  lua_createtable(L, 0, 2);
  lua_pushvalue(L, -1);
  lua_setfield(L, r->table, "headers");
  r->headers = r->table + 1;
  pay_text_open(L, &r->target);
  pay_text_open(L, &r->body);
}

static int has_own_body (const struct pay_endpoint *e) {
  const struct pay_field *f;
  for (f = e->args; f != NULL && f->name != NULL; f++) {
    if (f->place == PAY_WHOLE)
      return 1;
  }
  return 0;
}

static int write_request (struct pay_request *r, const struct pay_spot *root) {
  int object = r->inputs == PAY_AS_JSON && !has_own_body(r->e);
  if (!add_path(r, root))
    return 0;
  if (object)
    pay_text_char(&r->body, '{');
  if (!add_fields(r, root) || !pay_check_rules(r->L, r->e, root))
    return 0;
  if (root->lenient && !add_unknown(r, root))
    return 0;
  if (object)
    pay_text_char(&r->body, '}');
  return 1;
}

int pay_prepare (lua_State *L, const struct pay_endpoint *e, int args,
                 int settings, const char *base) {
  struct pay_request r;
  struct pay_spot root;
  r.L = L;
  r.e = e;
  r.settings = settings;
  r.inputs = choose_inputs(&r);
  r.renames = is_set(&r, "rename");
  pay_spot_field(&root, NULL, NULL, args);
  root.lenient = is_set(&r, "lenient");
  root.redact = is_set(&r, "redact");
  open_request(&r);
  if (base != NULL)
    pay_text_string(&r.target, base);
  if (!write_request(&r, &root))
    return 0;
  finish_body(&r);
  pay_text_push(&r.target);
  lua_setfield(L, r.table, base != NULL ? "url" : "target");
  lua_settop(L, r.table);
  return 1;
}
