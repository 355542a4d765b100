#ifndef CSS_EMU_STICKY_COOKIE_H
#define CSS_EMU_STICKY_COOKIE_H

#include <stddef.h>
#include <stdint.h>

#include "emu/net/request.h"

struct out;

/* The value of the request's first cookie of that name, *len bytes of its head;
 * NULL: it has none. */
const char *cookie_find(const struct request *req, const char *name,
			size_t *len);
/* dd:hh:mm:ss in seconds, "" is 0. */
uint32_t cookie_life_s(const char *text);
/* "; expires=..." (RFC 6265 4.1.1) */
void cookie_expires(uint64_t at_s, struct out *o);

#endif
