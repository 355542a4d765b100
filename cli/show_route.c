/*
 * show ip routes and show ip summary: the routing table that circuits and
 * `ip route` lines give (platform.md 5.4): lines whose next hop is on an active
 * circuit, and of those to one network the nearest.  They are what the wire goes
 * by, without those whose next hop does not answer; on the host attachment no
 * packet does.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/ports.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"
#include "emu/wire/wire.h"

enum {
	W_ROUTE = 20,
	W_GATEWAY = 17,
	W_IF = 6,
	W_KIND = 9,
	W_SUMMARY = 19,
};

/* Who told of a route; the words of the proto column. */
enum proto { LOCAL, STATIC, RIP, OSPF, FIREWALL, PROTO_NUM };
static const char *const protos[PROTO_NUM + 1] = {
	"local", "static", "rip", "ospf", "firewall", NULL,
};

struct route_row {
	struct in_addr net, gateway;
	uint8_t prefix_len, distance;
	bool blackhole;
	enum proto proto;
	time_t since; /* conf_clock() */
	unsigned ifindex;
};

struct routes {
	struct route_row *row; /* owned */
	size_t n;
	unsigned useless; /* lines that no packet could follow, or need not */
};

/* ---- the table ------------------------------------------------------------ */

static struct in_addr net_of(struct in_addr a, uint8_t prefix_len)
{
	a.s_addr &= str_mask_of(prefix_len).s_addr;
	return a;
}

static bool covers(const struct route_row *r, struct in_addr a)
{
	return net_of(a, r->prefix_len).s_addr == r->net.s_addr;
}

static void routes_add(struct routes *t, const struct route_row *r)
{
	t->row = xrealloc(t->row, (t->n + 1) * sizeof(*t->row));
	t->row[t->n++] = *r;
}

static void add_local(const struct env *env, struct routes *t)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &env->conf->circuits, link) {
		bool active = circuit_is_active(env->chassis, env->conf, ci);

		TAILQ_FOREACH(ip, &ci->ips, link) {
			struct route_row r = {
				.net = net_of(ip->addr, ip->prefix_len),
				.gateway = ip->addr,
				.prefix_len = ip->prefix_len,
				.since = ip->since,
				.proto = LOCAL,
				.ifindex = circuit_ifindex(env, ci),
			};

			if (active && !ip->disabled)
				routes_add(t, &r);
		}
	}
}

/* The circuit that a gateway is on; 0: none, so the line is of no use. */
static unsigned way_to(const struct routes *t, size_t nlocal,
		       struct in_addr gateway)
{
	for (size_t i = 0; i < nlocal; i++) {
		if (covers(&t->row[i], gateway))
			return t->row[i].ifindex;
	}
	return 0;
}

/* Is anybody there?  Asked on the wire only. */
static bool is_alive(const struct env *env, const struct route *line,
		     struct in_addr hop)
{
	return line->blackhole || !env->wire || wire_hop_alive(env->wire, hop);
}

static void add_static(const struct env *env, struct routes *t)
{
	const struct conf *conf = env->conf;
	const struct route *line = NULL;
	size_t nlocal = t->n;

	TAILQ_FOREACH(line, &conf->global->routes, link) {
		struct in_addr hop = route_hop(conf, line);
		struct route_row r = {
			.net = line->net,
			.gateway = hop,
			.prefix_len = line->prefix_len,
			.distance = line->distance,
			.since = line->since,
			.blackhole = line->blackhole,
			.proto = line->firewall ? FIREWALL : STATIC,
			.ifindex = way_to(t, nlocal, hop),
		};

		if ((r.ifindex > 0 || r.blackhole) && is_alive(env, line, hop))
			routes_add(t, &r);
		else
			t->useless++;
	}
}

static int by_net(const void *x, const void *y)
{
	const struct route_row *a = x, *b = y;
	uint32_t na = ntohl(a->net.s_addr), nb = ntohl(b->net.s_addr);

	if (na != nb)
		return na < nb ? -1 : 1;
	if (a->prefix_len != b->prefix_len)
		return (int)a->prefix_len - (int)b->prefix_len;
	return (int)a->distance - (int)b->distance;
}

/* Sorted, the nearest of one network comes first. */
static void keep_nearest(struct routes *t)
{
	const struct route_row *best = NULL;
	size_t keep = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct route_row *r = &t->row[i];

		if (best && best->net.s_addr == r->net.s_addr &&
		    best->prefix_len == r->prefix_len &&
		    best->distance < r->distance) {
			t->useless++;
			continue;
		}
		t->row[keep++] = *r;
		best = &t->row[keep - 1];
	}
	t->n = keep;
}

static struct routes routes_of(const struct env *env)
{
	struct routes t = { 0 };

	add_local(env, &t);
	add_static(env, &t);
	if (t.n > 0)
		qsort(t.row, t.n, sizeof(*t.row), by_net);
	keep_nearest(&t);
	return t;
}

/* ---- show ip routes ------------------------------------------------------- */

/* Which rows are wanted: of one source, or those that an address, a range of
 * addresses or a network has to do with. */
struct pick {
	bool one_proto, to_host, in_range;
	enum proto proto;
	struct in_addr from, to;
};

static bool is_between(struct in_addr a, struct in_addr from, struct in_addr to)
{
	return ntohl(a.s_addr) >= ntohl(from.s_addr) &&
	       ntohl(a.s_addr) <= ntohl(to.s_addr);
}

