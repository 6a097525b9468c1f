/*
** curl_answer.c - what became of an exchange, as Lua values. Messages
** name the host and what to check; they never show the path, the query,
** a header or the body of a request, where secrets may be.
*/
#include "curl_pool.h"

#include <string.h>

struct explanation {
  CURLcode code;
  int detail; /* libcurl's own words add something, and are safe */
  const char *message;
};

static const struct explanation explanations[] = {
  { CURLE_COULDNT_RESOLVE_HOST, 0,
    "the host name cannot be resolved; check the address and the DNS" },
  { CURLE_COULDNT_RESOLVE_PROXY, 0,
    "the proxy's name cannot be resolved; check the option 'proxy'" },
  { CURLE_COULDNT_CONNECT, 1,
    "cannot connect; check host, port and firewall" },
  { CURLE_SSL_CONNECT_ERROR, 1,
    "the TLS handshake failed; check the versions (1.2 or later) and "
    "whether the server wants a client certificate" },
  { CURLE_PEER_FAILED_VERIFICATION, 1,
    "the server's certificate is not trusted; check the host name, the "
    "clock and the option 'ca_file'" },
  { CURLE_SSL_CACERT_BADFILE, 1,
    "the trusted certificates cannot be read; check the options 'ca_file' "
    "and 'ca_path'" },
  { CURLE_SSL_CERTPROBLEM, 0,
    "the client certificate cannot be used; check the options 'cert_file', "
    "'key_file' and 'key_password'" },
  { CURLE_GOT_NOTHING, 0,
    "the server closed the connection without an answer" },
  { CURLE_PARTIAL_FILE, 0,
    "the connection ended before the whole answer was here" },
  { CURLE_RECV_ERROR, 1, "the connection broke while waiting" },
  { CURLE_SEND_ERROR, 1, "the connection broke while sending" },
  { CURLE_WEIRD_SERVER_REPLY, 0, "the server's answer is not HTTP" },
  { CURLE_UNSUPPORTED_PROTOCOL, 0, "the server's answer is not HTTP" },
  { CURLE_PROXY, 0, "the proxy refused; check the option 'proxy'" },
  { CURLE_ABORTED_BY_CALLBACK, 0,
    "a connection kept from an earlier request died before the answer; "
    "the request was not sent again" },
  { CURLE_OK, 0, NULL }
};

static const char *const reasons[] = {
  NULL,
  "out of memory for the answer",
  "the answer's headers are too large",
  "the answer is larger than the option 'max_answer' allows",
  "this process was forked off while the request was under way",
  "libcurl ran out of memory"
};

static const struct explanation *explain (CURLcode code) {
  const struct explanation *e = explanations;
  while (e->message != NULL && e->code != code)
    e++;
  return e;
}

/* Pushes what went wrong, without the host. */
static void push_reason (lua_State *L, const struct exchange *x) {
  const struct explanation *e = explain(x->code);
  if (x->why != BY_LIBCURL)
    lua_pushstring(L, reasons[x->why]);
  else if (x->code == CURLE_OPERATION_TIMEDOUT)
    lua_pushstring(L, x->sends == 0 ? "no connection in time, nothing was "
                                      "sent; check host and firewall"
                                    : "no complete answer in time");
  else if (x->code == CURLE_OK)
    lua_pushliteral(L, "the connection ended before the whole answer was "
                       "here");
  else if (e->message == NULL)
    lua_pushstring(L, curl_easy_strerror(x->code));
  else if (e->detail && x->problem[0] != '\0')
    lua_pushfstring(L, "%s (%s)", e->message, x->problem);
  else
    lua_pushstring(L, e->message);
}

static void push_failure (lua_State *L, const char *kind, const char *phase) {
  lua_createtable(L, 0, 3);
  lua_pushstring(L, kind);
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, phase);
  lua_setfield(L, -2, "phase");
  lua_insert(L, -2);
  lua_setfield(L, -2, "message");
}

void pay_push_refusal (lua_State *L, const char *kind, const char *message) {
  luaL_pushfail(L);
  lua_pushstring(L, message);
  push_failure(L, kind, "before_send");
}

