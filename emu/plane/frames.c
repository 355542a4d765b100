/*
 * Counters of frames (frames.h).  They count up for ever; a reader subtracts
 * what they were when they were zeroed.  Attacks are rare, or else not worth
 * counting fast: a lock guards their table.
 */
#include "emu/plane/frames.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/plane/control.h"
#include "emu/plane/relay.h"

#define SLOTS 7	 /* 0 is the management port's */
#define PORTS 17 /* of the largest module, and port 0 */

struct frames {
	_Atomic uint64_t port[SLOTS][PORTS][PORT_COUNTER_NUM];
	uint64_t port_zero[SLOTS][PORTS][PORT_COUNTER_NUM];
	_Atomic uint64_t net[NET_COUNTER_NUM];
	uint64_t net_zero[NET_COUNTER_NUM];
	pthread_mutex_t lock; /* guards what follows */
	struct attacks attacks;
	uint64_t this_second[ATTACK_NUM];
	time_t second;
};

struct frames *frames_new(void)
{
	struct frames *f = xcalloc(1, sizeof(*f));

	(void)pthread_mutex_init(&f->lock, NULL);
	return f;
}

void frames_free(struct frames *f)
{
	if (!f)
		return;
	(void)pthread_mutex_destroy(&f->lock);
	free(f);
}

static uint64_t get(const _Atomic uint64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

/* ---- ports ---------------------------------------------------------------- */

static const struct {
	enum port_counter first, end;
} groups[PORT_GROUP_NUM] = {
	[PORT_MIBII] = { PORT_IN_OCTETS, PORT_ALIGNMENT },
	[PORT_ETHER] = { PORT_ALIGNMENT, PORT_RMON_DROPS },
	[PORT_RMON] = { PORT_RMON_DROPS, PORT_FLOWS },
};

_Atomic uint64_t *plane_port(struct plane *p, unsigned slot, unsigned port)
{
	return slot < SLOTS && port < PORTS ? p->frames->port[slot][port]
					    : NULL;
}

void plane_port_counters(const struct plane *p, unsigned slot, unsigned port,
			 struct port_counters *c)
{
	const struct frames *f = p->frames;

	assert(slot < SLOTS && port < PORTS);
	for (int i = 0; i < PORT_COUNTER_NUM; i++)
		c->n[i] = get(&f->port[slot][port][i]) -
			  f->port_zero[slot][port][i];
}

void plane_zero_port(struct plane *p, unsigned slot, unsigned port,
		     enum port_group g)
{
	struct frames *f = p->frames;

	assert(slot < SLOTS && port < PORTS);
	for (unsigned i = groups[g].first; i < groups[g].end; i++)
		f->port_zero[slot][port][i] = get(&f->port[slot][port][i]);
}

/* ---- protocols ------------------------------------------------------------ */

/* Workers count on while this reads. */
static uint64_t less(uint64_t all, uint64_t over)
{
	return all > over ? all - over : 0;
}

/* What the workers know of their connections. */
static void add_connections(const struct plane *p, struct net_counters *c)
{
	uint64_t accepted = 0, connected = 0, over[2] = { 0 };

	for (int i = 0; i < p->nsums; i++)
		for (int side = 0; side < 2; side++)
			over[side] += get(&p->worker[i]->c->legs_over[side]);
	for (int i = 0; i < p->nsums; i++) {
		const struct worker_counters *w = p->worker[i]->c;

		accepted += get(&w->accepted);
		connected += get(&w->connected);
		c->n[NET_TCP_FAILED] += get(&w->refused);
		c->n[NET_TCP_RESETS] += get(&w->resets);
		c->n[NET_TCP_OUT_RESETS] += get(&w->resets_sent);
		c->n[NET_TCP_NO_PORT] += get(&w->no_port);
		c->n[NET_UDP_IN] += get(&w->udp_in);
		c->n[NET_UDP_OUT] += get(&w->udp_out);
	}
	c->n[NET_TCP_PASSIVE_OPENS] += accepted;
	c->n[NET_TCP_ACTIVE_OPENS] += connected;
	c->n[NET_TCP_MAPPED] += less(connected, over[LEG_SERVER]);
	c->n[NET_TCP_ESTABLISHED] += less(accepted, over[LEG_CLIENT]) +
				     less(connected, over[LEG_SERVER]);
}

void plane_net_counters(const struct plane *p, struct net_counters *c)
{
	for (int i = 0; i < NET_COUNTER_NUM; i++)
		c->n[i] = get(&p->frames->net[i]) - p->frames->net_zero[i];
	add_connections(p, c);
}

void plane_add_net(struct plane *p, enum net_counter c, uint64_t n)
{
	atomic_fetch_add_explicit(&p->frames->net[c], n, memory_order_relaxed);
}

void plane_count_net(struct plane *p, enum net_counter c)
{
	plane_add_net(p, c, 1);
}

void plane_zero_fragments(struct plane *p)
{
	for (int i = NET_FRAGMENT_IN; i < NET_COUNTER_NUM; i++)
		p->frames->net_zero[i] = get(&p->frames->net[i]);
}

/* ---- attacks -------------------------------------------------------------- */

void plane_attacks(const struct plane *p, struct attacks *a)
{
	(void)pthread_mutex_lock(&p->frames->lock);
	*a = p->frames->attacks;
	(void)pthread_mutex_unlock(&p->frames->lock);
}

static void count_second(struct frames *f, enum attack kind, time_t now)
{
	if (f->second != now)
		for (int i = 0; i < ATTACK_NUM; i++)
			f->this_second[i] = 0;
	f->second = now;
	if (++f->this_second[kind] > f->attacks.second[kind])
		f->attacks.second[kind] = f->this_second[kind];
}

/* The event of these two; the one that is longest over makes room for it. */
static struct attack_event *event_of(struct attacks *a, enum attack kind,
				     struct in_addr src, struct in_addr dst)
{
	struct attack_event *oldest = &a->event[0];

	for (int i = 0; i < a->nevent; i++) {
		struct attack_event *e = &a->event[i];

		if (e->kind == kind && e->src.s_addr == src.s_addr &&
		    e->dst.s_addr == dst.s_addr)
			return e;
		if (e->last < oldest->last)
			oldest = e;
	}
	if (a->nevent < ATTACK_EVENTS)
		oldest = &a->event[a->nevent++];
	*oldest = (struct attack_event){ .kind = kind, .src = src, .dst = dst };
	return oldest;
}

void frames_attack_seen(struct frames *f, enum attack kind, struct in_addr src,
			struct in_addr dst, time_t now)
{
	struct attack_event *e = NULL;

	(void)pthread_mutex_lock(&f->lock);
	f->attacks.count[kind]++;
	count_second(f, kind, now);
	if (!f->attacks.first)
		f->attacks.first = now;
	f->attacks.last = now;
	e = event_of(&f->attacks, kind, src, dst);
	if (!e->count++)
		e->first = now;
	e->last = now;
	(void)pthread_mutex_unlock(&f->lock);
}

void plane_attack_seen(struct plane *p, enum attack kind, struct in_addr src,
		       struct in_addr dst, time_t now)
{
	frames_attack_seen(p->frames, kind, src, dst, now);
}

void plane_zero_attacks(struct plane *p)
{
	(void)pthread_mutex_lock(&p->frames->lock);
	p->frames->attacks = (struct attacks){ 0 };
	p->frames->second = 0;
	(void)pthread_mutex_unlock(&p->frames->lock);
}
