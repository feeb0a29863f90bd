#define _GNU_SOURCE
#include "spare.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

int read_spare(struct spare *spare, int count, char **arguments) {
    if (count != 6 || strcmp(arguments[1], "--spare") != 0) return -1;
    int numbers[4];
    for (int index = 0; index < 4; index++) {
        numbers[index] = atoi(arguments[index + 2]);
        if (numbers[index] <= CONTROL) return -1;
    }
    *spare = (struct spare){.program = numbers[0], .go = numbers[1], .back = numbers[2], .taken = numbers[3]};
    return 0;
}

// Takes a message if there is one. Returns its length, 0 at the end and -1 with errno if there is none. The
// line needs no variable: nothing but our end closes it.
static ssize_t receive(char *folder, size_t size) {
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
    if (length > 0) folder[length] = 0;
    return length;
}

int await_folder(struct spare *spare, char *folder, size_t size) {
    struct pollfd watched[] = {{.fd = CONTROL, .events = POLLIN}, {.fd = spare->back}};
    for (;;) {
        if (poll(watched, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        if (watched[1].revents != 0) return -1;
        ssize_t length = receive(folder, size);
        if (length == 0) return -1;
        if (length < 0) {
            // Another spare was faster.
            if (errno == EAGAIN) continue;
            return -1;
        }
        close(CONTROL);
        close(spare->taken);
        return 0;
    }
}

void release(struct spare *spare, const char *folder) {
    // Should the program be gone by now, waiting for it tells why.
    ssize_t written = write(spare->go, folder, strlen(folder));
    (void)written;
    close(spare->go);
}

void dismiss(struct spare *spare) {
    kill(spare->program, SIGKILL);
    waitpid(spare->program, NULL, 0);
}
