/* Commands of the rmon-alarm, rmon-event and rmon-history modes. */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/mib.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/rmon.h"

/* ---- what the three have in common ---------------------------------------- */

static int suspended(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return rmon_may_edit(cli_object(cli), err);
}

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return rmon_activate(cli_conf(cli), cli_object(cli), err);
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return rmon_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct rmon *r = obj;

	if (r->active)
		out_puts(o, "  active \n");
}

#define FIELD(...)                                                             \
	&(const struct setting)                                                \
	{                                                                      \
		.check = suspended, __VA_ARGS__                                \
	}
#define OWNER(type, len)                                                       \
	{                                                                      \
		.syntax = "owner <text:text:1-" len ">",                       \
		.help = "Who made it\n"                                        \
			"Text in quotes",                                      \
		.no = "no owner",                                              \
		.set = FIELD(SETTING_TEXT_AT(struct type, owner))              \
	}
#define STATE                                                                  \
	{ .syntax = "active",                                                  \
	  .help = "Put it in use",                                             \
	  .run = activate,                                                     \
	  .render = active_render },                                           \
	{                                                                      \
		.syntax = "suspend", .help = "Take it out of use",             \
		.run = deactivate                                              \
	}

/* ---- alarms --------------------------------------------------------------- */

static int lookup(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	mib_list(arg_word(a, "object"), cli_out(cli));
	return 0;
}

static int variable_put(struct cli *cli, const char *object, struct err *err)
{
	struct rmon_alarm *al = cli_object(cli);

	if (!strcmp(al->variable, object))
		return 0;
	if (rmon_may_edit(&al->r, err) < 0)
		return -1;
	return conf_put_text(cli_conf(cli), al->variable, sizeof(al->variable),
			     object, err);
}

static int variable_set(struct cli *cli, const struct args *a, struct err *err)
{
	return variable_put(cli, arg_word(a, "object"), err);
}

static int variable_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	return variable_put(cli, "", err);
}

static void variable_render(const void *obj, struct out *o)
{
	const struct rmon_alarm *a = obj;

	if (a->variable[0] && mib_is_known(a->variable))
		out_printf(o, "  sample-variable %s \n", a->variable);
}

static void unknown_render(const void *obj, struct out *o)
{
	const struct rmon_alarm *a = obj;

	if (a->variable[0] && !mib_is_known(a->variable))
		out_printf(o, "  sample-variable %s \n", a->variable);
}

/* Row order is running-config order. */
const struct cmd rmon_alarm_cmds[] = {
	OWNER(rmon_alarm, "32"),
	{ .syntax = "sample-variable <object:mibobject:127>",
	  .help = "MIB object that is sampled\n"
		  "Name of the object, and which one",
	  .run = variable_set,
	  .render = variable_render,
	  .no = "no sample-variable",
	  .clear = variable_clear },
	{ .syntax = "sample-variable <object:mibname:127>",
	  .help = "Name of any other object",
	  .run = variable_set,
	  .render = unknown_render,
	  .inert = "the switch does not know this object; the alarm takes no "
		   "samples" },
	{ .syntax = "sample-type {absolute|delta}",
	  .help = "What is compared with the thresholds\n"
		  "The value\n"
		  "How much it changed",
	  .no = "no sample-type",
	  .set = FIELD(.store = SET_WORD, .words = rmon_sample_names,
		       SETTING_AT(struct rmon_alarm, sample)) },
	{ .syntax = "sample-interval <seconds:uint:1-65535>",
	  .help = "Time between samples\n"
		  "Seconds, default 300",
	  .no = "no sample-interval",
	  .set = FIELD(.store = SET_U16, .dflt = "300",
		       SETTING_AT(struct rmon_alarm, interval_s)) },
	{ .syntax = "startup-type {falling|rising|rising-and-falling}",
	  .help = "Alarm that the first sample may raise\n"
		  "At or below the falling threshold\n"
		  "At or above the rising threshold\n"
		  "Both",
	  .no = "no startup-type",
	  .set = FIELD(.store = SET_WORD, .words = rmon_startup_names,
		       SETTING_AT(struct rmon_alarm, startup)) },
	{ .syntax = "rising-threshold <threshold:uint:0-4294967295>",
	  .help = "Value that raises the rising event\n"
		  "At or above",
	  .no = "no rising-threshold",
	  .set = FIELD(.store = SET_U32,
		       SETTING_AT(struct rmon_alarm, rising)) },
	{ .syntax = "rising-event <event:uint:0-65534>",
	  .help = "Event when rising\n"
		  "Number of an rmon-event, 0 none",
	  .no = "no rising-event",
	  .set = FIELD(.store = SET_U16,
		       SETTING_AT(struct rmon_alarm, rising_event)) },
	{ .syntax = "falling-threshold <threshold:uint:0-4294967295>",
	  .help = "Value that raises the falling event\n"
		  "At or below",
	  .no = "no falling-threshold",
	  .set = FIELD(.store = SET_U32,
		       SETTING_AT(struct rmon_alarm, falling)) },
	{ .syntax = "falling-event <event:uint:0-65534>",
	  .help = "Event when falling\n"
		  "Number of an rmon-event, 0 none",
	  .no = "no falling-event",
	  .set = FIELD(.store = SET_U16,
		       SETTING_AT(struct rmon_alarm, falling_event)) },
	{ .syntax = "lookup <object:word:127>",
	  .help = "Find objects that can be sampled\n"
		  "How their names begin",
	  .run = lookup },
	STATE,
	{ 0 },
};

