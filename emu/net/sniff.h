#ifndef CSS_EMU_NET_SNIFF_H
#define CSS_EMU_NET_SNIFF_H

#include <stddef.h>

#include "emu/net/request.h"

/*
 * What does a client speak whose first bytes these are?  HTTP is left to
 * http_feed(); of SIP and TLS the request is filled here.
 */
enum sniffed {
	SNIFF_MORE, /* too little to tell */
	SNIFF_HTTP, /* HTTP, or what may become it */
	SNIFF_DONE, /* req is filled: SIP, TLS, or REQUEST_OTHER */
};

/* sip is the caller's memory, for req->sip.  wants: bits 1 << kind; nothing is
 * waited for that nobody wants. */
enum sniffed sniff(const char *buf, size_t len, unsigned wants,
		   struct request *req, struct sip_head *sip);

/* Session id of a ServerHello (RFC 5246 7.4.1.3), from the first bytes that a
 * server sends; len 0: none, or not there. */
struct http_span sniff_server_session(const char *buf, size_t len);

#endif
