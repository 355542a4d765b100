/*
 * show ip config, ip statistics and ip-fragment-stats: settings of IP as a whole,
 * and the groups of MIB-II in words (platform.md 5.4).
 */

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "emu/base/out.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"

enum {
	W_CONFIG = 38,
	W_COUNTER = 26,
	W_COUNT = -12,
	W_GAP = 4,
	W_FRAGMENT = 40,
};

/* ---- show ip config ------------------------------------------------------- */

#define ORPHAN_TIMER_S "180" /* no command sets it */

static void setting(struct out *o, const char *name, const char *value)
{
	out_col(o, W_CONFIG, "%s:", name);
	out_printf(o, "%s\n", value);
}

static const char *state(bool on)
{
	return on ? "enabled" : "disabled";
}

static int show_ip_config(struct cli *cli, const struct args *a,
			  struct err *err)
{
	const struct global *g = cli_conf(cli)->global;
	const struct settings *kept = &g->kept;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	setting(o, "Source Routing", state(kept_on(kept, "ip source-route")));
	setting(o, "Forward IP Broadcasts",
		state(kept_on(kept, "ip subnet-broadcast")));
	setting(o, "Orphaned Route Timer", ORPHAN_TIMER_S);
	setting(o, "Record Routing", state(kept_on(kept, "ip record-route")));
	setting(o, "Multiple Equal Cost Path Algorithm",
		kept_value(kept, "ip ecmp", "address"));
	setting(o, "Prefer Ingress Path",
		state(!kept_on(kept, "ip ecmp no-prefer-ingress")));
	setting(o, "IP Route Change Logging", state(false));
	setting(o, "Unconditional Bridging",
		state(kept_on(kept, "ip uncond-bridging")));
	setting(o, "Opportunistic Layer 3 Forwarding",
		kept_value(kept, "ip opportunistic", "local"));
	setting(o, "Advanced Route Remapping",
		state(kept_on(kept, "ip advanced-route-remap")));
	setting(o, "Implicit Service for Static Routes",
		state(!g->no_implicit_service));
	setting(o, "Management ICMP Redirects",
		state(!kept_on(kept, "ip management no-icmp-redirect")));
	return 0;
}

/* ---- show ip statistics --------------------------------------------------- */

struct counter_row {
	const char *label;
	enum net_counter counter;
};

#define GROUP_ROWS 16
static const struct {
	const char *title;
	struct counter_row row[GROUP_ROWS];
} groups[] = {
	{ "IP Statistics",
	  { { "Packets Received", NET_IP_IN },
	    { "Header Errors", NET_IP_IN_HEADER_ERRORS },
	    { "Address Errors", NET_IP_IN_ADDRESS_ERRORS },
	    { "Unknown Protocols", NET_IP_IN_UNKNOWN },
	    { "Input Discards", NET_IP_IN_DISCARDS },
	    { "Packets Delivered", NET_IP_IN_DELIVERS },
	    { "Packets Forwarded", NET_IP_FORWARDED },
	    { "Packets Sent", NET_IP_OUT },
	    { "Output Discards", NET_IP_OUT_DISCARDS },
	    { "Output No Routes", NET_IP_OUT_NO_ROUTES } } },
	{ "UDP Statistics",
	  { { "Input Datagrams", NET_UDP_IN },
	    { "No Port Errors", NET_UDP_IN_NO_PORT },
	    { "Input Errors", NET_UDP_IN_ERRORS },
	    { "Output Datagrams", NET_UDP_OUT } } },
	{ "TCP Statistics",
	  { { "Active Opens", NET_TCP_ACTIVE_OPENS },
	    { "Passive Opens", NET_TCP_PASSIVE_OPENS },
	    { "Failed Attempts", NET_TCP_FAILED },
	    { "Establish Resets", NET_TCP_RESETS },
	    { "Current Establish", NET_TCP_ESTABLISHED },
	    { "Output Resets", NET_TCP_OUT_RESETS },
	    { "Input Segments", NET_TCP_IN },
	    { "Output Segments", NET_TCP_OUT },
	    { "Input Errors", NET_TCP_IN_ERRORS },
	    { "Retransmit Segments", NET_TCP_RETRANSMITS } } },
	{ "ICMP Statistics",
	  { { "Messages In", NET_ICMP_IN },
	    { "Messages Out", NET_ICMP_OUT },
	    { "Errors In", NET_ICMP_IN_ERRORS },
	    { "Errors Out", NET_ICMP_OUT_ERRORS },
	    { "Echo Requests In", NET_ICMP_IN_ECHOS },
	    { "Echo Requests Out", NET_ICMP_OUT_ECHOS },
	    { "Echo Replies In", NET_ICMP_IN_ECHO_REPLIES },
	    { "Echo Replies Out", NET_ICMP_OUT_ECHO_REPLIES },
	    { "Unreachable In", NET_ICMP_IN_UNREACHABLES },
	    { "Unreachable Out", NET_ICMP_OUT_UNREACHABLES },
	    { "Redirect In", NET_ICMP_IN_REDIRECTS },
	    { "Redirect Out", NET_ICMP_OUT_REDIRECTS },
	    { "TTL Expired In", NET_ICMP_IN_TIME_EXCEEDED },
	    { "TTL Expired Out", NET_ICMP_OUT_TIME_EXCEEDED } } },
	{ "ARP Statistics",
	  { { "Requests In", NET_ARP_IN_REQUESTS },
	    { "Requests Out", NET_ARP_OUT_REQUESTS },
	    { "Replies In", NET_ARP_IN_REPLIES },
	    { "Replies Out", NET_ARP_OUT_REPLIES } } },
};

