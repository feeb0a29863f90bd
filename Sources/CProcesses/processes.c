#define _GNU_SOURCE
#include "processes.h"

#include <errno.h>
#include <fcntl.h>
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
