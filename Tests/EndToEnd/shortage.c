// Has calls of a program fail: LD_PRELOAD this, with TEST_SHORTAGE "<call> <error number> <start of a path>" for one of
// the calls below, which then fails as long as the file that TEST_SHORTAGE_WHILE names is there. The path is compared
// as the program gives it; with write it is the text that is compared, of which a few bytes still find room.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char call[16], path_start[256], while_path[4096];
static int error_number;

__attribute__((constructor)) static void begin(void) {
    const char *wanted = getenv("TEST_SHORTAGE"), *file = getenv("TEST_SHORTAGE_WHILE");
    if (wanted == NULL || file == NULL) return;
    if (sscanf(wanted, "%15s %d %255s", call, &error_number, path_start) < 2) abort();
    snprintf(while_path, sizeof while_path, "%s", file);
}

static int is_short(const char *name, const char *path) {
    if (strcmp(call, name) != 0 || strncmp(path, path_start, strlen(path_start)) != 0) return 0;
    int error = errno;
    int is_there = access(while_path, F_OK) == 0;
    errno = is_there ? error_number : error;
    return is_there;
}

static int open_real(const char *name, const char *path, int flags, mode_t mode) {
    if (is_short("open", path)) return -1;
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
    return real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_real("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_real("open64", path, flags, mode);
}

int mkdir(const char *path, mode_t mode) {
    if (is_short("mkdir", path)) return -1;
    return ((int (*)(const char *, mode_t))dlsym(RTLD_NEXT, "mkdir"))(path, mode);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    if (is_short("rename", to)) return -1;
    return ((int (*)(int, const char *, int, const char *, unsigned))dlsym(RTLD_NEXT, "renameat2"))(
        from_folder, from, to_folder, to, flags);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    static int begun = -1;
    ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (begun == fd) {
        begun = -1;
        errno = error_number;
        return -1;
    }
    if (length <= strlen(path_start) || !is_short("write", bytes)) return real(fd, bytes, length);
    begun = fd;
    return real(fd, bytes, 3);
}

int pipe(int ends[2]) {
    if (is_short("pipe", "")) return -1;
    return ((int (*)(int *))dlsym(RTLD_NEXT, "pipe"))(ends);
}

pid_t fork(void) {
    if (is_short("fork", "")) return -1;
    return ((pid_t (*)(void))dlsym(RTLD_NEXT, "fork"))();
}

#ifdef WITHOUT_VFORK
// A wrapper must not return from a real one, and whoever counts on lent memory cannot do with this one.
pid_t vfork(void) { return fork(); }
#endif
