/*
** postgres_thread.c - what can only be had by blocking: the addresses of
** a host (getaddrinfo), and cancelling (PQcancel, which connects). A
** thread does it, detached, with all signals blocked; nobody waits for it.
*/
#include "postgres.h"

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_THREADS 16 /* at once: a resolver that hangs may keep them */

struct lookup {
  int users;      /* the thread and the connection: the last one frees */
  int ask, reply; /* ends of a pipe: a byte says that there is an answer */
  int code;       /* of getaddrinfo */
  struct addrinfo *list;
  char host[];
};

/*
** How many there are, and in which process: they do not survive a fork, so
** a child has none. In one word, since several Lua states may change both
** at once: the process in the upper bits, the number in the lower ones.
*/
static unsigned long threads;

#define NUMBERS 32UL /* > MAX_THREADS */

static int take_thread (void) {
  unsigned long here = (unsigned long)getpid() * NUMBERS, was, n;
  do {
    was = __sync_fetch_and_add(&threads, 0);
    n = was - was % NUMBERS == here ? was % NUMBERS : 0;
    if (n == MAX_THREADS)
      return 0;
  } while (!__sync_bool_compare_and_swap(&threads, was, here + n + 1));
  return 1;
}

static void leave_thread (void) {
  __sync_sub_and_fetch(&threads, 1);
}

/* Signals are the host's: its own threads get them. */
static int start_thread (void *(*work)(void *), void *argument) {
  pthread_t thread;
  pthread_attr_t detached;
  sigset_t all, before;
  int failed;
  if (!take_thread())
    return 0;
  if (pthread_attr_init(&detached) != 0) {
    leave_thread();
    return 0;
  }
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  failed = pthread_create(&thread, &detached, work, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&detached);
  if (failed)
    leave_thread();
  return !failed;
}

static void release (struct lookup *l) {
  if (__sync_sub_and_fetch(&l->users, 1) > 0)
    return;
  if (l->list != NULL)
    freeaddrinfo(l->list);
  free(l);
}

static void *look_up (void *lookup) {
  struct lookup *l = lookup;
  struct addrinfo hints, *list = NULL;
  int reply = l->reply;
  memset(&hints, 0, sizeof(hints));
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  l->code = getaddrinfo(l->host, NULL, &hints, &list);
  l->list = l->code == 0 ? list : NULL;
  release(l);
  /* Closing is not enough: a child of the host may have this end, too. The
     signal for "nobody reads any more" is blocked here. */
  (void)!write(reply, "", 1);
  close(reply);
  leave_thread();
  return NULL;
}

struct lookup *pay_lookup_start (const char *host) {
  size_t n = strlen(host) + 1;
  struct lookup *l = calloc(1, sizeof(*l) + n);
  int ends[2];
  if (l == NULL)
    return NULL;
  memcpy(l->host, host, n);
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    free(l);
    return NULL;
  }
  l->ask = ends[0];
  l->reply = ends[1];
  l->users = 2;
  if (start_thread(look_up, l))
    return l;
  close(ends[0]);
  close(ends[1]);
  free(l);
  return NULL;
}

int pay_lookup_fd (const struct lookup *l) {
  return l->ask;
}

/* Whether the text is a new one: resolvers repeat themselves. */
static int is_new (char (*addresses)[MAX_ADDRESS], int n) {
  int i;
  for (i = 0; i < n; i++)
    if (strcmp(addresses[i], addresses[n]) == 0)
      return 0;
  return 1;
}

int pay_lookup_answer (struct lookup *l, char (*addresses)[MAX_ADDRESS],
                       int *n, const char **why) {
  char byte;
  const struct addrinfo *a;
  if (read(l->ask, &byte, 1) < 0)
    return 0;
  *n = 0;
  for (a = l->list; a != NULL && *n < MAX_ADDRESSES; a = a->ai_next)
    if (getnameinfo(a->ai_addr, a->ai_addrlen, addresses[*n], MAX_ADDRESS,
                    NULL, 0, NI_NUMERICHOST) == 0 &&
        is_new(addresses, *n))
      ++*n;
  if (*n > 0)
    return 1;
  *why = l->code != 0 ? gai_strerror(l->code) : "it has no address";
  return -1;
}

void pay_lookup_leave (struct lookup *l) {
  close(l->ask);
  release(l);
}

static void *cancel_now (void *cancel) {
  char why[256];
  (void)PQcancel(cancel, why, (int)sizeof(why));
  PQfreeCancel(cancel);
  leave_thread();
  return NULL;
}

void pay_cancel_later (PGcancel *cancel) {
  if (cancel != NULL && !start_thread(cancel_now, cancel))
    PQfreeCancel(cancel);
}
