/*
** money.c - exact decimals, the currencies of ISO 4217, and an amount of
** one as a Lua value: luapay.money. Fields of that: currency ("EUR"),
** decimal ("12.50"), minor (1250). It knows no endpoint.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "money.h"

#define MAX_DIGITS 18 /* of all: below 2^63 */
#define MOST_UNITS 999999999999999999LL

static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4,
                                 1e5, 1e6, 1e7, 1e8, 1e9 };

/* One digit, or more without a leading zero, from '*s' on. */
static int whole_digits (const char *s, const char *end) {
  const char *start = s;
  while (s < end && pay_is_digit(*s))
    s++;
  if (s - start > 1 && *start == '0')
    return 0;
  return (int)(s - start);
}

static int fraction_digits (const char *s, const char *end) {
  const char *start = s;
  while (s < end && pay_is_digit(*s))
    s++;
  return s == end ? (int)(s - start) : 0;
}

static long long add_digits (long long units, const char *s, int n) {
  for (; n > 0; n--)
    units = units * 10 + (*s++ - '0');
  return units;
}

enum pay_decimal_problem pay_decimal_read (struct pay_decimal *d,
                                           const char *s, size_t n,
                                           int max_digits) {
  const char *end = s + n;
  int negative = n > 0 && *s == '-';
  int whole, fraction = 0;
  s += negative;
  if (n > 4096 || (whole = whole_digits(s, end)) == 0)
    return PAY_NOT_DECIMAL;
  if (s + whole < end) {
    if (s[whole] != '.')
      return PAY_NOT_DECIMAL;
    fraction = fraction_digits(s + whole + 1, end);
    if (fraction == 0)
      return PAY_NOT_DECIMAL;
  }
  if (fraction > max_digits)
    return PAY_TOO_PRECISE;
  if (whole + fraction > MAX_DIGITS)
    return PAY_TOO_LARGE;
  d->units = add_digits(0, s, whole);
  if (fraction > 0)
    d->units = add_digits(d->units, s + whole + 1, fraction);
  d->units = negative ? -d->units : d->units;
  d->digits = fraction;
  return PAY_DECIMAL_OK;
}

/* Dividing two exact doubles rounds once, as reading the decimal would:
   equality says that the decimal's text means just this float. */
enum pay_decimal_problem pay_decimal_from (struct pay_decimal *d, double x,
                                           int max_digits) {
  int digits;
  if (x != x || fabs(x) >= PAY_MAX_EXACT)
    return PAY_TOO_LARGE;
  for (digits = 0; digits <= max_digits; digits++) {
    double units = floor(x * powers[digits] + 0.5);
    if (fabs(units) >= PAY_MAX_EXACT)
      return PAY_TOO_PRECISE;
    if (units / powers[digits] == x) {
      d->units = (long long)units;
      d->digits = digits;
      return PAY_DECIMAL_OK;
    }
  }
  return PAY_TOO_PRECISE;
}

size_t pay_decimal_write (const struct pay_decimal *d, char *room) {
  unsigned long long rest = d->units < 0 ? 0ULL - (unsigned long long)d->units
                                         : (unsigned long long)d->units;
  char back[PAY_DECIMAL_ROOM];
  size_t n = 0, i;
  int place;
  for (place = 0; rest > 0 || place <= d->digits; place++) {
    if (place == d->digits && d->digits > 0)
      back[n++] = '.';
    back[n++] = (char)('0' + rest % 10);
    rest /= 10;
  }
  if (d->units < 0)
    back[n++] = '-';
  for (i = 0; i < n; i++)
    room[i] = back[n - 1 - i];
  room[n] = '\0';
  return n;
}

int pay_decimal_widen (struct pay_decimal *d, int digits) {
  while (d->digits < digits) {
    if (d->units > MOST_UNITS / 10 || d->units < -MOST_UNITS / 10)
      return 0;
    d->units *= 10;
    d->digits++;
  }
  return 1;
}

double pay_decimal_double (const struct pay_decimal *d) {
  return (double)d->units / powers[d->digits];
}

