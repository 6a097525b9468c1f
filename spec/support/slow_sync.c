/*
** slow_sync.c - no module: for LD_PRELOAD, a disk that takes its time.
** Before each fsync and fdatasync it waits for as many milliseconds as
** stand in the file that SLOW_SYNC names; when there is none, for none.
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *path;

/* nginx writes over the environment later */
__attribute__((constructor)) static void begin (void) {
  const char *told = getenv("SLOW_SYNC");
  path = told != NULL ? strdup(told) : NULL;
}

static void wait_as_told (void) {
  int milliseconds = 0;
  FILE *f = path != NULL ? fopen(path, "re") : NULL;
  if (f == NULL)
    return;
  if (fscanf(f, "%d", &milliseconds) == 1)
    (void)usleep((useconds_t)milliseconds * 1000);
  fclose(f);
}

static int sync_after (const char *name, int fd) {
  int (*call)(int) = (int (*)(int))(size_t)dlsym(RTLD_NEXT, name);
  wait_as_told();
  return call(fd);
}

int fsync (int fd) {
  return sync_after("fsync", fd);
}

int fdatasync (int fd) {
  return sync_after("fdatasync", fd);
}
