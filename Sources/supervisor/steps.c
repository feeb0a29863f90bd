#define _GNU_SOURCE
#include "steps.h"
#include "descendants.h"
#include "folder.h"
#include "isolation.h"
#include "report.h"
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Runs the program described in the working folder, in the group we are in, and waits for its end. Returns its
// status as waitpid gives it, -1 if it was not to be had.
static int run_step(void) {
    long long start = now_ms();
    struct program program;
    if (read_program(&program) != 0) return report_failure("program", errno, start), -1;
    char **mounts = read_strings("scratch/mounts");
    if (mounts == NULL && errno != ENOENT) return report_failure("mounts", errno, start), -1;
    int channel[2];
    if (make_pipe(channel) != 0) return report_failure("pipe", errno, start), -1;
    pid_t parent = getpid();
    pid_t child = fork_patiently();
    if (child < 0) return report_failure("fork", errno, start), -1;
    if (child == 0) {
        close(channel[0]);
        become_program(channel[1], parent, &program, mounts);
    }
    close(channel[1]);
    struct failure failure = {0};
    int failed = has_failed(channel[0], &failure);
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return report_failure("wait", errno, start), -1;
    if (failed) return report_failure(failure.stage, failure.error, start), -1;
    report_end(status, start);
    return status;
}

// Starts a program beside the pod's own, and again whenever it ends, after ever longer pauses. Whoever keeps it
// running is a child of the supervisor, so that the pod's program has no children it knows nothing of.
static int start_sidecar(pid_t supervisor) {
    pid_t middle = fork_patiently();
    if (middle < 0) return -1;
    if (middle > 0) {
        waitpid(middle, NULL, 0);
        return 0;
    }
    middle = getpid();
    if (fork_patiently() != 0) _exit(0);
    const struct timespec moment = {.tv_nsec = 1000000};
    while (getppid() == middle) nanosleep(&moment, NULL);
    die_with_parent(supervisor);
    // Among them the pipe, which would look as if the program were still on its way.
    for (int fd = 3; fd < 64; fd++) close(fd);
    for (unsigned pause = 1;; pause = pause < 60 ? 2 * pause : 60) {
        run_step();
        sleep(pause);
    }
}

void run_steps(int pipe, pid_t supervisor, char **steps) {
    die_with_parent(supervisor);
    leave_claim();
    heed_signals();
    int log = open_log(O_CLOEXEC);
    if (log < 0) fail(pipe, "log", errno);
    for (; steps[0] != NULL; steps += 3) {
        if (steps[1] == NULL || steps[2] == NULL) fail(pipe, "steplist", EINVAL);
        int is_beside = strcmp(steps[2], "beside") == 0;
        dprintf(log, "=== %s %s ===\n", is_beside ? "sidecar" : "init container", steps[0]);
        if (chdir(steps[1]) != 0) fail(pipe, "step", errno);
        while (symlink("../../log", "log") != 0 && errno != EEXIST)
            if (!wait_out(errno)) fail(pipe, "step", errno);
        int status = is_beside ? start_sidecar(supervisor) : run_step();
        if (status == -1) _exit(126);
        if (WIFSIGNALED(status)) kill(getpid(), WTERMSIG(status));
        if (status != 0) _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 126);
        if (chdir("../..") != 0) fail(pipe, "step", errno);
    }
    dprintf(log, "=== main ===\n");
    close(log);
}
