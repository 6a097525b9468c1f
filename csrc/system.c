/*
** system.c - clocks that nobody sets, this process's number, and what a
** path stands for: so that a journal notices a step of the clock, a fork,
** and a file that was taken away under it.
*/
#include "host.h"

#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/vfs.h>
#endif

/* nil and the system's word for what went wrong */
static int push_failure (lua_State *L) {
  luaL_pushfail(L);
  lua_pushstring(L, strerror(errno));
  return 2;
}

/*
** wall() -> seconds since 1970; anybody may set this clock
*/
static int system_wall (lua_State *L) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
  return 1;
}

/*
** boottime() -> seconds since this machine has started, suspended or not:
** one clock for all its processes, which nobody can set
*/
static int system_boottime (lua_State *L) {
  lua_pushnumber(L, (lua_Number)pay_boottime());
  return 1;
}

/*
** sleep(seconds): blocks this thread
*/
static int system_sleep (lua_State *L) {
  lua_Number seconds = luaL_checknumber(L, 1);
  struct timespec t;
  if (!(seconds > 0))
    return 0;
  if (seconds > 3600)
    seconds = 3600;
  t.tv_sec = (time_t)seconds;
  t.tv_nsec = (long)((seconds - floor(seconds)) * 1e9);
  while (nanosleep(&t, &t) != 0 && errno == EINTR)
    ;
  return 0;
}

/*
** process() -> the number of this process; another one after a fork
*/
static int system_process (lua_State *L) {
  pay_pushwhole(L, (long long)getpid());
  return 1;
}

/* Reads up to 'size' bytes of a short file; returns how many. */
static size_t read_short (const char *path, char *into, size_t size) {
  int f = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = f < 0 ? 0 : read(f, into, size);
  if (f >= 0)
    close(f);
  return n > 0 ? (size_t)n : 0;
}

/*
** boot_id() -> text that names this start of this machine, as far as its
** processes share one boottime(); empty where the system has no such name
*/
static int system_boot_id (lua_State *L) {
  char id[64], space[64];
  size_t n = read_short("/proc/sys/kernel/random/boot_id", id, sizeof(id));
  ssize_t m = readlink("/proc/self/ns/time", space, sizeof(space));
  while (n > 0 && (unsigned char)id[n - 1] <= ' ')
    n--;
  lua_pushlstring(L, id, n);
  if (m > 0) { /* a container may count from elsewhere */
    lua_pushliteral(L, "/");
    lua_pushlstring(L, space, (size_t)m);
    lua_concat(L, 3);
  }
  return 1;
}

/* Nanoseconds since 1970 at which a file was made; 0 where nobody knows. A
   number of a removed file is soon that of another one. */
static unsigned long long birth_of (const char *path) {
#if defined(STATX_BTIME)
  struct statx s;
  if (statx(AT_FDCWD, path, 0, STATX_BTIME, &s) == 0 &&
      (s.stx_mask & STATX_BTIME) != 0)
    return (unsigned long long)s.stx_btime.tv_sec * 1000000000ULL +
           s.stx_btime.tv_nsec;
#else
  (void)path;
#endif
  return 0;
}

/*
** file(path) -> text that names the file itself, whatever its path, and how
** many names it has; nil and a message where there is none
*/
static int system_file (lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct stat s;
  char name[96];
  int n;
  if (stat(path, &s) != 0)
    return push_failure(L);
  n = snprintf(name, sizeof(name), "%llu:%llu:%llu",
               (unsigned long long)s.st_dev, (unsigned long long)s.st_ino,
               birth_of(path));
  lua_pushlstring(L, name, (size_t)n);
  pay_pushwhole(L, (long long)s.st_nlink);
  return 2;
}

