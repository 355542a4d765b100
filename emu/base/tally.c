#include "emu/base/tally.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/map.h"
#include "emu/base/out.h"
#include "emu/base/xalloc.h"

/* The key of a counter in the map: topic, thing and name, a NUL after each. */
struct tally {
	struct tally *next;
	uint64_t n;
	size_t topic_len; /* with its NUL; the thing begins there */
	char key[];
};

struct tallies {
	struct map *map;
	struct tally *all; /* owned list */
};

struct tallies *tallies_new(void)
{
	struct tallies *t = xcalloc(1, sizeof(*t));

	t->map = map_new(0);
	return t;
}

void tallies_free(struct tallies *t)
{
	if (!t)
		return;
	while (t->all) {
		struct tally *x = t->all;

		t->all = x->next;
		free(x);
	}
	map_free(t->map);
	free(t);
}

static void key_make(struct out *key, const char *topic, const char *thing,
		     const char *name)
{
	out_write(key, topic, strlen(topic) + 1);
	out_write(key, thing, strlen(thing) + 1);
	out_write(key, name, strlen(name) + 1);
}

void tally_add(struct tallies *t, const char *topic, const char *thing,
	       const char *name, uint64_t n)
{
	struct tally *x = NULL;
	struct out key = { 0 };

	key_make(&key, topic, thing, name);
	x = map_get(t->map, key.buf, key.len);
	if (!x) {
		x = xcalloc(1, sizeof(*x) + key.len);
		x->topic_len = strlen(topic) + 1;
		memcpy(x->key, key.buf, key.len);
		x->next = t->all;
		t->all = x;
		(void)map_put(t->map, key.buf, key.len, x);
	}
	x->n += n;
	out_fini(&key);
}

uint64_t tally_get(const struct tallies *t, const char *topic,
		   const char *thing, const char *name)
{
	const struct tally *x = NULL;
	struct out key = { 0 };

	if (!t)
		return 0;
	key_make(&key, topic, thing, name);
	x = map_get(t->map, key.buf, key.len);
	out_fini(&key);
	return x ? x->n : 0;
}

void tally_zero(struct tallies *t, const char *topic, const char *thing)
{
	for (struct tally *x = t ? t->all : NULL; x; x = x->next)
		if (!strcmp(x->key, topic) &&
		    (!thing || !strcmp(x->key + x->topic_len, thing)))
			x->n = 0;
}
