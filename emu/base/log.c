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
#include <strings.h>
#include <time.h>

/*
 * One log for the program, as the switch has one.  The level of a subsystem is
 * an atomic, so that a line that nobody wants costs one load; everything else
 * (sequence number, sinks) is under one lock.  Writing is rare: whatever
 * a packet can trigger goes through log_rate_ok() first.
 */
#define SINK_MAX 8
#define TEXT_MAX 480 /* of one line, without its head */

struct sink {
	log_sink_fn fn; /* NULL: free */
	void *arg;
};

static struct {
	pthread_mutex_t lock;
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

/* The whole name, or the only one that it begins; -1: none or several. */
static int name_find(const char *const *names, int n, const char *text)
{
	int found = -1;

	for (int i = 0; i < n; i++) {
		if (str_ieq(names[i], text))
			return i;
		if (*text && !strncasecmp(names[i], text, strlen(text)))
			found = found == -1 ? i : -2;
	}
	return found < 0 ? -1 : found;
}

int log_subsys_find(const char *name)
{
	return str_ieq(name, "bufman")
		       ? LOG_BUFFER
		       : name_find(subsys_name, LOG_SUBSYS_NUM, name);
}

int log_level_find(const char *name)
{
	return name_find(level_name, LOG_LEVEL_NUM, name);
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

static void write_line(int slot, enum log_subsys s, enum log_level l,
		       const char *text)
{
	char line[TEXT_MAX + 200], when[100];

	(void)pthread_mutex_lock(&the_log.lock);
	stamp(when, sizeof(when));
	(void)snprintf(line, sizeof(line), "%s %d/1 %llu %s-%d: %s", when, slot,
		       (unsigned long long)++the_log.seq, subsys_tag[s], (int)l,
		       text);
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
