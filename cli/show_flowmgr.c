/*
 * flow statistics, show flow-timeout and flow-state-table (content.md 3.6 to
 * 3.9): flows as a whole.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "emu/base/out.h"
#include "emu/conf/content.h"
#include "emu/conf/group.h"
#include "emu/flow/ports.h"
#include "emu/plane/plane.h"

enum {
	W_RATE_NAME = 24,
	W_RATE = -11,
	W_PORT_NAME = 10,
	W_FLOWS = -11,
	W_PORT = 8,
	W_PROTO = 10,
	W_STATE = 14,
	W_HITS = 12,
	W_NAME = 34,
	W_KIND = 10,
};

#define RULE                                                                   \
	"-----------------------------------------------------------------\n"

/* ---- flow statistics ------------------------------------------------------ */

static void rate_row(struct out *o, const char *name, const struct flow_rate *r)
{
	out_col(o, W_RATE_NAME, "%s", name);
	out_col(o, W_RATE, "%u", r->now);
	out_col(o, W_RATE, "%u", r->high);
	out_col(o, W_RATE, "%u", r->average);
	out_puts(o, "\n");
}

static void port_row(struct out *o, const char *name, uint64_t active,
		     uint64_t tcp, uint64_t udp)
{
	out_col(o, W_PORT_NAME, "%s", name);
	out_col(o, W_FLOWS, "%llu", (unsigned long long)active);
	out_col(o, W_FLOWS, "%llu", (unsigned long long)(tcp + udp));
	out_col(o, W_FLOWS, "%llu", (unsigned long long)tcp);
	out_col(o, W_FLOWS, "%llu", (unsigned long long)udp);
	out_puts(o, "\n");
}

/* Flows of the host attachment come in by no port: they have a row apart. */
static void port_table(const struct env *env, const struct plane_totals *t,
		       struct out *o)
{
	struct port_counters c;
	struct port p = { 0 };

	out_puts(o, RULE "Port           Active      Total        TCP        "
			 "UDP\n" RULE);
	port_row(o, "Host", t->flows_active, t->tcp_total, t->udp_total);
	while (port_next(env->chassis, env->conf, &p)) {
		port_counters(env, &p, &c);
		port_row(o, p.name, c.n[PORT_FLOWS], c.n[PORT_FLOWS_TCP],
			 c.n[PORT_FLOWS_UDP]);
	}
	out_puts(o, "\n");
}

static int statistics(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);
	struct plane_totals t;

	(void)a;
	(void)err;
	live_totals(cli_env(cli), &t);
	out_puts(o,
		 "Flow Manager Statistics - Slot 1, Subslot 1:\n\n"
		 "                               Cur       High        Avg\n");
	rate_row(o, "UDP Flows per second", &t.udp);
	rate_row(o, "TCP Flows per second", &t.tcp);
	rate_row(o, "Total Flows per second", &t.all);
	rate_row(o, "Hits per second", &t.hits);
	port_table(cli_env(cli), &t, o);
	col_count(o, COL_COUNTER, "Most active flows", t.high_flows);
	col_count(o, COL_COUNTER, "Not started: no content rule", t.no_rule);
	col_count(o, COL_COUNTER, "Not started: no service", t.no_service);
	col_count(o, COL_COUNTER, "Not started: refused", t.refused);
	/* names as in content.md 3.6; where they are shown is a guess */
	col_count(o, COL_COUNTER, "Mid Spoof Rejects", t.mid_spoof);
	col_count(o, COL_COUNTER, "Mid NAT Rejects", t.mid_nat);
	col_count(o, COL_COUNTER, "Mid Sticky Rejects", t.mid_sticky);
	col_count(o, COL_COUNTER, "SYN Exceed Deletes", t.syn_exceeded);
	return 0;
}

/* ---- show flow-timeout ---------------------------------------------------- */

static const char *proto_name(uint8_t proto)
{
	return proto == IPPROTO_TCP   ? "TCP"
	       : proto == IPPROTO_UDP ? "UDP"
				      : "Any";
}

