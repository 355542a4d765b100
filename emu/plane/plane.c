#include "emu/plane/control.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/io/hostmap.h"
#include "emu/plane/inner.h"
#include "emu/sticky/sticky.h"

/*
 * The control thread's side: compiles policies, has the listeners follow them,
 * and posts mail to the workers.
 */

#define SNAPSHOT_S 1   /* longest wait for the workers */
#define KEPT_MAX   256 /* descriptors that are not for flows */

/* ---- life ----------------------------------------------------------------------- */

static void raise_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur == r.rlim_max)
		return;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
}

/*
 * How many flows a worker begins: a flow needs two descriptors, and some must
 * stay for the control thread, or no keepalive succeeds and no operator gets in
 * when traffic has taken them all.
 */
static unsigned flows_a_worker(int nworkers)
{
	struct rlimit r;
	rlim_t n, kept;

	if (getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur == RLIM_INFINITY)
		return UINT_MAX;
	kept = r.rlim_cur / 4 < KEPT_MAX ? r.rlim_cur / 4 : KEPT_MAX;
	n = (r.rlim_cur - kept) / 2 / (rlim_t)nworkers;
	return n < 1 ? 1 : n > UINT_MAX ? UINT_MAX : (unsigned)n;
}

struct plane *plane_new(struct loop *l, const struct hostmap *m, int nworkers,
			struct err *err)
{
	struct plane *p = xcalloc(1, sizeof(*p));
	unsigned max_flows;

	raise_descriptors();
	max_flows = flows_a_worker(nworkers);
	p->loop = l;
	p->map = m;
	p->shared = shared_new();
	p->frames = frames_new();
	p->inner = inner_new();
	p->worker = xcalloc((size_t)nworkers + 1, sizeof(*p->worker));
	for (; p->nworkers < nworkers; p->nworkers++, p->nsums++) {
		struct worker *w = worker_new((unsigned)p->nworkers, max_flows,
					      m, p->shared, p->frames,
					      p->inner, err);

		if (!w) {
			plane_free(p);
			return NULL;
		}
		p->worker[p->nworkers] = w;
	}
	counters_start(p);
	p->loads = loads_start(p);
	return p;
}

void plane_free(struct plane *p)
{
	if (!p)
		return;
	loop_timer_stop(p->loop, &p->tick);
	loads_stop(p->loads);
	for (int i = 0; i < p->nsums; i++)
		worker_free(p->worker[i]);
	for (int i = 0; i < p->nlistener; i++)
		free(p->listener[i].point);
	free(p->listener);
	free(p->worker);
	policy_unref(p->policy);
	shared_free(p->shared);
	frames_free(p->frames);
	inner_free(p->inner);
	out_fini(&p->told);
	free(p);
}

int plane_nworkers(const struct plane *p)
{
	return p->nworkers;
}

struct worker *plane_packet_worker(struct plane *p)
{
	struct worker **w = plane_packets(p);

	if (!*w) {
		*w = worker_new_packet(p->map, p->shared, p->frames, p->inner);
		p->nsums = p->nworkers + 1;
		if (p->policy)
			worker_publish(*w, p->policy);
	}
	return *w;
}

void plane_set_packet_side(struct plane *p, const struct packet_side *s)
{
	p->packets = s ? *s : (struct packet_side){ 0 };
}

static void mail_to_all(struct plane *p, enum mail_kind kind, unsigned number)
{
	for (int i = 0; i < p->nworkers; i++)
		worker_mail(p->worker[i],
			    &(struct mail){ .kind = kind, .number = number });
}

/* ---- publishing ---------------------------------------------------------------------- */

static bool was_told(const struct out *told, const char *line, size_t len)
{
	const char *at = out_text(told);

	while (*at) {
		const char *end = strchr(at, '\n');

		if ((size_t)(end - at) == len && !memcmp(at, line, len))
			return true;
		at = end + 1;
	}
	return false;
}

/* A warning is told when it appears, and again only after it had gone. */
static void tell(struct plane *p, struct out *now, struct out *warn)
{
	const char *at = out_text(now);

	while (*at) {
		size_t len = (size_t)(strchr(at, '\n') - at);

		if (!was_told(&p->told, at, len)) {
			out_write(warn, at, len + 1);
			log_write(LOG_FLOWMGR, LOG_WARNING_4, "%.*s", (int)len,
				  at);
		}
		at += len + 1;
	}
	out_fini(&p->told);
	p->told = *now;
	*now = (struct out){ 0 };
}

/* Stickiness does not outlive the service or the rule (content.md 2.7). */
static void forget_sticky(struct plane *p, const struct policy *old,
			  const struct policy *now)
{
	for (int i = 0; i < old->nrule; i++)
		if (old->rule[i].sticky &&
		    !policy_rule_find(now, old->rule[i].index))
			sticky_purge(p->shared->sticky, old->rule[i].index, 0,
				     -1);
	for (int i = 0; i < old->nservice; i++)
		if (!policy_service_find(now, old->service[i].name))
			sticky_purge(p->shared->sticky, 0,
				     old->service[i].index, -1);
}

void plane_publish(struct plane *p, const struct conf *conf,
		   const struct chassis *ch, struct out *warn)
{
	struct out now = { 0 };
	struct policy *old = p->policy;

	if (old && !p->stale && old->generation == conf->generation &&
	    policy_images_current(old, ch))
		return;
	p->policy = policy_build(conf, ch, p->shared, &now);
	p->stale = false;
	for (int i = 0; i < p->nsums; i++)
		worker_publish(p->worker[i], p->policy);
	listeners_sync(p, &now);
	loads_follow(p->loads);
	if (old)
		forget_sticky(p, old, p->policy);
	policy_unref(old);
	tell(p, &now, warn);
	out_fini(&now);
}

