/*
** core.h - between the files of luapay.core.
** Functions here that return int return 1, or 0 with a fault (a table
** with 'kind', 'outcome', 'message' and maybe 'field') on the top.
*/
#ifndef PAY_CORE_H
#define PAY_CORE_H

#include "compat.h"
#include "pay.h"
#include "text.h"

#pragma GCC visibility push(hidden)

/* Where in the arguments we are, for messages: "lines[2].amount". */
struct pay_position {
  const struct pay_position *up;
  const char *name; /* NULL for an element of a list */
  int index;        /* of that element */
  int table;        /* stack index of the table that holds the value */
  int lenient;      /* fields that we do not know may pass */
  int redact;       /* secrets are not written out */
  const struct pay_currency *currency; /* the client's, or NULL */
};

/* A scalar as it goes out. 's' points into 'room' or into the value. */
struct pay_wire {
  const char *s;
  size_t n;
  int bare; /* JSON writes it without quotes */
  char room[48];
};

/* Makes 'here' the position of a field, or of an element, of the table at
   the stack index 'table', which is at 'up'. */
void pay_position_field (struct pay_position *here,
                         const struct pay_position *up, const char *name,
                         int table);
void pay_position_element (struct pay_position *here,
                           const struct pay_position *up, int index,
                           int table);

/* Pushes the fault "<position>: <problem>"; returns 0. */
int pay_refuse (lua_State *L, const struct pay_position *at,
                const char *problem, ...);

/* The same for a value of the wrong type, on the top. */
int pay_refuse_type (lua_State *L, const struct pay_position *at,
                     const char *expected);

/* Pushes the value as a message may show it: quoted, short. */
void pay_show (lua_State *L, const struct pay_field *f, const char *s,
               size_t n);

/* Refuses a key of the table at 'idx' that 'fields' does not name, after
   'known' of its keys were seen to be named. */
int pay_check_keys (lua_State *L, int idx, const struct pay_field *fields,
                    const struct pay_position *at, int known);

/* Pushes the value of 'f' in the table at at->table, nil when absent;
   at->name becomes the spelling that the caller used. Returns whether a
   key of the table was read. 'f' is the i-th (from 1) of fields whose names
   are at the stack index 'names'; 0: its own strings will do. */
int pay_get (lua_State *L, const struct pay_field *f, struct pay_position *at,
             int names, int i);

/* Whether two texts are the same but for the case of their letters. */
int pay_is_word (const char *a, const char *b);

/* Pushes what a table holds under a name, without its metatable. */
void pay_push_raw (lua_State *L, int table, const char *name);

/* Refuses a table of arguments that is not what it says when it is read. */
int pay_check_plain (lua_State *L, int table, const struct pay_position *at);

/* Refuses a name that no table of fields knows and that cannot be sent. */
int pay_check_name (lua_State *L, const struct pay_position *at, const char *s,
                    size_t n);

/* Refuses the absence of a required one of 'fields'. */
int pay_check_absent (lua_State *L, const struct pay_field *f,
                      const struct pay_position *at,
                      const struct pay_field *fields);

/* Checks the value on the top and makes its wire form. What the wire form
   points to may replace the value, so leave it there until it is used. */
int pay_to_wire (lua_State *L, const struct pay_field *f,
                 const struct pay_position *at, struct pay_wire *w);

int pay_take_integer (lua_State *L, const struct pay_position *at,
                      long long *x);
int pay_number_to_wire (lua_State *L, const struct pay_field *f,
                        const struct pay_position *at, struct pay_wire *w);
int pay_money_to_wire (lua_State *L, const struct pay_field *f,
                       const struct pay_position *at, struct pay_wire *w);

/* Checks that the table on the top is a list of as many as allowed. */
int pay_check_list (lua_State *L, const struct pay_field *f,
                    const struct pay_position *at, int *n);

/* Refuses arguments that break a rule between fields: see arguments.c. */
int pay_check_rules (lua_State *L, const struct pay_endpoint *e,
                     const struct pay_position *root);

/* Sets "rules" in the table on the top: what each asks, in words. */
void pay_describe_rules (lua_State *L, const struct pay_endpoint *e);

/* Adds the value on the top as JSON, checked. */
int pay_add_json (lua_State *L, const struct pay_field *f,
                  const struct pay_position *at, struct pay_text *t);

/* Adds the value on the top as JSON, whatever it is. */
int pay_add_any_json (lua_State *L, const struct pay_position *at,
                      struct pay_text *t);

/* Adds "name":value for the value on the top, with a comma if needed. */
int pay_add_json_member (lua_State *L, const struct pay_field *f,
                         const struct pay_position *at, struct pay_text *t);

/* Adds a JSON string. */
void pay_add_quoted (struct pay_text *t, const char *s, size_t n);

/* Pushes a request made of the arguments at the stack index 'args'. The
   table at 'settings' (0: none) is the client's: see request.c; that at
   'made' (0: none) has values for a key and for headers, where the
   arguments have none. The
   request has a 'url' when 'base' says where the host is, else a 'target'
   without one. */
int pay_prepare (lua_State *L, const struct pay_endpoint *e, int args,
                 int settings, const char *base, int made);

/* Pushes the result that a status and the text of an answer mean.
   'problem': why the text cannot be read, if that is known already. */
int pay_interpret (lua_State *L, const struct pay_api *api,
                   const struct pay_endpoint *e, int status, const char *text,
                   size_t n, const char *problem);

/* Pushes the description of an endpoint, of an API. */
void pay_describe (lua_State *L, const struct pay_api *api,
                   const struct pay_endpoint *e);
void pay_describe_api (lua_State *L, const struct pay_api *api);

/* A text of JSON that is to be read, and what became of it. */
struct pay_json {
  const char *s;
  size_t n;
  const struct pay_field *field; /* what it is; NULL: anything */
  const char *root;              /* a member that may wrap the whole */
  int any_bytes;                 /* strings may hold what is no UTF-8 */
  const char *problem;           /* out: what is wrong with it */
  size_t byte;                   /* out: where, from 1 */
  int not_utf8, long_numbers;    /* out: beyond what a float surely keeps */
};

/* Pushes the value that the text means (nil for null) and returns 1; or
   returns 0, with the problem said. */
int pay_read_json (lua_State *L, struct pay_json *j);

/* The same, without a value. */
int pay_examine_json (lua_State *L, struct pay_json *j);

/* Pushes "not JSON (...)": what is wrong, without a byte of the text. */
void pay_push_json_problem (lua_State *L, const struct pay_json *j);

/* clean(value) -> what another decoder has made, as ours would have: nulls
   are absent, whole numbers are integers */
int pay_clean (lua_State *L);

/* Pushes the names of fields as a table: [i] is the name of the i-th,
   [-i] its alias, [0] how many there are; [name] is i, [alias] is -i. */
void pay_push_names (lua_State *L, const struct pay_field *fields);

/* Whether a call that is lost has moved nothing: it reads, or logs in. */
int pay_is_harmless (const struct pay_endpoint *e);

/* Whether the value on the top is luapay.null. */
int pay_is_null (lua_State *L);

/* Sets a text in the table on the top; nothing for NULL. */
void pay_set_text (lua_State *L, const char *name, const char *value);

/* The money at 'idx', or NULL when it is something else. */
const struct pay_money *pay_to_money (lua_State *L, int idx);

/* Pushes the money that the arguments of Lua's call say. */
int pay_new_money (lua_State *L);

/* minor(units, currency) -> money */
int pay_minor_money (lua_State *L);

/* Registers money's metatable. */
void pay_open_money (lua_State *L);

#pragma GCC visibility pop

#endif
