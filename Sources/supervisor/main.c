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
#include "folder.h"
#include "mounts.h"
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

extern char **environ;

// Milliseconds since 1970, as the server keeps time.
static long long now_ms(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return 0;
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Puts stdin, stdout and stderr on /dev/null.
static int drop_standard_streams(void) {
    int null = open("/dev/null", O_RDWR);
    if (null < 0) return -1;
    for (int fd = 0; fd < 3; fd++)
        if (null != fd && dup2(null, fd) < 0) return -1;
    if (null > 2) close(null);
    return 0;
}

// Closes whatever was left open in us, from a descriptor on.
static void drop_descriptors(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0) return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    if (most < 0 || most > 65536) most = 65536;
    for (int fd = first; fd < most; fd++) close(fd);
}

// Signals that must not end us: a polite one to us must not lose the status, only the program's end ends us.
static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2,
                              SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ};

static void answer_ignored_signals_by(void (*handler)(int)) {
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], handler);
}

// Nobody else's settings reach the program: those that ignore a signal survive exec.
static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void ignore_signals(void) {
    reset_signals();
    answer_ignored_signals_by(SIG_IGN);
}

// How long the program may run, in milliseconds; 0 for as long as it likes.
static struct {
    long long limit, grace;
    pid_t program;
    volatile sig_atomic_t passed;
} deadline;

static void set_deadline(const struct program *program) {
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

// From here on it may take as long as it likes.
static void call_off_deadline(void) {
    if (deadline.limit == 0) return;
    set_alarm(0);
    signal(SIGALRM, SIG_IGN);
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

// What could not be done on the way to the program is sent through a pipe that a successful exec closes. A child that
// borrows our memory has no pipe and leaves it there.
enum { NO_PIPE = -1 };
static struct failure borrowers;

static void fail(int pipe, const char *stage, int error) {
    struct failure failure = {.error = error};
    strncpy(failure.stage, stage, sizeof failure.stage - 1);
    if (pipe == NO_PIPE) {
        borrowers = failure;
        _exit(127);
    }
    ssize_t written = write(pipe, &failure, sizeof failure);
    _exit(written == (ssize_t)sizeof failure ? 127 : 126);
}

// Waits until the child has become the program, or has said why it cannot; returns whether it cannot.
static int has_failed(int pipe, struct failure *failure) {
    if (pipe == NO_PIPE) {
        *failure = borrowers;
        return failure->stage[0] != 0;
    }
    ssize_t got;
    do got = read(pipe, failure, sizeof *failure);
    while (got < 0 && errno == EINTR);
    close(pipe);
    failure->stage[sizeof failure->stage - 1] = 0;
    return got > 0;
}

static int open_log(int flags) {
    int log;
    do log = open("log", O_WRONLY | O_CREAT | O_APPEND | flags, 0600);
    while (log < 0 && wait_out(errno));
    return log;
}

// A pipe of which no program gets to know, and a fork, when they are to be had.
static int make_pipe(int ends[2]) {
    int result;
    do result = pipe(ends);
    while (result != 0 && wait_out(errno));
    if (result != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

static pid_t fork_patiently(void) {
    pid_t child;
    do child = fork();
    while (child < 0 && wait_out(errno));
    return child;
}

// Replaces us by the program. Returns only if that cannot be done: at what it failed, with errno.
static const char *execute(const struct program *program) {
    answer_ignored_signals_by(SIG_DFL);
    int log = open_log(0);
    if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) return "log";
    if (log > 2) close(log);

    if (*program->folder != 0 && chdir(program->folder) != 0) return "chdir";
    // execvp looks at the PATH of `environ`, which is how the program's own PATH decides.
    environ = program->variables;
    execvp(program->arguments[0], program->arguments);
    return "exec";
}

// The child's side of fork: becomes the program. Never returns.
static void become_program(int pipe, pid_t parent, const struct program *program, char **mounts) {
    if (mounts != NULL) {
        char stage[sizeof((struct failure *)NULL)->stage];
        int error = enter_mounts(mounts, stage, sizeof stage);
        if (error != 0) fail(pipe, stage, error);
    }
#ifdef __linux__
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(pipe, "pdeathsig", errno);
    if (getppid() != parent) _exit(125);
#else
    (void)parent;
#endif
    const char *stage = execute(program);
    fail(pipe, stage, errno);
}

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

// Kills and reaps what the program left behind; -1 if something is still there. Bounded: a process stuck in the kernel
// must not keep the status from the server. A child that is none of the program's is spared where that is possible; 0 for
// none.
static int clean_up_descendants(pid_t spared) {
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

// Writes how it ended, as soon as that can be written. Until then our claim says that we live, and no work is lost.
//   exited <status> <start ms> <end ms>
//   signaled <number> <start ms> <end ms>
//   overdue <allowed ms> <start ms> <end ms>    it ran until its deadline, however it ended then
//   exec <errno> <start ms> <end ms>            the program could not be executed
//   setup <errno> <start ms> <end ms> <stage>   we could not get as far as executing it
static int report_end(int status, long long start) {
    const char *how = deadline.passed ? "overdue" : WIFSIGNALED(status) ? "signaled" : "exited";
    long long number = deadline.passed ? deadline.limit : WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    long long end = now_ms();
    int result;
    do result = tell("%s %lld %lld %lld\n", how, number, start, end);
    while (result != 0 && wait_out(errno));
    return result;
}

static int report_failure(const char *stage, int error, long long start) {
    long long end = now_ms();
    int is_exec = strcmp(stage, "exec") == 0;
    int result;
    do result = is_exec ? tell("exec %d %lld %lld\n", error, start, end)
                        : tell("setup %d %lld %lld %s\n", error, start, end, stage);
    while (result != 0 && wait_out(errno));
    return result;
}

// Says that the program is under way; returns whether there is no point in saying it again.
static int say_started(pid_t program, long long start) {
    return tell("started %ld %lld\n", (long)program, start) == 0 || !may_pass(errno);
}

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

// Steps: programs that run before the pod's own, in order, and programs that run beside it.
//
// The process that becomes the program runs them first, so that they are in its group from the beginning: what
// is sent to the group reaches them, and the deadline counts for all together. Each has a folder like ours, in
// which `status` tells how it ended; what they write goes to our log, under a heading.

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

// Dies with the process that is our parent now; `expected` says who that should be.
static void die_with_parent(pid_t expected) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != expected) _exit(125);
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

// Runs the steps that `steplist` names by triples: what people call them, their folder, `before` or `beside`.
// Comes back when the pod's program may start; a step that fails ends us in the way it ended.
static void run_steps(int pipe, pid_t supervisor, char **steps) {
    die_with_parent(supervisor);
    leave_claim();
    answer_ignored_signals_by(SIG_DFL);
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

// Has the program's deadline begin and says that it is under way, see say_started.
static int announce(pid_t program, long long start) {
    if (deadline.limit > 0) {
        deadline.program = program;
        // Without SA_RESTART, and it does no harm: whoever waits here waits again.
        sigaction(SIGALRM, &(struct sigaction){.sa_handler = time_is_up}, NULL);
        set_alarm(deadline.limit);
    }
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
    borrowers = (struct failure){0};
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

// What the program leaves behind when its parents end comes to us, so that nothing stays.
static void adopt_orphans(void) {
#ifdef __linux__
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) complain("PR_SET_CHILD_SUBREAPER", errno);
#endif
}

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

// Becomes independent of whoever has started us. Descriptors are closed from one on.
static int stand_alone(int unneeded) {
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

// Runs the program of a folder whose claim is ours. Returns 0 when all is told and nothing of it is left.
static int run_claimed(void) {
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
