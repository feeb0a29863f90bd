// How long a program may run. It is asked to end then, and killed when the time it has for that is over, too.
#ifndef MARTLET_DEADLINE_H
#define MARTLET_DEADLINE_H

#include <sys/types.h>

// Sets how long the next program may run, and how long it may take to end, as it says itself.
struct program;
void set_deadline(const struct program *program);

// Has the time of a program's group begin.
void begin_deadline(pid_t program);

// From here on it may take as long as it likes.
void call_off_deadline(void);

// The milliseconds it was allowed if it took longer, else 0.
long long passed_deadline(void);

#endif
