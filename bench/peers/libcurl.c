/*
** libcurl.c - the measure for the others: the same request sent by libcurl
** and nothing else, as its documentation says a plain program should.
** One at a time by an easy handle, several at once by a multi handle.
**
** usage: libcurl URL CA-FILE REQUEST-FILE AT-ONCE WARM-UP COUNT
** The file has a line for each header, an empty line, and the body.
** Prints calls, seconds, and seconds of CPU: of the warm-up, which opens
** the connections, and then of what counts.
*/
#define _POSIX_C_SOURCE 200809L

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define MAX_AT_ONCE 256

/* Bytes that grow. */
struct text {
  char *s;
  size_t n, size;
};

struct exchange {
  CURL *easy;
  struct text head, body;
};

struct job {
  const char *url, *ca;
  struct curl_slist *headers;
  const char *body;
  long body_length;
};

static void die (const char *what) {
  fprintf(stderr, "libcurl: %s\n", what);
  exit(1);
}

static size_t receive (char *data, size_t size, size_t count, void *into) {
  struct text *t = into;
  size_t n = size * count;
  if (t->n + n + 1 > t->size) {
    t->size = 2 * (t->n + n + 1);
    t->s = realloc(t->s, t->size);
    if (t->s == NULL)
      return 0;
  }
  memcpy(t->s + t->n, data, n);
  t->n += n;
  t->s[t->n] = '\0';
  return n;
}

static void read_request (struct job *job, const char *path) {
  static char buffer[65536];
  FILE *file = fopen(path, "rb");
  size_t n;
  char *line = buffer, *end;
  if (file == NULL)
    die("cannot open the request");
  n = fread(buffer, 1, sizeof(buffer) - 1, file);
  fclose(file);
  buffer[n] = '\0';
  while ((end = strchr(line, '\n')) != NULL && end != line) {
    *end = '\0';
    job->headers = curl_slist_append(job->headers, line);
    line = end + 1;
  }
  if (end == NULL)
    die("the request has no empty line");
  job->body = end + 1;
  job->body_length = (long)(buffer + n - job->body);
}

static void set_up (struct exchange *x, const struct job *job) {
  x->easy = curl_easy_init();
  if (x->easy == NULL)
    die("no handle");
  curl_easy_setopt(x->easy, CURLOPT_URL, job->url);
  curl_easy_setopt(x->easy, CURLOPT_CAINFO, job->ca);
  curl_easy_setopt(x->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, job->headers);
  curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, job->body);
  curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE, job->body_length);
  curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, &x->body);
  curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, receive);
  curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, &x->head);
  curl_easy_setopt(x->easy, CURLOPT_PRIVATE, x);
  curl_easy_setopt(x->easy, CURLOPT_NOSIGNAL, 1L);
}

static void forget (struct exchange *x) {
  x->head.n = 0;
  x->body.n = 0;
}

static void check (struct exchange *x, CURLcode code) {
  long status = 0;
  if (code != CURLE_OK)
    die(curl_easy_strerror(code));
  curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200 || x->body.n == 0)
    die("not the answer that was expected");
}

static void one_at_a_time (struct exchange *x, long count) {
  for (; count > 0; count--) {
    forget(x);
    check(x, curl_easy_perform(x->easy));
  }
}

/* Checks what is done and starts as many again; returns how many are done. */
static long turn (CURLM *multi, long *to_start) {
  long done = 0;
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    struct exchange *x;
    CURLcode code = message->data.result;
    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&x);
    check(x, code);
    curl_multi_remove_handle(multi, x->easy);
    done++;
    if (*to_start > 0) {
      forget(x);
      curl_multi_add_handle(multi, x->easy);
      --*to_start;
    }
  }
  return done;
}

static void many_at_once (CURLM *multi, struct exchange *all, int at_once,
                          long count) {
  long to_start = count;
  int i, running;
  for (i = 0; i < at_once && to_start > 0; i++, to_start--) {
    forget(&all[i]);
    curl_multi_add_handle(multi, all[i].easy);
  }
  while (count > 0) {
    if (curl_multi_perform(multi, &running) != CURLM_OK)
      die("curl_multi_perform");
    count -= turn(multi, &to_start);
    if (count > 0 && curl_multi_poll(multi, NULL, 0, 1000, NULL) != CURLM_OK)
      die("curl_multi_poll");
  }
}

static double seconds (void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds (void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void measure (CURLM *multi, struct exchange *all, int at_once,
                     long count) {
  double began = seconds(), cpu = cpu_seconds();
  if (at_once == 1)
    one_at_a_time(all, count);
  else
    many_at_once(multi, all, at_once, count);
  printf("%ld %.6f %.6f\n", count, seconds() - began, cpu_seconds() - cpu);
}

int main (int argc, char **argv) {
  static struct exchange all[MAX_AT_ONCE];
  struct job job;
  int i, at_once;
  CURLM *multi;
  if (argc != 7)
    die("usage: libcurl URL CA-FILE REQUEST-FILE AT-ONCE WARM-UP COUNT");
  memset(&job, 0, sizeof(job));
  curl_global_init(CURL_GLOBAL_DEFAULT);
  job.url = argv[1];
  job.ca = argv[2];
  read_request(&job, argv[3]);
  at_once = atoi(argv[4]);
  multi = curl_multi_init();
  if (multi == NULL || at_once < 1 || at_once > MAX_AT_ONCE)
    die("no multi handle");
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)at_once);
  for (i = 0; i < at_once; i++)
    set_up(&all[i], &job);
  measure(multi, all, at_once, atol(argv[5]));
  measure(multi, all, at_once, atol(argv[6]));
  for (i = 0; i < at_once; i++)
    curl_easy_cleanup(all[i].easy);
  curl_multi_cleanup(multi);
  curl_slist_free_all(job.headers);
  curl_global_cleanup();
  return 0;
}
