#include "emu/balance/balance.h"

/* Among equals the cursor rotates; weights do not count (content.md 2.6). */
static int pick(const struct balance_in *in)
{
	uint32_t least = UINT32_MAX, equals = 0, turn;

	for (int i = 0; i < in->nsvc; i++) {
		if (!in->svc[i].eligible || in->svc[i].conns > least)
			continue;
		equals = in->svc[i].conns < least ? 1 : equals + 1;
		least = in->svc[i].conns;
	}
	if (!equals)
		return -1;
	turn = balance_turn(in) % equals;
	for (int i = 0; i < in->nsvc; i++)
		if (in->svc[i].eligible && in->svc[i].conns == least && !turn--)
			return i;
	return -1;
}

const struct balance_method balance_leastconn = {
	.name = "leastconn",
	.help = "Service with the fewest connections",
	.pick = pick,
};
