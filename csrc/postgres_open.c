/*
** postgres_open.c - from settings to a connection: what the environment
** would add is kept out, names are looked up in a thread, and each of a
** host's addresses has its share of the time.
*/
#include "postgres.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_KNOWN     96 /* settings of libpq: 42 in version 15 */
#define NO_SUCH_FILE  "/dev/null/none"
#define NOT_IN_MEMORY "out of memory"

struct allowed {
  const char *name, *keyword; /* ours, libpq's */
};

static const struct allowed allowed[] = {
  { "application_name", "application_name" },
  { "channel_binding", "channel_binding" },
  { "database", "dbname" },
  { "host", "host" },
  { "hostaddr", "hostaddr" },
  { "keepalives", "keepalives" },
  { "keepalives_count", "keepalives_count" },
  { "keepalives_idle", "keepalives_idle" },
  { "keepalives_interval", "keepalives_interval" },
  { "options", "options" },
  { "passfile", "passfile" },
  { "password", "password" },
  { "port", "port" },
  { "require_auth", "require_auth" },
  { "requirepeer", "requirepeer" },
  { "ssl_max_protocol_version", "ssl_max_protocol_version" },
  { "ssl_min_protocol_version", "ssl_min_protocol_version" },
  { "sslcert", "sslcert" },
  { "sslcrl", "sslcrl" },
  { "sslkey", "sslkey" },
  { "sslmode", "sslmode" },
  { "sslpassword", "sslpassword" },
  { "sslrootcert", "sslrootcert" },
  { "target_session_attrs", "target_session_attrs" },
  { "tcp_user_timeout", "tcp_user_timeout" },
  { "user", "user" },
  { NULL, NULL }
};

/*
** What stands for a setting that is not given, where libpq would read the
** environment or a file in the home folder. Those with a value built into
** libpq get that one.
*/
static const struct {
  const char *keyword, *value;
} neutral[] = { { "application_name", "luapay" },
                { "client_encoding", "UTF8" },
                { "connect_timeout", "0" },
                { "gssencmode", "disable" },
                { "host", "" },
                { "hostaddr", "" },
                { "max_protocol_version", "3.0" },
                { "min_protocol_version", "3.0" },
                { "options", "" },
                { "passfile", NO_SUCH_FILE },
                { "password", "" },
                { "require_auth", "" },
                { "requirepeer", "" },
                { "ssl_max_protocol_version", "" },
                { "sslcert", NO_SUCH_FILE },
                { "sslcertmode", "allow" },
                { "sslcrl", NO_SUCH_FILE },
                { "sslcrldir", "" },
                { "sslkey", NO_SUCH_FILE },
                { "sslrootcert", NO_SUCH_FILE },
                { NULL, NULL } };

static void wipe (char *s) {
  volatile char *p = s;
  while (*p != '\0')
    *p++ = '\0';
}

void pay_pg_forget_settings (struct connection *c) {
  int i;
  for (i = 0; i < c->n_settings; i++) {
    wipe(c->settings[i].value);
    free(c->settings[i].value);
  }
  c->n_settings = 0;
  c->host = NULL;
  if (c->lookup != NULL && c->pid == getpid())
    pay_lookup_leave(c->lookup);
  c->lookup = NULL;
}

static const char *given (const struct connection *c, const char *keyword) {
  int i;
  for (i = 0; i < c->n_settings; i++)
    if (strcmp(c->settings[i].keyword, keyword) == 0)
      return c->settings[i].value;
  return NULL;
}

static const struct allowed *find_allowed (const char *name) {
  const struct allowed *a = allowed;
  while (a->name != NULL && strcmp(a->name, name) != 0)
    a++;
  return a->name != NULL ? a : NULL;
}

/* The setting whose name is below the value on the top. */
static void read_setting (lua_State *L, struct connection *c) {
  const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
  const struct allowed *a = find_allowed(name);
  const char *value;
  size_t n;
  if (a == NULL)
    luaL_error(L, "luapay.postgres: no such setting: %s", name);
  if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
    luaL_error(L, "luapay.postgres: %s: expected a string or a number, got %s",
               name, luaL_typename(L, -1));
  lua_pushvalue(L, -1);
  if (lua_type(L, -1) == LUA_TNUMBER) {
    lua_Number x = lua_tonumber(L, -1);
    if (!(x >= 0 && x <= 2147483647) || x != (lua_Number)(int)x)
      luaL_error(L, "luapay.postgres: %s: expected a whole number", name);
    lua_pop(L, 1);
    lua_pushfstring(L, "%d", (int)x);
  }
  value = lua_tolstring(L, -1, &n);
  if (n == 0 || strlen(value) != n)
    luaL_error(L, "luapay.postgres: %s: %s", name,
               n == 0 ? "must not be empty" : "has a zero byte");
  c->settings[c->n_settings].keyword = a->keyword;
  c->settings[c->n_settings].value = malloc(n + 1);
  if (c->settings[c->n_settings].value == NULL)
    luaL_error(L, NOT_IN_MEMORY);
  memcpy(c->settings[c->n_settings++].value, value, n + 1);
  lua_pop(L, 1);
}

