/*
** http.h - HTTP/1.1, sans I/O: writes a request, reads an answer.
** It knows no Lua, no sockets and no clock; whoever moves the bytes may
** give them in any pieces, the verdict is the same.
**
** Functions that return 'const char *' where nothing else is said return
** NULL, or a sentence that says what is wrong (PAY_HTTP_NO_MEMORY, by
** address, when memory is). All structures may be all zero: then they hold
** nothing, and '_free' has nothing to do.
*/
#ifndef PAY_HTTP_H
#define PAY_HTTP_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#define PAY_HTTP_PIECE    16384 /* bytes sent at once: one record of TLS */
#define PAY_HTTP_MAX_HEAD 65536 /* of an answer: lines, 1xx included */
#define PAY_HTTP_MAX_1XX  16    /* answers that only announce another */
#define PAY_HTTP_HEADERS  60    /* of a request */
#define PAY_HTTP_KEPT     4096  /* larger buffers are given back at once */

extern const char PAY_HTTP_NO_MEMORY[];

/* Bytes that grow. What is no longer in use is wiped, always. */
struct pay_bytes {
  char *s; /* NULL, or 'size' bytes of which 'n' are used */
  size_t n, size;
};

/*
** Where 'n' more bytes may be written; NULL when there is no memory. It
** grows by half, but not beyond 'most' bytes when that is enough.
*/
char *pay_bytes_room (struct pay_bytes *b, size_t n, size_t most);
/* Appends; 0 when there is no memory, and 'b' is as before. */
int pay_bytes_add (struct pay_bytes *b, const char *s, size_t n);
/* Wipes; keeps no more than PAY_HTTP_KEPT bytes of memory. */
void pay_bytes_clear (struct pay_bytes *b);
void pay_bytes_free (struct pay_bytes *b);


/*
** A request: begin, one 'header' for each of its lines, end; then send.
** Nothing that would smuggle a line gets through.
*/
struct pay_http_request {
  struct pay_bytes bytes; /* head and body; stay where they are until all was
                             sent, and may then be taken away */
  size_t sent;            /* bytes that were accepted */
  int head;               /* the method is HEAD */
  int wants_length;       /* POST, PUT and PATCH say their length, even 0 */
  int headers;            /* lines so far */
  int accept;             /* one of them is it */
  uint64_t names;         /* bits of their names: see pay_http_header */
};

/*
** 'target' is path and query, 'host' the authority of the URL (with its
** port, when that is not the scheme's).
*/
const char *pay_http_begin (struct pay_http_request *q, const char *method,
                            size_t n_method, const char *target,
                            size_t n_target, const char *host, size_t n_host);

/*
** Refuses the headers that are the transport's to set, framing above all, and
** a second one of a name.
*/
const char *pay_http_header (struct pay_http_request *q, const char *name,
                             size_t n_name, const char *value, size_t n_value);

/*
** Ends the head: "Accept: application/json" if nothing else was said, and
** the length. Appends the body, which is copied: NULL and 0 for none, NULL
** and its length for one that the caller will send himself.
*/
const char *pay_http_end (struct pay_http_request *q, const char *body,
                          size_t n_body);

/*
** The next piece to send, of at most PAY_HTTP_PIECE bytes; 0 when all has
** been sent. The same address and length until 'sent' says that some of it
** was accepted.
*/
size_t pay_http_piece (const struct pay_http_request *q, const char **piece);
void pay_http_sent (struct pay_http_request *q, size_t n);

/* Wipes what was written, for another request; or for good. */
void pay_http_request_clear (struct pay_http_request *q);
void pay_http_request_free (struct pay_http_request *q);


/*
** An answer: start, 'read' for each piece that comes, 'ended' when the
** connection did. After DONE and FAULT further calls change nothing, but
** that bytes after DONE are noticed: see pay_http_keep.
**
** Strict: what two readers might frame in two ways is refused, and as soon
** as it is there. Read is what real servers send: lines of a head that end
** with LF alone, no reason, names in any case. Refused are, among others:
** a CR inside a line, NUL, folded lines, a second Content-Length or one
** beside Transfer-Encoding, codings other than "chunked", chunk sizes
** without CRLF, 101, HTTP/2 and HTTP/0.9, and bodies in an encoding that
** was not asked for.
*/
enum pay_http { PAY_HTTP_MORE, PAY_HTTP_DONE, PAY_HTTP_FAULT };

struct pay_http_reader {
  int status;            /* of the final answer; 0 before its status line */
  struct pay_bytes head; /* its lines, as they came */
  struct pay_bytes body;
  int has_retry_after; /* one of them asks for a wait */
  const char *fault;   /* after FAULT, a sentence */

  /* the rest is http.c's own */
  int state, framing, to_head, old, close, doubt, extra, begun, announced;
  size_t from, at;     /* the line being read; read so far */
  size_t base;         /* where the lines of this section begin */
  size_t left;         /* bytes that they may still have */
  size_t max_answer;   /* bytes of body and trailers */
  size_t length, rest; /* of the body or chunk; of that, to come */
  size_t extensions;   /* bytes of them that are still allowed */
  int digits;
  char words[96]; /* the fault of a body in an encoding, or empty */
};

/*
** Begins anew, keeping memory that is not much. 'to_head': the request was
** a HEAD. 'max_answer': the most bytes of a body.
*/
void pay_http_start (struct pay_http_reader *r, int to_head,
                     size_t max_answer);

/* Takes all of a piece, of any length. */
enum pay_http pay_http_read (struct pay_http_reader *r, const char *s,
                             size_t n);

/*
** The connection has ended. 'orderly': as the peer wished it (over TLS with
** its close_notify); else a body that only the end frames is a fault.
*/
enum pay_http pay_http_ended (struct pay_http_reader *r, int orderly);

/*
** Whether the connection may be used again, after DONE. Whoever asks adds
** what only he knows: that the whole request was sent, and, before the next
** use, that nothing has come since.
*/
int pay_http_keep (const struct pay_http_reader *r);

/*
** The value of a header of a whole head, trimmed, by its name in lower
** case, or NULL; 'n' is its length. The first one, if there are several.
*/
const char *pay_http_value (const struct pay_http_reader *r, const char *name,
                            size_t *n);

/*
** The headers of a head (struct pay_http_reader), one after the other:
** 'at' is 0 at first. Returns 0 when there are no more.
*/
struct pay_http_line {
  const char *name, *value;
  size_t n_name, n_value;
};

int pay_http_next (const char *head, size_t n, size_t *at,
                   struct pay_http_line *line);

/* Wipes; for another answer, or for good. */
void pay_http_reader_clear (struct pay_http_reader *r);
void pay_http_reader_free (struct pay_http_reader *r);

#pragma GCC visibility pop

#endif
