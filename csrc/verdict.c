/*
** verdict.c - what an answer that is no result says of the money.
** A refusal says that nothing was done. A failure of the server says
** nothing at all, and so does what only a server in between may have said.
*/
#include "verdict.h"

#include <string.h>

void pay_push_path (lua_State *L, int answer, const char *path) {
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
void pay_fill_in (lua_State *L, int answer, const char *variables) {
  luaL_Buffer b;
  int text = lua_gettop(L), list = text + 1;
  const char *s = lua_tostring(L, text);
  pay_push_path(L, answer, variables);
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

void pay_judge (struct pay_verdict *v, const struct pay_endpoint *e) {
  const struct pay_refusal *r = find_refusal(v, e->refusals);
  v->kind = r != NULL ? r->kind : usual_kind(v->status);
  v->renew = r != NULL && r->renew;
  v->unknown = says_nothing(v->status) && !pay_is_harmless(e);
  if (v->text == NULL || *v->text == '\0')
    v->text = r != NULL ? r->doc : usual_text(v->status);
}

static void set (lua_State *L, const char *name, const char *value) {
  if (value == NULL)
    return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

int pay_push_fault (lua_State *L, const struct pay_verdict *v) {
  lua_createtable(L, 0, 6);
  set(L, "kind", v->kind);
  set(L, "outcome", v->unknown ? "unknown" : "failed");
  set(L, "message", v->text);
  set(L, "code", v->code);
  set(L, "correlation_id", v->correlation_id);
  pay_pushwhole(L, v->status);
  lua_setfield(L, -2, "status");
  if (v->renew) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "renew");
  }
  return 0;
}
