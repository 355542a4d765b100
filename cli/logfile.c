/*
 * The log's file, log/sys.log on the switch's disk.
 *
 * The log calls its sinks under its lock and forbids them to wait, and the disk
 * is the control thread's.  So the sink only copies the line into a buffer and
 * rings an eventfd that the control loop watches.  A line that finds the buffer
 * full is dropped and counted.
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
#include <sys/epoll.h>
#include <sys/eventfd.h>
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
#define READ_MAX  ((size_t)2 * LOGFILE_MAX) /* other files of the folder */
#define PATH_LEN  4200

struct logfile {
	struct disk *disk; /* borrowed */
	struct loop *loop; /* borrowed */
	struct watch bell; /* fd: rung when the queue has got its first line */
	int sink;
	pthread_mutex_t lock; /* queue, dropped */
	struct out queue;
	unsigned dropped;
	bool failing; /* control thread */
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

static void rotate(const struct disk *d)
{
	char from[PATH_LEN], to[PATH_LEN];

	if (log_path(d, LOGFILE_NAME, from, sizeof(from)) &&
	    log_path(d, LOGFILE_PREV, to, sizeof(to)))
		(void)rename(from, to);
}

static void append(struct logfile *f, const char *text, size_t len)
{
	struct err err = { 0 };
	bool was_failing = f->failing;

	if (size_of(f->disk, LOGFILE_NAME) + len > LOGFILE_MAX)
		rotate(f->disk);
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

static void on_bell(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct logfile *f = arg;
	uint64_t rung;

	(void)ready;
	(void)now_ms;
	(void)!read(f->bell.fd, &rung, sizeof(rung));
	logfile_flush(f);
}

static void sink(void *arg, enum log_level l, const char *line)
{
	struct logfile *f = arg;
	const uint64_t one = 1;
	bool first;

	(void)l;
	(void)pthread_mutex_lock(&f->lock);
	first = f->queue.len == 0;
	if (f->queue.len + strlen(line) + 1 > QUEUE_MAX)
		f->dropped++;
	else
		out_printf(&f->queue, "%s\n", line);
	(void)pthread_mutex_unlock(&f->lock);
	if (first)
		(void)!write(f->bell.fd, &one, sizeof(one));
}

struct logfile *logfile_start(struct disk *d, struct loop *l)
{
	struct logfile *f;
	int fd;

	if (!disk_dir(d))
		return NULL;
	fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0) {
		log_write(LOG_SYSSOFT, LOG_ERROR_3, T_LOG_DISK,
			  strerror(errno));
		return NULL;
	}
	f = xcalloc(1, sizeof(*f));
	f->disk = d;
	f->loop = l;
	append(f, "", 0); /* there from the start, or a reason in the log */
	f->bell = (struct watch){ .fd = fd, .fn = on_bell, .arg = f };
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)loop_watch(l, &f->bell, EPOLLIN);
	f->sink = log_sink_add(sink, f);
	return f;
}

void logfile_stop(struct logfile *f)
{
	if (!f)
		return;
	log_sink_del(f->sink);
	logfile_flush(f);
	loop_unwatch(f->loop, &f->bell);
	close(f->bell.fd);
	(void)pthread_mutex_destroy(&f->lock);
	out_fini(&f->queue);
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

/* The whole file, at most what a log file may grow to. */
static int read_all(const char *path, struct out *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char buf[65536];
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	while (text->len < READ_MAX && (n = read(fd, buf, sizeof(buf))) > 0)
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

		out_printf(o, "%u: %.*s\n", n++, (int)len, p);
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
