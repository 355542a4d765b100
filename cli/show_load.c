/*
 * show load: how loads of services are reckoned, and what they are (content.md
 * 1.5).  Response times are not measured: a service that is up is idle, or has
 * the load that it was given.
 */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"
#include "emu/conf/service.h"

/* Column widths; negative: right-justified. */
enum {
	W_LABEL = 22,
	W_NAME = 33,
	W_SHORT = -5,
	W_LONG = -6,
	W_AVERAGE = -9,
};

static void step_show(const struct settings *s, struct out *o)
{
	struct kept_line l;
	const char *ms = NULL;

	(void)kept_one(s, "load step", &l);
	ms = kept_word(&l, 0, "10");
	out_col(o, W_LABEL, "Load Step Configured:");
	out_printf(o, "%s ms  %s, Actual: %s ms\n", ms,
		   kept_has(&l, "static") ? "Static" : "Dynamic", ms);
}

static void line_show(struct out *o, const char *label, const char *value,
		      const char *unit)
{
	out_col(o, W_LABEL, "%s", label);
	out_printf(o, "%s%s\n", value, unit);
}

static void settings_show(const struct settings *s, struct out *o)
{
	bool absolute = str_ieq(kept_value(s, "load calculation", "relative"),
				"absolute");

	step_show(s, o);
	line_show(o, "Load Threshold:", kept_value(s, "load threshold", "254"),
		  "");
	line_show(o, "Ageout-Timer:", kept_value(s, "load ageout-timer", "60"),
		  " seconds");
	line_show(o,
		  "Teardown-Timer:", kept_value(s, "load teardown-timer", "20"),
		  " seconds");
	line_show(o, "Load Reporting:",
		  kept_on(s, "load reporting") ? "Enabled" : "Disabled", "");
	line_show(o, "Load Calculation:", absolute ? "Absolute" : "Relative",
		  "");
}

static void service_show(const struct env *env, const struct service *s,
			 struct out *o)
{
	struct monitor_info info;
	unsigned load = 0;

	live_service(env, s, &info);
	load = live_load(s, info.state);
	out_col(o, W_NAME, "%s", s->name);
	out_col(o, W_SHORT, "%u", load);
	out_col(o, W_LONG, "%u", load);
	out_col(o, W_AVERAGE, "%u", load);
	out_puts(o, "\n");
}

static int show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct conf *c = cli_conf(cli);
	struct out *o = cli_out(cli);
	const struct service *s = NULL;

	(void)a;
	(void)err;
	settings_show(&c->global->kept, o);
	out_puts(o, "\n");
	out_col(o, W_NAME, "%s", "");
	out_puts(o, "Average Load Number\n");
	out_col(o, W_NAME, "Service Name");
	out_col(o, W_SHORT, "Short");
	out_col(o, W_LONG, "Long");
	out_col(o, W_AVERAGE, "Average");
	out_puts(o, "\n\n");
	TAILQ_FOREACH(s, &c->services, link)
		service_show(cli_env(cli), s, o);
	return 0;
}

const struct cmd show_load_cmds[] = {
	{ .syntax = "show load",
	  .help = "Loads of services and how they are reckoned",
	  .run = show },
	{ 0 },
};
