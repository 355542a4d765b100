/* RADIUS servers: radius-server, show radius; render hooks get the struct
 * conf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/lookup.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/aaa/radius_client.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/aaa.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"
#include "sslmod/seal.h"

enum { W_LABEL = 34 };

static const char *const sides[RADIUS_SERVERS] = { "primary", "secondary" };

static struct radius_conf *radius_of(struct cli *cli)
{
	return &cli_conf(cli)->aaa->radius;
}

static bool is_set(const struct radius_server *s)
{
	return s->addr.s_addr != htonl(INADDR_ANY);
}

/* ---- servers -------------------------------------------------------------- */

static int secret_read(const struct cli *cli, const struct args *a,
		       char *sealed, size_t cap, struct err *err)
{
	const char *clear = arg_word(a, "secret");

	if (!clear)
		(void)str_copy(sealed, cap, arg_word(a, "sealed"));
	else if (!seal_text(disk_secret(cli_env(cli)->disk), clear, sealed,
			    cap))
		return err_set(err, ERR_RANGE, -1, T_TOO_LONG,
			       (size_t)RADIUS_SECRET_MAX);
	return 0;
}

struct wanted {
	unsigned at;
	struct radius_server server; /* the secret is sealed */
};

static int server_found(struct cli *cli, struct in_addr addr, void *arg,
			struct err *err)
{
	struct wanted *w = arg;

	w->server.addr = addr;
	if (conf_check_hosts(addr, 1, err) < 0)
		return -1;
	return radius_set(cli_conf(cli), w->at, &w->server, err);
}

static int server_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct wanted *w = xcalloc(1, sizeof(*w));

	w->at = arg_key(a, sides[1]);
	w->server.port = (uint16_t)arg_uint(a, "port", RADIUS_PORT);
	if (secret_read(cli, a, w->server.secret, sizeof(w->server.secret),
			err) < 0) {
		free(w);
		return -1;
	}
	return lookup(cli, arg_word(a, "ip"), server_found, w, err);
}

static int server_clear(struct cli *cli, const struct args *a, struct err *err)
{
	const struct radius_server none = { .port = RADIUS_PORT };

	return radius_set(cli_conf(cli), arg_key(a, sides[1]), &none, err);
}

static void server_render(const void *obj, struct out *o)
{
	const struct radius_conf *r = &((const struct conf *)obj)->aaa->radius;

	for (int i = 0; i < RADIUS_SERVERS; i++) {
		const struct radius_server *s = &r->server[i];

		if (!is_set(s))
			continue;
		out_printf(o, "  radius-server %s %s secret %s ", sides[i],
			   str_addr(s->addr), s->secret);
		if (s->port != RADIUS_PORT)
			out_printf(o, "auth-port %u ", s->port);
		out_puts(o, "\n");
	}
}

/* ---- how they are asked --------------------------------------------------- */

static int dead_time_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u8(cli_conf(cli), &radius_of(cli)->dead_time_s,
		    arg_uint(a, "seconds", 5));
	return 0;
}

static int retransmit_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)err;
	conf_put_u8(cli_conf(cli), &radius_of(cli)->retransmit,
		    arg_uint(a, "n", 3));
	return 0;
}

static int timeout_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u8(cli_conf(cli), &radius_of(cli)->timeout_s,
		    arg_uint(a, "seconds", 10));
	return 0;
}

static int source_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0 ||
	    conf_check_hosts(ip, 1, err) < 0)
		return -1;
	radius_of(cli)->source = ip;
	conf_changed(cli_conf(cli));
	return 0;
}

static int source_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	radius_of(cli)->source.s_addr = htonl(INADDR_ANY);
	conf_changed(cli_conf(cli));
	return 0;
}

static void way_render(const void *obj, struct out *o)
{
	const struct radius_conf *r = &((const struct conf *)obj)->aaa->radius;

	if (r->dead_time_s != 5)
		out_printf(o, "  radius-server dead-time %u \n",
			   r->dead_time_s);
	if (r->retransmit != 3)
		out_printf(o, "  radius-server retransmit %u \n",
			   r->retransmit);
	if (r->timeout_s != 10)
		out_printf(o, "  radius-server timeout %u \n", r->timeout_s);
	object_addr_render("  radius-server source-interface", r->source, 1, o);
}

/* ---- show ----------------------------------------------------------------- */

static void put_text(struct out *o, const char *label, const char *text)
{
	out_puts(o, "  ");
	out_col(o, W_LABEL, "%s:", label);
	out_printf(o, "%s\n", text);
}

static void put_number(struct out *o, const char *label, uint32_t v)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", v);
	put_text(o, label, text);
}

static void stats_of(const struct cli *cli, unsigned at, struct radius_stats *s)
{
	*s = (struct radius_stats){ 0 };
	if (cli_env(cli)->radius)
		radius_client_stats(cli_env(cli)->radius, at, s);
}

static const char *state_word(enum aaa_state s)
{
	return s == AAA_ALIVE ? "ALIVE" : s == AAA_DEAD ? "DOWN" : "UNKNOWN";
}

