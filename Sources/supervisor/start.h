// The way from a fork to a program.
#ifndef MARTLET_START_H
#define MARTLET_START_H

#include <sys/types.h>

// What a process could not do on its way to becoming a program; at no stage if it has become it.
struct failure {
    int error;
    char stage[160];
};

struct program;

// That is sent through a pipe which a successful exec closes. A child that borrows our memory has no pipe.
enum { NO_PIPE = -1 };

// Ends the child, saying at what it failed.
void fail(int pipe, const char *stage, int error);

// Waits until the child has become the program, or has said why it cannot; returns whether it cannot. The
// pipe is closed then.
int has_failed(int pipe, struct failure *failure);

// Opens the log to add to it; -1 if that cannot be done.
int open_log(int flags);

// Makes a pipe of which no program gets to know, when it is to be had; -1 if it is not.
int make_pipe(int ends[2]);

// Forks, when that is to be had; -1 if it is not.
pid_t fork_patiently(void);

// Replaces us by the program. Returns only if that cannot be done: at what it failed, with errno.
const char *execute(const struct program *program);

// The child's side of fork: becomes the program. Never returns.
void become_program(int pipe, pid_t parent, const struct program *program, char **mounts);

#endif
