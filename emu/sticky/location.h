#ifndef CSS_EMU_STICKY_LOCATION_H
#define CSS_EMU_STICKY_LOCATION_H

#include <stddef.h>
#include <stdint.h>

#include "emu/net/request.h"

struct out;

/*
 * The cookie that keeps a client at a site (`location-cookie`, content.md 2.2).
 * Answers carry it; a client that comes with another site's is given to the
 * location service whose `string` is in the value, as a rule the way back there.
 * How the product takes it is not in print: a guess by the names of the commands.
 */
struct location_rule {
	char name[32]; /* "": none is set */
	char value[32];
	char domain[65];   /* cookie-domain; "": none */
	uint32_t expire_s; /* 0: with the browser's session */
};

enum location {
	LOCATION_NONE, /* no such cookie */
	LOCATION_HERE,
	LOCATION_AWAY, /* of another site */
};

/* LOCATION_AWAY: whose it is, *len bytes of the request's head. */
enum location location_read(const struct location_rule *r,
			    const struct request *req, const char **value,
			    size_t *len);
/* "Set-Cookie: ...\r\n" */
void location_write(const struct location_rule *r, uint64_t now_s,
		    struct out *o);

#endif
