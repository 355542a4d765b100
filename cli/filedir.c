/* The directories of the disk: rights, reading, writing and listing. */
#include "cli/filedir.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/access.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

enum {
	W_FILE = 34,
	W_SIZE = 14,
};

static const struct {
	const char *folder;
	const char *kind; /* of a file in it */
} dirs[] = {
	[DIR_SCRIPT] = { "script", "script" },
	[DIR_LOG] = { "log", "log file" },
	[DIR_ROOT] = { "root", "file" },
	[DIR_ARCHIVE] = { "archive", "archive file" },
	[DIR_RELEASE_ROOT] = { "release", "file" },
	[DIR_CORE] = { "core", "core file" },
	[DIR_MIBS] = { "mibs", "file" },
};
static_assert(sizeof(dirs) / sizeof(*dirs) == DIR_NUM,
	      "dirs[] does not match enum access_dir");

/* ---- files ---------------------------------------------------------------- */

void filedir_path(enum access_dir dir, const char *name, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "%s/%s", dirs[dir].folder, name);
}

int filedir_find(const struct cli *cli, enum access_dir dir, const char *name,
		 struct err *err)
{
	char path[FILE_PATH_LEN];

	filedir_path(dir, name, path, sizeof(path));
	switch (disk_stat(cli_env(cli)->disk, path).kind) {
	case DISK_FILE:
		return 0;
	case DISK_NOTHING:
		break;
	default:
		return err_set(err, ERR_REFUSED, -1, T_NO_FILE_KIND, name);
	}
	if (!disk_dir(cli_env(cli)->disk))
		return err_set(err, ERR_REFUSED, -1, T_SCRATCH_DISK);
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, dirs[dir].kind,
		       name);
}

int filedir_read(const struct cli *cli, enum access_dir dir, const char *name,
		 char **text, size_t *len, struct err *err)
{
	char path[FILE_PATH_LEN];

	filedir_path(dir, name, path, sizeof(path));
	if (access_may(cli, dir, false, err) < 0 ||
	    filedir_find(cli, dir, name, err) < 0 ||
	    disk_read(cli_env(cli)->disk, path, text, len, err) < 0)
		return -1;
	if (file_is_text(*text, *len))
		return 0;
	wipe(*text, *len);
	free(*text);
	return err_set(err, ERR_REFUSED, -1, T_NO_TEXT, name);
}

int filedir_write(const struct cli *cli, enum access_dir dir, const char *name,
		  const void *data, size_t len, struct err *err)
{
	char path[FILE_PATH_LEN];

	filedir_path(dir, name, path, sizeof(path));
	if (access_may(cli, dir, true, err) < 0)
		return -1;
	return disk_write(cli_env(cli)->disk, path, data, len, 0600, err);
}

int filedir_remove(const struct cli *cli, enum access_dir dir, const char *name,
		   struct err *err)
{
	char path[FILE_PATH_LEN];

	filedir_path(dir, name, path, sizeof(path));
	if (access_may(cli, dir, true, err) < 0 ||
	    filedir_find(cli, dir, name, err) < 0)
		return -1;
	return disk_remove(cli_env(cli)->disk, path, err);
}

/* ---- listing -------------------------------------------------------------- */

static void file_row(const struct disk *d, enum access_dir dir,
		     const char *name, struct out *o)
{
	char path[FILE_PATH_LEN], when[WALL_TEXT_LEN + 1];
	struct disk_entry e;

	filedir_path(dir, name, path, sizeof(path));
	e = disk_stat(d, path);
	if (e.kind != DISK_FILE)
		return;
	out_col(o, W_FILE, "%s", name);
	out_col(o, W_SIZE, "%llu", (unsigned long long)e.size);
	out_printf(o, "%s\n", wall_text(wall_of_host(e.mtime), when));
}

int filedir_list(struct cli *cli, enum access_dir dir, struct err *err)
{
	const struct disk *d = cli_env(cli)->disk;
	struct out *o = cli_out(cli);
	char **names;

	if (access_may(cli, dir, false, err) < 0)
		return -1;
	if (!disk_dir(d))
		return err_set(err, ERR_REFUSED, -1, T_SCRATCH_DISK);
	out_col(o, W_FILE, "File Name");
	out_col(o, W_SIZE, "Bytes");
	out_puts(o, "Last Write\n");
	names = disk_list(d, dirs[dir].folder);
	for (char **n = names; n && *n; n++) {
		file_row(d, dir, *n, o);
		free(*n);
	}
	free(names);
	return 0;
}

/* ---- copying a file as a job ---------------------------------------------- */

/* A log may be larger than what is read at once. */

struct duplicate {
	int from;
	uint64_t len;
	struct disk_draft *to; /* owned until it is committed */
	struct progress progress;
	int rc;
	struct err err;
};

static void duplicate_work(void *arg)
{
	struct duplicate *d = arg;
	char buf[65536];

	while (d->progress.done < d->len) {
		uint64_t left = d->len - d->progress.done;
		size_t want = left < sizeof(buf) ? (size_t)left : sizeof(buf);
		ssize_t n = read(d->from, buf, want);

		if (n <= 0) /* it was cut meanwhile: what is there is taken */
			break;
		if (disk_draft_add(d->to, buf, (size_t)n, &d->err) < 0) {
			d->rc = -1;
			return;
		}
		d->progress.done += (size_t)n;
	}
	d->rc = disk_draft_commit(d->to, &d->err);
	d->to = NULL;
}

static int duplicate_done(struct cli *cli, void *arg, struct err *err)
{
	struct duplicate *d = arg;
	int rc = 0;

	if (cli && d->rc < 0)
		rc = err_set(err, d->err.code, -1, "%s", d->err.msg);
	disk_draft_abort(d->to);
	(void)close(d->from);
	free(d);
	return rc;
}

int file_duplicate(struct cli *cli, const char *from, const char *to,
		   struct err *err)
{
	struct disk *disk = cli_env(cli)->disk;
	struct duplicate *d = xcalloc(1, sizeof(*d));
	const struct progress *p = &d->progress;
	int rc;

	d->from = disk_open_file(disk, from, &d->len, err);
	d->to = d->from < 0 ? NULL : disk_draft(disk, to, 0600, err);
	if (!d->to) {
		if (d->from >= 0)
			(void)close(d->from);
		free(d);
		return -1;
	}
	d->progress.verb = T_WORKING;
	d->progress.total = d->len;
	rc = cli_job(cli, duplicate_work, duplicate_done, d);
	cli_progress(cli, p);
	return rc;
}

/* ---- texts ---------------------------------------------------------------- */

bool file_is_text(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if ((c < ' ' && c != '\n' && c != '\r' && c != '\t') ||
		    c == 0x7f)
			return false;
	}
	return true;
}

void file_print(const char *text, bool numbered, struct out *o)
{
	unsigned line = 1;

	if (!numbered) {
		out_puts(o, text);
		return;
	}
	while (*text) {
		size_t len = strcspn(text, "\n");

		out_printf(o, "%4u  %.*s\n", line++, (int)len, text);
		text += len + (text[len] == '\n');
	}
}
