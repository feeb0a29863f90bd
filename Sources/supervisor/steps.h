// Steps: programs that run before the pod's own, in order, and programs that run beside it.
//
// The process that becomes the program runs them first, so that they are in its group from the beginning: what
// is sent to the group reaches them, and the deadline counts for all together. Each has a folder like ours, in
// which `status` tells how it ended; what they write goes to our log, under a heading.
#ifndef MARTLET_STEPS_H
#define MARTLET_STEPS_H

#include <sys/types.h>

// Runs the steps that `steplist` names by triples: what people call them, their folder, `before` or `beside`.
// Comes back when the pod's program may start; a step that fails ends us in the way it ended.
void run_steps(int pipe, pid_t supervisor, char **steps);

#endif
