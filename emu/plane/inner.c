#include "emu/plane/inner.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "emu/base/map.h"
#include "emu/base/xalloc.h"

/*
 * The first and the last table are nearly always empty, which is known without the
 * lock; ports are asked for by those only that were told of.  Hops are taken within the time that a SYN needs to the packet thread, ports within that of a
 * handshake; what never is taken (the connection could not be opened) is written over
 * by and by.
 */
#define HOPS	1024 /* powers of two */
#define PORTS	16384
#define BUCKETS 1024

struct hop {
	struct flow_key key;
	struct in_addr to; /* INADDR_ANY: free */
};

struct meant { /* a port */
	struct flow_key key;
	in_port_t port; /* 0: free */
};

struct awaited_at {
	LIST_ENTRY(awaited_at) link;
	struct in_addr addr;
	in_port_t port;
	uint8_t proto;
};
LIST_HEAD(bucket, awaited_at);

struct inner {
	pthread_mutex_t lock;
	atomic_uint nhop, nawaited;
	struct hop hop[HOPS];
	struct meant *meant;	       /* owned; PORTS */
	struct bucket bucket[BUCKETS]; /* owned */
};

struct inner *inner_new(void)
{
	struct inner *n = xcalloc(1, sizeof(*n));

	n->meant = xcalloc(PORTS, sizeof(*n->meant));
	pthread_mutex_init(&n->lock, NULL);
	return n;
}

void inner_free(struct inner *n)
{
	struct awaited_at *a;

	if (!n)
		return;
	for (int i = 0; i < BUCKETS; i++)
		while ((a = LIST_FIRST(&n->bucket[i]))) {
			LIST_REMOVE(a, link);
			free(a);
		}
	pthread_mutex_destroy(&n->lock);
	free(n->meant);
	free(n);
}

/* ---- next hops --------------------------------------------------------------- */

static bool is_key(const struct flow_key *a, const struct flow_key *b)
{
	return a->src.s_addr == b->src.s_addr && a->sport == b->sport &&
	       a->dst.s_addr == b->dst.s_addr && a->dport == b->dport &&
	       a->proto == b->proto;
}

/* Keys have bytes that mean nothing. */
static size_t hash_of(const struct flow_key *k)
{
	const uint32_t words[] = { k->src.s_addr, k->dst.s_addr,
				   (uint32_t)k->sport << 16 | k->dport,
				   k->proto };

	return map_hash(0, words, sizeof(words));
}

static struct hop *place_of(struct inner *n, const struct flow_key *k)
{
	return &n->hop[hash_of(k) & (HOPS - 1)];
}

void inner_set_hop(struct inner *n, const struct flow_key *k,
		   struct in_addr hop)
{
	struct hop *h = place_of(n, k);

	pthread_mutex_lock(&n->lock);
	if (h->to.s_addr == INADDR_ANY)
		atomic_fetch_add(&n->nhop, 1);
	*h = (struct hop){ *k, hop };
	pthread_mutex_unlock(&n->lock);
}

bool inner_take_hop(struct inner *n, const struct flow_key *k,
		    struct in_addr *hop)
{
	struct hop *h;
	bool found;

	if (!atomic_load_explicit(&n->nhop, memory_order_acquire))
		return false;
	h = place_of(n, k);
	pthread_mutex_lock(&n->lock);
	found = h->to.s_addr != INADDR_ANY && is_key(&h->key, k);
	if (found) {
		*hop = h->to;
		h->to.s_addr = INADDR_ANY;
		atomic_fetch_sub(&n->nhop, 1);
	}
	pthread_mutex_unlock(&n->lock);
	return found;
}

/* ---- ports that were meant --------------------------------------------------- */

void inner_set_port(struct inner *n, const struct flow_key *k, in_port_t port)
{
	pthread_mutex_lock(&n->lock);
	n->meant[hash_of(k) & (PORTS - 1)] = (struct meant){ *k, port };
	pthread_mutex_unlock(&n->lock);
}

bool inner_take_port(struct inner *n, const struct flow_key *k, in_port_t *port)
{
	struct meant *m = &n->meant[hash_of(k) & (PORTS - 1)];
	bool found;

	pthread_mutex_lock(&n->lock);
	found = m->port && is_key(&m->key, k);
	if (found) {
		*port = m->port;
		m->port = 0;
	}
	pthread_mutex_unlock(&n->lock);
	return found;
}

/* ---- sockets that wait ------------------------------------------------------- */

static struct bucket *bucket_of(struct inner *n, struct in_addr addr,
				in_port_t port)
{
	uint32_t h = (addr.s_addr ^ (uint32_t)port * 65537u) * 2654435761u;

	return &n->bucket[h >> 22];
}
static_assert(BUCKETS == 1 << (32 - 22), "bucket_of() takes ten bits");

static struct awaited_at *find(struct inner *n, uint8_t proto,
			       struct in_addr addr, in_port_t port)
{
	struct awaited_at *a;

	LIST_FOREACH(a, bucket_of(n, addr, port), link)
		if (a->addr.s_addr == addr.s_addr && a->port == port &&
		    a->proto == proto)
			return a;
	return NULL;
}

void inner_await(struct inner *n, uint8_t proto, const struct sockaddr_in *at)
{
	struct awaited_at *a = xcalloc(1, sizeof(*a));

	*a = (struct awaited_at){ .addr = at->sin_addr,
				  .port = at->sin_port,
				  .proto = proto };
	pthread_mutex_lock(&n->lock);
	LIST_INSERT_HEAD(bucket_of(n, at->sin_addr, at->sin_port), a, link);
	atomic_fetch_add(&n->nawaited, 1);
	pthread_mutex_unlock(&n->lock);
}

void inner_await_over(struct inner *n, uint8_t proto,
		      const struct sockaddr_in *at)
{
	struct awaited_at *a;

	pthread_mutex_lock(&n->lock);
	a = find(n, proto, at->sin_addr, at->sin_port);
	if (a) {
		LIST_REMOVE(a, link);
		atomic_fetch_sub(&n->nawaited, 1);
		free(a);
	}
	pthread_mutex_unlock(&n->lock);
}

bool inner_awaits(struct inner *n, const struct flow_key *k)
{
	bool found;

	if (!atomic_load_explicit(&n->nawaited, memory_order_acquire))
		return false;
	pthread_mutex_lock(&n->lock);
	found = find(n, k->proto, k->dst, k->dport) != NULL;
	pthread_mutex_unlock(&n->lock);
	return found;
}
