#include "emu/nat/nat.h"

#include "emu/net/key.h"

/* The n-th address of a VIP range goes to the n-th of a service's range. */
static struct in_addr destination(const struct nat_in *in,
				  const struct flow_key *key)
{
	uint32_t off = 0, dst;

	if (in->service.s_addr == INADDR_ANY)
		return key->dst;
	if (in->service_range > 1 && in->vip.s_addr != INADDR_ANY)
		off = (ntohl(key->dst.s_addr) - ntohl(in->vip.s_addr)) %
		      in->service_range;
	dst = ntohl(in->service.s_addr) + off;
	return (struct in_addr){ htonl(dst) };
}

struct nat nat_decide(const struct nat_in *in, const struct flow_key *key)
{
	return (struct nat){
		.src = in->group,
		.dst = destination(in, key),
		.dport =
			in->service_port ? htons(in->service_port) : key->dport,
	};
}
