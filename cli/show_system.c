/*
 * show version, system-resources, uptime, disk: figures of this process and of
 * the host it runs on.
 *
 * All modules of the switch live in one process, so each module reports the
 * same memory and processors.  "Installed Memory" is what the process may use
 * (the host's memory or a tighter limit), "Free Memory" what is left of that.
 * CPU is the share of the host's processors that the process took.  The packet
 * buffers are the kernel's, not pools of ours: there is no buffer block.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/license.h"
#include "cli/modes.h"
#include "cli/software.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"

enum {
	W_VERSION = 23,
	W_MEMORY = 21,
	W_SLOT = 14,
	W_MODULE = 19,
	W_PERCENT = 16,
};

/* ---- show version --------------------------------------------------------- */

/* The locked flash holds what the unit was made with. */
static int show_version(struct cli *cli, const struct args *a, struct err *err)
{
	const struct software *s = software_running(cli_env(cli));
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_VERSION, "Version:");
	out_printf(o, "%s (%s)\n", s->image, s->dots);
	out_col(o, W_VERSION, "Flash (Locked):");
	out_printf(o, "%s\n", CSS_VERSION_DOTS);
	out_col(o, W_VERSION, "Flash (Operational):");
	out_printf(o, "%s\n", s->dots);
	out_col(o, W_VERSION, "Type:");
	out_puts(o, s->secondary ? "SECONDARY\n" : "PRIMARY\n");
	out_col(o, W_VERSION, "Licensed Cmd Set(s):");
	out_puts(o, "Standard Feature Set\n");
	out_col(o, W_VERSION, "%s", "");
	out_puts(o, "Enhanced Feature Set\n");
	if (license_secure(cli_env(cli)->disk)) {
		out_col(o, W_VERSION, "%s", "");
		out_puts(o, "Secure Management\n");
	}
	return 0;
}

/* ---- memory --------------------------------------------------------------- */

/* The first number behind a label of a /proc file, else `none`. */
static uint64_t proc_value(const char *path, const char *name, uint64_t none)
{
	FILE *f = fopen(path, "re");
	char line[256];
	uint64_t v = none;

	if (!f)
		return none;
	while (fgets(line, sizeof(line), f)) {
		if (!str_has_prefix(line, name))
			continue;
		v = strtoull(line + strlen(name), NULL, 10);
		break;
	}
	(void)fclose(f);
	return v;
}

/* "max", or no such file, is no limit. */
static uint64_t limit_of_group(void)
{
	static const char *const files[] = {
		"/sys/fs/cgroup/memory.max",
		"/sys/fs/cgroup/memory/memory.limit_in_bytes",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		uint64_t v = proc_value(files[i], "", 0);

		if (v > 0)
			return v;
	}
	return UINT64_MAX;
}

static uint64_t lower(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

struct memory {
	uint64_t installed, free;
};

static void memory_read(struct memory *m)
{
	uint64_t total = proc_value("/proc/meminfo", "MemTotal:", 0) << 10;
	uint64_t avail = proc_value("/proc/meminfo", "MemAvailable:", 0) << 10;
	uint64_t used = proc_value("/proc/self/status", "VmRSS:", 0) << 10;
	struct rlimit r = { 0 };

	m->installed = lower(total, limit_of_group());
	if (getrlimit(RLIMIT_AS, &r) == 0 && r.rlim_cur != RLIM_INFINITY)
		m->installed = lower(m->installed, r.rlim_cur);
	m->free = m->installed > used ? m->installed - used : 0;
	m->free = lower(m->free, avail);
}

static void memory_line(struct out *o, const char *name, uint64_t bytes)
{
	out_col(o, W_MEMORY, "%s", name);
	out_printf(o, "%s (%llu MB)\n", str_thousands(bytes),
		   (unsigned long long)(bytes >> 20));
}

/* ---- processors ----------------------------------------------------------- */

struct cpu_sample {
	uint64_t at_ms, used_ms;
};

/* Where the present measurement began: at power-on, then at the last question
 * that was a second or more ago.  Of the process, like what it measures. */
static struct cpu_sample cpu_from;

static uint64_t cpu_used_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Of all processors; a span of less than a second tells nothing and counts as
 * one. */
static unsigned cpu_percent(struct cpu_sample from, struct cpu_sample to)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t span = to.at_ms - from.at_ms;

	if (span < 1000)
		span = 1000;
	span *= (uint64_t)(cpus > 0 ? cpus : 1);
	return (unsigned)lower((to.used_ms - from.used_ms) * 100 / span, 100);
}

