#include "cli/usage.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emu/base/xalloc.h"
#include "emu/io/loop.h"
#include "emu/plane/plane.h"

#define EVERY_MS 5000
#define SAMPLES	 61 /* five minutes and the one before */

struct sample {
	uint64_t at_us, used_us[USAGE_NUM];
};

struct usage {
	struct loop *loop;	   /* borrowed */
	const struct plane *plane; /* borrowed */
	struct timer timer;
	struct sample first, ring[SAMPLES];
	uint64_t n; /* samples taken, the first one not */
};

static uint64_t process_us(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void take(const struct usage *u, struct sample *s)
{
	uint64_t all = process_us();
	uint64_t modules = plane_cpu_us(u->plane);

	s->at_us = clock_us();
	s->used_us[USAGE_MODULES] = modules;
	s->used_us[USAGE_SCM] = all > modules ? all - modules : 0;
}

static void on_timer(void *arg, uint64_t now_ms)
{
	struct usage *u = arg;

	take(u, &u->ring[u->n++ % SAMPLES]);
	loop_timer(u->loop, &u->timer, now_ms + EVERY_MS);
}

struct usage *usage_new(struct loop *l, const struct plane *p)
{
	struct usage *u = xcalloc(1, sizeof(*u));

	u->loop = l;
	u->plane = p;
	u->timer = (struct timer){ .fn = on_timer, .arg = u };
	take(u, &u->first);
	loop_timer(l, &u->timer, clock_ms() + EVERY_MS);
	return u;
}

void usage_free(struct usage *u)
{
	if (!u)
		return;
	loop_timer_stop(u->loop, &u->timer);
	free(u);
}

/* The sample that was taken so many looks ago, or the oldest there is. */
static const struct sample *sample_before(const struct usage *u, uint64_t ago)
{
	if (ago > u->n || ago > SAMPLES)
		return &u->first;
	return &u->ring[(u->n - ago) % SAMPLES];
}

static unsigned processors(const struct usage *u, enum usage_role r)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	int workers = plane_nworkers(u->plane);

	if (r == USAGE_SCM || online < 1)
		return 1;
	return workers < online ? (unsigned)workers : (unsigned)online;
}

static unsigned percent(const struct usage *u, enum usage_role r,
			const struct sample *from, const struct sample *to)
{
	uint64_t span = (to->at_us - from->at_us) * processors(u, r);
	uint64_t used = to->used_us[r] - from->used_us[r];

	if (to->used_us[r] < from->used_us[r] || !span)
		return 0;
	return used >= span ? 100 : (unsigned)(used * 100 / span);
}

void usage_read(const struct usage *u, enum usage_role r,
		struct usage_load *load)
{
	struct sample now;

	memset(load, 0, sizeof(*load));
	if (!u)
		return;
	take(u, &now);
	load->now = percent(u, r, sample_before(u, 2), &now);
	load->average = percent(u, r, &u->first, &now);
	load->min1 = percent(u, r, sample_before(u, 60000 / EVERY_MS), &now);
	load->min5 = percent(u, r, sample_before(u, 300000 / EVERY_MS), &now);
}
