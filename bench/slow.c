/*
** slow.c - a provider that takes about 200 ms for each call, to the
** microsecond: nginx would answer all calls of a millisecond at once, and
** the gateway would meet them in crowds that life does not make.
** usage: slow FILE - writes its port to the file.
*/
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#define MOST  1024 /* connections */
#define ROOM  8192 /* bytes of a request */
#define NEVER 1e18

#define ANSWER(body, length)                                                  \
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"                     \
  "Content-Length: " length "\r\n\r\n" body

static const char credit[] = ANSWER("{\"transactionId\":123456}", "24");
static const char login[] =
    ANSWER("{\"login\":{\"verified\":true,\"ibAuthCookie\":"
           "\"3f2c9a71d6e84b05\"}}",
           "61");

/* By descriptor: what has come of a request, and when it is answered. */
static char texts[MOST][ROOM];
static size_t filled[MOST];
static double due[MOST];

static int last = 0; /* the highest descriptor so far */

static double now (void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail (const char *what) {
  perror(what);
  exit(1);
}

static int open_listener (const char *path) {
  struct sockaddr_in at = { 0 };
  socklen_t n = sizeof(at);
  FILE *file = fopen(path, "w");
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 ||
      listen(fd, MOST) != 0 || getsockname(fd, (struct sockaddr *)&at, &n))
    fail("slow: listen");
  if (file == NULL || fprintf(file, "%d\n", ntohs(at.sin_port)) < 0 ||
      fclose(file) != 0)
    fail("slow: port");
  return fd;
}

static void watch (int epoll, int fd) {
  struct epoll_event event = { 0 };
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    fail("slow: epoll");
}

static void welcome (int epoll, int listener) {
  int on = 1, fd = accept(listener, NULL, NULL);
  if (fd < 0 || fd >= MOST)
    fail("slow: accept");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  filled[fd] = 0;
  due[fd] = NEVER;
  last = fd > last ? fd : last;
  watch(epoll, fd);
}

static void answer (int fd, const char *text) {
  filled[fd] = 0;
  due[fd] = NEVER;
  if (write(fd, text, strlen(text)) < 0)
    close(fd);
}

static int is_whole (const char *text, size_t n) {
  const char *end = strstr(text, "\r\n\r\n");
  const char *length = strstr(text, "Content-Length: ");
  size_t body = length != NULL ? (size_t)atol(length + 16) : 0;
  return end != NULL && n >= (size_t)(end - text) + 4 + body;
}

static void receive (int fd) {
  char *text = texts[fd];
  ssize_t got = read(fd, text + filled[fd], ROOM - 1 - filled[fd]);
  if (got <= 0) {
    due[fd] = NEVER;
    close(fd);
    return;
  }
  filled[fd] += (size_t)got;
  text[filled[fd]] = '\0';
  if (!is_whole(text, filled[fd]))
    return;
  if (strstr(text, "login") != NULL)
    answer(fd, login);
  else
    due[fd] = now() + 0.19 + 0.02 * rand() / RAND_MAX;
}

/* Answers what is due; sets the timer for what is due next. */
static void run_timers (int timer) {
  struct itimerspec at = { 0 };
  double first = NEVER, time = now();
  int fd;
  for (fd = 0; fd <= last; fd++) {
    if (due[fd] <= time)
      answer(fd, credit);
    if (due[fd] < first)
      first = due[fd];
  }
  if (first < NEVER) {
    at.it_value.tv_sec = (time_t)first;
    at.it_value.tv_nsec = (long)((first - (double)(time_t)first) * 1e9);
  }
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

int main (int argc, char **argv) {
  struct epoll_event events[64];
  int listener, timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  int i, n, epoll = epoll_create1(0);
  if (argc != 2)
    return 2;
  for (i = 0; i < MOST; i++)
    due[i] = NEVER;
  listener = open_listener(argv[1]);
  watch(epoll, listener);
  watch(epoll, timer);
  while ((n = epoll_wait(epoll, events, 64, -1)) >= 0) {
    for (i = 0; i < n; i++) {
      char ticks[8];
      int fd = events[i].data.fd;
      if (fd == listener)
        welcome(epoll, listener);
      else if (fd != timer)
        receive(fd);
      else if (read(timer, ticks, sizeof(ticks)) < 0)
        continue;
    }
    run_timers(timer);
  }
  return 0;
}
