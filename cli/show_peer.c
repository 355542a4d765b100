/*
 * show app, app-udp, dfp, gsdb and gsdb-interface: other switches and managers
 * that this one is configured to talk to (platform.md 6).
 *
 * What was typed is in the kept settings; what was counted is in env->tallies,
 * under the families of those settings.  Secrets are not shown.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/counted.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"

enum {
	W_ADDR = 17,
	W_PORT = 8,
	W_STATE = 12,
	W_NUMBER = 10,
	W_SECURE = 18,
};

/* The typed address, or err when no line of the family is about it. */
static int address_of(struct cli *cli, const struct args *a, const char *family,
		      const char *noun, char text[INET_ADDRSTRLEN],
		      struct err *err)
{
	struct kept_line l;
	struct in_addr ip;

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	(void)str_copy(text, INET_ADDRSTRLEN, str_addr(ip));
	if (!kept_find(global_kept(cli), family, text, &l))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, noun, text);
	return 0;
}

/* ---- show app ------------------------------------------------------------- */

static int show_app(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	col_line(o, COL_NARROW, "APP", "%s", enabled(kept_on(kept, "app")));
	col_line(o, COL_NARROW, "Port Number", "%s",
		 kept_value(kept, "app port", "5001"));
	col_line(o, COL_NARROW, "Max Frame Size", "%s",
		 kept_value(kept, "app framesz", "10240"));
	return 0;
}

static const char *const auths[] = { "authChallenge", "authNone", NULL };
static const char *const ciphers[] = { "encryptMd5hash", "encryptNone", NULL };

/* "10.1.1.1 14 authChallenge ... encryptMd5hash rcmdEnable"; a session with a
 * peer that was never heard is down. */
static void session_show(struct cli *cli, const struct kept_line *l)
{
	const char *ip = l->word[0];
	struct out *o = cli_out(cli);
	uint32_t seconds = 14;
	char tx[24], rx[24];

	(void)str_to_u32(l->word[1], 14, 900, &seconds);
	(void)snprintf(
		tx, sizeof(tx), "%llu",
		(unsigned long long)counted(cli, "app session", ip, "PktsTx"));
	(void)snprintf(
		rx, sizeof(rx), "%llu",
		(unsigned long long)counted(cli, "app session", ip, "PktsRx"));
	out_puts(o, "\n");
	col_pair(o, COL_NARROW, "IP Address", ip, "State",
		 kept_on(global_kept(cli), "app") ? "APP_SESSION_DOWN"
						  : "APP_SESSION_STOP");
	col_pair(o, COL_NARROW, "AuthType", kept_choice(l, auths, "authNone"),
		 "EncryptType", kept_choice(l, ciphers, "encryptNone"));
	col_pair(o, COL_NARROW, "RcmdEnable",
		 kept_has(l, "rcmdDisable") ? "rcmdDisable" : "rcmdEnable",
		 "PktsTx", tx);
	out_col(o, 20, "KalFreq:");
	out_col(o, 20, "%u", seconds);
	out_col(o, 18, "PktsRx:");
	out_printf(o, "%s\n", rx);
}

static void sessions_print(struct cli *cli, const char *only)
{
	struct kept_line l;

	out_puts(cli_out(cli), "App Session Information:\n");
	for (size_t i = 0; kept_line(global_kept(cli), "app session", i, &l);
	     i++)
		if (!only || !strcmp(only, l.word[0]))
			session_show(cli, &l);
}

static int show_sessions(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	sessions_print(cli, NULL);
	return 0;
}

static int show_session(struct cli *cli, const struct args *a, struct err *err)
{
	char ip[INET_ADDRSTRLEN];

	if (address_of(cli, a, "app session", "app session", ip, err) < 0)
		return -1;
	sessions_print(cli, ip);
	return 0;
}

/* ---- show app-udp --------------------------------------------------------- */

static int show_udp(struct cli *cli, const struct args *a, struct err *err)
{
	static const char *const names[] = {
		"Transmit Frames", "Transmit Bytes",
		"Transmit Errors", "Receive Frames",
		"Receive Bytes",   "Receive Errors",
		"Not Secure",	   NULL,
	};
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	col_line(o, COL_NARROW, "APP-UDP", "%s",
		 enabled(kept_on(kept, "app-udp")));
	col_line(o, COL_NARROW, "Port Number", "%s",
		 kept_value(kept, "app-udp port", "5002"));
	counted_show(cli, "app-udp", names);
	return 0;
}

static int show_secure(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	col_line(o, COL_NARROW, "Allow Non-Secure", "%s",
		 yes_no(!kept_on(kept, "app-udp secure")));
	out_puts(o, "\n");
	out_col(o, W_SECURE, "IP Address");
	out_puts(o, "Type\n");
	for (size_t i = 0; kept_line(kept, "app-udp options", i, &l); i++) {
		out_col(o, W_SECURE, "%s", l.word[0]);
		out_printf(o, "%s\n", l.word[1]);
	}
	return 0;
}

/* ---- show dfp ------------------------------------------------------------- */

/* An agent that no session was opened to is down. */
static void agent_show(struct cli *cli, const struct kept_line *l)
{
	struct out *o = cli_out(cli);

	out_col(o, W_ADDR, "%s", l->word[0]);
	out_col(o, W_PORT, "%s", kept_after(l, "port", "14001"));
	out_col(o, W_STATE, "%s", "Down");
	out_col(o, W_NUMBER, "%s", kept_after(l, "timeout", "3600"));
	out_col(o, W_PORT, "%s", kept_after(l, "retry", "0"));
	out_col(o, W_PORT, "%s", kept_after(l, "delay", "1"));
	out_col(o, W_NUMBER, "%s", kept_after(l, "max-agent-wt", "255"));
	out_printf(o, "%s\n", kept_has(l, "key") ? "MD5" : "None");
}

