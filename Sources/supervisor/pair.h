// A pair: a supervisor, and a Python that forks a task for each folder the supervisor is given.
//
// The warm Python forks what becomes the supervisor, and that one forks the forker before it becomes
//
//   martlet-supervisor --pair FORKER NEWS GO TROUBLE AGAIN LIFE
//
// by exec, which keeps it the forker's parent. FORKER is its process id; the others are descriptors of pipes:
//   NEWS     the forker writes numbers there, of 4 bytes each: the process id of a task that waits for a folder, then how
//            that ended, as waitpid gives it, and so on. It is the task's parent, so nobody else can know
//   GO       we write a folder there, on which the task begins
//   TROUBLE  the task writes a struct failure there once it has begun, or cannot
//   AGAIN    we write a byte there when nothing is left of a task, on which the forker makes the next
//   LIFE     we write a byte there when we have the first folder; closed, it tells the warm Python that we are gone
// Folders come by CONTROL, a socket on which every pair waits and each message goes to one of them. With a folder comes a
// descriptor, the line: we keep it open until all is told, which is how the server gets to know.
//
// The forker dies with us and the task with the forker.
#ifndef MARTLET_PAIR_H
#define MARTLET_PAIR_H

#include "start.h"

#include <stddef.h>
#include <sys/types.h>

enum { CONTROL = 3 };

struct pair {
    pid_t forker;
    int news, go, trouble, again, life;
    int is_used;
    // The task that waits or runs, 0 for none yet, and a descriptor that is readable once it has ended.
    pid_t task;
    int end;
    // The descriptor that came with the folder; -1 for none.
    int line;
};

// Reads the command line; -1 if it is not that of a pair.
int read_pair(struct pair *pair, int count, char **arguments);

// Waits until a task and a folder for it are there. Returns -1 if none will come: there is no server or no forker any more.
int await_folder(struct pair *pair, char *folder, size_t size);

// Has the task begin and waits until it says that it has, or cannot. Returns -1 if it does neither, having ended; it has
// done nothing then, but may have left the folder for the next one to find, which must not come.
int begin_task(struct pair *pair, const char *folder, struct failure *failure);

// Whether the task has ended, or ends within a time.
int has_ended(struct pair *pair, int milliseconds);

// Waits until the task has ended. Returns -1 if there is no forker any more, who alone knows how.
int await_task(struct pair *pair, int *status);

// Lets the server know that all is told.
void close_line(struct pair *pair);

// Has the next task made once nothing is left of the last; -1 if there is no forker any more.
int go_on(struct pair *pair);

#endif
