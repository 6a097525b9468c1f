/*
** posix.c - module spec.support.posix: processes and signals for specs.
** Build: cc -std=c99 -fPIC -shared -I<lua> -I csrc \
**   -o build/<lua>/spec/support/posix.so spec/support/posix.c
*/
#include "../../csrc/host.h"

#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../csrc/compat.h"

/* fork() -> pid, 0 in the child */
static int posix_fork (lua_State *L) {
  lua_pushinteger(L, (lua_Integer)fork());
  return 1;
}

/* wait(pid) -> exit code, or -1 when it did not exit by itself */
static int posix_wait (lua_State *L) {
  int status = 0;
  (void)waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0);
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 1;
}

/* quit(code): at once, without collecting anything or leaving busted */
static int posix_quit (lua_State *L) {
  _exit((int)luaL_checkinteger(L, 1));
}

static volatile sig_atomic_t alarms;

static void count_alarm (int signal) {
  (void)signal;
  alarms++;
}

/* alarms(milliseconds): a signal every so often; 0 stops them -> count */
static int posix_alarms (lua_State *L) {
  struct itimerval every;
  struct sigaction action;
  long ms = (long)luaL_checkinteger(L, 1);
  memset(&action, 0, sizeof(action));
  action.sa_handler = count_alarm;
  (void)sigaction(SIGALRM, &action, NULL);
  every.it_interval.tv_sec = ms / 1000;
  every.it_interval.tv_usec = ms % 1000 * 1000;
  every.it_value = every.it_interval;
  (void)setitimer(ITIMER_REAL, &every, NULL);
  lua_pushinteger(L, (lua_Integer)alarms);
  return 1;
}

/* inherited(fd) -> whether a program that is started gets it */
static int posix_inherited (lua_State *L) {
  int flags = fcntl((int)luaL_checkinteger(L, 1), F_GETFD);
  lua_pushboolean(L, flags >= 0 && !(flags & FD_CLOEXEC));
  return 1;
}

static struct {
  lua_Alloc allocate; /* Lua's own */
  void *data;
  long left; /* until the one that fails, and the one after that */
} memory;

static void *starving (void *unused, void *block, size_t was, size_t size) {
  (void)unused;
  if (size > 0 && (block == NULL || size > was) && memory.left > -2 &&
      --memory.left < 0)
    return NULL;
  return memory.allocate(memory.data, block, was, size);
}

/* starve(n): Lua gets no memory at the n-th time from now, nor when it tries
   once more; starve() ends that -> whether it came to it */
static int posix_starve (lua_State *L) {
  int came = memory.left < 0;
  if (lua_isnoneornil(L, 1))
    lua_setallocf(L, memory.allocate, memory.data);
  else {
    memory.left = (long)luaL_checkinteger(L, 1) - 1;
    memory.allocate = lua_getallocf(L, &memory.data);
    lua_setallocf(L, starving, NULL);
  }
  lua_pushboolean(L, came);
  return 1;
}

/*
** Where this file is preloaded, elsewhere.example has the addresses that the
** environment says: ADDRESSES="127.0.0.2 127.0.0.1", asked in that order.
*/
typedef int (*lookup)(const char *, const char *, const struct addrinfo *,
                      struct addrinfo **);
PAY_EXPORT int getaddrinfo (const char *name, const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **into);
PAY_EXPORT int getaddrinfo (const char *name, const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **into) {
  const char *at = getenv("ADDRESSES");
  void *found = dlsym(RTLD_NEXT, "getaddrinfo");
  lookup real;
  int failed = 0;
  memcpy(&real, &found, sizeof(real));
  if (at == NULL || name == NULL || strcmp(name, "elsewhere.example") != 0)
    return real(name, service, hints, into);
  *into = NULL;
  while (*at != '\0' && !failed) {
    char address[64] = "";
    size_t n = strcspn(at, " ");
    memcpy(address, at, n < sizeof(address) ? n : 0);
    failed = real(address, service, hints, into);
    while (!failed && *into != NULL)
      into = &(*into)->ai_next;
    at += n + strspn(at + n, " ");
  }
  return failed;
}

static const luaL_Reg functions[] = { { "fork", posix_fork },
                                      { "wait", posix_wait },
                                      { "quit", posix_quit },
                                      { "alarms", posix_alarms },
                                      { "inherited", posix_inherited },
                                      { "starve", posix_starve },
                                      { NULL, NULL } };

PAY_EXPORT int luaopen_spec_support_posix (lua_State *L);
PAY_EXPORT int luaopen_spec_support_posix (lua_State *L) {
  pay_stay_loaded(&memory); /* Lua may still allocate by it */
  luaL_newlib(L, functions);
  return 1;
}
