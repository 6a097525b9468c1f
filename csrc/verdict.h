/*
** verdict.h - what an answer that is no result says of the money.
*/
#ifndef PAY_VERDICT_H
#define PAY_VERDICT_H

#include "compat.h"
#include "pay.h"

#pragma GCC visibility push(hidden)

struct pay_verdict {
  int status;       /* of HTTP */
  const char *kind; /* of the fault */
  const char *code; /* the provider's own, or NULL */
  const char *text; /* what it says, or NULL */
  const char *correlation_id;
  int unknown; /* money may have moved */
  int renew;   /* the session is gone */
};

/* Pushes the value that a dotted path leads to, or nil. */
void pay_push_path (lua_State *L, int answer, const char *path);

/* Replaces %1, %2... in the text on the top by the elements of a list. */
void pay_fill_in (lua_State *L, int answer, const char *variables);

/* Fills in kind, unknown, renew and a text where there is none. */
void pay_judge (struct pay_verdict *v, const struct pay_endpoint *e);

/* Whether a call that is lost has moved nothing: it reads, or logs in. */
int pay_is_harmless (const struct pay_endpoint *e);

/* Pushes the fault; returns 0. */
int pay_push_fault (lua_State *L, const struct pay_verdict *v);

#pragma GCC visibility pop

#endif
