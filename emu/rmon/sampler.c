#include "emu/rmon/sampler.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/log.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

/* ---- an alarm's decision -------------------------------------------------- */

static bool may_start(const struct rmon_alarm *a, enum rmon_startup side)
{
	return a->startup == RMON_RISING_AND_FALLING || a->startup == side;
}

static enum alarm_crossing first_crossing(const struct rmon_alarm *a, int64_t v)
{
	if (v >= a->rising && may_start(a, RMON_RISING))
		return ALARM_RISING;
	if (v <= a->falling && may_start(a, RMON_FALLING))
		return ALARM_FALLING;
	return ALARM_NO_CROSSING;
}

static enum alarm_crossing later_crossing(const struct alarm_state *s,
					  const struct rmon_alarm *a, int64_t v)
{
	if (v >= a->rising && s->value < a->rising && s->last != ALARM_RISING)
		return ALARM_RISING;
	if (v <= a->falling && s->value > a->falling &&
	    s->last != ALARM_FALLING)
		return ALARM_FALLING;
	return ALARM_NO_CROSSING;
}

enum alarm_crossing alarm_step(struct alarm_state *s,
			       const struct rmon_alarm *a, uint64_t sample)
{
	enum alarm_crossing crossing = ALARM_NO_CROSSING;
	int64_t v = (int64_t)(a->sample ? sample - s->sample : sample);
	bool comparable = !a->sample || s->has_sample;

	s->sample = sample;
	s->has_sample = true;
	if (!comparable)
		return ALARM_NO_CROSSING;
	crossing =
		s->has_value ? later_crossing(s, a, v) : first_crossing(a, v);
	s->value = v;
	s->has_value = true;
	if (crossing != ALARM_NO_CROSSING)
		s->last = crossing;
	return crossing;
}

/* ---- what runs ------------------------------------------------------------ */

struct run { /* an active alarm or history */
	struct sampler *of;
	enum rmon_kind kind;
	unsigned index;
	uint64_t activated; /* tells it from one of the same number */
	struct timer timer;
	/* alarm */
	struct alarm_state state;
	/* history: a ring of what was kept, and the interval that runs */
	struct rmon_bucket *bucket; /* owned */
	unsigned nbucket, oldest;
	struct rmon_bucket now; /* counters when it began */
};

struct sampler {
	struct loop *loop;
	const struct conf *conf;
	struct sampler_hooks hooks;
	struct run **run; /* owned, each on the heap: its timer stays put */
	size_t nrun;
};

struct sampler *sampler_new(struct loop *l, const struct conf *c,
			    const struct sampler_hooks *hooks)
{
	struct sampler *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->conf = c;
	s->hooks = *hooks;
	return s;
}

static void run_drop(struct sampler *s, size_t at)
{
	struct run *r = s->run[at];

	loop_timer_stop(s->loop, &r->timer);
	free(r->bucket);
	free(r);
	xarray_remove(s->run, &s->nrun, sizeof(struct run *), at);
}

void sampler_free(struct sampler *s)
{
	if (!s)
		return;
	while (s->nrun)
		run_drop(s, s->nrun - 1);
	free(s->run);
	free(s);
}

/* ---- alarms --------------------------------------------------------------- */

static void event_raise(const struct conf *c, const struct rmon_alarm *a,
			const struct run *r, bool rising)
{
	const struct rmon_event *e =
		rmon_event_find(c, rising ? a->rising_event : a->falling_event);

	if (!e || !e->r.active ||
	    (e->type != RMON_LOG && e->type != RMON_LOG_AND_TRAP))
		return;
	log_write(LOG_NETMAN, LOG_WARNING_4, T_RMON_LOG, e->r.index, a->r.index,
		  a->variable, r->state.value, rising ? "rising" : "falling",
		  rising ? a->rising : a->falling, e->description);
}

static void alarm_sample(struct run *r, const struct rmon_alarm *a)
{
	enum alarm_crossing crossing = ALARM_NO_CROSSING;
	const struct sampler *s = r->of;
	uint64_t sample = 0;

	if (!s->hooks.object(s->hooks.arg, a->variable, &sample))
		return;
	crossing = alarm_step(&r->state, a, sample);
	if (crossing != ALARM_NO_CROSSING)
		event_raise(s->conf, a, r, crossing == ALARM_RISING);
}

/* ---- histories ------------------------------------------------------------ */

unsigned sampler_granted(const struct rmon_history *h)
{
	return h->buckets < RMON_GRANTED_MAX ? h->buckets : RMON_GRANTED_MAX;
}

