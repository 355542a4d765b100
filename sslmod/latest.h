#ifndef CSS_SSLMOD_LATEST_H
#define CSS_SSLMOD_LATEST_H

#include <pthread.h>
#include <stdatomic.h>

/*
 * Something that comes from outside again and again (a revocation list, an OCSP
 * response), while images that use it stay as they are: the place is shared, what
 * stands in it changes.  The control thread puts, any thread takes a reference.
 */
struct latest_item { /* first member of what is kept; immutable there */
	_Atomic unsigned refs;
	void (*fini)(struct latest_item *item); /* frees it */
};

struct latest;

struct latest *latest_new(void); /* empty; one reference */
struct latest *latest_ref(struct latest *l);
void latest_unref(struct latest *l); /* any thread; NULL: nothing */

void latest_item_init(struct latest_item *item,
		      void (*fini)(struct latest_item *item));
void latest_item_unref(struct latest_item *item); /* NULL: nothing */
/* Takes over the caller's reference; NULL: empty from now on. */
void latest_put(struct latest *l, struct latest_item *item);
/* A reference of the caller's, or NULL. */
struct latest_item *latest_get(struct latest *l);

#endif
