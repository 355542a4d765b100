#include "sslmod/shelf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "emu/base/xalloc.h"
#include "sslmod/pki.h"

struct held {
	SLIST_ENTRY(held) link;
	OSSL_LIB_CTX *lib;
	struct pki pki;
	char file[]; /* its name */
};

struct shelf {
	SLIST_HEAD(, held) held; /* the latest first: entries come in groups */
};

struct shelf *shelf_new(void)
{
	return xcalloc(1, sizeof(struct shelf));
}

void shelf_free(struct shelf *s)
{
	while (s && !SLIST_EMPTY(&s->held)) {
		struct held *h = SLIST_FIRST(&s->held);

		SLIST_REMOVE_HEAD(&s->held, link);
		pki_fini(&h->pki);
		free(h);
	}
	free(s);
}

static const struct held *find(const struct shelf *s, const char *file,
			       const OSSL_LIB_CTX *lib)
{
	const struct held *h = NULL;

	SLIST_FOREACH(h, &s->held, link)
	if (h->lib == lib && !strcmp(h->file, file))
		return h;
	return NULL;
}

static const struct held *add(struct shelf *s, const struct store *store,
			      const char *file, OSSL_LIB_CTX *lib,
			      struct err *err)
{
	size_t len = strlen(file) + 1;
	struct held *h = xcalloc(1, sizeof(*h) + len);

	h->lib = lib;
	memcpy(h->file, file, len);
	pki_init(&h->pki);
	if (store_load(store, file, lib, &h->pki, err)) {
		pki_fini(&h->pki);
		free(h);
		return NULL;
	}
	SLIST_INSERT_HEAD(&s->held, h, link);
	return h;
}

int shelf_load(struct shelf *s, const struct store *store, const char *file,
	       OSSL_LIB_CTX *lib, struct pki *p, struct err *err)
{
	const struct held *h = find(s, file, lib);

	if (!h)
		h = add(s, store, file, lib, err);
	if (!h)
		return -1;
	pki_share(p, &h->pki);
	return 0;
}
