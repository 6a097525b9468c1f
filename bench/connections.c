/*
** connections.c - KB of memory of an open connection on which nothing goes
** on: 1000 at once beside 32, opened as luapay opens them.
**
** usage: connections URL
*/
#include "../csrc/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEW  32
#define MANY 1000

static long peak (void) {
  FILE *file = fopen("/proc/self/status", "r");
  char line[200];
  long kb = 0;
  while (file != NULL && fgets(line, sizeof(line), file) != NULL)
    if (strncmp(line, "VmHWM:", 6) == 0)
      kb = atol(line + 6);
  if (file != NULL)
    fclose(file);
  return kb;
}

static void die (const char *what) {
  fprintf(stderr, "connections: %s\n", what);
  exit(1);
}

static void open_more (struct pay_opener *o, const char *url, int n) {
  struct pay_connection *c;
  int i;
  for (i = 0; i < n; i++)
    if (pay_connection_open(o, url, 0, 10000, NULL) == NULL)
      die("no memory");
  while (n > 0) {
    (void)poll(o->fds, (nfds_t)o->n_fds, 10);
    pay_opener_drive(o);
    for (; (c = pay_opener_next(o)) != NULL; n--)
      if (c->state != PAY_OPEN)
        die(c->problem);
  }
}

int main (int count, char **args) {
  static struct pay_opener o;
  long few;
  const char *problem = pay_libcurl_problem();
  if (count != 2)
    die("usage: connections URL");
  if (problem != NULL)
    die(problem);
  pay_opener_init(&o);
  open_more(&o, args[1], FEW);
  few = peak();
  open_more(&o, args[1], MANY - FEW);
  printf("%.2f\n", (double)(peak() - few) / (MANY - FEW));
  pay_opener_close(&o);
  return 0;
}
