/*
** threads.c - runs a Lua file in several threads at once, each with a Lua
** state of its own, with the C modules inside: for ThreadSanitizer, which
** must see them from the first instruction of the program on.
**
** usage: threads COUNT FILE ARGUMENT...
** The file is given the number of its thread and the arguments.
*/
#define _POSIX_C_SOURCE 200809L

#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_THREADS 64

int luaopen_luapay_core (lua_State *L);
int luaopen_luapay_crypto (lua_State *L);
int luaopen_luapay_curl (lua_State *L);
int luaopen_luapay_http (lua_State *L);
int luaopen_luapay_postgres (lua_State *L);
int luaopen_luapay_sqlite (lua_State *L);

static const luaL_Reg modules[] = {
  { "luapay.core", luaopen_luapay_core },
  { "luapay.crypto", luaopen_luapay_crypto },
  { "luapay.curl", luaopen_luapay_curl },
  { "luapay.http", luaopen_luapay_http },
  { "luapay.postgres", luaopen_luapay_postgres },
  { "luapay.sqlite", luaopen_luapay_sqlite },
  { NULL, NULL },
};

struct thread {
  pthread_t id;
  lua_State *L;
  int number, good;
};

static char **arguments;
static pthread_barrier_t start;

static lua_State *open_state (void) {
  lua_State *L = luaL_newstate();
  if (L == NULL)
    abort();
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  luaL_setfuncs(L, modules, 0);
  lua_pop(L, 1);
  return L;
}

/* Nothing of ours has run before the barrier: the first use is raced for. */
static void *work (void *argument) {
  struct thread *t = argument;
  lua_State *L = t->L;
  int n = 0;
  pthread_barrier_wait(&start);
  if (luaL_loadfile(L, arguments[0]) == LUA_OK) {
    lua_pushinteger(L, t->number);
    while (arguments[++n] != NULL)
      lua_pushstring(L, arguments[n]);
    t->good = lua_pcall(L, n, 0, 0) == LUA_OK;
  }
  if (!t->good)
    fprintf(stderr, "thread %d: %s\n", t->number, luaL_tolstring(L, -1, NULL));
  lua_close(L);
  return NULL;
}

int main (int argc, char **argv) {
  static struct thread threads[MAX_THREADS];
  int i, count = argc > 2 ? atoi(argv[1]) : 0, good = 1;
  if (count < 1 || count > MAX_THREADS) {
    fprintf(stderr, "usage: %s COUNT FILE ARGUMENT...\n", argv[0]);
    return 2;
  }
  arguments = argv + 2;
  if (pthread_barrier_init(&start, NULL, (unsigned)count) != 0)
    return 2;
  for (i = 0; i < count; i++) {
    threads[i].number = i + 1;
    threads[i].L = open_state();
    if (pthread_create(&threads[i].id, NULL, work, &threads[i]) != 0)
      return 2;
  }
  for (i = 0; i < count; i++) {
    pthread_join(threads[i].id, NULL);
    good = good && threads[i].good;
  }
  return good ? 0 : 1;
}
