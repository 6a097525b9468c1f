/*
** json.c - JSON: a writer, straight from checked arguments or from values
** that no fields describe, and a strict reader, guided by the fields. Both
** make one pass. It knows fields, and nothing of endpoints.
*/
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "core.h"
#include "money.h"

#define DEEPEST 64 /* of tables in tables, written or read */

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* Whether one of eight bytes is zero. */
static int has_zero (unsigned long long x) {
  return ((x - EACH(1)) & ~x & EACH(0x80)) != 0;
}

static int is_safe (unsigned char c) {
  return c >= 0x20 && c != '"' && c != '\\';
}

static int are_safe (const char *s) {
  unsigned long long x;
  memcpy(&x, s, 8);
  return !has_zero(x ^ EACH('"')) && !has_zero(x ^ EACH('\\')) &&
         !has_zero(x & EACH(0xE0));
}

/* Bytes that need no escape; eight at a time while that is so, and the last
   eight once more rather than one by one. */
static size_t safe_run (const char *s, size_t n) {
  size_t i = 0;
  while (n - i >= 8 && are_safe(s + i))
    i += 8;
  if (n >= 8 && n - i < 8 && are_safe(s + n - 8))
    return n;
  while (i < n && is_safe((unsigned char)s[i]))
    i++;
  return i;
}

static void add_escape (struct pay_text *t, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
  const char *found = c != '\0' ? strchr(names, c) : NULL;
  pay_text_char(t, '\\');
  if (found != NULL)
    pay_text_char(t, letters[found - names]);
  else {
    pay_text_add(t, "u00", 3);
    pay_text_char(t, hex[c >> 4]);
    pay_text_char(t, hex[c & 15]);
  }
}

static void add_rest (struct pay_text *t, const char *s, const char *end) {
  while (s < end) {
    size_t run = safe_run(s, (size_t)(end - s));
    pay_text_add(t, s, run);
    s += run;
    if (s < end)
      add_escape(t, (unsigned char)*s++);
  }
}

/* Most text needs no escape: then it is one copy. */
void pay_add_quoted (struct pay_text *t, const char *s, size_t n) {
  size_t run = safe_run(s, n);
  char *to = pay_text_room(t, run + 1);
  *to = '"';
  memcpy(to + 1, s, run);
  t->n += run + 1;
  add_rest(t, s + run, s + n);
  pay_text_char(t, '"');
}

/* Adds "name": with a comma in front where one is needed. Names of rows need
   no escape: a spec sees to it. */
static void add_name (struct pay_text *t, const char *name, int of_row) {
  size_t n = strlen(name);
  char last = t->s[t->n - 1], *to;
  if (!of_row) {
    if (last != '{')
      pay_text_char(t, ',');
    pay_add_quoted(t, name, n);
    pay_text_char(t, ':');
    return;
  }
  to = pay_text_room(t, n + 4);
  if (last != '{')
    *to++ = ',';
  *to++ = '"';
  memcpy(to, name, n);
  to[n] = '"';
  to[n + 1] = ':';
  t->n = (size_t)(to + n + 2 - t->s);
}

int pay_add_json_member (lua_State *L, const struct pay_field *f,
                         const struct pay_position *at, struct pay_text *t) {
  const char *name = f->json_name != NULL ? f->json_name : f->name;
  add_name(t, name, f->doc != NULL); /* each field of a row has one */
  return pay_add_json(L, f, at, t);
}

/* The members that the table of fields does not know. */
static int add_unknown_members (lua_State *L, const struct pay_field *fields,
                                const struct pay_position *at, int table,
                                struct pay_text *t) {
  for (lua_pushnil(L); lua_next(L, table); lua_settop(L, table + 1)) {
    struct pay_field f = { .type = PAY_ANY };
    struct pay_position here;
    size_t n;
    f.name = lua_tolstring(L, table + 1, &n); /* text: keys are checked */
    if (pay_field(fields, f.name) != NULL)
      continue;
    pay_position_field(&here, at, f.name, table);
    if (!pay_check_name(L, &here, f.name, n) ||
        !pay_add_json_member(L, &f, &here, t))
      return 0;
  }
  return 1;
}