static int show_default(struct cli *cli, const struct args *a, struct err *err)
{
	const struct port_timeout *t = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_PORT, "Port");
	out_col(o, W_PROTO, "Protocol");
	out_puts(o, "Timeout (seconds)\n");
	for (size_t i = 0; (t = port_timeout_at(i)); i++) {
		if (t->port)
			out_col(o, W_PORT, "%u", t->port);
		else
			out_col(o, W_PORT, "Other");
		out_col(o, W_PROTO, "%s", proto_name(t->proto));
		out_printf(o, "%u\n", t->seconds);
	}
	return 0;
}

static void multiplier_row(struct out *o, const char *kind, const char *name,
			   uint32_t multiplier)
{
	if (multiplier == FLOW_TIMEOUT_UNSET)
		return;
	out_col(o, W_KIND, "%s", kind);
	out_col(o, W_NAME, "%s", name);
	out_col(o, W_HITS, "%u", multiplier);
	if (multiplier)
		out_printf(o, "%llu\n", multiplier * 16ull);
	else
		out_puts(o, "Never\n");
}

static int show_configured(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const struct conf *c = cli_conf(cli);
	const struct owner *ow = NULL;
	const struct content *r = NULL;
	const struct group *g = NULL;
	struct out *o = cli_out(cli);
	char name[2 * NAME_LEN + 2];

	(void)a;
	(void)err;
	out_col(o, W_KIND, "Type");
	out_col(o, W_NAME, "Name");
	out_col(o, W_HITS, "Multiplier");
	out_puts(o, "Timeout (seconds)\n");
	TAILQ_FOREACH(ow, &c->owners, link)
		TAILQ_FOREACH(r, &ow->contents, link) {
			(void)snprintf(name, sizeof(name), "%s/%s", ow->name,
				       r->name);
			multiplier_row(o, "Rule", name,
				       r->flow_timeout_multiplier);
		}
	TAILQ_FOREACH(g, &c->groups, link)
		multiplier_row(o, "Group", g->name, g->flow_timeout_multiplier);
	return 0;
}

/* ---- show flow-state-table ------------------------------------------------ */

static void state_row(const struct env *env, const struct flow_state_row *r,
		      struct out *o)
{
	unsigned long long hits =
		env->plane ? plane_port_hits(env->plane, r->proto, r->port) : 0;

	out_col(o, W_PORT, "%u", r->port);
	out_col(o, W_PROTO, "%s", proto_name(r->proto));
	out_col(o, W_STATE, "%s", r->flow ? "flow-enable" : "flow-disable");
	out_col(o, W_STATE, "%s",
		r->flow	 ? "-"
		: r->nat ? "nat-enable"
			 : "nat-disable");
	out_col(o, W_HITS, "%llu", hits);
	out_printf(o, "%s\n", r->configured ? "Configured" : "Default");
}

static int show_states(struct cli *cli, const struct args *a, struct err *err)
{
	struct flow_state_row *row = NULL;
	struct out *o = cli_out(cli);
	size_t n = 0;

	(void)a;
	(void)err;
	out_col(o, W_PORT, "Port");
	out_col(o, W_PROTO, "Protocol");
	out_col(o, W_STATE, "Flow State");
	out_col(o, W_STATE, "NAT State");
	out_col(o, W_HITS, "Hit Count");
	out_puts(o, "Source\n");
	row = flow_state_table(cli_conf(cli), &n);
	for (size_t i = 0; i < n; i++)
		state_row(cli_env(cli), &row[i], o);
	free(row);
	return 0;
}

static int zero_states(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	if (cli_env(cli)->plane)
		plane_zero_port_hits(cli_env(cli)->plane);
	return 0;
}

const struct cmd zero_flow_cmds[] = {
	{ .syntax = "zero flow-state-counters",
	  .help = "Clear counters\n"
		  "Hits of the flow-state table",
	  .run = zero_states },
	{ 0 },
};

const struct cmd show_flowmgr_cmds[] = {
	{ .syntax = "flow statistics",
	  .help = "Flows\n"
		  "Flow counters",
	  .run = statistics },
	{ .syntax = "show flow statistics",
	  .help = "Flows\n"
		  "Flow counters",
	  .run = statistics },
	{ .syntax = "show flow-timeout configured",
	  .help = "Life of idle flows\n"
		  "Rules and groups with their own",
	  .run = show_configured },
	{ .syntax = "show flow-timeout default",
	  .help = "By port",
	  .run = show_default },
	{ .syntax = "show flow-state-table",
	  .help = "Ports with and without flows",
	  .run = show_states },
	{ 0 },
};
