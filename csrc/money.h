/*
** money.h - an exact amount of a currency, as a Lua value.
*/
#ifndef PAY_MONEY_H
#define PAY_MONEY_H

#include "currency.h"
#include "decimal.h"

/* The decimal has just the currency's digits. */
struct pay_money {
  struct pay_decimal amount;
  const struct pay_currency *currency;
};

#endif
