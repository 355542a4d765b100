/*
 * The lab commands: what the real switch has not got, kept apart under one word
 * so that nobody takes it for the product's.  Modules go in and out of a
 * running switch; the mapping of addresses to this host is shown; and
 * everything else that goes beyond the product is listed, in one table.
 */
#include <string.h>

#include "chassis/chassis.h"
#include "cli/bootrec.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/render.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/io/hostmap.h"
#include "emu/plane/plane.h"
#include "emu/wire/wire.h"

enum { W_WHERE = 12 };

static const struct {
	const char *where, *what;
} extensions[] = {
	{ "command", "lab insert slot, lab remove slot: modules in and out of "
		     "the running switch" },
	{ "command", "show lab, show lab map, show lab wire, show lab inert, "
		     "show lab extensions" },
	{ "command", "lab capture start, lab capture stop, show lab captures: "
		     "frames into files" },
	{ "command", "loop, goto, label, read, modify QNAME: in scripts, beside "
		     "if and while" },
	{ "command", "show service: a line that tells why the last probe "
		     "failed" },
	{ "access", "attach: this host's terminal as the console of the "
		    "running switch" },
	{ "access", "passwords are kept as today's hashes; the product's own "
		    "form is only read; a user line of the administrator's in "
		    "that form leaves the boot record's password good" },
	{ "traffic", "addresses are mapped into this host (show lab map), or "
		     "ports wired to its interfaces (show lab wire)" },
	{ "tls", "profile modern: TLS 1.2 and 1.3 suites beside those that a "
		 "list names; TLS 1.0 for clients where `version tls1` asks for "
		 "it" },
	{ "tls", "profile modern: ssl-queue-delay, nagle and buffer-share act "
		 "where they differ from the product's default" },
	{ "tls", "ssl-server N lab sni HOST CERT KEY: several certificates on "
		 "one VIP (profile modern)" },
	{ "tls", "ssl-server N lab ocsp-stapling: the authority's OCSP "
		 "response, fetched and handed out (profile modern)" },
	{ "tls", "backend-server N lab server-name HOST: the server is asked "
		 "by name, and checked by it (profile modern)" },
	{ "tls", "--keylog FILE: the secrets of TLS connections, for a protocol "
		 "analyzer" },
	{ "check", "replay: configurations are tried on a scratch switch" },
};

static int insert(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);

	if (!env->card_insert)
		return err_set(err, ERR_REFUSED, -1, T_NO_SWITCH);
	return env->card_insert(env->arg, (unsigned)arg_uint(a, "slot", 0),
				arg_word(a, "part"), err);
}

static int remove_card(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);

	if (!env->card_remove)
		return err_set(err, ERR_REFUSED, -1, T_NO_SWITCH);
	return env->card_remove(env->arg, (unsigned)arg_uint(a, "slot", 0),
				err);
}

static int show_map(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);

	(void)a;
	(void)err;
	if (env->map)
		hostmap_show(env->map, cli_out(cli));
	if (env->plane)
		plane_show_listeners(env->plane, cli_out(cli));
	return 0;
}

static int show_wire(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);

	(void)a;
	(void)err;
	if (env->wire)
		wire_show(env->wire, cli_out(cli));
	else
		out_printf(cli_out(cli), "%s\n", T_NO_WIRE);
	return 0;
}

static int show_extensions(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++) {
		out_col(o, W_WHERE, "%s", extensions[i].where);
		out_printf(o, "%s\n", extensions[i].what);
	}
	return 0;
}

static int show_inert(struct cli *cli, const struct args *a, struct err *err)
{
	struct out lines = { 0 };

	(void)a;
	(void)err;
	render_inert(cli_env(cli), &lines);
	bootrec_inert(cli_env(cli)->bootrec, &lines);
	if (lines.len)
		out_printf(cli_out(cli), "%s\n%s", T_INERT, out_text(&lines));
	else
		out_printf(cli_out(cli), "%s\n", T_NO_INERT);
	out_fini(&lines);
	return 0;
}

/* A row's syntax as a person types it: the types of values left out. */
static void syntax_show(const char *syntax, struct out *o)
{
	for (const char *s = syntax; *s; s++) {
		if (*s == ':')
			s += strcspn(s, ">");
		out_printf(o, "%c", *s);
	}
}

/* The commands of this file, from its own table, and the slots they act on. */
static int show_lab(struct cli *cli, const struct args *a, struct err *err)
{
	const struct chassis *c = cli_env(cli)->chassis;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_puts(o, "The real switch has none of these commands:\n");
	for (const struct cmd *row = lab_cmds; row->syntax; row++) {
		if (!row->run)
			continue;
		out_puts(o, "  ");
		syntax_show(row->syntax, o);
		out_puts(o, "\n");
	}
	out_puts(o, "\nSlots:\n");
	for (unsigned s = 1; s <= chassis_model(c)->nslots; s++) {
		const struct card *card = chassis_card(c, s);

		out_printf(o, "  %u  %s\n", s,
			   card ? card->ops->part : "empty");
	}
	return 0;
}

const struct cmd lab_cmds[] = {
	{ .syntax = "lab", .help = "What the real switch has not got" },
	{ .syntax = "lab insert slot <slot:uint:1-6> <part:word>",
	  .help = "Put a module in\n"
		  "Slot\n"
		  "Slot number\n"
		  "Part number, for example CSS5-SSL-K9",
	  .run = insert },
	{ .syntax = "lab remove slot <slot:uint:1-6>",
	  .help = "Take a module out\n"
		  "Slot\n"
		  "Slot number",
	  .run = remove_card },
	{ .syntax = "show lab",
	  .help = "What the real switch has not got",
	  .run = show_lab },
	{ .syntax = "show lab map",
	  .help = "Where addresses of the configuration are on this host",
	  .run = show_map },
	{ .syntax = "show lab wire",
	  .help = "What interfaces of this host the ports are wired to",
	  .run = show_wire },
	{ .syntax = "show lab inert",
	  .help = "Lines of the configuration that change no behaviour",
	  .run = show_inert },
	{ .syntax = "show lab extensions",
	  .help = "Everything that goes beyond the product",
	  .run = show_extensions },
	{ 0 },
};
