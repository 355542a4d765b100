#include "emu/net/checksum.h"

#include <endian.h>
#include <string.h>

/*
 * A one's complement sum is the same in words of any width and either byte order
 * (RFC 1071 section 2): 64 bits at a time in the machine's own order, carries
 * put back in at the low end, and turned round once at the end.
 */
static uint64_t add_carry(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

static uint64_t load64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static uint16_t fold64(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint16_t sum_bytes(const uint8_t *at, size_t len)
{
	/* sums that do not wait for each other */
	uint64_t a = 0, b = 0, c = 0, d = 0;

	for (; len >= 32; at += 32, len -= 32) {
		a = add_carry(a, load64(at));
		b = add_carry(b, load64(at + 8));
		c = add_carry(c, load64(at + 16));
		d = add_carry(d, load64(at + 24));
	}
	for (; len >= 8; at += 8, len -= 8)
		a = add_carry(a, load64(at));
	if (len > 0) {
		uint8_t last[8] = { 0 };

		memcpy(last, at, len);
		b = add_carry(b, load64(last));
	}
	return be16toh(fold64(add_carry(add_carry(a, b), add_carry(c, d))));
}

uint32_t sum_add(uint32_t sum, const void *data, size_t len)
{
	/* folded, so that any number of pieces is no overflow */
	return (sum & 0xffff) + (sum >> 16) + sum_bytes(data, len);
}

uint16_t sum_fold(uint32_t sum)
{
	return (uint16_t)~fold64(sum);
}

/* RFC 793 3.1, RFC 768: addresses, protocol, length. */
static uint32_t pseudo(struct in_addr src, struct in_addr dst, uint8_t proto,
		       size_t len)
{
	uint32_t sum = sum_add(0, &src, sizeof(src));

	sum = sum_add(sum, &dst, sizeof(dst));
	return sum + proto + (uint16_t)len + (uint16_t)(len >> 16);
}

uint16_t sum_l4(struct in_addr src, struct in_addr dst, uint8_t proto,
		const void *data, size_t len)
{
	uint32_t start =
		proto == IPPROTO_ICMP ? 0 : pseudo(src, dst, proto, len);
	uint16_t sum = sum_fold(sum_add(start, data, len));

	return sum == 0 && proto == IPPROTO_UDP ? 0xffff : sum;
}

uint16_t sum_pseudo(struct in_addr src, struct in_addr dst, uint8_t proto,
		    size_t len)
{
	return fold64(pseudo(src, dst, proto, len));
}

/* RFC 1624 equation 3; never with 0 for "-0", as equation 4 would. */
void sum_change16(uint8_t *sum, uint16_t from, uint16_t to)
{
	uint32_t old = (uint32_t)sum[0] << 8 | sum[1];
	uint16_t now = sum_fold((old ^ 0xffff) + (from ^ 0xffffu) + to);

	sum[0] = (uint8_t)(now >> 8);
	sum[1] = (uint8_t)now;
}

void sum_change32(uint8_t *sum, uint32_t from, uint32_t to)
{
	uint32_t old = (uint32_t)sum[0] << 8 | sum[1];
	uint16_t now = sum_fold((old ^ 0xffff) + (~from >> 16) +
				(~from & 0xffff) + (to >> 16) + (to & 0xffff));

	sum[0] = (uint8_t)(now >> 8);
	sum[1] = (uint8_t)now;
}
