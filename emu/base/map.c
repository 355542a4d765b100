#include "emu/base/map.h"
#include "emu/base/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * Open addressing with linear probing, at most half full: a look-up that fails
 * ends at the first free slot, nearly always the first or second one.  A slot
 * holds the whole hash, so that a key's bytes are compared only when it is the
 * right one (or in one of 2^64 cases).  Keys lie behind each other in one block
 * and are found by offset, because the block moves while it grows.
 */
struct slot {
	void *value; /* borrowed; NULL: free */
	uint64_t hash;
	uint32_t key; /* offset in keys */
	uint32_t len;
};

struct map {
	struct slot *slot; /* owned */
	size_t mask;	   /* number of slots - 1, a power of two - 1 */
	size_t count;
	char *keys; /* owned */
	size_t keys_len, keys_cap;
	uint64_t seed;
};

#define FIRST_SLOTS 16

__extension__ typedef unsigned __int128 u128;

/* The two halves of a 64 x 64 bit product: mixes every bit into every bit. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	u128 product = (u128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

uint64_t map_hash(uint64_t seed, const void *key, size_t len)
{
	static const uint64_t odd = 0x9e3779b97f4a7c15,
			      big = 0xd6e8feb86659fd93;
	const uint8_t *p = key;
	uint64_t h = seed ^ odd;
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8)
		h = fold(h ^ load(p, 8), big);
	/* the two factors differ by the length, so that a key and the same
	 * key with zeros behind it are two keys */
	if (left)
		h = fold(h ^ load(p, left), big);
	return fold(h ^ len, odd ^ seed);
}

struct map *map_new(uint64_t seed)
{
	struct map *m = xcalloc(1, sizeof(*m));

	m->seed = seed;
	m->slot = xcalloc(FIRST_SLOTS, sizeof(*m->slot));
	m->mask = FIRST_SLOTS - 1;
	return m;
}

void map_free(struct map *m)
{
	if (!m)
		return;
	free(m->slot);
	free(m->keys);
	free(m);
}

/* The slot of the key, or the free one where it belongs. */
static struct slot *find(const struct map *m, uint64_t hash, const void *key,
			 size_t len)
{
	for (size_t i = hash & m->mask;; i = (i + 1) & m->mask) {
		struct slot *s = &m->slot[i];

		if (!s->value)
			return s;
		if (s->hash == hash && s->len == len &&
		    !memcmp(m->keys + s->key, key, len))
			return s;
	}
}

void *map_get(const struct map *m, const void *key, size_t len)
{
	if (!m->count)
		return NULL;
	return find(m, map_hash(m->seed, key, len), key, len)->value;
}

size_t map_count(const struct map *m)
{
	return m->count;
}

static void grow(struct map *m)
{
	struct slot *old = m->slot;
	size_t n = m->mask + 1;

	m->mask = 2 * n - 1;
	m->slot = xcalloc(2 * n, sizeof(*m->slot));
	for (size_t i = 0; i < n; i++)
		if (old[i].value)
			*find(m, old[i].hash, m->keys + old[i].key,
			      old[i].len) = old[i];
	free(old);
}

static uint32_t keep_key(struct map *m, const void *key, size_t len)
{
	size_t at = m->keys_len;

	assert(len < UINT32_MAX - at);
	if (at + len + 1 > m->keys_cap) {
		m->keys_cap = 2 * (at + len) + 64;
		m->keys = xrealloc(m->keys, m->keys_cap);
	}
	if (len)
		memcpy(m->keys + at, key, len);
	m->keys_len += len;
	return (uint32_t)at;
}

void *map_put(struct map *m, const void *key, size_t len, void *value)
{
	uint64_t hash = map_hash(m->seed, key, len);
	struct slot *s;
	void *before;

	assert(value);
	if (2 * (m->count + 1) > m->mask + 1)
		grow(m);
	s = find(m, hash, key, len);
	before = s->value;
	if (!before) {
		s->hash = hash;
		s->key = keep_key(m, key, len);
		s->len = (uint32_t)len;
		m->count++;
	}
	s->value = value;
	return before;
}
