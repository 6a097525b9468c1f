/*
** decimal.c - exact decimals, read and written without float or locale.
*/
#include "decimal.h"

#include <math.h>

#define MAX_DIGITS 18                 /* of all: below 2^63 */
#define MAX_EXACT  9007199254740992.0 /* 2^53 */

static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4,
                                 1e5, 1e6, 1e7, 1e8, 1e9 };

static int is_digit (char c) {
  return c >= '0' && c <= '9';
}

/* One digit, or more without a leading zero, from '*s' on. */
static int whole_digits (const char *s, const char *end) {
  const char *start = s;
  while (s < end && is_digit(*s))
    s++;
  if (s - start > 1 && *start == '0')
    return 0;
  return (int)(s - start);
}

static int fraction_digits (const char *s, const char *end) {
  const char *start = s;
  while (s < end && is_digit(*s))
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
  if (x != x || fabs(x) >= MAX_EXACT)
    return PAY_TOO_LARGE;
  for (digits = 0; digits <= max_digits; digits++) {
    double units = floor(x * powers[digits] + 0.5);
    if (fabs(units) >= MAX_EXACT)
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
  static const long long most = 999999999999999999LL;
  while (d->digits < digits) {
    if (d->units > most / 10 || d->units < -most / 10)
      return 0;
    d->units *= 10;
    d->digits++;
  }
  return 1;
}

double pay_decimal_double (const struct pay_decimal *d) {
  return (double)d->units / powers[d->digits];
}
