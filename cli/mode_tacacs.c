/* TACACS+ servers: tacacs-server, show tacacs-server; render hooks get the
 * struct conf. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/aaa/tacacs_client.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/aaa.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"
#include "sslmod/seal.h"

enum { W_SERVER = 23, W_WORD = 10, W_KEY = 16, W_TIME = 17, W_LABEL = 31 };

static struct tacacs_conf *tacacs_of(struct cli *cli)
{
	return &cli_conf(cli)->aaa->tacacs;
}

static const struct tacacs_conf *conf_of(const void *obj)
{
	return &((const struct conf *)obj)->aaa->tacacs;
}

/* ---- servers -------------------------------------------------------------- */

/* A key in quotes is clear, one without is as running-config prints it. */
static int key_read(const struct cli *cli, const struct args *a, char *sealed,
		    size_t cap, struct err *err)
{
	const char *clear = arg_word(a, "key"), *deskey = arg_word(a, "deskey");

	if (deskey)
		(void)str_copy(sealed, cap, deskey);
	if (clear &&
	    !seal_text(disk_secret(cli_env(cli)->disk), clear, sealed, cap))
		return err_set(err, ERR_RANGE, -1, T_TOO_LONG,
			       (size_t)TACACS_KEY_MAX);
	return 0;
}

static int server_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct tacacs_server s = {
		.port = (uint16_t)arg_uint(a, "port", TACACS_PORT),
		.timeout_s = (uint8_t)arg_uint(a, "timeout", 0),
		.frequency_s = -1,
		.primary = arg_key(a, "primary"),
	};
	int rc = -1;

	if (arg_has(a, "seconds"))
		s.frequency_s = (int16_t)arg_uint(a, "seconds", 0);
	if (object_addr(cli, a, "ip", &s.addr, err) == 0 &&
	    key_read(cli, a, s.key, sizeof(s.key), err) == 0)
		rc = tacacs_set(cli_conf(cli), &s, err);
	wipe(&s, sizeof(s));
	return rc;
}

static int server_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	return tacacs_del(cli_conf(cli), ip,
			  (uint16_t)arg_uint(a, "port", TACACS_PORT), err);
}

static void server_render(const void *obj, struct out *o)
{
	const struct tacacs_conf *t = conf_of(obj);

	for (int i = 0; i < t->nserver; i++) {
		const struct tacacs_server *s = &t->server[i];

		out_printf(o, "  tacacs-server %s %u ", str_addr(s->addr),
			   s->port);
		if (s->timeout_s)
			out_printf(o, "%u ", s->timeout_s);
		if (*s->key)
			out_printf(o, "%s ", s->key);
		if (s->primary)
			out_puts(o, "primary ");
		if (s->frequency_s >= 0)
			out_printf(o, "frequency %d ", s->frequency_s);
		out_puts(o, "\n");
	}
}

/* ---- what holds for all of them ------------------------------------------- */

static int key_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct tacacs_conf *t = tacacs_of(cli);

	if (key_read(cli, a, t->key, sizeof(t->key), err) < 0)
		return -1;
	conf_changed(cli_conf(cli));
	return 0;
}

static int key_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct tacacs_conf *t = tacacs_of(cli);

	(void)a;
	(void)err;
	wipe(t->key, sizeof(t->key));
	conf_changed(cli_conf(cli));
	return 0;
}

static int timeout_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u8(cli_conf(cli), &tacacs_of(cli)->timeout_s,
		    arg_uint(a, "seconds", 5));
	return 0;
}

static int frequency_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u8(cli_conf(cli), &tacacs_of(cli)->frequency_s,
		    arg_uint(a, "seconds", 5));
	return 0;
}

static bool *switch_of(struct cli *cli, const struct args *a)
{
	struct tacacs_conf *t = tacacs_of(cli);

	if (arg_key(a, "authorize"))
		return arg_key(a, "config") ? &t->authorize_config
					    : &t->authorize_other;
	return arg_key(a, "config") ? &t->account_config : &t->account_other;
}

static int switch_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_flag(cli_conf(cli), switch_of(cli, a), true);
	return 0;
}

