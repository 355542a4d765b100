/*
 * Log files: writing with rotation, reading the end
 *
 * A disk that refuses is reported once, and again only after a write has
 * succeeded: the report itself is a line that comes back here.
 */
#include "cli/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

#define BLOCK 65536

struct logfile {
	struct disk *disk; /* borrowed */
	struct out wait;   /* for the file `name` */
	char name[NAME_MAX + 1];
	bool failing;
};

static bool folder_path(const struct disk *d, const char *name,
			const char *suffix, char *path, size_t cap)
{
	int n = 0;

	if (!disk_dir(d))
		return false;
	n = snprintf(path, cap, "%s/log/%s%s", disk_dir(d), name, suffix);
	return n > 0 && (size_t)n < cap;
}

/* ---- writing -------------------------------------------------------------- */

static void rotate(const struct disk *d, const char *name, size_t more)
{
	char from[LOGFILE_PATH], to[LOGFILE_PATH];
	struct stat st;

	if (!folder_path(d, name, "", from, sizeof(from)) ||
	    !folder_path(d, name, LOGFILE_PREV, to, sizeof(to)))
		return;
	if (!stat(from, &st) && (uint64_t)st.st_size + more > LOGFILE_MAX)
		(void)rename(from, to);
}

static void append(struct logfile *f, const char *text, size_t len)
{
	char name[NAME_MAX + 8];
	struct err err = { 0 };
	bool was_failing = f->failing;

	(void)snprintf(name, sizeof(name), "log/%s", f->name);
	rotate(f->disk, f->name, len);
	f->failing = disk_append(f->disk, name, text, len, &err) < 0;
	if (f->failing && !was_failing)
		log_write(LOG_SYSSOFT, LOG_ERROR_3, T_LOG_DISK, err.msg);
}

void logfile_flush(struct logfile *f)
{
	if (f->wait.len)
		append(f, out_text(&f->wait), f->wait.len);
	out_clear(&f->wait);
}

void logfile_write(struct logfile *f, const char *name, size_t buffer,
		   const char *text, size_t len)
{
	if (strcmp(f->name, name) != 0)
		logfile_flush(f);
	(void)str_copy(f->name, sizeof(f->name), name);
	out_write(&f->wait, text, len);
	if (f->wait.len > buffer)
		logfile_flush(f);
}

void logfile_drop(struct logfile *f, const char *name)
{
	if (!strcmp(f->name, name))
		out_clear(&f->wait);
}

/* The file is there from the start, or a reason in the log. */
struct logfile *logfile_new(struct disk *d)
{
	struct logfile *f = xcalloc(1, sizeof(*f));

	f->disk = d;
	(void)str_copy(f->name, sizeof(f->name), LOGFILE_NAME);
	append(f, "", 0);
	return f;
}

void logfile_free(struct logfile *f)
{
	if (!f)
		return;
	logfile_flush(f);
	out_fini(&f->wait);
	free(f);
}

/* ---- reading -------------------------------------------------------------- */

static bool log_exists(const struct disk *d, const char *name)
{
	char **names = disk_list(d, "log");
	bool found = false;

	for (char **n = names; n && *n; n++) {
		found = found || !strcmp(*n, name);
		free(*n);
	}
	free(names);
	return found;
}

int logfile_path(const struct disk *d, const char *name, char *path, size_t cap,
		 struct err *err)
{
	if (!log_exists(d, name) || !folder_path(d, name, "", path, cap))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_LOG_FILE, name);
	return 0;
}

/* Where the last `lines` lines begin; -1 and errno. */
static off_t tail_at(int fd, off_t size, unsigned lines)
{
	char buf[BLOCK];
	off_t at = size;

	while (at > 0) {
		off_t from = at > BLOCK ? at - BLOCK : 0;
		ssize_t n = pread(fd, buf, (size_t)(at - from), from);

		if (n < at - from)
			return -1;
		for (ssize_t i = n; i-- > 0;) {
			if (buf[i] == '\n' && from + i + 1 < size &&
			    lines-- == 1)
				return from + i + 1;
		}
		at = from;
	}
	return 0;
}

/* The number of the line that begins there. */
static unsigned long line_at(int fd, off_t until)
{
	char buf[BLOCK];
	unsigned long line = 1;
	ssize_t n = 0;

	for (off_t at = 0; at < until; at += n) {
		size_t want = until - at < BLOCK ? (size_t)(until - at) : BLOCK;

		n = pread(fd, buf, want, at);
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			line += buf[i] == '\n';
	}
	return line;
}

static void numbered(const char *p, size_t len, unsigned long *line,
		     bool *begins, struct out *o)
{
	const char *end = p + len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl + 1 : end) - p);

		if (*begins)
			out_printf(o, "%lu: ", (*line)++);
		out_write(o, p, n);
		*begins = nl != NULL;
		p += n;
	}
}

/* From there to where it ended when it was opened. */
static int copy_out(int fd, off_t at, off_t size, bool line_numbers,
		    struct out *o)
{
	unsigned long line = line_numbers ? line_at(fd, at) : 0;
	bool begins = true;
	char buf[BLOCK];

	while (at < size) {
		size_t want = size - at < BLOCK ? (size_t)(size - at) : BLOCK;
		ssize_t n = pread(fd, buf, want, at);

		if (n <= 0)
			return (int)n;
		if (line_numbers)
			numbered(buf, (size_t)n, &line, &begins, o);
		else
			out_write(o, buf, (size_t)n);
		at += n;
	}
	return 0;
}

int logfile_read(const char *path, unsigned tail, bool line_numbers,
		 struct out *o, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st = { 0 };
	off_t from = 0;
	int rc = -1;

	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode)) {
		from = tail ? tail_at(fd, st.st_size, tail) : 0;
		rc = from < 0 ? -1
			      : copy_out(fd, from, st.st_size, line_numbers, o);
	}
	if (rc < 0)
		(void)err_set(err, ERR_IO, -1, "%.150s: %s", path,
			      strerror(errno ? errno : EINVAL));
	if (fd >= 0)
		(void)close(fd);
	return rc;
}
