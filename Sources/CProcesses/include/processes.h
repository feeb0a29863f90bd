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

#endif
