/*
** request.c - from arguments to a request: method, target, headers, body.
** Nothing is sent here, and nothing that is wrong gets further.
**
** A client's settings: 'lenient' lets fields pass that the tables do not
** know; 'redact' writes *** for secrets; 'json' sends a form as a JSON
** object; 'query' puts the inputs of a GET in the query string; 'rename'
** has other names for fields of a form; 'currency' is that of amounts whose
** call has no field for it; and arguments that belong to the
** client are found under their names.
*/
#include <string.h>

#include "api.h"
#include "core.h"
#include "money.h"

#define PAY_BOUNDARY "luapay-8d1f0c2e9a7b4365"

enum pay_inputs { PAY_AS_FORM, PAY_AS_MULTIPART, PAY_AS_JSON, PAY_AS_QUERY };

struct pay_request {
  lua_State *L;
  const struct pay_endpoint *e;
  int table, headers; /* stack indices of what is being made */
  int settings, made; /* 0: none */
  int renames;        /* the settings have other names for fields */
  enum pay_inputs inputs;
  struct pay_text target, body;
};

/* The name of a form's field; what the settings hold stays alive. */
static const char *name_of (struct pay_request *r, const struct pay_field *f) {
  const char *name = NULL;
  if (!r->renames)
    return f->name;
  lua_getfield(r->L, r->settings, "rename");
  lua_getfield(r->L, -1, f->name);
  name = lua_tostring(r->L, -1);
  lua_pop(r->L, 2);
  return name != NULL ? name : f->name;
}

static void add_pair (struct pay_text *t, char between, const char *name,
                      const struct pay_wire *w) {
  if (t->n > 0)
    pay_text_char(t, between);
  pay_add_escaped(t, name, strlen(name));
  pay_text_char(t, '=');
  pay_add_escaped(t, w->s, w->n);
}

static void add_query (struct pay_request *r, const char *name,
                       const struct pay_wire *w) {
  int first = memchr(r->target.s, '?', r->target.n) == NULL;
  add_pair(&r->target, first ? '?' : '&', name, w);
}

static int holds (const char *s, size_t n, const char *part) {
  size_t length = strlen(part);
  const char *end = s + n;
  while ((size_t)(end - s) >= length) {
    const char *next = memchr(s, part[0], (size_t)(end - s) - length + 1);
    if (next == NULL)
      return 0;
    if (memcmp(next, part, length) == 0)
      return 1;
    s = next + 1;
  }
  return 0;
}

static int add_part (struct pay_request *r, const char *name,
                     const struct pay_position *at, const struct pay_wire *w) {
  struct pay_text *t = &r->body;
  if (holds(w->s, w->n, PAY_BOUNDARY))
    return pay_refuse(r->L, at, "must not hold \"" PAY_BOUNDARY "\"");
  pay_text_string(t, "--" PAY_BOUNDARY "\r\n"
                     "Content-Disposition: form-data; name=\"");
  for (; *name != '\0'; name++) {
    if (*name == '"')
      pay_text_string(t, "%22");
    else
      pay_text_char(t, *name);
  }
  pay_text_string(t, "\"\r\n\r\n");
  pay_text_add(t, w->s, w->n);
  pay_text_string(t, "\r\n");
  return 1;
}

static int add_input (struct pay_request *r, const struct pay_field *f,
                      const struct pay_position *at,
                      const struct pay_wire *w) {
  const char *name = name_of(r, f);
  if (r->inputs == PAY_AS_QUERY)
    add_query(r, name, w);
  else if (r->inputs == PAY_AS_MULTIPART)
    return add_part(r, name, at, w);
  else
    add_pair(&r->body, '&', name, w);
  return 1;
}

static void add_header (struct pay_request *r, const struct pay_field *f,
                        const struct pay_wire *w) {
  lua_pushlstring(r->L, w->s, w->n);
  lua_setfield(r->L, r->headers, f->name);
}

