/*
 * The shared session cache: shards with a lock each, so that workers seldom
 * meet; in a shard a hash table and a queue in order of age.  Session ids are
 * random, so their first bytes are the hash.
 */
#include "sslmod/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "emu/base/xalloc.h"

#define NSHARD	 16
#define NBUCKET	 512
#define ID_MAX	 32
#define DATA_MAX 8192 /* a session with a client's certificate chain */

struct item {
	TAILQ_ENTRY(item) age;
	LIST_ENTRY(item) link;
	uint64_t expires_s;
	size_t len;
	uint8_t id[ID_MAX];
	uint8_t data[]; /* len bytes */
};
LIST_HEAD(bucket, item);
TAILQ_HEAD(queue, item);

struct shard {
	pthread_mutex_t lock;
	struct bucket bucket[NBUCKET];
	struct queue queue; /* oldest first */
	uint32_t n;
};

struct cache {
	uint32_t shard_max;
	struct shard shard[NSHARD];
};

struct cache *cache_new(uint32_t max)
{
	struct cache *c = xcalloc(1, sizeof(*c));

	c->shard_max = (max + NSHARD - 1) / NSHARD;
	for (int i = 0; i < NSHARD; i++) {
		pthread_mutex_init(&c->shard[i].lock, NULL);
		TAILQ_INIT(&c->shard[i].queue);
	}
	return c;
}

static void drop(struct shard *sh, struct item *it)
{
	LIST_REMOVE(it, link);
	TAILQ_REMOVE(&sh->queue, it, age);
	sh->n--;
	wipe(it->data, it->len);
	free(it);
}

void cache_free(struct cache *c)
{
	struct item *it;

	if (!c)
		return;
	for (int i = 0; i < NSHARD; i++) {
		/* the analyzer does not see that drop() takes it off */
		while ((it = TAILQ_FIRST(&c->shard[i].queue)))
			drop(&c->shard[i], it); /* NOLINT */
		pthread_mutex_destroy(&c->shard[i].lock);
	}
	free(c);
}

static struct shard *shard_of(struct cache *c, const uint8_t id[ID_MAX])
{
	return &c->shard[id[0] % NSHARD];
}

static struct bucket *bucket_of(struct shard *sh, const uint8_t id[ID_MAX])
{
	return &sh->bucket[(id[1] << 8 | id[2]) % NBUCKET];
}

static struct item *find(struct shard *sh, const uint8_t id[ID_MAX])
{
	struct item *it;

	LIST_FOREACH(it, bucket_of(sh, id), link) {
		if (!memcmp(it->id, id, ID_MAX))
			return it;
	}
	return NULL;
}

void cache_put(struct cache *c, const uint8_t *id, size_t id_len,
	       const void *data, size_t len, uint64_t expires_s)
{
	struct item *it, *old;
	struct shard *sh;

	if (id_len == 0 || id_len > ID_MAX || len > DATA_MAX ||
	    c->shard_max == 0)
		return;
	it = xcalloc(1, sizeof(*it) + len);
	memcpy(it->id, id, id_len);
	memcpy(it->data, data, len);
	it->len = len;
	it->expires_s = expires_s;
	sh = shard_of(c, it->id);
	pthread_mutex_lock(&sh->lock);
	old = find(sh, it->id);
	if (!old && sh->n >= c->shard_max)
		old = TAILQ_FIRST(&sh->queue);
	if (old)
		drop(sh, old);
	LIST_INSERT_HEAD(bucket_of(sh, it->id), it, link);
	TAILQ_INSERT_TAIL(&sh->queue, it, age);
	sh->n++;
	pthread_mutex_unlock(&sh->lock);
}

void *cache_get(struct cache *c, const uint8_t *id, size_t id_len, size_t *len,
		uint64_t now_s)
{
	uint8_t key[ID_MAX] = { 0 };
	struct shard *sh;
	struct item *it;
	void *copy = NULL;

	if (id_len == 0 || id_len > ID_MAX)
		return NULL;
	memcpy(key, id, id_len);
	sh = shard_of(c, key);
	pthread_mutex_lock(&sh->lock);
	it = find(sh, key);
	if (it && it->expires_s <= now_s) {
		drop(sh, it);
		it = NULL;
	}
	if (it) {
		copy = xmemdup(it->data, it->len);
		*len = it->len;
	}
	pthread_mutex_unlock(&sh->lock);
	return copy;
}
