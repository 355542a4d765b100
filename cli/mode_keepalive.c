/* Commands of the keepalive mode, for named keepalives (content.md 4.2). */
#include "cli/mode_keepalive.h"

#include <string.h>

#include "cli/cmd.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/service.h"

/* ---- types, of services too ------------------------------------------------ */

static bool same_type(const struct probe_spec *a, const struct probe_spec *b)
{
	return a->type == b->type && a->non_persistent == b->non_persistent &&
	       a->use_output == b->use_output && !strcmp(a->arg, b->arg) &&
	       !strcmp(a->script_args, b->script_args);
}

/* The type's part of want, with its texts, into the object of the mode. */
static int type_put(struct cli *cli, struct probe_spec *want, const char *arg,
		    const char *script_args, struct err *err)
{
	struct service *s = scope_service(cli);
	struct probe *named = s ? NULL : cli_object(cli);
	struct probe_spec *p = s ? &s->keepalive : &named->spec;

	/* the syntax knows the lengths */
	(void)str_copy(want->arg, sizeof(want->arg), arg);
	(void)str_copy(want->script_args, sizeof(want->script_args),
		       script_args);
	if (same_type(p, want))
		return 0;
	if (named && probe_may_edit(named, err) < 0)
		return -1;
	p->type = want->type;
	p->non_persistent = want->non_persistent;
	p->use_output = want->use_output;
	memcpy(p->arg, want->arg, sizeof(p->arg));
	memcpy(p->script_args, want->script_args, sizeof(p->script_args));
	conf_changed(cli_conf(cli));
	return 0;
}

int probe_type_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe_spec want = { .type = PROBE_HTTP };
	const char *word = arg_choice(a);

	for (int i = 0; i < PROBE_TYPE_NUM; i++)
		if (!strcmp(probe_type_name((enum probe_type)i), word))
			want.type = (enum probe_type)i;
	want.non_persistent = !strcmp(word, "non-persistent");
	return type_put(cli, &want, "", "", err);
}

int probe_type_ftp(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe_spec want = { .type = PROBE_FTP };

	return type_put(cli, &want, arg_word(a, "record"), "", err);
}

int probe_type_named(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe_spec want = { .type = PROBE_NAMED };
	const char *name = arg_word(a, "name");

	if (!probe_find(cli_conf(cli), name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "keepalive",
			       name);
	return type_put(cli, &want, name, "", err);
}

int probe_type_script(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe_spec want = { .type = PROBE_SCRIPT };
	const char *args = arg_word(a, "arguments");

	want.use_output = !strcmp(arg_choice(a), "use-output");
	return type_put(cli, &want, arg_word(a, "script"), args ? args : "",
			err);
}

int probe_type_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe_spec want = { .type = PROBE_ICMP };

	(void)a;
	return type_put(cli, &want, "", "", err);
}

static enum probe_line line_of(const struct probe_spec *p)
{
	switch (p->type) {
	case PROBE_FTP:
		return PROBE_LINE_FTP;
	case PROBE_NAMED:
		return PROBE_LINE_NAMED;
	case PROBE_SCRIPT:
		return PROBE_LINE_SCRIPT;
	default:
		return p->non_persistent ? PROBE_LINE_NON_PERSISTENT
					 : PROBE_LINE_PLAIN;
	}
}

void probe_type_render(const struct probe_spec *p, enum probe_line kind,
		       const char *before, struct out *o)
{
	if (p->type == PROBE_ICMP || kind != line_of(p))
		return;
	out_printf(o, "%stype %s ", before, probe_type_name(p->type));
	if (p->arg[0])
		out_printf(o, "%s ", p->arg);
	if (p->script_args[0])
		out_printf(o, "\"%s\" ", p->script_args);
	if (p->use_output)
		out_puts(o, "use-output ");
	if (p->non_persistent)
		out_puts(o, "non-persistent ");
	out_puts(o, "\n");
}

