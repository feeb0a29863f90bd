#define _GNU_SOURCE
#include "start.h"
#include "descendants.h"
#include "folder.h"
#include "isolation.h"
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

// Where a child that borrows our memory leaves what it could not do.
static struct failure borrowers;

void fail(int pipe, const char *stage, int error) {
    struct failure failure = {.error = error};
    strncpy(failure.stage, stage, sizeof failure.stage - 1);
    if (pipe == NO_PIPE) {
        borrowers = failure;
        _exit(127);
    }
    ssize_t written = write(pipe, &failure, sizeof failure);
    _exit(written == (ssize_t)sizeof failure ? 127 : 126);
}

int has_failed(int pipe, struct failure *failure) {
    if (pipe == NO_PIPE) {
        *failure = borrowers;
        borrowers = (struct failure){0};
        return failure->stage[0] != 0;
    }
    ssize_t got;
    do got = read(pipe, failure, sizeof *failure);
    while (got < 0 && errno == EINTR);
    close(pipe);
    failure->stage[sizeof failure->stage - 1] = 0;
    return got > 0;
}

int open_log(int flags) {
    int log;
    do log = open("log", O_WRONLY | O_CREAT | O_APPEND | flags, 0600);
    while (log < 0 && wait_out(errno));
    return log;
}

int make_pipe(int ends[2]) {
    int result;
    do result = pipe(ends);
    while (result != 0 && wait_out(errno));
    if (result != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

pid_t fork_patiently(void) {
    pid_t child;
    do child = fork();
    while (child < 0 && wait_out(errno));
    return child;
}

const char *execute(const struct program *program) {
    heed_signals();
    int log = open_log(0);
    if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) return "log";
    if (log > 2) close(log);

    if (*program->folder != 0 && chdir(program->folder) != 0) return "chdir";
    // execvp looks at the PATH of `environ`, which is how the program's own PATH decides.
    environ = program->variables;
    execvp(program->arguments[0], program->arguments);
    return "exec";
}

void become_program(int pipe, pid_t parent, const struct program *program, char **mounts) {
    if (mounts != NULL) {
        char stage[sizeof((struct failure *)NULL)->stage];
        int error = enter_mounts(mounts, stage, sizeof stage);
        if (error != 0) fail(pipe, stage, error);
    }
    if (die_with_parent(parent) != 0) fail(pipe, "pdeathsig", errno);
    const char *stage = execute(program);
    fail(pipe, stage, errno);
}
