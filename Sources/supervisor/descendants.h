// The processes of a program.
#ifndef MARTLET_DESCENDANTS_H
#define MARTLET_DESCENDANTS_H

#include <sys/types.h>

// What the program leaves behind when its parents end comes to us, so that nothing stays.
void adopt_orphans(void);

// Kills and reaps what the program left behind; -1 if something is still there. Bounded: a process stuck in the kernel
// must not keep the status from the server. A child that is none of the program's is spared where that is possible; 0 for
// none.
int clean_up_descendants(pid_t spared);

// Dies with the process that is our parent now; `expected` says who that should be. -1 with errno if the system does not
// know how.
int die_with_parent(pid_t expected);

#endif
