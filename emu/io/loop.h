#ifndef CSS_EMU_IO_LOOP_H
#define CSS_EMU_IO_LOOP_H

#include <stddef.h>
#include <stdint.h>

/*
 * The control thread's loop: descriptors (epoll, level-triggered), timers and
 * work posted by other threads.  Only loop_post() may be called from another
 * thread.  Order of one turn: ready descriptors, posted work, due timers, then
 * the end-of-turn hook.
 */
struct loop;

/* Embedded in its owner; remove before the owner is freed. */
struct watch {
	int fd;
	void (*fn)(void *arg, uint32_t ready, uint64_t now_ms);
	void *arg;
};

struct timer {
	void (*fn)(void *arg, uint64_t now_ms);
	void *arg;
	uint64_t due_ms;
	size_t at; /* place in the heap + 1, 0: not running */
};

struct loop *loop_new(void);
void loop_free(struct loop *l);

/* events: EPOLLIN, EPOLLOUT...; -1 and errno kept when epoll refuses */
int loop_watch(struct loop *l, struct watch *w, uint32_t events);
int loop_rewatch(struct loop *l, struct watch *w, uint32_t events);
void loop_unwatch(struct loop *l, struct watch *w); /* safe inside handlers */

void loop_timer(struct loop *l, struct timer *t,
		uint64_t due_ms); /* (re)start */
void loop_timer_stop(struct loop *l, struct timer *t);

/* Runs fn(arg) on the loop's thread, soon and in order; any thread. */
void loop_post(struct loop *l, void (*fn)(void *arg), void *arg);
/* Takes back what was posted with this arg; on the loop's thread. */
void loop_unpost(struct loop *l, const void *arg);
void loop_end_of_turn(struct loop *l, void (*fn)(void *arg, uint64_t now_ms),
		      void *arg);

uint64_t loop_now(const struct loop *l); /* ms, monotonic, of this turn */
void loop_run(struct loop *l);		 /* until loop_stop */
void loop_turn(struct loop *l, int timeout_ms); /* one turn, for tests */
void loop_stop(struct loop *l);			/* any thread, signal-safe */

/* The clock itself (CLOCK_MONOTONIC, ms) for threads without a loop. */
uint64_t clock_ms(void);
uint64_t clock_us(void); /* the same, for what is over in less */
uint64_t clock_wall_us(void); /* the host's, since 1970: stamps of frames */

#endif