static int switch_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_flag(cli_conf(cli), switch_of(cli, a), false);
	return 0;
}

static int full_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &tacacs_of(cli)->send_full_command, true);
	return 0;
}

static int full_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &tacacs_of(cli)->send_full_command, false);
	return 0;
}

static void switches_render(const void *obj, struct out *o)
{
	const struct tacacs_conf *t = conf_of(obj);

	if (t->authorize_config)
		out_puts(o, "  tacacs-server authorize config \n");
	if (t->authorize_other)
		out_puts(o, "  tacacs-server authorize non-config \n");
	if (t->account_config)
		out_puts(o, "  tacacs-server account config \n");
	if (t->account_other)
		out_puts(o, "  tacacs-server account non-config \n");
	if (!t->send_full_command)
		out_puts(o, "  no tacacs-server send-full-command \n");
}

static void common_render(const void *obj, struct out *o)
{
	const struct tacacs_conf *t = conf_of(obj);

	if (*t->key)
		out_printf(o, "  tacacs-server key %s \n", t->key);
	if (t->timeout_s != 5)
		out_printf(o, "  tacacs-server timeout %u \n", t->timeout_s);
	if (t->frequency_s != 5)
		out_printf(o, "  tacacs-server frequency %u \n",
			   t->frequency_s);
}

/* ---- show ----------------------------------------------------------------- */

static void stats_of(const struct cli *cli, int at, struct tacacs_stats *s)
{
	*s = (struct tacacs_stats){ 0 };
	if (cli_env(cli)->tacacs)
		tacacs_client_stats(cli_env(cli)->tacacs, at, s);
}

static void server_name(const struct tacacs_server *s, struct out *o)
{
	char text[INET_ADDRSTRLEN + 8];

	(void)snprintf(text, sizeof(text), "%s:%u", str_addr(s->addr), s->port);
	out_puts(o, "  ");
	out_col(o, W_SERVER, "%s", text);
}

static void counts(const struct tacacs_stats *s, struct out *o)
{
	out_col(o, W_WORD, "%u", s->authen);
	out_col(o, W_WORD, "%u", s->author);
	out_printf(o, "%u\n", s->acct);
}

static void status_show(struct cli *cli)
{
	static const char *const word[] = { "Unknown", "Alive", "Dead" };
	const struct tacacs_conf *t = tacacs_of(cli);
	struct tacacs_stats s, all = { 0 };
	struct out *o = cli_out(cli);

	out_puts(o, "Per-Server Status:\n  ");
	out_col(o, W_SERVER, "IP/Port");
	out_col(o, W_WORD, "State");
	out_col(o, W_WORD, "Primary");
	out_col(o, W_WORD, "Authen.");
	out_col(o, W_WORD, "Author.");
	out_puts(o, "Account\n");
	for (int i = 0; i < t->nserver; i++) {
		stats_of(cli, i, &s);
		server_name(&t->server[i], o);
		out_col(o, W_WORD, "%s", word[s.state]);
		out_col(o, W_WORD, "%s", t->server[i].primary ? "Yes" : "No");
		counts(&s, o);
		all.authen += s.authen;
		all.author += s.author;
		all.acct += s.acct;
	}
	out_puts(o, "  ");
	out_col(o, W_SERVER + 2 * W_WORD, "Totals:");
	counts(&all, o);
}

static void servers_show(struct cli *cli)
{
	const struct tacacs_conf *t = tacacs_of(cli);
	struct out *o = cli_out(cli);

	out_puts(o, "\nPer-Server Configuration:\n  ");
	out_col(o, W_SERVER, "IP/Port");
	out_col(o, W_KEY, "Key");
	out_col(o, W_TIME, "Server Timeout");
	out_puts(o, "Server Frequency\n");
	for (int i = 0; i < t->nserver; i++) {
		const struct tacacs_server *s = &t->server[i];

		server_name(s, o);
		out_col(o, W_KEY, "%s",
			*s->key ? "Configured" : "Not Configured");
		out_col(o, W_TIME, "%u",
			s->timeout_s ? s->timeout_s : t->timeout_s);
		out_printf(o, "%d\n",
			   s->frequency_s < 0 ? t->frequency_s
					      : s->frequency_s);
	}
}

