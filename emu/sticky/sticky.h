#ifndef CSS_EMU_STICKY_STICKY_H
#define CSS_EMU_STICKY_STICKY_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which service a client got last time (content.md 2.7).  Shared by all
 * workers; locked in stripes.  Keys of addresses are kept as they are; longer
 * ones (session ids, Call-IDs, numbers) by a 64-bit hash under a random seed.
 */
#define STICKY_MAX 131072 /* of an SCM with 288 MB or more; else 32768 */

enum sticky_type { /* as `show sticky-table` names them */
	STICKY_L3,  /* source address */
	STICKY_L4,  /* source address and destination port */
	STICKY_SSL, /* session id */
	STICKY_SIP, /* Call-ID */
	STICKY_WAP, /* MSISDN */
	STICKY_TYPE_NUM,
};

struct sticky;
struct sticky_key {
	unsigned rule;
	uint8_t type;	    /* enum sticky_type */
	struct in_addr src; /* masked; L3 and L4 */
	in_port_t dport;    /* L4 */
	uint64_t hash;	    /* of the others */
};

struct sticky *sticky_new(void);
void sticky_free(struct sticky *s);

uint64_t sticky_hash(const struct sticky *s, const void *text, size_t len);
/* Service index, 0: none.  A hit counts as a use, unless dry.  idle_ms 0:
 * entries do not grow old. */
unsigned sticky_find(struct sticky *s, const struct sticky_key *k,
		     uint64_t idle_ms, uint64_t now_ms, bool dry);
/*
 * Adds or changes.  With the table full the oldest entry gives way; when
 * entries of this rule grow old (idle_ms), only one that has: else false, and
 * the client is balanced without stickiness, as on the product.
 */
bool sticky_set(struct sticky *s, const struct sticky_key *k, unsigned service,
		uint64_t idle_ms, uint64_t now_ms);
/* Forgets entries of a rule, a service and a type; 0, 0, -1: of any.  How
 * many. */
unsigned sticky_purge(struct sticky *s, unsigned rule, unsigned service,
		      int type);
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
	unsigned used_by[STICKY_TYPE_NUM]; /* of each type */
};
void sticky_stats(struct sticky *s, struct sticky_stats *st);

#endif
