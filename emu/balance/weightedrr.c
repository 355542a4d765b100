#include "emu/balance/balance.h"

/*
 * A service is used up to its weight times in sequence before the next one
 * (content.md 2.6), so one round has as many turns as the weights add up to.
 */
static int pick(const struct balance_in *in)
{
	uint32_t round = 0, turn;

	for (int i = 0; i < in->nsvc; i++)
		if (in->svc[i].eligible)
			round += in->svc[i].weight;
	if (!round)
		return -1;
	turn = balance_turn(in) % round;
	for (int i = 0; i < in->nsvc; i++) {
		if (!in->svc[i].eligible)
			continue;
		if (turn < in->svc[i].weight)
			return i;
		turn -= in->svc[i].weight;
	}
	return -1;
}

const struct balance_method balance_weightedrr = {
	.name = "weightedrr",
	.help = "Rotation, each service weight times in sequence",
	.pick = pick,
};