/* The value on the top goes where its field says. */
static int place (struct pay_request *r, const struct pay_field *f,
                  const struct pay_position *at) {
  struct pay_wire w;
  if (f->place == PAY_WHOLE)
    return pay_add_json(r->L, f, at, &r->body);
  if (f->place == PAY_BODY && r->inputs == PAY_AS_JSON)
    return pay_add_json_member(r->L, f, at, &r->body);
  if (!pay_to_wire(r->L, f, at, &w))
    return 0;
  if (f->place == PAY_HEADER)
    add_header(r, f, &w);
  else if (f->place == PAY_QUERY)
    add_query(r, f->name, &w);
  else
    return add_input(r, f, at, &w);
  return 1;
}

static int is_set (struct pay_request *r, const char *name) {
  int yes;
  if (r->settings == 0)
    return 0;
  lua_getfield(r->L, r->settings, name);
  yes = lua_toboolean(r->L, -1);
  lua_pop(r->L, 1);
  return yes;
}

/* The currency of amounts that no field states one for. */
static const struct pay_currency *client_currency (struct pay_request *r) {
  const struct pay_currency *currency = NULL;
  if (r->settings == 0)
    return NULL;
  lua_getfield(r->L, r->settings, "currency");
  if (lua_type(r->L, -1) == LUA_TSTRING)
    currency = pay_currency_named(lua_tostring(r->L, -1));
  lua_pop(r->L, 1);
  return currency;
}

static enum pay_inputs choose_inputs (struct pay_request *r) {
  if (r->e->body == PAY_JSON || (r->e->body == PAY_FORM && is_set(r, "json")))
    return PAY_AS_JSON;
  if (r->e->body == PAY_NO_BODY)
    return PAY_AS_QUERY;
  if (strcmp(r->e->method, "GET") == 0 && is_set(r, "query"))
    return PAY_AS_QUERY;
  return r->e->body == PAY_MULTIPART ? PAY_AS_MULTIPART : PAY_AS_FORM;
}

/* Replaces the nil on the top by what was made for this call, or by what
   the client has set, if there is such. */
static void get_default (struct pay_request *r, const struct pay_field *f) {
  if (r->made != 0 && (f->place == PAY_HEADER || (f->flags & PAY_KEY))) {
    lua_pop(r->L, 1);
    pay_push_raw(r->L, r->made, f->name);
  }
  if (!(f->flags & PAY_CLIENT) || r->settings == 0 || !lua_isnil(r->L, -1))
    return;
  lua_pop(r->L, 1);
  lua_getfield(r->L, r->settings, f->name);
}

static int place_absent (struct pay_request *r, const struct pay_field *f,
                         const struct pay_position *at) {
  struct pay_wire empty = { "", 0, 0, "" };
  if (f->flags & PAY_SIGNATURE)
    return 1;
  if (f->flags & PAY_SENT_EMPTY)
    return add_input(r, f, at, &empty);
  return pay_check_absent(r->L, f, at, r->e->args);
}

static int add_path_value (struct pay_request *r,
                           const struct pay_position *root, const char *name,
                           size_t n) {
  lua_State *L = r->L;
  const struct pay_field *f = r->e->args;
  struct pay_position here;
  struct pay_wire w;
  while (strncmp(f->name, name, n) != 0 || f->name[n] != '\0')
    f++; /* a spec sees to it that each {name} is a field */
  pay_position_field(&here, root, f->name, root->table);
  pay_get(L, f, &here, 0, 0);
  if (lua_isnil(L, -1))
    get_default(r, f);
  if (lua_isnil(L, -1))
    return pay_check_absent(L, f, &here, r->e->args);
  if (!pay_to_wire(L, f, &here, &w))
    return 0;
  if (w.n == 0 || (w.s[0] == '.' && (w.n == 1 || (w.n == 2 && w.s[1] == '.'))))
    return pay_refuse(L, &here, "cannot stand in a path");
  pay_add_escaped(&r->target, w.s, w.n);
  lua_pop(L, 1);
  return 1;
}

