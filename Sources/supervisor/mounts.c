#define _GNU_SOURCE
#include "mounts.h"

#include "folder.h"

#include <errno.h>
#include <stdio.h>

#ifdef __linux__
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// In our working folder: where folders in memory are put together.
static const char workbench[] = "mountpoint";

// Our working folder by its path, which still leads there when what is above it has been replaced.
static char home[PATH_MAX];

// The file systems of the folders that we replaced; one device each.
enum { REPLACED_MAX = 256 };
static dev_t replaced[REPLACED_MAX];
static size_t replaced_count;

static int write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t count = write(fd, text, strlen(text));
    int error = errno;
    close(fd);
    errno = error;
    return count < 0 ? -1 : 0;
}

// Joins a folder and what is below it.
static int join(char *path, const char *folder, const char *below) {
    const char *slash = strcmp(folder, "/") == 0 ? "" : "/";
    int length = snprintf(path, PATH_MAX, "%s%s%s", folder, slash, below);
    if (length >= 0 && length < PATH_MAX) return 0;
    errno = ENAMETOOLONG;
    return -1;
}

static bool is_at_or_below(const char *path, const char *folder) {
    size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}

// Makes mounts possible that nobody else sees. Whoever may not make them here may do so as the only user of
// a namespace of users, in which every id that matters stays what it was.
static int open_namespace(void) {
    uid_t user = geteuid();
    gid_t group = getegid();
    if (unshare(CLONE_NEWNS) != 0) {
        if (errno != EPERM) return -1;
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return -1;
        char map[64];
        snprintf(map, sizeof map, "%u %u 1", user, user);
        if (write_text("/proc/self/uid_map", map) != 0) return -1;
        // The kernel takes a map of groups only from a user who cannot shed groups by it.
        if (write_text("/proc/self/setgroups", "deny") != 0) return -1;
        snprintf(map, sizeof map, "%u %u 1", group, group);
        if (write_text("/proc/self/gid_map", map) != 0) return -1;
    }
    // What others mount or unmount still shows here; nothing of ours shows there.
    return mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL);
}

// Makes an empty file or folder to mount on.
static int make_place(const char *path, bool is_folder) {
    int made;
    do {
        if (is_folder) made = mkdir(path, 0755);
        else made = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        // A volume that cannot be written to may be meant to be so.
    } while (made < 0 && errno != EROFS && wait_out(errno));
    return made < 0 || is_folder ? made : close(made);
}

// Lets one entry of a replaced folder be found again.
static int mirror(const char *source, const char *target) {
    struct stat status;
    // What is gone, or cannot be looked at, cannot be used by the program either.
    if (lstat(source, &status) != 0) return 0;
    if (S_ISLNK(status.st_mode)) {
        char path[PATH_MAX];
        ssize_t length = readlink(source, path, sizeof path - 1);
        if (length < 0) return errno == ENOENT ? 0 : -1;
        path[length] = 0;
        return symlink(path, target);
    }
    if (make_place(target, S_ISDIR(status.st_mode)) != 0) return -1;
    if (mount(source, target, NULL, MS_BIND | MS_REC, NULL) == 0) return 0;
    return errno == ENOENT ? 0 : -1;
}

static int mirror_all(const char *folder, const char *copy) {
    DIR *entries = opendir(folder);
    if (entries == NULL) return -1;
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(entries)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char source[PATH_MAX], target[PATH_MAX];
        result = join(source, folder, entry->d_name);
        if (result == 0) result = join(target, copy, entry->d_name);
        if (result == 0) result = mirror(source, target);
    }
    int error = errno;
    closedir(entries);
    errno = error;
    return result;
}

// Puts the workbench in the place of a folder. The root can only be replaced as such.
static int put_in_place(const char *folder) {
    if (strcmp(folder, "/") != 0) {
        if (mount(workbench, folder, NULL, MS_MOVE, NULL) != 0) return -1;
    } else {
        if (chdir(workbench) != 0) return -1;
        // The old root then lies on the new one, at the same path, and is taken away from there.
        if (syscall(SYS_pivot_root, ".", ".") != 0) return -1;
        if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return -1;
    }
    // The way to our folder may lead through the replaced one.
    return chdir(home);
}

