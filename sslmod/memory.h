#ifndef CSS_SSLMOD_MEMORY_H
#define CSS_SSLMOD_MEMORY_H

#include <stdbool.h>

/*
 * An allocator for the TLS library: lists of free blocks per thread and size,
 * so that a handshake's hundreds of small blocks cost neither a lock nor a
 * search.  It is put in before anything else of the program runs; false: it is
 * not there, because a sanitizer wants to see each block.
 */
bool memory_is_installed(void);
/* What this thread frees is wiped, from now on or no more: for calls that take keys
 * out of files, of which the library leaves pieces behind. */
void memory_wipe(bool on);
/* Built with a sanitizer, which does not look into memory of special kinds and
 * would report what only those point to as lost. */
bool memory_is_watched(void);

#endif
