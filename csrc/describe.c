/*
** describe.c - the tables as Lua tables, for the client, the manual, the
** editor and whoever wants to look.
*/
#include "core.h"
#include "verdict.h"

static const char *const types[] = {
  [PAY_STRING] = "string", [PAY_INTEGER] = "integer", [PAY_NUMBER] = "number",
  [PAY_MONEY] = "money",   [PAY_BOOLEAN] = "boolean", [PAY_ID] = "id",
  [PAY_OBJECT] = "object", [PAY_LIST] = "list",       [PAY_ANY] = "any"
};

static const char *const places[] = { [PAY_BODY] = "body",
                                      [PAY_PATH] = "path",
                                      [PAY_QUERY] = "query",
                                      [PAY_HEADER] = "header",
                                      [PAY_WHOLE] = "whole" };

static const char *const formats[] = { [PAY_PLAIN] = NULL,
                                       [PAY_UUID] = "uuid",
                                       [PAY_DATE] = "date",
                                       [PAY_MONTH] = "month",
                                       [PAY_DATE_TIME] = "date-time",
                                       [PAY_URL] = "url",
                                       [PAY_HTTPS] = "https",
                                       [PAY_CURRENCY] = "currency",
                                       [PAY_COUNTRY] = "country",
                                       [PAY_DIGITS] = "digits",
                                       [PAY_PHONE] = "phone",
                                       [PAY_DAY] = "day",
                                       [PAY_TOKEN68] = "token68" };

static const char *const units[] = { [PAY_DECIMAL] = "decimal",
                                     [PAY_MINOR] = "minor",
                                     [PAY_TEXT] = "text",
                                     [PAY_CENTS] = "cents" };

static const char *const styles[] = { [PAY_USUAL] = NULL,
                                      [PAY_ONE_ZERO] = "one_zero",
                                      [PAY_JOINED] = "joined",
                                      [PAY_JSON_TEXT] = "json" };

static const char *const bodies[] = { [PAY_NO_BODY] = NULL,
                                      [PAY_FORM] = "form",
                                      [PAY_MULTIPART] = "multipart",
                                      [PAY_JSON] = "json" };

static const char *const answers[] = { [PAY_AN_OBJECT] = "object",
                                       [PAY_A_LIST] = "list",
                                       [PAY_NOTHING] = "nothing",
                                       [PAY_BYTES] = "bytes",
                                       [PAY_EITHER] = "either" };

static const char *const repeats[] = { [PAY_ONCE] = "once",
                                       [PAY_READ] = "read",
                                       [PAY_SAFE] = "safe",
                                       [PAY_KEYED] = "keyed" };

static const struct {
  unsigned flag;
  const char *name;
} flags[] = { { PAY_REQUIRED, "required" },
              { PAY_NULLABLE, "nullable" },
              { PAY_SECRET, "secret" },
              { PAY_SIGNED, "signed" },
              { PAY_CLIENT, "client" },
              { PAY_SIGNATURE, "signature" },
              { PAY_LINES, "lines" },
              { PAY_SENT_EMPTY, "sent_empty" },
              { PAY_KEY, "key" },
              { PAY_TRIM, "trim" },
              { 0, NULL } };

static void set (lua_State *L, const char *name, const char *value) {
  if (value == NULL)
    return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

static void set_true (lua_State *L, const char *name) {
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, name);
}

static void set_bound (lua_State *L, const char *name, double x) {
  if (x == 0)
    return;
  pay_pushwhole(L, (long long)x);
  if (x != (double)(long long)x) {
    lua_pop(L, 1);
    lua_pushnumber(L, (lua_Number)x);
  }
  lua_setfield(L, -2, name);
}

