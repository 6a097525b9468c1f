/*
** currency.h - the currencies of ISO 4217 and their minor units.
*/
#ifndef PAY_CURRENCY_H
#define PAY_CURRENCY_H

#pragma GCC visibility push(hidden)

struct pay_currency {
  char code[4];
  short number;
  short digits; /* after the point: 2 for EUR, 0 for JPY */
};

/* The currency of three upper-case letters, or NULL. */
const struct pay_currency *pay_currency (const char *code);

/* The currency that a text names, in any case or by number ("eur",
   "978"), or NULL. */
const struct pay_currency *pay_currency_named (const char *text);

#pragma GCC visibility pop

#endif
