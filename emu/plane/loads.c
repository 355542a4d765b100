#include "emu/plane/control.h"

#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/flow/load.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"

/*
 * Workers count what flows report, in counters of their own; once a second the
 * control thread looks at what is new, reckons, and tells the workers the loads
 * that balancing goes by (content.md 1.5).
 */
#define TICK_MS 1000

struct plane_loads {
	struct plane *p;
	struct timer timer;
	struct loads loads;
	struct load_sample seen[SERVICE_MAX + 1][LOAD_CLASSES];
	unsigned index[SERVICE_MAX]; /* of the services of the policy */
};

static struct load_sample sum(const struct plane *p, unsigned service, int c)
{
	struct load_sample s = { 0 };

	for (int i = 0; i < p->nsums; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		s.n += atomic_load_explicit(&w->service[service].reports[c],
					    memory_order_relaxed);
		s.ms += atomic_load_explicit(&w->service[service].report_ms[c],
					     memory_order_relaxed);
	}
	return s;
}

/* A worker may be between its two counters: the time of a flow that is missed
 * now comes with the next look. */
static void gather(struct plane_loads *l, unsigned service, uint64_t now_ms)
{
	for (int c = 0; c < LOAD_CLASSES; c++) {
		struct load_sample now = sum(l->p, service, c);
		struct load_sample *was = &l->seen[service][c], fresh = {
			.ms = now.ms - was->ms,
			.n = now.n - was->n,
		};

		load_report(&l->loads.of[service], (enum load_class)c, &fresh,
			    now_ms);
		*was = now;
	}
}

static void look(struct plane_loads *l, uint64_t now_ms)
{
	const struct policy *p = l->p->policy;

	for (int i = 0; i < p->nservice; i++) {
		l->index[i] = p->service[i].index;
		l->loads.of[l->index[i]].fixed = p->service[i].load;
		gather(l, l->index[i], now_ms);
	}
	loads_reckon(&l->loads, &p->flow.load, l->index, p->nservice, now_ms);
	for (int i = 0; i < p->nservice; i++)
		shared_set_load(l->p->shared, l->index[i],
				l->loads.of[l->index[i]].average);
}

static void on_timer(void *arg, uint64_t now_ms)
{
	struct plane_loads *l = arg;

	if (l->p->policy)
		look(l, now_ms);
	loop_timer(l->p->loop, &l->timer, now_ms + TICK_MS);
}

struct plane_loads *loads_start(struct plane *p)
{
	struct plane_loads *l = xcalloc(1, sizeof(*l));

	l->p = p;
	l->timer = (struct timer){ .fn = on_timer, .arg = l };
	loads_init(&l->loads);
	loop_timer(p->loop, &l->timer, loop_now(p->loop) + TICK_MS);
	return l;
}

void loads_stop(struct plane_loads *l)
{
	if (!l)
		return;
	loop_timer_stop(l->p->loop, &l->timer);
	free(l);
}

/* Services that left take their loads along: their indexes are given away. */
void loads_follow(struct plane_loads *l)
{
	const struct policy *p = l->p->policy;
	bool here[SERVICE_MAX + 1] = { false };

	for (int i = 0; i < p->nservice; i++)
		here[p->service[i].index] = true;
	for (unsigned i = 1; i <= SERVICE_MAX; i++)
		if (!here[i])
			load_forget(&l->loads.of[i]);
	look(l, loop_now(l->p->loop));
}

void plane_load(const struct plane *p, unsigned index, struct service_load *s)
{
	const struct load_of *o = &p->loads->loads.of[index];

	*s = (struct service_load){
		.short_flows = o->class[LOAD_SHORT].load,
		.long_flows = o->class[LOAD_LONG].load,
		.average = o->average,
	};
}

uint32_t plane_load_step_ms(const struct plane *p)
{
	return p->loads->loads.step_ms;
}
