#define _GNU_SOURCE
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

int read_pair(struct pair *pair, int count, char **arguments) {
    if (count != 8 || strcmp(arguments[1], "--pair") != 0) return -1;
    int numbers[6];
    for (int index = 0; index < 6; index++) {
        numbers[index] = atoi(arguments[index + 2]);
        if (numbers[index] <= CONTROL) return -1;
    }
    *pair = (struct pair){.forker = numbers[0], .news = numbers[1], .go = numbers[2], .trouble = numbers[3],
                          .again = numbers[4], .life = numbers[5], .end = -1, .line = -1};
    return 0;
}

// Reads something that is written in one piece; -1 if it will not come.
static int read_whole(int fd, void *bytes, size_t size) {
    ssize_t got;
    do got = read(fd, bytes, size);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)size ? 0 : -1;
}

static int read_news(struct pair *pair, int *number) {
    int32_t read;
    if (read_whole(pair->news, &read, sizeof read) != 0) return -1;
    *number = read;
    return 0;
}

// Waits some milliseconds, or for ever with -1, until one of three descriptors has something to read or is closed, and
// returns whether one is; those that are -1 are none.
static int await_any(int first, int second, int third, int milliseconds) {
    struct pollfd watched[] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN},
                               {.fd = third, .events = POLLIN}};
    int count;
    do count = poll(watched, 3, milliseconds);
    while (count < 0 && errno == EINTR);
    return count > 0;
}

static int has_something(int fd) { return await_any(fd, -1, -1, 0); }

// Reads of the next task, once it is there.
static int read_task(struct pair *pair) {
    if (read_news(pair, &pair->task) != 0) return -1;
#if defined(__linux__) && defined(SYS_pidfd_open)
    // Where there is none to be had, we rely on the forker alone.
    pair->end = (int)syscall(SYS_pidfd_open, pair->task, 0u);
#endif
    return 0;
}

int has_ended(struct pair *pair, int milliseconds) { return await_any(pair->news, pair->end, -1, milliseconds); }

int await_task(struct pair *pair, int *status) {
    if (!has_ended(pair, -1)) return -1;
    // A task can stop its parent. The end of the task wakes that up.
    if (!has_something(pair->news)) kill(pair->forker, SIGCONT);
    if (pair->end >= 0) close(pair->end);
    pair->end = -1;
    return read_news(pair, status);
}

int go_on(struct pair *pair) {
    // Somebody may have stopped it.
    kill(pair->forker, SIGCONT);
    if (write(pair->again, "", 1) != 1) return -1;
    return read_task(pair);
}

// Takes a message if there is one. Returns its length, 0 at the end and -1 with errno if there is none.
static ssize_t receive(struct pair *pair, char *folder, size_t size) {
    struct iovec bytes = {.iov_base = folder, .iov_len = size - 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } line;
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &line, .msg_controllen = sizeof line};
    ssize_t length;
    do length = recvmsg(CONTROL, &message, MSG_DONTWAIT);
    while (length < 0 && errno == EINTR);
    if (length <= 0) return length;
    folder[length] = 0;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS) memcpy(&pair->line, CMSG_DATA(header), sizeof pair->line);
    return length;
}

int await_folder(struct pair *pair, char *folder, size_t size) {
    if (pair->task == 0 && read_task(pair) != 0) return -1;
    for (;;) {
        if (!await_any(CONTROL, pair->news, pair->end, -1)) return -1;
        if (has_ended(pair, 0)) {
            // Somebody has ended the task before it had begun.
            int status;
            if (await_task(pair, &status) != 0 || go_on(pair) != 0) return -1;
            continue;
        }
        ssize_t length = receive(pair, folder, size);
        if (length > 0) break;
        // Another pair was faster, or there is no server any more.
        if (length == 0 || errno != EAGAIN) return -1;
    }
    // Once is enough. What stays open tells that we live.
    if (!pair->is_used && write(pair->life, "", 1) == 1) pair->is_used = 1;
    return 0;
}

int begin_task(struct pair *pair, const char *folder, struct failure *failure) {
    // Somebody may have stopped it while it waited.
    kill(pair->task, SIGCONT);
    kill(pair->forker, SIGCONT);
    ssize_t length = (ssize_t)strlen(folder);
    if (write(pair->go, folder, (size_t)length) != length || !await_any(pair->trouble, pair->news, -1, -1)) return -1;
    return has_something(pair->trouble) ? read_whole(pair->trouble, failure, sizeof *failure) : -1;
}

void close_line(struct pair *pair) {
    if (pair->line >= 0) close(pair->line);
    pair->line = -1;
}
