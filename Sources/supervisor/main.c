// martlet-supervisor FOLDER               runs the program of FOLDER
// martlet-supervisor --wait               waits for a message on descriptor 3 with a FOLDER, then the same, and answers
//                                         when all is told; after that it waits for the next
// martlet-supervisor --pair ...           waits for folders with a program that makes forks of itself, see pair.h
// martlet-supervisor --resident FOLDER    becomes the program of FOLDER, which makes such pairs
//
// Runs one program and outlives the server that asked for it, so that the program's exit status is never
// lost.
//
// Reads in FOLDER/scratch:
//                  `program`, whose entries are each ended by a NUL byte: the folder it runs in, if not FOLDER;
//                  its deadline, if it has one, as "<ms> <grace ms>": how long it may run, and how long it may
//                  take to end when asked to; the number of its arguments; these; its variables;
//                  if present, `mounts` (see mounts.h; each entry ended by a NUL byte) and `steplist`
//                  (programs that run before it or beside it, see run_steps)
// Writes there:    `log`      what the program writes to stdout and stderr
//                  `status`   locked with flock as long as we live; its lines, of which each appears whole or not at all:
//                             "claimed <pid>", our process id
//                             "started <pid> <ms>": the program runs; its process id is also its process group
//                             how it ended, see report_end
//                  `supervisor.log`  what went wrong with us, if anything did
// When something has run out that may come back, such as room on the disk, we wait for it at every step of the way:
// before the program has begun nothing is lost by that, and afterwards its status is kept here meanwhile.
// Nothing is synced to the disk: after a power failure the program is gone too, and a missing end rightly reads as
// "lost".

#define _GNU_SOURCE
#include "deadline.h"
#include "descendants.h"
#include "folder.h"
#include "isolation.h"
#include "pair.h"
#include "report.h"
#include "start.h"
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int enter_folder(const char *folder) {
    if (chdir(folder) == 0) return 0;
    fprintf(stderr, "martlet-supervisor: %s: %s\n", folder, strerror(errno));
    return 66;
}

// What we end with. Our descriptors are closed at once, and the server goes on while the system cleans up after us.
static int all_told(int problem) {
    drop_descriptors(3);
    return problem;
}

// Runs the program of the folder we are in, unless somebody else does.
static int run(void) {
    int claimed;
    do claimed = claim_folder();
    while (claimed < 0 && wait_out(errno));
    if (claimed == 0) return 0;
    if (claimed < 0) {
        complain("claim", errno);
        return 73;
    }
    int problem = run_claimed();
    leave_claim();
    return problem == 0 ? 0 : 74;
}

static int run_once(const char *folder) {
    int problem = enter_folder(folder);
    if (problem == 0) problem = stand_alone(3);
    return problem != 0 ? problem : all_told(run());
}

// Runs the program of one folder after the other, as the server names them. An answer is sent when all is told and
// nothing of a program is left; where that cannot be said, we end, and another one of us begins.
static int run_whatever_comes(void) {
    int problem = stand_alone(CONTROL + 1);
    fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
    while (problem == 0) {
        char folder[PATH_MAX];
        ssize_t length;
        do length = read(CONTROL, folder, sizeof folder - 1);
        while (length < 0 && errno == EINTR);
        // Without a word: there is no server any more.
        if (length <= 0) return 0;
        folder[length] = 0;
        problem = enter_folder(folder);
        if (problem == 0) problem = run();
        // No folder is kept from being removed.
        if (problem == 0 && (chdir("/") != 0 || write(CONTROL, "", 1) != 1)) return 0;
    }
    return problem;
}

// Sees the task of a pair through that is about to begin. Returns 0 when all is told and nothing of it is left; where that
// cannot be said, we end, and the forker with us.
static int see_task_through(struct pair *pair, const char *folder) {
    struct program program;
    if (read_program(&program) != 0) {
        report_failure("program", errno, now_ms());
        return -1;
    }
    set_deadline(&program);
    forget_program(&program);
    long long start = now_ms();
    struct failure failure = {0};
    int status;
    int result = begin_task(pair, folder, &failure);
    int is_announced = result != 0 || failure.stage[0] != 0 || announce(pair->task, start);
    // As long as it could not be said that the task runs, nobody can stop it.
    while (!is_announced && !has_ended(pair, 100)) is_announced = say_started(pair->task, start);
    if (result == 0) result = await_task(pair, &status);
    call_off_deadline();
    // Nobody knows how it ended, so it is lost.
    if (result != 0) {
        kill(-pair->task, SIGKILL);
        clean_up_descendants(0);
        return -1;
    }
    int is_clean = clean_up_descendants(pair->forker) == 0;
    result = failure.stage[0] != 0 ? report_failure(failure.stage, failure.error, start) : report_end(status, start);
    return result == 0 && is_clean ? 0 : -1;
}

// Gives one folder after the other to the forks of a Python. Whatever we have not claimed, the server starts in another
// way; it sees our line being closed.
static int run_pair(struct pair *pair) {
    ignore_signals();
    adopt_orphans();
    if (drop_standard_streams() != 0) return 71;
    char folder[PATH_MAX];
    while (await_folder(pair, folder, sizeof folder) == 0) {
        if (chdir(folder) != 0 || claim_folder() != 1) return 0;
        int result = see_task_through(pair, folder);
        leave_claim();
        if (result != 0) return 74;
        close_line(pair);
        // No folder is kept from being removed.
        if (chdir("/") != 0 || go_on(pair) != 0) return 0;
    }
    return 0;
}

// Becomes the program of a folder, which keeps descriptor 3 and lives by itself.
static int become_resident(const char *folder) {
    int problem = enter_folder(folder);
    if (problem != 0) return problem;
    reset_signals();
    setsid();
    if (drop_standard_streams() != 0) {
        complain("/dev/null", errno);
        return 71;
    }
    drop_descriptors(CONTROL + 1);
    umask(022);
    struct program program;
    if (read_program(&program) != 0) {
        complain("program", errno);
        return 74;
    }
    const char *stage = execute(&program);
    complain(stage, errno);
    return 74;
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--wait") == 0) return run_whatever_comes();
    if (count == 2) return run_once(arguments[1]);
    if (count == 3 && strcmp(arguments[1], "--resident") == 0) return become_resident(arguments[2]);
    struct pair pair;
    if (read_pair(&pair, count, arguments) == 0) return run_pair(&pair);
    fprintf(stderr, "usage: martlet-supervisor FOLDER\n"
                    "Runs the program described in FOLDER and keeps its exit status there; "
                    "the server starts it by itself.\n");
    return 64;
}
