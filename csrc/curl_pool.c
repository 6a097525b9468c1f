/*
** curl_pool.c - the life of a multi handle, and the lists of exchanges:
** idle, under way, done.
*/
#include "curl_pool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_IDLE_CONNECTIONS 128L

int pay_reserve (struct pollfd **fds, int *size, int wanted) {
  struct pollfd *more;
  if (wanted <= *size)
    return 1;
  more = realloc(*fds, (size_t)wanted * 2 * sizeof(*more));
  if (more == NULL)
    return 0;
  *fds = more;
  *size = wanted * 2;
  return 1;
}

/* Called by libcurl: from now on wait for 'what' on this socket. */
static int on_socket (CURL *easy, curl_socket_t s, int what, void *pool,
                      void *unused) {
  struct pool *p = pool;
  int i = 0;
  (void)easy;
  (void)unused;
  while (i < p->n_fds && p->fds[i].fd != s)
    i++;
  if (what == CURL_POLL_REMOVE) {
    if (i < p->n_fds)
      p->fds[i] = p->fds[--p->n_fds];
    return 0;
  }
  if (i == p->n_fds) {
    if (!pay_reserve(&p->fds, &p->size_fds, i + 1))
      return -1;
    p->fds[i].fd = s;
    p->fds[i].revents = 0;
    p->n_fds++;
  }
  p->fds[i].events = (short)((what & CURL_POLL_IN ? POLLIN : 0) |
                             (what & CURL_POLL_OUT ? POLLOUT : 0));
  return 0;
}

/* Called by libcurl: wake me in 'ms' milliseconds; -1: never mind. */
static int on_timer (CURLM *multi, long ms, void *pool) {
  struct pool *p = pool;
  (void)multi;
  p->due = ms < 0 ? -1 : ms == 0 ? 0 : pay_now() + (double)ms / 1000;
  return 0;
}

int pay_pool_ready (struct pool *p) {
  if (p->multi != NULL)
    return 1;
  p->multi = curl_multi_init();
  if (p->multi == NULL)
    return 0;
  p->pid = getpid();
  p->n_fds = 0;
  p->due = -1;
  curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
  curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
  curl_multi_setopt(p->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  /* by default a finished crowd would leave few connections open */
  curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, MAX_IDLE_CONNECTIONS);
  return 1;
}

void pay_pool_done (struct pool *p, struct exchange *x) {
  if (x->state == UNDER_WAY)
    p->n_under_way--;
  x->state = DONE;
  x->next = NULL;
  *p->last_done = x;
  p->last_done = &x->next;
  p->n_done++;
}

void pay_pool_recycle (struct pool *p, struct exchange *x) {
  struct exchange **at = &p->done;
  while (*at != x)
    at = &(*at)->next;
  *at = x->next;
  if (*at == NULL)
    p->last_done = at;
  p->n_done--;
  x->state = IDLE;
  x->next = p->idle;
  p->idle = x;
}

/*
** The parent's connections are the parent's: to clean them up here would
** say goodbye on its sockets. They are left alone, memory and all; what
** was under way will be answered there, not here.
*/
void pay_pool_check_process (struct pool *p) {
  int i;
  if (p->multi == NULL || p->pid == getpid())
    return;
  p->multi = NULL;
  p->n_fds = 0;
  p->due = -1;
  for (i = 0; i < p->n_all; i++) {
    struct exchange *x = p->all[i];
    x->easy = NULL;
    if (x->state == UNDER_WAY) {
      x->why = FORKED;
      pay_pool_done(p, x);
    }
  }
}

int pay_pool_start (struct pool *p, struct exchange *x) {
  if (curl_multi_add_handle(p->multi, x->easy) != CURLM_OK)
    return 0;
  p->idle = x->next;
  x->state = UNDER_WAY;
  p->n_under_way++;
  return 1;
}

void pay_pool_close (struct pool *p) {
  int i;
  pay_pool_check_process(p);
  for (i = 0; i < p->n_all; i++) {
    if (p->all[i]->state == UNDER_WAY)
      curl_multi_remove_handle(p->multi, p->all[i]->easy);
    pay_exchange_free(p->all[i]);
  }
  if (p->multi != NULL)
    curl_multi_cleanup(p->multi);
  for (i = 0; i < N_STRINGS; i++)
    free(p->strings[i]);
  free(p->all);
  free(p->fds);
  free(p->joint);
  memset(p, 0, sizeof(*p));
}
