/*
 * copy: files of the switch to and from FTP and TFTP servers and its own disk
 * (platform.md 3.2).  Certificates and keys have rules of their own: mode_ssl.c.
 *
 * What comes is checked before it takes the place of anything: a configuration
 * or script must be a text, and an image goes to a draft of the disk.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/filedir.h"
#include "cli/modes.h"
#include "cli/render.h"
#include "cli/software.h"
#include "cli/transfer.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

#define STARTUP_CONFIG "startup-config"
#define IMAGE_NAME_LEN 64

static struct transfer *transfer_of(struct cli *cli, const struct args *a,
				    uint64_t max, struct err *err)
{
	const char *remote = arg_word(a, "remote");

	if (arg_key(a, "ftp"))
		return transfer_new(cli_env(cli), arg_word(a, "record"), false,
				    remote, max, err);
	return transfer_tftp(cli_env(cli), arg_word(a, "host"), remote, max,
			     err);
}

/* ---- to a server ---------------------------------------------------------- */

static int send_path(struct cli *cli, const struct args *a, const char *path,
		     struct err *err)
{
	struct transfer *t = transfer_of(cli, a, 0, err);
	uint64_t len = 0;
	int fd = t ? disk_open_file(cli_env(cli)->disk, path, &len, err) : -1;

	if (fd < 0) {
		transfer_free(t);
		return -1;
	}
	transfer_send_file(t, fd, len);
	return transfer_start(cli, t, NULL, NULL, NULL);
}

static int send_file(struct cli *cli, const struct args *a, enum access_dir dir,
		     struct err *err)
{
	const char *file = arg_word(a, "file");
	char path[FILE_PATH_LEN];

	if (access_may(cli, dir, false, err) < 0 ||
	    filedir_find(cli, dir, file, err) < 0)
		return -1;
	filedir_path(dir, file, path, sizeof(path));
	return send_path(cli, a, path, err);
}

static int send_log(struct cli *cli, const struct args *a, struct err *err)
{
	return send_file(cli, a, DIR_LOG, err);
}

static int send_script(struct cli *cli, const struct args *a, struct err *err)
{
	return send_file(cli, a, DIR_SCRIPT, err);
}

static int send_core(struct cli *cli, const struct args *a, struct err *err)
{
	return send_file(cli, a, DIR_CORE, err);
}

static int startup_may(struct cli *cli, struct err *err)
{
	if (access_may(cli, DIR_RELEASE_ROOT, false, err) < 0)
		return -1;
	if (disk_exists(cli_env(cli)->disk, STARTUP_CONFIG))
		return 0;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_STARTUP);
}

static int send_startup(struct cli *cli, const struct args *a, struct err *err)
{
	if (startup_may(cli, err) < 0)
		return -1;
	return send_path(cli, a, STARTUP_CONFIG, err);
}

/* The text is the transfer's, then. */
static int send_text(struct cli *cli, const struct args *a, struct out *text,
		     struct err *err)
{
	struct transfer *t = transfer_of(cli, a, 0, err);

	if (!t) {
		wipe(text->buf, text->len);
		out_fini(text);
		return -1;
	}
	transfer_send(t, text->buf, text->len);
	return transfer_start(cli, t, NULL, NULL, NULL);
}

static int send_running(struct cli *cli, const struct args *a, struct err *err)
{
	struct out text = { 0 };

	render_config(cli_env(cli), wall_now(), &text);
	return send_text(cli, a, &text, err);
}

static int send_errors(struct cli *cli, const struct args *a, struct err *err)
{
	const struct out *errors = cli_env(cli)->startup_errors;
	struct out text = { 0 };

	if (access_may(cli, DIR_RELEASE_ROOT, false, err) < 0)
		return -1;
	if (!errors || !errors->len)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_STARTUP_ERRORS);
	out_puts(&text, out_text(errors));
	return send_text(cli, a, &text, err);
}

/* ---- to the disk ---------------------------------------------------------- */

static int store_running(struct cli *cli, const struct args *a, struct err *err)
{
	struct out text = { 0 };
	int rc;

	render_config(cli_env(cli), wall_now(), &text);
	rc = filedir_write(cli, DIR_RELEASE_ROOT, arg_word(a, "file"),
			   out_text(&text), text.len, err);
	out_fini(&text);
	if (rc == 0)
		cli_worked(cli, T_WORKING);
	return rc;
}

static int store_startup(struct cli *cli, const struct args *a, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	int rc;

	if (startup_may(cli, err) < 0 ||
	    disk_read(cli_env(cli)->disk, STARTUP_CONFIG, &text, &len, err) < 0)
		return -1;
	rc = filedir_write(cli, DIR_RELEASE_ROOT, arg_word(a, "file"), text,
			   len, err);
	wipe(text, len);
	free(text);
	if (rc == 0)
		cli_worked(cli, T_WORKING);
	return rc;
}

/* ---- from a server -------------------------------------------------------- */

