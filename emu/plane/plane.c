#include "emu/plane/plane.h"

#include <limits.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"
#include "emu/plane/worker.h"
#include "emu/sticky/sticky.h"

/*
 * The control thread's side: compiles policies, keeps the listeners in step
 * with them, posts mail to the workers and adds their counters up.
 *
 * A listener is wanted for every address and TCP port of the rules in force.
 * Wanted and open ones are both kept sorted, so that a change is one walk over
 * the two.  Workers count up for ever; zeroing remembers where the counters
 * stood.
 */

#define VIP_RANGE_MAX 256 /* addresses of one rule that are opened */
#define SNAPSHOT_S    1	  /* longest wait for the workers */
#define TICK_MS	      1000
#define KEPT_MAX      256 /* descriptors that are not for flows */

struct listener {
	struct in_addr addr;
	in_port_t port;
	struct point **point; /* one a worker; NULL: not open */
};

struct plane {
	struct loop *loop;
	const struct hostmap *map;
	struct shared *shared;	/* owned */
	struct worker **worker; /* owned */
	int nworkers;
	struct policy *policy;	   /* one reference; NULL before the first */
	struct listener *listener; /* owned, sorted */
	int nlistener;
	struct out told; /* warnings in force, so that each is told once */
	struct timer tick;
	uint64_t last_total, last_ms;
	double flows_per_s;
	uint32_t high_flows;
	/* what the counters were when they were zeroed */
	struct service_counters service_zero[SERVICE_MAX + 1];
	struct rule_counters rule_zero[CONTENT_MAX + 1];
	struct group_counters group_zero[GROUP_MAX + 1];
};

static uint64_t get(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

/* ---- life ----------------------------------------------------------------------- */

static uint64_t flows_active(const struct plane *p)
{
	uint64_t total = 0, over = 0;

	for (int i = 0; i < p->nworkers; i++)
		over += get(&p->worker[i]->c->flows_over);
	for (int i = 0; i < p->nworkers; i++)
		total += get(&p->worker[i]->c->flows_total);
	return total > over ? total - over : 0;
}

static uint64_t flows_total(const struct plane *p)
{
	uint64_t total = 0;

	for (int i = 0; i < p->nworkers; i++)
		total += get(&p->worker[i]->c->flows_total);
	return total;
}

static void tick(void *arg, uint64_t now_ms)
{
	struct plane *p = arg;
	uint64_t total = flows_total(p), active = flows_active(p);

	if (now_ms > p->last_ms)
		p->flows_per_s = (double)(total - p->last_total) * 1000 /
				 (double)(now_ms - p->last_ms);
	p->last_total = total;
	p->last_ms = now_ms;
	if (active > p->high_flows)
		p->high_flows = (uint32_t)active;
	loop_timer(p->loop, &p->tick, now_ms + TICK_MS);
}

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
	p->worker = xcalloc((size_t)nworkers + 1, sizeof(*p->worker));
	p->tick = (struct timer){ .fn = tick, .arg = p };
	for (; p->nworkers < nworkers; p->nworkers++) {
		struct worker *w = worker_new((unsigned)p->nworkers, max_flows,
					      m, p->shared, err);

		if (!w) {
			plane_free(p);
			return NULL;
		}
		p->worker[p->nworkers] = w;
	}
	p->last_ms = loop_now(l);
	loop_timer(l, &p->tick, p->last_ms + TICK_MS);
	return p;
}

void plane_free(struct plane *p)
{
	if (!p)
		return;
	loop_timer_stop(p->loop, &p->tick);
	for (int i = 0; i < p->nworkers; i++)
		worker_free(p->worker[i]);
	for (int i = 0; i < p->nlistener; i++)
		free(p->listener[i].point);
	free(p->listener);
	free(p->worker);
	policy_unref(p->policy);
	shared_free(p->shared);
	out_fini(&p->told);
	free(p);
}

int plane_nworkers(const struct plane *p)
{
	return p->nworkers;
}

static void mail_to_all(struct plane *p, enum mail_kind kind, unsigned number)
{
	for (int i = 0; i < p->nworkers; i++)
		worker_mail(p->worker[i],
			    &(struct mail){ .kind = kind, .number = number });
}

/* ---- listeners ---------------------------------------------------------------------- */

static int listener_order(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	if (x->addr.s_addr != y->addr.s_addr)
		return ntohl(x->addr.s_addr) < ntohl(y->addr.s_addr) ? -1 : 1;
	return ntohs(x->port) - ntohs(y->port);
}

static bool opens_ports(const struct policy_rule *r, struct out *warn)
{
	const char *why = NULL;

	if (r->vip.s_addr == INADDR_ANY)
		why = "it has no VIP; give it a vip address";
	else if (!r->port)
		why = "it stands for every port; give it a port";
	if (why)
		out_printf(warn,
			   "Rule %s/%s opens no listener with --attach host: "
			   "%s\n",
			   r->owner, r->name, why);
	return !why;
}

