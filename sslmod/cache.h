#ifndef CSS_SSLMOD_CACHE_H
#define CSS_SSLMOD_CACHE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Sessions of clients without tickets, by session id, shared by the workers of
 * one entry.  Any thread; the oldest go when it is full.
 */
struct cache;

struct cache *cache_new(uint32_t max);
void cache_free(struct cache *c); /* wipes */
void cache_put(struct cache *c, const uint8_t *id, size_t id_len,
	       const void *data, size_t len, uint64_t expires_s);
/* A copy owned by the caller; NULL: not there, or expired. */
void *cache_get(struct cache *c, const uint8_t *id, size_t id_len, size_t *len,
		uint64_t now_s);

#endif
