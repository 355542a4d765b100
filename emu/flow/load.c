#include "emu/flow/load.h"

#include <math.h>
#include <string.h>

/*
 * Averages forget: a teardown cycle takes a tenth of what an average rests on,
 * so that a report of ten cycles ago hardly counts (the MIB's decay interval of
 * 10 cycles).  What was not refreshed for the ageout time is forgotten, and the
 * service is as good as an idle one.
 *
 * The product adapts its step in a way that was never told.  Here a dynamic step
 * is the configured one as long as the slowest service stays below 254 with it,
 * else the smallest that keeps it there.
 *
 * Absolute loads do not depend on other services: response times fall into ranges
 * of growing width, `absolute-sensitivity` of them for each doubling (a guess,
 * too).
 */
#define DECAY 0.9

void load_forget(struct load_of *s)
{
	*s = (struct load_of){ .average = LOAD_LEAST };
	for (int c = 0; c < LOAD_CLASSES; c++)
		s->class[c].load = LOAD_LEAST;
}

void loads_init(struct loads *l)
{
	memset(l, 0, sizeof(*l));
	l->step_ms = LOAD_STEP_MS;
	for (int i = 0; i <= SERVICE_MAX; i++)
		load_forget(&l->of[i]);
}

enum load_class load_class_of(uint64_t bytes)
{
	return bytes > LOAD_SHORT_BYTES ? LOAD_LONG : LOAD_SHORT;
}

uint64_t load_normalized(uint64_t ms, uint64_t bytes)
{
	return load_class_of(bytes) == LOAD_SHORT
		       ? ms
		       : ms * LOAD_SHORT_BYTES / bytes;
}

void load_report(struct load_of *s, enum load_class c,
		 const struct load_sample *sample, uint64_t now_ms)
{
	double weight = s->class[c].weight + (double)sample->n;

	if (!sample->n)
		return;
	s->class[c].ms = (s->class[c].ms * s->class[c].weight +
			  (double)sample->ms) /
			 weight;
	s->class[c].weight = weight;
	s->class[c].at_ms = now_ms;
}

static void decay(struct loads *l, const struct load_conf *conf,
		  const unsigned *index, int n, uint64_t now_ms)
{
	uint64_t cycle_ms = (uint64_t)conf->teardown_s * 1000;

	if (now_ms - l->decayed_ms < cycle_ms)
		return;
	l->decayed_ms = now_ms;
	for (int i = 0; i < n; i++)
		for (int c = 0; c < LOAD_CLASSES; c++)
			l->of[index[i]].class[c].weight *= DECAY;
}

static void age(struct load_of *s, const struct load_conf *conf,
		uint64_t now_ms)
{
	uint64_t ms = (uint64_t)conf->ageout_s * 1000;

	for (int c = 0; c < LOAD_CLASSES; c++)
		if (ms && s->class[c].weight > 0 &&
		    now_ms - s->class[c].at_ms >= ms)
			s->class[c].weight = 0;
}

struct span {
	double min, max; /* of response times; max below min: none */
};

static struct span span_of(const struct loads *l, enum load_class c,
			   const unsigned *index, int n)
{
	struct span s = { INFINITY, -1 };

	for (int i = 0; i < n; i++) {
		const struct load_of *o = &l->of[index[i]];

		if (o->class[c].weight <= 0)
			continue;
		s.min = fmin(s.min, o->class[c].ms);
		s.max = fmax(s.max, o->class[c].ms);
	}
	return s;
}

static uint32_t step_for(const struct load_conf *conf,
			 const struct span span[LOAD_CLASSES])
{
	double step = conf->step_ms;

	for (int c = 0; c < LOAD_CLASSES && !conf->step_static; c++)
		if (span[c].max >= span[c].min)
			step = fmax(step,
				    ceil((span[c].max - span[c].min) /
					 (LOAD_MOST - LOAD_LEAST)));
	return (uint32_t)step;
}

static uint8_t clamp(double load)
{
	return (uint8_t)fmin(fmax(load, LOAD_LEAST), LOAD_MOST);
}

static uint8_t number(const struct loads *l, const struct load_conf *conf,
		      double ms, double fastest)
{
	if (conf->calculation == LOAD_ABSOLUTE)
		return clamp(LOAD_LEAST + conf->sensitivity * log2(1 + ms));
	return clamp(LOAD_LEAST + (ms - fastest) / l->step_ms);
}

static void reckon(const struct loads *l, const struct load_conf *conf,
		   const struct span span[LOAD_CLASSES], struct load_of *s)
{
	unsigned sum = 0, known = 0;

	for (int c = 0; c < LOAD_CLASSES; c++) {
		s->class[c].load = s->fixed ? s->fixed : LOAD_LEAST;
		if (s->fixed || s->class[c].weight <= 0)
			continue;
		s->class[c].load =
			number(l, conf, s->class[c].ms, span[c].min);
		sum += s->class[c].load;
		known++;
	}
	s->average = (uint8_t)(s->fixed ? s->fixed
			       : known	? sum / known
					: LOAD_LEAST);
}

void loads_reckon(struct loads *l, const struct load_conf *conf,
		  const unsigned *index, int n, uint64_t now_ms)
{
	struct span span[LOAD_CLASSES];

	decay(l, conf, index, n, now_ms);
	for (int i = 0; i < n; i++) {
		age(&l->of[index[i]], conf, now_ms);
		if (!conf->reporting)
			memset(l->of[index[i]].class, 0,
			       sizeof(l->of[index[i]].class));
	}
	for (int c = 0; c < LOAD_CLASSES; c++)
		span[c] = span_of(l, (enum load_class)c, index, n);
	l->step_ms = step_for(conf, span);
	for (int i = 0; i < n; i++)
		reckon(l, conf, span, &l->of[index[i]]);
}
