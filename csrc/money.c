/*
** money.c - an exact amount of a currency, as a Lua value: luapay.money.
** Fields: currency ("EUR"), decimal ("12.50"), minor (1250).
*/
#include <string.h>

#include "core.h"
#include "money.h"

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
static int read_money (lua_State *L, struct pay_spot *at,
                       const struct pay_currency **currency,
                       struct pay_decimal *d) {
  struct pay_wire w;
  at->name = "currency";
  lua_getfield(L, at->table, "currency");
  if (!pay_to_wire(L, &currency_field, at, &w))
    return 0;
  *currency = pay_currency_named(lua_tostring(L, -1));
  if (*currency == NULL)
    return pay_complain(L, at, "ISO 4217 knows no currency \"%s\"",
                        lua_tostring(L, -1));
  at->name = "amount";
  lua_getfield(L, at->table, "amount");
  if (!pay_to_wire(L, &amount_field, at, &w))
    return 0;
  if (pay_decimal_read(d, w.s, w.n, (*currency)->digits) != PAY_DECIMAL_OK ||
      !pay_decimal_widen(d, (*currency)->digits))
    return pay_complain(L, at, "too large");
  return 1;
}

int pay_new_money (lua_State *L) {
  struct pay_spot root, at;
  const struct pay_currency *currency;
  struct pay_decimal d;
  luaL_checkany(L, 1);
  luaL_checkany(L, 2);
  lua_settop(L, 2);
  lua_createtable(L, 0, 2);
  lua_insert(L, 1);
  lua_setfield(L, 1, "currency");
  lua_setfield(L, 1, "amount");
  pay_spot_field(&root, NULL, NULL, 0);
  pay_spot_field(&at, &root, NULL, 1);
  if (!read_money(L, &at, &currency, &d))
    return 0;
  push_money(L, currency, d.units);
  return 1;
}

/* minor(units, currency) -> money */
int pay_minor_money (lua_State *L) {
  const char *code = luaL_checkstring(L, 2);
  const struct pay_currency *currency = pay_currency_named(code);
  lua_Number x = luaL_checknumber(L, 1);
  struct pay_spot at;
  long long units;
  luaL_argcheck(L, currency != NULL, 2, "no currency of ISO 4217");
  luaL_argcheck(L, x > -1e18 && x < 1e18, 1, "too large");
  pay_spot_field(&at, NULL, "units", 0);
  lua_pushvalue(L, 1);
  if (!pay_take_integer(L, &at, &units))
    return luaL_argerror(L, 1, "minor units are whole");
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
  const long long most = 999999999999999999LL;
  long long sum = a->amount.units + b; /* both below 1e18 */
  if (sum > most || sum < -most)
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
