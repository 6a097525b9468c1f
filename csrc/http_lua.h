/*
** http_lua.h - answers of http.h as Lua values.
*/
#ifndef PAY_HTTP_LUA_H
#define PAY_HTTP_LUA_H

#include "compat.h"
#include "http.h"

#pragma GCC visibility push(hidden)

/*
** The metatable of a response, a table with 'status', 'body', and 'head' (its
** text) out of which 'headers' are made when they are first asked for.
*/
#define PAY_RESPONSE "luapay.http.response"

/* Makes it, and what belongs to it; once for each Lua, or more often. */
void pay_open_responses (lua_State *L);

/* Pushes only the body of one. */
void pay_push_body (lua_State *L, const struct pay_http_reader *r);

/* Pushes a response. The reader is cleared: what it held is Lua's. */
void pay_push_response (lua_State *L, struct pay_http_reader *r);

/*
** Adds the headers of the table at 'idx' to a request. Returns NULL or what
** is wrong; raises, with the request cleared, when one is no string.
*/
const char *pay_add_headers (lua_State *L, int idx,
                             struct pay_http_request *q);

#pragma GCC visibility pop

#endif
