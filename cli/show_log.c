/* show log and its variants, clear log. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/access.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/filedir.h"
#include "cli/logfile.h"
#include "cli/logsink.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/logging.h"
#include "emu/io/disk.h"

enum {
	W_SUBSYS = 14,
	W_DESTINATION = 22,
};

/* ---- show log FILE -------------------------------------------------------- */

/* A log may be large: it is read aside. */
struct reading {
	char path[LOGFILE_PATH];
	unsigned tail;
	bool line_numbers;
	struct out text;
	struct err err;
	int rc;
};

static void read_work(void *arg)
{
	struct reading *r = arg;

	r->rc = logfile_read(r->path, r->tail, r->line_numbers, &r->text,
			     &r->err);
}

static int read_done(struct cli *cli, void *arg, struct err *err)
{
	struct reading *r = arg;
	int rc = r->rc;

	*err = r->err;
	if (cli)
		out_write(cli_out(cli), out_text(&r->text), r->text.len);
	out_fini(&r->text);
	free(r);
	return rc;
}

static int show_file(struct cli *cli, const struct args *a, struct err *err)
{
	struct reading *r = NULL;

	if (access_may(cli, DIR_LOG, false, err) < 0)
		return -1;
	r = xcalloc(1, sizeof(*r));
	logsink_flush(cli_env(cli)->log);
	r->tail = (unsigned)arg_uint(a, "lines", 0);
	r->line_numbers = arg_key(a, "line-numbers");
	if (logfile_path(cli_env(cli)->disk, arg_word(a, "file"), r->path,
			 sizeof(r->path), err) < 0) {
		free(r);
		return -1;
	}
	return cli_job(cli, read_work, read_done, r);
}

/* ---- show log-list -------------------------------------------------------- */

static int show_list(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	logsink_flush(cli_env(cli)->log);
	return filedir_list(cli, DIR_LOG, err);
}

/* ---- show log-state ------------------------------------------------------- */

static void field(struct out *o, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void field(struct out *o, const char *label, const char *fmt, ...)
{
	va_list ap;

	out_col(o, W_DESTINATION, "  %s:", label);
	va_start(ap, fmt);
	out_vprintf(o, fmt, ap);
	va_end(ap);
	out_puts(o, "\n");
}

static const char *level_text(uint8_t level)
{
	return log_level_name((enum log_level)level);
}

static void destinations(const struct env *env, struct out *o)
{
	const struct logging *l = env->conf->logging;
	bool to_disk = disk_dir(env->disk) && l->to_disk;

	out_puts(o, "Logging Destinations:\n");
	field(o, "Disk", "%s", to_disk ? l->disk : "none");
	field(o, "Disk Buffer", "%u", l->buffer);
	for (int i = 0; i < l->nhost; i++)
		field(o, "Host", "%s facility %u log-level %s",
		      str_addr(l->host[i].addr), l->host[i].facility,
		      level_text(l->host[i].level));
	for (int i = 0; i < l->nline; i++)
		field(o, "Line", "%s", l->line[i]);
	for (int i = 0; i < l->nmail; i++)
		field(o, "Sendmail", "%s through %s level %s", l->mail[i].to,
		      str_addr(l->mail[i].server),
		      level_text(l->mail[i].level));
	field(o, "Commands", "%s", l->commands ? "enabled" : "disabled");
}

static int show_state(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	destinations(env, o);
	if (env->log)
		logsink_show(env->log, o);
	out_puts(o, "\n");
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

static int clear_log(struct cli *cli, const struct args *a, struct err *err)
{
	struct disk *d = cli_env(cli)->disk;
	const char *file = arg_word(a, "file");
	char name[NAME_MAX + 8];

	if (access_may(cli, DIR_LOG, true, err) < 0)
		return -1;
	logsink_drop(cli_env(cli)->log, file);
	if (strchr(file, '/') ||
	    snprintf(name, sizeof(name), "log/%s", file) >= (int)sizeof(name) ||
	    !disk_exists(d, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_LOG_FILE, file);
	return disk_remove(d, name, err);
}

const struct cmd show_log_cmds[] = {
	{ .syntax = "show log", .help = "Log files on disk", .run = show_list },
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
	{ .syntax = "clear log <file:word>",
	  .help = "Clear counters, caches and files\n"
		  "A log file\n"
		  "Log file",
	  .run = clear_log },
	{ 0 },
};