/*
** real_path(path) -> the path from the root on, without links; its last name
** may be that of no file yet; nil and a message
*/
static int system_real_path (lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  const char *slash = strrchr(path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  struct stat s;
  char *found = realpath(path, NULL);
  if (found == NULL && errno == ENOENT && lstat(path, &s) != 0) {
    lua_pushlstring(L, path, (size_t)(name - path));
    found = realpath(name == path ? "." : lua_tostring(L, -1), NULL);
    if (found != NULL)
      lua_pushfstring(L, "%s/%s", strcmp(found, "/") != 0 ? found : "", name);
  }
  else if (found != NULL)
    lua_pushstring(L, found);
  if (found == NULL)
    return push_failure(L);
  free(found);
  return 1;
}

/*
** create_private(path) -> true when it made an empty file that only its
** owner may read; false when there is one; nil and a message
*/
static int system_create_private (lua_State *L) {
  int f = open(luaL_checkstring(L, 1), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
               S_IRUSR | S_IWUSR);
  if (f < 0 && errno != EEXIST)
    return push_failure(L);
  lua_pushboolean(L, f >= 0);
  if (f >= 0)
    close(f);
  return 1;
}

/*
** sync(path) -> true when all that was written to the file is on the disk;
** nil and a message
*/
static int system_sync (lua_State *L) {
  int f = open(luaL_checkstring(L, 1), O_RDONLY | O_CLOEXEC);
  int good = f >= 0 && fsync(f) == 0;
  if (!good)
    push_failure(L);
  if (f >= 0)
    close(f);
  if (!good)
    return 2;
  lua_pushboolean(L, 1);
  return 1;
}

/*
** is_private(path) -> whether nobody but this user (and root) may read or
** write the file, and if not, why; nil and a message where there is none
*/
static int system_is_private (lua_State *L) {
  struct stat s;
  if (stat(luaL_checkstring(L, 1), &s) != 0)
    return push_failure(L);
  lua_pushboolean(L, 0);
  if (s.st_uid != geteuid() && s.st_uid != 0) {
    lua_pushliteral(L, "it belongs to somebody else");
  }
  else if (s.st_mode & (S_IRWXG | S_IRWXO)) {
    lua_pushliteral(L, "others may read or write it");
  }
  else {
    lua_pushboolean(L, 1);
    return 1;
  }
  return 2;
}

/*
** terminal(fd) -> how many columns the terminal behind it has, 80 where it
** does not say; false where there is none
*/
static int system_terminal (lua_State *L) {
  int fd = (int)luaL_checkinteger(L, 1);
  struct winsize w;
  if (!isatty(fd)) {
    lua_pushboolean(L, 0);
    return 1;
  }
  if (ioctl(fd, TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
    w.ws_col = 80;
  pay_pushwhole(L, w.ws_col);
  return 1;
}

/* A file of counts: the largest one that was ever written is the one that
   counts. Each has a place of its own for a while, so that processes that
   write at once take nothing back; the complement tells a whole one. */
#define PLACES 64

struct place {
  unsigned long long count, complement;
};

static int open_counts (lua_State *L, int flags) {
  return open(luaL_checkstring(L, 1), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

/* Makes a new name in a folder last, as far as the system can. */
static void sync_folder (const char *path) {
  char folder[4096];
  const char *slash = strrchr(path, '/');
  size_t n = slash != NULL ? (size_t)(slash - path) : 0;
  int f;
  if (slash == NULL || n >= sizeof(folder))
    return;
  memcpy(folder, path, n);
  folder[n] = '\0';
  f = open(n > 0 ? folder : "/", O_RDONLY | O_CLOEXEC);
  if (f >= 0) {
    (void)fsync(f);
    close(f);
  }
}

/*
** create_count(path) -> true: there is a file, for its owner, whose count is
** 0, and it lasts; nil and a message
*/
static int system_create_count (lua_State *L) {
  struct place none[PLACES];
  int f = open_counts(L, O_RDWR | O_CREAT);
  int good;
  if (f < 0)
    return push_failure(L);
  memset(none, 0, sizeof(none));
  good = pwrite(f, none, sizeof(none), 0) == (ssize_t)sizeof(none) &&
         fsync(f) == 0;
  if (!good)
    push_failure(L);
  close(f);
  if (!good)
    return 2;
  sync_folder(lua_tostring(L, 1));
  lua_pushboolean(L, 1);
  return 1;
}

/*
** read_count(path) -> the largest count; nil and a message where there is no
** such file, or none that could be written to
*/
static int system_read_count (lua_State *L) {
  struct place all[PLACES];
  unsigned long long largest = 0;
  int f = open_counts(L, O_RDWR);
  ssize_t n;
  size_t i;
  if (f < 0)
    return push_failure(L);
  n = pread(f, all, sizeof(all), 0);
  close(f);
  for (i = 0; n > 0 && i < (size_t)n / sizeof(all[0]); i++)
    if (all[i].complement == ~all[i].count && all[i].count > largest)
      largest = all[i].count;
  pay_pushwhole(L, (long long)largest);
  return 1;
}

/*
** write_count(path, count) -> true; nil and a message. It does not wait for
** the disk: after a crash of the machine the count may be a smaller one.
*/
static int system_write_count (lua_State *L) {
  struct place one;
  ssize_t n;
  int f;
  one.count = (unsigned long long)luaL_checknumber(L, 2);
  one.complement = ~one.count;
  f = open_counts(L, O_WRONLY);
  if (f < 0)
    return push_failure(L);
  n = pwrite(f, &one, sizeof(one), (off_t)(one.count % PLACES * sizeof(one)));
  if (n != (ssize_t)sizeof(one))
    push_failure(L);
  close(f);
  if (n != (ssize_t)sizeof(one))
    return 2;
  lua_pushboolean(L, 1);
  return 1;
}

#if defined(__linux__)

/* Whose files may be another kernel's too: its locks and its shared memory
   are not ours. */
static const struct {
  unsigned long magic;
  const char *name;
} shared_systems[] = { { 0x6969, "nfs" },        { 0x517b, "smb" },
                       { 0xff534d42, "cifs" },   { 0xfe534d42, "smb2" },
                       { 0x01021997, "9p" },     { 0x65735546, "fuse" },
                       { 0x5346414f, "afs" },    { 0x73757245, "coda" },
                       { 0x00c36400, "ceph" },   { 0x0bd00bd0, "lustre" },
                       { 0x47504653, "gpfs" },   { 0x01161970, "gfs2" },
                       { 0x7461636f, "ocfs2" },  { 0x19830326, "beegfs" },
                       { 0xa501fcf5, "vxfs" },   { 0x786f4256, "vboxsf" },
                       { 0xbacbacbc, "vmhgfs" }, { 0x20030528, "orangefs" } };

#endif

/*
** file_system(path) -> the name of the file system if it may be shared with
** other machines, else false; nil and a message where there is no such path
*/
static int system_file_system (lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
#if defined(__linux__)
  struct statfs s;
  size_t i;
  if (statfs(path, &s) != 0)
    return push_failure(L);
  for (i = 0; i < sizeof(shared_systems) / sizeof(shared_systems[0]); i++) {
    if (((unsigned long)s.f_type & 0xffffffffUL) == shared_systems[i].magic) {
      lua_pushstring(L, shared_systems[i].name);
      return 1;
    }
  }
#else
  (void)path;
#endif
  lua_pushboolean(L, 0);
  return 1;
}

static const luaL_Reg system_functions[] = {
  { "wall", system_wall },
  { "boottime", system_boottime },
  { "boot_id", system_boot_id },
  { "sleep", system_sleep },
  { "process", system_process },
  { "file", system_file },
  { "real_path", system_real_path },
  { "create_count", system_create_count },
  { "read_count", system_read_count },
  { "write_count", system_write_count },
  { "create_private", system_create_private },
  { "sync", system_sync },
  { "is_private", system_is_private },
  { "terminal", system_terminal },
  { "file_system", system_file_system },
  { NULL, NULL }
};

void pay_open_system (lua_State *L) {
  const luaL_Reg *f;
  for (f = system_functions; f->name != NULL; f++) {
    lua_pushcfunction(L, f->func);
    lua_setfield(L, -2, f->name);
  }
}
