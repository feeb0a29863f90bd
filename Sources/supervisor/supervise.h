// From a folder to the end of its program.
#ifndef MARTLET_SUPERVISE_H
#define MARTLET_SUPERVISE_H

#include <sys/types.h>

// Runs the program of a folder whose claim is ours. Returns 0 when all is told and nothing of it is left.
int run_claimed(void);

// Has the program's deadline begin and says that it is under way, see say_started.
int announce(pid_t program, long long start);

#endif