static const struct probe_spec *probe_of(const struct conf *c,
					 const struct service *s)
{
	const struct probe *named = NULL;

	if (s->keepalive.type == PROBE_NAMED)
		named = probe_find(c, s->keepalive.arg);
	return named ? &named->spec : &s->keepalive;
}

/* Pings of keepalives: the switch sends them itself on any attachment. */
static void add_pings(const struct env *env, struct net_counters *c)
{
	const struct service *s = NULL;
	struct monitor_info info;

	TAILQ_FOREACH(s, &env->conf->services, link) {
		if (probe_of(env->conf, s)->type != PROBE_ICMP)
			continue;
		live_service(env, s, &info);
		c->n[NET_ICMP_OUT] += info.probes;
		c->n[NET_ICMP_OUT_ECHOS] += info.probes;
		c->n[NET_ICMP_IN] += info.probes - info.probe_failures;
		c->n[NET_ICMP_IN_ECHO_REPLIES] +=
			info.probes - info.probe_failures;
	}
}

static void group_show(const char *title, const struct counter_row *row,
		       const struct net_counters *c, struct out *o)
{
	out_printf(o, "\n%s:\n", title);
	for (int i = 0; i < GROUP_ROWS && row[i].label; i++) {
		if (i % 2)
			out_col(o, W_GAP, "%s", "");
		out_col(o, W_COUNTER, "  %s:", row[i].label);
		out_col(o, W_COUNT, "%llu",
			(unsigned long long)c->n[row[i].counter]);
		if (i % 2 || i + 1 == GROUP_ROWS || !row[i + 1].label)
			out_puts(o, "\n");
	}
}

static int show_statistics(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct net_counters c;

	(void)a;
	(void)err;
	net_counters(cli_env(cli), &c);
	add_pings(cli_env(cli), &c);
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		group_show(groups[i].title, groups[i].row, &c, cli_out(cli));
	return 0;
}

/* ---- show ip-fragment-stats ----------------------------------------------- */

static const struct counter_row fragments[] = {
	{ "Fragments Received", NET_FRAGMENT_IN },
	{ "Packets Reassembled", NET_FRAGMENT_ASSEMBLED },
	{ "Packets Fragmented", NET_FRAGMENT_SPLIT },
	{ "Fragments Sent", NET_FRAGMENT_OUT },
	{ "Fragments Below the Minimum Size", NET_FRAGMENT_TOO_SMALL },
	{ "Packets Beyond the Maximum Size", NET_FRAGMENT_TOO_LARGE },
	{ "Overlapping Fragments", NET_FRAGMENT_OVERLAPS },
	{ "Reassembly Timeouts", NET_FRAGMENT_TIMEOUTS },
	{ "Reassembly Buffers Exhausted", NET_FRAGMENT_NO_BUFFER },
};

static int show_fragments(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct out *o = cli_out(cli);
	struct net_counters c;

	(void)a;
	(void)err;
	net_counters(cli_env(cli), &c);
	out_puts(o, "IP Fragment Statistics:\n");
	for (size_t i = 0; i < sizeof(fragments) / sizeof(*fragments); i++) {
		out_col(o, W_FRAGMENT, "  %s:", fragments[i].label);
		out_col(o, W_COUNT, "%llu",
			(unsigned long long)c.n[fragments[i].counter]);
		out_puts(o, "\n");
	}
	return 0;
}

static int zero_fragments(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	(void)err;
	if (cli_env(cli)->plane)
		plane_zero_fragments(cli_env(cli)->plane);
	return 0;
}

const struct cmd zero_ip_cmds[] = {
	{ .syntax = "zero ip-fragment-stats",
	  .help = "Clear counters\n"
		  "Counters of fragments",
	  .run = zero_fragments },
	{ 0 },
};

const struct cmd show_ip_cmds[] = {
	{ .syntax = "show ip config",
	  .help = "IP\n"
		  "Global IP settings",
	  .run = show_ip_config },
	{ .syntax = "show ip statistics",
	  .help = "Counters of IP, UDP, TCP, ICMP and ARP",
	  .run = show_statistics },
	{ .syntax = "show ip-fragment-stats",
	  .help = "Counters of fragments",
	  .run = show_fragments },
	{ 0 },
};
