/*
** money.h - exact decimals, the currencies of ISO 4217, and an amount of
** one. No float, no locale.
*/
#ifndef PAY_MONEY_H
#define PAY_MONEY_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

#define PAY_DECIMAL_ROOM 32 /* of its text */

struct pay_decimal {
  long long units;
  int digits; /* after the point, 0 to 9 */
};

enum pay_decimal_problem {
  PAY_DECIMAL_OK,
  PAY_NOT_DECIMAL, /* not plain notation: -12.50 */
  PAY_TOO_PRECISE, /* more digits after the point than allowed */
  PAY_TOO_LARGE    /* beyond 18 digits */
};

/* Reads text; keeps as many digits after the point as it has. */
enum pay_decimal_problem pay_decimal_read (struct pay_decimal *d,
                                           const char *s, size_t n,
                                           int max_digits);

/* Takes a float only if a decimal of that many digits is exactly it. */
enum pay_decimal_problem pay_decimal_from (struct pay_decimal *d, double x,
                                           int max_digits);

/* Writes -12.50 and returns its length. */
size_t pay_decimal_write (const struct pay_decimal *d, char *room);

/* Gives it more digits after the point: 12.5 -> 12.50; 0 if too large. */
int pay_decimal_widen (struct pay_decimal *d, int digits);

double pay_decimal_double (const struct pay_decimal *d);

struct pay_currency {
  char code[4];
  short number;
  signed char digits; /* after the point: 2 for EUR, 0 for JPY */
  char ended;         /* its number may be that of the one that followed */
};

/* Sorted by code: see currency.c. */
extern const struct pay_currency pay_currencies[];
extern const size_t pay_currency_count;

/* The currency that a text names, in any case or by number ("eur",
   "978"), or NULL. */
const struct pay_currency *pay_currency_named (const char *text);

/* The decimal has just the currency's digits. */
struct pay_money {
  struct pay_decimal amount;
  const struct pay_currency *currency;
};

#pragma GCC visibility pop

#endif