struct cpu {
	unsigned now, average;
};

static void cpu_read(const struct env *env, struct cpu *c)
{
	struct cpu_sample boot = { .at_ms = env->boot_ms };
	struct cpu_sample to = { .at_ms = clock_ms(),
				 .used_ms = cpu_used_ms() };

	if (cpu_from.at_ms < boot.at_ms)
		cpu_from = boot;
	c->now = cpu_percent(cpu_from, to);
	c->average = cpu_percent(boot, to);
	if (to.at_ms - cpu_from.at_ms >= 1000)
		cpu_from = to;
}

/* ---- show system-resources ------------------------------------------------ */

static int show_resources(struct cli *cli, const struct args *a,
			  struct err *err)
{
	const struct env *env = cli_env(cli);
	unsigned slot = (unsigned)arg_uint(a, "slot", 1);
	struct out *o = cli_out(cli);
	struct memory m;
	struct cpu c;

	if (!chassis_card(env->chassis, slot))
		return err_set(err, ERR_NOT_FOUND, -1, T_CH_SLOT_EMPTY, slot);
	memory_read(&m);
	cpu_read(env, &c);
	out_printf(o, "Slot: %u  Subslot: 1\n", slot);
	memory_line(o, "Installed Memory:", m.installed);
	memory_line(o, "Free Memory:", m.free);
	out_puts(o, "\n");
	out_col(o, W_MEMORY, "CPU:");
	out_printf(o, "%u%%\n", c.now);
	return 0;
}

static int show_cpu(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct out *o = cli_out(cli);
	struct cpu c;

	(void)a;
	(void)err;
	cpu_read(env, &c);
	out_col(o, W_SLOT, "Slot/Subslot");
	out_col(o, W_MODULE, "Module Name");
	out_col(o, W_PERCENT, "Instantaneous");
	out_puts(o, "Average\n");
	for (unsigned s = 1; s <= chassis_model(env->chassis)->nslots; s++) {
		const struct card *card = chassis_card(env->chassis, s);

		if (!card)
			continue;
		out_col(o, W_SLOT, " %u/1", s);
		out_col(o, W_MODULE, "%s", card->ops->part);
		out_col(o, W_PERCENT, "%u%%", c.now);
		out_printf(o, "%u%%\n", c.average);
	}
	return 0;
}

/* ---- show uptime ---------------------------------------------------------- */

static void elapsed(struct out *o, uint64_t s)
{
	out_printf(o, "%llu days %02u:%02u:%02u\n",
		   (unsigned long long)(s / 86400), (unsigned)(s / 3600 % 24),
		   (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

static int show_uptime(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	uint64_t now = clock_ms();
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_puts(o, "Uptime:\n");
	for (unsigned s = 1; s <= chassis_model(env->chassis)->nslots; s++) {
		const struct card *card = chassis_card(env->chassis, s);

		if (!card)
			continue;
		out_col(o, W_SLOT, " %u/1", s);
		out_col(o, W_MODULE, "%s", card->ops->part);
		elapsed(o, now > card->inserted_ms
				   ? (now - card->inserted_ms) / 1000
				   : 0);
	}
	return 0;
}

const struct cmd show_system_cmds[] = {
	{ .syntax = "version",
	  .help = "Software version and licences",
	  .run = show_version },
	{ .syntax = "show version",
	  .help = "Software version and licences",
	  .run = show_version },
	{ .syntax = "show system-resources "
		    "[<slot:uint:1-6> [<subslot:uint:1-1>]]",
	  .help = "Memory and CPU\n"
		  "Slot number\n"
		  "Subslot number",
	  .run = show_resources },
	{ .syntax = "show system-resources cpu_summary",
	  .help = "CPU of every module",
	  .run = show_cpu },
	{ .syntax = "show uptime",
	  .help = "How long each module has been up",
	  .run = show_uptime },
	{ 0 },
};
