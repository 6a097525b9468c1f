/*
** amount.c - numbers and money on their way to the wire: ranges, digits
** after the point, the unit that the provider wants.
*/
#include <math.h>

#include "core.h"
#include "money.h"

#define MOST_DIGITS   4 /* after the point, of any currency */
#define NUMBER_DIGITS 9 /* of what is not money */

static void push_bound (lua_State *L, double x) {
  char room[PAY_DECIMAL_ROOM];
  struct pay_decimal d;
  if (pay_decimal_from(&d, x, NUMBER_DIGITS) == PAY_DECIMAL_OK)
    lua_pushlstring(L, room, pay_decimal_write(&d, room));
  else
    lua_pushfstring(L, "%f", (lua_Number)x);
}

int pay_check_range (lua_State *L, const struct pay_field *f,
                     const struct pay_spot *at, double x) {
  double min = f->min;
  if ((f->flags & PAY_SIGNED) && min == 0)
    min = -HUGE_VAL;
  if (x >= min && (f->max == 0 || x <= f->max))
    return 1;
  push_bound(L, f->min);
  push_bound(L, f->max);
  push_bound(L, x);
  if (f->max == 0)
    return pay_complain(L, at, "expected at least %s, got %s",
                        lua_tostring(L, -3), lua_tostring(L, -1));
  if (min == -HUGE_VAL)
    return pay_complain(L, at, "expected at most %s, got %s",
                        lua_tostring(L, -2), lua_tostring(L, -1));
  return pay_complain(L, at, "expected %s to %s, got %s", lua_tostring(L, -3),
                      lua_tostring(L, -2), lua_tostring(L, -1));
}

/* The currency beside the money, or beside the object that it is in; NULL
   when it is absent or not known. */
static const struct pay_currency *neighbour (lua_State *L,
                                             const struct pay_field *f,
                                             const struct pay_spot *at) {
  const struct pay_currency *currency = NULL;
  if (f->currency == NULL)
    return NULL;
  for (; at != NULL && at->table != 0 && currency == NULL; at = at->up) {
    lua_getfield(L, at->table, f->currency);
    if (lua_type(L, -1) == LUA_TSTRING)
      currency = pay_currency_named(lua_tostring(L, -1));
    lua_pop(L, 1);
  }
  return currency;
}

static int complain_of_digits (lua_State *L, const struct pay_spot *at,
                               const struct pay_currency *currency,
                               int digits) {
  const char *code = currency != NULL ? currency->code : "the amount";
  if (lua_type(L, -1) == LUA_TNUMBER)
    return pay_complain(L, at,
                        "%s has at most %d decimals, and this float is "
                        "none of them exactly; pass it as text",
                        code, digits);
  if (digits == 0)
    return pay_complain(L, at, "%s has no decimals, got \"%s\"", code,
                        lua_tostring(L, -1));
  return pay_complain(L, at, "%s has at most %d decimals, got \"%s\"", code,
                      digits, lua_tostring(L, -1));
}

static int complain_of_decimal (lua_State *L, const struct pay_field *f,
                                const struct pay_spot *at) {
  size_t n;
  const char *s = lua_tolstring(L, -1, &n);
  pay_show(L, f, s, n);
  return pay_complain(L, at, "expected a decimal like \"12.50\", got %s",
                      lua_tostring(L, -1));
}

static enum pay_decimal_problem read_decimal (lua_State *L,
                                              struct pay_decimal *d,
                                              int digits) {
  if (lua_type(L, -1) == LUA_TSTRING) {
    size_t n;
    const char *s = lua_tolstring(L, -1, &n);
    return pay_decimal_read(d, s, n, digits);
  }
  if (lua_isinteger(L, -1)) {
    d->units = (long long)lua_tointeger(L, -1);
    d->digits = 0;
    return PAY_DECIMAL_OK;
  }
  return pay_decimal_from(d, (double)lua_tonumber(L, -1), digits);
}

/* From the text or number on the top, with so many digits at most. */
static int take_decimal (lua_State *L, const struct pay_field *f,
                         const struct pay_spot *at, struct pay_decimal *d,
                         const struct pay_currency *currency, int digits) {
  if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
    return pay_complain_of_type(L, at, "a decimal like \"12.50\"");
  switch (read_decimal(L, d, digits)) {
    case PAY_NOT_DECIMAL: return complain_of_decimal(L, f, at);
    case PAY_TOO_PRECISE: return complain_of_digits(L, at, currency, digits);
    case PAY_TOO_LARGE: return pay_complain(L, at, "too large, or no number");
    default: return 1;
  }
}

static void set_decimal (struct pay_wire *w, const struct pay_decimal *d,
                         int bare) {
  w->n = pay_decimal_write(d, w->room);
  w->s = w->room;
  w->bare = bare;
}

int pay_number_to_wire (lua_State *L, const struct pay_field *f,
                        const struct pay_spot *at, struct pay_wire *w) {
  struct pay_decimal d;
  if (!take_decimal(L, f, at, &d, NULL, NUMBER_DIGITS))
    return 0;
  if (!pay_check_range(L, f, at, pay_decimal_double(&d)))
    return 0;
  set_decimal(w, &d, 1);
  return 1;
}

static int check_same (lua_State *L, const struct pay_field *f,
                       const struct pay_spot *at, const struct pay_money *m,
                       const struct pay_currency *currency) {
  if (currency == NULL || currency == m->currency)
    return 1;
  return pay_complain(L, at, "is in %s, but %s says %s", m->currency->code,
                      f->currency, currency->code);
}

/* A bare text would be read as units by one and as cents by another. */
static int take_minor (lua_State *L, const struct pay_spot *at,
                       struct pay_decimal *d) {
  if (lua_type(L, -1) == LUA_TSTRING)
    return pay_complain(L, at,
                        "expected minor units as a whole number (1250), or "
                        "luapay.money(\"12.50\", currency); got text");
  d->digits = 0;
  return pay_take_integer(L, at, &d->units);
}

static int take_money (lua_State *L, const struct pay_field *f,
                       const struct pay_spot *at, struct pay_decimal *d) {
  const struct pay_money *m = pay_to_money(L, -1);
  const struct pay_currency *currency = neighbour(L, f, at);
  int minor = f->unit == PAY_MINOR || f->unit == PAY_CENTS;
  int digits = f->digits != 0 ? f->digits : MOST_DIGITS;
  if (m != NULL) {
    *d = m->amount;
    if (minor)
      d->digits = 0;
    return check_same(L, f, at, m, currency);
  }
  if (minor)
    return take_minor(L, at, d);
  return take_decimal(L, f, at, d, currency,
                      currency != NULL ? currency->digits : digits);
}

int pay_money_to_wire (lua_State *L, const struct pay_field *f,
                       const struct pay_spot *at, struct pay_wire *w) {
  struct pay_decimal d;
  if (!take_money(L, f, at, &d))
    return 0;
  if (!pay_check_range(L, f, at, pay_decimal_double(&d)))
    return 0;
  set_decimal(w, &d, f->unit == PAY_DECIMAL || f->unit == PAY_MINOR);
  return 1;
}
