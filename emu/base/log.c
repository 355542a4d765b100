#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * One log for the program, as the switch has one.  The level of a subsystem is
 * an atomic, so that a line that nobody wants costs one load; everything else
 * (sequence number, ring, sinks) is under one lock.  Writing is rare: whatever
 * a packet can trigger goes through log_rate_ok() first.
 */
#define RING_LINES 1024
#define SINK_MAX   8
#define TEXT_MAX   480 /* of one line, without its head */

struct sink {
	log_sink_fn fn; /* NULL: free */
	void *arg;
};

static struct {
	pthread_mutex_t lock;
	char *line[RING_LINES]; /* owned */
	uint64_t written;	/* lines ever put into the ring */
	uint64_t seq;
	struct sink sink[SINK_MAX];
} the_log = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Stored as the distance from the default, so that zero is right at start. */
static _Atomic int level_offset[LOG_SUBSYS_NUM];

static const char *const subsys_name[] = {
#define X(id, name, tag) [id] = (name),
	LOG_SUBSYS_LIST(X)
#undef X
};
static const char *const subsys_tag[] = {
#define X(id, name, tag) [id] = (tag),
	LOG_SUBSYS_LIST(X)
#undef X
};
static const char *const level_name[] = {
	[LOG_FATAL_0] = "fatal-0",	 [LOG_ALERT_1] = "alert-1",
	[LOG_CRITICAL_2] = "critical-2", [LOG_ERROR_3] = "error-3",
	[LOG_WARNING_4] = "warning-4",	 [LOG_NOTICE_5] = "notice-5",
	[LOG_INFO_6] = "info-6",	 [LOG_DEBUG_7] = "debug-7",
};
static_assert(sizeof(level_name) / sizeof(*level_name) == LOG_LEVEL_NUM,
	      "level_name[] does not match enum log_level");

void log_level_set(enum log_subsys s, enum log_level l)
{
	atomic_store_explicit(&level_offset[s], (int)l - LOG_WARNING_4,
			      memory_order_relaxed);
}

enum log_level log_level_get(enum log_subsys s)
{
	int offset =
		atomic_load_explicit(&level_offset[s], memory_order_relaxed);

	return (enum log_level)(offset + LOG_WARNING_4);
}

int log_subsys_find(const char *name)
{
	for (int i = 0; i < LOG_SUBSYS_NUM; i++)
		if (str_ieq(subsys_name[i], name))
			return i;
	return -1;
}

int log_level_find(const char *name)
{
	for (int i = 0; i < LOG_LEVEL_NUM; i++) {
		size_t word = strlen(level_name[i]) - 2; /* without "-4" */
		char bare[16];

		(void)snprintf(bare, sizeof(bare), "%.*s", (int)word,
			       level_name[i]);
		if (str_ieq(level_name[i], name) || str_ieq(bare, name))
			return i;
	}
	return -1;
}

const char *log_subsys_name(enum log_subsys s)
{
	return subsys_name[s];
}

const char *log_level_name(enum log_level l)
{
	return level_name[l];
}

static void one_line(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '.';
}

/* "AUG  7 14:12:18": the month's name must not follow the locale. */
static void stamp(char *text, size_t cap)
{
	static const char month[12][4] = { "JAN", "FEB", "MAR", "APR",
					   "MAY", "JUN", "JUL", "AUG",
					   "SEP", "OCT", "NOV", "DEC" };
	struct tm tm;

	wall_local(wall_now(), &tm);
	(void)snprintf(text, cap, "%s %2d %02d:%02d:%02d",
		       month[(unsigned)tm.tm_mon % 12], tm.tm_mday, tm.tm_hour,
		       tm.tm_min, tm.tm_sec);
}

static void keep(const char *line)
{
	char **at = &the_log.line[the_log.written++ % RING_LINES];

	free(*at);
	*at = xstrdup(line);
}

static void write_line(int slot, enum log_subsys s, enum log_level l,
		       const char *text)
{
	char line[TEXT_MAX + 200], when[100];

	(void)pthread_mutex_lock(&the_log.lock);
	stamp(when, sizeof(when));
	(void)snprintf(line, sizeof(line), "%s %d/1 %llu %s-%d: %s", when, slot,
		       (unsigned long long)++the_log.seq, subsys_tag[s], (int)l,
		       text);
	keep(line);
	for (int i = 0; i < SINK_MAX; i++)
		if (the_log.sink[i].fn)
			the_log.sink[i].fn(the_log.sink[i].arg, l, line);
	(void)pthread_mutex_unlock(&the_log.lock);
}

static void vlog(int slot, enum log_subsys s, enum log_level l, const char *fmt,
		 va_list ap) __attribute__((format(printf, 4, 0)));

static void vlog(int slot, enum log_subsys s, enum log_level l, const char *fmt,
		 va_list ap)
{
	char text[TEXT_MAX];

	if (l > log_level_get(s))
		return;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	one_line(text);
	write_line(slot, s, l, text);
}

void log_write(enum log_subsys s, enum log_level l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlog(1, s, l, fmt, ap);
	va_end(ap);
}

void log_write_slot(int slot, enum log_subsys s, enum log_level l,
		    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlog(slot, s, l, fmt, ap);
	va_end(ap);
}

int log_sink_add(log_sink_fn fn, void *arg)
{
	int id = -1;

	(void)pthread_mutex_lock(&the_log.lock);
	for (int i = 0; i < SINK_MAX && id < 0; i++)
		if (!the_log.sink[i].fn)
			id = i;
	if (id >= 0)
		the_log.sink[id] = (struct sink){ fn, arg };
	(void)pthread_mutex_unlock(&the_log.lock);
	return id;
}

void log_sink_del(int id)
{
	if (id < 0 || id >= SINK_MAX)
		return;
	(void)pthread_mutex_lock(&the_log.lock);
	the_log.sink[id] = (struct sink){ 0 };
	(void)pthread_mutex_unlock(&the_log.lock);
}

/* Two threads may both open a new second and let a line more through: that is
 * cheaper than a lock and does no harm. */
bool log_rate_ok(struct log_rate *r, uint64_t now_ms, unsigned *skipped)
{
	uint64_t second = now_ms / 1000 + 1; /* never the zero of a new one */

	if (atomic_exchange(&r->second, second) != second)
		atomic_store(&r->used, 0);
	if (atomic_fetch_add(&r->used, 1) >= LOG_RATE_BURST) {
		atomic_fetch_add(&r->left_out, 1);
		return false;
	}
	*skipped = atomic_exchange(&r->left_out, 0);
	return true;
}

void log_ring_show(struct out *o, unsigned tail, bool line_numbers)
{
	uint64_t n, first;

	(void)pthread_mutex_lock(&the_log.lock);
	n = the_log.written;
	first = n > RING_LINES ? n - RING_LINES : 0;
	if (tail && n - first > tail)
		first = n - tail;
	for (uint64_t i = first; i < n; i++) {
		if (line_numbers)
			out_printf(o, "%llu: ", (unsigned long long)i + 1);
		out_printf(o, "%s\n", the_log.line[i % RING_LINES]);
	}
	(void)pthread_mutex_unlock(&the_log.lock);
}

void log_ring_clear(void)
{
	(void)pthread_mutex_lock(&the_log.lock);
	for (int i = 0; i < RING_LINES; i++) {
		free(the_log.line[i]);
		the_log.line[i] = NULL;
	}
	the_log.written = 0;
	(void)pthread_mutex_unlock(&the_log.lock);
}
