#include "emu/wire/cdp.h"

#include <string.h>

#include "emu/base/texts.h"
#include "emu/net/packet.h"

/*
 * Length-typed fields behind a header of version, holdtime and checksum, as
 * public descriptions of the protocol have them.
 */
enum {
	TLV_DEVICE = 1,
	TLV_ADDRESSES = 2,
	TLV_PORT = 3,
	TLV_CAPABILITIES = 4,
	TLV_VERSION = 5,
	TLV_PLATFORM = 6,
	TLV_NATIVE_VLAN = 10, /* version 2 from here on */
	TLV_DUPLEX = 11,
};
enum { TLV_HEAD = 4, CDP_HEAD = 4, CDP_SUM = 2, LLC_LEN = 8 };

#define FRAME_MIN    60
#define FRAME_MAX    1514
#define ADDRESS_MAX  32 /* that are told; own bound */
#define ADDRESS_HEAD 5	/* of an IPv4 address: NLPID, 1 byte, cc, length */

static const uint8_t group[] = { 0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc };
static const uint8_t llc[LLC_LEN] = { 0xaa, 0xaa, 0x03, 0x00,
				      0x00, 0x0c, 0x20, 0x00 };

struct writer {
	uint8_t *data;
	size_t len, cap;
	bool full;
};

static uint8_t *room(struct writer *w, size_t len)
{
	uint8_t *at = w->data + w->len;

	if (w->full || len > w->cap - w->len) {
		w->full = true;
		return NULL;
	}
	w->len += len;
	return at;
}

static void put(struct writer *w, const void *data, size_t len)
{
	uint8_t *at = room(w, len);

	if (at)
		memcpy(at, data, len);
}

static void put_16(struct writer *w, unsigned v)
{
	uint8_t *at = room(w, 2);

	if (at)
		put16(at, (uint16_t)v);
}

static void put_32(struct writer *w, uint32_t v)
{
	uint8_t *at = room(w, 4);

	if (at)
		put32(at, v);
}

static void head(struct writer *w, unsigned type, size_t len)
{
	put_16(w, type);
	put_16(w, (unsigned)(TLV_HEAD + len));
}

static void put_text(struct writer *w, unsigned type, const char *text)
{
	head(w, type, strlen(text));
	put(w, text, strlen(text));
}

static void put_addresses(struct writer *w, const struct cdp_hello *h)
{
	static const uint8_t ip4[ADDRESS_HEAD] = { 1, 1, 0xcc, 0, 4 };
	size_t n = h->naddr < ADDRESS_MAX ? h->naddr : ADDRESS_MAX;

	if (!n)
		return;
	head(w, TLV_ADDRESSES, 4 + n * (sizeof(ip4) + 4));
	put_32(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		put(w, ip4, sizeof(ip4));
		put(w, &h->addr[i], 4);
	}
}

/*
 * The Internet checksum but for an odd last byte: it is the lower half of the
 * last word, and has a sign (a property of the first implementations that all
 * others follow).
 */
static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += get16(data + i);
	if (len % 2)
		sum += data[len - 1] & 0x80 ? 0xff00u + data[len - 1] - 1
					    : data[len - 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_fields(struct writer *w, const struct cdp_hello *h)
{
	const uint8_t duplex = h->full_duplex;

	put_text(w, TLV_DEVICE, h->device);
	put_addresses(w, h);
	put_text(w, TLV_PORT, h->port);
	head(w, TLV_CAPABILITIES, 4);
	put_32(w, T_CDP_CAN);
	put_text(w, TLV_VERSION, h->version);
	put_text(w, TLV_PLATFORM, h->platform);
	if (!h->v2)
		return;
	if (h->native_vlan) {
		head(w, TLV_NATIVE_VLAN, 2);
		put_16(w, h->native_vlan);
	}
	head(w, TLV_DUPLEX, 1);
	put(w, &duplex, 1);
}

size_t cdp_make(const struct cdp_hello *h, uint8_t *frame, size_t cap)
{
	const uint8_t start[CDP_HEAD] = { h->v2 ? 2 : 1, h->holdtime_s };
	struct writer w = { .data = frame,
			    .cap = cap < FRAME_MAX ? cap : FRAME_MAX };
	uint8_t *cdp = frame + ETH_LEN + LLC_LEN;

	put(&w, group, sizeof(group));
	put(&w, h->mac, sizeof(h->mac));
	put_16(&w, 0); /* the length, when it is known */
	put(&w, llc, sizeof(llc));
	put(&w, start, sizeof(start));
	put_fields(&w, h);
	if (w.full)
		return 0;
	put16(frame + 2 * ETH_ADDR_LEN, (uint16_t)(w.len - ETH_LEN));
	put16(cdp + CDP_SUM, checksum(cdp, w.len - ETH_LEN - LLC_LEN));
	while (w.len < FRAME_MIN && w.len < cap)
		frame[w.len++] = 0;
	return w.len;
}
