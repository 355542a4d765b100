#include "emu/net/sniff.h"

#include <stdbool.h>
#include <string.h>

#define RECORD_ALERT	 0x15
#define RECORD_HANDSHAKE 0x16
#define CLIENT_HELLO	 1
#define SERVER_HELLO	 2
#define HEADERS		 9  /* record header 5, handshake header 4 */
#define HELLO_FIXED	 34 /* version 2, random 32 */
#define SESSION_MAX	 32
#define SUPPORTED_VERSIONS 43

static unsigned char byte(const char *buf, size_t at)
{
	return (unsigned char)buf[at];
}

/* Session id of a hello of a kind; SNIFF_MORE: not all of it is there. */
static enum sniffed hello(const char *buf, size_t len, unsigned char kind,
			  struct http_span *session)
{
	const size_t at = HEADERS + HELLO_FIXED;
	size_t n = 0;

	*session = (struct http_span){ 0, 0 };
	if (len <= at)
		return len > 5 && byte(buf, 5) != kind ? SNIFF_DONE
						       : SNIFF_MORE;
	n = byte(buf, at);
	if (byte(buf, 5) != kind || n > SESSION_MAX)
		return SNIFF_DONE;
	if (len < at + 1 + n)
		return SNIFF_MORE;
	*session = (struct http_span){ (uint32_t)at + 1, (uint32_t)n };
	return SNIFF_DONE;
}

static size_t pair(const char *buf, size_t at)
{
	return (size_t)byte(buf, at) << 8 | byte(buf, at + 1);
}

/* Extensions from at to end: is "supported_versions" among them?  A server sends
 * it to say that it chose TLS 1.3. */
static bool chose_13(const char *buf, size_t at, size_t end)
{
	while (at + 4 <= end) {
		if (pair(buf, at) == SUPPORTED_VERSIONS)
			return true;
		at += 4 + pair(buf, at + 2);
	}
	return false;
}

enum sniffed sniff_server_hello(const char *buf, size_t len,
				struct server_hello *h)
{
	enum sniffed s = SNIFF_DONE;
	size_t end, at;

	*h = (struct server_hello){ .is_alert = false };
	if (len && byte(buf, 0) != RECORD_HANDSHAKE) {
		h->is_alert = byte(buf, 0) == RECORD_ALERT;
		return SNIFF_DONE;
	}
	s = hello(buf, len, SERVER_HELLO, &h->session);
	if (len < HEADERS || byte(buf, 5) != SERVER_HELLO)
		return s;
	end = HEADERS + ((size_t)byte(buf, 6) << 16 | pair(buf, 7));
	if (len < end)
		return SNIFF_MORE;
	/* behind the id: suite 2, compression 1, length of the extensions 2 */
	at = HEADERS + HELLO_FIXED + 1 + h->session.len + 3 + 2;
	h->only_echo = chose_13(buf, at, end);
	return SNIFF_DONE;
}

/* SIP names its version in the first line, in front or at the end. */
static bool is_sip(const char *line, size_t len)
{
	static const char version[] = "SIP/2.0";
	const size_t n = sizeof(version) - 1;

	while (len && (line[len - 1] == '\r'))
		len--;
	return len > n && (!memcmp(line, version, n) ||
			   !memcmp(line + len - n, version, n));
}

static enum sniffed take_sip(const char *buf, size_t len, struct request *req,
			     struct sip_head *sip)
{
	size_t seen = 0;

	switch (sip_scan(buf, len, &seen, sip)) {
	case SIP_MORE:
		return SNIFF_MORE;
	case SIP_OK:
		req->kind = REQUEST_SIP;
		req->sip = sip;
		break;
	case SIP_BAD:
		break;
	}
	return SNIFF_DONE;
}

enum sniffed sniff(const char *buf, size_t len, unsigned wants,
		   struct request *req, struct sip_head *sip)
{
	size_t at = 0;
	const char *nl = NULL;

	req->kind = REQUEST_OTHER;
	req->buf = buf;
	if (!len)
		return SNIFF_MORE;
	if (byte(buf, 0) == RECORD_HANDSHAKE) {
		if (!(wants & 1u << REQUEST_TLS))
			return SNIFF_DONE;
		req->kind = REQUEST_TLS;
		return hello(buf, len, CLIENT_HELLO, &req->session);
	}
	while (at < len && (buf[at] == '\r' || buf[at] == '\n'))
		at++;
	nl = memchr(buf + at, '\n', len - at);
	if (nl && wants & 1u << REQUEST_SIP &&
	    is_sip(buf + at, (size_t)(nl - buf) - at))
		return take_sip(buf, len, req, sip);
	if (!(wants & 1u << REQUEST_HTTP))
		return nl || !(wants & 1u << REQUEST_SIP) ? SNIFF_DONE
							  : SNIFF_MORE;
	return SNIFF_HTTP;
}
