/*
** host.h - what every module asks of the machine that it runs on. It stands
** beside compat.h: below all of them, and knows neither Lua nor payments.
*/
#ifndef PAY_HOST_H
#define PAY_HOST_H

/* Comes before the headers of the system, or not at all. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* CLOCK_BOOTTIME, dladdr, statx, pipe2 */
#endif

#include <dlfcn.h>
#include <time.h>

/* Seconds since this machine has started, suspended or not: one clock for
   all its processes, which nobody can set. Linux's CLOCK_MONOTONIC stands
   still while the machine is suspended. */
static inline double pay_boottime (void) {
  struct timespec t;
#if defined(CLOCK_BOOTTIME)
  if (clock_gettime(CLOCK_BOOTTIME, &t) != 0)
#endif
    clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The library in which 'inside' stands is never unloaded: what it has begun,
   as a thread, may outlive the Lua state. */
static inline void pay_stay_loaded (const void *inside) {
  Dl_info here;
  if (dladdr(inside, &here) != 0)
    (void)dlopen(here.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

#endif
