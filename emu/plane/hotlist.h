#ifndef CSS_EMU_PLANE_HOTLIST_H
#define CSS_EMU_PLANE_HOTLIST_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The URLs that are asked for most, by rule (content.md 7.8): a worker counts
 * what its requests ask for, readers add up the workers.  Memory is fixed: a URL
 * has a few places by its hash, and where all are taken the coldest one gives
 * way, so that what is hot stays.  Hits belong to an interval; the one before is
 * kept, too.
 */
#define HOT_URL_LEN 128	 /* own bound: the rest of a longer URL is not told */
#define HOT_DOMAINS 0xffff /* instead of a rule: names, not URLs (domain hotlist) */
#define HOT_PLACES  2048 /* own bound, of a worker */

struct hot_url {
	unsigned rule;	       /* index; 0: free */
	uint64_t interval;     /* number of the interval that hits belongs to */
	uint32_t hits, before; /* in that one and in the one before */
	char url[HOT_URL_LEN];
};

struct hotlist {
	pthread_mutex_t lock;
	struct hot_url *place; /* owned; HOT_PLACES */
};

void hotlist_init(struct hotlist *h);
void hotlist_fini(struct hotlist *h);
void hotlist_hit(struct hotlist *h, unsigned rule, const char *url, size_t len,
		 uint64_t interval);
/* Of a rule, as they are in an interval; how many, at most max. */
size_t hotlist_copy(struct hotlist *h, unsigned rule, uint64_t interval,
		    struct hot_url *to, size_t max);
/* Adds up those of the same URL and sorts, most hits first; how many are left. */
size_t hotlist_merge(struct hot_url *u, size_t n);

#endif
