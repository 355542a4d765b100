/* Commands of global configuration: logging (platform.md 4.8). */
#include <string.h>

#include "cli/cmd.h"
#include "cli/lookup.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/logging.h"

static struct logging *logging_of(struct cli *cli)
{
	return cli_conf(cli)->logging;
}

/* The type has seen that there is such a level. */
static enum log_level level_of(const struct args *a, enum log_level dflt)
{
	const char *word = arg_word(a, "level");

	return word ? (enum log_level)log_level_find(word) : dflt;
}

/* ---- levels --------------------------------------------------------------- */

static void level_put(struct cli *cli, const struct args *a, enum log_level l)
{
	int subsys = log_subsys_find(arg_word(a, "subsystem"));

	if (subsys < 0)
		logging_set_level_all(cli_conf(cli), l);
	else
		logging_set_level(cli_conf(cli), (enum log_subsys)subsys, l);
}

static int level_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	level_put(cli, a, level_of(a, LOG_WARNING_4));
	return 0;
}

static int level_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	level_put(cli, a, LOG_WARNING_4);
	return 0;
}

static void level_line(const char *subsys, uint8_t level, struct out *o)
{
	out_printf(o, "  logging subsystem %s level %s \n", subsys,
		   log_level_name((enum log_level)level));
}

static void level_render(const void *obj, struct out *o)
{
	const struct logging *l = ((const struct conf *)obj)->logging;
	bool same = true;

	for (int i = 1; i < LOG_SUBSYS_NUM; i++)
		same = same && l->level[i] == l->level[0];
	if (same && l->level[0] != LOG_WARNING_4)
		level_line("all", l->level[0], o);
	for (int i = 0; i < LOG_SUBSYS_NUM && !same; i++)
		if (l->level[i] != LOG_WARNING_4)
			level_line(log_subsys_name((enum log_subsys)i),
				   l->level[i], o);
}

/* A message of the operator's passes the same filter as any other. */
static int message_run(struct cli *cli, const struct args *a, struct err *err)
{
	int subsys = log_subsys_find(arg_word(a, "subsystem"));

	(void)cli;
	(void)err;
	log_write((enum log_subsys)subsys, level_of(a, LOG_WARNING_4), "%s",
		  arg_word(a, "message"));
	return 0;
}

/* ---- the disk ------------------------------------------------------------- */

static int disk_set(struct cli *cli, const struct args *a, struct err *err)
{
	return logging_set_disk(cli_conf(cli), arg_word(a, "file"), err);
}

static int disk_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return logging_set_disk(cli_conf(cli), LOG_DISK_DFLT, err);
}

static void disk_render(const void *obj, struct out *o)
{
	const struct logging *l = ((const struct conf *)obj)->logging;

	if (strcmp(l->disk, LOG_DISK_DFLT) != 0)
		out_printf(o, "  logging disk %s \n", l->disk);
}

static int to_disk_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_flag(cli_conf(cli), &logging_of(cli)->to_disk,
		      !arg_key(a, "disable"));
	return 0;
}

static void to_disk_render(const void *obj, struct out *o)
{
	if (!((const struct conf *)obj)->logging->to_disk)
		out_puts(o, "  logging to-disk disable \n");
}

static int buffer_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u32(cli_conf(cli), &logging_of(cli)->buffer,
		     arg_uint(a, "bytes", 0));
	return 0;
}

static void buffer_render(const void *obj, struct out *o)
{
	const struct logging *l = ((const struct conf *)obj)->logging;

	if (l->buffer)
		out_printf(o, "  logging buffer %u \n", l->buffer);
}

static int commands_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_flag(cli_conf(cli), &logging_of(cli)->commands,
		      arg_key(a, "enable"));
	return 0;
}

static void commands_render(const void *obj, struct out *o)
{
	if (((const struct conf *)obj)->logging->commands)
		out_puts(o, "  logging commands enable \n");
}

/* ---- hosts ---------------------------------------------------------------- */

static int host_found(struct cli *cli, struct in_addr addr, void *arg,
		      struct err *err)
{
	struct log_host *h = arg;

	h->addr = addr;
	return logging_host_set(cli_conf(cli), h, err);
}

static int host_put(struct cli *cli, const struct args *a, struct err *err)
{
	struct log_host *h = xcalloc(1, sizeof(*h));

	h->facility = (uint8_t)arg_uint(a, "facility", LOG_FACILITY_DFLT);
	h->level = (uint8_t)level_of(a, LOG_DEBUG_7);
	return lookup(cli, arg_word(a, "host"), host_found, h, err);
}

static int host_gone(struct cli *cli, struct in_addr addr, void *arg,
		     struct err *err)
{
	(void)arg;
	return logging_host_del(cli_conf(cli), addr, err);
}

static int host_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return lookup(cli, arg_word(a, "host"), host_gone, NULL, err);
}

static void host_render(const void *obj, struct out *o)
{
	const struct logging *l = ((const struct conf *)obj)->logging;

	for (int i = 0; i < l->nhost; i++) {
		const struct log_host *h = &l->host[i];

		out_printf(o, "  logging host %s facility %u ",
			   str_addr(h->addr), h->facility);
		if (h->level != LOG_DEBUG_7)
			out_printf(o, "log-level %s ",
				   log_level_name((enum log_level)h->level));
		out_puts(o, "\n");
	}
}

