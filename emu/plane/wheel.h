#ifndef CSS_EMU_PLANE_WHEEL_H
#define CSS_EMU_PLANE_WHEEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct worker;

/*
 * What ends by itself: it is embedded in its owner, whose kind says how to ask
 * when it is due and what to do then.
 */
enum timed_kind {
	TIMED_FLOW,
	TIMED_UDP,
	TIMED_AWAITED,
	TIMED_FAREWELL,
	TIMED_NUM,
};

struct timed {
	LIST_ENTRY(timed) link;
	uint8_t kind;
};
LIST_HEAD(timed_list, timed);
/* What the wheel's part is a part of: its member `timed`. */
#define TIMED_IN(t, type)                                                      \
	((type *)(void *)((char *)(uintptr_t)(t)-offsetof(type, timed)))

/* Looks at it again when it may be due; once more moves it. */
void wheel_set(struct worker *w, struct timed *t);
void wheel_unset(struct worker *w, struct timed *t); /* not set: no matter */
void wheel_turn(struct worker *w);
int wheel_wait_ms(const struct worker *w); /* -1: nothing to wait for */

#endif
