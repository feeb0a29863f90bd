// The files of a supervised folder, which is our working folder.
#ifndef MARTLET_FOLDER_H
#define MARTLET_FOLDER_H

// Leaves a line for a person in supervisor.log; there is nobody else to tell.
void complain(const char *what, int error);

// Whether a call that failed so may do better after a while: something has run out, or the disk cannot be written to.
int may_pass(int error);

// Waits a second if it may pass, and returns whether it may. Whoever waits so before the program runs has lost nothing,
// and so has nothing to report.
int wait_out(int error);

// Becomes the one supervisor of this folder: makes `status`, with our process id. The lock is taken before the file gets
// its name, so whoever sees it can tell from the lock whether we live. Returns 1 if we have it, 0 if somebody else has,
// -1 on an error.
int claim_folder(void);

// Formats a short line and adds it to `status`, whole or not at all; returns -1 when that fails, and complains if it is
// for good. In a folder that has not been claimed, the line becomes the file.
int tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Lets go of the claim when all is told; in a child, leaves it to the parent. What is told from now on is about the working
// folder.
void leave_claim(void);

// Reads a file of NUL-ended strings into a NULL-ended vector, waiting out what may pass; NULL with errno set if that
// cannot be done.
char **read_strings(const char *name);

// Frees what that has returned, also NULL.
void forget_strings(char **strings);

// What the file `scratch/program` says.
struct program {
    const char *folder;        // it runs in; "" for ours
    long long limit, grace;    // milliseconds it may run, and may take to end when asked to; 0 for as long as it likes
    char **arguments;          // at least one
    char **variables;
    char **strings;            // what all of that is in
};

// Reads that file; -1 with errno set if that cannot be done.
int read_program(struct program *program);

// Frees what that has filled in.
void forget_program(struct program *program);

#endif
