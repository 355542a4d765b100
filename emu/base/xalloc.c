#include "emu/base/xalloc.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
	if (p)
		return p;
	(void)fputs("css11500: out of memory\n", stderr);
	abort();
}

void *xcalloc(size_t n, size_t size)
{
	return checked(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return checked(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *xstrndup(const char *s, size_t len)
{
	size_t n = strnlen(s, len);
	char *copy = xcalloc(n + 1, 1);

	/* not strndup: strict checkers want s to end in a NUL there */
	memcpy(copy, s, n);
	return copy;
}

void *xmemdup(const void *p, size_t len)
{
	void *copy = xcalloc(1, len);

	if (len)
		memcpy(copy, p, len);
	return copy;
}

void *xarray_insert(void *array, size_t *n, size_t size, size_t at)
{
	bool full = (*n & (*n - 1)) == 0; /* 0, 1, 2, 4, 8 ... elements */
	char *grown = array;

	if (full)
		grown = xrealloc(array, (*n ? 2 * *n : 1) * size);
	memmove(grown + (at + 1) * size, grown + at * size, (*n - at) * size);
	memset(grown + at * size, 0, size);
	(*n)++;
	return grown;
}

void xarray_remove(void *array, size_t *n, size_t size, size_t at)
{
	char *a = array;

	(*n)--;
	memmove(a + at * size, a + (at + 1) * size, (*n - at) * size);
}

void wipe(void *p, size_t len)
{
	if (len)
		explicit_bzero(p, len);
}