void plane_served_changed(struct plane *p)
{
	p->stale = true;
}

void plane_service_state(struct plane *p, unsigned service_index,
			 enum service_state s)
{
	enum service_state was = shared_state(p->shared, service_index);
	bool was_up = was == SERVICE_ALIVE || was == SERVICE_DYING;

	if (s == SERVICE_ALIVE && !was_up) /* slow start begins */
		shared_set_up(p->shared, service_index, loop_now(p->loop));
	shared_set_state(p->shared, service_index, s);
}

void plane_reset_slot(struct plane *p, unsigned slot)
{
	mail_to_all(p, MAIL_RESET_SLOT, slot);
}

void plane_reset_service(struct plane *p, unsigned service_index)
{
	mail_to_all(p, MAIL_RESET_SERVICE, service_index);
	if (p->packets.reset_service)
		p->packets.reset_service(p->packets.arg, service_index);
}

/* ---- shows ---------------------------------------------------------------------- */

static void snapshot_wait(struct snapshot *s)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += SNAPSHOT_S;
	pthread_mutex_lock(&s->lock);
	while (s->waiting)
		if (pthread_cond_timedwait(&s->done, &s->lock, &until))
			break;
	pthread_mutex_unlock(&s->lock);
}

struct flow_line *plane_flows(struct plane *p, int max, int *n)
{
	struct snapshot *s = xcalloc(1, sizeof(*s));
	struct flow_line *line;

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->done, NULL);
	s->refs = (unsigned)p->nworkers + 1;
	s->waiting = (unsigned)p->nworkers;
	s->max = max;
	s->line = xcalloc((size_t)max + 1, sizeof(*s->line));
	for (int i = 0; i < p->nworkers; i++)
		worker_mail(p->worker[i], &(struct mail){ .kind = MAIL_SNAPSHOT,
							  .snapshot = s });
	snapshot_wait(s);
	pthread_mutex_lock(&s->lock);
	line = xmemdup(s->line, ((size_t)max + 1) * sizeof(*line));
	*n = s->n;
	pthread_mutex_unlock(&s->lock);
	snapshot_unref(s);
	if (p->packets.flows)
		*n += p->packets.flows(p->packets.arg, line + *n, max - *n);
	return line;
}

struct sticky_entry *plane_sticky(const struct plane *p, int *n)
{
	return sticky_snapshot(p->shared->sticky, loop_now(p->loop), n);
}

void plane_sticky_stats(const struct plane *p, struct sticky_stats *st)
{
	sticky_stats(p->shared->sticky, st);
}

unsigned plane_sticky_purge(struct plane *p)
{
	return sticky_purge(p->shared->sticky, 0, 0, -1);
}

void plane_show_listeners(const struct plane *p, struct out *o)
{
	out_col(o, 24, "VIP");
	out_col(o, 24, "On this host");
	out_col(o, 10, "Protocol");
	out_printf(o, "State\n");
	for (int i = 0; i < p->nlistener; i++) {
		const struct listener *l = &p->listener[i];

		out_col(o, 24, l->door ? "%s:any" : "%s:%u",
			l->addr.s_addr == htonl(INADDR_ANY)
				? "any"
				: str_addr(l->addr),
			ntohs(l->port));
		out_col(o, 24, "%s:%u", str_addr(hostmap_addr(p->map, l->addr)),
			ntohs(hostmap_listen_port(p->map, l->port)));
		out_col(o, 10, "%s", l->proto == IPPROTO_UDP ? "UDP" : "TCP");
		out_printf(o, "%s\n", l->point ? "open" : "not open");
	}
}

/* ---- why ------------------------------------------------------------------------ */

const struct policy *plane_policy(const struct plane *p)
{
	return p->policy;
}

struct shared *plane_shared(const struct plane *p)
{
	return p->shared;
}

static size_t ring_copy(struct why_ring *r, struct why *to)
{
	size_t n = 0;

	pthread_mutex_lock(&r->lock);
	n = r->n < WHY_KEEP ? (size_t)r->n : WHY_KEEP;
	for (size_t i = 0; i < n; i++)
		to[i] = r->why[(r->n - n + i) % WHY_KEEP];
	pthread_mutex_unlock(&r->lock);
	return n;
}

static int by_time(const void *a, const void *b)
{
	const struct why *x = a, *y = b;

	return x->now_ms < y->now_ms ? -1 : x->now_ms > y->now_ms;
}

struct hot_url *plane_hotlist(const struct plane *p, unsigned rule,
			      unsigned interval_min, size_t *n)
{
	struct hot_url *all =
		xcalloc((size_t)p->nsums * HOT_PLACES + 1, sizeof(*all));
	uint64_t interval = (uint64_t)time(NULL) /
			    (60u * (interval_min ? interval_min : 1));

	*n = 0;
	for (int i = 0; i < p->nsums; i++)
		*n += hotlist_copy(&p->worker[i]->hot, rule, interval, all + *n,
				   HOT_PLACES);
	*n = hotlist_merge(all, *n);
	return all;
}

struct why *plane_why(const struct plane *p, size_t *n)
{
	struct why *all =
		xcalloc((size_t)p->nsums * WHY_KEEP + 1, sizeof(*all));

	*n = 0;
	for (int i = 0; i < p->nsums; i++)
		*n += ring_copy(&p->worker[i]->ring, all + *n);
	if (*n)
		qsort(all, *n, sizeof(*all), by_time);
	if (*n > WHY_KEEP) {
		memmove(all, all + *n - WHY_KEEP, WHY_KEEP * sizeof(*all));
		*n = WHY_KEEP;
	}
	return all;
}
