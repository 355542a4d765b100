#ifndef CSS_EMU_NET_SIP_H
#define CSS_EMU_NET_SIP_H

#include <stddef.h>
#include <stdint.h>

#include "emu/net/http.h"

/* The head of a SIP message (RFC 3261 section 7), found in one pass. */
#define SIP_HEAD_MAX 16384 /* own bound */

struct sip_head {
	struct http_span method; /* "SIP/2.0" in front: a response, len 0 */
	struct http_span uri, call_id;
	uint16_t status; /* of a response */
	uint32_t len;	 /* up to and with the empty line */
	uint32_t body;	 /* Content-Length; a datagram may leave it out */
};

enum sip_result { SIP_MORE, SIP_OK, SIP_BAD };

/* *seen belongs to the scanner between calls with a longer buffer; 0 at first.
 * Empty lines in front of a message (keep-alives, RFC 5626) are part of it. */
enum sip_result sip_scan(const char *buf, size_t len, size_t *seen,
			 struct sip_head *h);

#endif
