#include "emu/base/wall.h"
#include "emu/base/str.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/*
 * The offset is an atomic, since workers stamp what they log; the zone has a
 * lock, since it is several words.
 */
static _Atomic int64_t offset_ms;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wall_zone zone;

int64_t wall_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + wall_offset();
}

/* Rounded down also before 1970. */
static time_t seconds(int64_t ms)
{
	return (time_t)((ms - (ms % 1000 + 1000) % 1000) / 1000);
}

time_t wall_now(void)
{
	return seconds(wall_ms());
}

time_t wall_of_host(time_t host)
{
	return host + seconds(wall_offset());
}

int64_t wall_offset(void)
{
	return atomic_load_explicit(&offset_ms, memory_order_relaxed);
}

void wall_offset_set(int64_t ms)
{
	atomic_store_explicit(&offset_ms, ms, memory_order_relaxed);
}

void wall_zone(struct wall_zone *z)
{
	(void)pthread_mutex_lock(&lock);
	*z = zone;
	(void)pthread_mutex_unlock(&lock);
}

void wall_zone_set(const struct wall_zone *z)
{
	(void)pthread_mutex_lock(&lock);
	zone = *z;
	(void)pthread_mutex_unlock(&lock);
}

static bool is_summer(const struct wall_zone *z, time_t t)
{
	return z->summer[0] && t >= z->from && t < z->until;
}

static int east_at(const struct wall_zone *z, time_t t)
{
	return z->east_s + (is_summer(z, t) ? 3600 : 0);
}

int wall_zone_at(time_t t, char *name, size_t cap)
{
	struct wall_zone z;

	wall_zone(&z);
	(void)str_copy(name, cap,
		       is_summer(&z, t) ? z.summer
		       : *z.name	? z.name
					: "UTC");
	return east_at(&z, t);
}

void wall_local(time_t t, struct tm *tm)
{
	struct wall_zone z;
	time_t local = 0;

	wall_zone(&z);
	local = t + east_at(&z, t);
	if (!gmtime_r(&local, tm))
		memset(tm, 0, sizeof(*tm));
}

time_t wall_from_local(const struct tm *tm)
{
	struct tm copy = *tm;
	struct wall_zone z;
	time_t t = 0;

	wall_zone(&z);
	t = timegm(&copy) - z.east_s;
	/* the hour that the clock shows twice is taken as summer's */
	return is_summer(&z, t - 3600) ? t - 3600 : t;
}

const char *wall_text(time_t t, char text[WALL_TEXT_LEN + 1])
{
	struct tm tm;

	wall_local(t, &tm);
	if (!strftime(text, WALL_TEXT_LEN + 1, "%m/%d/%Y %H:%M:%S", &tm))
		text[0] = '\0'; /* a year of five digits */
	return text;
}
