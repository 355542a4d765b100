#include "emu/plane/relay.h"

/*
 * Clients that begin TLS and do not go on must not take the descriptors that others
 * need: when there are no more, the handshake that began first makes room, unless
 * it is so young that it may well be under way.
 */

#define STALLED_MS 1000

void crowd_enter(struct flow *f)
{
	TAILQ_INSERT_TAIL(&f->w->shaking, f, shaking);
	f->is_shaking = true;
}

void crowd_leave(struct flow *f)
{
	if (f->is_shaking)
		TAILQ_REMOVE(&f->w->shaking, f, shaking);
	f->is_shaking = false;
}

bool crowd_make_room(struct worker *w)
{
	struct flow *f = TAILQ_FIRST(&w->shaking);

	if (!f || w->now_ms - f->since_ms < STALLED_MS)
		return false;
	flow_close(f, END_HANDSHAKE_TIMEOUT);
	return true;
}
