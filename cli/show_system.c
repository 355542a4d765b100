/*
 * show version, system-resources, uptime, disk: figures of this process and of
 * the host it runs on.
 *
 * All modules of the switch live in one process, so each module reports the
 * same memory.  "Installed Memory" is what the process may use (the host's
 * memory or a tighter limit), "Free Memory" what is left of that.  CPU is that
 * of the threads that do a module's work (cli/usage.h).  The packet buffers are
 * the kernel's, not pools of ours: there is no buffer block.
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
#include "cli/usage.h"
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
	W_AVERAGE = 10,
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

/* A board that is all of a switch is as busy as the busier of its parts. */
static void load_of(const struct env *env, unsigned slot,
		    struct usage_load *load)
{
	struct usage_load other;
	bool all_in_one = chassis_model(env->chassis)->fixed;

	usage_read(env->usage, slot == 1 ? USAGE_SCM : USAGE_MODULES, load);
	if (slot != 1 || !all_in_one)
		return;
	usage_read(env->usage, USAGE_MODULES, &other);
	if (other.now > load->now)
		*load = other;
}

/* ---- show system-resources ------------------------------------------------ */

static int show_resources(struct cli *cli, const struct args *a,
			  struct err *err)
{
	const struct env *env = cli_env(cli);
	unsigned slot = (unsigned)arg_uint(a, "slot", 1);
	struct out *o = cli_out(cli);
	struct memory m;
	struct usage_load load;

	if (!chassis_card(env->chassis, slot))
		return err_set(err, ERR_NOT_FOUND, -1, T_CH_SLOT_EMPTY, slot);
	memory_read(&m);
	load_of(env, slot, &load);
	out_printf(o, "Slot: %u  Subslot: 1\n", slot);
	memory_line(o, "Installed Memory:", m.installed);
	memory_line(o, "Free Memory:", m.free);
	out_puts(o, "\n");
	out_col(o, W_MEMORY, "CPU:");
	out_printf(o, "%u%%\n", load.now);
	return 0;
}

static int show_cpu(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct out *o = cli_out(cli);
	struct usage_load load;

	(void)a;
	(void)err;
	out_col(o, W_SLOT, "Slot/Subslot");
	out_col(o, W_MODULE, "Module Name");
	out_col(o, W_PERCENT, "Instantaneous");
	out_col(o, W_AVERAGE, "Average");
	out_col(o, W_AVERAGE, "1 Min");
	out_puts(o, "5 Min\n");
	for (unsigned s = 1; s <= chassis_model(env->chassis)->nslots; s++) {
		const struct card *card = chassis_card(env->chassis, s);

		if (!card)
			continue;
		load_of(env, s, &load);
		out_col(o, W_SLOT, " %u/1", s);
		out_col(o, W_MODULE, "%s", card->ops->part);
		out_col(o, W_PERCENT, "%u%%", load.now);
		out_col(o, W_AVERAGE, "%u%%", load.average);
		out_col(o, W_AVERAGE, "%u%%", load.min1);
		out_printf(o, "%u%%\n", load.min5);
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
