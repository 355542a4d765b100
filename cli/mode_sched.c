/* Commands of global configuration: the command scheduler, and what shows it
 * (platform.md 4.6). */
#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/types.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/global.h"
#include "emu/conf/sched.h"

static const char *const field_words[SCHED_FIELD_NUM] = {
	[SCHED_MINUTE] = "minute",   [SCHED_HOUR] = "hour",
	[SCHED_DAY] = "day",	     [SCHED_MONTH] = "month",
	[SCHED_WEEKDAY] = "weekday",
};

static int switch_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	sched_switch(cli_conf(cli), !arg_undo(a));
	return 0;
}

static void switch_render(const void *obj, struct out *o)
{
	if (((const struct conf *)obj)->global->sched.on)
		out_printf(o, "  cmd-sched \n");
}

static int record_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct sched_record r = { 0 };
	const char *log = arg_word(a, "logfile");

	(void)str_copy(r.name, sizeof(r.name), arg_word(a, "name"));
	for (int f = 0; f < SCHED_FIELD_NUM; f++)
		(void)str_copy(r.field[f], sizeof(r.field[f]),
			       arg_word(a, field_words[f]));
	(void)str_copy(r.line, sizeof(r.line), arg_word(a, "commands"));
	(void)str_copy(r.log, sizeof(r.log), log ? log : "");
	return sched_set(cli_conf(cli), &r, err);
}

static int record_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return sched_del(cli_conf(cli), arg_word(a, "name"), err);
}

static void record_print(const struct sched_record *r, struct out *o)
{
	out_printf(o, "cmd-sched record ");
	(void)type_print("name:word", r->name, NULL, o, NULL);
	for (int f = 0; f < SCHED_FIELD_NUM; f++)
		out_printf(o, " %s", r->field[f]);
	out_printf(o, " ");
	(void)type_print("commands:text", r->line, NULL, o, NULL);
	if (r->log[0]) {
		out_printf(o, " ");
		(void)type_print("logfile:word", r->log, NULL, o, NULL);
	}
	out_printf(o, " \n");
}

static void record_render(const void *obj, struct out *o)
{
	const struct sched_conf *s = &((const struct conf *)obj)->global->sched;

	for (int i = 0; i < s->n; i++) {
		out_printf(o, "  ");
		record_print(&s->record[i], o);
	}
}

/* Row order is running-config order. */
const struct cmd sched_cmds[] = {
	{ .syntax = "cmd-sched",
	  .help = "The command scheduler",
	  .run = switch_set,
	  .render = switch_render,
	  .no = "no cmd-sched",
	  .clear = switch_set },
	{ .syntax = "cmd-sched enable",
	  .help = "Turn the command scheduler on",
	  .run = switch_set,
	  .no = "no cmd-sched enable",
	  .clear = switch_set },
	{ .syntax = "cmd-sched record <name:name:16> <minute:word:1-40> "
		    "<hour:word:1-40> <day:word:1-40> <month:word:1-40> "
		    "<weekday:word:1-40> <commands:text:1-255> "
		    "[<logfile:word:1-32>]",
	  .help = "Commands at a time\n"
		  "Name of the record\n"
		  "Minutes 0-59: *, or a list with , and - and /\n"
		  "Hours 0-23\n"
		  "Days of the month 1-31\n"
		  "Months 1-12\n"
		  "Days of the week 1-7, Sunday is 1\n"
		  "Commands with ; between them, in quotes\n"
		  "File in the log folder for what they print",
	  .run = record_set,
	  .render = record_render,
	  .no = "no cmd-sched record <name:name:16>",
	  .clear = record_clear },
	{ 0 }
};

/* ---- show cmd-sched -------------------------------------------------------- */

/* guess: the layout */
static void record_show(const struct sched_record *r, struct out *o)
{
	static const char *const titles[SCHED_FIELD_NUM] = {
		"Minute:", "Hour:", "Day:", "Month:", "Weekday:"
	};

	out_printf(o, "\nRecord:       %s\n", r->name);
	for (int f = 0; f < SCHED_FIELD_NUM; f++)
		out_printf(o, "  %-11s %s\n", titles[f], r->field[f]);
	out_printf(o, "  %-11s %s\n", "Commands:", r->line);
	out_printf(o, "  %-11s %s\n", "Log file:", r->log);
}

static int show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct sched_conf *s = &cli_conf(cli)->global->sched;
	const char *name = arg_word(a, "name");
	const struct sched_record *r = NULL;

	if (name && !(r = sched_find(cli_conf(cli), name)))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "cmd-sched record", name);
	out_printf(cli_out(cli), "Command Scheduler is %s\n",
		   s->on ? "enabled" : "disabled");
	for (int i = 0; i < s->n; i++)
		if (!r || r == &s->record[i])
			record_show(&s->record[i], cli_out(cli));
	return 0;
}

const struct cmd show_sched_cmds[] = {
	{ .syntax = "show cmd-sched [<name:word:1-16>]",
	  .help = "The command scheduler\n"
		  "One record",
	  .run = show },
	{ 0 }
};
