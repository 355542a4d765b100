#include "emu/plane/relay.h"

#include "sslmod/image.h"

/*
 * ssl-queue-delay (ssl.md 2.4): what a server says in small pieces waits to be
 * encrypted together, for a time that the wheel's ticks are too coarse for.  The
 * flows that hold something are in order of time; entries mostly agree on the
 * delay, so a new one belongs at the end.
 */

void delay_hold(struct flow *f)
{
	struct worker *w = f->w;
	struct flow *before = TAILQ_LAST(&w->delayed, flow_queue);

	if (f->held_until_ms)
		return;
	f->held_until_ms = w->now_ms + f->delay_ms;
	while (before && before->held_until_ms > f->held_until_ms)
		before = TAILQ_PREV(before, flow_queue, held);
	if (before)
		TAILQ_INSERT_AFTER(&w->delayed, before, f, held);
	else
		TAILQ_INSERT_HEAD(&w->delayed, f, held);
}

void delay_drop(struct flow *f)
{
	if (!f->held_until_ms)
		return;
	TAILQ_REMOVE(&f->w->delayed, f, held);
	f->held_until_ms = 0;
}

void delay_turn(struct worker *w)
{
	struct flow *f;

	while ((f = TAILQ_FIRST(&w->delayed)) &&
	       f->held_until_ms <= w->now_ms) {
		delay_drop(f);
		if (!leg_drain(&f->leg[LEG_CLIENT]))
			flow_close(f, END_CLIENT_RESET);
	}
}

int delay_wait_ms(const struct worker *w)
{
	const struct flow *f = TAILQ_FIRST(&w->delayed);

	if (!f)
		return -1;
	return f->held_until_ms > w->now_ms
		       ? (int)(f->held_until_ms - w->now_ms)
		       : 0;
}
