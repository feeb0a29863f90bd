#define _GNU_SOURCE
#include "supervise.h"
#include "deadline.h"
#include "descendants.h"
#include "folder.h"
#include "report.h"
#include "start.h"
#include "steps.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

// Waits until the program has ended, reaping adopted orphans meanwhile. The program itself is left
// unreaped, so that its process group cannot become somebody else's before the rest of it is killed.
//
// As long as it could not be said that the program runs, nobody can stop it: that is tried again meanwhile.
static int wait_for_program(pid_t program, int is_announced, long long start) {
    const struct timespec pause = {.tv_nsec = 100000000};
    for (;;) {
        siginfo_t ended = {0};
        if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT | (is_announced ? 0 : WNOHANG)) != 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        if (ended.si_pid == program) return 0;
        if (ended.si_pid != 0) {
            waitpid(ended.si_pid, NULL, 0);
            continue;
        }
        nanosleep(&pause, NULL);
        is_announced = say_started(program, start);
    }
}

int announce(pid_t program, long long start) {
    begin_deadline(program);
    return say_started(program, start);
}

// Sees a program through that is our child. Returns 0 when all is told and nothing of it is left. `channel` tells what it
// could not do before it began, see has_failed; a program that has steps is under way before.
static int see_through(pid_t program, int channel, int has_steps, long long start) {
    int is_announced = has_steps && announce(program, start);
    struct failure failure = {0};
    if (has_failed(channel, &failure)) {
        call_off_deadline();
        kill(-program, SIGKILL);
        waitpid(program, NULL, 0);
        int is_clean = clean_up_descendants(0) == 0;
        return report_failure(failure.stage, failure.error, start) == 0 && is_clean ? 0 : -1;
    }

    if (!has_steps) is_announced = announce(program, start);
    int waited = wait_for_program(program, is_announced, start);
    call_off_deadline();
    if (waited != 0) return report_failure("wait", errno, start), -1;
    kill(-program, SIGKILL);
    int status = 0;
    if (waitpid(program, &status, 0) != program) return report_failure("wait", errno, start), -1;
    int is_clean = clean_up_descendants(0) == 0;
    return report_end(status, start) == 0 && is_clean ? 0 : -1;
}

// Starts the program and sees it through.
static int supervise(const struct program *program, char **mounts, char **steps) {
    long long start = now_ms();
    // Borrowing our memory until it is the program, a child is there in half the time. With steps it is ours for
    // longer, and with mounts it changes more than its own.
    int borrows = steps == NULL && mounts == NULL;
    int channel[2] = {NO_PIPE, NO_PIPE};
    if (!borrows && make_pipe(channel) != 0) return report_failure("pipe", errno, start);

    pid_t parent = getpid();
    char **ours = environ;
    pid_t child;
    do child = borrows ? vfork() : fork();
    while (child < 0 && wait_out(errno));
    if (child < 0) {
        int error = errno;
        if (!borrows) close(channel[0]), close(channel[1]);
        return report_failure("fork", error, start);
    }
    if (child == 0) {
        if (!borrows) close(channel[0]);
        if (setpgid(0, 0) != 0) fail(channel[1], "setpgid", errno);
        if (steps != NULL) run_steps(channel[1], parent, steps);
        become_program(channel[1], parent, program, mounts);
    }
    // A borrower has put the program's in its place.
    environ = ours;
    if (!borrows) close(channel[1]);
    // On both sides, because neither knows who is first. It fails where the other one has gone on already.
    if (steps != NULL) setpgid(child, child);
    return see_through(child, channel[0], steps != NULL, start);
}

int run_claimed(void) {
    struct program program;
    if (read_program(&program) != 0) return report_failure("program", errno, now_ms());
    set_deadline(&program);
    char **mounts = read_strings("scratch/mounts");
    int result;
    if (mounts == NULL && errno != ENOENT) {
        result = report_failure("mounts", errno, now_ms());
    } else {
        char **steps = read_strings("scratch/steplist");
        if (steps == NULL && errno != ENOENT) result = report_failure("steplist", errno, now_ms());
        else result = supervise(&program, mounts, steps);
        forget_strings(steps);
    }
    forget_strings(mounts);
    forget_program(&program);
    return result;
}
