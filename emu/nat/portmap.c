#include "emu/nat/portmap.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "emu/base/xalloc.h"

#define ADDRESSES 255 /* portmap vip-address-range */
#define WORDS	  (65536 / 64)

struct address {
	_Atomic uint64_t used[WORDS]; /* a bit a port */
};

struct portmap_pool {
	_Atomic(struct address *) address[ADDRESSES]; /* owned */
	_Atomic uint32_t next; /* counts what was tried */
	_Atomic uint32_t used, last;
	_Atomic uint64_t refused;
};

struct portmap_pool *portmap_new(void)
{
	return xcalloc(1, sizeof(struct portmap_pool));
}

void portmap_free(struct portmap_pool *m)
{
	if (!m)
		return;
	for (int i = 0; i < ADDRESSES; i++)
		free(atomic_load_explicit(&m->address[i],
					  memory_order_relaxed));
	free(m);
}

void portmap_reserve(struct portmap_pool *m, unsigned addresses)
{
	assert(addresses <= ADDRESSES);
	for (unsigned i = 0; i < addresses; i++)
		if (!atomic_load_explicit(&m->address[i], memory_order_relaxed))
			atomic_store_explicit(
				&m->address[i],
				xcalloc(1, sizeof(struct address)),
				memory_order_release);
}

static struct address *address_of(struct portmap_pool *m, unsigned i)
{
	return atomic_load_explicit(&m->address[i], memory_order_acquire);
}

/* false: somebody has it. */
static bool mark(struct address *a, uint16_t port)
{
	uint64_t bit = (uint64_t)1 << port % 64;

	return !(atomic_fetch_or_explicit(&a->used[port / 64], bit,
					  memory_order_relaxed) &
		 bit);
}

bool portmap_take(struct portmap_pool *m, const struct portmap_range *r,
		  struct mapping *to)
{
	const uint32_t all = (uint32_t)r->ports * r->addresses;

	for (uint32_t i = 0; i < all; i++) {
		uint32_t at = atomic_fetch_add_explicit(&m->next, 1,
							memory_order_relaxed) %
			      all;
		uint16_t port = (uint16_t)(r->base + at % r->ports);
		uint8_t address = (uint8_t)(at / r->ports);

		/* every one is in use: do not look at each */
		if (atomic_load_explicit(&m->used, memory_order_relaxed) >= all)
			break;
		if (!mark(address_of(m, address), port))
			continue;
		atomic_fetch_add_explicit(&m->used, 1, memory_order_relaxed);
		atomic_store_explicit(&m->last, port, memory_order_relaxed);
		*to = (struct mapping){ address, port };
		return true;
	}
	atomic_fetch_add_explicit(&m->refused, 1, memory_order_relaxed);
	return false;
}

void portmap_give(struct portmap_pool *m, const struct mapping *from)
{
	struct address *a = address_of(m, from->address);

	assert(from->port);
	atomic_fetch_and_explicit(&a->used[from->port / 64],
				  ~((uint64_t)1 << from->port % 64),
				  memory_order_relaxed);
	atomic_fetch_sub_explicit(&m->used, 1, memory_order_relaxed);
}

void portmap_read(const struct portmap_pool *m, struct portmap_figures *f)
{
	*f = (struct portmap_figures){
		.used = atomic_load_explicit(&m->used, memory_order_relaxed),
		.last = (uint16_t)atomic_load_explicit(&m->last,
						       memory_order_relaxed),
		.refused =
			atomic_load_explicit(&m->refused, memory_order_relaxed),
	};
}
