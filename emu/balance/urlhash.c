#include "emu/balance/text.h"

static int pick(const struct balance_in *in)
{
	return balance_xor(in, balance_url_of(in));
}

const struct balance_method balance_urlhash = {
	.name = "urlhash",
	.help = "Hash of the URL",
	.pick = pick,
};