static int add_path (struct pay_request *r, const struct pay_position *root) {
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
static int add_fields (struct pay_request *r,
                       const struct pay_position *root) {
  lua_State *L = r->L;
  const struct pay_field *f;
  int top = lua_gettop(L), known = 0, names = 0;
  if (r->e->args != NULL) {
    pay_push_names(L, r->e->args);
    names = ++top;
  }
  for (f = r->e->args; f != NULL && f->name != NULL; f++) {
    struct pay_position here;
    int given;
    pay_position_field(&here, root, f->name, root->table);
    given = pay_get(L, f, &here, names, (int)(f - r->e->args) + 1);
    known += given;
    if (f->place != PAY_PATH) {
      if (!given && lua_isnil(L, -1))
        get_default(r, f);
      if (!given && lua_isnil(L, -1) ? !place_absent(r, f, &here)
                                     : !place(r, f, &here))
        return 0;
    }
    lua_settop(L, top);
  }
  return pay_check_keys(L, root->table, r->e->args, root, known);
}

static int has_own_body (const struct pay_endpoint *e) {
  const struct pay_field *f;
  for (f = e->args; f != NULL && f->name != NULL; f++) {
    if (f->place == PAY_WHOLE)
      return 1;
  }
  return 0;
}

/* Whether a field that the tables know is sent under that name. */
static int is_written (struct pay_request *r, const char *name) {
  const struct pay_field *f;
  for (f = r->e->args; f != NULL && f->name != NULL; f++) {
    if (f->json_name != NULL && strcmp(f->json_name, name) == 0)
      return 1;
    if (strcmp(name_of(r, f), name) == 0)
      return 1;
  }
  return 0;
}

static int check_unknown (struct pay_request *r, const struct pay_position *at,
                          const char *name, size_t n) {
  if (has_own_body(r->e))
    return pay_refuse(r->L, at,
                      "no such field, and the body has no place "
                      "for another");
  if (is_written(r, name))
    return pay_refuse(r->L, at, "is how another field is sent");
  return pay_check_name(r->L, at, name, n);
}

/* What the tables do not know goes the way of the body's other fields. */
static int add_unknown_fields (struct pay_request *r,
                               const struct pay_position *root) {
  lua_State *L = r->L;
  int top = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, root->table); lua_settop(L, top + 1)) {
    struct pay_field f = { .type = PAY_ANY };
    struct pay_position here;
    size_t n;
    f.name = lua_tolstring(L, top + 1, &n); /* text: keys are checked */
    if (pay_field(r->e->args, f.name) != NULL)
      continue;
    if (r->inputs != PAY_AS_JSON && lua_type(L, -1) == LUA_TSTRING)
      f.type = PAY_STRING;
    pay_position_field(&here, root, f.name, root->table);
    if (!check_unknown(r, &here, f.name, n) || !place(r, &f, &here))
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
  lua_createtable(L, 0, 4);
  lua_pushvalue(L, -1);
  lua_setfield(L, r->table, "headers");
  r->headers = r->table + 1;
  pay_text_open(L, &r->target);
  pay_text_open(L, &r->body);
}

static int write_request (struct pay_request *r,
                          const struct pay_position *root) {
  int object = r->inputs == PAY_AS_JSON && !has_own_body(r->e);
  if (!add_path(r, root))
    return 0;
  if (object)
    pay_text_char(&r->body, '{');
  if (!add_fields(r, root) || !pay_check_rules(r->L, r->e, root))
    return 0;
  if (root->lenient && !add_unknown_fields(r, root))
    return 0;
  if (object)
    pay_text_char(&r->body, '}');
  return 1;
}

int pay_prepare (lua_State *L, const struct pay_endpoint *e, int args,
                 int settings, const char *base, int made) {
  struct pay_request r;
  struct pay_position root;
  r.L = L;
  r.e = e;
  r.settings = settings;
  r.made = made;
  r.inputs = choose_inputs(&r);
  r.renames = is_set(&r, "rename");
  pay_position_field(&root, NULL, NULL, args);
  root.lenient = is_set(&r, "lenient");
  root.redact = is_set(&r, "redact");
  root.currency = client_currency(&r);
  if (!pay_check_plain(L, args, &root))
    return 0;
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
