#include "emu/wire/setup.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "chassis/ports.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"
#include "emu/flow/policy.h"

#define GATEWAY_MAX_VIPS 65536 /* addresses of one rule that are answered for */

/* ---- ports ---------------------------------------------------------------- */

/* Table 8-5 of IEEE 802.1D-1998. */
#define COST_FE 19
#define COST_GE 4

static void carry(struct setup_port *p, unsigned vlan)
{
	p->vlans[vlan / 64] |= UINT64_C(1) << (vlan % 64);
}

/* A trunk carries what it was given; frames without a tag are of its default
 * VLAN, if it has one. */
static void port_vlans(struct setup_port *p, const struct iface *i)
{
	const struct iface_vlan *v = NULL;

	p->trunk = i && i->trunk;
	if (!p->trunk) {
		p->vlan = (uint16_t)(i ? i->vlan : 1);
		carry(p, p->vlan);
		return;
	}
	TAILQ_FOREACH(v, &i->vlans, link) {
		carry(p, v->vlan);
		if (v->is_default)
			p->vlan = (uint16_t)v->vlan;
	}
}

static void port_fill(struct setup_port *p, const struct chassis *ch,
		      const struct port *is)
{
	(void)str_copy(p->name, sizeof(p->name), is->name);
	p->present = true;
	p->up = !port_is_shut(is);
	port_mac(ch, is, p->mac);
	port_vlans(p, is->iface);
}

/* ---- spanning trees -------------------------------------------------------- */

/* What a port is for one VLAN: on a trunk each has settings of its own. */
static struct stp_port_conf branch_of(const struct setup_port *p,
				      const struct port *is, unsigned vlan)
{
	const struct iface *i = is->iface;
	const struct iface_vlan *v =
		i && i->trunk ? iface_vlan_find(i, vlan) : NULL;
	struct stp_port_conf c = {
		.present = true,
		.enabled = v ? v->bridge_state : !i || i->bridge_state,
		.fast = i && i->port_fast,
		.priority = v	? v->bridge_priority
			    : i ? i->bridge_priority
				: 128,
		.number = (uint8_t)is->ifindex,
		.cost = v   ? v->bridge_pathcost
			: i ? i->bridge_pathcost
			    : 0,
	};

	if (!c.cost)
		c.cost = strcmp(is->type, "ge") ? COST_FE : COST_GE;
	memcpy(c.mac, p->mac, sizeof(c.mac));
	return c;
}

static struct tree_conf *tree_of(struct setup *s, unsigned vlan)
{
	for (size_t i = 0; i < s->ntree; i++)
		if (s->tree[i].vlan == vlan)
			return &s->tree[i];
	s->tree = xrealloc(s->tree, (s->ntree + 1) * sizeof(*s->tree));
	s->tree[s->ntree] = (struct tree_conf){ .vlan = (uint16_t)vlan };
	return &s->tree[s->ntree++];
}

static void add_branches(struct setup *s, int place, const struct port *is)
{
	const struct setup_port *p = &s->port[place];

	for (unsigned vlan = 1; vlan < 4095; vlan++) {
		struct tree_conf *t = NULL;

		if (!setup_carries(p, vlan))
			continue;
		t = tree_of(s, vlan);
		t->port[place] = branch_of(p, is, vlan);
		t->tagged[place] = p->trunk && vlan != p->vlan;
	}
}

static void add_ports(struct setup *s, const struct conf *conf,
		      const struct chassis *ch, const struct setup_port *port,
		      int nport)
{
	struct port is = { 0 };

	s->nport = nport;
	for (int i = 0; i < nport; i++) {
		s->port[i].slot = port[i].slot;
		s->port[i].number = port[i].number;
	}
	while (port_next(ch, conf, &is))
		for (int i = 0; i < nport; i++)
			if (port[i].slot == is.slot &&
			    port[i].number == is.number) {
				port_fill(&s->port[i], ch, &is);
				add_branches(s, i, &is);
			}
}

/* ---- circuits and addresses ------------------------------------------------- */

static void add_circuit_ip(struct setup *s, const struct circuit *ci,
			   const struct circuit_ip *ip)
{
	struct in_addr mask = str_mask_of(ip->prefix_len);
	struct setup_circuit_ip *to = NULL;

	s->ip = xrealloc(s->ip, (s->nip + 1) * sizeof(*s->ip));
	to = &s->ip[s->nip++];
	*to = (struct setup_circuit_ip){
		.addr = ip->addr,
		.mask = mask,
		.broadcast = { ip->addr.s_addr | ~mask.s_addr },
		.vlan = (uint16_t)ci->vlan,
		.prefix_len = ip->prefix_len,
		.redirects = ip->redirects,
		.unreachables = ip->unreachables,
	};
	if (ip->broadcast.s_addr != INADDR_BROADCAST)
		to->broadcast = ip->broadcast;
}

