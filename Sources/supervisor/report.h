// What we tell of a program in `status`.
#ifndef MARTLET_REPORT_H
#define MARTLET_REPORT_H

#include <sys/types.h>

// Milliseconds since 1970, as the server keeps time.
long long now_ms(void);

// Writes how it ended, as soon as that can be written. Until then our claim says that we live, and no work is lost.
//   exited <status> <start ms> <end ms>
//   signaled <number> <start ms> <end ms>
//   overdue <allowed ms> <start ms> <end ms>    it ran until its deadline, however it ended then
//   exec <errno> <start ms> <end ms>            the program could not be executed
//   setup <errno> <start ms> <end ms> <stage>   we could not get as far as executing it
int report_end(int status, long long start);

// The same of what kept it from beginning.
int report_failure(const char *stage, int error, long long start);

// Says that the program is under way; returns whether there is no point in saying it again.
int say_started(pid_t program, long long start);

#endif
