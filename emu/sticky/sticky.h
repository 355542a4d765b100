#ifndef CSS_EMU_STICKY_STICKY_H
#define CSS_EMU_STICKY_STICKY_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Which service a client got last time (content.md 2.7).  Shared by all
 * workers; locked in stripes.
 */
#define STICKY_MAX 32768 /* the product's table */

struct sticky;
struct sticky_key {
	unsigned rule;
	struct in_addr src; /* masked */
	in_port_t dport;    /* 0: not part of the key */
};

struct sticky *sticky_new(void);
void sticky_free(struct sticky *s);

/* Service index, 0: none.  A hit counts as a use.  idle_ms 0: entries do not
 * grow old. */
unsigned sticky_find(struct sticky *s, const struct sticky_key *k,
		     uint64_t idle_ms, uint64_t now_ms);
/*
 * Adds or changes.  With the table full the oldest entry gives way; when
 * entries of this rule grow old (idle_ms), only one that has: else false, and
 * the client is balanced without stickiness, as on the product.
 */
bool sticky_set(struct sticky *s, const struct sticky_key *k, unsigned service,
		uint64_t idle_ms, uint64_t now_ms);
/* Forgets entries of a rule and of a service; 0: of any.  How many. */
unsigned sticky_purge(struct sticky *s, unsigned rule, unsigned service);
unsigned sticky_count(struct sticky *s);

/* ---- what is in it, for show commands -------------------------------------- */
struct sticky_entry {
	struct sticky_key key;
	unsigned service;
	uint32_t hash;
	uint64_t age_ms; /* since its last use */
	bool collides;	 /* shares its hash bucket */
};
/* A copy of the entries, the last used ones of a stripe first; those that are
 * too old are left out.  The array is the caller's (free). */
struct sticky_entry *sticky_snapshot(struct sticky *s, uint64_t now_ms, int *n);

struct sticky_stats {
	uint64_t added;	   /* entries made */
	uint64_t hits;	   /* clients that came back to their service */
	uint64_t rejected; /* clients without an entry: the table was full */
	unsigned used;	   /* entries now */
};
void sticky_stats(struct sticky *s, struct sticky_stats *st);

#endif
