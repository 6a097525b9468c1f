/*
** request.h - a request that is being made: between prepare.c, which knows
** what goes in, and inputs.c, which knows where it goes.
*/
#ifndef PAY_REQUEST_H
#define PAY_REQUEST_H

#include "core.h"

#pragma GCC visibility push(hidden)

#define PAY_BOUNDARY "luapay-8d1f0c2e9a7b4365"

enum pay_inputs { PAY_AS_FORM, PAY_AS_MULTIPART, PAY_AS_JSON, PAY_AS_QUERY };

struct pay_request {
  lua_State *L;
  const struct pay_endpoint *e;
  int table, headers; /* stack indices of what is being made */
  int settings;       /* 0: none */
  int renames;        /* the settings have other names for fields */
  enum pay_inputs inputs;
  struct pay_text target, body;
};

/* The value on the top goes where its field says. */
int pay_place (struct pay_request *r, const struct pay_field *f,
               const struct pay_spot *at);

/* The same for a value in its wire form, in the body or what stands for
   it. */
int pay_add_input (struct pay_request *r, const struct pay_field *f,
                   const struct pay_spot *at, const struct pay_wire *w);

#pragma GCC visibility pop

#endif