/* ---- mail ----------------------------------------------------------------- */

static int mail_found(struct cli *cli, struct in_addr addr, void *arg,
		      struct err *err)
{
	struct log_mail *m = arg;

	m->server = addr;
	return logging_mail_set(cli_conf(cli), m, err);
}

static int mail_put(struct cli *cli, const struct args *a, struct err *err)
{
	struct log_mail *m = xcalloc(1, sizeof(*m));
	const char *domain = arg_word(a, "domain");

	m->level = (uint8_t)level_of(a, LOG_CRITICAL_2);
	(void)str_copy(m->to, sizeof(m->to), arg_word(a, "address"));
	(void)str_copy(m->domain, sizeof(m->domain), domain ? domain : "");
	return lookup(cli, arg_word(a, "host"), mail_found, m, err);
}

static int mail_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return logging_mail_del(cli_conf(cli), arg_word(a, "address"), err);
}

static void mail_render(const void *obj, struct out *o)
{
	const struct logging *l = ((const struct conf *)obj)->logging;

	for (int i = 0; i < l->nmail; i++) {
		const struct log_mail *m = &l->mail[i];

		out_printf(o, "  logging sendmail %s %s %s ", m->to,
			   str_addr(m->server),
			   log_level_name((enum log_level)m->level));
		if (*m->domain)
			out_printf(o, "%s ", m->domain);
		out_puts(o, "\n");
	}
}

/* ---- lines ---------------------------------------------------------------- */

static int line_put(struct cli *cli, const struct args *a, struct err *err)
{
	return logging_line_add(cli_conf(cli), arg_word(a, "line"), err);
}

static int line_drop(struct cli *cli, const struct args *a, struct err *err)
{
	const char *line = arg_word(a, "line");

	if (!logging_line_del(cli_conf(cli), line))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "logging line", line);
	return 0;
}

static void line_render(const void *obj, struct out *o)
{
	const struct logging *l = ((const struct conf *)obj)->logging;

	for (int i = 0; i < l->nline; i++)
		out_printf(o, "  logging line %s \n", l->line[i]);
}

/* ---- the table ------------------------------------------------------------ */

/* Row order is running-config order. */
const struct cmd logging_cmds[] = {
	{ .syntax = "logging buffer <bytes:uint:0-64000>",
	  .help = "What is logged, and where to\n"
		  "Lines that wait for the disk\n"
		  "Bytes; 0: each line is written at once",
	  .run = buffer_set,
	  .render = buffer_render,
	  .no = "no logging buffer",
	  .clear = buffer_set },
	{ .syntax = "logging commands {enable|disable}",
	  .help = "Commands of users\n"
		  "Log them\n"
		  "Do not log them",
	  .run = commands_set,
	  .render = commands_render,
	  .no = "no logging commands",
	  .clear = commands_set },
	{ .syntax = "logging to-disk {enable|disable}",
	  .help = "Log files on disk\n"
		  "Write them\n"
		  "Write none",
	  .run = to_disk_set,
	  .render = to_disk_render,
	  .no = "no logging to-disk",
	  .clear = to_disk_set },
	{ .syntax = "logging disk <file:name:32>",
	  .help = "Log file on disk\n"
		  "Its name, default sys.log",
	  .run = disk_set,
	  .render = disk_render,
	  .no = "no logging disk",
	  .clear = disk_clear },
	{ .syntax = "logging subsystem <subsystem:subsystems> level "
		    "<level:level>",
	  .help = "Level of a subsystem\n"
		  "Subsystem, or all\n"
		  "Set the level\n"
		  "This and graver messages, default warning-4",
	  .run = level_set,
	  .render = level_render,
	  .no = "no logging subsystem <subsystem:subsystems>",
	  .clear = level_clear },
	{ .syntax = "logging host <host:host> "
		    "[facility <facility:uint:0-7> [log-level <level:level>]]",
	  .help = "Syslog server, five at most\n"
		  "Address\n"
		  "Set the facility\n"
		  "Number behind local, default 7\n"
		  "Set the level\n"
		  "This and graver messages, default debug-7",
	  .run = host_put,
	  .render = host_render,
	  .no = "no logging host <host:host>",
	  .clear = host_drop },
	{ .syntax = "logging sendmail <address:word:1-30> <host:host> "
		    "<level:maillevel> [<domain:name:64>]",
	  .help = "Mail the log to somebody\n"
		  "Mail address\n"
		  "SMTP server\n"
		  "This and graver messages\n"
		  "Domain of the sender",
	  .run = mail_put,
	  .render = mail_render,
	  .no = "no logging sendmail <address:word:1-30>",
	  .clear = mail_drop },
	{ .syntax = "logging line <line:ttyline>",
	  .help = "Print the log on a session\n"
		  "Line of the session, see show lines",
	  .run = line_put,
	  .render = line_render,
	  .no = "no logging line <line:ttyline>",
	  .clear = line_drop },
	{ .syntax = "cliLogMessage subsystem <subsystem:subsystem> "
		    "<message:text:1-255> level <level:level>",
	  .help = "Write a message of your own to the log\n"
		  "As a subsystem does\n"
		  "Subsystem\n"
		  "Message in quotes\n"
		  "With a level\n"
		  "fatal-0 to debug-7",
	  .run = message_run },
	{ 0 },
};
