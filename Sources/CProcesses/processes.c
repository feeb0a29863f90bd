#define _GNU_SOURCE
#include "processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#endif

int martlet_pidfd_open(int pid) {
#if defined(__linux__) && defined(SYS_pidfd_open)
    return (int)syscall(SYS_pidfd_open, pid, 0u);
#else
    (void)pid;
    errno = ENOSYS;
    return -1;
#endif
}

int martlet_message_socket(int ends[2]) {
#ifdef __linux__
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
#else
    (void)ends;
    errno = ENOSYS;
    return -1;
#endif
}

int martlet_send(int socket, const void *message, size_t length, int descriptor) {
    struct iovec bytes = {.iov_base = (void *)message, .iov_len = length};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } attached;
    memset(&attached, 0, sizeof attached);
    struct msghdr packet = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &attached, .msg_controllen = sizeof attached};
    if (descriptor >= 0) {
        struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    } else {
        packet.msg_control = NULL;
        packet.msg_controllen = 0;
    }
#ifdef MSG_NOSIGNAL
    int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
    int flags = MSG_DONTWAIT;
#endif
    return sendmsg(socket, &packet, flags) < 0 ? -1 : 0;
}

int martlet_is_plain_folder(const char *path) {
#ifdef __linux__
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && (status.st_mode & 07777) == 0700
        && status.st_uid == geteuid() && status.st_size <= 4096 && llistxattr(path, NULL, 0) == 0;
#else
    (void)path;
    return 0;
#endif
}

int martlet_move_to_new(const char *path, const char *name) {
#if defined(__linux__) && defined(SYS_renameat2)
    return (int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, name, 1u /* RENAME_NOREPLACE */);
#else
    (void)path;
    (void)name;
    errno = ENOSYS;
    return -1;
#endif
}

int martlet_keep_subfolders_apart(const char *path) {
#ifdef __linux__
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return 0;
    // An int, whatever the macros say.
    int flags = 0;
    int result = ioctl(folder, FS_IOC_GETFLAGS, &flags) == 0;
    if (result && !(flags & FS_TOPDIR_FL)) {
        flags |= FS_TOPDIR_FL;
        result = ioctl(folder, FS_IOC_SETFLAGS, &flags) == 0;
        flags = 0;
        result = result && ioctl(folder, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_TOPDIR_FL);
    }
    close(folder);
    return result;
#else
    (void)path;
    return 0;
#endif
}

// An entry of a folder with nothing in it, or one that is no folder; 0 if it is gone.
static int remove_entry(int folder, const char *name) {
    if (unlinkat(folder, name, 0) == 0) return 0;
    // What removing a folder as a file is called differs between systems, and is of no interest.
    int problem = errno;
    if (unlinkat(folder, name, AT_REMOVEDIR) == 0) return 0;
    if (errno == ENOTDIR) errno = problem;
    return -1;
}

static int open_folder(int parent, const char *name) {
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int folder = openat(parent, name, flags);
    if (folder >= 0 || errno != EACCES) return folder;
    if (fchmodat(parent, name, 0700, 0) != 0) return -1;
    return openat(parent, name, flags);
}

// Moves a folder up to the top, where it can be reached by a short path however deep it was.
static int move_up(int folder, const char *name, int top, unsigned long *number) {
    char up[64];
    int is_opened = 0;
    for (;;) {
        snprintf(up, sizeof up, ".martlet-%ld-%lu", (long)getpid(), (*number)++);
        if (renameat(folder, name, top, up) == 0) return 0;
        if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR) continue;
        // A folder that we may not write to cannot be told of its new parent.
        if (errno != EACCES || is_opened || fchmodat(folder, name, 0700, 0) != 0) return -1;
        is_opened = 1;
    }
}

// Does something to each entry of a folder; returns how many it was done to, and leaves the first problem in `problem`.
// The folder is closed.
static long for_each(int folder, int *problem, int (*act)(int, const char *, void *), void *context) {
    // Its owner may have been kept from it.
    fchmod(folder, 0700);
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        if (*problem == 0) *problem = errno;
        close(folder);
        return 0;
    }
    long done = 0;
    struct dirent *entry;
    while ((entry = readdir(entries)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (act(folder, entry->d_name, context) == 0) done++;
        else if (*problem == 0) *problem = errno;
    }
    closedir(entries);
    return done;
}

struct flattening {
    int top;
    unsigned long number;
};

static int remove_or_move_up(int folder, const char *name, void *context) {
    struct flattening *flattening = context;
    if (remove_entry(folder, name) == 0) return 0;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES) return -1;
    return move_up(folder, name, flattening->top, &flattening->number);
}

// What is in a folder in the top goes, but for folders with something in them, which come to the top themselves.
static int remove_flat(int top, const char *name, void *context) {
    if (remove_entry(top, name) == 0) return 0;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES) return -1;
    int folder = open_folder(top, name);
    if (folder < 0) return -1;
    int problem = 0;
    long done = for_each(folder, &problem, remove_or_move_up, context);
    if (remove_entry(top, name) == 0) return 0;
    if (problem != 0) errno = problem;
    return done > 0 && problem == 0 ? 0 : -1;
}

int martlet_remove(const char *path) {
    if (remove_entry(AT_FDCWD, path) == 0) return 0;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES) return -1;
    int top = open_folder(AT_FDCWD, path);
    if (top < 0) return -1;
    struct flattening flattening = {.top = top};
    int problem;
    long done;
    // What was moved up during one round is there in the next.
    do {
        problem = 0;
        int again = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (again < 0) {
            problem = errno;
            break;
        }
        done = for_each(again, &problem, remove_flat, &flattening);
    } while (done > 0);
    close(top);
    if (remove_entry(AT_FDCWD, path) == 0) return 0;
    if (problem != 0) errno = problem;
    return -1;
}