int probe_uri_check(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	return arg_undo(a) ? 0 : probe_check_uri(arg_word(a, "uri"), err);
}

/* ---- the mode --------------------------------------------------------------- */

static int suspended(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return probe_may_edit(cli_object(cli), err);
}

static int uri_check(struct cli *cli, const struct args *a, struct err *err)
{
	if (suspended(cli, a, err) < 0)
		return -1;
	return probe_uri_check(cli, a, err);
}

#define TYPE_RENDER(fn, kind)                                                  \
	static void fn(const void *obj, struct out *o)                         \
	{                                                                      \
		const struct probe *p = obj;                                   \
                                                                               \
		probe_type_render(&p->spec, kind, "  ", o);                    \
	}

TYPE_RENDER(plain_render, PROBE_LINE_PLAIN)
TYPE_RENDER(non_persistent_render, PROBE_LINE_NON_PERSISTENT)
TYPE_RENDER(ftp_render, PROBE_LINE_FTP)
TYPE_RENDER(script_render, PROBE_LINE_SCRIPT)

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return probe_activate(cli_conf(cli), cli_object(cli), err);
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return probe_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct probe *p = obj;

	if (p->active)
		out_puts(o, "  active \n");
}

#define FIELD(...)                                                             \
	&(const struct setting)                                                \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

const struct cmd keepalive_cmds[] = {
	{ .syntax = "description <text:text:1-64>",
	  .help = "Describe the keepalive\n"
		  "Text in quotes",
	  .no = "no description",
	  .set = FIELD(SETTING_TEXT_AT(struct probe, description)) },
	{ .syntax = "ip address <ip:host>",
	  .help = "IP settings\n"
		  "Set the address that is checked\n"
		  "Address",
	  .no = "no ip address",
	  .set = FIELD(SETTING_AT(struct probe, addr), .store = SET_ADDR,
		       .check = suspended) },
	{ .syntax = "type {icmp|tcp|ssl|http}",
	  .help = "How the address is checked\n"
		  "Ping\n"
		  "TCP connection\n"
		  "SSL hello\n"
		  "HTTP request",
	  .run = probe_type_set,
	  .render = plain_render,
	  .no = "no type",
	  .clear = probe_type_clear },
	{ .syntax = "type http non-persistent",
	  .help = "One connection for each check",
	  .run = probe_type_set,
	  .render = non_persistent_render },
	{ .syntax = "type ftp <record:ftprecord:16>",
	  .help = "FTP login\n"
		  "FTP record",
	  .run = probe_type_ftp,
	  .render = ftp_render },
	{ .syntax = "type script <script:name:31> "
		    "[<arguments:text:1-128>] [use-output]",
	  .help = "Script; exit status 0 is alive\n"
		  "Script name\n"
		  "Arguments\n"
		  "Find the state in the output",
	  .run = probe_type_script,
	  .render = script_render },
	{ .syntax = "port <port:uint:1-65535>",
	  .help = "Port that is checked\n"
		  "Port number",
	  .no = "no port",
	  .set = PROBE_AT(struct probe, spec, port, .store = SET_U16,
			  .check = suspended) },
	PROBE_TIMER_ROWS("", struct probe, spec),
	PROBE_PAGE_ROWS("", struct probe, spec, suspended, uri_check),
	{ .syntax = "logging {enable|disable}",
	  .help = "Log the checks of this keepalive\n"
		  "Log them\n"
		  "Log changes only",
	  .no = "no logging",
	  .set = FIELD(SETTING_AT(struct probe, logging), .store = SET_FLAG,
		       .yes = "enable", .no = "disable") },
	{ 0 },
};

/* `active` is the last line. */
const struct cmd keepalive_state_cmds[] = {
	{ .syntax = "active",
	  .help = "Put the keepalive in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the keepalive out of use",
	  .run = deactivate },
	{ 0 },
};
