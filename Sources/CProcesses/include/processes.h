#ifndef MARTLET_PROCESSES_H
#define MARTLET_PROCESSES_H

#include <stddef.h>

/// Opens a descriptor that becomes readable when the process ends, whoever's child it is.
/// Returns -1 with errno set; on systems other than Linux always, with ENOSYS.
/// Source: Linux pidfd_open(2), which Swift's Glibc module does not show.
int martlet_pidfd_open(int pid);

/// Makes the two ends of a socket that keeps messages apart; no program started by us inherits them.
/// Returns -1 with errno set.
int martlet_message_socket(int ends[2]);

/// Sends one message with a descriptor, or with none if that is -1, without waiting and without a signal if nobody is there.
/// Returns -1 with errno set.
/// Source: unix(7), SCM_RIGHTS, which is made of macros that Swift does not see.
int martlet_send(int socket, const void *message, size_t length, int descriptor);

/// Whether a folder looks like one that we have just made, but for what is in it: 1 for one that is ours and private,
/// has never been large and has no attributes such as default access rights; else 0.
/// Source: Linux llistxattr(2).
int martlet_is_plain_folder(const char *path);

/// Gives a file or folder another name, which nothing may have yet. Returns 0, or -1 with errno set: EEXIST if something
/// has it, EINVAL or ENOSYS if the file system or the system knows no such thing.
/// Source: Linux renameat2(2).
int martlet_move_to_new(const char *path, const char *name);

/// Asks the file system to keep apart what is made in different folders directly below this one, rather than close to it.
/// Returns 1 if it does, 0 if it knows no such thing or refuses.
/// Source: Linux ioctl_iflags(2), FS_TOPDIR_FL, which ext2, ext3 and ext4 know.
int martlet_keep_subfolders_apart(const char *path);

/// Removes a file or a folder with all that is in it, whatever a program has made of it: names that are no text, folders that
/// nobody may read, paths longer than the system takes. Links are not followed, and no other file system is entered.
/// Returns 0, or -1 with errno set: ENOENT if there is nothing.
int martlet_remove(const char *path);

#endif
