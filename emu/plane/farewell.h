#ifndef CSS_EMU_PLANE_FAREWELL_H
#define CSS_EMU_PLANE_FAREWELL_H

#include "emu/plane/wheel.h"

/*
 * A client that was told goodbye, by an alert say, may be sending still; a socket
 * that is closed meanwhile answers with a reset, and many a client never reads
 * the reason then.  So the switch ends its own direction, and closes a second
 * later.  The worker's thread only.
 */
struct worker;

/* Takes fd over, whose flow is gone; when many wait, it is closed at once. */
void farewell(struct worker *w, int fd);
void farewell_all(struct worker *w); /* the worker stops */
uint64_t farewell_due(const struct timed *t);
void farewell_expire(struct timed *t);

#endif
