/* show dos and zero dos: attacks that the data plane has seen (content.md 6.7). */
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/plane/frames.h"

enum {
	W_FACT = 23,
	W_COUNT = 4,
};

static const char *const names[ATTACK_NUM] = {
	[ATTACK_SYN] = "SYN",
	[ATTACK_LAND] = "LAND",
	[ATTACK_ZERO_PORT] = "Zero Port",
	[ATTACK_ILLEGAL_SRC] = "Illegal Src",
	[ATTACK_ILLEGAL_DST] = "Illegal Dst",
	[ATTACK_SMURF] = "Smurf",
	[ATTACK_DEATH] = "Ping of Death", /* guess: the name of older releases */
};

static void fact(struct out *o, const char *name, const char *value)
{
	out_col(o, W_FACT, "%s:", name);
	out_printf(o, "%s\n", value);
}

static void when_fact(struct out *o, const char *name, time_t t)
{
	char text[WALL_TEXT_LEN + 1];

	fact(o, name, t ? wall_text(t, text) : "Never");
}

static void attack_row(struct out *o, const char *name,
		       unsigned long long count, unsigned long long most)
{
	struct out label = { 0 };

	out_printf(&label, "%s Attacks:", name);
	out_col(o, W_FACT, "%s", out_text(&label));
	out_col(o, W_COUNT, "%llu", count);
	out_printf(o, "Maximum per second: %llu\n", most);
	out_fini(&label);
}

static void summary(const struct attacks *a, struct out *o)
{
	unsigned long long total = 0;

	for (int i = 0; i < ATTACK_NUM; i++)
		total += a->count[i];
	out_puts(o, "Denial of Service Attack Summary:\n\n");
	out_col(o, W_FACT, "Total Attacks:");
	out_printf(o, "%llu\n", total);
	for (int i = 0; i < ATTACK_DEATH; i++)
		attack_row(o, names[i], a->count[i], a->second[i]);
	out_puts(o, "\n");
	when_fact(o, "First Attack Detected", a->first);
	when_fact(o, "Last Attack Detected", a->last);
}

static void event_show(const struct attack_event *e, int number, struct out *o)
{
	out_printf(o, "\nDOS Attack Event %d:\n", number);
	when_fact(o, "First Attack", e->first);
	when_fact(o, "Last Attack", e->last);
	fact(o, "Source Address", str_addr(e->src));
	fact(o, "Destination Address", str_addr(e->dst));
	out_col(o, W_FACT, "Event Count:");
	out_printf(o, "%llu\n", (unsigned long long)e->count);
	fact(o, "Attack Type", names[e->kind]);
}

static int dos_show(struct cli *cli, bool events)
{
	struct attacks *a = xcalloc(1, sizeof(*a));

	if (cli_env(cli)->plane)
		plane_attacks(cli_env(cli)->plane, a);
	summary(a, cli_out(cli));
	for (int i = 0; events && i < a->nevent; i++)
		event_show(&a->event[i], i + 1, cli_out(cli));
	free(a);
	return 0;
}

static int show_dos(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	return dos_show(cli, true);
}

static int show_summary(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	return dos_show(cli, false);
}

static int zero_dos(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	if (cli_env(cli)->plane)
		plane_zero_attacks(cli_env(cli)->plane);
	return 0;
}

const struct cmd zero_dos_cmds[] = {
	{ .syntax = "zero dos statistics",
	  .help = "Clear counters\n"
		  "Attacks\n"
		  "Their counters",
	  .run = zero_dos },
	{ 0 },
};

const struct cmd show_dos_cmds[] = {
	{ .syntax = "show dos",
	  .help = "Attacks (denial of service)",
	  .run = show_dos },
	{ .syntax = "show dos summary",
	  .help = "Totals only",
	  .run = show_summary },
	{ 0 },
};
