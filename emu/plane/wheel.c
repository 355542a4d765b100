#include "emu/plane/relay.h"

/*
 * One wheel of coarse ticks a worker.  Activity does not touch it: a flow only
 * notes the time, and when its slot comes up it is either due or put where it
 * will be.  Timeouts longer than the wheel go round more than once.
 */

/* When this state ends by itself; 0: never. */
static uint64_t due_of(const struct flow *f)
{
	uint32_t limit = f->state == FLOW_OPEN ? f->idle_ms : f->limit_ms;
	uint64_t from = f->state == FLOW_OPEN ? f->used_ms : f->since_ms;

	return limit ? from + limit : 0;
}

static enum flow_end end_of(const struct flow *f)
{
	switch (f->state) {
	case FLOW_HANDSHAKE:
		return END_HANDSHAKE_TIMEOUT;
	case FLOW_REQUEST:
		return END_REQUEST_TIMEOUT;
	case FLOW_CONNECT:
		return END_CONNECT_TIMEOUT;
	default:
		return END_IDLE;
	}
}

static void place(struct flow *f, uint64_t due)
{
	struct worker *w = f->w;
	uint64_t far = w->wheel_tick + WHEEL_SLOTS - 1, tick = far;

	if (due)
		tick = (due + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;
	if (tick <= w->wheel_tick)
		tick = w->wheel_tick + 1;
	if (tick > far)
		tick = far;
	LIST_INSERT_HEAD(&w->wheel[tick % WHEEL_SLOTS], f, timer);
}

void wheel_set(struct flow *f)
{
	if (f->timer.le_prev)
		LIST_REMOVE(f, timer);
	place(f, due_of(f));
}

/* Whatever is placed anew lands in another slot. */
static void slot_turn(struct worker *w, struct flow_list *slot)
{
	struct flow *f;

	while ((f = LIST_FIRST(slot))) {
		uint64_t due = due_of(f);

		if (due && due <= w->now_ms) {
			flow_close(f, end_of(f));
			continue;
		}
		LIST_REMOVE(f, timer);
		place(f, due);
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

	if (LIST_EMPTY(&w->flows))
		return -1;
	return next > w->now_ms ? (int)(next - w->now_ms) : 0;
}
