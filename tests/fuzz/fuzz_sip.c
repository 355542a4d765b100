#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/net/sip.h"
#include "emu/net/sniff.h"

/*
 * SIP messages as they gather: the first byte tells into how large pieces the
 * input is cut.  What is found must lie inside the head, and neither pieces nor
 * what stands behind the head may change it.
 */

static void inside(struct http_span s, const struct sip_head *h)
{
	if (s.at > h->len || s.len > h->len - s.at)
		abort();
}

static void check(const struct sip_head *h, size_t len)
{
	if (h->len > len || h->len > SIP_HEAD_MAX)
		abort();
	inside(h->method, h);
	inside(h->uri, h);
	inside(h->call_id, h);
}

static enum sip_result scan(const char *buf, size_t len, size_t step,
			    struct sip_head *h)
{
	enum sip_result r = SIP_MORE;
	size_t seen = 0;

	for (size_t have = 0; r == SIP_MORE && have < len;) {
		have = len - have > step ? have + step : len;
		r = sip_scan(buf, have, &seen, h);
		if (r == SIP_OK)
			check(h, have);
	}
	return r;
}

static bool same(struct http_span a, struct http_span b)
{
	return a.at == b.at && a.len == b.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sip_head whole = { 0 }, cut = { 0 }, sniffed;
	struct request req = { 0 };
	char *buf = NULL;
	size_t seen = 0;

	if (len < 2)
		return 0;
	len--;
	buf = malloc(len); /* of its size: beyond it is a fault */
	if (!buf)
		return 0;
	memcpy(buf, data + 1, len);
	switch (sip_scan(buf, len, &seen, &whole)) {
	case SIP_OK:
		check(&whole, len);
		if (scan(buf, len, data[0] % 40u + 1, &cut) != SIP_OK ||
		    cut.len != whole.len || cut.body != whole.body ||
		    cut.status != whole.status ||
		    !same(cut.call_id, whole.call_id) ||
		    !same(cut.method, whole.method) ||
		    !same(cut.uri, whole.uri))
			abort();
		break;
	case SIP_MORE:
		if (scan(buf, len, data[0] % 40u + 1, &cut) == SIP_OK)
			abort();
		break;
	case SIP_BAD:
		if (scan(buf, len, data[0] % 40u + 1, &cut) != SIP_BAD)
			abort();
		break;
	}
	if (sniff(buf, len, ~0u, &req, &sniffed) == SNIFF_DONE &&
	    req.kind == REQUEST_SIP)
		check(req.sip, len);
	free(buf);
	return 0;
}
