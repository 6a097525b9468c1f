/*
** describe.c - the tables as Lua tables, for the client, the manual, the
** editor and whoever wants to look.
*/
#include "core.h"

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

static void push_field (lua_State *L, const struct pay_field *f, int placed);

/* By which neighbour, and for each of its values what the field is then. */
static void set_variants (lua_State *L, const struct pay_field *f) {
  int i;
  pay_set_text(L, "by", f->by);
  lua_newtable(L);
  for (i = 0; f->variants[i].is != NULL; i++) {
    lua_newtable(L);
    pay_set_text(L, "is", f->variants[i].is);
    push_field(L, f->variants[i].field, 0);
    lua_setfield(L, -2, "field");
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "variants");
}

static void push_field (lua_State *L, const struct pay_field *f, int placed) {
  int i;
  luaL_checkstack(L, 8, "fields nested too deep");
  lua_newtable(L);
  pay_set_text(L, "name", f->name);
  pay_set_text(L, "alias", f->alias);
  pay_set_text(L, "json_name", f->json_name);
  pay_set_text(L, "type", types[f->type]);
  if (placed)
    pay_set_text(L, "location", places[f->place]);
  pay_set_text(L, "format", formats[f->format]);
  pay_set_text(L, "style", styles[f->style]);
  pay_set_text(L, "unit", f->type == PAY_MONEY ? units[f->unit] : NULL);
  pay_set_text(L, "currency", f->currency);
  pay_set_text(L, "preset", f->preset);
  pay_set_text(L, "doc", f->doc);
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
  if (f->variants != NULL)
    set_variants(L, f);
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
    pay_set_text(L, "code", r->code);
    pay_set_text(L, "kind", r->kind);
    pay_set_text(L, "doc", r->doc);
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, "refusals");
}

void pay_describe (lua_State *L, const struct pay_api *api,
                   const struct pay_endpoint *e) {
  lua_createtable(L, 0, 16);
  pay_set_text(L, "api", api->name);
  pay_set_text(L, "name", e->name);
  pay_set_text(L, "title", e->title);
  pay_set_text(L, "method", e->method);
  pay_set_text(L, "path", e->path);
  pay_set_text(L, "body", bodies[e->body]);
  pay_set_text(L, "answer", answers[e->answer]);
  pay_set_text(L, "root", e->root);
  pay_set_text(L, "repeat", repeats[e->repeat]);
  pay_set_text(L, "doc", e->doc);
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
  pay_set_text(L, "name", api->name);
  pay_set_text(L, "title", api->title);
  pay_set_text(L, "doc", api->doc);
  lua_newtable(L);
  for (h = api->hosts, i = 1; h->production || h->sandbox; h++, i++) {
    lua_newtable(L);
    pay_set_text(L, "production", h->production);
    pay_set_text(L, "sandbox", h->sandbox);
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, "hosts");
}
