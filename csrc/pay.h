/*
** pay.h - the vocabulary in which an API is written down: fields, endpoints,
** APIs. Plain data, known at compile time; nothing here needs Lua.
** What is not said is zero, and zero is the ordinary case: in the body,
** optional, not secret, no bound, never negative.
*/
#ifndef PAY_H
#define PAY_H

#include <stddef.h>

enum pay_type {
  PAY_STRING,
  PAY_INTEGER,
  PAY_NUMBER, /* a decimal that is not money: a quantity, a rate */
  PAY_MONEY,  /* see 'unit' and 'currency' */
  PAY_BOOLEAN,
  PAY_ID,     /* digits or text, kept as they are */
  PAY_OBJECT, /* of 'fields'; without them, of anything */
  PAY_LIST,   /* of objects of 'fields', or of 'element' */
  PAY_ANY     /* whatever JSON can say */
};

enum pay_place {
  PAY_BODY,
  PAY_PATH,
  PAY_QUERY,
  PAY_HEADER,
  PAY_WHOLE /* the value is the body: a bare list, a JSON Patch */
};

/* What the text of a string must look like. */
enum pay_format {
  PAY_PLAIN,
  PAY_UUID,
  PAY_DATE,      /* 2023-05-31 */
  PAY_MONTH,     /* 2023-05 */
  PAY_DATE_TIME, /* of RFC 3339: 2023-05-31T12:00:00[.0](Z|+02:00) */
  PAY_URL,       /* scheme://host... */
  PAY_HTTPS,     /* https://host... */
  PAY_CURRENCY,  /* three letters, ISO 4217 */
  PAY_COUNTRY,   /* two letters, ISO 3166-1 */
  PAY_DIGITS,    /* a whole number as text; an integer will do */
  PAY_PHONE,     /* digits, with or without a leading + */
  PAY_TOKEN68    /* what RFC 7235 allows to stand in a header alone */
};

/* The unit of money on the wire. */
enum pay_unit {
  PAY_DECIMAL, /* 12.50 */
  PAY_MINOR,   /* 1250 */
  PAY_TEXT,    /* "12.50", also in JSON */
  PAY_CENTS    /* "1250": minor units, in quotes in JSON */
};

/* How a value is written where its type leaves a choice. */
enum pay_style {
  PAY_USUAL,
  PAY_ONE_ZERO, /* a boolean as 1 or 0 */
  PAY_JOINED,   /* a list of strings as one text: see 'separator' */
  PAY_JSON_TEXT /* JSON inside a form's field */
};

enum pay_flag {
  PAY_REQUIRED = 1,     /* of an argument, or of an answer to be whole */
  PAY_NULLABLE = 2,     /* luapay.null is written as null */
  PAY_SECRET = 4,       /* never printed */
  PAY_SIGNED = 8,       /* may be negative */
  PAY_CLIENT = 16,      /* may be set once, on the client */
  PAY_SIGNATURE = 32,   /* the client's authentication fills it in */
  PAY_LINES = 64,       /* may hold line breaks */
  PAY_SENT_EMPTY = 128, /* sent with an empty value when absent */
  PAY_KEY = 256, /* identifies a call when it is repeated; made if missing */
  PAY_TRIM = 512 /* names in here may end in blanks, which are none */
};

struct pay_field;

/* What a value is that depends on another. */
struct pay_variant {
  const char *is; /* the other's text; NULL ends a list */
  const struct pay_field *field;
};

struct pay_field {
  const char *name;      /* the provider's, letter for letter */
  const char *alias;     /* the right spelling of a misspelt name */
  const char *json_name; /* in a JSON body, where it differs */
  enum pay_type type;
  enum pay_place place; /* of an argument */
  enum pay_format format;
  enum pay_unit unit;
  enum pay_style style;
  unsigned flags;
  char separator;             /* of PAY_JOINED */
  double min, max;            /* of a number, a length in units of UTF-16, a
                                 count; max 0: none */
  int digits;                 /* of money without a currency: most decimals */
  const char *currency;       /* of money: its neighbour with the currency */
  const char *money[2];       /* of a currency: its neighbour, by both names */
  const char *const *choices; /* the only values, NULL-ended; beside a
                                 format: values that it need not fit */
  const char *preset;         /* what is sent when the caller says nothing */
  const struct pay_field *fields;     /* NULL-named end */
  const struct pay_field *element;    /* of a list of plain values */
  const char *by;                     /* of PAY_ANY: its neighbour that says */
  const struct pay_variant *variants; /* which of these it is */
  const char *doc; /* one sentence, for the manual and the editor */
};

