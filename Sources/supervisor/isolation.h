// What makes us independent of whoever has started us.
#ifndef MARTLET_ISOLATION_H
#define MARTLET_ISOLATION_H

// Becomes independent; descriptors are closed from one on. Returns 0, or what to end with.
int stand_alone(int unneeded);

// Puts stdin, stdout and stderr on /dev/null; -1 if that cannot be done.
int drop_standard_streams(void);

// Closes whatever was left open in us, from a descriptor on.
void drop_descriptors(int first);

// Has every signal do what it does by itself: nobody else's settings reach the program, and those that ignore a signal
// survive exec.
void reset_signals(void);

// The same, but that those which could end us do not: a polite one must not lose the status, only the program's end ends us.
void ignore_signals(void);

// Undoes that in a child.
void heed_signals(void);

#endif
