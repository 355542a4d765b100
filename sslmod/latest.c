#include "sslmod/latest.h"

#include <stdlib.h>

#include "emu/base/xalloc.h"

struct latest {
	_Atomic unsigned refs;
	pthread_mutex_t lock; /* held for a load and an increment */
	struct latest_item *item;
};

void latest_item_init(struct latest_item *item,
		      void (*fini)(struct latest_item *item))
{
	atomic_init(&item->refs, 1);
	item->fini = fini;
}

void latest_item_unref(struct latest_item *item)
{
	if (item && atomic_fetch_sub_explicit(&item->refs, 1,
					      memory_order_acq_rel) == 1)
		item->fini(item);
}

struct latest *latest_new(void)
{
	struct latest *l = xcalloc(1, sizeof(*l));

	atomic_init(&l->refs, 1);
	pthread_mutex_init(&l->lock, NULL);
	return l;
}

struct latest *latest_ref(struct latest *l)
{
	atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
	return l;
}

void latest_unref(struct latest *l)
{
	if (!l ||
	    atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1)
		return;
	latest_item_unref(l->item);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

void latest_put(struct latest *l, struct latest_item *item)
{
	struct latest_item *old;

	pthread_mutex_lock(&l->lock);
	old = l->item;
	l->item = item;
	pthread_mutex_unlock(&l->lock);
	latest_item_unref(old);
}

struct latest_item *latest_get(struct latest *l)
{
	struct latest_item *item;

	pthread_mutex_lock(&l->lock);
	item = l->item;
	if (item)
		atomic_fetch_add_explicit(&item->refs, 1, memory_order_relaxed);
	pthread_mutex_unlock(&l->lock);
	return item;
}
