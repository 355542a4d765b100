#include "emu/balance/balance.h"

/* For caches: what is behind one address is kept by one of them. */
static int pick(const struct balance_in *in)
{
	return balance_hash(in, ntohl(in->key->dst.s_addr));
}

const struct balance_method balance_destip = {
	.name = "destip",
	.help = "The same service for the same destination address",
	.pick = pick,
};