static unsigned addresses_of(const struct policy_rule *r, struct out *warn)
{
	if (r->vip_range <= VIP_RANGE_MAX)
		return r->vip_range;
	out_printf(warn,
		   "Rule %s/%s: only %d of its %u addresses are opened with "
		   "--attach host; make the range smaller\n",
		   r->owner, r->name, VIP_RANGE_MAX, r->vip_range);
	return VIP_RANGE_MAX;
}

/* Sorted, without doubles; owned by the caller. */
static struct listener *wanted(const struct policy *pol, int *n,
			       struct out *warn)
{
	struct listener *l = NULL;
	int len = 0, cap = 0, keep = 0;

	for (int i = 0; i < pol->nrule; i++) {
		const struct policy_rule *r = &pol->rule[i];
		unsigned range =
			opens_ports(r, warn) ? addresses_of(r, warn) : 0;

		for (unsigned a = 0; a < range; a++) {
			uint32_t vip = ntohl(r->vip.s_addr) + a;

			if (len == cap) {
				cap = cap ? 2 * cap : 64;
				l = xrealloc(l, (size_t)cap * sizeof(*l));
			}
			l[len++] = (struct listener){
				.addr.s_addr = htonl(vip),
				.port = htons(r->port),
			};
		}
	}
	if (len)
		qsort(l, (size_t)len, sizeof(*l), listener_order);
	for (int i = 0; i < len; i++)
		if (!i || listener_order(&l[i], &l[keep - 1]))
			l[keep++] = l[i];
	*n = keep;
	return l;
}

static void listener_close(struct plane *p, struct listener *l)
{
	for (int i = 0; l->point && i < p->nworkers; i++)
		worker_mail(p->worker[i],
			    &(struct mail){ .kind = MAIL_UNLISTEN,
					    .point = l->point[i] });
	free(l->point);
	l->point = NULL;
}

static void points_drop(struct point **point, int n)
{
	while (n--) {
		(void)close(point[n]->fd);
		free(point[n]);
	}
	free(point);
}