/*
** libcurl announces every sending (pay_about_to_send), so
** "before_send" is certain. From then on we say "after_send", even if
** perhaps no byte left: libcurl's own count (CURLINFO_REQUEST_SIZE)
** misses what goes out in a second piece, so its 0 proves nothing.
*/
static void push_exchange_failure (lua_State *L, const struct exchange *x) {
  lua_pushlstring(L, x->url.s, pay_origin_length(x->url.s, x->url.n - 1));
  lua_pushliteral(L, ": ");
  push_reason(L, x);
  lua_concat(L, 3);
  push_failure(L,
               x->code == CURLE_OPERATION_TIMEDOUT && x->why == BY_LIBCURL
                   ? "timeout"
                   : "transport",
               x->sends == 0 && x->why != FORKED ? "before_send"
                                                 : "after_send");
}

/* Adds the header at the top (name below value), joining repeats. */
static void add_header (lua_State *L) {
  lua_pushvalue(L, -2);
  lua_rawget(L, -4);
  if (lua_isnil(L, -1))
    lua_pop(L, 1);
  else {
    lua_insert(L, -2);
    lua_pushliteral(L, ", ");
    lua_insert(L, -2);
    lua_concat(L, 3);
  }
  lua_rawset(L, -3);
}

static int is_blank (char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One line, from 's' up to 'end'; what is no header is passed over. */
static void read_line (lua_State *L, const char *s, const char *end) {
  char name[256];
  const char *colon = memchr(s, ':', (size_t)(end - s));
  size_t i, n = colon == NULL ? 0 : (size_t)(colon - s);
  if (n == 0 || n > sizeof(name) || is_blank(s[0]))
    return;
  for (i = 0; i < n; i++)
    name[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i];
  do
    colon++;
  while (colon < end && is_blank(*colon));
  while (end > colon && is_blank(end[-1]))
    end--;
  lua_pushlstring(L, name, n);
  lua_pushlstring(L, colon, (size_t)(end - colon));
  add_header(L);
}

static void push_headers (lua_State *L, const char *head, size_t n) {
  const char *s = head, *end = head + n;
  lua_createtable(L, 0, 8);
  while (s < end) {
    const char *newline = memchr(s, '\n', (size_t)(end - s));
    const char *next = newline != NULL ? newline + 1 : end;
    if (s != head) /* else it is the status line */
      read_line(L, s, next);
    s = next;
  }
}

/*
** __index of a response: makes its 'headers' when first asked for. Most
** answers are read by status and body alone, and this table costs more
** than all the rest of the response.
*/
int pay_response_index (lua_State *L) {
  const char *key = lua_tostring(L, 2), *head;
  size_t n;
  if (key == NULL || strcmp(key, "headers") != 0)
    return 0;
  lua_pushliteral(L, "head");
  lua_rawget(L, 1);
  head = lua_tolstring(L, -1, &n);
  if (head == NULL)
    return 0;
  push_headers(L, head, n);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, 1);
  return 1;
}

static void add_time (lua_State *L, CURL *easy, CURLINFO info,
                      const char *name) {
  curl_off_t t = 0;
  curl_easy_getinfo(easy, info, &t);
  lua_pushnumber(L, (lua_Number)t / 1e6);
  lua_setfield(L, -2, name);
}

static void push_timings (lua_State *L, CURL *easy) {
  lua_createtable(L, 0, 5);
  add_time(L, easy, CURLINFO_NAMELOOKUP_TIME_T, "name_lookup");
  add_time(L, easy, CURLINFO_CONNECT_TIME_T, "connect");
  add_time(L, easy, CURLINFO_APPCONNECT_TIME_T, "tls");
  add_time(L, easy, CURLINFO_STARTTRANSFER_TIME_T, "first_byte");
  add_time(L, easy, CURLINFO_TOTAL_TIME_T, "total");
}

static void push_response (lua_State *L, const struct exchange *x,
                           long status) {
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, (lua_Integer)status);
  lua_setfield(L, -2, "status");
  lua_pushlstring(L, x->head.s != NULL ? x->head.s : "", x->head.n);
  lua_setfield(L, -2, "head");
  lua_pushlstring(L, x->body.s != NULL ? x->body.s : "", x->body.n);
  lua_setfield(L, -2, "body");
  if (x->timed) {
    push_timings(L, x->easy);
    lua_setfield(L, -2, "timings");
  }
  luaL_setmetatable(L, RESPONSE);
}

/* libcurl is content with a head that was cut off; we are not. */
void pay_push_outcome (lua_State *L, const struct exchange *x) {
  long status = 0;
  if (x->why == BY_LIBCURL && x->code == CURLE_OK && x->head_done)
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200) {
    push_response(L, x, status);
    luaL_pushfail(L);
    return;
  }
  luaL_pushfail(L);
  push_exchange_failure(L, x);
}
