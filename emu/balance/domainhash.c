#include "emu/balance/text.h"

static int pick(const struct balance_in *in)
{
	return balance_xor(in, balance_domain_of(in));
}

const struct balance_method balance_domainhash = {
	.name = "domainhash",
	.help = "Hash of the domain name",
	.pick = pick,
};
