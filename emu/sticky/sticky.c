#include "emu/sticky/sticky.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "emu/base/map.h"
#include "emu/base/xalloc.h"

/*
 * STRIPES small tables, each with a lock, a hash and a list from the newest to
 * the oldest use.  A key always lands in the same stripe; the hash spreads
 * evenly, so a stripe is full when the whole table nearly is.  Links are entry
 * numbers, 0 for none, so entry 0 of a stripe stays unused.
 */

#define STRIPES	   16
#define PER_STRIPE (STICKY_MAX / STRIPES)
#define BUCKETS	   4096

struct entry {
	struct sticky_key key;
	uint64_t used_ms;
	uint64_t idle_ms; /* as of its last use */
	uint16_t service; /* 0: free */
	uint16_t chain;	  /* next in bucket, or next free */
	uint16_t newer, older;
};

struct stripe {
	pthread_mutex_t lock;
	uint16_t bucket[BUCKETS];
	struct entry entry[PER_STRIPE + 1];
	uint16_t newest, oldest, free;
	uint16_t touched; /* entries that were ever used: the first ones */
	struct sticky_stats stats; /* used: entries now */
};

struct sticky {
	struct stripe stripe[STRIPES];
	uint64_t seed; /* of the hash of long keys */
};

static uint32_t hash(const struct sticky_key *k)
{
	uint64_t h = (uint64_t)k->src.s_addr << 32 | (uint64_t)k->dport << 16;

	h ^= k->hash;
	h ^= (k->rule << 3 | k->type) * 0x9e3779b97f4a7c15ULL;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 29;
	return (uint32_t)(h ^ h >> 32);
}

static bool key_equal(const struct sticky_key *a, const struct sticky_key *b)
{
	return a->rule == b->rule && a->type == b->type &&
	       a->src.s_addr == b->src.s_addr && a->dport == b->dport &&
	       a->hash == b->hash;
}

struct sticky *sticky_new(void)
{
	struct sticky *s = xcalloc(1, sizeof(*s));

	if (getrandom(&s->seed, sizeof(s->seed), 0) != sizeof(s->seed))
		s->seed = 0x2545f4914f6cdd1dULL;
	for (int i = 0; i < STRIPES; i++)
		pthread_mutex_init(&s->stripe[i].lock, NULL);
	return s;
}

void sticky_free(struct sticky *s)
{
	if (!s)
		return;
	for (int i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&s->stripe[i].lock);
	free(s);
}

uint64_t sticky_hash(const struct sticky *s, const void *text, size_t len)
{
	return map_hash(s->seed, text, len);
}

static struct stripe *stripe_lock(struct sticky *s, uint32_t h)
{
	struct stripe *t = &s->stripe[h % STRIPES];

	pthread_mutex_lock(&t->lock);
	return t;
}

static uint16_t *bucket_of(struct stripe *t, uint32_t h)
{
	return &t->bucket[(h / STRIPES) % BUCKETS];
}

static void list_out(struct stripe *t, uint16_t i)
{
	struct entry *e = &t->entry[i];

	if (e->newer)
		t->entry[e->newer].older = e->older;
	else
		t->newest = e->older;
	if (e->older)
		t->entry[e->older].newer = e->newer;
	else
		t->oldest = e->newer;
}

static void list_in(struct stripe *t, uint16_t i)
{
	struct entry *e = &t->entry[i];

	e->newer = 0;
	e->older = t->newest;
	if (t->newest)
		t->entry[t->newest].newer = i;
	else
		t->oldest = i;
	t->newest = i;
}

static void drop(struct stripe *t, uint16_t i)
{
	uint16_t *link = bucket_of(t, hash(&t->entry[i].key));

	while (*link != i)
		link = &t->entry[*link].chain;
	*link = t->entry[i].chain;
	list_out(t, i);
	t->stats.used_by[t->entry[i].key.type]--;
	t->entry[i].service = 0;
	t->entry[i].chain = t->free;
	t->free = i;
	t->stats.used--;
}

static bool is_aged(const struct entry *e, uint64_t now_ms)
{
	return e->idle_ms && now_ms > e->used_ms &&
	       now_ms - e->used_ms >= e->idle_ms;
}

static uint16_t find(struct stripe *t, const struct sticky_key *k, uint32_t h)
{
	uint16_t i = *bucket_of(t, h);

	while (i && !key_equal(&t->entry[i].key, k))
		i = t->entry[i].chain;
	return i;
}

static void use(struct stripe *t, uint16_t i, uint64_t idle_ms, uint64_t now_ms)
{
	t->entry[i].used_ms = now_ms;
	t->entry[i].idle_ms = idle_ms;
	if (t->newest == i)
		return;
	list_out(t, i);
	list_in(t, i);
}

