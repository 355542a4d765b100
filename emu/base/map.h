#ifndef CSS_EMU_BASE_MAP_H
#define CSS_EMU_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

/*
 * A hash map from byte strings to pointers, for tables that are built once and
 * then read by any thread without a lock (the policy).  Keys are copied, values
 * are borrowed and never NULL.  The seed keeps peers from choosing keys that
 * collide; a fixed seed makes a test repeatable.
 */
struct map;

struct map *map_new(uint64_t seed);
void map_free(struct map *m);

/* Returns the value that was there before, NULL when the key is new. */
void *map_put(struct map *m, const void *key, size_t len, void *value);
/* NULL when the key is not there. */
void *map_get(const struct map *m, const void *key, size_t len);
size_t map_count(const struct map *m);

/* The hash that the map uses, for tables of other shapes. */
uint64_t map_hash(uint64_t seed, const void *key, size_t len);

#endif
