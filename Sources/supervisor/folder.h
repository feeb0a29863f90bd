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

// Formats a short line and writes it as a file, whole or not at all; returns -1 when that fails, and complains if it
// is for good.
int write_line(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Becomes the one supervisor of this folder. The lock is taken before the claim gets its name, so whoever
// sees the claim can tell from the lock whether we live. Returns 1 if we have it, 0 if somebody else has,
// -1 on an error.
int claim_folder(void);

// Reads a file of NUL-ended strings into a NULL-ended vector, waiting out what may pass; NULL with errno set if that
// cannot be done.
char **read_strings(const char *name);

// What the file `program` says; everything in it lives as long as we do.
struct program {
    const char *folder;        // it runs in; "" for ours
    long long limit, grace;    // milliseconds it may run, and may take to end when asked to; 0 for as long as it likes
    char **arguments;          // at least one
    char **variables;
};

// Reads the file `program`; -1 with errno set if that cannot be done.
int read_program(struct program *program);

#endif
