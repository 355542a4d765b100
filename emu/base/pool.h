#ifndef CSS_EMU_BASE_POOL_H
#define CSS_EMU_BASE_POOL_H

#include <stddef.h>

/*
 * Many small things that live and die together: they come from large blocks and
 * are freed all at once.  A pool that is all zero is empty and ready for use.
 * Control plane only: aborts when memory is gone.
 */
struct pool {
	struct pool_block *blocks; /* owned, newest first */
	char *at;		   /* free room in the newest */
	size_t left;
};

/* Zeroed, aligned for pointers and numbers of 64 bits. */
void *pool_zero(struct pool *p, size_t size);
/* A copy of len characters of s, with a NUL behind it. */
char *pool_strndup(struct pool *p, const char *s, size_t len);
void pool_free(struct pool *p);

#endif
