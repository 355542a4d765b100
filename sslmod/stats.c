/*
 * A module's counters.  Clearing must not write what a worker writes: it keeps
 * what the counters were, and showing subtracts that.
 */
#include "sslmod/stats.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/base/xalloc.h"
#include "sslmod/card_ssl.h"
#include "sslmod/filter.h"

struct ssl_stats {
	_Atomic unsigned refs;
	_Atomic int flows, high;
	uint64_t cleared[SSL_COUNT_NUM];
	_Atomic(struct ssl_counts *) worker[FILTER_WORKER_MAX]; /* owned */
};

struct row {
	enum ssl_stat_part part;
	const char *text;
};

static const struct row rows[] = {
#define X(part, id, text) { SSL_STAT_##part, text },
	SSL_COUNTS(X)
#undef X
};
#define NROWS (sizeof(rows) / sizeof(*rows))
static_assert(NROWS == SSL_COUNT_RESUMED, "one row per shown counter");

struct ssl_stats *ssl_stats_new(void)
{
	struct ssl_stats *s = xcalloc(1, sizeof(*s));

	atomic_init(&s->refs, 1);
	return s;
}

struct ssl_stats *ssl_stats_ref(struct ssl_stats *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

void ssl_stats_unref(struct ssl_stats *s)
{
	if (!s ||
	    atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (int i = 0; i < FILTER_WORKER_MAX; i++)
		free(s->worker[i]);
	free(s);
}

struct ssl_counts *ssl_stats_worker(struct ssl_stats *s, int worker)
{
	struct ssl_counts *c;

	assert(worker >= 0 && worker < FILTER_WORKER_MAX);
	c = atomic_load_explicit(&s->worker[worker], memory_order_acquire);
	if (c)
		return c;
	c = aligned_alloc(_Alignof(struct ssl_counts), sizeof(*c));
	if (!c)
		abort();
	memset(c, 0, sizeof(*c));
	atomic_store_explicit(&s->worker[worker], c, memory_order_release);
	return c;
}

void ssl_stats_flow(struct ssl_stats *s, int by)
{
	int now =
		atomic_fetch_add_explicit(&s->flows, by, memory_order_relaxed) +
		by;
	int high = atomic_load_explicit(&s->high, memory_order_relaxed);

	while (now > high && !atomic_compare_exchange_weak_explicit(
				     &s->high, &high, now, memory_order_relaxed,
				     memory_order_relaxed))
		;
}

static uint64_t total(const struct ssl_stats *s, enum ssl_count id)
{
	uint64_t sum = 0;

	for (int i = 0; i < FILTER_WORKER_MAX; i++) {
		struct ssl_counts *c = atomic_load_explicit(
			&s->worker[i], memory_order_acquire);

		if (c)
			sum += atomic_load_explicit(&c->v[id],
						    memory_order_relaxed);
	}
	return sum;
}

static uint64_t difference(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

uint64_t ssl_stats_get(const struct ssl_stats *s, enum ssl_count id)
{
	if (id == SSL_COUNT_OTHER_IN)
		return difference(ssl_stats_get(s, SSL_COUNT_WIRE_IN),
				  ssl_stats_get(s, SSL_COUNT_APP_IN));
	if (id == SSL_COUNT_OTHER_OUT)
		return difference(ssl_stats_get(s, SSL_COUNT_WIRE_OUT),
				  ssl_stats_get(s, SSL_COUNT_APP_OUT));
	return total(s, id) - s->cleared[id];
}

void ssl_stats_clear(struct ssl_stats *s)
{
	for (int id = 0; id < SSL_COUNT_NUM; id++)
		s->cleared[id] = total(s, id);
	atomic_store(&s->high, atomic_load(&s->flows));
}

static void show_part(const struct ssl_stats *s, unsigned slot,
		      enum ssl_stat_part part, const char *name, struct out *o)
{
	out_printf(o, "Component: %s  Slot: %u\n", name, slot);
	out_puts(o, "Count       Description\n-----       -----------\n");
	for (size_t i = 0; i < NROWS; i++) {
		if (rows[i].part != part)
			continue;
		out_col(o, 12, "%llu", (unsigned long long)ssl_stats_get(s, i));
		out_printf(o, "%s\n", rows[i].text);
	}
	if (part == SSL_STAT_PROXY) {
		out_col(o, 12, "%d", atomic_load(&s->high));
		out_puts(o, "Active SSL flows high water mark\n");
		out_col(o, 12, "%d", atomic_load(&s->flows));
		out_puts(o, "Active SSL flows\n");
	}
	out_puts(o, "\n");
}

void ssl_stats_show(const struct ssl_stats *s, unsigned slot, unsigned parts,
		    struct out *o)
{
	out_puts(o, "SSL Acceleration Statistics\n");
	if (parts & SSL_STAT_PROXY)
		show_part(s, slot, SSL_STAT_PROXY, "SSL Proxy Server", o);
	if (parts & SSL_STAT_CRYPTO)
		show_part(s, slot, SSL_STAT_CRYPTO, "Crypto", o);
	if (parts & SSL_STAT_SSL)
		show_part(s, slot, SSL_STAT_SSL, "SSL", o);
	if (parts & SSL_STAT_COMPRESSION)
		show_part(s, slot, SSL_STAT_COMPRESSION, "Compression", o);
}