static void add_relay(struct setup *s, const struct circuit *ci)
{
	struct setup_relay *to = NULL;

	s->relay = xrealloc(s->relay, (s->nrelay + 1) * sizeof(*s->relay));
	to = &s->relay[s->nrelay++];
	*to = (struct setup_relay){ .vlan = (uint16_t)ci->vlan };
	for (int i = 0; i < 2; i++)
		if (ci->dhcp_relay[i].s_addr != INADDR_ANY)
			to->server[to->nserver++] = ci->dhcp_relay[i];
}

static void add_circuits(struct setup *s, const struct conf *conf,
			 const struct chassis *ch)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &conf->circuits, link) {
		if (!circuit_is_active(ch, conf, ci))
			continue;
		TAILQ_FOREACH(ip, &ci->ips, link)
			if (!ip->disabled)
				add_circuit_ip(s, ci, ip);
		if (ci->dhcp_agent)
			add_relay(s, ci);
	}
}

static void add_address(struct setup *s, struct in_addr a, uint8_t kind,
			size_t *cap)
{
	const struct setup_circuit_ip *on = setup_circuit_of(s, a);

	if (s->naddress == *cap) {
		*cap = *cap ? 2 * *cap : 64;
		s->address = xrealloc(s->address, *cap * sizeof(*s->address));
	}
	s->address[s->naddress++] = (struct setup_address){
		.addr = a, .vlan = on ? on->vlan : 0, .kind = kind
	};
}

/* A redundant interface answers while this switch is master of it. */
static void add_redundant(struct setup *s, const struct conf *conf, size_t *cap)
{
	const struct conf_hooks *h = &conf->hooks;
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &conf->circuits, link) {
		TAILQ_FOREACH(ip, &ci->ips, link) {
			for (int i = 0; i < ip->nvr; i++) {
				const struct vr_line *v = &ip->vr[i];

				if (v->kind == VR_INTERFACE && h->serves &&
				    h->serves(h->arg, v->addr))
					add_address(s, v->addr,
						    ADDRESS_INTERFACE, cap);
			}
		}
	}
}

static void add_range(struct setup *s, struct in_addr first, unsigned n,
		      uint8_t kind, size_t *cap)
{
	if (!n || first.s_addr == INADDR_ANY)
		return;
	for (unsigned i = 0; i < n && i < GATEWAY_MAX_VIPS; i++)
		add_address(s,
			    (struct in_addr){ htonl(ntohl(first.s_addr) + i) },
			    kind, cap);
}

