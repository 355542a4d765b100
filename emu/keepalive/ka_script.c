#include "emu/base/err.h"
#include "emu/base/xalloc.h"
#include "emu/keepalive/ka.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/*
 * "keepalive type script": the server is there when a script says so.  At most
 * KA_SCRIPT_ATONCE scripts run; further probes wait in a queue, and their time
 * begins when they leave it.
 *
 * A place in the queue gets free where a probe ends, which may be in the middle
 * of a change of the configuration.  So the next one is begun by a timer, from
 * the loop.
 */
struct state {
	TAILQ_ENTRY(state) link; /* in the queue */
	struct ka_probe *probe;
	void *run; /* NULL: it waits */
};

TAILQ_HEAD(state_list, state);

struct ka_scripts {
	struct loop *loop;
	const struct monitor_hooks *hooks; /* borrowed */
	struct state_list queue;
	unsigned running;
	struct timer timer;
};

static void done(void *owner, int status, const char *text, uint64_t now_ms)
{
	struct ka_probe *p = owner;
	struct ka_scripts *all = p->scripts;
	struct state *s = p->state;
	enum ka_result result = KA_UP;

	s->run = NULL;
	all->running--;
	loop_timer(all->loop, &all->timer, now_ms);
	if (status)
		result = ka_fail(p, "%s", text);
	p->finish(p, result, now_ms);
}

static enum ka_result begin(struct ka_probe *p)
{
	struct ka_scripts *all = p->scripts;
	struct state *s = p->state;
	struct script_probe what = { p->spec.arg, p->spec.script_args,
				     p->spec.use_output };
	struct err err = { 0 };

	s->run =
		all->hooks->script_start(all->hooks->arg, &what, done, p, &err);
	if (!s->run)
		return ka_fail(p, "%s", err.msg);
	all->running++;
	return KA_PENDING;
}

static void next(void *arg, uint64_t now_ms)
{
	struct ka_scripts *all = arg;
	struct state *s = TAILQ_FIRST(&all->queue);
	struct ka_probe *p = s ? s->probe : NULL;

	if (!p || all->running >= KA_SCRIPT_ATONCE)
		return;
	TAILQ_REMOVE(&all->queue, s, link);
	p->queued = false;
	loop_timer(all->loop, &all->timer, now_ms);
	p->begun(p, now_ms);
	if (begin(p) == KA_DOWN)
		p->finish(p, KA_DOWN, now_ms);
}

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	struct state *s = p->state;

	(void)now_ms;
	s->probe = p;
	if (p->scripts->running < KA_SCRIPT_ATONCE &&
	    TAILQ_EMPTY(&p->scripts->queue))
		return begin(p);
	p->queued = true;
	TAILQ_INSERT_TAIL(&p->scripts->queue, s, link);
	return KA_PENDING;
}

static enum ka_result ready(struct ka_probe *p, uint32_t events,
			    uint64_t now_ms)
{
	(void)p; /* the script tells its end itself */
	(void)events;
	(void)now_ms;
	return KA_PENDING;
}

static void stop(struct ka_probe *p)
{
	struct ka_scripts *all = p->scripts;
	struct state *s = p->state;

	if (p->queued)
		TAILQ_REMOVE(&all->queue, s, link);
	p->queued = false;
	if (!s->run)
		return;
	all->hooks->script_stop(all->hooks->arg, s->run);
	s->run = NULL;
	all->running--;
	loop_timer(all->loop, &all->timer, loop_now(all->loop));
}

struct ka_scripts *ka_scripts_new(struct loop *l,
				  const struct monitor_hooks *hooks)
{
	struct ka_scripts *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->hooks = hooks;
	s->timer = (struct timer){ .fn = next, .arg = s };
	TAILQ_INIT(&s->queue);
	return s;
}

void ka_scripts_free(struct ka_scripts *s)
{
	if (!s)
		return;
	loop_timer_stop(s->loop, &s->timer);
	free(s);
}

const struct ka_ops ka_script = {
	.name = "script",
	.state_size = sizeof(struct state),
	.start = start,
	.ready = ready,
	.stop = stop,
};
