#include "emu/balance/balance.h"

#include <stddef.h>
#include <string.h>

int balance_eligible(const struct balance_in *in)
{
	int n = 0;

	for (int i = 0; i < in->nsvc; i++)
		n += in->svc[i].eligible;
	return n;
}

int balance_nth(const struct balance_in *in, uint32_t n)
{
	for (int i = 0; i < in->nsvc; i++)
		if (in->svc[i].eligible && !n--)
			return i;
	return -1;
}

uint32_t balance_turn(const struct balance_in *in)
{
	return atomic_fetch_add_explicit(in->cursor, 1, memory_order_relaxed);
}

const struct balance_method *balance_find(const char *name)
{
	for (int i = 0; balance_methods[i]; i++)
		if (!strcmp(balance_methods[i]->name, name))
			return balance_methods[i];
	return NULL;
}

const struct balance_method *const balance_methods[] = {
	&balance_roundrobin,
	&balance_weightedrr,
	&balance_leastconn,
	&balance_srcip,
	NULL,
};