static int by_address(const void *x, const void *y)
{
	const struct setup_address *a = x, *b = y;
	uint32_t na = ntohl(a->addr.s_addr), nb = ntohl(b->addr.s_addr);

	if (na != nb)
		return na < nb ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

/* One address may be a rule's and a group's: the first kind counts. */
static void sort_addresses(struct setup *s)
{
	size_t keep = 0;

	if (s->naddress)
		qsort(s->address, s->naddress, sizeof(*s->address), by_address);
	for (size_t i = 0; i < s->naddress; i++)
		if (!keep || s->address[keep - 1].addr.s_addr !=
				     s->address[i].addr.s_addr)
			s->address[keep++] = s->address[i];
	s->naddress = keep;
}

static void add_addresses(struct setup *s, const struct conf *conf,
			  const struct policy *p)
{
	size_t cap = 0;

	for (size_t i = 0; i < s->nip; i++)
		add_address(s, s->ip[i].addr, ADDRESS_CIRCUIT, &cap);
	for (int i = 0; p && i < p->nrule; i++)
		add_range(s, p->rule[i].vip, p->rule[i].vip_range, ADDRESS_VIP,
			  &cap);
	for (int i = 0; p && i < p->ngroup; i++)
		add_range(s, p->group[i].vip, p->group[i].range.addresses,
			  ADDRESS_GROUP, &cap);
	add_redundant(s, conf, &cap);
	sort_addresses(s);
}

/* ---- routes ------------------------------------------------------------------- */

static void add_way(struct setup *s, const struct fib_route *r)
{
	s->way = xrealloc(s->way, (s->nway + 1) * sizeof(*s->way));
	s->way[s->nway++] = *r;
}

static void add_local_ways(struct setup *s)
{
	for (size_t i = 0; i < s->nip; i++) {
		const struct setup_circuit_ip *ip = &s->ip[i];

		add_way(s, &(struct fib_route){
				   .net = { ip->addr.s_addr & ip->mask.s_addr },
				   .prefix_len = ip->prefix_len,
				   .local = true,
				   .vlan = ip->vlan,
			   });
	}
}

static void add_hop(struct setup *s, struct in_addr hop)
{
	for (size_t i = 0; i < s->nhop; i++)
		if (s->hop[i].s_addr == hop.s_addr)
			return;
	s->hop = xrealloc(s->hop, (s->nhop + 1) * sizeof(*s->hop));
	s->hop[s->nhop++] = hop;
}

/* A line whose next hop is on no active circuit is of no use. */
static void add_static_ways(struct setup *s, const struct conf *conf)
{
	const struct route *line = NULL;

	TAILQ_FOREACH(line, &conf->global->routes, link) {
		struct in_addr hop = route_hop(conf, line);
		const struct setup_circuit_ip *on =
			line->blackhole ? NULL : setup_circuit_of(s, hop);
		struct fib_route r = {
			.net = line->net,
			.prefix_len = line->prefix_len,
			.distance = line->distance,
			.blackhole = line->blackhole,
			.originated = line->originated,
			.gateway = hop,
			.vlan = on ? on->vlan : 0,
		};

		if (!on && !line->blackhole)
			continue;
		add_way(s, &r);
		if (on && !conf->global->no_implicit_service)
			add_hop(s, hop);
	}
}

void setup_ways(struct setup *s, bool (*alive)(void *arg, struct in_addr hop),
		void *arg)
{
	struct fib_route *live = xcalloc(s->nway + 1, sizeof(*live));
	size_t n = 0;

	for (size_t i = 0; i < s->nway; i++)
		if (s->way[i].local || s->way[i].blackhole ||
		    alive(arg, s->way[i].gateway))
			live[n++] = s->way[i];
	fib_free(s->fib);
	s->fib = fib_new(live, n, s->ecmp);
	free(live);
}

static void add_routes(struct setup *s, const struct conf *conf)
{
	const char *ecmp =
		kept_value(&conf->global->kept, "ip ecmp", "address");

	s->ecmp = strcmp(ecmp, "roundrobin") ? ECMP_ADDRESS : ECMP_ROUNDROBIN;
	add_local_ways(s);
	add_static_ways(s, conf);
	s->fib = fib_new(s->way, s->nway, s->ecmp);
}

/* ---- neighbours ------------------------------------------------------------------ */

static int place_of(const struct setup *s, const char *name)
{
	for (int i = 0; i < s->nport; i++)
		if (s->port[i].present && str_ieq(s->port[i].name, name))
			return i;
	return PORT_FLOOD;
}

/* arp ADDRESS MAC PORT [VLAN] */
static void add_neighbours(struct setup *s, const struct conf *conf)
{
	struct kept_line l;

	for (size_t i = 0; kept_line(&conf->global->kept, "arp", i, &l); i++) {
		struct arp_entry e = { .type = ARP_STATIC };
		const struct setup_circuit_ip *on = NULL;
		uint32_t vlan = 0;

		if (!str_to_addr(l.word[0], &e.addr) ||
		    !str_to_mac(l.word[1], e.mac))
			continue;
		on = setup_circuit_of(s, e.addr);
		if (!str_to_u32(l.word[3], 1, 4094, &vlan))
			vlan = on ? on->vlan : 1;
		e.vlan = (uint16_t)vlan;
		e.port = place_of(s, l.word[2]);
		s->static_arp = xrealloc(s->static_arp,
					 (s->nstatic_arp + 1) * sizeof(e));
		s->static_arp[s->nstatic_arp++] = e;
	}
}

/* ---- numbers ----------------------------------------------------------------------- */

#define ASKING_MAX 64 /* platform.md 5.3 */

static void add_numbers(struct setup *s, const struct conf *conf)
{
	const struct settings *k = &conf->global->kept;
	const struct flow_conf *f = &conf->global->flow;
	const char *way = kept_value(k, "ip opportunistic", "local");

	s->arp.timeout_s = (uint32_t)settings_uint(k, "arp timeout", 14400);
	s->arp.wait_s = (uint16_t)settings_uint(k, "arp wait", 5);
	s->arp.asking_max = ASKING_MAX;
	s->frag.tcp = f->tcp_fragments;
	s->frag.udp = f->udp_fragments;
	s->frag.max_size = f->assembled_max;
	s->frag.min_size = f->fragment_min;
	s->opportunistic = !strcmp(way, "all")	   ? OPPORTUNISTIC_ALL
			   : !strcmp(way, "local") ? OPPORTUNISTIC_LOCAL
						   : OPPORTUNISTIC_OFF;
	s->source_route = kept_on(k, "ip source-route");
	s->record_route = kept_on(k, "ip record-route");
	s->subnet_broadcast = kept_on(k, "ip subnet-broadcast");
	s->uncond_bridging = kept_on(k, "ip uncond-bridging");
	s->relay_max_hops = (uint8_t)settings_uint(k, "dhcp-agent max-hops", 4);
	s->reset_unavailable = f->reset_on_vip_unavailable;
}

static void add_bridge(struct setup *s, const struct conf *conf)
{
	const struct settings *k = &conf->global->kept;

	s->bridge_ageing_s =
		(uint32_t)settings_uint(k, "bridge aging-time", 300);
	s->stp = (struct stp_conf){
		.enabled =
			strcmp(kept_value(k, "bridge spanning-tree", "enabled"),
			       "disabled") != 0,
		.bpdu_guard =
			!strcmp(kept_value(k, "bridge bpdu-guard", "disabled"),
				"enabled"),
		.priority =
			(uint16_t)settings_uint(k, "bridge priority", 32768),
		.hello_s = (uint16_t)settings_uint(k, "bridge hello-time", 1),
		.max_age_s = (uint16_t)settings_uint(k, "bridge max-age", 6),
		.forward_s =
			(uint16_t)settings_uint(k, "bridge forward-time", 4),
	};
	memcpy(s->stp.mac, s->mac, sizeof(s->mac));
}

/* setspan src_port PORT dest_port PORT copyBoth */
static void add_span(struct setup *s, const struct conf *conf)
{
	struct kept_line l;

	s->span.to = -1;
	if (!kept_line(&conf->global->kept, "setspan src_port", 0, &l))
		return;
	s->span.from = place_of(s, kept_word(&l, 0, ""));
	if (s->span.from < 0)
		return;
	s->span.to = place_of(s, kept_after(&l, "dest_port", ""));
	s->span.in = !kept_has(&l, "copyTxOnly");
	s->span.out = !kept_has(&l, "copyRxOnly");
}

static void add_cdp(struct setup *s, const struct conf *conf,
		    const struct chassis *ch)
{
	const struct settings *k = &conf->global->kept;

	s->cdp.run = kept_on(k, "cdp run");
	s->cdp.v2 = true;
	s->cdp.holdtime_s = (uint8_t)settings_uint(k, "cdp holdTime", 180);
	s->cdp.timer_s = (uint16_t)settings_uint(k, "cdp timer", 60);
	s->cdp.product = chassis_model(ch)->product;
}

/* ---- the whole ------------------------------------------------------------------------ */

struct setup *setup_build(const struct conf *conf, const struct chassis *ch,
			  const struct policy *p, const struct setup_port *port,
			  int nport)
{
	struct setup *s = xcalloc(1, sizeof(*s));

	memcpy(s->mac, chassis_mac(ch), sizeof(s->mac));
	add_ports(s, conf, ch, port, nport);
	add_circuits(s, conf, ch);
	add_addresses(s, conf, p);
	add_routes(s, conf);
	add_neighbours(s, conf);
	add_numbers(s, conf);
	add_bridge(s, conf);
	add_span(s, conf);
	add_cdp(s, conf, ch);
	return s;
}

void setup_free(struct setup *s)
{
	if (!s)
		return;
	fib_free(s->fib);
	free(s->way);
	free(s->hop);
	free(s->tree);
	free(s->static_arp);
	free(s->address);
	free(s->relay);
	free(s->ip);
	free(s);
}

const struct setup_address *setup_address(const struct setup *s,
					  struct in_addr a)
{
	uint32_t want = ntohl(a.s_addr);
	size_t low = 0, high = s->naddress;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint32_t at = ntohl(s->address[mid].addr.s_addr);

		if (at == want)
			return &s->address[mid];
		if (at < want)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static bool is_in(const struct setup_circuit_ip *ip, struct in_addr a)
{
	return ((ip->addr.s_addr ^ a.s_addr) & ip->mask.s_addr) == 0;
}

const struct setup_circuit_ip *setup_source(const struct setup *s,
					    unsigned vlan, struct in_addr a)
{
	const struct setup_circuit_ip *first = NULL;

	for (size_t i = 0; i < s->nip; i++) {
		if (s->ip[i].vlan != vlan)
			continue;
		if (is_in(&s->ip[i], a))
			return &s->ip[i];
		if (!first)
			first = &s->ip[i];
	}
	return first;
}

/* The narrowest, should networks lie in each other. */
const struct setup_circuit_ip *setup_circuit_of(const struct setup *s,
						struct in_addr a)
{
	const struct setup_circuit_ip *best = NULL;

	for (size_t i = 0; i < s->nip; i++)
		if (is_in(&s->ip[i], a) &&
		    (!best || s->ip[i].prefix_len > best->prefix_len))
			best = &s->ip[i];
	return best;
}