void pay_pg_read_settings (lua_State *L, struct connection *c) {
  static const char *const required[] = { "database", "user", NULL };
  int i;
  luaL_checktype(L, 1, LUA_TTABLE);
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
    read_setting(L, c);
  for (i = 0; required[i] != NULL; i++)
    if (given(c, find_allowed(required[i])->keyword) == NULL)
      luaL_error(L, "luapay.postgres: %s: is required", required[i]);
  c->host = given(c, "host");
}

/* What goes to libpq: keywords and values, and one connection string of
   the empty ones, since an empty value counts only there. */
struct parameters {
  const char *keywords[MAX_KNOWN], *values[MAX_KNOWN];
  int n;
  char empty[1024];
};

static void add (struct parameters *p, const char *keyword,
                 const char *value) {
  size_t n = strlen(p->empty);
  if (value[0] == '\0')
    snprintf(p->empty + n, sizeof(p->empty) - n, "%s='' ", keyword);
  else if (p->n < MAX_KNOWN - 1) {
    p->keywords[p->n] = keyword;
    p->values[p->n++] = value;
  }
}

static const char *neutral_value (const PQconninfoOption *o) {
  int i;
  for (i = 0; neutral[i].keyword != NULL; i++)
    if (strcmp(neutral[i].keyword, o->keyword) == 0)
      return neutral[i].value;
  return o->compiled;
}

static void refuse (struct connection *c, const char *format,
                    const char *word) {
  char message[256];
  snprintf(message, sizeof(message), format, word);
  pay_pg_problem(c, BY_CONNECT, NOT_SENT, message);
}

/* 0 when the environment would say how to connect, and cannot be hindered. */
static int add_known (struct connection *c, struct parameters *p,
                      const PQconninfoOption *o) {
  const char *value = given(c, o->keyword);
  if (value == NULL && o->envvar != NULL)
    value = neutral_value(o);
  if (value != NULL)
    add(p, o->keyword, value);
  else if (o->envvar != NULL && getenv(o->envvar) != NULL) {
    refuse(c,
           "the environment variable %s is set, and would change where or "
           "how to connect: unset it",
           o->envvar);
    return 0;
  }
  return 1;
}

static int fill (struct connection *c, struct parameters *p,
                 PQconninfoOption *known) {
  const PQconninfoOption *o;
  int i;
  for (o = known; o->keyword != NULL; o++)
    if (!add_known(c, p, o))
      return 0;
  for (i = 0; i < c->n_settings; i++) {
    for (o = known; o->keyword != NULL; o++)
      if (strcmp(o->keyword, c->settings[i].keyword) == 0)
        break;
    if (o->keyword == NULL) {
      refuse(c, "this libpq has no setting %s", c->settings[i].keyword);
      return 0;
    }
  }
  if (c->n_addresses > 0)
    add(p, "hostaddr", c->addresses[c->address]);
  return 1;
}

/* One attempt at one address. */
static void start_attempt (struct connection *c) {
  struct parameters p;
  double now = pay_boottime();
  PQconninfoOption *known = PQconninfoParse("", NULL);
  memset(&p, 0, sizeof(p));
  p.n = 1; /* the first is for the empty ones: later ones override it */
  if (known != NULL && fill(c, &p, known)) {
    p.keywords[0] = "dbname";
    p.values[0] = p.empty;
    c->pg = PQconnectStartParams(p.keywords, p.values, 1);
  }
  PQconninfoFree(known);
  if (c->has_problem)
    return;
  if (c->pg == NULL) {
    pay_pg_problem(c, BY_MEMORY, NOT_SENT, NOT_IN_MEMORY);
    return;
  }
  PQsetNoticeReceiver(c->pg, pay_pg_notice, c);
  (void)PQsetErrorVerbosity(c->pg, PQERRORS_VERBOSE); /* with the SQLSTATE */
  c->state = CONNECTING;
  c->events = POLLOUT;
  c->attempt_until = c->deadline;
  if (c->n_addresses > 0)
    c->attempt_until =
        now + (c->deadline - now) / (c->n_addresses - c->address);
}

/* Whether libpq need not ask for an address. */
static int is_address (const char *host) {
  unsigned char into[16];
  return host[0] == '/' || host[0] == '@' ||
         inet_pton(AF_INET, host, into) == 1 ||
         inet_pton(AF_INET6, host, into) == 1;
}

