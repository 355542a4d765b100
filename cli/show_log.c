/*
 * show log and its variants, clear log.
 *
 * `show log` alone prints the lines of this run, from memory; with a name it
 * prints a file of the log folder, which holds older runs too.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/filedir.h"
#include "cli/logfile.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/conf/global.h"
#include "emu/io/disk.h"

enum {
	W_SUBSYS = 14,
	W_DESTINATION = 22,
};

static int show_lines(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	log_ring_show(cli_out(cli), (unsigned)arg_uint(a, "lines", 0),
		      arg_key(a, "line-numbers"));
	return 0;
}

static int show_file(struct cli *cli, const struct args *a, struct err *err)
{
	return logfile_show(cli_env(cli)->disk, arg_word(a, "file"),
			    (unsigned)arg_uint(a, "lines", 0),
			    arg_key(a, "line-numbers"), cli_out(cli), err);
}

/* ---- show log-list -------------------------------------------------------- */

static int show_list(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return filedir_list(cli, DIR_LOG, err);
}

/* ---- show log-state ------------------------------------------------------- */

static void destinations(const struct env *env, struct out *o)
{
	const struct global *g = env->conf->global;

	out_puts(o, "Logging Destinations:\n");
	out_col(o, W_DESTINATION, "  Disk:");
	out_printf(o, "%s\n", disk_dir(env->disk) ? LOGFILE_NAME : "none");
	for (int i = 0; i < g->nlog_host; i++) {
		const struct log_host *h = &g->log_host[i];
		int level = h->level < 0 ? LOG_DEBUG_7 : h->level;

		out_col(o, W_DESTINATION, "  Host:");
		out_printf(o, "%s facility %u log-level %s\n",
			   str_addr(h->addr), h->facility,
			   log_level_name((enum log_level)level));
	}
	out_col(o, W_DESTINATION, "  Commands:");
	out_printf(o, "%s\n\n", g->log_commands ? "enabled" : "disabled");
}

static int show_state(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	destinations(cli_env(cli), o);
	out_col(o, W_SUBSYS, "Subsystem");
	out_puts(o, "Level\n");
	for (int s = 0; s < LOG_SUBSYS_NUM; s++) {
		enum log_level l = log_level_get((enum log_subsys)s);

		out_col(o, W_SUBSYS, "%s", log_subsys_name((enum log_subsys)s));
		out_printf(o, "%s\n", log_level_name(l));
	}
	return 0;
}

/* ---- clear log ------------------------------------------------------------ */

/* Without a name: the log that is being written, in memory and on disk. */
static int clear_log(struct cli *cli, const struct args *a, struct err *err)
{
	struct disk *d = cli_env(cli)->disk;
	const char *file = arg_word(a, "file");
	char name[NAME_MAX + 8];

	if (!file || !strcmp(file, LOGFILE_NAME)) {
		log_ring_clear();
		file = LOGFILE_NAME;
		if (!disk_exists(d, "log/" LOGFILE_NAME))
			return 0;
	}
	if (strchr(file, '/') ||
	    snprintf(name, sizeof(name), "log/%s", file) >= (int)sizeof(name) ||
	    !disk_exists(d, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_LOG_FILE, file);
	return disk_remove(d, name, err);
}

const struct cmd show_log_cmds[] = {
	{ .syntax = "show log [tail <lines:uint:1-1000>] [line-numbers]",
	  .help = "Log lines since the switch was started\n"
		  "The last lines only\n"
		  "Number of lines\n"
		  "With line numbers",
	  .run = show_lines },
	{ .syntax = "show log <file:word> [tail <lines:uint:1-1000>] "
		    "[line-numbers]",
	  .help = "Log file\n"
		  "The last lines only\n"
		  "Number of lines\n"
		  "With line numbers",
	  .run = show_file },
	{ .syntax = "show log-list",
	  .help = "Log files on disk",
	  .run = show_list },
	{ .syntax = "show log-state",
	  .help = "Destinations and levels",
	  .run = show_state },
	{ 0 },
};

/* Apart from the show commands: SuperUser rights are needed. */
const struct cmd clear_log_cmds[] = {
	{ .syntax = "clear log [<file:word>]",
	  .help = "Clear counters, caches and files\n"
		  "The log, or a log file\n"
		  "Log file",
	  .run = clear_log },
	{ 0 },
};
