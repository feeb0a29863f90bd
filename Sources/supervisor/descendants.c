#define _GNU_SOURCE
#include "descendants.h"
#include "folder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

// Kills our children but for one, and returns how many there were, or -1 if that is not to be known. Orphans that left the
// program's group were handed to us, the subreaper; the kernel lists them.
static int kill_children(pid_t spared) {
    int count = -1;
#ifdef __linux__
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    FILE *children = fopen(path, "re");
    if (children == NULL) return -1;
    count = 0;
    long child;
    while (fscanf(children, "%ld", &child) == 1) {
        if ((pid_t)child == spared) continue;
        kill((pid_t)child, SIGKILL);
        count++;
    }
    fclose(children);
#else
    (void)spared;
#endif
    return count;
}

int clean_up_descendants(pid_t spared) {
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int round = 0; round < 2000; round++) {
        pid_t reaped;
        while ((reaped = waitpid(-1, NULL, WNOHANG)) > 0) {}
        if (reaped < 0) return 0;
        int others = kill_children(spared);
        if (others == 0) return 0;
        // Who cannot be told from the others is not spared.
        if (others < 0 && spared > 0) kill(spared, SIGKILL);
        nanosleep(&pause, NULL);
    }
    complain("processes left behind by the program did not end", ETIMEDOUT);
    return -1;
}

int die_with_parent(pid_t expected) {
    int result = 0;
#ifdef __linux__
    result = prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != expected) _exit(125);
    return result;
}

void adopt_orphans(void) {
#ifdef __linux__
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) complain("PR_SET_CHILD_SUBREAPER", errno);
#endif
}