void pay_pg_open (struct connection *c) {
  if (getenv("PGSERVICE") != NULL) {
    refuse(c,
           "the environment variable %s is set, and would change where or "
           "how to connect: unset it",
           "PGSERVICE");
    return;
  }
  if (c->host == NULL || is_address(c->host) || given(c, "hostaddr")) {
    start_attempt(c);
    return;
  }
  c->lookup = pay_lookup_start(c->host);
  if (c->lookup == NULL) {
    refuse(c, "no thread to look up the host %s", c->host);
    return;
  }
  c->state = NAMING;
  c->events = POLLIN;
}

static void name_step (struct connection *c) {
  const char *why = NULL;
  char message[320];
  int answer =
      pay_lookup_answer(c->lookup, c->addresses, &c->n_addresses, &why);
  if (answer == 0)
    return;
  pay_lookup_leave(c->lookup);
  c->lookup = NULL;
  if (answer > 0) {
    start_attempt(c);
    return;
  }
  snprintf(message, sizeof(message), "host %.200s: %s", c->host, why);
  pay_pg_problem(c, BY_CONNECT, NOT_SENT, message);
}

/* Where a text has ": XXXXX: ", an SQLSTATE as libpq writes it; or NULL. */
static const char *find_sqlstate (const char *s) {
  for (s = strstr(s, ":  "); s != NULL; s = strstr(s + 1, ":  "))
    if (strspn(s + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 &&
        s[8] == ':' && s[9] == ' ')
      return s + 3;
  return NULL;
}

/* The lines of libpq's message that say something, without the SQLSTATE. */
static void tidy (const char *from, char *into, size_t size) {
  const char *code = find_sqlstate(from);
  size_t n = 0;
  while (*from != '\0' && n + 3 < size) {
    size_t line = strcspn(from, "\n");
    if (*from != '\t' && strncmp(from, "LOCATION:", 9) != 0 && line > 0) {
      const char *end = from + line;
      if (n > 0)
        n += (size_t)snprintf(into + n, size - n, "; ");
      while (from < end && n + 1 < size) {
        if (from == code)
          from += 7;
        into[n++] = *from++;
      }
      from = end;
    }
    else
      from += line;
    from += *from == '\n';
  }
  into[n] = '\0';
}

static void close_attempt (struct connection *c) {
  PQfinish(c->pg);
  c->pg = NULL;
}

/* The next address, or what was wrong with the last one. */
static void attempt_failed (struct connection *c, enum reason reason) {
  char message[sizeof(c->problem.message)], sqlstate[6] = "";
  if (reason == BY_TIMEOUT)
    snprintf(message, sizeof(message), "no connection to %.200s%s%s in time",
             c->host != NULL ? c->host : "the server",
             c->n_addresses > 0 ? ", " : "",
             c->n_addresses > 0 ? c->addresses[c->address] : "");
  else {
    const char *code = find_sqlstate(PQerrorMessage(c->pg));
    if (code != NULL)
      memcpy(sqlstate, code, 5);
    tidy(PQerrorMessage(c->pg), message, sizeof(message));
  }
  close_attempt(c);
  if (++c->address < c->n_addresses && pay_boottime() < c->deadline) {
    start_attempt(c);
    return;
  }
  pay_pg_problem(c, reason, NOT_SENT, message);
  memcpy(c->problem.sqlstate, sqlstate, sizeof(sqlstate));
}

static void connected (struct connection *c) {
  if (PQsetnonblocking(c->pg, 1) != 0 || PQenterPipelineMode(c->pg) != 1) {
    attempt_failed(c, BY_CONNECT);
    return;
  }
  pay_pg_forget_settings(c);
  c->state = IDLE;
  c->events = POLLIN;
}

void pay_pg_open_step (struct connection *c) {
  if (c->state == NAMING)
    name_step(c);
  while (c->state == CONNECTING && !c->has_problem) {
    struct pollfd at = { PQsocket(c->pg), c->events, 0 };
    /* only when there is something: libpq may be asked too early */
    if (at.fd >= 0 && poll(&at, 1, 0) == 0) {
      if (pay_boottime() < c->attempt_until)
        return;
      attempt_failed(c, BY_TIMEOUT);
      continue;
    }
    switch (PQconnectPoll(c->pg)) {
      case PGRES_POLLING_OK: connected(c); break;
      case PGRES_POLLING_READING: c->events = POLLIN; break;
      case PGRES_POLLING_WRITING: c->events = POLLOUT; break;
      default: attempt_failed(c, BY_CONNECT); break;
    }
  }
  if (c->state == NAMING && pay_boottime() >= c->deadline) {
    char message[320];
    snprintf(message, sizeof(message),
             "the addresses of host %.200s were not found in time", c->host);
    pay_pg_problem(c, BY_TIMEOUT, NOT_SENT, message);
  }
}