static int add_object (lua_State *L, const struct pay_field *fields,
                       const struct pay_position *at, struct pay_text *t) {
  int table = lua_gettop(L), known = 0, i = 0;
  const struct pay_field *f;
  if (!lua_istable(L, table))
    return pay_refuse_type(L, at, "a table");
  luaL_checkstack(L, 12, "arguments nested too deep");
  if (!pay_check_plain(L, table, at))
    return 0;
  pay_push_names(L, fields);
  pay_text_char(t, '{');
  for (f = fields; f->name != NULL; f++) {
    struct pay_position here;
    pay_position_field(&here, at, f->name, table);
    known += pay_get(L, f, &here, table + 1, ++i);
    if (lua_isnil(L, -1) ? !pay_check_absent(L, f, &here, fields)
                         : !pay_add_json_member(L, f, &here, t))
      return 0;
    lua_settop(L, table + 1);
  }
  lua_settop(L, table);
  if (!pay_check_keys(L, table, fields, at, known))
    return 0;
  if (at->lenient && !add_unknown_members(L, fields, at, table, t))
    return 0;
  pay_text_char(t, '}');
  return 1;
}

int pay_check_list (lua_State *L, const struct pay_field *f,
                    const struct pay_position *at, int *n) {
  int keys = 0;
  if (!lua_istable(L, -1))
    return pay_refuse_type(L, at, "a list");
  luaL_checkstack(L, 8, "arguments nested too deep");
  if (!pay_check_plain(L, lua_gettop(L), at))
    return 0;
  *n = (int)lua_rawlen(L, -1);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
    keys++;
  if (keys != *n)
    return pay_refuse(L, at, "expected a list without holes or names");
  if (*n < (int)f->min)
    return pay_refuse(L, at, "expected at least %d elements, got %d",
                      (int)f->min, *n);
  if (f->max > 0 && *n > (int)f->max)
    return pay_refuse(L, at, "expected at most %d elements, got %d",
                      (int)f->max, *n);
  return 1;
}

static int add_element (lua_State *L, const struct pay_field *f,
                        const struct pay_position *here, struct pay_text *t) {
  if (f->fields != NULL)
    return add_object(L, f->fields, here, t);
  if (f->element != NULL)
    return pay_add_json(L, f->element, here, t);
  return pay_add_any_json(L, here, t);
}

static int add_list (lua_State *L, const struct pay_field *f,
                     const struct pay_position *at, struct pay_text *t) {
  int table = lua_gettop(L), i, n;
  if (!pay_check_list(L, f, at, &n))
    return 0;
  pay_text_char(t, '[');
  for (i = 1; i <= n; i++) {
    struct pay_position here;
    pay_position_element(&here, at, i, table);
    if (i > 1)
      pay_text_char(t, ',');
    lua_rawgeti(L, table, i);
    if (!add_element(L, f, &here, t))
      return 0;
    lua_settop(L, table);
  }
  pay_text_char(t, ']');
  return 1;
}

static int add_scalar (lua_State *L, const struct pay_field *f,
                       const struct pay_position *at, struct pay_text *t) {
  struct pay_wire w;
  if (!pay_to_wire(L, f, at, &w))
    return 0;
  if (w.bare)
    pay_text_add(t, w.s, w.n);
  else
    pay_add_quoted(t, w.s, w.n);
  return 1;
}

/* Where anything may stand, the field still says in which unit. */
static int add_any_money (lua_State *L, const struct pay_field *f,
                          const struct pay_position *at, struct pay_text *t) {
  struct pay_field money = *f;
  money.type = PAY_MONEY;
  return add_scalar(L, &money, at, t);
}

/* What a value is that its neighbour decides upon. */
static const struct pay_field *variant_of (lua_State *L,
                                           const struct pay_field *f,
                                           const struct pay_position *at) {
  const struct pay_variant *v = f->variants;
  if (v == NULL)
    return f;
  pay_push_raw(L, at->table, f->by);
  for (; v->is != NULL && lua_type(L, -1) == LUA_TSTRING; v++) {
    if (pay_is_word(lua_tostring(L, -1), v->is)) {
      f = v->field;
      break;
    }
  }
  lua_pop(L, 1);
  return f;
}

int pay_add_json (lua_State *L, const struct pay_field *f,
                  const struct pay_position *at, struct pay_text *t) {
  f = variant_of(L, f, at);
  if (pay_is_null(L)) {
    if (!(f->flags & PAY_NULLABLE) && f->type != PAY_ANY)
      return pay_refuse(L, at, "must not be null");
    pay_text_add(t, "null", 4);
    return 1;
  }
  if (f->type == PAY_ANY && pay_to_money(L, -1) != NULL)
    return add_any_money(L, f, at, t);
  if (f->type == PAY_ANY || (f->type == PAY_OBJECT && f->fields == NULL))
    return pay_add_any_json(L, at, t);
  if (f->type == PAY_OBJECT)
    return add_object(L, f->fields, at, t);
  if (f->type == PAY_LIST && f->style != PAY_JOINED)
    return add_list(L, f, at, t);
  return add_scalar(L, f, at, t);
}

