#define _GNU_SOURCE
#include "deadline.h"
#include "folder.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

// How long the program may run, in milliseconds; 0 for as long as it likes.
static struct {
    long long limit, grace;
    pid_t program;
    volatile sig_atomic_t passed;
} deadline;

void set_deadline(const struct program *program) {
    deadline.limit = program->limit;
    deadline.grace = program->grace;
    deadline.passed = 0;
}

// Has SIGALRM sent to us after some milliseconds; 0 calls it off.
static void set_alarm(long long milliseconds) {
    struct itimerval timer = {0};
    timer.it_value.tv_sec = (time_t)(milliseconds / 1000);
    timer.it_value.tv_usec = (suseconds_t)(milliseconds % 1000 * 1000);
    setitimer(ITIMER_REAL, &timer, NULL);
}

// SIGALRM: asks the program to end, the second time without asking. Only calls what a handler may call.
static void time_is_up(int number) {
    (void)number;
    int error = errno;
    if (deadline.passed) {
        kill(-deadline.program, SIGKILL);
    } else {
        deadline.passed = 1;
        kill(-deadline.program, SIGTERM);
        set_alarm(deadline.grace);
    }
    errno = error;
}

void begin_deadline(pid_t program) {
    if (deadline.limit == 0) return;
    deadline.program = program;
    // Without SA_RESTART, and it does no harm: whoever waits here waits again.
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = time_is_up}, NULL);
    set_alarm(deadline.limit);
}

void call_off_deadline(void) {
    if (deadline.limit == 0) return;
    set_alarm(0);
    signal(SIGALRM, SIG_IGN);
}

long long passed_deadline(void) { return deadline.passed ? deadline.limit : 0; }
