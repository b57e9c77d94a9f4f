/* Makes the n-th change to a folder fail, for tests: loaded with LD_PRELOAD into the real program, so that the
 * program itself knows nothing of it.
 *
 * Counted is every call that changes something below the folder FAULTS_UNDER: writes, syncs, renames, and opening
 * for writing, making, removing, cutting files and folders. From the environment:
 *   FAULTS_MODE  none    only count
 *                fail    the call number FAULTS_AT fails with the error FAULTS_ERRNO
 *                dead    that call and all after it fail with FAULTS_ERRNO
 *                full    from that call on no byte and no file is added any more (ENOSPC); all else works
 *                torn    that call, where it is a write, writes half of its bytes; then as `full`
 *                kill    the process is killed before that call
 *                killed  the process is killed after that call
 *                ask     before that call the process gets the signal FAULTS_SIGNAL; the call goes on when whoever
 *                        listens for signals in the process (at a semaphore) has seen to it
 *   FAULTS_LOG   a file outside the folder: a line a call, its number, its name, its path
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static atomic_int calls;
/* How often the program's own semaphore was about to be waited for: once by the listener for signals, again when it has
 * seen to one. */
static atomic_int waits;

static const char *env(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

/* The path of an open file, or of a name below an open folder. */
static void path_of(int fd, const char *name, char *out) {
    char link[64];
    ssize_t length = 0;
    if (name && (name[0] == '/' || fd == AT_FDCWD)) {
        /* The program names the case by an absolute path. */
        snprintf(out, PATH_MAX, "%s", name);
        return;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, out, PATH_MAX - 300);
    if (length < 0) length = 0;
    out[length] = 0;
    if (name) snprintf(out + length, 256, "/%s", name);
}

enum verdict { GO, FAIL, HALF, KILL_AFTER };

static void die(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) syscall(SYS_pause);
}

/* Counts one call and says what becomes of it; `adds` is whether it needs room on the disk. */
static enum verdict ask(const char *call, int adds, int fd, const char *name) {
    char path[PATH_MAX], line[PATH_MAX + 64];
    const char *under = env("FAULTS_UNDER"), *mode = env("FAULTS_MODE");
    int keep = errno;
    path_of(fd, name, path);
    if (!*under || strncmp(path, under, strlen(under))) return errno = keep, GO;
    int number = atomic_fetch_add(&calls, 1) + 1, at = atoi(env("FAULTS_AT"));
    int log = syscall(SYS_openat, AT_FDCWD, env("FAULTS_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log >= 0) {
        int length = snprintf(line, sizeof line, "%d %s %s\n", number, call, path + strlen(under));
        syscall(SYS_write, log, line, (size_t)length);
        syscall(SYS_close, log);
    }
    errno = keep;
    if (!strcmp(mode, "fail") && number == at) return errno = atoi(env("FAULTS_ERRNO")), FAIL;
    if (!strcmp(mode, "dead") && number >= at) return errno = atoi(env("FAULTS_ERRNO")), FAIL;
    if (!strcmp(mode, "torn") && number == at && !strcmp(call, "write")) return HALF;
    if ((!strcmp(mode, "full") || !strcmp(mode, "torn")) && number >= at && adds) return errno = ENOSPC, FAIL;
    if (!strcmp(mode, "kill") && number == at) die();
    if (!strcmp(mode, "killed") && number == at) return KILL_AFTER;
    if (!strcmp(mode, "ask") && number == at) {
        syscall(SYS_kill, syscall(SYS_getpid), atoi(env("FAULTS_SIGNAL")));
        while (atomic_load(&waits) < 2) sched_yield();
    }
    return errno = keep, GO;
}

/* Does the call unless it is to fail, and dies after it where that is asked. */
#define DO(call, adds, fd, name, real)                       \
    do {                                                     \
        enum verdict verdict = ask(call, adds, fd, name);    \
        if (verdict == FAIL) return -1;                      \
        __typeof__(real) result = (real);                    \
        if (verdict == KILL_AFTER) die();                    \
        return result;                                       \
    } while (0)

int sem_wait(sem_t *semaphore) {
    Dl_info owner;
    /* The engine has semaphores, too; they lie on the heap, the listener's in the program. */
    if (dladdr(semaphore, &owner)) atomic_fetch_add(&waits, 1);
    return REAL(int, "sem_wait", sem_t *)(semaphore);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    enum verdict verdict = ask("write", 1, fd, NULL);
    if (verdict == FAIL) return -1;
    ssize_t result = REAL(ssize_t, "write", int, const void *, size_t)(fd, bytes, verdict == HALF ? count / 2 : count);
    if (verdict == KILL_AFTER) die();
    return result;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    DO("writev", 1, fd, NULL, REAL(ssize_t, "writev", int, const struct iovec *, int)(fd, parts, count));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    DO("pwrite", 1, fd, NULL, REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(fd, bytes, count, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    DO("pwrite", 1, fd, NULL, REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(fd, bytes, count, at));
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t count, unsigned flags) {
    DO("copy_file_range", 1, to, NULL,
       REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned)(from, from_at, to, to_at,
                                                                                          count, flags));
}

int fsync(int fd) { DO("fsync", 0, fd, NULL, REAL(int, "fsync", int)(fd)); }

int fdatasync(int fd) { DO("fdatasync", 0, fd, NULL, REAL(int, "fdatasync", int)(fd)); }

int ftruncate(int fd, off_t length) { DO("ftruncate", 0, fd, NULL, REAL(int, "ftruncate", int, off_t)(fd, length)); }

int ftruncate64(int fd, off64_t length) {
    DO("ftruncate", 0, fd, NULL, REAL(int, "ftruncate64", int, off64_t)(fd, length));
}

int rename(const char *from, const char *to) {
    DO("rename", 0, AT_FDCWD, to, REAL(int, "rename", const char *, const char *)(from, to));
}

int mkdir(const char *path, mode_t mode) {
    DO("mkdir", 1, AT_FDCWD, path, REAL(int, "mkdir", const char *, mode_t)(path, mode));
}

int rmdir(const char *path) { DO("rmdir", 0, AT_FDCWD, path, REAL(int, "rmdir", const char *)(path)); }

int unlink(const char *path) { DO("unlink", 0, AT_FDCWD, path, REAL(int, "unlink", const char *)(path)); }

int unlinkat(int folder, const char *path, int flags) {
    DO("unlinkat", 0, folder, path, REAL(int, "unlinkat", int, const char *, int)(folder, path, flags));
}

/* Opening counts where it may change something. */
#define OPEN(folder, path, flags, real)                                    \
    do {                                                                              \
        if (((flags) & O_ACCMODE) == O_RDONLY && !((flags) & O_CREAT)) return (real); \
        DO("open", ((flags) & O_CREAT) != 0, folder, path, real);                     \
    } while (0)

#define MODE_OF(flags)                        \
    mode_t mode = 0;                          \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {  \
        va_list rest;                         \
        va_start(rest, flags);                \
        mode = va_arg(rest, mode_t);          \
        va_end(rest);                         \
    }

int open(const char *path, int flags, ...) {
    MODE_OF(flags)
    OPEN(AT_FDCWD, path, flags, REAL(int, "open", const char *, int, ...)(path, flags, mode));
}

int open64(const char *path, int flags, ...) {
    MODE_OF(flags)
    OPEN(AT_FDCWD, path, flags, REAL(int, "open64", const char *, int, ...)(path, flags, mode));
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE_OF(flags)
    OPEN(folder, path, flags, REAL(int, "openat64", int, const char *, int, ...)(folder, path, flags, mode));
}
