/*
** utf8.h - is it UTF-8, and how many characters.
*/
#ifndef PAY_UTF8_H
#define PAY_UTF8_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

#define PAY_NOT_UTF8 ((size_t)-1)

/* Bytes of the character at 's', or 0 where there is none in UTF-8:
   no overlong form, no surrogate, nothing beyond U+10FFFF. */
size_t pay_utf8_char (const char *s, size_t n);

/* Bytes at the start that are printable ASCII, maybe not all of them. */
size_t pay_ascii_run (const char *s, size_t n);

/* Characters in the text, or PAY_NOT_UTF8. */
size_t pay_utf8_count (const char *s, size_t n);

#pragma GCC visibility pop

#endif