// Replaces a folder by one in memory, in which everything that it holds is found again and to which
// something can be added.
static int replace_folder(const char *folder) {
    struct stat status;
    if (replaced_count == REPLACED_MAX) {
        errno = E2BIG;
        return -1;
    }
    if (stat(folder, &status) != 0) return -1;
    // Writable as before: for the same users, though what is written now goes with the program.
    mode_t mode = status.st_mode & 07777;
    if (access(folder, W_OK) != 0) mode &= ~(mode_t)0222;
    char options[32];
    snprintf(options, sizeof options, "mode=%o", (unsigned)mode);
    if (mount("martlet", workbench, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) return -1;
    // Its owner may have no name in a namespace of users; then it stays ours.
    if (chown(workbench, status.st_uid, status.st_gid) != 0 && errno != EINVAL && errno != EPERM) return -1;
    // Or it would be found again within itself where the folder is one of those above us.
    if (mount(NULL, workbench, NULL, MS_UNBINDABLE, NULL) != 0) return -1;
    if (stat(workbench, &status) != 0) return -1;
    if (mirror_all(folder, workbench) != 0 || put_in_place(folder) != 0) return -1;
    replaced[replaced_count++] = status.st_dev;
    return mount(NULL, folder, NULL, MS_PRIVATE, NULL);
}

// Whether a missing entry may be made in a folder: in one that we replaced, and in a volume mounted before.
static bool may_add(const char *folder, char **earlier, char **end) {
    struct stat status;
    if (stat(folder, &status) != 0) return false;
    for (size_t index = 0; index < replaced_count; index++)
        if (replaced[index] == status.st_dev) return true;
    for (char **next = earlier; next < end; next += 3) {
        char target[PATH_MAX];
        if (realpath(next[1], target) != NULL && is_at_or_below(folder, target)) return true;
    }
    return false;
}

// Makes sure that a path exists, replacing the last folder on the way that does if need be.
static int make_target(const char *path, bool is_folder, char **earlier, char **end) {
    char existing[PATH_MAX], real[PATH_MAX];
    if (join(existing, path, "") != 0) return -1;
    char *rest = existing + strlen(path);
    *rest = 0;
    while (realpath(existing[0] == 0 ? "/" : existing, real) == NULL) {
        if (errno != ENOENT) return -1;
        // A symbolic link that leads nowhere: what it names is not ours to make.
        struct stat status;
        if (lstat(existing, &status) == 0) return -1;
        rest = strrchr(existing, '/');
        *rest = 0;
    }
    const char *missing = path + (rest - existing);
    if (*missing == 0) {
        // What is mounted there must not hide the pod's own files from its program.
        errno = EBUSY;
        return is_at_or_below(home, real) ? -1 : 0;
    }
    if (!may_add(real, earlier, end) && replace_folder(real) != 0) return -1;
    while (*missing != 0) {
        missing++;
        size_t length = strcspn(missing, "/");
        char next[PATH_MAX];
        if (snprintf(next, sizeof next, "%.*s", (int)(missing + length - path), path) >= PATH_MAX) return -1;
        bool is_last = missing[length] == 0;
        if (make_place(next, is_folder || !is_last) != 0) return -1;
        missing += length;
    }
    return 0;
}

static int bind(const char *source, const char *target, char **earlier, char **end) {
    struct stat status;
    if (stat(source, &status) != 0) return -1;
    if (make_target(target, S_ISDIR(status.st_mode), earlier, end) != 0) return -1;
    return mount(source, target, NULL, MS_BIND | MS_REC, NULL);
}

// Only the mount is made read-only, and what restricts it already must be said again.
static int protect(const char *target) {
    struct statvfs status;
    if (statvfs(target, &status) != 0) return -1;
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
    if (status.f_flag & ST_NOSUID) flags |= MS_NOSUID;
    if (status.f_flag & ST_NODEV) flags |= MS_NODEV;
    if (status.f_flag & ST_NOEXEC) flags |= MS_NOEXEC;
    if (status.f_flag & ST_NOATIME) flags |= MS_NOATIME;
    if (status.f_flag & ST_NODIRATIME) flags |= MS_NODIRATIME;
    if (status.f_flag & ST_RELATIME) flags |= MS_RELATIME;
    return mount(NULL, target, NULL, flags, NULL);
}

int enter_mounts(char **strings, char *stage, size_t length) {
    snprintf(stage, length, "namespace");
    if (getcwd(home, sizeof home) == NULL) return errno;
    while (mkdir(workbench, 0700) != 0 && errno != EEXIST)
        if (!wait_out(errno)) return errno;
    // Too many namespaces look like a full disk, but are for a person to mend.
    if (open_namespace() != 0) return errno;
    char **end = strings;
    for (; end[0] != NULL; end += 3) {
        if (end[1] == NULL || end[2] == NULL || end[1][0] != '/') return EINVAL;
        snprintf(stage, length, "mount %s", end[1]);
        if (bind(end[0], end[1], strings, end) != 0) return errno;
    }
    // Last, because a volume may have to take in the place of another.
    for (char **next = strings; next < end; next += 3) {
        if (strcmp(next[2], "ro") != 0) continue;
        snprintf(stage, length, "mount %s", next[1]);
        if (protect(next[1]) != 0) return errno;
    }
    return 0;
}
#else
int enter_mounts(char **strings, char *stage, size_t length) {
    (void)strings;
    snprintf(stage, length, "namespace");
    return ENOSYS;
}
#endif