static void put(struct out *o, const char *label, const char *text)
{
	out_col(o, W_LABEL, "%s:", label);
	out_printf(o, "%s\n", text);
}

static void put_flag(struct out *o, const char *label, bool v)
{
	put(o, label, v ? "Yes" : "No");
}

static int tacacs_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct tacacs_conf *t = tacacs_of(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	status_show(cli);
	servers_show(cli);
	out_puts(o, "\n");
	out_col(o, W_LABEL, "Global Timeout:");
	out_printf(o, "%u\n", t->timeout_s);
	out_col(o, W_LABEL, "Global KAL Frequency:");
	out_printf(o, "%u\n", t->frequency_s);
	put(o, "Global Key", *t->key ? "Configured" : "Not Configured");
	put_flag(o, "Authorize Config Commands", t->authorize_config);
	put_flag(o, "Authorize Non-Config Commands", t->authorize_other);
	put_flag(o, "Account Config Commands", t->account_config);
	put_flag(o, "Account Non-Config Commands", t->account_other);
	put_flag(o, "Send Full Command", t->send_full_command);
	return 0;
}

/* ---- the tables ----------------------------------------------------------- */

#define KEY "{<key:quoted:1-100>|<deskey:sealed:4-400>}"

/* Row order is running-config order: a server takes its own values, so what
 * holds for all may follow. */
const struct cmd tacacs_cmds[] = {
	{ .syntax = "tacacs-server <ip:host> <port:uint:1-65535> "
		    "[<timeout:uint:1-255>] [" KEY "] [primary] "
		    "[frequency <seconds:uint:0-255>]",
	  .help = "TACACS+ servers\n"
		  "Address\n"
		  "TCP port, usually 49\n"
		  "Seconds that an answer is waited for\n"
		  "Shared key in quotes\n"
		  "Shared key as running-config shows it\n"
		  "The server that is asked first\n"
		  "How often it is looked after\n"
		  "Seconds; 0: not at all",
	  .run = server_set,
	  .render = server_render,
	  .no = "no tacacs-server <ip:host> <port:uint:1-65535>",
	  .clear = server_clear },
	{ .syntax = "tacacs-server key " KEY,
	  .help = "Shared key of servers without one of their own\n"
		  "Key in quotes\n"
		  "Key as running-config shows it",
	  .run = key_set,
	  .render = common_render,
	  .no = "no tacacs-server key",
	  .clear = key_clear },
	{ .syntax = "tacacs-server timeout <seconds:uint:1-255>",
	  .help = "How long an answer is waited for\n"
		  "Seconds, default 5",
	  .run = timeout_set,
	  .no = "no tacacs-server timeout",
	  .clear = timeout_set },
	{ .syntax = "tacacs-server frequency <seconds:uint:0-255>",
	  .help = "How often servers are looked after\n"
		  "Seconds, default 5; 0: not at all",
	  .run = frequency_set,
	  .no = "no tacacs-server frequency",
	  .clear = frequency_set },
	{ .syntax = "tacacs-server {authorize|account} {config|non-config}",
	  .help = "Ask whether a user may run a command\n"
		  "Tell which commands users run\n"
		  "Commands that change the configuration\n"
		  "Other commands",
	  .run = switch_set,
	  .render = switches_render,
	  .no = "no tacacs-server {authorize|account} {config|non-config}",
	  .clear = switch_clear },
	{ .syntax = "tacacs-server send-full-command",
	  .help = "Send commands in full, not as they were typed",
	  .run = full_set,
	  .no = "no tacacs-server send-full-command",
	  .clear = full_clear },
	{ 0 },
};

const struct cmd show_tacacs_cmds[] = {
	{ .syntax = "show tacacs-server",
	  .help = "Print what is known about ...\n"
		  "TACACS+ servers, and how they are asked",
	  .run = tacacs_show },
	{ 0 },
};
