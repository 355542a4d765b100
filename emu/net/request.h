#ifndef CSS_EMU_NET_REQUEST_H
#define CSS_EMU_NET_REQUEST_H

#include "emu/net/http.h"
#include "emu/net/sip.h"

/*
 * What a layer 5 decision may look at.  All pointers are the asker's and only
 * good during the call.  A request that is there but unreadable has kind
 * REQUEST_OTHER: no layer 5 rule fits it.
 */
enum request_kind {
	REQUEST_OTHER, /* bytes that are no request of a known kind */
	REQUEST_HTTP,
	REQUEST_SIP,
	REQUEST_TLS, /* ClientHello of a connection that is not ended here */
};

struct request {
	enum request_kind kind;
	const char *buf; /* the head's first byte: spans count from here */
	const struct http_head *http;
	const struct sip_head *sip;
	struct http_span session; /* REQUEST_TLS: session id, len 0: none */
};

#endif
