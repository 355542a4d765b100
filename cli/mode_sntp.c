/* sntp of global configuration, and show sntp (platform.md 4.9). */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/lookup.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/io/sntp.h"

enum { W_LABEL = 30 };

static const char *const server_word[SNTP_NSERVER] = {
	[SNTP_PRIMARY] = "primary-server",
	[SNTP_SECONDARY] = "secondary-server",
};

static struct sntp_conf *sntp_of(const struct cli *cli)
{
	return &cli_conf(cli)->global->sntp;
}

/* `sntp server` of older releases is the primary one. */
static int which(const struct args *a)
{
	return arg_key(a, "secondary-server") ? SNTP_SECONDARY : SNTP_PRIMARY;
}

struct wish {
	int which;
	uint8_t version;
};

static int server_found(struct cli *cli, struct in_addr addr, void *arg,
			struct err *err)
{
	const struct wish *w = arg;
	struct sntp_conf *c = sntp_of(cli);

	if (addr.s_addr == htonl(INADDR_ANY))
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST,
			       str_addr(addr));
	if (conf_check_hosts(addr, 1, err) < 0)
		return -1;
	c->server[w->which].addr = addr;
	c->server[w->which].version = w->version;
	conf_changed(cli_conf(cli));
	return 0;
}

static int server_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct wish *w = xcalloc(1, sizeof(*w));

	w->which = which(a);
	w->version = (uint8_t)arg_uint(a, "version", SNTP_VERSION_DFLT);
	return lookup(cli, arg_word(a, "host"), server_found, w, err);
}

static int server_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct sntp_conf *c = sntp_of(cli);
	int i = which(a);

	if (!c->server[i].addr.s_addr)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "sntp",
			       server_word[i]);
	c->server[i].addr.s_addr = INADDR_ANY;
	conf_changed(cli_conf(cli));
	return 0;
}

static int poll_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u16(cli_conf(cli), &sntp_of(cli)->poll_s,
		     arg_uint(a, "seconds", SNTP_POLL_DFLT));
	return 0;
}

static void sntp_render(const void *obj, struct out *o)
{
	const struct sntp_conf *c = &((const struct conf *)obj)->global->sntp;

	for (int i = 0; i < SNTP_NSERVER; i++) {
		if (!c->server[i].addr.s_addr)
			continue;
		out_printf(o, "  sntp %s %s ", server_word[i],
			   str_addr(c->server[i].addr));
		if (c->server[i].version != SNTP_VERSION_DFLT)
			out_printf(o, "version %u ", c->server[i].version);
		out_puts(o, "\n");
	}
	if (c->poll_s != SNTP_POLL_DFLT)
		out_printf(o, "  sntp poll-interval %u \n", c->poll_s);
}

/* ---- show sntp global ------------------------------------------------------ */

static void server_show(const struct sntp_conf *c, const struct sntp_state *st,
			int i, struct out *o)
{
	static const char *const name[] = {
		[SNTP_PRIMARY] = "Primary Server:",
		[SNTP_SECONDARY] = "Secondary Server:",
	};

	out_col(o, W_LABEL, "  %s", name[i]);
	if (!c->server[i].addr.s_addr) {
		out_puts(o, "none\n");
		return;
	}
	out_printf(o, "%s\n", str_addr(c->server[i].addr));
	out_col(o, W_LABEL, "    Version:");
	out_printf(o, "%u\n", c->server[i].version);
	out_col(o, W_LABEL, "    Server Status:");
	out_printf(o, "%s\n", st->up[i] ? "Up" : "Down");
}

static void update_show(const struct sntp_state *st, struct out *o)
{
	char text[WALL_TEXT_LEN + 1];

	out_col(o, W_LABEL, "  Last Update:");
	out_printf(o, "%s\n",
		   st->updated ? wall_text(st->updated, text) : "never");
	if (!st->updated)
		return;
	out_col(o, W_LABEL, "  Time Since Last Update:");
	out_printf(o, "%lld\n", (long long)(wall_now() - st->updated));
	out_col(o, W_LABEL, "  Stratum:");
	out_printf(o, "%u\n", st->stratum);
	out_col(o, W_LABEL, "  Last Offset (ms):");
	out_printf(o, "%lld\n", (long long)st->offset_ms);
}

static int sntp_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct sntp_conf *c = sntp_of(cli);
	struct sntp_state st = { .updated = 0 };
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	if (cli_env(cli)->sntp)
		sntp_state(cli_env(cli)->sntp, &st);
	out_puts(o, "SNTP Global Information:\n");
	for (int i = 0; i < SNTP_NSERVER; i++)
		server_show(c, &st, i, o);
	out_col(o, W_LABEL, "  Poll Interval:");
	out_printf(o, "%u\n", c->poll_s);
	update_show(&st, o);
	return 0;
}

/* Row order is running-config order. */
const struct cmd sntp_cmds[] = {
	{ .syntax = "sntp {primary-server|secondary-server|server} "
		    "<host:host> [version <version:uint:1-4>]",
	  .help = "Time from the network\n"
		  "Server that is asked\n"
		  "Server that is asked when the primary does not answer\n"
		  "Older word for primary-server\n"
		  "Address or name\n"
		  "Set the protocol version\n"
		  "Version, default 1",
	  .run = server_set,
	  .render = sntp_render,
	  .no = "no sntp {primary-server|secondary-server|server}",
	  .clear = server_clear },
	{ .syntax = "sntp poll-interval <seconds:uint:16-16284>",
	  .help = "Time between questions\n"
		  "Seconds, default 64",
	  .run = poll_set,
	  .no = "no sntp poll-interval",
	  .clear = poll_set },
	{ 0 },
};

const struct cmd show_sntp_cmds[] = {
	{ .syntax = "show sntp global",
	  .help = "Time from the network\n"
		  "Servers, interval and the last answer",
	  .run = sntp_show },
	{ 0 },
};
