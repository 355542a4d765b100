#include "emu/keepalive/ka_queue.h"

#include <assert.h>
#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/io/loop.h"

/*
 * A place gets free where a probe ends, which may be in the middle of a change of
 * the configuration.  So the next one begins by a timer, from the loop.
 */
TAILQ_HEAD(place_list, ka_place);

struct ka_queue {
	struct loop *loop; /* borrowed */
	void (*begin)(struct ka_place *p, uint64_t now_ms);
	struct timer timer;
	struct {
		struct place_list list;
		unsigned running;
	} class[KA_CLASS_NUM];
};

const struct ka_class_row ka_classes[KA_CLASS_NUM] = {
	[KA_CLASS_A] = { "class A", SERVICE_MAX, SERVICE_MAX },
	[KA_CLASS_FTP] = { "FTP", 256, 32 },
	[KA_CLASS_GET] = { "HTTP-GET", 256, 32 },
	[KA_CLASS_HEAD] = { "persistent HTTP-HEAD", 256, 32 },
	[KA_CLASS_SCRIPT] = { "script", 255, 16 }, /* 255: content.md 5.8 */
};

enum ka_class ka_class_of(const struct probe_spec *spec)
{
	switch (spec->type) {
	case PROBE_FTP:
		return KA_CLASS_FTP;
	case PROBE_SCRIPT:
		return KA_CLASS_SCRIPT;
	case PROBE_HTTP:
		if (spec->method_get)
			return KA_CLASS_GET;
		return spec->non_persistent ? KA_CLASS_A : KA_CLASS_HEAD;
	default:
		return KA_CLASS_A;
	}
}

static struct ka_place *next(struct ka_queue *q)
{
	for (int i = 0; i < KA_CLASS_NUM; i++)
		if (q->class[i].running < ka_classes[i].at_once &&
		    !TAILQ_EMPTY(&q->class[i].list))
			return TAILQ_FIRST(&q->class[i].list);
	return NULL;
}

static void take(struct ka_queue *q, struct ka_place *p)
{
	p->runs = true;
	q->class[p->class].running++;
}

static void on_timer(void *arg, uint64_t now_ms)
{
	struct ka_queue *q = arg;
	struct ka_place *p = NULL;

	while ((p = next(q))) {
		TAILQ_REMOVE(&q->class[p->class].list, p, link);
		p->waits = false;
		take(q, p);
		q->begin(p, now_ms);
	}
}

bool ka_queue_enter(struct ka_queue *q, struct ka_place *p, enum ka_class class)
{
	assert(!p->waits && !p->runs);
	p->class = class;
	if (q->class[class].running < ka_classes[class].at_once &&
	    TAILQ_EMPTY(&q->class[class].list)) {
		take(q, p);
		return true;
	}
	p->waits = true;
	TAILQ_INSERT_TAIL(&q->class[class].list, p, link);
	return false;
}

void ka_queue_leave(struct ka_queue *q, struct ka_place *p)
{
	if (p->waits)
		TAILQ_REMOVE(&q->class[p->class].list, p, link);
	else if (p->runs)
		q->class[p->class].running--;
	p->waits = p->runs = false;
	if (next(q))
		loop_timer(q->loop, &q->timer, loop_now(q->loop));
}

struct ka_queue *ka_queue_new(struct loop *l,
			      void (*begin)(struct ka_place *p,
					    uint64_t now_ms))
{
	struct ka_queue *q = xcalloc(1, sizeof(*q));

	q->loop = l;
	q->begin = begin;
	q->timer = (struct timer){ .fn = on_timer, .arg = q };
	for (int i = 0; i < KA_CLASS_NUM; i++)
		TAILQ_INIT(&q->class[i].list);
	return q;
}

void ka_queue_free(struct ka_queue *q)
{
	if (!q)
		return;
	loop_timer_stop(q->loop, &q->timer);
	free(q);
}