static void agents_print(struct cli *cli, const char *only)
{
	struct out *o = cli_out(cli);
	struct kept_line l;

	out_col(o, W_ADDR, "Agent IP");
	out_col(o, W_PORT, "Port");
	out_col(o, W_STATE, "State");
	out_col(o, W_NUMBER, "Timeout");
	out_col(o, W_PORT, "Retry");
	out_col(o, W_PORT, "Delay");
	out_col(o, W_NUMBER, "MaxWt");
	out_puts(o, "Security\n");
	for (size_t i = 0; kept_line(global_kept(cli), "dfp", i, &l); i++)
		if (!only || !strcmp(only, l.word[0]))
			agent_show(cli, &l);
}

static int show_dfp(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	agents_print(cli, NULL);
	return 0;
}

static int show_agent(struct cli *cli, const struct args *a, struct err *err)
{
	char ip[INET_ADDRSTRLEN];

	if (address_of(cli, a, "dfp", "DFP agent", ip, err) < 0)
		return -1;
	agents_print(cli, ip);
	return 0;
}

/* Agents report what they are asked for; none has been. */
static void reports_head(struct out *o)
{
	out_col(o, W_ADDR, "IP Address");
	out_col(o, W_PORT, "Port");
	out_col(o, W_NUMBER, "Protocol");
	out_col(o, W_PORT, "BindId");
	out_puts(o, "Weight\n");
}

static int show_reports(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	reports_head(cli_out(cli));
	return 0;
}

static int show_agent_reports(struct cli *cli, const struct args *a,
			      struct err *err)
{
	char ip[INET_ADDRSTRLEN];

	if (address_of(cli, a, "dfp", "DFP agent", ip, err) < 0)
		return -1;
	reports_head(cli_out(cli));
	return 0;
}

/* ---- show gsdb, gsdb-interface -------------------------------------------- */

static int show_gsdb(struct cli *cli, const struct args *a, struct err *err)
{
	static const char *const names[] = {
		"Sticky Lookup",  "Sticky Lookup Hits", "Sticky Set",
		"Sticky Entries", "DNS Requests",	NULL,
	};
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	col_line(o, COL_NARROW, "GSDB", "%s", enabled(kept_on(kept, "gsdb")));
	col_line(o, COL_NARROW, "TTL", "%s",
		 kept_value(kept, "gsdb ttl", "7200"));
	counted_show(cli, "gsdb", names);
	return 0;
}

static const char *const places[] = { "primary", "secondary", NULL };

static int show_gsdb_interface(struct cli *cli, const struct args *a,
			       struct err *err)
{
	static const char *const names[] = {
		"Sticky Lookup Requests",
		"Sticky Lookup Responses",
		"Sticky Set Requests",
		"Timeouts",
		NULL,
	};
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	out_col(o, W_STATE, "Interface");
	out_col(o, W_ADDR, "IP Address");
	out_puts(o, "State\n");
	for (int i = 0; places[i]; i++) {
		if (!kept_find(kept, "gsdb-interface", places[i], &l))
			continue;
		out_col(o, W_STATE, "%s", places[i]);
		out_col(o, W_ADDR, "%s", l.word[1]);
		out_puts(o, "Down\n");
	}
	out_puts(o, "\n");
	counted_show(cli, "gsdb-interface", names);
	return 0;
}

const struct cmd show_peer_cmds[] = {
	{ .syntax = "show app",
	  .help = "Application Peering Protocol",
	  .run = show_app },
	{ .syntax = "show app session",
	  .help = "Sessions with peers",
	  .run = show_sessions },
	{ .syntax = "show app session <ip:host>",
	  .help = "Address of one peer",
	  .run = show_session },
	{ .syntax = "show app-udp global",
	  .help = "Application Peering Protocol in datagrams\n"
		  "Settings and counters",
	  .run = show_udp },
	{ .syntax = "show app-udp secure",
	  .help = "Security of each peer",
	  .run = show_secure },
	{ .syntax = "show dfp",
	  .help = "Agents that tell weights of servers",
	  .run = show_dfp },
	{ .syntax = "show dfp <ip:host>",
	  .help = "Address of one agent",
	  .run = show_agent },
	{ .syntax = "show dfp-reports",
	  .help = "Weights that agents have told",
	  .run = show_reports },
	{ .syntax = "show dfp-reports <ip:host>",
	  .help = "Address of one agent",
	  .run = show_agent_reports },
	{ .syntax =
		  "show dfp-reports ip <server:host> port <port:uint:0-65535> "
		  "protocol {tcp|udp|any}",
	  .help = "Of one server\n"
		  "Address of the server\n"
		  "Its port\n"
		  "Port number\n"
		  "Its protocol\n"
		  "TCP\n"
		  "UDP\n"
		  "Both",
	  .run = show_reports },
	{ .syntax = "show gsdb",
	  .help = "Global sticky database",
	  .run = show_gsdb },
	{ .syntax = "show gsdb-interface",
	  .help = "Global sticky databases that are asked",
	  .run = show_gsdb_interface },
	{ 0 },
};
