#include "emu/balance/balance.h"

static int pick(const struct balance_in *in)
{
	int n = balance_eligible(in);

	if (!n)
		return -1;
	return balance_nth(in, balance_turn(in) % (uint32_t)n);
}

const struct balance_method balance_roundrobin = {
	.name = "roundrobin",
	.help = "Even rotation over the services",
	.pick = pick,
};
