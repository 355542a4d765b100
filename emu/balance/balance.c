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
	return BALANCE_NONE;
}

uint32_t balance_turn(const struct balance_in *in)
{
	if (in->dry)
		return atomic_load_explicit(in->cursor, memory_order_relaxed);
	return atomic_fetch_add_explicit(in->cursor, 1, memory_order_relaxed);
}

static uint64_t spread(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

/* The one behind the share's own that is eligible. */
static int next_to(const struct balance_in *in, uint32_t share)
{
	for (int i = 1; i <= in->nsvc; i++) {
		int at = (int)((share + (uint32_t)i) % (uint32_t)in->nsvc);

		if (in->svc[at].eligible)
			return at;
	}
	return BALANCE_NONE;
}

static int share_of(const struct balance_in *in, uint32_t share, uint64_t hash)
{
	int n = balance_eligible(in);

	if (in->svc[share].eligible)
		return (int)share;
	switch (in->failover) {
	case FAILOVER_BYPASS:
		return BALANCE_BYPASS;
	case FAILOVER_NEXT:
		return next_to(in, share);
	case FAILOVER_LINEAR:
		break;
	}
	return n ? balance_nth(in, (uint32_t)(spread(hash) % (uint32_t)n))
		 : BALANCE_NONE;
}

int balance_share(const struct balance_in *in, uint32_t share)
{
	if (!in->nsvc)
		return BALANCE_NONE;
	return share_of(in, share, share + 1);
}

int balance_hash(const struct balance_in *in, uint64_t hash)
{
	uint64_t h = spread(hash);

	if (!in->nsvc)
		return BALANCE_NONE;
	return share_of(in, (uint32_t)(h % (uint32_t)in->nsvc), h);
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
	&balance_aca,
	&balance_srcip,
	&balance_destip,
	&balance_domain,
	&balance_domainhash,
	&balance_url,
	&balance_urlhash,
	NULL,
};