unsigned sticky_find(struct sticky *s, const struct sticky_key *k,
		     uint64_t idle_ms, uint64_t now_ms, bool dry)
{
	uint32_t h = hash(k);
	struct stripe *t = stripe_lock(s, h);
	uint16_t i = find(t, k, h);
	unsigned service = 0;

	if (i && is_aged(&t->entry[i], now_ms)) {
		if (!dry)
			drop(t, i);
	} else if (i) {
		service = t->entry[i].service;
		if (!dry) {
			t->stats.hits++;
			use(t, i, idle_ms, now_ms);
		}
	}
	pthread_mutex_unlock(&t->lock);
	return service;
}

/* A free entry; with all taken the oldest, if it may go.  One that was never used
 * is taken last: what is small needs little memory. */
static uint16_t make_room(struct stripe *t, uint64_t idle_ms, uint64_t now_ms)
{
	uint16_t i;

	if (!t->free && t->touched < PER_STRIPE)
		return ++t->touched;
	if (!t->free && (!idle_ms || is_aged(&t->entry[t->oldest], now_ms)))
		drop(t, t->oldest);
	i = t->free;
	if (i)
		t->free = t->entry[i].chain;
	return i;
}

bool sticky_set(struct sticky *s, const struct sticky_key *k, unsigned service,
		uint64_t idle_ms, uint64_t now_ms)
{
	uint32_t h = hash(k);
	struct stripe *t = stripe_lock(s, h);
	uint16_t i = find(t, k, h);

	if (i) {
		use(t, i, idle_ms, now_ms);
	} else {
		i = make_room(t, idle_ms, now_ms);
		if (i) {
			uint16_t *bucket = bucket_of(t, h);

			t->entry[i] = (struct entry){ .key = *k,
						      .used_ms = now_ms,
						      .idle_ms = idle_ms,
						      .chain = *bucket };
			*bucket = i;
			list_in(t, i);
			t->stats.used++;
			t->stats.used_by[k->type]++;
			t->stats.added++;
		}
	}
	if (i)
		t->entry[i].service = (uint16_t)service;
	else
		t->stats.rejected++;
	pthread_mutex_unlock(&t->lock);
	return i != 0;
}

unsigned sticky_purge(struct sticky *s, unsigned rule, unsigned service,
		      int type)
{
	unsigned n = 0;

	for (int i = 0; i < STRIPES; i++) {
		struct stripe *t = stripe_lock(s, (uint32_t)i);

		for (uint16_t e = 1; e <= t->touched; e++) {
			const struct entry *x = &t->entry[e];

			if (!x->service || (rule && x->key.rule != rule) ||
			    (service && x->service != service) ||
			    (type >= 0 && x->key.type != type))
				continue;
			drop(t, e);
			n++;
		}
		pthread_mutex_unlock(&t->lock);
	}
	return n;
}

unsigned sticky_count(struct sticky *s)
{
	unsigned n = 0;

	for (int i = 0; i < STRIPES; i++) {
		struct stripe *t = stripe_lock(s, (uint32_t)i);

		n += t->stats.used;
		pthread_mutex_unlock(&t->lock);
	}
	return n;
}

/* ---- what is in it ---------------------------------------------------------- */

static void entry_copy(struct stripe *t, uint16_t i, uint64_t now_ms,
		       struct sticky_entry *to)
{
	const struct entry *e = &t->entry[i];
	uint32_t h = hash(&e->key);
	uint16_t first = *bucket_of(t, h);

	*to = (struct sticky_entry){
		.key = e->key,
		.service = e->service,
		.hash = h,
		/* a worker's clock may be ahead of the asker's */
		.age_ms = now_ms > e->used_ms ? now_ms - e->used_ms : 0,
		.collides = first != i || e->chain,
	};
}

struct sticky_entry *sticky_snapshot(struct sticky *s, uint64_t now_ms, int *n)
{
	struct sticky_entry *to = xcalloc(STICKY_MAX, sizeof(*to));

	*n = 0;
	for (int i = 0; i < STRIPES; i++) {
		struct stripe *t = stripe_lock(s, (uint32_t)i);

		for (uint16_t e = t->newest; e; e = t->entry[e].older)
			if (!is_aged(&t->entry[e], now_ms))
				entry_copy(t, e, now_ms, &to[(*n)++]);
		pthread_mutex_unlock(&t->lock);
	}
	return to;
}

void sticky_stats(struct sticky *s, struct sticky_stats *st)
{
	*st = (struct sticky_stats){ 0 };
	for (int i = 0; i < STRIPES; i++) {
		struct stripe *t = stripe_lock(s, (uint32_t)i);

		st->added += t->stats.added;
		st->hits += t->stats.hits;
		st->rejected += t->stats.rejected;
		st->used += t->stats.used;
		for (int k = 0; k < STICKY_TYPE_NUM; k++)
			st->used_by[k] += t->stats.used_by[k];
		pthread_mutex_unlock(&t->lock);
	}
}