static bool is_picked(const struct route_row *r, const struct pick *p)
{
	if (p->one_proto)
		return r->proto == p->proto;
	if (p->to_host)
		return covers(r, p->from);
	return !p->in_range || is_between(r->net, p->from, p->to);
}

static void route_show(const struct route_row *r, struct out *o)
{
	char net[32];

	(void)snprintf(net, sizeof(net), "%s/%u", str_addr(r->net),
		       r->prefix_len);
	out_col(o, W_ROUTE, "%s", net);
	out_col(o, W_GATEWAY, "%s",
		r->blackhole ? "blackhole" : str_addr(r->gateway));
	out_col(o, W_IF, "%u", r->ifindex);
	out_col(o, W_KIND, "%s", r->proto == LOCAL ? "local" : "remote");
	out_col(o, W_KIND, "%s", protos[r->proto]);
	out_col(o, W_KIND, "%lld", (long long)(conf_clock() - r->since));
	out_puts(o, "0\n"); /* of routes that no protocol has measured */
}

static void routes_show(struct cli *cli, const struct pick *p)
{
	struct routes t = routes_of(cli_env(cli));
	struct out *o = cli_out(cli);

	out_puts(o, "prefix/length       next hop         if    type     proto"
		    "    age      metric\n"
		    "------------------- ---------------- ----- -------- "
		    "-------- -------- -----------\n");
	for (size_t i = 0; i < t.n; i++)
		if (is_picked(&t.row[i], p))
			route_show(&t.row[i], o);
	free(t.row);
}

static int show_routes(struct cli *cli, const struct args *a, struct err *err)
{
	struct pick p = { 0 };

	(void)err;
	while (p.proto < PROTO_NUM && !arg_key(a, protos[p.proto]))
		p.proto++;
	p.one_proto = p.proto < PROTO_NUM;
	routes_show(cli, &p);
	return 0;
}

static int show_routes_to(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct pick p = { .to_host = true, .from = arg_addr(a, "ip") };

	(void)err;
	routes_show(cli, &p);
	return 0;
}

static int show_routes_range(struct cli *cli, const struct args *a,
			     struct err *err)
{
	struct pick p = { .in_range = true,
			  .from = arg_addr(a, "ip"),
			  .to = arg_addr(a, "last") };

	(void)err;
	routes_show(cli, &p);
	return 0;
}

static int show_routes_net(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct pick p = { .in_range = true };
	uint8_t len = 0;

	if (object_net(a, &p.from, &len, err) < 0)
		return -1;
	p.from = net_of(p.from, len);
	p.to.s_addr = p.from.s_addr | ~str_mask_of(len).s_addr;
	routes_show(cli, &p);
	return 0;
}

static int show_routes_summary(struct cli *cli, const struct args *a,
			       struct err *err)
{
	struct routes t = routes_of(cli_env(cli));
	size_t count[PROTO_NUM] = { 0 };
	struct out *o = cli_out(cli);
	char name[24];

	(void)a;
	(void)err;
	for (size_t i = 0; i < t.n; i++)
		count[t.row[i].proto]++;
	for (int i = 0; i < PROTO_NUM; i++) {
		(void)snprintf(name, sizeof(name), "%s routes:", protos[i]);
		out_col(o, W_SUMMARY, "%s", name);
		out_printf(o, "%zu\n", count[i]);
	}
	free(t.row);
	return 0;
}

/* ---- show ip summary ------------------------------------------------------ */

/* Hosts are neighbours whose MAC address is known: static ones, and on the wire
 * those that were learnt. */
static size_t count_hosts(const struct env *env)
{
	size_t n = 0;

	if (!env->wire)
		return settings_count(&env->conf->global->kept, "arp");
	free(wire_arp(env->wire, &n));
	return n;
}

static int show_ip_summary(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct routes t = routes_of(cli_env(cli));
	size_t hosts = count_hosts(cli_env(cli));
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_printf(o, "Reachable Routes: %-8zu Memory: %zu\n", t.n,
		   t.n * sizeof(struct route_row));
	out_printf(o, "Total Routes:     %-8zu Memory: %zu\n", t.n + t.useless,
		   (t.n + t.useless) * sizeof(struct route_row));
	out_printf(o, "Reachable Hosts:  %zu\nTotal Hosts:      %zu\n", hosts,
		   hosts);
	free(t.row);
	return 0;
}

const struct cmd show_route_cmds[] = {
	{ .syntax = "show ip routes [{firewall|local|ospf|rip|static}]",
	  .help = "IP\n"
		  "Routing table\n"
		  "Routes through firewalls\n"
		  "Networks of circuits\n"
		  "Routes learnt by OSPF\n"
		  "Routes learnt by RIP\n"
		  "Routes from ip route lines",
	  .run = show_routes },
	{ .syntax = "show ip routes <ip:addr>",
	  .help = "Routes to a host",
	  .run = show_routes_to },
	{ .syntax = "show ip routes <ip:addr> to <last:addr>",
	  .help = "Routes to networks between two addresses\n"
		  "Last address",
	  .run = show_routes_range },
	{ .syntax = "show ip routes {<ip:addr> <mask:mask>|<ip:cidr>}",
	  .help = "Network: routes to networks inside it\n"
		  "Mask: routes to networks inside this one\n"
		  "Network: routes to networks inside it",
	  .run = show_routes_net },
	{ .syntax = "show ip routes summary",
	  .help = "Counts of routes",
	  .run = show_routes_summary },
	{ .syntax = "show ip summary",
	  .help = "Counts of routes and hosts",
	  .run = show_ip_summary },
	{ 0 },
};
