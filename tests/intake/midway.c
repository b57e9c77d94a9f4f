/* Does something to a file in the middle of its being read, for tests: loaded with LD_PRELOAD into the real program.
 *
 *   MIDWAY_FILE  the file's path
 *   MIDWAY_AT    before the read with this number from it (from 1, over all times that it is opened)
 *   MIDWAY_DO    append | truncate | unlink | rewrite (one byte in the middle, and the time of change as it was)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int reads;

static int is_ours(int fd) {
    char link[64], path[PATH_MAX];
    const char *file = getenv("MIDWAY_FILE");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!file || length < 0) return 0;
    path[length] = 0;
    return !strcmp(path, file);
}

static void act(void) {
    const char *file = getenv("MIDWAY_FILE"), *what = getenv("MIDWAY_DO");
    struct stat before;
    stat(file, &before);
    if (!strcmp(what, "unlink")) {
        unlink(file);
        return;
    }
    if (!strcmp(what, "truncate")) {
        if (truncate(file, before.st_size / 2)) abort();
        return;
    }
    int fd = open(file, O_WRONLY | (!strcmp(what, "append") ? O_APPEND : 0));
    off_t at = !strcmp(what, "rewrite") ? before.st_size - 20 : 0;
    if (fd < 0 || lseek(fd, at, SEEK_SET) < 0 || write(fd, "z", 1) != 1) abort();
    if (!strcmp(what, "rewrite")) {
        struct timespec times[2] = {before.st_atim, before.st_mtim};
        futimens(fd, times);
    }
    close(fd);
}

ssize_t read(int fd, void *bytes, size_t count) {
    ssize_t (*real)(int, void *, size_t) = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    if (is_ours(fd) && atomic_fetch_add(&reads, 1) + 1 == atoi(getenv("MIDWAY_AT"))) act();
    return real(fd, bytes, count);
}
