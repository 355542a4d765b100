/*
 * Delivering log lines
 *
 * The log calls its sinks under its lock and forbids them to wait.  So the sink
 * only copies the line behind its level into a buffer and rings an eventfd that
 * the control loop watches.  A line that finds the buffer full is dropped and
 * counted; the count goes to disk when there is room again.
 *
 * A syslog message is "<PRI>" and the line as it stands: the collector adds its
 * own stamp and host name (field notes).
 */
#include "cli/logsink.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/logfile.h"
#include "cli/logmail.h"
#include "cli/terminal.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/logging.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"

#define QUEUE_MAX   (256u << 10) /* bytes that wait: some 3000 lines */
#define BOOT_MAX    (1u << 20)	 /* of the boot log */
#define SYSLOG_PORT 514
#define LOCAL0	    16	 /* its number among syslog's facilities */
#define DATAGRAM    1024 /* RFC 3164 4.1 */

struct logsink {
	const struct env *env; /* borrowed */
	struct watch bell;     /* fd: rung when the queue gets its first line */
	int sink;
	pthread_mutex_t lock; /* queue, dropped */
	struct out queue;     /* level digit, line, newline */
	unsigned dropped;
	/* control thread */
	struct logfile *file; /* NULL: a scratch disk keeps no log */
	struct logmail *mail;
	int udp; /* -1: not opened yet */
	struct out boot;
	bool booting;
	uint64_t lines, lost; /* delivered; dropped by the queue */
	uint64_t sent, unsent;
};

/* ---- syslog --------------------------------------------------------------- */

static void syslog_send(struct logsink *s, const struct log_host *h, int level,
			const char *line)
{
	char text[DATAGRAM + 1];
	struct err err;
	int len = snprintf(text, sizeof(text), "<%d>%s",
			   (LOCAL0 + h->facility) * 8 + level, line);

	if (s->udp < 0)
		s->udp = sock_udp_open(&err);
	if (len > DATAGRAM)
		len = DATAGRAM;
	if (s->udp >= 0 && sock_send(s->env->map, s->udp, h->addr,
				     htons(SYSLOG_PORT), text, (size_t)len))
		s->sent++;
	else
		s->unsent++;
}

/* ---- one line, everywhere ------------------------------------------------- */

static bool line_wanted(void *arg, const char *line)
{
	return logging_has_line(arg, line);
}

static void to_sessions(struct logsink *s, struct logging *l, const char *line)
{
	struct out text = { 0 };

	if (!l->nline || !s->env->sessions)
		return;
	out_printf(&text, "%s\n", line);
	sessions_notice(s->env->sessions, out_text(&text), line_wanted, l);
	out_fini(&text);
}

static void deliver(struct logsink *s, int level, const char *line)
{
	struct logging *l = s->env->conf ? s->env->conf->logging : NULL;

	s->lines++;
	if (s->booting && s->boot.len < BOOT_MAX)
		out_printf(&s->boot, "%s\n", line);
	if (!l)
		return;
	for (int i = 0; i < l->nhost && s->env->map; i++)
		if (level <= l->host[i].level)
			syslog_send(s, &l->host[i], level, line);
	to_sessions(s, l, line);
	for (int i = 0; i < l->nmail; i++)
		if (level <= l->mail[i].level)
			logmail_add(s->mail, &l->mail[i], line);
}

/* Before the configuration is there, it is as by default. */
static void to_disk(struct logsink *s, const char *text, size_t len)
{
	const struct logging *l = s->env->conf ? s->env->conf->logging : NULL;

	if (!s->file || (l && !l->to_disk))
		return;
	logfile_write(s->file, l ? l->disk : LOG_DISK_DFLT, l ? l->buffer : 0,
		      text, len);
}

/* ---- the queue ------------------------------------------------------------ */

static unsigned queue_take(struct logsink *s, struct out *text)
{
	unsigned dropped = 0;

	(void)pthread_mutex_lock(&s->lock);
	*text = s->queue;
	s->queue = (struct out){ 0 };
	dropped = s->dropped;
	s->dropped = 0;
	(void)pthread_mutex_unlock(&s->lock);
	return dropped;
}

void logsink_flush(struct logsink *s)
{
	struct out queue = { 0 }, disk = { 0 };
	unsigned dropped = 0;
	char *save = NULL;

	if (!s)
		return;
	dropped = queue_take(s, &queue);
	for (char *line = queue.buf ? strtok_r(queue.buf, "\n", &save) : NULL;
	     line; line = strtok_r(NULL, "\n", &save)) {
		deliver(s, *line - '0', line + 1);
		out_printf(&disk, "%s\n", line + 1);
	}
	s->lost += dropped;
	if (dropped)
		out_printf(&disk, T_LOG_DROPPED "\n", dropped);
	if (disk.len)
		to_disk(s, out_text(&disk), disk.len);
	logmail_send(s->mail);
	out_fini(&queue);
	out_fini(&disk);
}

