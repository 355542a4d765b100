/*
 * show service: what a service is and how it does (content.md 1.6, 1.7).
 * The product's layout, with one line more at the end of an entry: why the last
 * probe failed, which is what operators of the product had to guess.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/conf/service.h"

/* Column widths; negative: right-justified. */
enum {
	W_NAME = 24,	    /* "Name: web1" before "Index:" */
	W_TYPE = 25,	    /* "  Type: Local" before "State:" */
	W_LABEL = 22,	    /* "  Mtu:", "  Weight:" */
	W_VALUE = 13,	    /* what follows such a label */
	W_LABEL_RIGHT = 20, /* "Max Connections:" */
	W_TRANSITIONS = -13,
	W_COUNT_LEFT = 32,  /* "  Total Local Connections:" and its count */
	W_COUNT_RIGHT = 34, /* "   Total Backup Connections:" and its count */
	/* show service summary */
	W_SUM_NAME = 33,
	W_SUM_STATE = 10,
	W_SUM_CONN = -4,
	W_SUM_WEIGHT = -7,
	W_SUM_LOAD = -6,
	W_SUM_TRANSITIONS = -13,
};

#define MTU 1500 /* of every port of the chassis */

static const char *proto_text(enum ip_proto p)
{
	return p == PROTO_TCP ? "TCP" : p == PROTO_UDP ? "UDP" : "ANY";
}

static void identity_show(const struct service *s, const char *state,
			  struct out *o)
{
	char head[64];

	out_puts(o, "\n");
	(void)snprintf(head, sizeof(head), "Name: %s", s->name);
	out_col(o, W_NAME, "%s", head);
	out_printf(o, "Index: %-6u\n", s->index);
	(void)snprintf(head, sizeof(head), "  Type: %s",
		       service_type_label(s->type));
	out_col(o, W_TYPE, "%s", head);
	out_printf(o, "State: %s\n", state);
}

static void target_show(const struct service *s, struct out *o)
{
	out_printf(o, "  Rule ( %s",
		   s->addr.s_addr == INADDR_ANY ? "0.0.0.0"
						: str_addr(s->addr));
	if (s->addr_range > 1)
		out_printf(o, "-%u", s->addr_range);
	out_printf(o, "  %s  ", proto_text(s->proto));
	if (s->port)
		out_printf(o, "%u )\n", s->port);
	else
		out_puts(o, "ANY )\n");
	if (s->redundant_index)
		out_printf(o, "  Session Redundancy: Index %u\n",
			   s->redundant_index);
	else
		out_puts(o, "  Session Redundancy: Disabled\n");
	out_printf(o, "  Redirect Domain:  %s\n", s->domain);
	out_printf(o, "  Redirect String:  %s\n", s->redirect);
}

static void module_show(const struct service *s, struct out *o)
{
	for (int i = 0; i < s->nssllist; i++)
		out_printf(o, "  SSL Proxy List: %s\n", s->ssllist[i]);
	if (!service_is_module(s))
		return;
	if (s->slot)
		out_printf(o, "  Slot: %u\n", s->slot);
	out_printf(o, "  Session Cache Size: %u\n", s->session_cache_size);
}

/* A named keepalive goes before all that the service says of its own. */
static const struct probe_spec *spec_of(const struct conf *conf,
					const struct service *s)
{
	const struct probe *named = NULL;

	if (s->keepalive.type == PROBE_NAMED)
		named = probe_find(conf, s->keepalive.arg);
	return named ? &named->spec : &s->keepalive;
}

static void keepalive_show(const struct conf *conf, const struct service *s,
			   struct out *o)
{
	const struct probe_spec *spec = spec_of(conf, s);
	char probe[192];

	monitor_probe_text(conf, s, probe, sizeof(probe));
	out_printf(o, "  Keepalive: (%s   %u   %u   %u )\n", probe,
		   spec->frequency_s, spec->maxfailure, spec->retryperiod_s);
	out_printf(o, "  Keepalive Encryption: %s\n",
		   spec->encrypt ? "Enabled" : "Disabled");
}

/* Of a service whose keepalive, its own or a named one, is a script. */
static void script_show(const struct conf *conf, const struct service *s,
			const struct monitor_info *info, struct out *o)
{
	const struct probe_spec *spec = spec_of(conf, s);

	if (spec->type != PROBE_SCRIPT)
		return;
	out_printf(o, "  Script Error: %s\n",
		   info->detail[0] ? info->detail : "None");
	out_printf(o, "  Script Run Time: %llu seconds\n",
		   (unsigned long long)(info->took_ms + 500) / 1000);
	out_printf(o, "  Script Using Output Parsing: %s\n",
		   spec->use_output ? "Yes" : "No");
}

static void clearing_show(const struct service *s,
			  const struct service_counters *c, struct out *o)
{
	time_t zeroed = (time_t)c->zeroed_at;
	time_t at = zeroed > s->made_at ? zeroed : s->made_at;
	char text[WALL_TEXT_LEN + 1] = "";

	if (at)
		(void)wall_text(at, text);
	out_printf(o, "  Last Clearing of Stats Counters: %s\n", text);
}

