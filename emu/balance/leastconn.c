#include "emu/balance/balance.h"

/*
 * Among equals the cursor rotates; weights do not count (content.md 2.6).  A
 * service that has just come up has none: slow start says how many it may have
 * for now, and it is passed over when it has them.
 */
static bool may(const struct candidate *c)
{
	return c->eligible && (!c->cap || c->conns < c->cap);
}

static int pick(const struct balance_in *in)
{
	uint32_t least = UINT32_MAX, equals = 0, turn = 0;

	for (int i = 0; i < in->nsvc; i++) {
		const struct candidate *c = &in->svc[i];

		if (!may(c) || c->conns > least)
			continue;
		equals = c->conns < least ? 1 : equals + 1;
		least = c->conns;
	}
	if (!equals) /* all are starting slowly: then nobody is */
		return balance_nth(in, 0);
	turn = balance_turn(in) % equals;
	for (int i = 0; i < in->nsvc; i++)
		if (may(&in->svc[i]) && in->svc[i].conns == least && !turn--)
			return i;
	return BALANCE_NONE;
}

const struct balance_method balance_leastconn = {
	.name = "leastconn",
	.help = "Service with the fewest connections",
	.pick = pick,
};