static int check_text(const struct transfer *t, const char *what,
		      struct err *err)
{
	if (!t->len)
		return err_set(err, ERR_REFUSED, -1, T_XFER_EMPTY, what);
	if (!file_is_text(t->data, t->len))
		return err_set(err, ERR_REFUSED, -1, T_XFER_NO_TEXT, what);
	return 0;
}

static int keep_startup(struct cli *cli, struct transfer *t, void *arg,
			struct err *err)
{
	(void)arg;
	if (check_text(t, STARTUP_CONFIG, err) < 0)
		return -1;
	return render_store(cli_env(cli), t->data, t->len, err);
}

static int fetch_startup(struct cli *cli, const struct args *a, struct err *err)
{
	struct transfer *t = NULL;

	if (access_may(cli, DIR_RELEASE_ROOT, true, err) < 0)
		return -1;
	t = transfer_of(cli, a, DISK_FILE_MAX, err);
	return t ? transfer_start(cli, t, keep_startup, NULL, NULL) : -1;
}

static int keep_script(struct cli *cli, struct transfer *t, void *arg,
		       struct err *err)
{
	const char *name = arg;

	if (check_text(t, name, err) < 0)
		return -1;
	return filedir_write(cli, DIR_SCRIPT, name, t->data, t->len, err);
}

static int fetch_script(struct cli *cli, const struct args *a, struct err *err)
{
	struct transfer *t = NULL;

	if (access_may(cli, DIR_SCRIPT, true, err) < 0)
		return -1;
	t = transfer_of(cli, a, DISK_FILE_MAX, err);
	if (!t)
		return -1;
	return transfer_start(cli, t, keep_script, xstrdup(arg_word(a, "file")),
			      free);
}

static bool is_image_name(const char *name)
{
	size_t len = strlen(name);

	return str_is_name(name, IMAGE_NAME_LEN) && len > 4 &&
	       (str_ieq(name + len - 4, ".adi") ||
		str_ieq(name + len - 4, ".zip"));
}

static int fetch_image(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = transfer_base(arg_word(a, "remote"));
	struct disk_draft *draft = NULL;
	struct transfer *t = NULL;
	char path[FILE_PATH_LEN];

	if (!is_image_name(name))
		return err_set(err, ERR_RANGE, -1, T_IMAGE_NAME, name);
	if (access_may(cli, DIR_ROOT, true, err) < 0)
		return -1;
	t = transfer_of(cli, a, SOFTWARE_BYTES_MAX, err);
	if (!t)
		return -1;
	filedir_path(DIR_ROOT, name, path, sizeof(path));
	draft = disk_draft(cli_env(cli)->disk, path, 0644, err);
	if (!draft) {
		transfer_free(t);
		return -1;
	}
	transfer_receive(t, draft);
	return transfer_start(cli, t, NULL, NULL, NULL);
}

/* ---- the table ------------------------------------------------------------ */

#define FROM                                                                   \
	"copy {ftp <record:ftprecord>|tftp <host:host>} <remote:word:1-128> "
#define TO " {ftp <record:ftprecord>|tftp <host:host>} <remote:word:1-128>"
#define TO_HELP                                                                \
	"To an FTP server\n"                                                   \
	"Name of an ftp-record\n"                                              \
	"To a TFTP server\n"                                                   \
	"Address or host name\n"                                               \
	"Name of the file there"

const struct cmd copy_cmds[] = {
	{ .syntax = FROM "boot-image",
	  .help = "Copy ...\n"
		  "From an FTP server\n"
		  "Name of an ftp-record\n"
		  "From a TFTP server\n"
		  "Address or host name\n"
		  "Name of the file there\n"
		  "Software: a file that ends in .adi",
	  .run = fetch_image },
	{ .syntax = FROM "script <file:name:32>",
	  .help = "A script\nIts name on the switch",
	  .run = fetch_script },
	{ .syntax = FROM "startup-config",
	  .help = "Configuration at start-up",
	  .run = fetch_startup },
	{ .syntax = "copy core <file:core:32>" TO,
	  .help = "Core dump\nIts name\n" TO_HELP,
	  .run = send_core },
	{ .syntax = "copy log <file:logfile:32>" TO,
	  .help = "Log file\nIts name\n" TO_HELP,
	  .run = send_log },
	{ .syntax = "copy script <file:script:32>" TO,
	  .help = "Script\nIts name\n" TO_HELP,
	  .run = send_script },
	{ .syntax = "copy running-config" TO,
	  .help = "Configuration in force\n" TO_HELP,
	  .run = send_running },
	{ .syntax = "copy startup-config" TO,
	  .help = "Configuration at start-up\n" TO_HELP,
	  .run = send_startup },
	{ .syntax = "copy startup-errors" TO,
	  .help = "Lines that failed at start-up\n" TO_HELP,
	  .run = send_errors },
	{ .syntax = "copy running-config disk <file:name:32>",
	  .help = "To a file on the switch's disk\nIts name",
	  .run = store_running },
	{ .syntax = "copy startup-config disk <file:name:32>",
	  .help = "To a file on the switch's disk\nIts name",
	  .run = store_startup },
	{ 0 },
};
