#ifndef MARTLET_PIDFD_H
#define MARTLET_PIDFD_H

/// Opens a descriptor that becomes readable when the process ends, whoever's child it is.
/// Returns -1 with errno set; on systems other than Linux always, with ENOSYS.
/// Source: Linux pidfd_open(2), which Swift's Glibc module does not show.
int martlet_pidfd_open(int pid);

#endif
