#define _GNU_SOURCE
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void complain(const char *what, int error) {
    int fd = open("supervisor.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return;
    dprintf(fd, "%s: %s\n", what, strerror(error));
    close(fd);
}

int may_pass(int error) {
    return error == ENOSPC || error == EDQUOT || error == EROFS || error == ENFILE || error == EMFILE
        || error == ENOMEM || error == EAGAIN;
}

int wait_out(int error) {
    if (!may_pass(error)) return 0;
    sleep(1);
    return 1;
}

// The lock on `status` of the folder that we have claimed; -1 if we have claimed none.
static int claim = -1;

static int write_all(int fd, const char *text, size_t length) {
    while (length > 0) {
        ssize_t count = write(fd, text, length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        text += count;
        length -= (size_t)count;
    }
    return 0;
}

// Leaves nothing of a line that did not fit; what readers see of it meanwhile has no end.
static int append(const char *text, size_t length) {
    // By its name: whoever watches the folder is told of what is written by that.
    int fd = open("status", O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) return -1;
    off_t before = lseek(fd, 0, SEEK_END);
    int result = before < 0 ? -1 : write_all(fd, text, length);
    int error = errno;
    if (result != 0 && before >= 0 && ftruncate(fd, before) != 0) complain("status", errno);
    close(fd);
    errno = error;
    return result;
}

// Makes `status` under a name of our own first; returns its descriptor.
static int make_status(const char *temporary) {
    unlink(temporary);
    return open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

// Writes `status` in one step.
static int replace(const char *text, size_t length) {
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".status.%ld", (long)getpid());
    int fd = make_status(temporary);
    if (fd < 0) return -1;
    int result = write_all(fd, text, length);
    if (result == 0) result = rename(temporary, "status");
    int error = errno;
    close(fd);
    if (result != 0) unlink(temporary);
    errno = error;
    return result;
}

int tell(const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0) return -1;
    if ((size_t)length >= sizeof line) {
        length = sizeof line - 1;
        line[length - 1] = '\n';
    }
    int result = claim >= 0 ? append(line, (size_t)length) : replace(line, (size_t)length);
    if (result == 0) return 0;
    int error = errno;
    if (!may_pass(error)) complain("status", error);
    errno = error;
    return -1;
}

int claim_folder(void) {
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".claim.%ld", (long)getpid());
    int fd = make_status(temporary);
    if (fd < 0) return -1;
    int result = -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && dprintf(fd, "claimed %ld\n", (long)getpid()) > 0) {
        if (link(temporary, "status") == 0) result = 1;
        else if (errno == EEXIST) result = 0;
    }
    int error = errno;
    unlink(temporary);
    if (result == 1) claim = fd;
    else close(fd);
    errno = error;
    return result;
}

void leave_claim(void) {
    close(claim);
    claim = -1;
}

static char **try_to_read_strings(const char *name) {
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return NULL;
    struct stat status;
    if (fstat(fd, &status) != 0) goto failed;
    size_t size = (size_t)status.st_size, filled = 0, count = 0;
    char *bytes = malloc(size + 1);
    if (bytes == NULL) goto failed;
    while (filled < size) {
        ssize_t got = read(fd, bytes + filled, size - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) goto failed;
        if (got == 0) break;
        filled += (size_t)got;
    }
    bytes[filled] = 0;
    for (size_t i = 0; i < filled; i++) count += bytes[i] == 0;
    char **strings = calloc(count + 1, sizeof *strings);
    if (strings == NULL) goto failed;
    char *next = bytes;
    for (size_t i = 0; i < count; i++) {
        strings[i] = next;
        next += strlen(next) + 1;
    }
    close(fd);
    return strings;

failed:;
    int error = errno;
    close(fd);
    errno = error;
    return NULL;
}

char **read_strings(const char *name) {
    char **strings;
    do strings = try_to_read_strings(name);
    while (strings == NULL && wait_out(errno));
    return strings;
}

int read_program(struct program *program) {
    char **strings = read_strings("scratch/program");
    if (strings == NULL) return -1;
    size_t count = 0;
    while (strings[count] != NULL) count++;
    errno = EINVAL;
    if (count < 3) return -1;
    *program = (struct program){.folder = strings[0]};
    if (*strings[1] != 0
        && (sscanf(strings[1], "%lld %lld", &program->limit, &program->grace) != 2 || program->limit <= 0
            || program->grace <= 0))
        return -1;
    char *end;
    unsigned long arguments = strtoul(strings[2], &end, 10);
    if (*end != 0 || arguments == 0 || arguments > count - 3) return -1;
    program->variables = strings + 3 + arguments;
    program->arguments = calloc(arguments + 1, sizeof *program->arguments);
    if (program->arguments == NULL) return -1;
    memcpy(program->arguments, strings + 3, arguments * sizeof *strings);
    errno = 0;
    return 0;
}