/* A label and, right-justified to the given width of both, its count. */
static void count_show(struct out *o, int width, const char *label, uint64_t v)
{
	out_printf(o, "%s ", label);
	out_col(o, (int)strlen(label) + 1 - width, "%llu",
		(unsigned long long)v);
}

static void label_show(struct out *o, const char *label, uint64_t v)
{
	out_col(o, W_LABEL, "%s", label);
	out_col(o, W_VALUE, "%llu", (unsigned long long)v);
}

static void right_show(struct out *o, const char *label, unsigned v)
{
	out_col(o, W_LABEL_RIGHT, "%s", label);
	out_printf(o, "%u\n", v);
}

/* Backup connections belong to session redundancy, of which there is none. */
static void figures_show(const struct service *s,
			 const struct monitor_info *info,
			 const struct service_counters *c, unsigned load,
			 struct out *o)
{
	label_show(o, "  Mtu:", MTU);
	out_puts(o, "State Transitions:");
	out_col(o, W_TRANSITIONS, "%u", info->transitions);
	out_puts(o, "\n");
	count_show(o, W_COUNT_LEFT,
		   "  Total Local Connections:", c->total_conns);
	count_show(o, W_COUNT_RIGHT, "   Total Backup Connections:", 0);
	out_puts(o, "\n");
	count_show(o, W_COUNT_LEFT,
		   "  Current Local Connections:", c->current_conns);
	count_show(o, W_COUNT_RIGHT, "   Current Backup Connections:", 0);
	out_puts(o, "\n");
	label_show(o, "  Total Connections:", c->total_conns);
	right_show(o, "Max Connections:", s->max_connections);
	label_show(o, "  Total Reused Conns:", c->reused_conns);
	out_puts(o, "\n");
	label_show(o, "  Weight:", s->weight);
	right_show(o, "Load:", load);
	out_puts(o, "  Weight Reporting:   None\n");
}

static void service_show(const struct env *env, const struct service *s,
			 struct out *o)
{
	struct monitor_info info;
	struct service_counters c;

	live_service(env, s, &info);
	live_service_counters(env, s, &c);
	identity_show(s, service_state_name(info.state), o);
	target_show(s, o);
	module_show(s, o);
	keepalive_show(env->conf, s, o);
	script_show(env->conf, s, &info, o);
	clearing_show(s, &c, o);
	figures_show(s, &info, &c, live_load(env, s, info.state), o);
	if (info.detail[0])
		out_printf(o, "  " T_SVC_WHY "\n", info.detail);
}

static int all_show(struct cli *cli)
{
	const struct conf *conf = cli_conf(cli);
	struct out *o = cli_out(cli);
	const struct service *s = NULL;
	unsigned n = 0;

	TAILQ_FOREACH(s, &conf->services, link)
		n++;
	out_printf(o, "Services (%u entr%s):\n", n, n == 1 ? "y" : "ies");
	TAILQ_FOREACH(s, &conf->services, link)
		service_show(cli_env(cli), s, o);
	return 0;
}

static int show(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");
	const struct service *s = scope_service(cli);

	if (name) {
		s = service_find(cli_conf(cli), name);
		if (!s)
			return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
				       "service", name);
	}
	if (!s)
		return all_show(cli);
	service_show(cli_env(cli), s, cli_out(cli));
	return 0;
}

static void summary_line(const struct env *env, const struct service *s,
			 struct out *o)
{
	struct monitor_info info;
	struct service_counters c;

	live_service(env, s, &info);
	live_service_counters(env, s, &c);
	out_col(o, W_SUM_NAME, "%s", s->name);
	out_col(o, W_SUM_STATE, "%s", service_state_name(info.state));
	out_col(o, W_SUM_CONN, "%u", c.current_conns);
	out_col(o, W_SUM_WEIGHT, "%u", s->weight);
	out_col(o, W_SUM_LOAD, "%u", live_load(env, s, info.state));
	out_col(o, W_SUM_TRANSITIONS, "%u", info.transitions);
	out_puts(o, "\n");
}

static int summary(struct cli *cli, const struct args *a, struct err *err)
{
	const struct service *s = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_SUM_NAME, "Service Name");
	out_puts(o, "State     Conn  Weight  Avg   State\n");
	out_col(o, W_SUM_NAME, "%s", "");
	out_puts(o, "                        Load  Transitions\n\n");
	TAILQ_FOREACH(s, &cli_conf(cli)->services, link)
		summary_line(cli_env(cli), s, o);
	return 0;
}

const struct cmd show_service_cmds[] = {
	{ .syntax = "show service [<name:service>]",
	  .help = "Services\n"
		  "Service name",
	  .run = show },
	{ .syntax = "show service summary",
	  .help = "One line for each service",
	  .run = summary },
	{ 0 },
};
