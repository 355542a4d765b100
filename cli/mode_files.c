/*
 * Archives, scripts, cores: archive, restore, clear, show (platform.md 3.2).
 */
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/filedir.h"
#include "cli/modes.h"
#include "cli/render.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

#define STARTUP_CONFIG "startup-config"

/* ---- archive, restore ----------------------------------------------------- */

static int archive_file(struct cli *cli, enum access_dir dir, const char *file,
			const char *archive, struct err *err)
{
	char from[FILE_PATH_LEN], to[FILE_PATH_LEN];

	if (access_may(cli, dir, false, err) < 0 ||
	    access_may(cli, DIR_ARCHIVE, true, err) < 0 ||
	    filedir_find(cli, dir, file, err) < 0)
		return -1;
	filedir_path(dir, file, from, sizeof(from));
	filedir_path(DIR_ARCHIVE, archive ? archive : file, to, sizeof(to));
	return file_duplicate(cli, from, to, err);
}

static int archive_log(struct cli *cli, const struct args *a, struct err *err)
{
	return archive_file(cli, DIR_LOG, arg_word(a, "file"),
			    arg_word(a, "archive"), err);
}

static int archive_script(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return archive_file(cli, DIR_SCRIPT, arg_word(a, "file"),
			    arg_word(a, "archive"), err);
}

static int archive_running(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct out text = { 0 };
	int rc;

	render_config(cli_env(cli), wall_now(), &text);
	rc = filedir_write(cli, DIR_ARCHIVE, arg_word(a, "archive"),
			   out_text(&text), text.len, err);
	out_fini(&text);
	if (rc == 0)
		cli_worked(cli, T_WORKING);
	return rc;
}

static int startup_there(struct cli *cli, struct err *err)
{
	if (disk_exists(cli_env(cli)->disk, STARTUP_CONFIG))
		return 0;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_STARTUP);
}

static int archive_startup(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const char *archive = arg_word(a, "archive");
	char to[FILE_PATH_LEN];

	if (access_may(cli, DIR_RELEASE_ROOT, false, err) < 0 ||
	    access_may(cli, DIR_ARCHIVE, true, err) < 0 ||
	    startup_there(cli, err) < 0)
		return -1;
	filedir_path(DIR_ARCHIVE, archive ? archive : STARTUP_CONFIG, to,
		     sizeof(to));
	return file_duplicate(cli, STARTUP_CONFIG, to, err);
}

static int restore_file(struct cli *cli, const struct args *a,
			enum access_dir dir, struct err *err)
{
	const char *archive = arg_word(a, "archive");
	const char *file = arg_word(a, "file");
	char from[FILE_PATH_LEN], to[FILE_PATH_LEN];

	if (access_may(cli, DIR_ARCHIVE, false, err) < 0 ||
	    access_may(cli, dir, true, err) < 0 ||
	    filedir_find(cli, DIR_ARCHIVE, archive, err) < 0)
		return -1;
	filedir_path(DIR_ARCHIVE, archive, from, sizeof(from));
	filedir_path(dir, file ? file : archive, to, sizeof(to));
	return file_duplicate(cli, from, to, err);
}

static int restore_log(struct cli *cli, const struct args *a, struct err *err)
{
	return restore_file(cli, a, DIR_LOG, err);
}

static int restore_script(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return restore_file(cli, a, DIR_SCRIPT, err);
}

/* What is no text never becomes the configuration of the next start. */
static int restore_startup(struct cli *cli, const struct args *a,
			   struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	int rc;

	if (access_may(cli, DIR_RELEASE_ROOT, true, err) < 0 ||
	    filedir_read(cli, DIR_ARCHIVE, arg_word(a, "archive"), &text, &len,
			 err) < 0)
		return -1;
	rc = render_store(cli_env(cli), text, len, err);
	wipe(text, len);
	free(text);
	if (rc == 0)
		cli_worked(cli, T_WORKING);
	return rc;
}

/* ---- show ----------------------------------------------------------------- */

