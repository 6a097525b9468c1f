/*
** value.c - one value to its form on the wire, as its field says. The only
** checker: what passes here may be sent. It knows fields, no endpoint.
*/
#include <math.h>
#include <string.h>

#include "core.h"
#include "money.h"

static int is_letter (char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int is_hex (char c) {
  return pay_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* 'd' a digit, 'x' a hexadecimal one, 'a' a letter, else itself. */
static int matches (const char *s, size_t n, const char *pattern) {
  size_t i;
  if (n != strlen(pattern))
    return 0;
  for (i = 0; i < n; i++) {
    int good = pattern[i] == 'd'   ? pay_is_digit(s[i])
               : pattern[i] == 'x' ? is_hex(s[i])
               : pattern[i] == 'a' ? is_letter(s[i])
                                   : s[i] == pattern[i];
    if (!good)
      return 0;
  }
  return 1;
}

static int two (const char *s) {
  return (s[0] - '0') * 10 + (s[1] - '0');
}

static int is_month (const char *s, size_t n) {
  return matches(s, n, "dddd-dd") && two(s + 5) >= 1 && two(s + 5) <= 12;
}

static int days_in (int year, int month) {
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

static int is_date (const char *s, size_t n) {
  if (n != 10 || !is_month(s, 7) || !matches(s + 7, 3, "-dd"))
    return 0;
  return two(s + 8) >= 1 &&
         two(s + 8) <= days_in(two(s) * 100 + two(s + 2), two(s + 5));
}

/* 12:00:59 or 12:00:59.1234567; returns its length, or 0 */
static size_t clock_length (const char *s, size_t n) {
  size_t i = 8;
  if (n < 8 || !matches(s, 8, "dd:dd:dd") || two(s) > 23 || two(s + 3) > 59 ||
      two(s + 6) > 59)
    return 0;
  if (i + 1 < n && s[i] == '.' && pay_is_digit(s[i + 1])) {
    for (i++; i < n && pay_is_digit(s[i]); i++)
      ;
  }
  return i;
}

/* Never left out: a time without a zone is another one for each reader. */
static int is_zone (const char *s, size_t n) {
  if (n == 1 && *s == 'Z')
    return 1;
  return n == 6 && (*s == '+' || *s == '-') && matches(s + 1, 5, "dd:dd") &&
         two(s + 1) <= 14 && two(s + 4) <= 59;
}

static int is_date_time (const char *s, size_t n) {
  size_t length;
  if (n < 20 || !is_date(s, 10) || s[10] != 'T')
    return 0;
  length = clock_length(s + 11, n - 11);
  return length > 0 && is_zone(s + 11 + length, n - 11 - length);
}

static int in_scheme (char c) {
  return pay_is_digit(c) || c == '+' || c == '-' || c == '.';
}

/* clang-format off */
/* What no URL has in it; and where the name of a host ends. */
enum url_byte { URL_GOOD, URL_BAD, URL_END };
static const unsigned char url_bytes[256] = {
  [' '] = URL_BAD, ['"'] = URL_BAD, ['<'] = URL_BAD, ['>'] = URL_BAD,
  ['\\'] = URL_BAD, ['^'] = URL_BAD, ['`'] = URL_BAD, ['{'] = URL_BAD,
  ['|'] = URL_BAD, ['}'] = URL_BAD, ['/'] = URL_END, ['?'] = URL_END,
  ['#'] = URL_END
};
/* clang-format on */

static enum url_byte url_byte (char c) {
  return url_bytes[(unsigned char)c];
}

/* scheme://host... What is beyond ASCII is encoded for the caller, but not
   in the host's name: that has another way (xn--). Control characters were
   refused before. */
static int is_url (const char *s, size_t n) {
  const char *end = s + n, *host;
  if (n == 0 || !is_letter(*s))
    return 0;
  while (s < end && (is_letter(*s) || in_scheme(*s)))
    s++;
  if (end - s < 4 || memcmp(s, "://", 3) != 0)
    return 0;
  host = s += 3;
  for (; s < end && url_byte(*s) != URL_END; s++) {
    if ((unsigned char)*s >= 0x80 || url_byte(*s) == URL_BAD)
      return 0;
  }
  if (s == host || *host == ':' || *host == '@')
    return 0;
  while (s < end && url_byte(*s) != URL_BAD)
    s++;
  return s == end;
}

static int is_https (const char *s, size_t n) {
  return n > 8 && is_url(s, n) && (s[0] | 32) == 'h' && (s[1] | 32) == 't' &&
         (s[2] | 32) == 't' && (s[3] | 32) == 'p' && (s[4] | 32) == 's' &&
         s[5] == ':';
}

static int is_digits (const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    if (!pay_is_digit(s[i]))
      return 0;
  }
  return n > 0;
}

static int is_phone (const char *s, size_t n) {
  return n > 0 && is_digits(s + (*s == '+'), n - (*s == '+'));
}

static int is_uuid (const char *s, size_t n) {
  return matches(s, n, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

static int is_currency (const char *s, size_t n) {
  return matches(s, n, "aaa");
}

static int is_country (const char *s, size_t n) {
  return matches(s, n, "aa");
}

/* 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
static int is_token68 (const char *s, size_t n) {
  size_t i = 0;
  while (i < n && (is_letter(s[i]) || pay_is_digit(s[i]) ||
                   memchr("-._~+/", s[i], 6) != NULL))
    i++;
  if (i == 0)
    return 0;
  while (i < n && s[i] == '=')
    i++;
  return i == n;
}

static int is_plain (const char *s, size_t n) {
  (void)s;
  (void)n;
  return 1;
}

static const struct {
  int (*is)(const char *s, size_t n);
  const char *expected;
} formats[] = {
  [PAY_PLAIN] = { is_plain, "" },
  [PAY_UUID] = { is_uuid, "a UUID (8-4-4-4-12 hexadecimal digits)" },
  [PAY_DATE] = { is_date, "a date (YYYY-MM-DD)" },
  [PAY_MONTH] = { is_month, "a month (YYYY-MM)" },
  [PAY_DATE_TIME] = { is_date_time, "a date and time (YYYY-MM-DDThh:mm:ssZ)" },
  [PAY_URL] = { is_url, "an absolute URL (https://host/path)" },
  [PAY_HTTPS] = { is_https, "an https URL (https://host/path)" },
  [PAY_CURRENCY] = { is_currency, "a currency code (EUR)" },
  [PAY_COUNTRY] = { is_country, "a country code (DK)" },
  [PAY_DIGITS] = { is_digits, "a whole number" },
  [PAY_PHONE] = { is_phone, "a phone number (+4512345678)" },
  [PAY_TOKEN68] = { is_token68, "letters, digits and -._~+/ only" }
};

static int has_control (const char *s, size_t n, int lines_allowed) {
  size_t i;
  for (i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c == 0x7F)
      return 1;
    if (c < 0x20 && !(lines_allowed && (c == '\n' || c == '\r' || c == '\t')))
      return 1;
  }
  return 0;
}

static int check_length (lua_State *L, const struct pay_field *f,
                         const struct pay_position *at, size_t count) {
  if ((double)count < f->min) {
    if (count == 0)
      return pay_refuse(L, at, "must not be empty");
    return pay_refuse(L, at, "expected at least %d characters, got %d",
                      (int)f->min, (int)count);
  }
  if (f->max > 0 && (double)count > f->max)
    return pay_refuse(L, at, "expected at most %d characters, got %d",
                      (int)f->max, (int)count);
  return 1;
}

static int check_format (lua_State *L, const struct pay_field *f,
                         const struct pay_position *at, const char *s,
                         size_t n) {
  size_t plain = pay_ascii_run(s, n);
  size_t count = plain == n ? n : pay_utf16_count(s, n);
  int lines = (f->flags & PAY_LINES) != 0;
  if (count == PAY_NOT_UTF8)
    return pay_refuse(L, at, "is not valid UTF-8");
  if (plain < n && has_control(s + plain, n - plain, lines))
    return pay_refuse(L, at,
                      lines ? "must not hold control characters"
                            : "must not hold line breaks or other control "
                              "characters");
  if (!check_length(L, f, at, count))
    return 0;
  if (n == 0 && (f->flags & PAY_SENT_EMPTY))
    return 1;
  if (!formats[f->format].is(s, n)) {
    pay_show(L, f, s, n);
    return pay_refuse(L, at, "expected %s, got %s",
                      formats[f->format].expected, lua_tostring(L, -1));
  }
  return 1;
}

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

static int check_range (lua_State *L, const struct pay_field *f,
                        const struct pay_position *at, double x) {
  double min = f->min;
  if ((f->flags & PAY_SIGNED) && min == 0)
    min = -HUGE_VAL;
  if (x >= min && (f->max == 0 || x <= f->max))
    return 1;
  push_bound(L, f->min);
  push_bound(L, f->max);
  push_bound(L, x);
  if (f->max == 0)
    return pay_refuse(L, at, "expected at least %s, got %s",
                      lua_tostring(L, -3), lua_tostring(L, -1));
  if (min == -HUGE_VAL)
    return pay_refuse(L, at, "expected at most %s, got %s",
                      lua_tostring(L, -2), lua_tostring(L, -1));
  return pay_refuse(L, at, "expected %s to %s, got %s", lua_tostring(L, -3),
                    lua_tostring(L, -2), lua_tostring(L, -1));
}

/* What is known of an amount's currency. */
enum stated { UNSTATED, STATED, STRANGE /* by a name that is in no list */ };

/* The currency beside the money, or beside the object that it is in; else
   the client's, where no field states one. */
static enum stated find_currency (lua_State *L, const struct pay_field *f,
                                  const struct pay_position *at,
                                  const struct pay_currency **currency) {
  enum stated stated = UNSTATED;
  const struct pay_position *up = at;
  *currency = NULL;
  if (f->currency == NULL) {
    *currency = at->currency;
    return *currency != NULL ? STATED : UNSTATED;
  }
  for (; up != NULL && up->table != 0 && stated == UNSTATED; up = up->up) {
    pay_push_raw(L, up->table, f->currency);
    if (!lua_isnil(L, -1)) {
      if (lua_type(L, -1) == LUA_TSTRING)
        *currency = pay_currency_named(lua_tostring(L, -1));
      stated = *currency != NULL ? STATED : STRANGE;
    }
    lua_pop(L, 1);
  }
  return stated;
}

static int refuse_digits (lua_State *L, const struct pay_position *at,
                          const struct pay_currency *currency, int digits) {
  const char *code = currency != NULL ? currency->code : "the amount";
  if (lua_type(L, -1) == LUA_TNUMBER)
    return pay_refuse(L, at,
                      "%s has at most %d decimals, and this float is "
                      "none of them exactly; pass it as text",
                      code, digits);
  if (digits == 0)
    return pay_refuse(L, at, "%s has no decimals, got \"%s\"", code,
                      lua_tostring(L, -1));
  return pay_refuse(L, at, "%s has at most %d decimals, got \"%s\"", code,
                    digits, lua_tostring(L, -1));
}

static int refuse_decimal (lua_State *L, const struct pay_field *f,
                           const struct pay_position *at) {
  size_t n;
  const char *s = lua_tolstring(L, -1, &n);
  pay_show(L, f, s, n);
  return pay_refuse(L, at, "expected a decimal like \"12.50\", got %s",
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
                         const struct pay_position *at, struct pay_decimal *d,
                         const struct pay_currency *currency, int digits) {
  if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
    return pay_refuse_type(L, at, "a decimal like \"12.50\"");
  switch (read_decimal(L, d, digits)) {
    case PAY_NOT_DECIMAL: return refuse_decimal(L, f, at);
    case PAY_TOO_PRECISE: return refuse_digits(L, at, currency, digits);
    case PAY_TOO_LARGE: return pay_refuse(L, at, "too large, or no number");
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
                        const struct pay_position *at, struct pay_wire *w) {
  struct pay_decimal d;
  if (!take_decimal(L, f, at, &d, NULL, NUMBER_DIGITS))
    return 0;
  if (!check_range(L, f, at, pay_decimal_double(&d)))
    return 0;
  set_decimal(w, &d, 1);
  return 1;
}

/* What the caller knows the amount as, without its currency. */
static const char *bare_form (const struct pay_field *f) {
  return f->unit == PAY_MINOR || f->unit == PAY_CENTS ? ".minor" : ".decimal";
}

/* An amount that carries its currency is for a place that states one. One
   that a field beside it takes on from it is stated. */
static int check_currency (lua_State *L, const struct pay_field *f,
                           const struct pay_position *at,
                           const struct pay_money *m, enum stated stated,
                           const struct pay_currency *currency) {
  if (stated == STATED && currency != m->currency)
    return pay_refuse(L, at, "is in %s, but %s says %s", m->currency->code,
                      f->currency != NULL ? f->currency : "the client",
                      currency->code);
  if (stated == STRANGE)
    return pay_refuse(L, at,
                      "is in %s, but %s names no currency that is "
                      "known here",
                      m->currency->code, f->currency);
  if (stated == UNSTATED && f->currency == NULL)
    return pay_refuse(L, at,
                      "is in %s, but nothing here states a currency; "
                      "pass its %s, or make the client with "
                      "currency = \"%s\"",
                      m->currency->code, bare_form(f), m->currency->code);
  return 1;
}

/* A bare text would be read as units by one and as cents by another. */
static int take_minor (lua_State *L, const struct pay_position *at,
                       struct pay_decimal *d) {
  if (lua_type(L, -1) == LUA_TSTRING)
    return pay_refuse(L, at,
                      "expected minor units as a whole number (1250), or "
                      "luapay.money(\"12.50\", currency); got text");
  d->digits = 0;
  return pay_take_integer(L, at, &d->units);
}

static int take_money (lua_State *L, const struct pay_field *f,
                       const struct pay_position *at, struct pay_decimal *d) {
  const struct pay_money *m = pay_to_money(L, -1);
  const struct pay_currency *currency;
  enum stated stated = find_currency(L, f, at, &currency);
  int minor = f->unit == PAY_MINOR || f->unit == PAY_CENTS;
  int digits = f->digits != 0 ? f->digits : MOST_DIGITS;
  if (m != NULL) {
    *d = m->amount;
    if (minor)
      d->digits = 0;
    return check_currency(L, f, at, m, stated, currency);
  }
  if (minor)
    return take_minor(L, at, d);
  return take_decimal(L, f, at, d, currency,
                      currency != NULL ? currency->digits : digits);
}

int pay_money_to_wire (lua_State *L, const struct pay_field *f,
                       const struct pay_position *at, struct pay_wire *w) {
  struct pay_decimal d;
  if (!take_money(L, f, at, &d))
    return 0;
  if (!check_range(L, f, at, pay_decimal_double(&d)))
    return 0;
  set_decimal(w, &d, f->unit == PAY_DECIMAL || f->unit == PAY_MINOR);
  return 1;
}

int pay_is_null (lua_State *L) {
  return lua_islightuserdata(L, -1) && lua_touserdata(L, -1) == NULL;
}

static void set_text (struct pay_wire *w, const char *s, size_t n) {
  w->s = s;
  w->n = n;
  w->bare = 0;
}

static void set_integer (struct pay_wire *w, long long x) {
  struct pay_decimal d = { 0, 0 };
  d.units = x;
  w->n = pay_decimal_write(&d, w->room);
  w->s = w->room;
  w->bare = 1;
}

/* "1, 2 or 3": what a message says of the only values. */
static void push_choices (lua_State *L, const char *const *choices) {
  luaL_Buffer b;
  int i;
  luaL_buffinit(L, &b);
  for (i = 0; choices[i] != NULL; i++) {
    if (i > 0)
      luaL_addstring(&b, choices[i + 1] == NULL ? " or " : ", ");
    luaL_addstring(&b, choices[i]);
  }
  luaL_pushresult(&b);
}

static int same_word (const char *word, const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n && word[i] != '\0'; i++) {
    char c = s[i], d = word[i];
    if (c >= 'a' && c <= 'z')
      c = (char)(c - 32);
    if (d >= 'a' && d <= 'z')
      d = (char)(d - 32);
    if (c != d)
      return 0;
  }
  return i == n && word[i] == '\0';
}

/* Any case will do; the provider's goes out. */
static int take_choice (const struct pay_field *f, struct pay_wire *w) {
  int i;
  for (i = 0; f->choices != NULL && f->choices[i] != NULL; i++) {
    if (same_word(f->choices[i], w->s, w->n)) {
      w->s = f->choices[i];
      return 1;
    }
  }
  return 0;
}

static int check_choice (lua_State *L, const struct pay_field *f,
                         const struct pay_position *at, struct pay_wire *w) {
  if (f->choices == NULL || take_choice(f, w))
    return 1;
  push_choices(L, f->choices);
  pay_show(L, f, w->s, w->n);
  return pay_refuse(L, at, "expected %s, got %s", lua_tostring(L, -2),
                    lua_tostring(L, -1));
}

static int is_whole (double x) {
  return x == floor(x) && fabs(x) < PAY_MAX_EXACT;
}

/* Takes the whole number on the top. */
int pay_take_integer (lua_State *L, const struct pay_position *at,
                      long long *x) {
  if (lua_type(L, -1) != LUA_TNUMBER)
    return pay_refuse_type(L, at, "a whole number");
  if (lua_isinteger(L, -1)) {
    *x = (long long)lua_tointeger(L, -1);
    return 1;
  }
  if (!is_whole((double)lua_tonumber(L, -1)))
    return pay_refuse(L, at, "expected a whole number, got %f",
                      lua_tonumber(L, -1));
  *x = (long long)lua_tonumber(L, -1);
  return 1;
}

/* %XX for each byte beyond ASCII: what a browser makes of an address. */
static void encode_url (lua_State *L, struct pay_wire *w) {
  static const char hex[] = "0123456789ABCDEF";
  luaL_Buffer b;
  size_t i;
  if (pay_utf8_count(w->s, w->n) == w->n)
    return;
  luaL_buffinit(L, &b);
  for (i = 0; i < w->n; i++) {
    unsigned char c = (unsigned char)w->s[i];
    if (c < 0x80)
      luaL_addchar(&b, w->s[i]);
    else {
      luaL_addchar(&b, '%');
      luaL_addchar(&b, hex[c >> 4]);
      luaL_addchar(&b, hex[c & 15]);
    }
  }
  luaL_pushresult(&b);
  lua_replace(L, -2);
  w->s = lua_tolstring(L, -1, &w->n);
}

static int string_to_wire (lua_State *L, const struct pay_field *f,
                           const struct pay_position *at, struct pay_wire *w) {
  if (f->format == PAY_DIGITS && lua_type(L, -1) == LUA_TNUMBER) {
    long long x;
    if (!pay_take_integer(L, at, &x) || !check_range(L, f, at, (double)x))
      return 0;
    set_integer(w, x);
    w->bare = 0;
    return 1;
  }
  if (lua_type(L, -1) != LUA_TSTRING)
    return pay_refuse_type(L, at, "a string");
  w->s = lua_tolstring(L, -1, &w->n);
  w->bare = 0;
  if (take_choice(f, w))
    return 1;
  if (f->choices != NULL && f->format == PAY_PLAIN)
    return check_choice(L, f, at, w);
  if (!check_format(L, f, at, w->s, w->n))
    return 0;
  if (f->format == PAY_URL || f->format == PAY_HTTPS)
    encode_url(L, w);
  if (f->format == PAY_CURRENCY) {
    size_t i;
    for (i = 0; i < w->n; i++)
      w->room[i] = (char)(w->s[i] & ~32);
    w->s = w->room;
  }
  return 1;
}

static int integer_to_wire (lua_State *L, const struct pay_field *f,
                            const struct pay_position *at,
                            struct pay_wire *w) {
  long long x;
  if (!pay_take_integer(L, at, &x) || !check_range(L, f, at, (double)x))
    return 0;
  set_integer(w, x);
  return check_choice(L, f, at, w);
}

static int id_to_wire (lua_State *L, const struct pay_field *f,
                       const struct pay_position *at, struct pay_wire *w) {
  long long x;
  if (lua_type(L, -1) == LUA_TSTRING) {
    w->s = lua_tolstring(L, -1, &w->n);
    w->bare = 0;
    if (w->n == 0)
      return pay_refuse(L, at, "must not be empty");
    if (f->choices != NULL)
      return check_choice(L, f, at, w);
    return check_format(L, f, at, w->s, w->n);
  }
  if (lua_type(L, -1) != LUA_TNUMBER)
    return pay_refuse_type(L, at, "an id (a whole number or text)");
  if (!pay_take_integer(L, at, &x))
    return 0;
  set_integer(w, x);
  return check_choice(L, f, at, w);
}

static int boolean_to_wire (lua_State *L, const struct pay_field *f,
                            const struct pay_position *at,
                            struct pay_wire *w) {
  int yes = lua_toboolean(L, -1);
  if (!lua_isboolean(L, -1))
    return pay_refuse_type(L, at, "true or false");
  if (f->style == PAY_ONE_ZERO)
    set_text(w, yes ? "1" : "0", 1);
  else {
    set_text(w, yes ? "true" : "false", yes ? 4 : 5);
    w->bare = 1;
  }
  return 1;
}

/* The caller's own JSON, for where the provider's document errs. */
static int is_json_text (lua_State *L, const struct pay_field *f) {
  const char *s;
  if (f->style != PAY_JSON_TEXT || lua_type(L, -1) != LUA_TSTRING)
    return 0;
  s = lua_tostring(L, -1);
  return *s == '[' || *s == '{';
}

static int has_secrets (const struct pay_field *f) {
  for (f = f->fields; f != NULL && f->name != NULL; f++) {
    if (f->flags & PAY_SECRET)
      return 1;
  }
  return 0;
}

/* Nobody looks inside it, so it is as secret as what it may hold. */
static int text_to_wire (lua_State *L, const struct pay_field *f,
                         const struct pay_position *at, struct pay_wire *w) {
  struct pay_field text = { .flags = PAY_LINES };
  if (has_secrets(f))
    text.flags |= PAY_SECRET;
  return pay_to_wire(L, &text, at, w);
}

/* JSON inside a form's field. */
static int json_to_wire (lua_State *L, const struct pay_field *f,
                         const struct pay_position *at, struct pay_wire *w) {
  struct pay_text t;
  if (is_json_text(L, f))
    return text_to_wire(L, f, at, w);
  pay_text_open(L, &t);
  lua_pushvalue(L, -2);
  if (!pay_add_json(L, f, at, &t))
    return 0;
  pay_text_push(&t);
  lua_replace(L, t.box - 1);
  lua_settop(L, t.box - 1);
  w->s = lua_tolstring(L, -1, &w->n);
  w->bare = 0;
  return 1;
}

/* One element of a joined list: the separator cannot be escaped. */
static int add_joined (lua_State *L, const struct pay_field *f,
                       const struct pay_position *here, struct pay_text *t) {
  struct pay_wire w;
  if (!pay_to_wire(L, f->element, here, &w))
    return 0;
  if (w.n == 0)
    return pay_refuse(L, here, "must not be empty");
  if (memchr(w.s, f->separator, w.n) != NULL)
    return pay_refuse(L, here, "must not hold \"%c\", which separates",
                      f->separator);
  if (t->n > 0)
    pay_text_char(t, f->separator);
  pay_text_add(t, w.s, w.n);
  return 1;
}

static int joined_to_wire (lua_State *L, const struct pay_field *f,
                           const struct pay_position *at, struct pay_wire *w) {
  int list = lua_gettop(L), i, n;
  struct pay_text t;
  if (!pay_check_list(L, f, at, &n))
    return 0;
  pay_text_open(L, &t);
  for (i = 1; i <= n; i++) {
    struct pay_position here;
    pay_position_element(&here, at, i, list);
    lua_rawgeti(L, list, i);
    if (!add_joined(L, f, &here, &t))
      return 0;
    lua_settop(L, t.box);
  }
  pay_text_push(&t);
  lua_replace(L, list);
  lua_settop(L, list);
  w->s = lua_tolstring(L, list, &w->n);
  w->bare = 0;
  return 1;
}

static int list_to_wire (lua_State *L, const struct pay_field *f,
                         const struct pay_position *at, struct pay_wire *w) {
  if (f->style == PAY_JOINED)
    return joined_to_wire(L, f, at, w);
  return json_to_wire(L, f, at, w);
}

static int (*const shapes[])(lua_State *, const struct pay_field *,
                             const struct pay_position *,
                             struct pay_wire *) = {
  [PAY_STRING] = string_to_wire,     [PAY_INTEGER] = integer_to_wire,
  [PAY_NUMBER] = pay_number_to_wire, [PAY_MONEY] = pay_money_to_wire,
  [PAY_BOOLEAN] = boolean_to_wire,   [PAY_ID] = id_to_wire,
  [PAY_OBJECT] = json_to_wire,       [PAY_LIST] = list_to_wire,
  [PAY_ANY] = json_to_wire
};

int pay_to_wire (lua_State *L, const struct pay_field *f,
                 const struct pay_position *at, struct pay_wire *w) {
  if (!shapes[f->type](L, f, at, w))
    return 0;
  if (at->redact && (f->flags & PAY_SECRET))
    set_text(w, "***", 3);
  return 1;
}