static int depth_of (const struct pay_position *at) {
  int depth = 0;
  for (; at != NULL; at = at->up)
    depth++;
  return depth;
}

static int add_string (lua_State *L, const struct pay_position *at,
                       struct pay_text *t) {
  size_t n;
  const char *s = lua_tolstring(L, -1, &n);
  if (pay_utf8_count(s, n) == PAY_NOT_UTF8)
    return pay_refuse(L, at, "is not valid UTF-8");
  pay_add_quoted(t, s, n);
  return 1;
}

static int add_number (lua_State *L, const struct pay_position *at,
                       struct pay_text *t) {
  static const struct pay_field any = { .name = "", .flags = PAY_SIGNED };
  struct pay_wire w;
  if (!pay_number_to_wire(L, &any, at, &w))
    return 0;
  pay_text_add(t, w.s, w.n);
  return 1;
}

static int add_money (lua_State *L, const struct pay_position *at,
                      struct pay_text *t) {
  static const struct pay_field any = { .name = "", .flags = PAY_SIGNED };
  struct pay_wire w;
  if (!pay_money_to_wire(L, &any, at, &w))
    return 0;
  pay_text_add(t, w.s, w.n);
  return 1;
}

static int add_members (lua_State *L, const struct pay_position *at,
                        struct pay_text *t) {
  int table = lua_gettop(L);
  const char *comma = "{";
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    struct pay_position here;
    size_t n;
    const char *key;
    if (lua_type(L, -2) != LUA_TSTRING)
      return pay_refuse(L, at, "mixes a list with names");
    key = lua_tolstring(L, -2, &n);
    pay_position_field(&here, at, key, table);
    if (pay_utf8_count(key, n) == PAY_NOT_UTF8)
      return pay_refuse(L, at, "has a name that is not valid UTF-8");
    pay_text_string(t, comma);
    comma = ",";
    pay_add_quoted(t, key, n);
    pay_text_char(t, ':');
    if (!pay_add_any_json(L, &here, t))
      return 0;
    lua_settop(L, table + 2);
  }
  pay_text_string(t, *comma == '{' ? "{}" : "}");
  return 1;
}

static int add_table (lua_State *L, const struct pay_position *at,
                      struct pay_text *t) {
  static const struct pay_field list = { .type = PAY_LIST };
  if (depth_of(at) > DEEPEST)
    return pay_refuse(L, at, "nested too deep");
  luaL_checkstack(L, 12, "arguments nested too deep");
  if (!pay_check_plain(L, lua_gettop(L), at))
    return 0;
  if (lua_rawlen(L, -1) > 0)
    return pay_add_json(L, &list, at, t);
  return add_members(L, at, t);
}

int pay_add_any_json (lua_State *L, const struct pay_position *at,
                      struct pay_text *t) {
  switch (lua_type(L, -1)) {
    case LUA_TSTRING: return add_string(L, at, t);
    case LUA_TNUMBER: return add_number(L, at, t);
    case LUA_TBOOLEAN:
      pay_text_string(t, lua_toboolean(L, -1) ? "true" : "false");
      return 1;
    case LUA_TTABLE: return add_table(L, at, t);
    case LUA_TLIGHTUSERDATA:
      if (lua_touserdata(L, -1) == NULL) {
        pay_text_string(t, "null");
        return 1;
      }
      break;
    default:
      if (pay_to_money(L, -1) != NULL)
        return add_money(L, at, t);
  }
  return pay_refuse_type(L, at, "something that JSON can say");
}

/*
** The reader: strict, in one pass from bytes to Lua values. What the fields
** know becomes what they say: text where decimals must keep their digits,
** booleans, whole numbers; what they do not know passes through. Null is
** absent; in a list that no field describes it is false, so that what
** stands behind it keeps its place and is not missed. Whole numbers are
** integers where Lua has them; numbers that no integer and no float holds
** exactly are their text.
*/

#define FLOAT_DIGITS 15 /* what a float surely keeps */
#define LONG_DIGITS  18 /* what a long long surely keeps */

struct reader {
  lua_State *L;
  struct pay_json *j;
  const char *at, *end;
  int depth;
  int builds; /* else the text is only examined */
};

/* What the reading of a value has come to. */
enum reading {
  BROKEN, /* see j->problem */
  VALUE,  /* it is on the top, if the reader builds */
  NOTHING /* null: nothing is on the top */
};

static enum reading broken (struct reader *r, const char *problem) {
  r->j->problem = problem;
  return BROKEN;
}

