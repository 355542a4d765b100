#ifndef CSS_SSLMOD_MEMORY_H
#define CSS_SSLMOD_MEMORY_H

#include <stdbool.h>

/*
 * An allocator for the TLS library: lists of free blocks per thread and size,
 * so that a handshake's hundreds of small blocks cost neither a lock nor a
 * search.  Call memory_install() before the library has allocated anything.
 * Returns -1 when it is too late or a sanitizer wants to see each block.
 */
int memory_install(void);
/* Built with a sanitizer, which does not look into memory of special kinds and
 * would report what only those point to as lost. */
bool memory_is_watched(void);

#endif