enum pay_body { PAY_NO_BODY, PAY_FORM, PAY_MULTIPART, PAY_JSON };

/* What an answer's body is when all went well. */
enum pay_answer {
  PAY_AN_OBJECT,
  PAY_A_LIST, /* a bare array; a lone object counts as a list of one */
  PAY_NOTHING,
  PAY_BYTES, /* not JSON: a PDF, a picture, raw text */
  PAY_EITHER /* an object, or what is not JSON as bytes */
};

/* What sending the same request again would do. */
enum pay_repeat {
  PAY_ONCE, /* may do it twice: never send again */
  PAY_READ, /* changes nothing */
  PAY_SAFE, /* ends in the same state */
  PAY_KEYED /* the provider recognises a repetition by its key */
};

/* A refusal that the provider documents. */
struct pay_refusal {
  int status;       /* of HTTP; 0 ends a list */
  const char *code; /* the provider's own, or NULL for any */
  const char *kind; /* of the fault */
  int renew;        /* the session is gone: one more try after a login */
  const char *doc;
};

/* What a rule asks of a field. */
enum pay_demand {
  PAY_NEEDED,   /* to be there */
  PAY_UNWANTED, /* not to be there */
  PAY_EQUALS,   /* to be 'value' */
  PAY_STARTS,   /* to start with 'value' */
  PAY_HOLDS,    /* to be a list with an element whose 'member' is 'value' */
  PAY_AT_MOST   /* to be no more than 'most', in the unit of the wire */
};

/* True of a field that is 'is', or a number between 'from' and 'to'. */
struct pay_condition {
  const char *field; /* NULL: always true */
  const char *is;
  double from, to;
};

/* What one field asks of another. */
struct pay_rule {
  const char *within; /* each element of this list; NULL: the arguments */
  const char *field;  /* of whom it asks; NULL ends a list of rules */
  enum pay_demand demand;
  const char *value, *member;
  double most;
  struct pay_condition when[2]; /* both must be true */
};

struct pay_endpoint {
  const char *name;
  const char *title; /* the provider's heading */
  const char *method;
  const char *path; /* with {name} for each argument in the path */
  int host;         /* position in the API's list */
  enum pay_body body;
  enum pay_answer answer;
  const char *root; /* where the result may be wrapped: "login" */
  const struct pay_field *args;
  const struct pay_rule *rules;
  const struct pay_field *result;
  const int *success; /* statuses, 0-ended; NULL: any 2xx */
  const struct pay_refusal *refusals;
  enum pay_repeat repeat;
  int open;               /* needs no authentication */
  int any_bytes;          /* its answer may hold bytes that are no UTF-8 */
  int test_only;          /* exists in the test environment only */
  const char *incomplete; /* kind of the fault of a 2xx that lacks a
                              required field; NULL: "decode" */
  const char *doc;
};

/* One shape of an error's body: dotted paths into it. */
struct pay_error_shape {
  const char *code;
  const char *other_code; /* where there is no code */
  const char *message;
  const char *variables; /* fill %1, %2... of the message */
  const char *correlation_id;
};

struct pay_host {
  const char *production; /* NULL: not there */
  const char *sandbox;    /* of the provider; NULL: not there */
};

struct pay_api {
  const char *name;
  const char *title;
  const struct pay_host *hosts;         /* both-NULL end */
  const struct pay_error_shape *errors; /* tried in order; empty end */
  const char *error_mark; /* what has this is an error, whatever the status */
  const char *ok_field;   /* an answer is a success when this is "0" */
  const struct pay_endpoint *endpoints; /* NULL-named end */
  const char *doc;
};

#endif
