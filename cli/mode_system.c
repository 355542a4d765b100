/*
 * dump, show dump-status and show memory: the program's memory, and what
 * becomes of it when the program dies (platform.md 1.8)
 *
 * A core of the switch is a core of this program.  `dump disable` forbids it;
 * enabled, the host decides (its limit and its core_pattern), as for any other
 * program.  Keys are in no core either way.
 */
#include <malloc.h>
#include <stdint.h>
#include <sys/resource.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"

enum { W_LABEL = 24 };

static int dump_show(struct cli *cli, const struct args *a, struct err *err)
{
	bool off = cli_conf(cli)->global->dump_off;
	struct out *o = cli_out(cli);
	struct rlimit r = { 0 };

	(void)a;
	(void)err;
	out_col(o, W_LABEL, "Core Dumps:");
	out_printf(o, "%s\n", off ? "disabled" : "enabled");
	if (off || getrlimit(RLIMIT_CORE, &r) < 0)
		return 0;
	out_col(o, W_LABEL, "Limit of the Host:");
	if (r.rlim_cur == RLIM_INFINITY)
		out_puts(o, "none\n");
	else
		out_printf(o, "%s bytes\n", str_thousands(r.rlim_cur));
	return 0;
}

static void memory_row(struct out *o, const char *name, size_t v)
{
	out_col(o, W_LABEL, "%s:", name);
	out_printf(o, "%s\n", str_thousands(v));
}

/* All arenas of the C library's heap; large blocks are mapped one by one. */
static int memory_show(struct cli *cli, const struct args *a, struct err *err)
{
	struct mallinfo2 m = mallinfo2();
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	memory_row(o, "Bytes Free", m.fordblks);
	memory_row(o, "Blocks Free", m.ordblks);
	memory_row(o, "Average Block Free",
		   m.ordblks ? m.fordblks / m.ordblks : 0);
	memory_row(o, "Bytes Allocated", m.uordblks + m.hblkhd);
	memory_row(o, "Large Blocks", m.hblks);
	memory_row(o, "Bytes in Large Blocks", m.hblkhd);
	return 0;
}

const struct cmd system_cmds[] = {
	{ .syntax = "dump {enable|disable}",
	  .help = "Core of the program when it dies\n"
		  "As the host allows\n"
		  "None",
	  .no = "no dump",
	  .set = &(const struct setting){ .global = true,
					  .store = SET_FLAG,
					  SETTING_AT(struct global, dump_off),
					  .yes = "disable",
					  .no = "enable" } },
	{ 0 },
};

const struct cmd show_memory_cmds[] = {
	{ .syntax = "show dump-status",
	  .help = "Whether a core is dumped",
	  .run = dump_show },
	{ .syntax = "show memory",
	  .help = "Free and allocated memory of the program",
	  .run = memory_show },
	{ 0 },
};