/* Accepted sockets inherit it, which saves a call for each. */
static void no_delay(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int listener_open(struct plane *p, struct listener *l, struct err *err)
{
	struct point **point = xcalloc((size_t)p->nworkers, sizeof(*point));

	for (int i = 0; i < p->nworkers; i++) {
		int fd = sock_listen(p->map, l->addr, l->port, p->nworkers > 1,
				     err);

		if (fd < 0) {
			points_drop(point, i);
			return -1;
		}
		no_delay(fd);
		point[i] = xcalloc(1, sizeof(**point));
		*point[i] = (struct point){ .source = SOURCE_POINT,
					    .fd = fd,
					    .addr = l->addr,
					    .port = l->port };
	}
	for (int i = 0; i < p->nworkers; i++)
		worker_mail(p->worker[i], &(struct mail){ .kind = MAIL_LISTEN,
							  .point = point[i] });
	l->point = point;
	return 0;
}

static void open_missing(struct plane *p, struct listener *l, int n,
			 struct out *warn)
{
	for (int i = 0; i < n; i++) {
		struct err err;

		if (l[i].point || !listener_open(p, &l[i], &err))
			continue;
		out_printf(warn, "VIP %s:%u is not open: %s\n",
			   str_addr(l[i].addr), ntohs(l[i].port), err.msg);
	}
}

/* Keeps what is open and still wanted, closes the rest, opens what is new. */
static void listeners_sync(struct plane *p, struct out *warn)
{
	int n, old = 0;
	struct listener *l = wanted(p->policy, &n, warn);

	for (int i = 0; i < n; i++) {
		int order = -1;

		while (old < p->nlistener &&
		       (order = listener_order(&p->listener[old], &l[i])) < 0)
			listener_close(p, &p->listener[old++]);
		if (old < p->nlistener && !order)
			l[i] = p->listener[old++];
	}
	while (old < p->nlistener)
		listener_close(p, &p->listener[old++]);
	free(p->listener);
	p->listener = l;
	p->nlistener = n;
	open_missing(p, l, n, warn);
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
			sticky_purge(p->shared->sticky, old->rule[i].index, 0);
	for (int i = 0; i < old->nservice; i++)
		if (!policy_service_find(now, old->service[i].name))
			sticky_purge(p->shared->sticky, 0,
				     old->service[i].index);
}

void plane_publish(struct plane *p, const struct conf *conf,
		   const struct chassis *ch, struct out *warn)
{
	struct out now = { 0 };
	struct policy *old = p->policy;

	if (old && old->generation == conf->generation &&
	    policy_images_current(old, ch))
		return;
	p->policy = policy_build(conf, ch, p->shared, &now);
	for (int i = 0; i < p->nworkers; i++)
		worker_publish(p->worker[i], p->policy);
	listeners_sync(p, &now);
	if (old)
		forget_sticky(p, old, p->policy);
	policy_unref(old);
	tell(p, &now, warn);
	out_fini(&now);
}

void plane_service_state(struct plane *p, unsigned service_index,
			 enum service_state s)
{
	shared_set_state(p->shared, service_index, s);
}

void plane_reset_slot(struct plane *p, unsigned slot)
{
	mail_to_all(p, MAIL_RESET_SLOT, slot);
}

void plane_reset_service(struct plane *p, unsigned service_index)
{
	mail_to_all(p, MAIL_RESET_SERVICE, service_index);
}

/* ---- counters ---------------------------------------------------------------------- */

static void service_sum(const struct plane *p, unsigned index,
			struct service_counters *c)
{
	*c = (struct service_counters){ 0 };
	for (int i = 0; i < p->nworkers; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		c->total_conns += get(&w->service[index].total);
		c->bytes_in += get(&w->service[index].bytes_in);
		c->bytes_out += get(&w->service[index].bytes_out);
	}
}

void plane_service_counters(const struct plane *p, unsigned index,
			    struct service_counters *c)
{
	const struct service_counters *z = &p->service_zero[index];

	service_sum(p, index, c);
	c->total_conns -= z->total_conns;
	c->bytes_in -= z->bytes_in;
	c->bytes_out -= z->bytes_out;
	c->zeroed_at = z->zeroed_at;
	c->current_conns = shared_conns(p->shared, index);
}

void plane_zero_service(struct plane *p, unsigned index)
{
	service_sum(p, index, &p->service_zero[index]);
	p->service_zero[index].zeroed_at = (uint64_t)time(NULL);
}

static void rule_sum(const struct plane *p, unsigned index,
		     struct rule_counters *c)
{
	*c = (struct rule_counters){ 0 };
	for (int i = 0; i < p->nworkers; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		c->hits += get(&w->rule[index].hits);
		c->bytes += get(&w->rule[index].bytes);
		c->frames += get(&w->rule[index].frames);
		c->rejects += get(&w->rule[index].rejects);
		c->overload_rejects += get(&w->rule[index].overloads);
	}
}

void plane_rule_counters(const struct plane *p, unsigned index,
			 struct rule_counters *c)
{
	const struct rule_counters *z = &p->rule_zero[index];

	rule_sum(p, index, c);
	c->hits -= z->hits;
	c->bytes -= z->bytes;
	c->frames -= z->frames;
	c->rejects -= z->rejects;
	c->overload_rejects -= z->overload_rejects;
}

uint64_t plane_rule_service_hits(const struct plane *p, unsigned rule,
				 unsigned service)
{
	return get(shared_hits(p->shared, rule, service));
}

void plane_zero_rule(struct plane *p, unsigned index)
{
	const struct policy_rule *r =
		p->policy ? policy_rule_find(p->policy, index) : NULL;

	rule_sum(p, index, &p->rule_zero[index]);
	for (int i = 0; r && i < r->nmember; i++)
		atomic_store_explicit(r->member[i].hits, 0,
				      memory_order_relaxed);
}

static void group_sum(const struct plane *p, unsigned index,
		      struct group_counters *c, uint64_t *left)
{
	*c = (struct group_counters){ 0 };
	*left = 0;
	for (int i = 0; i < p->nworkers; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		*left += get(&w->group[index].left);
		c->hits += get(&w->group[index].hits);
		c->bytes += get(&w->group[index].bytes);
		c->total_conns += get(&w->group[index].total);
	}
}

void plane_group_counters(const struct plane *p, unsigned index,
			  struct group_counters *c)
{
	const struct group_counters *z = &p->group_zero[index];
	uint64_t left;

	group_sum(p, index, c, &left);
	c->current_conns =
		c->total_conns > left ? (uint32_t)(c->total_conns - left) : 0;
	c->hits -= z->hits;
	c->bytes -= z->bytes;
	c->total_conns -= z->total_conns;
}

void plane_zero_group(struct plane *p, unsigned index)
{
	uint64_t left;

	group_sum(p, index, &p->group_zero[index], &left);
}

void plane_totals(const struct plane *p, struct plane_totals *t)
{
	uint64_t active = flows_active(p);

	*t = (struct plane_totals){
		.flows_total = flows_total(p),
		.flows_active = active,
		.flows_per_s = p->flows_per_s,
		.high_flows = active > p->high_flows ? (uint32_t)active
						     : p->high_flows,
	};
	t->tcp_total = t->flows_total; /* UDP is not carried yet */
	for (int i = 0; i < p->nworkers; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		t->no_rule += get(&w->no_rule);
		t->no_service += get(&w->no_service);
		t->refused += get(&w->refused);
	}
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
	line = xmemdup(s->line, ((size_t)s->n + 1) * sizeof(*line));
	*n = s->n;
	pthread_mutex_unlock(&s->lock);
	snapshot_unref(s);
	return line;
}

void plane_show_listeners(const struct plane *p, struct out *o)
{
	out_col(o, 24, "VIP");
	out_col(o, 24, "On this host");
	out_printf(o, "State\n");
	for (int i = 0; i < p->nlistener; i++) {
		const struct listener *l = &p->listener[i];

		out_col(o, 24, "%s:%u", str_addr(l->addr), ntohs(l->port));
		out_col(o, 24, "%s:%u", str_addr(hostmap_addr(p->map, l->addr)),
			ntohs(hostmap_listen_port(p->map, l->port)));
		out_printf(o, "%s\n", l->point ? "open" : "not open");
	}
}
