#include "emu/wire/flowtab.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "emu/base/map.h"
#include "emu/base/xalloc.h"

/*
 * Places are reserved as address space and get memory when they are first used,
 * lowest first, so that a table of few flows stays small and its end is known.
 */

#define SLOTS	256
#define TICK_MS 256

LIST_HEAD(wflow_list, wflow);
TAILQ_HEAD(wflow_queue, wflow);

struct flowtab {
	struct wflow *flow; /* max places, mapped */
	uint32_t *bucket;   /* the first half's place + 1, mapped */
	uint32_t mask;	    /* of buckets */
	uint32_t max, top;  /* places: all, ever used */
	uint32_t n;
	uint64_t seed;
	struct wflow_queue unused, parked;
	struct wflow_list wheel[SLOTS];
	uint32_t ntimed;
	uint64_t tick; /* the last one handled */
};

static_assert(sizeof(struct half) <= 64, "a direction is a cache line");
static_assert(offsetof(struct wflow, policy) <= 256,
	      "what packets touch is four lines");

static void *reserve(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		abort();
	(void)madvise(p, len, MADV_HUGEPAGE); /* where the system has them */
	return p;
}

struct flowtab *flowtab_new(uint32_t max, uint64_t seed)
{
	struct flowtab *t = xcalloc(1, sizeof(*t));
	uint32_t buckets = 1;

	while (buckets < 2 * max)
		buckets *= 2;
	t->max = max;
	t->mask = buckets - 1;
	t->seed = seed;
	t->flow = reserve(max * sizeof(*t->flow));
	t->bucket = reserve(buckets * sizeof(*t->bucket));
	TAILQ_INIT(&t->unused);
	TAILQ_INIT(&t->parked);
	return t;
}

void flowtab_free(struct flowtab *t)
{
	if (!t)
		return;
	(void)munmap(t->flow, t->max * sizeof(*t->flow));
	(void)munmap(t->bucket, (t->mask + 1) * sizeof(*t->bucket));
	free(t);
}

unsigned flowtab_count(const struct flowtab *t)
{
	return t->n;
}

/* ---- the hash ---------------------------------------------------------------------- */

static uint32_t *bucket_of(const struct flowtab *t, const struct tuple *k)
{
	uint64_t words[2] = {
		(uint64_t)k->src << 32 | k->dst,
		(uint64_t)k->sport << 32 | (uint64_t)k->dport << 16 |
			(uint64_t)k->way << 8 | k->proto,
	};

	return &t->bucket[map_hash(t->seed, words, sizeof(words)) & t->mask];
}

static bool is_at(const struct half *h, const struct tuple *k)
{
	return h->src == k->src && h->dst == k->dst && h->sport == k->sport &&
	       h->dport == k->dport && h->proto == k->proto && h->way == k->way;
}

/* Halves are numbered two a flow. */
static struct half *half_at(const struct flowtab *t, uint32_t number)
{
	return &t->flow[(number - 1) / 2].half[(number - 1) % 2];
}

static uint32_t number_of(const struct flowtab *t, const struct wflow *f,
			  int side)
{
	return (uint32_t)(f - t->flow) * 2 + (uint32_t)side + 1;
}

static struct half *find_from(const struct flowtab *t, uint32_t number,
			      const struct tuple *k)
{
	while (number) {
		struct half *h = half_at(t, number);

		if (is_at(h, k))
			return h;
		number = h->next;
	}
	return NULL;
}

struct half *flowtab_find(const struct flowtab *t, const struct tuple *k)
{
	return find_from(t, *bucket_of(t, k), k);
}

struct half *flowtab_next(const struct flowtab *t, const struct half *h)
{
	struct tuple k = half_tuple(h);

	return find_from(t, h->next, &k);
}

void flowtab_link(struct flowtab *t, struct wflow *f, int side,
		  const struct tuple *k)
{
	struct half *h = &f->half[side];
	uint32_t *b = bucket_of(t, k);

	assert(!h->linked);
	h->src = k->src;
	h->dst = k->dst;
	h->sport = k->sport;
	h->dport = k->dport;
	h->proto = k->proto;
	h->way = k->way;
	h->next = *b;
	h->linked = true;
	*b = number_of(t, f, side);
}

