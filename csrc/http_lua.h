/*
** http_lua.h - answers of http.h as Lua values.
*/
#ifndef PAY_HTTP_LUA_H
#define PAY_HTTP_LUA_H

#include "compat.h"
#include "http.h"

#pragma GCC visibility push(hidden)

/* Makes the metatables of responses; once for each Lua, or more often. */
void pay_open_responses (lua_State *L);

/*
** Pushes a response: a table with 'status', 'body' and, made when it is
** first asked for, 'headers'. The reader is cleared: what it held is Lua's.
*/
void pay_push_response (lua_State *L, struct pay_http_reader *r);

/*
** Adds the headers of the table at 'idx' to a request. Returns NULL or what
** is wrong; raises, with the request cleared, when one is no string.
*/
const char *pay_add_headers (lua_State *L, int idx,
                             struct pay_http_request *q);

#pragma GCC visibility pop

#endif