static void skip_blanks (struct reader *r) {
  while (r->at < r->end &&
         (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
    r->at++;
}

/* Whether that character comes next; then it is passed. */
static int passes (struct reader *r, char c) {
  if (r->at == r->end || *r->at != c)
    return 0;
  r->at++;
  return 1;
}

/* Bytes at the start that stand for themselves in a string. */
static size_t ordinary_run (const char *s, size_t n) {
  size_t i;
  for (i = 0; n - i >= 8; i += 8) {
    unsigned long long x;
    memcpy(&x, s + i, 8);
    if (((x | (x - EACH(0x20))) & EACH(0x80)) || has_zero(x ^ EACH('"')) ||
        has_zero(x ^ EACH('\\')))
      break;
  }
  return i;
}

/* Finds the end of the string whose opening quote was passed, and passes
   its closing one. */
static int scan_string (struct reader *r, const char **s, size_t *n,
                        int *escaped) {
  const char *p = r->at;
  *s = p;
  *escaped = 0;
  for (;;) {
    unsigned char c;
    size_t length = 1;
    p += ordinary_run(p, (size_t)(r->end - p));
    if (p == r->end)
      return broken(r, "a string without an end");
    c = (unsigned char)*p;
    if (c == '"')
      break;
    if (c == '\\') {
      *escaped = 1;
      length = r->end - p > 1 ? 2 : 1;
    }
    else if (!r->j->any_bytes) {
      r->at = p;
      if (c < 0x20)
        return broken(r, "a control character in a string");
      length = pay_utf8_char(p, (size_t)(r->end - p));
      if (length == 0) {
        r->j->not_utf8 = 1;
        return broken(r, "bytes that are not UTF-8");
      }
    }
    p += length;
  }
  *n = (size_t)(p - *s);
  r->at = p + 1;
  return VALUE;
}

static int hex_digit (char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 32);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX, or -1. */
static long code_unit (const char *s, const char *end) {
  long code = 0;
  int i;
  if (end - s < 4)
    return -1;
  for (i = 0; i < 4; i++) {
    int digit = hex_digit(s[i]);
    if (digit < 0)
      return -1;
    code = code * 16 + digit;
  }
  return code;
}

static void add_character (struct pay_text *t, long code) {
  static const unsigned char heads[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
  int tail = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  int shift = tail * 6;
  pay_text_char(t, (char)((tail > 0 ? heads[tail + 1] : 0) | (code >> shift)));
  while (shift > 0) {
    shift -= 6;
    pay_text_char(t, (char)(0x80 | ((code >> shift) & 0x3F)));
  }
}

/* Adds what \uXXXX, at 's', stands for; a surrogate needs its other half.
   Returns how many bytes it took behind the \u, or 0. */
static int add_unicode (struct pay_text *t, const char *s, const char *end) {
  long code = code_unit(s, end), low;
  if (code < 0 || (code >= 0xDC00 && code <= 0xDFFF))
    return 0;
  if (code < 0xD800 || code > 0xDFFF) {
    add_character(t, code);
    return 4;
  }
  if (end - s < 10 || s[4] != '\\' || s[5] != 'u')
    return 0;
  low = code_unit(s + 6, end);
  if (low < 0xDC00 || low > 0xDFFF)
    return 0;
  add_character(t, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
  return 10;
}

static int add_unescaped (struct pay_text *t, const char *s, size_t n) {
  static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const char *end = s + n;
  while (s < end) {
    const char *slash = memchr(s, '\\', (size_t)(end - s)), *found;
    pay_text_add(t, s, (size_t)((slash != NULL ? slash : end) - s));
    if (slash == NULL)
      return 1;
    s = slash + 2;
    if (slash[1] == 'u') {
      int taken = add_unicode(t, s, end);
      if (taken == 0)
        return 0;
      s += taken;
      continue;
    }
    found = slash[1] != '\0' ? strchr(letters, slash[1]) : NULL;
    if (found == NULL)
      return 0;
    pay_text_char(t, meant[found - letters]);
  }
  return 1;
}

/* Pushes the string that these bytes, with escapes in them, mean. */
static int push_unescaped (struct reader *r, const char *s, size_t n) {
  struct pay_text t;
  pay_text_open(r->L, &t);
  if (!add_unescaped(&t, s, n)) {
    r->at = s;
    return broken(r, "an escape that is none in a string");
  }
  pay_text_push(&t);
  lua_remove(r->L, t.box);
  if (!r->builds)
    lua_pop(r->L, 1);
  return VALUE;
}

/* Whole digits that an integer of this Lua holds exactly. */
static int to_whole (const char *s, size_t n, long long *x) {
  const long long most = PAY_MAX_INTEGER;
  size_t i = n > 0 && *s == '-';
  int negative = (int)i;
  for (*x = 0; i < n; i++) {
    int digit = s[i] - '0';
    if (digit < 0 || digit > 9 || *x > (most - digit) / 10)
      return 0;
    *x = *x * 10 + digit;
  }
  *x = negative ? -*x : *x;
  return n > (size_t)negative;
}

static char lower (char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static int same_letters (const char *word, const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    if (word[i] == '\0' || word[i] != lower(s[i]))
      return 0;
  }
  return word[n] == '\0';
}

/* 1 for a text that says yes, 0 for one that says no, else -1. */
static int yes_or_no (const char *s, size_t n) {
  static const char *const words[][2] = { { "false", "true" },
                                          { "0", "1" },
                                          { "no", "yes" },
                                          { "off", "on" },
                                          { NULL, NULL } };
  int i, yes;
  for (i = 0; words[i][1] != NULL; i++) {
    for (yes = 0; yes < 2; yes++) {
      if (same_letters(words[i][yes], s, n))
        return yes;
    }
  }
  return n == 0 ? 0 : -1;
}

/* Pushes what a text means to a boolean or a whole number, else itself. */
static void push_text (lua_State *L, const struct pay_field *f, const char *s,
                       size_t n) {
  long long x;
  if (f != NULL && f->type == PAY_BOOLEAN && yes_or_no(s, n) >= 0)
    lua_pushboolean(L, yes_or_no(s, n));
  else if (f != NULL && f->type == PAY_INTEGER && to_whole(s, n, &x))
    pay_pushwhole(L, x);
  else
    lua_pushlstring(L, s, n);
}

static enum reading read_string (struct reader *r, const struct pay_field *f) {
  const char *s;
  size_t n;
  int escaped;
  r->at++;
  if (!scan_string(r, &s, &n, &escaped))
    return BROKEN;
  if (escaped)
    return push_unescaped(r, s, n) ? VALUE : BROKEN;
  if (r->builds)
    push_text(r->L, f, s, n);
  return VALUE;
}

/* A number as it stands in the text. */
struct number {
  const char *s;
  size_t n;
  int digits; /* in front of the exponent, all of them */
  int point;  /* of which behind the point */
  int has_exponent;
  int exponent;    /* far from what a float holds: cut off */
  long long units; /* the digits as one number, when they are not too many */
};

static const char *add_number_digits (const char *p, const char *end,
                                      struct number *x) {
  for (; p < end && pay_is_digit(*p); p++) {
    if (x->digits++ < LONG_DIGITS)
      x->units = x->units * 10 + (*p - '0');
  }
  return p;
}

static const char *scan_exponent (const char *p, const char *end,
                                  struct number *x) {
  int negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+'))
    p++;
  if (p == end || !pay_is_digit(*p))
    return NULL;
  for (; p < end && pay_is_digit(*p); p++) {
    if (x->exponent < 100000)
      x->exponent = x->exponent * 10 + (*p - '0');
  }
  if (negative)
    x->exponent = -x->exponent;
  x->has_exponent = 1;
  return p;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)? */
static int scan_number (struct reader *r, struct number *x) {
  const char *p = r->at, *whole;
  memset(x, 0, sizeof(*x));
  x->s = p;
  if (*p == '-')
    p++;
  whole = p;
  p = add_number_digits(p, r->end, x);
  if (p == whole || (*whole == '0' && p - whole > 1))
    return 0;
  if (p < r->end && *p == '.') {
    int before = x->digits;
    p = add_number_digits(p + 1, r->end, x);
    x->point = x->digits - before;
    if (x->point == 0)
      return 0;
  }
  if (p < r->end && (*p == 'e' || *p == 'E')) {
    p = scan_exponent(p + 1, r->end, x);
    if (p == NULL)
      return 0;
  }
  if (*x->s == '-')
    x->units = -x->units;
  x->n = (size_t)(p - x->s);
  r->at = p;
  return 1;
}

/* Text whatever JSON says: decimals keep their digits so. */
static int is_text (const struct pay_field *f) {
  return f != NULL && (f->type == PAY_STRING ||
                       (f->type == PAY_MONEY && f->unit != PAY_MINOR));
}

/* Pushes its digits, without an exponent where that can be. */
static void push_digits (lua_State *L, const struct number *x) {
  struct pay_decimal d;
  char room[PAY_DECIMAL_ROOM];
  int exponent = x->exponent - x->point;
  d.units = x->units;
  d.digits = exponent < 0 ? -exponent : 0;
  if (x->has_exponent && x->digits <= LONG_DIGITS && exponent >= -9 &&
      exponent + x->digits <= LONG_DIGITS) {
    for (; exponent > 0; exponent--)
      d.units *= 10;
    lua_pushlstring(L, room, pay_decimal_write(&d, room));
  }
  else
    lua_pushlstring(L, x->s, x->n);
}

static const double powers_of_ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,
                                        1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                        1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
                                        1e18, 1e19, 1e20, 1e21, 1e22 };

/* With at most 15 digits and a power of ten that a double is exactly, one
   division or multiplication rounds as reading would. Beyond that the C
   library reads: digits and an exponent, where no locale has a say. */
static double to_double (const struct number *x) {
  int exponent = x->exponent - x->point;
  char room[64];
  double units = (double)x->units;
  if (exponent >= 0 && exponent <= 22)
    return units * powers_of_ten[exponent];
  if (exponent < 0 && exponent >= -22)
    return units / powers_of_ten[-exponent];
  snprintf(room, sizeof(room), "%llde%d", x->units, exponent);
  return strtod(room, NULL);
}

static enum reading push_number (struct reader *r, const struct pay_field *f,
                                 const struct number *x) {
  lua_State *L = r->L;
  long long whole;
  double d;
  if (is_text(f)) {
    push_digits(L, x);
    return VALUE;
  }
  if (x->point == 0 && !x->has_exponent && to_whole(x->s, x->n, &whole)) {
    if (f != NULL && f->type == PAY_BOOLEAN && (whole == 0 || whole == 1))
      lua_pushboolean(L, (int)whole);
    else
      pay_pushwhole(L, whole);
    return VALUE;
  }
  if (x->digits > FLOAT_DIGITS) {
    lua_pushlstring(L, x->s, x->n);
    return VALUE;
  }
  d = to_double(x);
  if (d == floor(d) && fabs(d) < PAY_MAX_EXACT)
    pay_pushwhole(L, (long long)d);
  else
    lua_pushnumber(L, (lua_Number)d);
  return VALUE;
}

static enum reading read_number (struct reader *r, const struct pay_field *f) {
  struct number x;
  if (!scan_number(r, &x))
    return broken(r, "no value of JSON");
  if (x.digits <= FLOAT_DIGITS && x.exponent > 290 &&
      fabs(to_double(&x)) > DBL_MAX)
    return broken(r, "a number beyond all that can be held");
  if (r->builds)
    return push_number(r, f, &x);
  if (x.digits > FLOAT_DIGITS)
    r->j->long_numbers = 1;
  return VALUE;
}

static enum reading read_word (struct reader *r, const char *word,
                               enum reading reading) {
  size_t n = strlen(word);
  if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
    return broken(r, "no value of JSON");
  r->at += n;
  if (reading == VALUE && r->builds)
    lua_pushboolean(r->L, *word == 't');
  return reading;
}

static enum reading read_value (struct reader *r, const struct pay_field *f);

/* What the elements of a list are. */
static const struct pay_field *element_of (const struct pay_field *f) {
  if (f == NULL || f->element == NULL)
    return f != NULL && f->fields != NULL ? f : NULL;
  return f->element;
}

static enum reading read_elements (struct reader *r,
                                   const struct pay_field *f) {
  int list = lua_gettop(r->L), i = 0;
  skip_blanks(r);
  if (passes(r, ']'))
    return VALUE;
  for (;;) {
    enum reading reading = read_value(r, f);
    if (reading == BROKEN)
      return BROKEN;
    if (r->builds && (reading == VALUE || f == NULL)) {
      if (reading == NOTHING)
        lua_pushboolean(r->L, 0);
      lua_rawseti(r->L, list, ++i);
    }
    skip_blanks(r);
    if (passes(r, ']'))
      return VALUE;
    if (!passes(r, ','))
      return broken(r, "no comma between elements");
  }
}

/* The members of an object that is being read. */
struct members {
  const struct pay_field *fields;    /* NULL: none is known */
  const struct pay_field *next;      /* most likely to come */
  int table, names;                  /* stack indices */
  int trims;                         /* blanks at the end are none */
  unsigned long long named, aliased; /* bits of the fields that came */
};

static int is_spelt (const char *name, const char *s, size_t n) {
  size_t i;
  for (i = 0; i < n; i++) {
    if (name[i] == '\0' || name[i] != s[i])
      return 0;
  }
  return name[n] == '\0';
}

static int is_of (const struct pay_field *f, const char *s, size_t n) {
  return is_spelt(f->name, s, n) ||
         (f->alias != NULL && is_spelt(f->alias, s, n));
}

/* The field of that name: most come in the order of the rows. */
static const struct pay_field *field_of (struct members *m, const char *s,
                                         size_t n) {
  const struct pay_field *f;
  if (m->fields == NULL)
    return NULL;
  for (f = m->next; f->name != NULL; f++) {
    if (is_of(f, s, n))
      return f;
  }
  for (f = m->fields; f != m->next; f++) {
    if (is_of(f, s, n))
      return f;
  }
  return NULL;
}

/* Whether the name on the top has a value already. */
static int is_taken (lua_State *L, int table) {
  int taken;
  lua_pushvalue(L, -1);
  lua_rawget(L, table);
  taken = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return taken;
}

/* Pushes the name that a field is known by, and says whether it is new. */
static int push_known (lua_State *L, struct members *m,
                       const struct pay_field *f, const char *s, size_t n) {
  long i = (long)(f - m->fields);
  int aliased = f->alias != NULL && is_spelt(f->alias, s, n);
  unsigned long long *came = aliased ? &m->aliased : &m->named;
  unsigned long long bit = i < 64 ? 1ULL << i : 0;
  lua_rawgeti(L, m->names, (int)(aliased ? -i - 1 : i + 1));
  m->next = f[1].name != NULL ? f + 1 : m->fields;
  if (bit == 0)
    return !is_taken(L, m->table);
  if (*came & bit)
    return 0;
  *came |= bit;
  return 1;
}

static enum reading read_name (struct reader *r, struct members *m,
                               const struct pay_field **f) {
  lua_State *L = r->L;
  const char *s;
  size_t n;
  int escaped, is_new;
  if (!passes(r, '"'))
    return broken(r, "no name where one must stand");
  if (!scan_string(r, &s, &n, &escaped))
    return BROKEN;
  *f = NULL;
  if (!r->builds)
    return escaped && !push_unescaped(r, s, n) ? BROKEN : VALUE;
  if (escaped) {
    if (!push_unescaped(r, s, n))
      return BROKEN;
    s = lua_tolstring(L, -1, &n);
  }
  for (; m->trims && n > 0 && s[n - 1] == ' '; n--)
    ;
  *f = field_of(m, s, n);
  if (*f != NULL)
    is_new = push_known(L, m, *f, s, n);
  else {
    lua_pushlstring(L, s, n);
    is_new = !is_taken(L, m->table);
  }
  if (escaped)
    lua_remove(L, -2);
  return is_new ? VALUE : broken(r, "a name that stands twice");
}

/* A misspelt name also answers to its right spelling. Name and value are on
   the top, and stay. */
static void set_other_name (lua_State *L, struct members *m,
                            const struct pay_field *f) {
  long i = (long)(f - m->fields);
  lua_rawgeti(L, m->names, (int)(i + 1));
  if (lua_rawequal(L, -1, -3)) {
    lua_pop(L, 1);
    lua_rawgeti(L, m->names, (int)(-i - 1));
  }
  if (!is_taken(L, m->table)) {
    lua_pushvalue(L, -2);
    lua_rawset(L, m->table);
  }
  else
    lua_pop(L, 1);
}

static enum reading read_member (struct reader *r, struct members *m) {
  const struct pay_field *f;
  enum reading reading;
  skip_blanks(r);
  if (!read_name(r, m, &f))
    return BROKEN;
  skip_blanks(r);
  if (!passes(r, ':'))
    return broken(r, "no colon behind a name");
  if (f == NULL && r->depth == 1 && r->j->root != NULL && r->builds &&
      strcmp(lua_tostring(r->L, -1), r->j->root) == 0)
    f = r->j->field;
  reading = read_value(r, f);
  if (!r->builds || reading == BROKEN)
    return reading;
  if (reading == NOTHING) {
    lua_pop(r->L, 1);
    return VALUE;
  }
  if (f != NULL && f->alias != NULL)
    set_other_name(r->L, m, f);
  lua_rawset(r->L, m->table);
  return VALUE;
}

static enum reading read_members (struct reader *r, struct members *m) {
  skip_blanks(r);
  if (passes(r, '}'))
    return VALUE;
  do {
    if (!read_member(r, m))
      return BROKEN;
    skip_blanks(r);
  } while (passes(r, ','));
  return passes(r, '}') ? VALUE : broken(r, "no comma between members");
}

static enum reading read_object (struct reader *r, const struct pay_field *f) {
  lua_State *L = r->L;
  struct members m;
  memset(&m, 0, sizeof(m));
  m.fields = m.next = f != NULL ? f->fields : NULL;
  m.trims = f != NULL && (f->flags & PAY_TRIM);
  if (!r->builds)
    return read_members(r, &m);
  if (m.fields == NULL)
    lua_createtable(L, 0, 4);
  else {
    pay_push_names(L, m.fields);
    m.names = lua_gettop(L);
    lua_rawgeti(L, -1, 0);
    lua_createtable(L, 0, (int)lua_tointeger(L, -1));
    lua_replace(L, -2);
  }
  m.table = lua_gettop(L);
  if (!read_members(r, &m))
    return BROKEN;
  lua_settop(L, m.table);
  if (m.names != 0)
    lua_replace(L, m.names);
  return VALUE;
}

static enum reading read_list (struct reader *r, const struct pay_field *f) {
  if (r->builds)
    lua_createtable(r->L, 4, 0);
  return read_elements(r, element_of(f));
}

static enum reading read_nested (struct reader *r, const struct pay_field *f) {
  int is_list = *r->at++ == '[';
  enum reading reading;
  if (++r->depth > DEEPEST)
    return broken(r, "nested too deep");
  luaL_checkstack(r->L, 12, "JSON nested too deep");
  reading = is_list ? read_list(r, f) : read_object(r, f);
  r->depth--;
  return reading;
}

static enum reading read_value (struct reader *r, const struct pay_field *f) {
  skip_blanks(r);
  if (r->at == r->end)
    return broken(r, "an end where a value must stand");
  switch (*r->at) {
    case '{':
    case '[': return read_nested(r, f);
    case '"': return read_string(r, f);
    case 't': return read_word(r, "true", VALUE);
    case 'f': return read_word(r, "false", VALUE);
    case 'n': return read_word(r, "null", NOTHING);
    default: return read_number(r, f);
  }
}

static const char *skip_byte_order_mark (const char *s, size_t n) {
  return n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? s + 3 : s;
}

static int read_json (lua_State *L, struct pay_json *j, int builds) {
  struct reader r;
  int top = lua_gettop(L);
  enum reading reading;
  r.L = L;
  r.j = j;
  r.at = skip_byte_order_mark(j->s, j->n);
  r.end = j->s + j->n;
  r.depth = 0;
  r.builds = builds;
  j->problem = NULL;
  j->not_utf8 = j->long_numbers = 0;
  reading = read_value(&r, j->field);
  skip_blanks(&r);
  if (reading != BROKEN && r.at < r.end)
    reading = broken(&r, "something behind the value");
  j->byte = (size_t)(r.at - j->s) + 1;
  if (reading == BROKEN)
    lua_settop(L, top);
  else if (builds && reading == NOTHING)
    lua_pushnil(L);
  return reading != BROKEN;
}

int pay_read_json (lua_State *L, struct pay_json *j) {
  return read_json(L, j, 1);
}

int pay_examine_json (lua_State *L, struct pay_json *j) {
  return read_json(L, j, 0);
}

void pay_push_json_problem (lua_State *L, const struct pay_json *j) {
  int byte = (int)j->byte;
  if (j->n >= 2 && memcmp(j->s, "\x1F\x8B", 2) == 0)
    lua_pushliteral(L, "compressed (gzip), which was not asked for");
  else if (j->not_utf8)
    lua_pushfstring(L, "not UTF-8 (Latin-1, perhaps; at byte %d)", byte);
  else
    lua_pushfstring(L, "not JSON (%s, at byte %d)", j->problem, byte);
}

static void clean_value (lua_State *L, int depth);

static void push_null (lua_State *L, int in_list) {
  if (in_list)
    lua_pushboolean(L, 0);
  else
    lua_pushnil(L);
}

static void clean_table (lua_State *L, int depth) {
  int table = lua_gettop(L);
  if (depth > DEEPEST)
    luaL_error(L, "nested too deep");
  luaL_checkstack(L, 8, "nested too deep");
  for (lua_pushnil(L); lua_next(L, table);) {
    if (pay_is_null(L)) {
      lua_pop(L, 1);
      push_null(L, lua_type(L, table + 1) == LUA_TNUMBER);
    }
    else
      clean_value(L, depth + 1);
    lua_pushvalue(L, table + 1);
    lua_insert(L, -2);
    lua_rawset(L, table);
  }
}

static void clean_value (lua_State *L, int depth) {
  if (lua_istable(L, -1))
    clean_table(L, depth);
  else if (lua_type(L, -1) == LUA_TNUMBER && !lua_isinteger(L, -1)) {
    double x = (double)lua_tonumber(L, -1);
    if (x == floor(x) && fabs(x) < PAY_MAX_EXACT) {
      pay_pushwhole(L, (long long)x);
      lua_replace(L, -2);
    }
  }
}

int pay_clean (lua_State *L) {
  lua_settop(L, 1);
  if (pay_is_null(L))
    lua_pushnil(L);
  clean_value(L, 1);
  return 1;
}