static int compare_code (const void *code, const void *currency) {
  return strcmp(code, ((const struct pay_currency *)currency)->code);
}

static const struct pay_currency *currency_of_code (const char *code) {
  return bsearch(code, pay_currencies, pay_currency_count,
                 sizeof(pay_currencies[0]), compare_code);
}

static const struct pay_currency *currency_of_number (const char *digits) {
  int number = atoi(digits);
  size_t i;
  for (i = 0; i < pay_currency_count; i++) {
    if (pay_currencies[i].number == number && !pay_currencies[i].ended)
      return &pay_currencies[i];
  }
  return NULL;
}

const struct pay_currency *pay_currency_named (const char *text) {
  char code[4] = { 0 };
  int i;
  if (strlen(text) != 3)
    return NULL;
  if (strspn(text, "0123456789") == 3)
    return currency_of_number(text);
  for (i = 0; i < 3; i++)
    code[i] = (char)(text[i] & ~32);
  return currency_of_code(code);
}

#define MONEY "luapay.money"

static struct pay_money *push_money (lua_State *L,
                                     const struct pay_currency *currency,
                                     long long units) {
  struct pay_money *m = lua_newuserdatauv(L, sizeof(*m), 0);
  m->amount.units = units;
  m->amount.digits = currency->digits;
  m->currency = currency;
  luaL_setmetatable(L, MONEY);
  return m;
}

const struct pay_money *pay_to_money (lua_State *L, int idx) {
  int same;
  if (lua_type(L, idx) != LUA_TUSERDATA || !lua_getmetatable(L, idx))
    return NULL;
  luaL_getmetatable(L, MONEY);
  same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same ? lua_touserdata(L, idx) : NULL;
}

static const struct pay_money *check_money (lua_State *L, int arg) {
  return luaL_checkudata(L, arg, MONEY);
}

static const struct pay_field amount_field = { .name = "amount",
                                               .type = PAY_MONEY,
                                               .flags = PAY_SIGNED,
                                               .currency = "currency" };

static const struct pay_field currency_field = { .name = "currency",
                                                 .type = PAY_STRING,
                                                 .format = PAY_CURRENCY };

/* From the arguments in a table at the top: { amount =, currency = }. */
static int read_money (lua_State *L, struct pay_position *at,
                       const struct pay_currency **currency,
                       struct pay_decimal *d) {
  struct pay_wire w;
  at->name = "currency";
  lua_getfield(L, at->table, "currency");
  if (!pay_to_wire(L, &currency_field, at, &w))
    return 0;
  *currency = pay_currency_named(lua_tostring(L, -1));
  if (*currency == NULL)
    return pay_refuse(L, at, "ISO 4217 knows no currency \"%s\"",
                      lua_tostring(L, -1));
  at->name = "amount";
  lua_getfield(L, at->table, "amount");
  if (!pay_to_wire(L, &amount_field, at, &w))
    return 0;
  if (pay_decimal_read(d, w.s, w.n, (*currency)->digits) != PAY_DECIMAL_OK ||
      !pay_decimal_widen(d, (*currency)->digits))
    return pay_refuse(L, at, "too large");
  return 1;
}

int pay_new_money (lua_State *L) {
  struct pay_position root, at;
  const struct pay_currency *currency;
  struct pay_decimal d;
  luaL_checkany(L, 1);
  luaL_checkany(L, 2);
  lua_settop(L, 2);
  lua_createtable(L, 0, 2);
  lua_insert(L, 1);
  lua_setfield(L, 1, "currency");
  lua_setfield(L, 1, "amount");
  pay_position_field(&root, NULL, NULL, 0);
  pay_position_field(&at, &root, NULL, 1);
  if (!read_money(L, &at, &currency, &d))
    return 0;
  push_money(L, currency, d.units);
  return 1;
}

