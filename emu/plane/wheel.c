#include "emu/plane/wheel.h"

#include <assert.h>
#include <stddef.h>

#include "emu/plane/announced.h"
#include "emu/plane/farewell.h"
#include "emu/plane/relay.h"
#include "emu/plane/udp.h"

/*
 * One wheel of coarse ticks a worker.  Activity does not touch it: a flow only
 * notes the time, and when its slot comes up it is either due or put where it
 * will be.  Timeouts longer than the wheel go round more than once.
 */

static const struct {
	uint64_t (*due)(const struct timed *t); /* 0: never */
	void (*expire)(struct timed *t);
} kind[] = {
	[TIMED_FLOW] = { flow_due, flow_expire },
	[TIMED_UDP] = { udp_due, udp_expire },
	[TIMED_AWAITED] = { awaited_due, awaited_expire },
	[TIMED_FAREWELL] = { farewell_due, farewell_expire },
};
static_assert(sizeof(kind) / sizeof(*kind) == TIMED_NUM,
	      "kind[] does not match enum timed_kind");

static void place(struct worker *w, struct timed *t, uint64_t due)
{
	uint64_t far = w->wheel_tick + WHEEL_SLOTS - 1, tick = far;

	if (due)
		tick = (due + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;
	if (tick <= w->wheel_tick)
		tick = w->wheel_tick + 1;
	if (tick > far)
		tick = far;
	LIST_INSERT_HEAD(&w->wheel[tick % WHEEL_SLOTS], t, link);
	w->ntimed++;
}

void wheel_unset(struct worker *w, struct timed *t)
{
	if (!t->link.le_prev)
		return;
	LIST_REMOVE(t, link);
	t->link.le_prev = NULL;
	w->ntimed--;
}

void wheel_set(struct worker *w, struct timed *t)
{
	wheel_unset(w, t);
	place(w, t, kind[t->kind].due(t));
}

/* Whatever is placed anew lands in another slot. */
static void slot_turn(struct worker *w, struct timed_list *slot)
{
	struct timed *t;

	while ((t = LIST_FIRST(slot))) {
		uint64_t due = kind[t->kind].due(t);

		wheel_unset(w, t);
		if (due && due <= w->now_ms)
			kind[t->kind].expire(t);
		else
			place(w, t, due);
	}
}

void wheel_turn(struct worker *w)
{
	uint64_t now = w->now_ms / WHEEL_TICK_MS;

	if (now > w->wheel_tick + WHEEL_SLOTS) /* slept longer than a round */
		w->wheel_tick = now - WHEEL_SLOTS;
	while (w->wheel_tick < now) {
		w->wheel_tick++;
		slot_turn(w, &w->wheel[w->wheel_tick % WHEEL_SLOTS]);
	}
}

int wheel_wait_ms(const struct worker *w)
{
	uint64_t next = (w->wheel_tick + 1) * WHEEL_TICK_MS;

	if (!w->ntimed)
		return -1;
	return next > w->now_ms ? (int)(next - w->now_ms) : 0;
}
