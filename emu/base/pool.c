#include "emu/base/pool.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"

#define BLOCK 32768
#define ALIGN sizeof(void *)

struct pool_block {
	struct pool_block *next;
	char room[];
};

void *pool_zero(struct pool *p, size_t size)
{
	void *mine = NULL;

	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if (size > p->left) {
		size_t room = size > BLOCK ? size : BLOCK;
		struct pool_block *b = xcalloc(1, sizeof(*b) + room);

		b->next = p->blocks;
		p->blocks = b;
		p->at = b->room;
		p->left = room;
	}
	mine = p->at;
	p->at += size;
	p->left -= size;
	return mine;
}

char *pool_strndup(struct pool *p, const char *s, size_t len)
{
	char *copy = pool_zero(p, len + 1);

	memcpy(copy, s, len);
	return copy;
}

void pool_free(struct pool *p)
{
	while (p->blocks) {
		struct pool_block *b = p->blocks;

		p->blocks = b->next;
		free(b);
	}
	*p = (struct pool){ 0 };
}