static void on_bell(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct logsink *s = arg;
	uint64_t rung = 0;

	(void)ready;
	(void)now_ms;
	(void)!read(s->bell.fd, &rung, sizeof(rung));
	logsink_flush(s);
}

static void sink(void *arg, enum log_level l, const char *line)
{
	struct logsink *s = arg;
	const uint64_t one = 1;
	bool first = false;

	(void)pthread_mutex_lock(&s->lock);
	first = s->queue.len == 0 && !s->dropped;
	if (s->queue.len + strlen(line) + 2 > QUEUE_MAX)
		s->dropped++;
	else
		out_printf(&s->queue, "%d%s\n", (int)l, line);
	(void)pthread_mutex_unlock(&s->lock);
	if (first)
		(void)!write(s->bell.fd, &one, sizeof(one));
}

/* ---- life ----------------------------------------------------------------- */

struct logsink *logsink_start(const struct env *env)
{
	struct logsink *s = xcalloc(1, sizeof(*s));
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	s->env = env;
	s->udp = -1;
	s->booting = true;
	s->mail = logmail_new(env);
	(void)pthread_mutex_init(&s->lock, NULL);
	if (disk_dir(env->disk))
		s->file = logfile_new(env->disk);
	s->bell = (struct watch){ .fd = fd, .fn = on_bell, .arg = s };
	if (fd < 0 || loop_watch(env->loop, &s->bell, EPOLLIN) < 0)
		log_write(LOG_SYSSOFT, LOG_ERROR_3, T_LOG_DISK,
			  strerror(errno));
	s->sink = log_sink_add(sink, s);
	return s;
}

void logsink_hush(struct logsink *s)
{
	if (s)
		logmail_hush(s->mail);
}

void logsink_stop(struct logsink *s)
{
	if (!s)
		return;
	log_sink_del(s->sink);
	logsink_flush(s);
	logfile_free(s->file);
	logmail_free(s->mail);
	if (s->bell.fd >= 0) {
		loop_unwatch(s->env->loop, &s->bell);
		(void)close(s->bell.fd);
	}
	if (s->udp >= 0)
		(void)close(s->udp);
	(void)pthread_mutex_destroy(&s->lock);
	out_fini(&s->queue);
	out_fini(&s->boot);
	free(s);
}

void logsink_drop(struct logsink *s, const char *name)
{
	if (!s || !s->file)
		return;
	logsink_flush(s);
	logfile_drop(s->file, name);
}

/* ---- the boot log --------------------------------------------------------- */

void logsink_boot_text(struct logsink *s, const char *text)
{
	if (s && s->booting && s->boot.len < BOOT_MAX)
		out_puts(&s->boot, text);
}

static void boot_write(struct logsink *s)
{
	struct disk *d = s->env->disk;
	struct err err = { 0 };
	char *old = NULL;
	size_t len = 0;

	if (disk_read(d, "log/" LOGFILE_BOOT, &old, &len, &err) == 0)
		(void)disk_write(d, "log/" LOGFILE_BACK, old, len, 0600, &err);
	free(old);
	if (disk_write(d, "log/" LOGFILE_BOOT, out_text(&s->boot), s->boot.len,
		       0600, &err) < 0)
		log_write(LOG_SYSSOFT, LOG_ERROR_3, T_LOG_DISK, err.msg);
}

void logsink_booted(struct logsink *s)
{
	if (!s)
		return;
	logsink_flush(s);
	s->booting = false;
	if (s->file && s->env->conf->logging->to_disk)
		boot_write(s);
	out_fini(&s->boot);
	s->boot = (struct out){ 0 };
}

/* ---- show log-state ------------------------------------------------------- */

void logsink_show(const struct logsink *s, struct out *o)
{
	struct logmail_counters mail;

	logmail_counters(s->mail, &mail);
	out_printf(o, "  Messages:           %llu, %llu dropped\n",
		   (unsigned long long)s->lines, (unsigned long long)s->lost);
	out_printf(o, "  Sent to hosts:      %llu, %llu dropped\n",
		   (unsigned long long)s->sent, (unsigned long long)s->unsent);
	out_printf(o, "  Mails:              %llu, %llu failed\n",
		   (unsigned long long)mail.sent,
		   (unsigned long long)mail.failed);
}
