#define _GNU_SOURCE
#include "isolation.h"
#include "descendants.h"
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

int drop_standard_streams(void) {
    int null = open("/dev/null", O_RDWR);
    if (null < 0) return -1;
    for (int fd = 0; fd < 3; fd++)
        if (null != fd && dup2(null, fd) < 0) return -1;
    if (null > 2) close(null);
    return 0;
}

void drop_descriptors(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0) return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    if (most < 0 || most > 65536) most = 65536;
    for (int fd = first; fd < most; fd++) close(fd);
}

// Signals that must not end us.
static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2,
                              SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ};

static void answer_ignored_signals_by(void (*handler)(int)) {
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], handler);
}

void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void ignore_signals(void) {
    reset_signals();
    answer_ignored_signals_by(SIG_IGN);
}

void heed_signals(void) { answer_ignored_signals_by(SIG_DFL); }

int stand_alone(int unneeded) {
    ignore_signals();
    // Fails only if we lead a group already, and then we are on our own anyway.
    setsid();
    if (drop_standard_streams() != 0) {
        complain("/dev/null", errno);
        return 71;
    }
    drop_descriptors(unneeded);
    adopt_orphans();
    umask(022);
    return 0;
}
