#ifndef CSS_EMU_STICKY_ARPT_H
#define CSS_EMU_STICKY_ARPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/net/request.h"

struct out;

/*
 * The cookie that the switch itself inserts (content.md 7.5, field notes):
 *
 *	ARPT=FOOOB192.168.15.52CKOKM
 *	     '---' box id, '----------' service id: its string, or its address
 *	                              '---' CK and the expiry, capital letters
 *
 * The parts run together; the first and the last are capital letters of known
 * length, so the middle can be anything.
 */
struct arpt_rule {
	char name[32];	   /* "ARPT" */
	char path[100];	   /* "/" */
	char domain[65];   /* "": none */
	uint32_t expire_s; /* 0: with the browser's session */
	bool browser_expire, expire_services;
};

/* The service id of the request's cookie, into id; false: none that is ours.
 * *expired: its time is over; what that means, expire_services tells. */
bool arpt_read(const struct arpt_rule *r, const struct request *req,
	       uint64_t now_s, char *id, size_t cap, bool *expired);
/* "Set-Cookie: ...\r\n" */
void arpt_write(const struct arpt_rule *r, const char *id, uint64_t now_s,
		struct out *o);

#endif
