#include "emu/balance/balance.h"

#include "emu/net/key.h"

static uint32_t spread(uint32_t a)
{
	a ^= a >> 16;
	a *= 0x7feb352d;
	a ^= a >> 15;
	a *= 0x846ca68b;
	return a ^ a >> 16;
}

/*
 * The client's address chooses among the services as configured, so that it
 * keeps its service while others come and go; the share of one that is down is
 * spread over the rest (failover linear, the default).
 */
static int pick(const struct balance_in *in)
{
	uint32_t h = spread(ntohl(in->key->src.s_addr));
	int n = balance_eligible(in), home;

	if (!n)
		return -1;
	home = (int)(h % (uint32_t)in->nsvc);
	if (in->svc[home].eligible)
		return home;
	return balance_nth(in, spread(h) % (uint32_t)n);
}

const struct balance_method balance_srcip = {
	.name = "srcip",
	.help = "The same service for the same client address",
	.pick = pick,
};
