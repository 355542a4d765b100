#ifndef CSS_CLI_OFFDM_H
#define CSS_CLI_OFFDM_H

#include <stdbool.h>
#include <stdint.h>

struct bootrec;
struct conf;
struct disk;

/*
 * The Offline Diagnostic Monitor: the menu before the switch boots (platform.md
 * 2.2).  It works on the boot record and the disk, from a terminal that is in
 * its usual mode, before there are sessions; it waits for its user and for
 * nobody else.
 */
struct offdm {
	int in, out;
	struct disk *disk;
	struct bootrec *rec;   /* changed, and written to the disk */
	struct conf *conf;     /* holds the administrator's account */
	bool (*stopped)(void); /* a signal has come: end at once */
	/* its own */
	bool ended; /* end of input, or stopped */
};

/* Asks whether to enter the menu, for some seconds; Enter behind a y does. */
bool offdm_wanted(struct offdm *m, unsigned seconds);
/* Until the user lets the system reboot, or the input ends. */
void offdm_run(struct offdm *m);

#endif
