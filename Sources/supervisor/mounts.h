// Puts a pod's volumes at the paths its program expects, seen by that program alone.
#ifndef MARTLET_MOUNTS_H
#define MARTLET_MOUNTS_H

#include <stddef.h>

// `strings` are triples of a source, an absolute target and "ro" or "rw", ended by NULL, parents before
// what lies in them. Moves the calling process, which must have no threads, into a mount namespace of its
// own and makes the mounts there; whatever is missing on the way to a target is made in memory, never on
// the disk. The namespace and all that is mounted in it go with its last process.
//
// The working folder, which must be our own, is used on the way and stays what it was. Returns 0, or an
// error number with what failed in `stage`: "namespace", or "mount <path>".
int enter_mounts(char **strings, char *stage, size_t length);

#endif
