#include "emu/balance/balance.h"

/*
 * ArrowPoint content awareness: by load number, far from linearly (content.md
 * 1.5).  The curve was never published: a service is drawn with a chance of
 * weight / load^2, so that one at 200 gets a hit for 250 of one at 12.
 */
#define SCALE (1u << 20)

static uint32_t chance(const struct candidate *c)
{
	uint32_t load = c->load < 2 ? 2 : c->load;

	return c->eligible ? SCALE / (load * load) * c->weight : 0;
}

static int pick(const struct balance_in *in)
{
	uint64_t all = 0, at = 0;

	for (int i = 0; i < in->nsvc; i++)
		all += chance(&in->svc[i]);
	if (!all)
		return BALANCE_NONE;
	at = in->random % all;
	for (int i = 0; i < in->nsvc; i++) {
		if (at < chance(&in->svc[i]))
			return i;
		at -= chance(&in->svc[i]);
	}
	return BALANCE_NONE;
}

const struct balance_method balance_aca = {
	.name = "aca",
	.help = "By load: the fastest services get the most",
	.pick = pick,
};
