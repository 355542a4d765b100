#ifndef CSS_EMU_BASE_XALLOC_H
#define CSS_EMU_BASE_XALLOC_H

#include <stddef.h>

/* Control-plane allocation: these abort when memory is gone. */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
void *xmemdup(const void *p, size_t len);

/*
 * Arrays that grow by one: a zeroed element at place |at|, or one taken out.
 * The array may move; n counts.  Room is doubled, so an array that is grown by
 * these is grown by nothing else.
 */
void *xarray_insert(void *array, size_t *n, size_t size, size_t at);
void xarray_remove(void *array, size_t *n, size_t size, size_t at);

/* Overwrites a secret in a way the compiler may not remove. */
void wipe(void *p, size_t len);

#endif