static void unlink_half(struct flowtab *t, struct wflow *f, int side)
{
	struct half *h = &f->half[side];
	struct tuple k = half_tuple(h);
	uint32_t *at = bucket_of(t, &k);
	uint32_t number = number_of(t, f, side);

	if (!h->linked)
		return;
	while (*at != number)
		at = &half_at(t, *at)->next;
	*at = h->next;
	h->linked = false;
}

/* ---- places ------------------------------------------------------------------------ */

struct wflow *flowtab_take(struct flowtab *t)
{
	struct wflow *f = TAILQ_FIRST(&t->unused);

	if (f)
		TAILQ_REMOVE(&t->unused, f, order);
	else if (t->top < t->max)
		f = &t->flow[t->top++];
	else
		return NULL;
	memset(f, 0, sizeof(*f));
	f->half[1].side = 1;
	f->in_port = -1;
	f->kind = WFLOW_PLAIN;
	t->n++;
	return f;
}

static void untime(struct flowtab *t, struct wflow *f)
{
	if (!f->timed.le_prev)
		return;
	LIST_REMOVE(f, timed);
	f->timed.le_prev = NULL;
	t->ntimed--;
}

void flowtab_give(struct flowtab *t, struct wflow *f)
{
	if (f->state == WFLOW_PARKED)
		TAILQ_REMOVE(&t->parked, f, order);
	unlink_half(t, f, 0);
	unlink_half(t, f, 1);
	untime(t, f);
	f->kind = WFLOW_FREE;
	f->state = WFLOW_OVER;
	TAILQ_INSERT_HEAD(&t->unused, f, order);
	t->n--;
}

void flowtab_park(struct flowtab *t, struct wflow *f)
{
	f->state = WFLOW_PARKED;
	TAILQ_INSERT_TAIL(&t->parked, f, order);
}

void flowtab_unpark(struct flowtab *t, struct wflow *f)
{
	f->state = WFLOW_OPEN;
	TAILQ_REMOVE(&t->parked, f, order);
}

struct wflow *flowtab_parked(const struct flowtab *t)
{
	return TAILQ_FIRST(&t->parked);
}

struct wflow *flowtab_each(const struct flowtab *t, uint32_t *at)
{
	while (*at < t->top) {
		struct wflow *f = &t->flow[(*at)++];

		if (f->kind != WFLOW_FREE)
			return f;
	}
	return NULL;
}

/* ---- time ------------------------------------------------------------------------ */

void flowtab_at(struct flowtab *t, struct wflow *f, uint64_t due_ms)
{
	uint64_t tick = (due_ms + TICK_MS - 1) / TICK_MS,
		 far = t->tick + SLOTS - 1;

	untime(t, f);
	if (tick <= t->tick)
		tick = t->tick + 1;
	if (tick > far)
		tick = far;
	LIST_INSERT_HEAD(&t->wheel[tick % SLOTS], f, timed);
	t->ntimed++;
}

/* Whatever is placed anew lands in another slot. */
static void slot_turn(struct flowtab *t, struct wflow_list *slot,
		      void (*look)(void *arg, struct wflow *f), void *arg)
{
	struct wflow *f;

	while ((f = LIST_FIRST(slot))) {
		untime(t, f);
		look(arg, f);
	}
}

void flowtab_turn(struct flowtab *t, uint64_t now_ms,
		  void (*look)(void *arg, struct wflow *f), void *arg)
{
	uint64_t now = now_ms / TICK_MS;

	if (now > t->tick + SLOTS) /* slept longer than a round */
		t->tick = now - SLOTS;
	while (t->tick < now) {
		t->tick++;
		slot_turn(t, &t->wheel[t->tick % SLOTS], look, arg);
	}
}

uint64_t flowtab_due_ms(const struct flowtab *t)
{
	return t->ntimed ? (t->tick + 1) * TICK_MS : UINT64_MAX;
}
