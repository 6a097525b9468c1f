/*
** format.c - what the text of a string must look like.
*/
#include <string.h>

#include "core.h"
#include "utf8.h"

static int is_digit (char c) {
  return c >= '0' && c <= '9';
}

static int is_letter (char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int is_hex (char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* 'd' a digit, 'x' a hexadecimal one, 'a' a letter, else itself. */
static int matches (const char *s, size_t n, const char *pattern) {
  size_t i;
  if (n != strlen(pattern))
    return 0;
  for (i = 0; i < n; i++) {
    int good = pattern[i] == 'd'   ? is_digit(s[i])
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

/* 12:00, 12:00:59, 12:00:59.1234567; returns its length, or 0 */
static size_t clock_length (const char *s, size_t n) {
  size_t i = 5;
  if (n < 5 || !matches(s, 5, "dd:dd") || two(s) > 23 || two(s + 3) > 59)
    return 0;
  if (n < 8 || !matches(s + 5, 3, ":dd"))
    return i;
  if (two(s + 6) > 59)
    return 0;
  i = 8;
  if (i + 1 < n && s[i] == '.' && is_digit(s[i + 1])) {
    for (i++; i < n && is_digit(s[i]); i++)
      ;
  }
  return i;
}

static int is_zone (const char *s, size_t n) {
  if (n == 0 || (n == 1 && *s == 'Z'))
    return 1;
  return n == 6 && (*s == '+' || *s == '-') && matches(s + 1, 5, "dd:dd") &&
         two(s + 1) <= 14 && two(s + 4) <= 59;
}

static int is_date_time (const char *s, size_t n) {
  size_t length;
  if (n < 16 || !is_date(s, 10) || s[10] != 'T')
    return 0;
  length = clock_length(s + 11, n - 11);
  return length > 0 && is_zone(s + 11 + length, n - 11 - length);
}

static int in_scheme (char c) {
  return is_digit(c) || c == '+' || c == '-' || c == '.';
}

/* scheme://host, without a space or backslash. Control characters were
   refused before. */
static int is_url (const char *s, size_t n) {
  size_t i = 0, host;
  while (i < n && (is_letter(s[i]) || (i > 0 && in_scheme(s[i]))))
    i++;
  if (i == 0 || n - i < 3 || memcmp(s + i, "://", 3) != 0)
    return 0;
  host = i + 3;
  return host < n && strchr("/?#:@", s[host]) == NULL &&
         memchr(s, ' ', n) == NULL && memchr(s, '\\', n) == NULL;
}

static int is_https (const char *s, size_t n) {
  return n > 8 && is_url(s, n) && (s[0] | 32) == 'h' && (s[1] | 32) == 't' &&
         (s[2] | 32) == 't' && (s[3] | 32) == 'p' && (s[4] | 32) == 's' &&
         s[5] == ':';
}

static int is_digits (const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    if (!is_digit(s[i]))
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

static int is_day (const char *s, size_t n) {
  return is_date(s, n) || is_date_time(s, n);
}

/* 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
static int is_token68 (const char *s, size_t n) {
  size_t i = 0;
  while (i < n && (is_letter(s[i]) || is_digit(s[i]) ||
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
  [PAY_DAY] = { is_day, "a date (YYYY-MM-DD), with or without a time" },
  [PAY_TOKEN68] = { is_token68, "letters, digits and -._~+/ only" }
};

static int has_control (const char *s, size_t n, int lines_allowed) {
  size_t i;
  for (i = pay_ascii_run(s, n); i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c == 0x7F)
      return 1;
    if (c < 0x20 && !(lines_allowed && (c == '\n' || c == '\r' || c == '\t')))
      return 1;
  }
  return 0;
}

static int check_length (lua_State *L, const struct pay_field *f,
                         const struct pay_spot *at, size_t count) {
  if ((double)count < f->min) {
    if (count == 0)
      return pay_complain(L, at, "must not be empty");
    return pay_complain(L, at, "expected at least %d characters, got %d",
                        (int)f->min, (int)count);
  }
  if (f->max > 0 && (double)count > f->max)
    return pay_complain(L, at, "expected at most %d characters, got %d",
                        (int)f->max, (int)count);
  return 1;
}

int pay_check_format (lua_State *L, const struct pay_field *f,
                      const struct pay_spot *at, const char *s, size_t n) {
  size_t count = pay_utf8_count(s, n);
  int lines = (f->flags & PAY_LINES) != 0;
  if (count == PAY_NOT_UTF8)
    return pay_complain(L, at, "is not valid UTF-8");
  if (has_control(s, n, lines))
    return pay_complain(L, at,
                        lines ? "must not hold control characters"
                              : "must not hold line breaks or other control "
                                "characters");
  if (!check_length(L, f, at, count))
    return 0;
  if (n == 0 && (f->flags & PAY_SENT_EMPTY))
    return 1;
  if (!formats[f->format].is(s, n)) {
    pay_show(L, f, s, n);
    return pay_complain(L, at, "expected %s, got %s",
                        formats[f->format].expected, lua_tostring(L, -1));
  }
  return 1;
}
