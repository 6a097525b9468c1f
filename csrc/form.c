/*
** form.c - text in a URL or a form: what RFC 3986 does not leave alone
** goes as %XX.
*/
#include "core.h"

/* clang-format off */
static const unsigned char is_unreserved[256] = {
  ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1,
  ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1, ['A'] = 1, ['B'] = 1,
  ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1,
  ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1,
  ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1,
  ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1,
  ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1,
  ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1,
  ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1,
  ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1,
  ['y'] = 1, ['z'] = 1, ['-'] = 1, ['.'] = 1, ['_'] = 1, ['~'] = 1
};
/* clang-format on */

void pay_add_escaped (struct pay_text *t, const char *s, size_t n) {
  static const char hex[] = "0123456789ABCDEF";
  const char *end = s + n;
  char *to = pay_text_room(t, n * 3);
  for (; s < end; s++) {
    unsigned char c = (unsigned char)*s;
    if (is_unreserved[c])
      *to++ = (char)c;
    else {
      *to++ = '%';
      *to++ = hex[c >> 4];
      *to++ = hex[c & 15];
    }
  }
  t->n = (size_t)(to - t->s);
}
