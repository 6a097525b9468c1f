/*
** curl_wait.c - the events of multi handles. libcurl says which sockets it
** waits for and poll(2) watches them: one system call for everything
** under way, also over several pools, and (unlike epoll) nothing that a
** forked child would share with its parent.
*/
#include "curl_pool.h"

#include <string.h>
#include <time.h>

double pay_now (void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void take_done (struct pool *p) {
  CURLMsg *m;
  int left;
  while ((m = curl_multi_info_read(p->multi, &left)) != NULL) {
    CURL *easy = m->easy_handle; /* 'm' is gone with the handle */
    CURLcode code = m->data.result;
    struct exchange *x = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&x);
    curl_multi_remove_handle(p->multi, easy);
    x->code = code;
    pay_pool_done(p, x);
  }
}

/* The multi handle is beyond use (no memory): nothing may hang on it. */
static void break_off (struct pool *p) {
  int i;
  take_done(p);
  for (i = 0; i < p->n_all; i++) {
    struct exchange *x = p->all[i];
    if (x->state == UNDER_WAY) {
      curl_multi_remove_handle(p->multi, x->easy);
      x->why = LOOP_BROKE;
      pay_pool_done(p, x);
    }
  }
  curl_multi_cleanup(p->multi);
  p->multi = NULL;
  p->n_fds = 0;
  p->due = -1;
}

static void tell (struct pool *p, curl_socket_t s, int events) {
  int running;
  if (p->multi == NULL)
    return;
  if (curl_multi_socket_action(p->multi, s, events, &running) != CURLM_OK)
    break_off(p);
}

/*
** From the last to the first: libcurl adds at the end, and what is
** removed is filled from the end, so no socket is missed.
*/
static void tell_sockets (struct pool *p) {
  int i;
  for (i = p->n_fds - 1; i >= 0; i--) {
    short r;
    if (i >= p->n_fds || p->fds[i].revents == 0)
      continue;
    r = p->fds[i].revents;
    p->fds[i].revents = 0;
    tell(p, p->fds[i].fd,
         (r & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) |
             (r & POLLOUT ? CURL_CSELECT_OUT : 0) |
             (r & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR : 0));
  }
}

static void tell_time (struct pool *p) {
  if (p->due < 0 || (p->due > 0 && p->due > pay_now()))
    return;
  p->due = -1;
  tell(p, CURL_SOCKET_TIMEOUT, 0);
}

static void pump (struct pool *p) {
  tell_sockets(p);
  tell_time(p);
  if (p->multi != NULL)
    take_done(p);
}

/* Milliseconds for poll, rounded up so that it does not spin. */
static int patience (struct pool **pools, int n, double until) {
  double left;
  int i;
  for (i = 0; i < n; i++)
    if (pools[i]->due >= 0 && pools[i]->due < until)
      until = pools[i]->due;
  left = until > 0 ? (until - pay_now()) * 1000 : 0;
  return left <= 0 ? 0 : left >= 1e9 ? 1000000000 : (int)left + 1;
}

/* Polls what several pools wait for, all together. */
static int poll_jointly (struct pool **pools, int n, int ms) {
  struct pool *first = pools[0];
  int i, total = 0, ready;
  for (i = 0; i < n; i++)
    total += pools[i]->n_fds;
  if (!pay_reserve(&first->joint, &first->size_joint, total))
    return poll(first->fds, (nfds_t)first->n_fds, ms < 10 ? ms : 10);
  for (i = total = 0; i < n; total += pools[i++]->n_fds)
    if (pools[i]->n_fds > 0)
      memcpy(first->joint + total, pools[i]->fds,
             (size_t)pools[i]->n_fds * sizeof(struct pollfd));
  ready = poll(first->joint, (nfds_t)total, ms);
  if (ready > 0)
    for (i = total = 0; i < n; total += pools[i++]->n_fds)
      if (pools[i]->n_fds > 0)
        memcpy(pools[i]->fds, first->joint + total,
               (size_t)pools[i]->n_fds * sizeof(struct pollfd));
  return ready;
}

static int poll_all (struct pool **pools, int n, int ms) {
  if (n == 0)
    return poll(NULL, 0, ms);
  if (n == 1)
    return poll(pools[0]->fds, (nfds_t)pools[0]->n_fds, ms);
  return poll_jointly(pools, n, ms);
}

/* A signal during the wait only means waiting for what is left of it. */
void pay_finish (struct pool *p, struct exchange *x) {
  for (pump(p); x->state != DONE; pump(p))
    (void)poll_all(&p, 1, patience(&p, 1, 1e300));
}

void pay_wait (struct pool **pools, int n, double until) {
  for (;;) {
    int i, done = 0;
    for (i = 0; i < n; i++) {
      pump(pools[i]);
      done += pools[i]->n_done;
    }
    if (done > 0 || pay_now() >= until)
      return;
    if (poll_all(pools, n, patience(pools, n, until)) < 0)
      return; /* a signal: Lua may have a handler to run */
  }
}