static void set_choices (lua_State *L, const char *const *choices) {
  int i;
  if (choices == NULL)
    return;
  lua_newtable(L);
  for (i = 0; choices[i] != NULL; i++) {
    lua_pushstring(L, choices[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "choices");
}

static void set_fields (lua_State *L, const char *name,
                        const struct pay_field *f, int placed);

static void push_field (lua_State *L, const struct pay_field *f, int placed) {
  int i;
  luaL_checkstack(L, 8, "fields nested too deep");
  lua_newtable(L);
  set(L, "name", f->name);
  set(L, "alias", f->alias);
  set(L, "json_name", f->json_name);
  set(L, "type", types[f->type]);
  if (placed)
    set(L, "location", places[f->place]);
  set(L, "format", formats[f->format]);
  set(L, "style", styles[f->style]);
  set(L, "unit", f->type == PAY_MONEY ? units[f->unit] : NULL);
  set(L, "currency", f->currency);
  set(L, "preset", f->preset);
  set(L, "doc", f->doc);
  set_bound(L, "min", f->min);
  set_bound(L, "max", f->max);
  set_bound(L, "digits", f->digits);
  set_choices(L, f->choices);
  if (f->separator != '\0') {
    lua_pushlstring(L, &f->separator, 1);
    lua_setfield(L, -2, "separator");
  }
  for (i = 0; flags[i].name != NULL; i++) {
    if (f->flags & flags[i].flag)
      set_true(L, flags[i].name);
  }
  if (f->fields != NULL)
    set_fields(L, "fields", f->fields, 0);
  if (f->element != NULL) {
    push_field(L, f->element, 0);
    lua_setfield(L, -2, "element");
  }
}

static void set_fields (lua_State *L, const char *name,
                        const struct pay_field *f, int placed) {
  int i;
  lua_newtable(L);
  for (i = 1; f != NULL && f->name != NULL; f++, i++) {
    push_field(L, f, placed);
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, name);
}

static void set_success (lua_State *L, const int *success) {
  int i;
  lua_newtable(L);
  for (i = 0; success != NULL && success[i] != 0; i++) {
    pay_pushwhole(L, success[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "success");
}

static void set_refusals (lua_State *L, const struct pay_refusal *r) {
  int i;
  lua_newtable(L);
  for (i = 1; r != NULL && r->status != 0; r++, i++) {
    lua_newtable(L);
    pay_pushwhole(L, r->status);
    lua_setfield(L, -2, "status");
    set(L, "code", r->code);
    set(L, "kind", r->kind);
    set(L, "doc", r->doc);
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, "refusals");
}

void pay_describe (lua_State *L, const struct pay_api *api,
                   const struct pay_endpoint *e) {
  lua_createtable(L, 0, 16);
  set(L, "api", api->name);
  set(L, "name", e->name);
  set(L, "title", e->title);
  set(L, "method", e->method);
  set(L, "path", e->path);
  set(L, "body", bodies[e->body]);
  set(L, "answer", answers[e->answer]);
  set(L, "root", e->root);
  set(L, "repeat", repeats[e->repeat]);
  set(L, "doc", e->doc);
  pay_pushwhole(L, e->host + 1);
  lua_setfield(L, -2, "host");
  lua_pushboolean(L, e->repeat != PAY_ONCE);
  lua_setfield(L, -2, "safe_to_repeat");
  if (e->open)
    set_true(L, "open");
  if (pay_is_harmless(e))
    set_true(L, "harmless");
  if (e->any_bytes)
    set_true(L, "any_bytes");
  if (e->test_only)
    set_true(L, "test_only");
  set_success(L, e->success);
  set_refusals(L, e->refusals);
  pay_describe_rules(L, e);
  set_fields(L, "params", e->args, 1);
  set_fields(L, "result", e->result, 0);
}

void pay_describe_api (lua_State *L, const struct pay_api *api) {
  const struct pay_host *h;
  int i;
  lua_newtable(L);
  set(L, "name", api->name);
  set(L, "title", api->title);
  set(L, "doc", api->doc);
  lua_newtable(L);
  for (h = api->hosts, i = 1; h->production || h->sandbox; h++, i++) {
    lua_newtable(L);
    set(L, "production", h->production);
    set(L, "sandbox", h->sandbox);
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, "hosts");
}
