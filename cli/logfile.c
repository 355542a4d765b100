/*
 * The log's file, log/sys.log on the switch's disk.
 *
 * The log calls its sinks under its lock and forbids them to wait, and the disk
 * is the control thread's.  So the sink only copies the line into a ring of
 * bytes and asks the loop, once until it is served, to write the ring out.
 * A line that finds the ring full is dropped and counted.
 *
 * When the file would pass LOGFILE_MAX it becomes sys.log.prev, in place of the
 * one before.  A disk that refuses is reported once, and again only after a
 * write has succeeded: the report itself is a line that comes back here.
 */
#include "cli/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"

#define QUEUE_MAX (256u << 10) /* bytes that wait: a burst of some 3000 lines */
#define PATH_LEN  4200

struct logfile {
	struct disk *disk; /* borrowed */
	struct loop *loop; /* borrowed */
	int sink;
	pthread_mutex_t lock; /* queue, dropped, posted, stopped */
	struct out queue;
	unsigned dropped;
	bool posted;
	bool stopped;
	uint64_t size; /* of sys.log; control thread */
	bool failing;
};

static bool log_path(const struct disk *d, const char *name, char *path,
		     size_t cap)
{
	int n;

	if (!disk_dir(d))
		return false;
	n = snprintf(path, cap, "%s/log/%s", disk_dir(d), name);
	return n > 0 && (size_t)n < cap;
}

static uint64_t size_of(const struct disk *d, const char *name)
{
	char path[PATH_LEN];
	struct stat st;

	if (!log_path(d, name, path, sizeof(path)) || stat(path, &st) < 0)
		return 0;
	return (uint64_t)st.st_size;
}

/* ---- writing -------------------------------------------------------------- */

static void rotate(struct logfile *f)
{
	char from[PATH_LEN], to[PATH_LEN];

	if (log_path(f->disk, LOGFILE_NAME, from, sizeof(from)) &&
	    log_path(f->disk, LOGFILE_PREV, to, sizeof(to)) &&
	    rename(from, to) == 0)
		f->size = 0;
}

static void append(struct logfile *f, const char *text, size_t len)
{
	struct err err = { 0 };
	bool was_failing = f->failing;

	f->size = size_of(f->disk, LOGFILE_NAME); /* clear log removes it */
	if (f->size > 0 && f->size + len > LOGFILE_MAX)
		rotate(f);
	f->failing =
		disk_append(f->disk, "log/" LOGFILE_NAME, text, len, &err) < 0;
	if (f->failing && !was_failing)
		log_write(LOG_SYSSOFT, LOG_ERROR_3, T_LOG_DISK, err.msg);
}

void logfile_flush(struct logfile *f)
{
	struct out text;
	unsigned dropped;

	if (!f)
		return;
	(void)pthread_mutex_lock(&f->lock);
	text = f->queue;
	f->queue = (struct out){ 0 };
	dropped = f->dropped;
	f->dropped = 0;
	(void)pthread_mutex_unlock(&f->lock);
	if (dropped > 0)
		out_printf(&text, T_LOG_DROPPED "\n", dropped);
	if (text.len > 0)
		append(f, out_text(&text), text.len);
	out_fini(&text);
}

static void file_free(struct logfile *f)
{
	(void)pthread_mutex_destroy(&f->lock);
	out_fini(&f->queue);
	free(f);
}

/* Posted once at a time; a file that was stopped meanwhile dies here. */
static void drain(void *arg)
{
	struct logfile *f = arg;
	bool stopped;

	(void)pthread_mutex_lock(&f->lock);
	f->posted = false;
	stopped = f->stopped;
	(void)pthread_mutex_unlock(&f->lock);
	if (stopped)
		file_free(f);
	else
		logfile_flush(f);
}

static void sink(void *arg, enum log_level l, const char *line)
{
	struct logfile *f = arg;
	size_t len = strlen(line);
	bool post;

	(void)l;
	(void)pthread_mutex_lock(&f->lock);
	if (f->queue.len + len + 1 > QUEUE_MAX)
		f->dropped++;
	else
		out_printf(&f->queue, "%s\n", line);
	post = !f->posted;
	f->posted = true;
	(void)pthread_mutex_unlock(&f->lock);
	if (post)
		loop_post(f->loop, drain, f);
}

struct logfile *logfile_start(struct disk *d, struct loop *l)
{
	struct logfile *f;

	if (!disk_dir(d))
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->disk = d;
	f->loop = l;
	(void)pthread_mutex_init(&f->lock, NULL);
	f->sink = log_sink_add(sink, f);
	return f;
}

void logfile_stop(struct logfile *f)
{
	bool posted;

	if (!f)
		return;
	log_sink_del(f->sink);
	logfile_flush(f);
	(void)pthread_mutex_lock(&f->lock);
	posted = f->posted;
	f->stopped = true;
	(void)pthread_mutex_unlock(&f->lock);
	if (!posted)
		file_free(f);
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

/* The whole file, at most what a log file may grow to. */
static int read_all(const char *path, struct out *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char buf[65536];
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	while (text->len < 2 * LOGFILE_MAX &&
	       (n = read(fd, buf, sizeof(buf))) > 0)
		out_write(text, buf, (size_t)n);
	close(fd);
	return n < 0 ? -1 : 0;
}

static const char *tail_of(const char *text, size_t len, unsigned lines)
{
	const char *p = text + len;

	while (p > text) {
		if (p[-1] == '\n' && p < text + len && lines-- == 1)
			break;
		p--;
	}
	return p;
}

static unsigned line_of(const char *text, const char *at)
{
	unsigned n = 1;

	for (; text < at; text++)
		n += *text == '\n';
	return n;
}

static void numbered(const char *p, unsigned n, struct out *o)
{
	while (*p) {
		size_t len = strcspn(p, "\n");

		out_printf(o, "%5u. %.*s\n", n++, (int)len, p);
		p += len + (p[len] == '\n');
	}
}

int logfile_show(const struct disk *d, const char *name, unsigned tail,
		 bool line_numbers, struct out *o, struct err *err)
{
	struct out text = { 0 };
	char path[PATH_LEN];
	const char *from;

	if (!log_exists(d, name) || !log_path(d, name, path, sizeof(path)))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_LOG_FILE, name);
	if (read_all(path, &text) < 0) {
		out_fini(&text);
		return err_set(err, ERR_IO, -1, "log/%s: %s", name,
			       strerror(errno));
	}
	from = out_text(&text);
	if (tail > 0)
		from = tail_of(from, text.len, tail);
	if (line_numbers)
		numbered(from, line_of(out_text(&text), from), o);
	else
		out_puts(o, from);
	out_fini(&text);
	return 0;
}