static int show_file(struct cli *cli, const struct args *a, enum access_dir dir,
		     bool numbered, struct err *err)
{
	const char *file = arg_word(a, "file");
	char *text = NULL;
	size_t len = 0;

	if (!file)
		return filedir_list(cli, dir, err);
	if (filedir_read(cli, dir, file, &text, &len, err) < 0)
		return -1;
	file_print(text, numbered, cli_out(cli));
	wipe(text, len); /* an archive may be a configuration */
	free(text);
	return 0;
}

static int show_archive(struct cli *cli, const struct args *a, struct err *err)
{
	return show_file(cli, a, DIR_ARCHIVE, false, err);
}

static int show_script(struct cli *cli, const struct args *a, struct err *err)
{
	return show_file(cli, a, DIR_SCRIPT, arg_key(a, "line-numbers"), err);
}

static int show_core(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return filedir_list(cli, DIR_CORE, err);
}

/* ---- clear ---------------------------------------------------------------- */

static int clear_archive(struct cli *cli, const struct args *a, struct err *err)
{
	return filedir_remove(cli, DIR_ARCHIVE, arg_word(a, "file"), err);
}

static int clear_script(struct cli *cli, const struct args *a, struct err *err)
{
	return filedir_remove(cli, DIR_SCRIPT, arg_word(a, "file"), err);
}

static int clear_core(struct cli *cli, const struct args *a, struct err *err)
{
	return filedir_remove(cli, DIR_CORE, arg_word(a, "file"), err);
}

/* ---- the tables ----------------------------------------------------------- */

#define TO_ARCHIVE "Name in the archive; the same if not given"

const struct cmd file_cmds[] = {
	{ .syntax = "archive", .help = "Keep a copy in the archive" },
	{ .syntax = "archive log <file:logfile:32> [<archive:name:32>]",
	  .help = "Log file\nIts name\n" TO_ARCHIVE,
	  .run = archive_log },
	{ .syntax = "archive running-config <archive:name:32>",
	  .help = "Configuration in force\nName in the archive",
	  .run = archive_running },
	{ .syntax = "archive script <file:script:32> [<archive:name:32>]",
	  .help = "Script\nIts name\n" TO_ARCHIVE,
	  .run = archive_script },
	{ .syntax = "archive startup-config [<archive:name:32>]",
	  .help = "Configuration at start-up\nName in the archive; "
		  "startup-config if not given",
	  .run = archive_startup },
	{ .syntax = "restore <archive:archive:32> log [<file:name:32>]",
	  .help = "Take a file back from the archive\n"
		  "Its name in the archive\n"
		  "As a log file\n"
		  "Name of the log file; the same if not given",
	  .run = restore_log },
	{ .syntax = "restore <archive:archive:32> script [<file:name:32>]",
	  .help = "As a script\nName of the script; the same if not given",
	  .run = restore_script },
	{ .syntax = "restore <archive:archive:32> startup-config",
	  .help = "As the configuration at start-up",
	  .run = restore_startup },
	{ .syntax = "show archive [<file:archive:32>]",
	  .help = "Print what is known about ...\n"
		  "Files of the archive\n"
		  "One of them",
	  .run = show_archive },
	{ .syntax = "show script [<file:script:32> [line-numbers]]",
	  .help = "Scripts\nOne of them\nWith a number on each line",
	  .run = show_script },
	{ .syntax = "show core", .help = "Core dumps", .run = show_core },
	{ .syntax = "clear", .help = "Reset or delete ..." },
	{ .syntax = "clear archive <file:archive:32>",
	  .help = "File of the archive\nIts name",
	  .run = clear_archive },
	{ .syntax = "clear script <file:script:32>",
	  .help = "Script\nIts name",
	  .run = clear_script },
	{ 0 },
};

const struct cmd debug_cmds[] = {
	{ .syntax = "clear core <file:core:32>",
	  .help = "Reset or delete ...\nA core dump\nIts file name",
	  .run = clear_core },
	{ 0 },
};
