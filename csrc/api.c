/*
** api.c - the list of APIs; an endpoint by its number and by its name.
*/
#include <string.h>

#include "api.h"

const struct pay_api *const pay_apis[] = { &pay_infobip, &pay_mobip,
                                           &pay_mobilepay_online,
                                           &pay_mobilepay_subscriptions,
                                           NULL };

const struct pay_endpoint *pay_endpoint (long number,
                                         const struct pay_api **api) {
  const struct pay_api *const *a;
  for (a = pay_apis; *a != NULL; a++) {
    const struct pay_endpoint *e;
    for (e = (*a)->endpoints; e->name != NULL; e++) {
      if (--number == 0) {
        *api = *a;
        return e;
      }
    }
  }
  return NULL;
}

static int is_named (const struct pay_api *a, const struct pay_endpoint *e,
                     const char *id) {
  size_t n = strlen(a->name);
  return strncmp(id, a->name, n) == 0 && id[n] == '.' &&
         strcmp(id + n + 1, e->name) == 0;
}

long pay_find (const char *id) {
  long number = 0;
  const struct pay_api *const *a;
  for (a = pay_apis; *a != NULL; a++) {
    const struct pay_endpoint *e;
    for (e = (*a)->endpoints; e->name != NULL; e++) {
      number++;
      if (is_named(*a, e, id))
        return number;
    }
  }
  return 0;
}

const struct pay_field *pay_field (const struct pay_field *fields,
                                   const char *name) {
  const struct pay_field *f;
  for (f = fields; f != NULL && f->name != NULL; f++) {
    if (strcmp(f->name, name) == 0)
      return f;
    if (f->alias != NULL && strcmp(f->alias, name) == 0)
      return f;
  }
  return NULL;
}
