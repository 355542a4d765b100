#include "emu/plane/hotlist.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/map.h"
#include "emu/base/xalloc.h"

#define WAYS 8 /* places of one hash */

void hotlist_init(struct hotlist *h)
{
	pthread_mutex_init(&h->lock, NULL);
	h->place = xcalloc(HOT_PLACES, sizeof(*h->place));
}

void hotlist_fini(struct hotlist *h)
{
	pthread_mutex_destroy(&h->lock);
	free(h->place);
}

/* What hits there are in this interval, and what there were in the one before. */
static void settle(struct hot_url *u, uint64_t interval)
{
	if (u->interval == interval)
		return;
	u->before = u->interval + 1 == interval ? u->hits : 0;
	u->hits = 0;
	u->interval = interval;
}

static bool is_url(const struct hot_url *u, unsigned rule, const char *url,
		   size_t len)
{
	return u->rule == rule && !memcmp(u->url, url, len) && !u->url[len];
}

/* The URL's own place, else the coldest one. */
static struct hot_url *place_of(struct hotlist *h, unsigned rule,
				const char *url, size_t len, uint64_t interval)
{
	size_t at = map_hash(rule, url, len) % (HOT_PLACES / WAYS) * WAYS;
	struct hot_url *cold = &h->place[at];

	for (int i = 0; i < WAYS; i++) {
		struct hot_url *u = &h->place[at + (size_t)i];

		if (u->rule)
			settle(u, interval);
		if (is_url(u, rule, url, len))
			return u;
		if (u->hits + u->before < cold->hits + cold->before)
			cold = u;
	}
	*cold = (struct hot_url){ .rule = rule, .interval = interval };
	memcpy(cold->url, url, len);
	return cold;
}

void hotlist_hit(struct hotlist *h, unsigned rule, const char *url, size_t len,
		 uint64_t interval)
{
	if (len >= HOT_URL_LEN)
		len = HOT_URL_LEN - 1;
	pthread_mutex_lock(&h->lock);
	place_of(h, rule, url, len, interval)->hits++;
	pthread_mutex_unlock(&h->lock);
}

size_t hotlist_copy(struct hotlist *h, unsigned rule, uint64_t interval,
		    struct hot_url *to, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < HOT_PLACES && n < max; i++) {
		if (h->place[i].rule != rule)
			continue;
		to[n] = h->place[i];
		settle(&to[n], interval);
		n += to[n].hits || to[n].before;
	}
	pthread_mutex_unlock(&h->lock);
	return n;
}

static int by_url(const void *a, const void *b)
{
	const struct hot_url *x = a, *y = b;

	return strcmp(x->url, y->url);
}

static int by_hits(const void *a, const void *b)
{
	const struct hot_url *x = a, *y = b;

	if (x->hits != y->hits)
		return x->hits > y->hits ? -1 : 1;
	if (x->before != y->before)
		return x->before > y->before ? -1 : 1;
	return strcmp(x->url, y->url);
}

size_t hotlist_merge(struct hot_url *u, size_t n)
{
	size_t kept = 0;

	if (!n)
		return 0;
	qsort(u, n, sizeof(*u), by_url);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(u[i].url, u[kept].url) != 0) {
			u[++kept] = u[i];
			continue;
		}
		u[kept].hits += u[i].hits;
		u[kept].before += u[i].before;
	}
	qsort(u, kept + 1, sizeof(*u), by_hits);
	return kept + 1;
}
