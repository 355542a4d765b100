#include "emu/plane/control.h"

#include <pthread.h>
#include <time.h>

#include "emu/base/wall.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"

/*
 * Each worker has counters of its own, which count up for ever; a reader adds
 * them up.  Zeroing remembers where they stood.
 */

#define TICK_MS 1000

static uint64_t get(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

static uint64_t cpu_us(const struct worker *w)
{
	struct timespec t = { 0 };
	clockid_t clock;

	if (pthread_getcpuclockid(w->thread, &clock) ||
	    clock_gettime(clock, &t))
		return 0;
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t plane_cpu_us(const struct plane *p)
{
	uint64_t sum = 0;

	for (int i = 0; i < p->nworkers; i++)
		sum += cpu_us(p->worker[i]);
	return sum;
}

/* Workers count on while this reads. */
static uint64_t less(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

static uint64_t flows_active(const struct plane *p)
{
	uint64_t total = 0, over = 0;

	for (int i = 0; i < p->nsums; i++)
		over += get(&p->worker[i]->c->flows_over);
	for (int i = 0; i < p->nsums; i++)
		total += get(&p->worker[i]->c->flows_total);
	return less(total, over);
}

static uint64_t flows_total(const struct plane *p)
{
	uint64_t total = 0;

	for (int i = 0; i < p->nsums; i++)
		total += get(&p->worker[i]->c->flows_total);
	return total;
}

static uint64_t udp_total(const struct plane *p)
{
	uint64_t total = 0;

	for (int i = 0; i < p->nsums; i++)
		total += get(&p->worker[i]->c->udp_total);
	return total;
}

static uint64_t hits_total(const struct plane *p)
{
	uint64_t total = 0;

	for (int i = 0; i < p->nsums; i++)
		total += get(&p->worker[i]->c->hits);
	return total;
}

static void rate_tick(struct rate *r, uint64_t total, uint64_t passed_ms)
{
	uint64_t more = less(total, r->last);
	uint32_t n = (uint32_t)((more * 1000 + passed_ms / 2) / passed_ms);

	r->last = total;
	r->at = (r->at + 1) % RATE_SECONDS;
	r->second[r->at] = n;
	if (n > r->high)
		r->high = n;
}

static struct flow_rate rate_read(const struct rate *r)
{
	uint64_t sum = 0;

	for (int i = 0; i < RATE_SECONDS; i++)
		sum += r->second[i];
	return (struct flow_rate){ .now = r->second[r->at],
				   .high = r->high,
				   .average = (uint32_t)(sum / RATE_SECONDS) };
}

static void tick(void *arg, uint64_t now_ms)
{
	struct plane *p = arg;
	uint64_t active = flows_active(p);

	if (now_ms > p->last_ms) {
		uint64_t all = flows_total(p), udp = udp_total(p),
			 passed = now_ms - p->last_ms;

		rate_tick(&p->all_rate, all, passed);
		rate_tick(&p->udp_rate, udp, passed);
		rate_tick(&p->tcp_rate, less(all, udp), passed);
		rate_tick(&p->hit_rate, hits_total(p), passed);
	}
	p->last_ms = now_ms;
	if (active > p->high_flows)
		p->high_flows = (uint32_t)active;
	loop_timer(p->loop, &p->tick, now_ms + TICK_MS);
}

void counters_start(struct plane *p)
{
	p->tick = (struct timer){ .fn = tick, .arg = p };
	p->last_ms = loop_now(p->loop);
	loop_timer(p->loop, &p->tick, p->last_ms + TICK_MS);
}

static void service_sum(const struct plane *p, unsigned index,
			struct service_counters *c)
{
	*c = (struct service_counters){ 0 };
	for (int i = 0; i < p->nsums; i++) {
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
	p->service_zero[index].zeroed_at = (uint64_t)wall_now();
}

static void rule_sum(const struct plane *p, unsigned index,
		     struct rule_counters *c)
{
	*c = (struct rule_counters){ 0 };
	for (int i = 0; i < p->nsums; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		c->hits += get(&w->rule[index].hits);
		c->bytes += get(&w->rule[index].bytes);
		c->frames += get(&w->rule[index].frames);
		c->rejects += get(&w->rule[index].rejects);
		c->overload_rejects += get(&w->rule[index].overloads);
		c->redirects += get(&w->rule[index].redirects);
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
	c->redirects -= z->redirects;
}

uint64_t plane_rule_service_hits(const struct plane *p, unsigned rule,
				 unsigned service)
{
	return get(shared_hits(p->shared, rule, service));
}

uint64_t plane_clause_hits(const struct plane *p, unsigned acl, unsigned clause)
{
	return get(shared_clause(p->shared, acl, clause));
}

void plane_zero_clause(struct plane *p, unsigned acl, unsigned clause)
{
	atomic_store_explicit(shared_clause(p->shared, acl, clause), 0,
			      memory_order_relaxed);
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

struct group_left {
	uint64_t conns, ftp;
};

static void group_sum(const struct plane *p, unsigned index,
		      struct group_counters *c, struct group_left *left)
{
	*c = (struct group_counters){ 0 };
	*left = (struct group_left){ 0 };
	for (int i = 0; i < p->nsums; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		left->conns += get(&w->group[index].left);
		left->ftp += get(&w->group[index].ftp_left);
		c->hits += get(&w->group[index].hits);
		c->bytes += get(&w->group[index].bytes);
		c->frames += get(&w->group[index].frames);
		c->total_conns += get(&w->group[index].total);
		c->total_ftp += get(&w->group[index].ftp_total);
	}
}

void plane_group_counters(const struct plane *p, unsigned index,
			  struct group_counters *c)
{
	const struct group_counters *z = &p->group_zero[index];
	struct group_left left;

	group_sum(p, index, c, &left);
	c->current_conns = (uint32_t)less(c->total_conns, left.conns);
	c->current_ftp = (uint32_t)less(c->total_ftp, left.ftp);
	c->hits -= z->hits;
	c->frames -= z->frames;
	c->total_ftp -= z->total_ftp;
	c->bytes -= z->bytes;
	c->total_conns -= z->total_conns;
}

void plane_zero_group(struct plane *p, unsigned index)
{
	struct group_left left;

	group_sum(p, index, &p->group_zero[index], &left);
	for (int i = 0; p->policy && i < p->policy->nservice; i++) {
		const struct policy_service *s = &p->policy->service[i];

		if (s->group && s->group->index == index)
			atomic_store_explicit(s->group_hits, 0,
					      memory_order_relaxed);
		if (s->source_group && s->source_group->index == index)
			atomic_store_explicit(s->source_hits, 0,
					      memory_order_relaxed);
	}
}

uint64_t plane_group_service_hits(const struct plane *p, unsigned group,
				  bool destination, unsigned service)
{
	return get(shared_group_hits(p->shared, group, destination, service));
}

void plane_group_ports(const struct plane *p, unsigned index,
		       struct portmap_figures *f)
{
	const struct portmap_pool *m = p->shared->ports[index];

	*f = (struct portmap_figures){ 0 };
	if (m)
		portmap_read(m, f);
}

void plane_noflow_ports(const struct plane *p, struct portmap_figures *f)
{
	uint64_t taken = 0, given = 0;

	*f = (struct portmap_figures){ 0 };
	for (int i = 0; i < p->nsums; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		given += get(&w->noflow_given);
		taken += get(&w->noflow_taken);
		f->refused += get(&w->noflow_refused);
	}
	f->used = (uint32_t)less(taken, given);
}

void plane_totals(const struct plane *p, struct plane_totals *t)
{
	uint64_t active = flows_active(p);

	*t = (struct plane_totals){
		.flows_total = flows_total(p),
		.flows_active = active,
		.high_flows = active > p->high_flows ? (uint32_t)active
						     : p->high_flows,
	};
	t->udp_total = udp_total(p);
	t->tcp_total = less(t->flows_total, t->udp_total);
	t->all = rate_read(&p->all_rate);
	t->udp = rate_read(&p->udp_rate);
	t->tcp = rate_read(&p->tcp_rate);
	t->hits = rate_read(&p->hit_rate);
	for (int i = 0; i < p->nsums; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		t->no_rule += get(&w->no_rule);
		t->no_service += get(&w->no_service);
		t->refused += get(&w->refused);
		t->mid_nat += get(&w->mid_nat);
		t->mid_spoof += get(&w->mid_spoof);
		t->mid_sticky += get(&w->mid_sticky);
		t->syn_exceeded += get(&w->syn_exceeded);
		t->acl_bypass += get(&w->acl_bypass);
		t->rule_bypass += get(&w->rule_bypass);
		t->param_bypass += get(&w->param_bypass);
		t->remapped += get(&w->remapped);
		t->sent_round += get(&w->sent_round);
		for (int m = 0; m <= HTTP_METHOD_NUM; m++)
			t->method[m] += get(&w->method[m]);
	}
	for (int m = 0; m <= HTTP_METHOD_NUM; m++)
		t->method[m] -= p->method_zero[m];
}

void plane_zero_methods(struct plane *p)
{
	struct plane_totals t;

	plane_totals(p, &t);
	for (int m = 0; m <= HTTP_METHOD_NUM; m++)
		p->method_zero[m] += t.method[m];
}

uint64_t plane_port_hits(const struct plane *p, uint8_t proto, uint16_t port)
{
	return get(shared_port_hits(p->shared, proto, port));
}

void plane_zero_port_hits(struct plane *p)
{
	for (int i = 0; p->policy && i < p->policy->nport; i++)
		atomic_store_explicit(p->policy->port[i].hits, 0,
				      memory_order_relaxed);
}
