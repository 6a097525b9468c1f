/*
** scan.h - how scan.c marks a long number for read.c.
*/
#ifndef PAY_SCAN_H
#define PAY_SCAN_H

#define PAY_FLOAT_DIGITS 15     /* what a float surely keeps */
#define PAY_LONG_NUMBER  '\x1f' /* first character of its text */

#endif
