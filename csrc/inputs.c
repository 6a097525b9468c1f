/*
** inputs.c - where a checked value goes: path, query, header, or the body
** as a form, as multipart or as JSON.
*/
#include <string.h>

#include "request.h"

/* The name of a form's field; what the settings hold stays alive. */
static const char *name_of (struct pay_request *r, const struct pay_field *f) {
  const char *name = NULL;
  if (!r->renames)
    return f->name;
  lua_getfield(r->L, r->settings, "rename");
  lua_getfield(r->L, -1, f->name);
  name = lua_tostring(r->L, -1);
  lua_pop(r->L, 2);
  return name != NULL ? name : f->name;
}

static void add_pair (struct pay_text *t, char between, const char *name,
                      const struct pay_wire *w) {
  if (t->n > 0)
    pay_text_char(t, between);
  pay_text_string(t, name); /* a spec sees that names need no escape */
  pay_text_char(t, '=');
  pay_add_escaped(t, w->s, w->n);
}

static void add_query (struct pay_request *r, const char *name,
                       const struct pay_wire *w) {
  int first = memchr(r->target.s, '?', r->target.n) == NULL;
  add_pair(&r->target, first ? '?' : '&', name, w);
}

static int holds (const char *s, size_t n, const char *part) {
  size_t length = strlen(part);
  const char *end = s + n;
  while ((size_t)(end - s) >= length) {
    const char *next = memchr(s, part[0], (size_t)(end - s) - length + 1);
    if (next == NULL)
      return 0;
    if (memcmp(next, part, length) == 0)
      return 1;
    s = next + 1;
  }
  return 0;
}

static int add_part (struct pay_request *r, const char *name,
                     const struct pay_spot *at, const struct pay_wire *w) {
  struct pay_text *t = &r->body;
  if (holds(w->s, w->n, PAY_BOUNDARY))
    return pay_complain(r->L, at, "must not hold \"" PAY_BOUNDARY "\"");
  pay_text_string(t, "--" PAY_BOUNDARY "\r\n"
                     "Content-Disposition: form-data; name=\"");
  pay_text_string(t, name);
  pay_text_string(t, "\"\r\n\r\n");
  pay_text_add(t, w->s, w->n);
  pay_text_string(t, "\r\n");
  return 1;
}

int pay_add_input (struct pay_request *r, const struct pay_field *f,
                   const struct pay_spot *at, const struct pay_wire *w) {
  const char *name = name_of(r, f);
  if (r->inputs == PAY_AS_QUERY)
    add_query(r, name, w);
  else if (r->inputs == PAY_AS_MULTIPART)
    return add_part(r, name, at, w);
  else
    add_pair(&r->body, '&', name, w);
  return 1;
}

static void add_header (struct pay_request *r, const struct pay_field *f,
                        const struct pay_wire *w) {
  lua_pushlstring(r->L, w->s, w->n);
  lua_setfield(r->L, r->headers, f->name);
}

/* The value on the top goes where its field says. */
int pay_place (struct pay_request *r, const struct pay_field *f,
               const struct pay_spot *at) {
  struct pay_wire w;
  if (f->place == PAY_WHOLE)
    return pay_add_json(r->L, f, at, &r->body);
  if (f->place == PAY_BODY && r->inputs == PAY_AS_JSON)
    return pay_add_json_member(r->L, f, at, &r->body);
  if (!pay_to_wire(r->L, f, at, &w))
    return 0;
  if (f->place == PAY_HEADER)
    add_header(r, f, &w);
  else if (f->place == PAY_QUERY)
    add_query(r, f->name, &w);
  else
    return pay_add_input(r, f, at, &w);
  return 1;
}
