#include "emu/wire/bridge.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "emu/base/xalloc.h"
#include "emu/wire/sender.h"

/*
 * A hash and a list from the newest to the oldest use, both of entry numbers, 0
 * for none, so that entry 0 stays unused.  All entries have the same time to
 * live: who has been silent too long stands at the old end of the list.  The hash
 * has a seed, so that nobody chooses addresses that collide.
 */

#define ENTRIES	     8192 /* own bound */
#define BUCKETS	     16384
#define AGEING_DFLT  300 /* s */
#define VLAN_SHIFT   48	 /* a key is VLAN and address in one number */
#define GROUP_BIT(m) ((m)[0] & 1)

struct entry {
	uint64_t key;
	uint64_t seen_ms;
	int16_t port;
	uint16_t chain; /* next in bucket, or next free */
	uint16_t newer, older;
};

struct bridge {
	uint64_t seed;
	uint64_t ageing_ms, hurry_ms;
	uint32_t changes;
	bool hurry;
	uint16_t newest, oldest, free;
	uint16_t bucket[BUCKETS];
	struct entry entry[ENTRIES + 1];
};

static uint64_t key_of(unsigned vlan, const uint8_t mac[6])
{
	uint64_t key = vlan;

	for (int i = 0; i < 6; i++)
		key = key << 8 | mac[i];
	return key;
}

static uint16_t *bucket_of(struct bridge *b, uint64_t key)
{
	uint64_t h = key ^ b->seed;

	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 29;
	h *= b->seed | 1;
	return &b->bucket[(h >> 32) % BUCKETS];
}

static uint16_t find(const struct bridge *b, uint64_t key)
{
	uint16_t i = *bucket_of((struct bridge *)(uintptr_t)b, key);

	while (i && b->entry[i].key != key)
		i = b->entry[i].chain;
	return i;
}

static bool is_old(const struct bridge *b, const struct entry *e,
		   uint64_t now_ms)
{
	uint64_t ageing = b->ageing_ms;

	if (b->hurry && b->hurry_ms < ageing)
		ageing = b->hurry_ms;
	return now_ms >= e->seen_ms + ageing;
}

/* ---- the list of uses ------------------------------------------------------- */

static void list_out(struct bridge *b, uint16_t i)
{
	struct entry *e = &b->entry[i];

	if (e->newer)
		b->entry[e->newer].older = e->older;
	else
		b->newest = e->older;
	if (e->older)
		b->entry[e->older].newer = e->newer;
	else
		b->oldest = e->newer;
}

static void list_in(struct bridge *b, uint16_t i)
{
	struct entry *e = &b->entry[i];

	e->newer = 0;
	e->older = b->newest;
	if (b->newest)
		b->entry[b->newest].newer = i;
	else
		b->oldest = i;
	b->newest = i;
}

static void drop(struct bridge *b, uint16_t i)
{
	uint16_t *at = bucket_of(b, b->entry[i].key);

	b->changes++;
	while (*at != i)
		at = &b->entry[*at].chain;
	*at = b->entry[i].chain;
	list_out(b, i);
	b->entry[i].chain = b->free;
	b->free = i;
}

static uint16_t add(struct bridge *b, uint64_t key)
{
	uint16_t *head = bucket_of(b, key), i;

	if (!b->free)
		drop(b, b->oldest);
	i = b->free;
	b->free = b->entry[i].chain;
	b->entry[i] = (struct entry){ .key = key, .chain = *head };
	*head = i;
	list_in(b, i);
	return i;
}

/* ---- what others call --------------------------------------------------------- */

struct bridge *bridge_new(void)
{
	struct bridge *b = xcalloc(1, sizeof(*b));

	if (getrandom(&b->seed, sizeof(b->seed), 0) != sizeof(b->seed))
		b->seed = 0x2545f4914f6cdd1dULL;
	b->ageing_ms = AGEING_DFLT * 1000;
	for (uint16_t i = ENTRIES; i; i--) {
		b->entry[i].chain = b->free;
		b->free = i;
	}
	return b;
}

void bridge_free(struct bridge *b)
{
	free(b);
}

void bridge_set_ageing(struct bridge *b, uint32_t seconds)
{
	b->ageing_ms = (uint64_t)seconds * 1000;
}

bool bridge_learn(struct bridge *b, unsigned vlan, const uint8_t mac[6],
		  int port, uint64_t now_ms)
{
	uint64_t key = key_of(vlan, mac);
	struct entry *e = NULL;
	bool known = false, moved = false;
	uint16_t i = 0;

	if (GROUP_BIT(mac))
		return false;
	i = find(b, key);
	known = i != 0;
	if (!known) {
		i = add(b, key);
	} else if (i != b->newest) {
		list_out(b, i);
		list_in(b, i);
	}
	e = &b->entry[i];
	b->changes += known && e->port != port;
	moved = known && e->port != port && !is_old(b, e, now_ms);
	e->port = (int16_t)port;
	e->seen_ms = now_ms;
	return moved;
}

int bridge_find(const struct bridge *b, unsigned vlan, const uint8_t mac[6],
		uint64_t now_ms)
{
	uint16_t i = find(b, key_of(vlan, mac));

	if (!i || is_old(b, &b->entry[i], now_ms))
		return PORT_FLOOD;
	return b->entry[i].port;
}

void bridge_forget_port(struct bridge *b, int port)
{
	uint16_t next = 0;

	for (uint16_t i = b->oldest; i; i = next) {
		next = b->entry[i].newer;
		if (b->entry[i].port == port)
			drop(b, i);
	}
}

void bridge_hurry(struct bridge *b, uint32_t ageing_s, bool hurry)
{
	b->hurry_ms = (uint64_t)ageing_s * 1000;
	b->hurry = hurry;
}

uint32_t bridge_changes(const struct bridge *b)
{
	return b->changes;
}

void bridge_age(struct bridge *b, uint64_t now_ms)
{
	while (b->oldest && is_old(b, &b->entry[b->oldest], now_ms))
		drop(b, b->oldest);
}

static int by_vlan(const void *a, const void *b)
{
	const struct bridge_entry *x = a, *y = b;

	if (x->vlan != y->vlan)
		return x->vlan < y->vlan ? -1 : 1;
	return memcmp(x->mac, y->mac, sizeof(x->mac));
}

static struct bridge_entry entry_copy(const struct entry *e)
{
	struct bridge_entry c = { .port = e->port, .seen_ms = e->seen_ms };

	c.vlan = (uint16_t)(e->key >> VLAN_SHIFT);
	for (int i = 0; i < 6; i++)
		c.mac[i] = (uint8_t)(e->key >> (40 - 8 * i));
	return c;
}

struct bridge_entry *bridge_copy(const struct bridge *b, unsigned vlan,
				 uint64_t now_ms, size_t *n)
{
	struct bridge_entry *copy = xcalloc(ENTRIES, sizeof(*copy));

	*n = 0;
	for (uint16_t i = b->newest; i; i = b->entry[i].older) {
		if (is_old(b, &b->entry[i], now_ms))
			break;
		if (!vlan || b->entry[i].key >> VLAN_SHIFT == vlan)
			copy[(*n)++] = entry_copy(&b->entry[i]);
	}
	qsort(copy, *n, sizeof(*copy), by_vlan);
	return copy;
}
