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

// `status` of the folder that we have claimed, locked; -1 if we have claimed none.
static int claim = -1;

// Whether that was opened by another name than it has now. Whoever watches the folder is told the name by which a file
// was opened, or that it was given since.
static int is_misnamed;

// Adds text to a file and leaves nothing of what did not fit; what readers see of it meanwhile has no end.
static int append(int fd, const char *text, size_t length) {
    size_t done = 0;
    while (done < length) {
        ssize_t count = write(fd, text + done, length - done);
        if (count >= 0) {
            done += (size_t)count;
            continue;
        }
        if (errno == EINTR) continue;
        int error = errno;
        struct stat status;
        if (done > 0 && (fstat(fd, &status) != 0 || ftruncate(fd, status.st_size - (off_t)done) != 0))
            complain("status", errno);
        errno = error;
        return -1;
    }
    return 0;
}

static int append_by_name(const char *text, size_t length) {
    int fd = open("status", O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) return -1;
    int result = append(fd, text, length);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

// Makes `status` under a name of our own first; returns its descriptor.
static int make_status(const char *temporary) {
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC;
    int fd = open(temporary, flags, 0600);
    if (fd >= 0 || errno != EEXIST) return fd;
    // One with our process id was here before us.
    unlink(temporary);
    return open(temporary, flags, 0600);
}

// Gives the file its name, which nothing else has.
static int publish_status(const char *temporary) {
#ifdef RENAME_NOREPLACE
    is_misnamed = 0;
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, "status", RENAME_NOREPLACE) == 0) return 0;
    // Not all file systems know how.
    if (errno != EINVAL && errno != ENOSYS) return -1;
#endif
    is_misnamed = 1;
    if (link(temporary, "status") != 0) return -1;
    unlink(temporary);
    return 0;
}

// Writes `status` in one step.
static int replace(const char *text, size_t length) {
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".status.%ld", (long)getpid());
    int fd = make_status(temporary);
    if (fd < 0) return -1;
    int result = append(fd, text, length);
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
    int result = claim < 0     ? replace(line, (size_t)length)
                 : is_misnamed ? append_by_name(line, (size_t)length)
                               : append(claim, line, (size_t)length);
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
    char line[32];
    int length = snprintf(line, sizeof line, "claimed %ld\n", (long)getpid());
    int result = -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && append(fd, line, (size_t)length) == 0) {
        if (publish_status(temporary) == 0) {
            claim = fd;
            return 1;
        }
        if (errno == EEXIST) result = 0;
    }
    int error = errno;
    unlink(temporary);
    close(fd);
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
    char *bytes = NULL;
    if (fstat(fd, &status) != 0) goto failed;
    size_t size = (size_t)status.st_size, filled = 0, count = 0;
    bytes = malloc(size + 1);
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
    // What they are made of comes before the first.
    char **strings = calloc(count + 2, sizeof *strings);
    if (strings == NULL) goto failed;
    *strings++ = bytes;
    char *next = bytes;
    for (size_t i = 0; i < count; i++) {
        strings[i] = next;
        next += strlen(next) + 1;
    }
    close(fd);
    return strings;

failed:;
    int error = errno;
    free(bytes);
    close(fd);
    errno = error;
    return NULL;
}

void forget_strings(char **strings) {
    if (strings == NULL) return;
    free(strings[-1]);
    free(strings - 1);
}

char **read_strings(const char *name) {
    char **strings;
    do strings = try_to_read_strings(name);
    while (strings == NULL && wait_out(errno));
    return strings;
}

// Fills in what `strings` say; -1 if they do not describe a program or there is no memory.
static int parse_program(struct program *program, char **strings) {
    size_t count = 0;
    while (strings[count] != NULL) count++;
    errno = EINVAL;
    if (count < 3) return -1;
    *program = (struct program){.folder = strings[0], .strings = strings};
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
    return 0;
}

int read_program(struct program *program) {
    char **strings = read_strings("scratch/program");
    if (strings == NULL) return -1;
    if (parse_program(program, strings) == 0) return 0;
    int error = errno;
    forget_strings(strings);
    errno = error;
    return -1;
}

void forget_program(struct program *program) {
    free(program->arguments);
    forget_strings(program->strings);
}
