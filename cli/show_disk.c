/*
 * show disk, disk-map, installed-software
 *
 * The disk is a folder of the host, so sizes are those of the host's file
 * system.  Bad clusters and lost chains are of a kind of file system that it
 * does not have: there are none.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/software.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/io/disk.h"

#define W_LABEL 28
#define W_MAP	12

/* ---- show disk ------------------------------------------------------------ */

static void count(struct out *o, const char *name, uint64_t v)
{
	out_col(o, W_LABEL, "%s:", name);
	out_printf(o, "%s\n", str_thousands(v));
}

static void disk_show(const struct disk *d, bool details, struct out *o)
{
	struct disk_usage u = { 0 };
	uint64_t cluster;

	disk_usage(d, &u);
	cluster = u.block > 0 ? u.block : 1;
	if (details) {
		count(o, "drive", 0);
		count(o, "size in bytes", u.total);
	}
	count(o, "total # of clusters", u.total / cluster);
	count(o, "bytes per cluster", cluster);
	count(o, "free clusters", u.free / cluster);
	count(o, "bad clusters", 0);
	count(o, "files", u.files);
	count(o, "folders", u.folders);
	count(o, "total bytes in files", u.used);
	count(o, "lost chains", 0);
	count(o, "total bytes in lost chains", 0);
}

static int show_disk(struct cli *cli, const struct args *a, struct err *err)
{
	const struct disk *d = cli_env(cli)->disk;

	if (arg_uint(a, "disk", 0) != 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_DISK);
	if (!disk_dir(d))
		return err_set(err, ERR_REFUSED, -1, T_SCRATCH_DISK);
	disk_show(d, arg_key(a, "details"), cli_out(cli));
	return 0;
}

/* ---- show disk-map -------------------------------------------------------- */

static int show_map(struct cli *cli, const struct args *a, struct err *err)
{
	static const char *const what[] = { "Core", "Log" };

	(void)a;
	(void)err;
	for (size_t i = 0; i < sizeof(what) / sizeof(*what); i++) {
		out_col(cli_out(cli), W_MAP, "%s:", what[i]);
		out_puts(cli_out(cli), "Disk 0\n");
	}
	return 0;
}

/* ---- show installed-software ---------------------------------------------- */

static int show_software(struct cli *cli, const struct args *a, struct err *err)
{
	const struct disk *d = cli_env(cli)->disk;
	char **names = NULL;

	(void)a;
	if (access_may(cli, DIR_ROOT, false, err) < 0)
		return -1;
	names = software_list(d);
	if (!disk_dir(d)) /* it runs all the same */
		out_printf(cli_out(cli), "%s\n",
			   software_running(cli_env(cli))->image);
	for (char **n = names; *n; n++) {
		out_printf(cli_out(cli), "%s\n", *n);
		free(*n);
	}
	free(names);
	return 0;
}

static int show_limit(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	out_printf(cli_out(cli), T_SOFTWARE_LIMIT "\n", SOFTWARE_LIMIT);
	return 0;
}

const struct cmd show_disk_cmds[] = {
	{ .syntax = "show disk [{<disk:uint:0-1>|details}]",
	  .help = "Print what is known about ...\n"
		  "Size and use of the disk\n"
		  "Disk number\n"
		  "With its number and size",
	  .run = show_disk },
	{ .syntax = "show disk-map",
	  .help = "Which disk cores and logs are on",
	  .run = show_map },
	{ .syntax = "show installed-software",
	  .help = "Versions of the software on the disk",
	  .run = show_software },
	{ .syntax = "show installed-software version-limit",
	  .help = "How many there may be",
	  .run = show_limit },
	{ 0 },
};