static void config_show(struct cli *cli, unsigned at)
{
	const struct radius_conf *r = radius_of(cli);
	const struct radius_server *s = &r->server[at];
	struct out *o = cli_out(cli);
	struct radius_stats stats;

	stats_of(cli, at, &stats);
	put_text(o, "Server IP Address", str_addr(s->addr));
	put_text(o, "Secret", "Configured"); /* never in clear */
	put_number(o, "Port", s->port);
	put_text(o, "State", state_word(stats.state));
	put_number(o, "Dead Timer", r->dead_time_s);
	put_number(o, "Timeout", r->timeout_s);
	put_number(o, "Retransmit Limit", r->retransmit);
	put_text(o, "Probes", r->dead_time_s ? "Enabled" : "Disabled");
	if (r->source.s_addr != htonl(INADDR_ANY))
		put_text(o, "Source Interface", str_addr(r->source));
}

static void stat_show(struct cli *cli, unsigned at)
{
	const struct radius_server *server = &radius_of(cli)->server[at];
	struct out *o = cli_out(cli);
	struct radius_stats s;

	stats_of(cli, at, &s);
	put_text(o, "Server IP Address", str_addr(server->addr));
	put_number(o, "Round Trip Time (ms)", s.round_trip_ms);
	put_number(o, "Access Requests", s.requests);
	put_number(o, "Access Retransmissions", s.retransmissions);
	put_number(o, "Access Accepts", s.accepts);
	put_number(o, "Access Rejects", s.rejects);
	put_number(o, "Access Challenges", s.challenges);
	put_number(o, "Malformed Access Responses", s.malformed);
	put_number(o, "Bad Authenticators", s.bad_authenticators);
	put_number(o, "Pending Requests", s.pending);
	put_number(o, "Access Timeouts", s.timeouts);
	put_number(o, "Unknown Types", s.unknown_types);
	put_number(o, "Packets Dropped", s.dropped);
}

static int each_side(struct cli *cli, const struct args *a, const char *what,
		     void (*show)(struct cli *cli, unsigned at))
{
	static const char *const title[] = { "Primary", "Secondary" };
	bool one = arg_key(a, sides[0]) || arg_key(a, sides[1]);

	for (unsigned i = 0; i < RADIUS_SERVERS; i++) {
		if (one && !arg_key(a, sides[i]))
			continue;
		out_printf(cli_out(cli), "%s RADIUS Server %s:\n", title[i],
			   what);
		if (is_set(&radius_of(cli)->server[i]))
			show(cli, i);
		else
			out_puts(cli_out(cli), "  Not configured\n");
	}
	return 0;
}

static int show_config(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	return each_side(cli, a, "Configuration", config_show);
}

static int show_stat(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	return each_side(cli, a, "Statistics", stat_show);
}

/* ---- the tables ----------------------------------------------------------- */

/* Row order is running-config order. */
const struct cmd radius_cmds[] = {
	{ .syntax = "radius-server {primary|secondary} <ip:host> secret "
		    "{<secret:text:1-16>|<sealed:sealed:17-400>} "
		    "[auth-port <port:uint:1-65535>]",
	  .help = "RADIUS servers\n"
		  "The server that is asked first\n"
		  "The server that is asked when the first does not answer\n"
		  "Address\n"
		  "Give the shared secret\n"
		  "Secret in quotes\n"
		  "Secret as running-config shows it\n"
		  "Give its UDP port\n"
		  "Port, default 1645",
	  .run = server_set,
	  .render = server_render,
	  .no = "no radius-server {primary|secondary}",
	  .clear = server_clear },
	{ .syntax = "radius-server dead-time <seconds:uint:0-255>",
	  .help = "Time between probes of a dead server\n"
		  "Seconds, default 5; 0: no probes",
	  .run = dead_time_set,
	  .render = way_render,
	  .no = "no radius-server dead-time",
	  .clear = dead_time_set },
	{ .syntax = "radius-server retransmit <n:uint:1-30>",
	  .help = "How often a request is sent again\n"
		  "Times, default 3",
	  .run = retransmit_set,
	  .no = "no radius-server retransmit",
	  .clear = retransmit_set },
	{ .syntax = "radius-server timeout <seconds:uint:1-255>",
	  .help = "How long an answer is waited for\n"
		  "Seconds, default 10",
	  .run = timeout_set,
	  .no = "no radius-server timeout",
	  .clear = timeout_set },
	{ .syntax = "radius-server source-interface <ip:host>",
	  .help = "Where requests come from\n"
		  "Address of the switch",
	  .run = source_set,
	  .no = "no radius-server source-interface",
	  .clear = source_clear },
	{ 0 },
};

#define SIDES "[{all|primary|secondary}]"

const struct cmd show_radius_cmds[] = {
	{ .syntax = "show radius config " SIDES,
	  .help = "Print what is known about ...\n"
		  "RADIUS servers\n"
		  "How they are asked\n"
		  "Both\n"
		  "The first\n"
		  "The second",
	  .run = show_config },
	{ .syntax = "show radius stat " SIDES,
	  .help = "Counters\n"
		  "Both\n"
		  "The first\n"
		  "The second",
	  .run = show_stat },
	{ 0 },
};