static void counters_read(const struct run *r, const struct rmon_history *h,
			  struct rmon_bucket *b)
{
	const struct sampler *s = r->of;

	*b = (struct rmon_bucket){ .start = wall_now() };
	(void)s->hooks.port(s->hooks.arg, h->port_ifindex, b->n);
}

/* The oldest makes room; counters that went back were cleared. */
static void bucket_keep(struct run *r, const struct rmon_history *h)
{
	unsigned granted = sampler_granted(h), at = 0;
	struct rmon_bucket end;

	counters_read(r, h, &end);
	if (r->nbucket < granted) {
		at = r->nbucket++;
		r->bucket =
			xrealloc(r->bucket, r->nbucket * sizeof(*r->bucket));
	} else {
		at = r->oldest;
		r->oldest = (r->oldest + 1) % granted;
	}
	r->bucket[at].start = r->now.start;
	for (int i = 0; i < RMON_STAT_NUM; i++)
		r->bucket[at].n[i] = end.n[i] >= r->now.n[i]
					     ? end.n[i] - r->now.n[i]
					     : end.n[i];
	r->now = end;
}

static const struct run *run_of(const struct sampler *s, const struct rmon *x)
{
	for (size_t i = 0; i < s->nrun; i++)
		if (s->run[i]->kind == x->kind &&
		    s->run[i]->index == x->index &&
		    s->run[i]->activated == x->activated)
			return s->run[i];
	return NULL;
}

const struct rmon_bucket *sampler_bucket(const struct sampler *s,
					 const struct rmon_history *h,
					 unsigned i)
{
	const struct run *r = run_of(s, &h->r);

	if (!r || i >= r->nbucket)
		return NULL;
	return &r->bucket[(r->oldest + i) % r->nbucket];
}

/* ---- following the configuration ------------------------------------------ */

static uint64_t interval_ms(const struct rmon *x)
{
	const struct rmon_alarm *a = (const struct rmon_alarm *)x;
	const struct rmon_history *h = (const struct rmon_history *)x;

	return UINT64_C(1000) *
	       (x->kind == RMON_ALARM ? a->interval_s : h->interval_s);
}

/* What is active does not change, so the interval is that of its start. */
static void on_time(void *arg, uint64_t now_ms)
{
	struct run *r = arg;
	const struct rmon *x = rmon_find(r->of->conf, r->kind, r->index);

	if (!x || !x->active || x->activated != r->activated)
		return; /* sampler_sync() is about to come */
	if (x->kind == RMON_ALARM)
		alarm_sample(r, (const struct rmon_alarm *)x);
	else
		bucket_keep(r, (const struct rmon_history *)x);
	loop_timer(r->of->loop, &r->timer, now_ms + interval_ms(x));
}

/* What differences are counted from. */
static void baseline(struct run *r, const struct rmon *x)
{
	const struct rmon_alarm *a = (const struct rmon_alarm *)x;
	const struct sampler *s = r->of;

	if (x->kind == RMON_HISTORY)
		counters_read(r, (const struct rmon_history *)x, &r->now);
	else if (a->sample)
		r->state.has_sample = s->hooks.object(s->hooks.arg, a->variable,
						      &r->state.sample);
}

static void run_start(struct sampler *s, const struct rmon *x)
{
	struct run *r = xcalloc(1, sizeof(*r));

	r->of = s;
	r->kind = x->kind;
	r->index = x->index;
	r->activated = x->activated;
	r->timer.fn = on_time;
	r->timer.arg = r;
	baseline(r, x);
	s->run = xarray_insert(s->run, &s->nrun, sizeof(struct run *), s->nrun);
	s->run[s->nrun - 1] = r;
	loop_timer(s->loop, &r->timer, loop_now(s->loop) + interval_ms(x));
}

static bool runs_on(const struct sampler *s, const struct run *r)
{
	const struct rmon *x = rmon_find(s->conf, r->kind, r->index);

	return x && x->active && x->activated == r->activated;
}

void sampler_sync(struct sampler *s)
{
	static const enum rmon_kind kinds[] = { RMON_ALARM, RMON_HISTORY };
	const struct rmon *x = NULL;

	for (size_t i = s->nrun; i-- > 0;)
		if (!runs_on(s, s->run[i]))
			run_drop(s, i);
	for (int k = 0; k < 2; k++)
		TAILQ_FOREACH(x, &s->conf->rmons[kinds[k]], link)
			if (x->active && !run_of(s, x))
				run_start(s, x);
}
