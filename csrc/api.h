/*
** api.h - the tables, one of each API, and finding an endpoint in them.
** An endpoint's number is its position over all APIs, from 1.
*/
#ifndef PAY_API_H
#define PAY_API_H

#include "pay.h"

#pragma GCC visibility push(hidden)

extern const struct pay_api pay_infobip;
extern const struct pay_api pay_mobip;
extern const struct pay_api pay_mobilepay_online;
extern const struct pay_api pay_mobilepay_subscriptions;

/* All of them, NULL-ended. */
extern const struct pay_api *const pay_apis[];

/* The endpoint of a number, or NULL; '*api' is the API it belongs to. */
const struct pay_endpoint *pay_endpoint (long number,
                                         const struct pay_api **api);

/* The number of "api.endpoint", or 0. */
long pay_find (const char *id);

/* The field of that name or alias, or NULL. */
const struct pay_field *pay_field (const struct pay_field *fields,
                                   const char *name);

#pragma GCC visibility pop

#endif
