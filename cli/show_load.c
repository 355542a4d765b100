/*
 * show load: how loads of services are reckoned, and what they are (content.md
 * 1.5): of short flows, of long ones, and the average that balancing goes by.
 */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/out.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"

/* Column widths; negative: right-justified. */
enum {
	W_LABEL = 22,
	W_NAME = 33,
	W_SHORT = -5,
	W_LONG = -6,
	W_AVERAGE = -9,
};

static void step_show(const struct env *env, struct out *o)
{
	const struct load_conf *c = &env->conf->global->flow.load;
	uint32_t actual = c->step_ms;

	if (env->plane)
		actual = plane_load_step_ms(env->plane);
	out_col(o, W_LABEL, "Load Step Configured:");
	out_printf(o, "%u ms  %s, Actual: %u ms\n", c->step_ms,
		   c->step_static ? "Static" : "Dynamic", actual);
}

static void number_show(struct out *o, const char *label, uint32_t value,
			const char *unit)
{
	out_col(o, W_LABEL, "%s", label);
	out_printf(o, "%u%s\n", value, unit);
}

static void word_show(struct out *o, const char *label, const char *word)
{
	out_col(o, W_LABEL, "%s", label);
	out_printf(o, "%s\n", word);
}

static void settings_show(const struct env *env, struct out *o)
{
	const struct load_conf *c = &env->conf->global->flow.load;
	bool absolute = c->calculation == LOAD_ABSOLUTE;

	step_show(env, o);
	number_show(o, "Load Threshold:", c->threshold, "");
	number_show(o, "Ageout-Timer:", c->ageout_s, " seconds");
	number_show(o, "Teardown-Timer:", c->teardown_s, " seconds");
	word_show(o, "Load Reporting:", c->reporting ? "Enabled" : "Disabled");
	word_show(o, "Load Calculation:", absolute ? "Absolute" : "Relative");
	if (absolute)
		number_show(o, "Absolute Sensitivity:", c->sensitivity, "");
}

static void service_show(const struct env *env, const struct service *s,
			 struct out *o)
{
	struct monitor_info info;
	struct service_load load;

	live_service(env, s, &info);
	live_loads(env, s, info.state, &load);
	out_col(o, W_NAME, "%s", s->name);
	out_col(o, W_SHORT, "%u", load.short_flows);
	out_col(o, W_LONG, "%u", load.long_flows);
	out_col(o, W_AVERAGE, "%u", load.average);
	out_puts(o, "\n");
}

static int show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct conf *c = cli_conf(cli);
	struct out *o = cli_out(cli);
	const struct service *s = NULL;

	(void)a;
	(void)err;
	settings_show(cli_env(cli), o);
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
