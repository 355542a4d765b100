/*
 * What no honest host sends (content.md 6.7).  Packets of set-up flows have been
 * looked at when they began.
 */
#include "emu/wire/forward_priv.h"

#include "emu/plane/plane.h"

#define ICMP_ECHO   8
#define DHCP_CLIENT 68
#define DHCP_SERVER 67

static bool is_loopback(uint32_t a)
{
	return a >> 24 == IN_LOOPBACKNET;
}

/* Everybody, or everybody on a circuit's network. */
static bool is_broadcast(const struct setup *s, struct in_addr a)
{
	if (a.s_addr == INADDR_BROADCAST)
		return true;
	for (size_t i = 0; i < s->nip; i++)
		if (s->ip[i].broadcast.s_addr == a.s_addr)
			return true;
	return false;
}

/* A host that asks for its address has none (RFC 2131 4.1). */
static bool asks_for_address(const struct packet *p)
{
	const uint8_t *udp = p->data + p->l4;

	return p->proto == IPPROTO_UDP && p->l4 && get16(udp) == DHCP_CLIENT &&
	       get16(udp + 2) == DHCP_SERVER;
}

static bool is_illegal_source(const struct wire *w, const struct packet *p,
			      struct in_addr src)
{
	uint32_t a = ntohl(src.s_addr);

	if (!a) /* IGMP: a host may join before it has one (RFC 3376 4.2.13) */
		return p->proto != IPPROTO_IGMP && !asks_for_address(p);
	return is_loopback(a) || IN_MULTICAST(a) || IN_BADCLASS(a) ||
	       is_broadcast(w->setup, src) || setup_address(w->setup, src);
}

static bool has_zero_port(const struct packet *p)
{
	const uint8_t *l4 = p->data + p->l4;

	return p->l4 && (p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP) &&
	       (!get16(l4) || !get16(l4 + 2));
}

/* A fragment that would end behind the largest packet there is. */
static bool is_ping_of_death(const uint8_t *ip)
{
	uint32_t at = (get16(ip + IP4_FRAG) & 0x1fffu) * 8;

	return at + get16(ip + IP4_LEN) > UINT16_MAX;
}

static bool is_smurf(const struct wire *w, const struct packet *p,
		     struct in_addr dst)
{
	return p->proto == IPPROTO_ICMP && p->l4 &&
	       p->data[p->l4] == ICMP_ECHO && is_broadcast(w->setup, dst);
}

static enum attack kind_of(const struct wire *w, const struct packet *p,
			   struct in_addr src, struct in_addr dst)
{
	if (src.s_addr == dst.s_addr)
		return ATTACK_LAND;
	if (is_smurf(w, p, dst))
		return ATTACK_SMURF;
	if (is_illegal_source(w, p, src))
		return ATTACK_ILLEGAL_SRC;
	if (is_loopback(ntohl(dst.s_addr)) || !dst.s_addr)
		return ATTACK_ILLEGAL_DST;
	if (is_ping_of_death(p->data + p->l3))
		return ATTACK_DEATH;
	return has_zero_port(p) ? ATTACK_ZERO_PORT : ATTACK_NUM;
}

bool screen_packet(struct wire *w, const struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;
	struct in_addr src = get_addr(ip + IP4_SRC),
		       dst = get_addr(ip + IP4_DST);
	enum attack kind = kind_of(w, p, src, dst);

	if (kind == ATTACK_NUM)
		return false;
	plane_attack_seen(w->plane, kind, src, dst, (time_t)w->worker->wall_s);
	return true;
}