/* minor(units, currency) -> money */
int pay_minor_money (lua_State *L) {
  const char *code = luaL_checkstring(L, 2);
  const struct pay_currency *currency = pay_currency_named(code);
  struct pay_position at;
  long long units;
  luaL_checknumber(L, 1);
  luaL_argcheck(L, currency != NULL, 2, "no currency of ISO 4217");
  pay_position_field(&at, NULL, "units", 0);
  lua_pushvalue(L, 1);
  if (!pay_take_integer(L, &at, &units))
    return luaL_argerror(L, 1, "minor units are whole");
  luaL_argcheck(L, units <= MOST_UNITS && units >= -MOST_UNITS, 1,
                "more than 18 digits");
  push_money(L, currency, units);
  return 1;
}

static int money_tostring (lua_State *L) {
  const struct pay_money *m = check_money(L, 1);
  char room[PAY_DECIMAL_ROOM];
  pay_decimal_write(&m->amount, room);
  lua_pushfstring(L, "%s %s", room, m->currency->code);
  return 1;
}

/* Digits as text where a float would lose some. */
static void push_units (lua_State *L, long long units) {
  char room[PAY_DECIMAL_ROOM];
  struct pay_decimal d = { 0, 0 };
  if (units <= PAY_MAX_INTEGER && units >= -PAY_MAX_INTEGER) {
    pay_pushwhole(L, units);
    return;
  }
  d.units = units;
  lua_pushlstring(L, room, pay_decimal_write(&d, room));
}

static int money_index (lua_State *L) {
  const struct pay_money *m = check_money(L, 1);
  const char *key = luaL_checkstring(L, 2);
  char room[PAY_DECIMAL_ROOM];
  if (strcmp(key, "currency") == 0)
    lua_pushstring(L, m->currency->code);
  else if (strcmp(key, "decimal") == 0)
    lua_pushlstring(L, room, pay_decimal_write(&m->amount, room));
  else if (strcmp(key, "minor") == 0)
    push_units(L, m->amount.units);
  else
    lua_pushnil(L);
  return 1;
}

static void check_both (lua_State *L, const struct pay_money **a,
                        const struct pay_money **b) {
  *a = check_money(L, 1);
  *b = check_money(L, 2);
  if ((*a)->currency != (*b)->currency)
    luaL_error(L, "cannot mix %s with %s", (*a)->currency->code,
               (*b)->currency->code);
}

static int push_sum (lua_State *L, const struct pay_money *a, long long b) {
  long long sum = a->amount.units + b; /* both below 1e18 */
  if (sum > MOST_UNITS || sum < -MOST_UNITS)
    return luaL_error(L, "too large an amount of money");
  push_money(L, a->currency, sum);
  return 1;
}

static int money_add (lua_State *L) {
  const struct pay_money *a, *b;
  check_both(L, &a, &b);
  return push_sum(L, a, b->amount.units);
}

static int money_sub (lua_State *L) {
  const struct pay_money *a, *b;
  check_both(L, &a, &b);
  return push_sum(L, a, -b->amount.units);
}

static int money_unm (lua_State *L) {
  const struct pay_money *a = check_money(L, 1);
  push_money(L, a->currency, -a->amount.units);
  return 1;
}

static int money_eq (lua_State *L) {
  const struct pay_money *a = pay_to_money(L, 1), *b = pay_to_money(L, 2);
  lua_pushboolean(L, a != NULL && b != NULL && a->currency == b->currency &&
                         a->amount.units == b->amount.units);
  return 1;
}

static int money_lt (lua_State *L) {
  const struct pay_money *a, *b;
  check_both(L, &a, &b);
  lua_pushboolean(L, a->amount.units < b->amount.units);
  return 1;
}

static int money_le (lua_State *L) {
  const struct pay_money *a, *b;
  check_both(L, &a, &b);
  lua_pushboolean(L, a->amount.units <= b->amount.units);
  return 1;
}

static const luaL_Reg money_metamethods[] = { { "__tostring", money_tostring },
                                              { "__index", money_index },
                                              { "__add", money_add },
                                              { "__sub", money_sub },
                                              { "__unm", money_unm },
                                              { "__eq", money_eq },
                                              { "__lt", money_lt },
                                              { "__le", money_le },
                                              { NULL, NULL } };

void pay_open_money (lua_State *L) {
  luaL_newmetatable(L, MONEY);
  luaL_setfuncs(L, money_metamethods, 0);
  lua_pop(L, 1);
}
