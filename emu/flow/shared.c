#include "emu/flow/shared.h"

#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/nat/portmap.h"
#include "emu/sticky/sticky.h"

/*
 * Counters of (rule, service) pairs live in chunks that never move, because
 * policies and workers hold pointers to them; the hash that finds them is the
 * control thread's own.
 */

#define CHUNK	   1024
#define PORT_HITS  (1u << 31)
#define GROUP_HITS (1u << 30)
#define LOAD_IDLE  2

struct chunk {
	struct chunk *next;
	_Atomic uint64_t count[CHUNK];
};

struct hit {
	/* rule << 12 | service, or PORT_HITS | proto << 16 | port, or
	 * GROUP_HITS | group << 13 | destination << 12 | service; 0: free,
	 * indexes start at 1 */
	uint32_t pair;
	_Atomic uint64_t *count;
};

struct hit_table {
	struct chunk *chunk; /* owned list, newest first */
	struct hit *hit;     /* owned */
	uint32_t size, n;    /* size: power of two */
};

struct shared *shared_new(void)
{
	struct shared *s = xcalloc(1, sizeof(*s));

	for (unsigned i = 0; i <= SERVICE_MAX; i++) {
		atomic_init(&s->service[i].state, SERVICE_SUSPENDED);
		atomic_init(&s->service[i].load, LOAD_IDLE);
	}
	s->sticky = sticky_new();
	s->hits = xcalloc(1, sizeof(*s->hits));
	s->hits->size = CHUNK;
	s->hits->hit = xcalloc(CHUNK, sizeof(*s->hits->hit));
	return s;
}

void shared_free(struct shared *s)
{
	if (!s)
		return;
	while (s->hits->chunk) {
		struct chunk *c = s->hits->chunk;

		s->hits->chunk = c->next;
		free(c);
	}
	free(s->hits->hit);
	free(s->hits);
	for (unsigned i = 0; i <= ACL_SHARED_MAX; i++)
		free((void *)(uintptr_t)s->clause[i]);
	for (unsigned i = 0; i <= GROUP_MAX; i++)
		portmap_free(s->ports[i]);
	sticky_free(s->sticky);
	free(s);
}

void shared_set_state(struct shared *s, unsigned service,
		      enum service_state state)
{
	atomic_store_explicit(&s->service[service].state, (uint32_t)state,
			      memory_order_relaxed);
}

enum service_state shared_state(const struct shared *s, unsigned service)
{
	return (enum service_state)atomic_load_explicit(
		&s->service[service].state, memory_order_relaxed);
}

uint64_t shared_up_ms(const struct shared *s, unsigned service, uint64_t now_ms)
{
	uint64_t up = atomic_load_explicit(&s->service[service].up_ms,
					   memory_order_relaxed);

	return !up ? UINT64_MAX : up > now_ms ? 0 : now_ms - up;
}

void shared_set_up(struct shared *s, unsigned service, uint64_t now_ms)
{
	atomic_store_explicit(&s->service[service].up_ms, now_ms,
			      memory_order_relaxed);
}

unsigned shared_load(const struct shared *s, unsigned service)
{
	return atomic_load_explicit(&s->service[service].load,
				    memory_order_relaxed);
}

void shared_set_load(struct shared *s, unsigned service, unsigned load)
{
	atomic_store_explicit(&s->service[service].load, load,
			      memory_order_relaxed);
}

_Atomic uint64_t *shared_clause(struct shared *s, unsigned acl, unsigned clause)
{
	if (!s->clause[acl])
		s->clause[acl] =
			xcalloc(CLAUSE_SHARED_MAX + 2, sizeof(*s->clause[acl]));
	return &s->clause[acl][clause];
}

struct portmap_pool *shared_ports(struct shared *s, unsigned group,
				  unsigned addresses)
{
	if (!s->ports[group])
		s->ports[group] = portmap_new();
	portmap_reserve(s->ports[group], addresses);
	return s->ports[group];
}

uint32_t shared_conns(const struct shared *s, unsigned service)
{
	return atomic_load_explicit(&s->service[service].conns,
				    memory_order_relaxed);
}

bool shared_enter_below(struct shared *s, unsigned service, uint32_t max)
{
	_Atomic uint32_t *conns = &s->service[service].conns;

	if (atomic_fetch_add_explicit(conns, 1, memory_order_relaxed) < max)
		return true;
	shared_leave(s, service);
	return false;
}

void shared_enter(struct shared *s, unsigned service)
{
	atomic_fetch_add_explicit(&s->service[service].conns, 1,
				  memory_order_relaxed);
}

void shared_leave(struct shared *s, unsigned service)
{
	atomic_fetch_sub_explicit(&s->service[service].conns, 1,
				  memory_order_relaxed);
}

static struct hit *hit_at(struct hit *hit, uint32_t size, uint32_t pair)
{
	uint32_t at = (pair * 0x9e3779b1u) & (size - 1);

	while (hit[at].pair && hit[at].pair != pair)
		at = (at + 1) & (size - 1);
	return &hit[at];
}

static void hits_grow(struct hit_table *t)
{
	uint32_t size = t->size * 2;
	struct hit *hit = xcalloc(size, sizeof(*hit));

	for (uint32_t i = 0; i < t->size; i++)
		if (t->hit[i].pair)
			*hit_at(hit, size, t->hit[i].pair) = t->hit[i];
	free(t->hit);
	t->hit = hit;
	t->size = size;
}

static _Atomic uint64_t *hits_new(struct hit_table *t)
{
	if (t->n % CHUNK == 0) {
		struct chunk *c = xcalloc(1, sizeof(*c));

		c->next = t->chunk;
		t->chunk = c;
	}
	return &t->chunk->count[t->n++ % CHUNK];
}

static _Atomic uint64_t *hits_of(struct hit_table *t, uint32_t pair)
{
	struct hit *h = hit_at(t->hit, t->size, pair);

	if (h->pair)
		return h->count;
	if (t->n * 2 >= t->size) {
		hits_grow(t);
		h = hit_at(t->hit, t->size, pair);
	}
	h->pair = pair;
	h->count = hits_new(t);
	return h->count;
}

_Atomic uint64_t *shared_hits(struct shared *s, unsigned rule, unsigned service)
{
	return hits_of(s->hits, (uint32_t)rule << 12 | service);
}

_Atomic uint64_t *shared_port_hits(struct shared *s, uint8_t proto,
				   uint16_t port)
{
	return hits_of(s->hits, PORT_HITS | (uint32_t)proto << 16 | port);
}

_Atomic uint64_t *shared_group_hits(struct shared *s, unsigned group,
				    bool destination, unsigned service)
{
	return hits_of(s->hits, GROUP_HITS | group << 13 |
					(unsigned)destination << 12 | service);
}
