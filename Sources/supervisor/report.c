#define _GNU_SOURCE
#include "report.h"
#include "deadline.h"
#include "folder.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

long long now_ms(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return 0;
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int report_end(int status, long long start) {
    long long allowed = passed_deadline();
    const char *how = allowed > 0 ? "overdue" : WIFSIGNALED(status) ? "signaled" : "exited";
    long long number = allowed > 0 ? allowed : WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    long long end = now_ms();
    int result;
    do result = tell("%s %lld %lld %lld\n", how, number, start, end);
    while (result != 0 && wait_out(errno));
    return result;
}

int report_failure(const char *stage, int error, long long start) {
    long long end = now_ms();
    int is_exec = strcmp(stage, "exec") == 0;
    int result;
    do result = is_exec ? tell("exec %d %lld %lld\n", error, start, end)
                        : tell("setup %d %lld %lld %s\n", error, start, end, stage);
    while (result != 0 && wait_out(errno));
    return result;
}

int say_started(pid_t program, long long start) {
    return tell("started %ld %lld\n", (long)program, start) == 0 || !may_pass(errno);
}