/* ---- events --------------------------------------------------------------- */

static const char no_traps[] = "no SNMP traps are sent yet";

#define EVENT_TYPE                                                             \
	FIELD(.family = "type", .store = SET_WORD,                             \
	      .words = rmon_event_type_names,                                  \
	      SETTING_AT(struct rmon_event, type))

/* Row order is running-config order. */
const struct cmd rmon_event_cmds[] = {
	{ .syntax = "description <text:text:1-126>",
	  .help = "Describe the event\n"
		  "Text in quotes",
	  .no = "no description",
	  .set = FIELD(SETTING_TEXT_AT(struct rmon_event, description)) },
	OWNER(rmon_event, "126"),
	{ .syntax = "community <name:word:1-127>",
	  .help = "SNMP community of its traps\n"
		  "Community, default public",
	  .no = "no community",
	  .set = FIELD(SETTING_TEXT_AT(struct rmon_event, community),
		       .dflt = "public"),
	  .inert = no_traps },
	{ .syntax = "type {log|none}",
	  .help = "What the event does\n"
		  "Write to the log\n"
		  "Nothing",
	  .no = "no type",
	  .set = EVENT_TYPE },
	{ .syntax = "type {log-and-trap|trap}",
	  .help = "Write to the log and send a trap\n"
		  "Send a trap",
	  .set = EVENT_TYPE,
	  .inert = no_traps },
	STATE,
	{ 0 },
};

/* ---- histories ------------------------------------------------------------ */

static uint32_t ifindex_read(const char *word)
{
	const char *dot = strrchr(word, '.');
	uint32_t n = 0;

	(void)str_to_u32(dot ? dot + 1 : word, 1, UINT32_MAX, &n);
	return n;
}

static int source_put(struct cli *cli, uint32_t ifindex, struct err *err)
{
	struct rmon_history *h = cli_object(cli);

	if (h->port_ifindex == ifindex)
		return 0;
	if (rmon_may_edit(&h->r, err) < 0)
		return -1;
	conf_put_u32(cli_conf(cli), &h->port_ifindex, ifindex);
	return 0;
}

static int source_set(struct cli *cli, const struct args *a, struct err *err)
{
	return source_put(cli, ifindex_read(arg_word(a, "port")), err);
}

static int source_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return source_put(cli, 0, err);
}

static void source_render(const void *obj, struct out *o)
{
	const struct rmon_history *h = obj;

	if (h->port_ifindex)
		out_printf(o, "  data-source ifIndex.%u \n", h->port_ifindex);
}

/* Row order is running-config order. */
const struct cmd rmon_history_cmds[] = {
	OWNER(rmon_history, "126"),
	{ .syntax = "data-source <port:ifindex>",
	  .help = "Port whose counters are kept\n"
		  "Its ifIndex, see show interface",
	  .run = source_set,
	  .render = source_render,
	  .no = "no data-source",
	  .clear = source_clear },
	{ .syntax = "interval <seconds:uint:1-3600>",
	  .help = "Time of one bucket\n"
		  "Seconds, default 1800",
	  .no = "no interval",
	  .set = FIELD(.store = SET_U16, .dflt = "1800",
		       SETTING_AT(struct rmon_history, interval_s)) },
	{ .syntax = "requested-buckets <buckets:uint:1-65535>",
	  .help = "How many buckets to keep\n"
		  "Number, default 50",
	  .no = "no requested-buckets",
	  .set = FIELD(.store = SET_U16, .dflt = "50",
		       SETTING_AT(struct rmon_history, buckets)) },
	STATE,
	{ 0 },
};
