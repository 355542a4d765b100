#include "emu/balance/balance.h"

/* The client's address chooses among the services as configured, so that it
 * keeps its service while others come and go. */
static int pick(const struct balance_in *in)
{
	return balance_hash(in, ntohl(in->key->src.s_addr));
}

const struct balance_method balance_srcip = {
	.name = "srcip",
	.help = "The same service for the same client address",
	.pick = pick,
};
