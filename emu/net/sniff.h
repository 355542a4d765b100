#ifndef CSS_EMU_NET_SNIFF_H
#define CSS_EMU_NET_SNIFF_H

#include <stdbool.h>
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

/* A ServerHello (RFC 5246 7.4.1.3, RFC 8446 4.1.3). */
struct server_hello {
	bool is_alert;		  /* there will be no session */
	struct http_span session; /* len 0: the server gave no session id */
	bool only_echo; /* TLS 1.3: the id is the client's own, and names nothing */
};
/* From the first bytes that a server sends; SNIFF_MORE: not all of it is there
 * (what is there so far is filled in). */
enum sniffed sniff_server_hello(const char *buf, size_t len,
				struct server_hello *h);

#endif
