// A spare: a supervisor that waits for a folder, and a program that has begun already and waits with it.
//
// The resident program forks the supervisor, that one forks the program and then becomes
//
//   martlet-supervisor --spare PROGRAM GO BACK TAKEN
//
// by exec, which keeps it the program's parent. PROGRAM is the program's process id; the others are
// descriptors of pipes:
//   GO     we write the folder there, on which the program begins; closed without a word, it must end
//   BACK   the program writes what it could not do, as become_program in main.c does, or closes it and runs
//   TAKEN  we close it when we have a folder, so that the resident program makes another spare
// Folders come by CONTROL, a socket on which every spare waits and each message goes to one of them. With a
// folder comes a descriptor, the line: we keep it open until all is told, which is how the server gets to know.
#ifndef MARTLET_SPARE_H
#define MARTLET_SPARE_H

#include <stddef.h>
#include <sys/types.h>

enum { CONTROL = 3 };

struct spare {
    pid_t program;
    int go, back, taken;
};

// Reads the command line; -1 if it is not that of a spare.
int read_spare(struct spare *spare, int count, char **arguments);

// Waits for a folder. Returns -1 if none will come: there is no server any more, or the program has ended.
int await_folder(struct spare *spare, char *folder, size_t size);

// Has the program begin.
void release(struct spare *spare, const char *folder);

// Ends a program that has not begun.
void dismiss(struct spare *spare);

#endif
