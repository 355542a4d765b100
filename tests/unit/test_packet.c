#include "emu/net/packet.h"

#include <check.h>
#include <stdlib.h>

#include "emu/net/checksum.h"

/* Frames and their headers, and the Internet checksum. */

static uint8_t memory[PACKET_HEADROOM + 4096];
static uint32_t seed = 1;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static void fill(uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)rnd();
}

/* ---- checksums ------------------------------------------------------------------ */

/* RFC 1071 section 4.1, one word after the other. */
static uint16_t naive(const uint8_t *at, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? at[i] : (uint64_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

START_TEST(sum_is_that_of_the_rfc)
{
	/* RFC 1071 section 3 */
	static const uint8_t rfc[] = { 0x00, 0x01, 0xf2, 0x03,
				       0xf4, 0xf5, 0xf6, 0xf7 };

	ck_assert_uint_eq(sum_fold(sum_add(0, rfc, sizeof(rfc))),
			  (uint16_t)~0xddf2);
	for (int round = 0; round < 5000; round++) {
		size_t place = rnd() % 16, len = rnd() % 2048;

		fill(memory + place, len);
		ck_assert_uint_eq(sum_fold(sum_add(0, memory + place, len)),
				  naive(memory + place, len));
	}
}
END_TEST

START_TEST(extremes_do_not_overflow)
{
	static uint8_t ones[65536];
	uint32_t sum = 0;

	memset(ones, 0xff, sizeof(ones));
	ck_assert_uint_eq(sum_fold(sum_add(0, ones, sizeof(ones))), 0);
	for (int i = 0; i < 100000; i++)
		sum = sum_add(sum, ones, 64);
	ck_assert_uint_eq(sum_fold(sum), 0);
	memset(ones, 0, sizeof(ones));
	ck_assert_uint_eq(sum_fold(sum_add(0, ones, sizeof(ones))), 0xffff);
	ck_assert_uint_eq(sum_fold(sum_add(0, ones, 0)), 0xffff);
}
END_TEST

START_TEST(pieces_are_as_the_whole)
{
	for (int round = 0; round < 1000; round++) {
		size_t len = 2 + rnd() % 1500;
		size_t cut = (rnd() % len) & ~(size_t)1;

		fill(memory, len);
		ck_assert_uint_eq(sum_fold(sum_add(sum_add(0, memory, cut),
						   memory + cut, len - cut)),
				  naive(memory, len));
	}
}
END_TEST

/* RFC 1624: the changed sum is that of the changed data. */
START_TEST(change_is_as_anew)
{
	for (int round = 0; round < 20000; round++) {
		uint8_t data[40], sum[2];
		size_t at = 2 * (rnd() % 19);
		uint8_t want[2];

		fill(data, sizeof(data));
		put16(sum, naive(data, sizeof(data)));
		if (round % 2) {
			uint16_t to = (uint16_t)rnd();

			sum_change16(sum, get16(data + at), to);
			put16(data + at, to);
		} else {
			uint32_t to = rnd();

			sum_change32(sum, get32(data + at), to);
			put32(data + at, to);
		}
		put16(want, naive(data, sizeof(data)));
		ck_assert_mem_eq(sum, want, 2);
	}
}
END_TEST

/* RFC 1624 section 4: the case that RFC 1141 got wrong. */
START_TEST(change_of_the_rfc)
{
	uint8_t sum[2] = { 0xdd, 0x2f };

	sum_change16(sum, 0x5555, 0x3285);
	ck_assert_uint_eq(get16(sum), 0);
}
END_TEST

START_TEST(message_with_its_pseudo_header)
{
	uint8_t whole[12 + 100], *msg = whole + 12;
	struct in_addr src, dst;

	for (size_t len = 8; len <= 100; len++) {
		fill(whole, sizeof(whole));
		put16(msg + UDP_SUM, 0);
		whole[8] = 0;
		whole[9] = IPPROTO_UDP;
		put16(whole + 10, (uint16_t)len);
		src = get_addr(whole);
		dst = get_addr(whole + 4);
		ck_assert_uint_eq(sum_l4(src, dst, IPPROTO_UDP, msg, len),
				  naive(whole, 12 + len));
		ck_assert_uint_eq(
			(uint16_t)~sum_pseudo(src, dst, IPPROTO_UDP, len),
			naive(whole, 12));
		ck_assert_uint_eq(sum_l4(src, dst, IPPROTO_ICMP, msg, len),
				  naive(msg, len));
		put16(msg + TCP_SUM, 0);
		if (len < TCP_MIN)
			continue;
		put16(msg + TCP_SUM, sum_l4(src, dst, IPPROTO_TCP, msg, len));
		ck_assert_uint_eq(sum_l4(src, dst, IPPROTO_TCP, msg, len), 0);
	}
}
END_TEST

/* RFC 768: a sum of 0 goes out as all ones. */
START_TEST(udp_sum_is_never_0)
{
	struct in_addr none = { INADDR_ANY };
	uint8_t udp[10] = { 0 };

	put16(udp + UDP_LEN, 10);
	put16(udp + 8, 0xffff - 10 - 10 - IPPROTO_UDP);
	ck_assert_uint_eq(sum_l4(none, none, IPPROTO_UDP, udp, 10), 0xffff);
	put16(udp + 8, 0xffff - 10 - 10 - IPPROTO_TCP);
	ck_assert_uint_eq(sum_l4(none, none, IPPROTO_TCP, udp, 10), 0);
}
END_TEST

/* ---- frames ---------------------------------------------------------------------- */

/* A frame of IPv4 with room for a payload of len bytes. */
static struct packet frame(uint8_t proto, unsigned len)
{
	struct packet p = { .data = memory + PACKET_HEADROOM,
			    .len = ETH_LEN + IP4_MIN + len,
			    .cap = 4096 };
	uint8_t *ip = p.data + ETH_LEN;

	memset(memory, 0, sizeof(memory));
	memcpy(p.data, "\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08", 13);
	ip[0] = 0x45;
	put16(ip + IP4_LEN, (uint16_t)(IP4_MIN + len));
	ip[IP4_TTL] = 64;
	ip[IP4_PROTO] = proto;
	ip[IP4_MIN + TCP_OFF] = 0x50;
	if (proto == IPPROTO_UDP)
		put16(ip + IP4_MIN + UDP_LEN, (uint16_t)len);
	return p;
}

static void seal(struct packet *p)
{
	uint8_t *ip = p->data + ETH_LEN;

	put16(ip + IP4_SUM, 0);
	put16(ip + IP4_SUM, naive(ip, ip4_header_len(ip)));
}

START_TEST(headers_are_found)
{
	struct packet p = frame(IPPROTO_TCP, TCP_MIN + 100);

	seal(&p);
	p.len += 6; /* padding */
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert_uint_eq(p.type, ETHER_IP4);
	ck_assert_uint_eq(p.l3, 14);
	ck_assert_uint_eq(p.l4, 34);
	ck_assert_uint_eq(p.proto, IPPROTO_TCP);
	ck_assert(!p.fragment);
	ck_assert_uint_eq(p.vlan, 0);
	ck_assert_uint_eq(p.len, 14 + 20 + 120);
}
END_TEST

START_TEST(options_are_stepped_over)
{
	struct packet p = frame(IPPROTO_ICMP, 4 + ICMP_HEAD);

	p.data[ETH_LEN] = 0x46;
	seal(&p);
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert_uint_eq(p.l4, 38);
}
END_TEST

START_TEST(tag_comes_off_and_on)
{
	struct packet p = frame(IPPROTO_UDP, UDP_HEAD + 30);
	uint8_t before[100];
	uint32_t len = p.len, cap = p.cap;

	seal(&p);
	memcpy(before, p.data, len);
	p.off = (struct packet_offload){ .checksum = true, .csum_start = 34 };
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	packet_tag(&p, 0x123);
	ck_assert_uint_eq(p.len, len + 4);
	ck_assert_uint_eq(p.cap, cap + 4);
	ck_assert_uint_eq(p.l3, 18);
	ck_assert_uint_eq(p.l4, 38);
	ck_assert_uint_eq(p.off.csum_start, 38);
	ck_assert_uint_eq(get32(p.data + 12), 0x81000123);
	p.data[14] |= 0xe0; /* priority */
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert_uint_eq(p.vlan, 0x123);
	ck_assert_uint_eq(p.l4, 34);
	ck_assert_uint_eq(p.off.csum_start, 34);
	ck_assert_uint_eq(p.len, len);
	ck_assert_uint_eq(p.cap, cap);
	ck_assert_mem_eq(p.data, before, len);
}
END_TEST

START_TEST(tun_gets_an_ethernet_header)
{
	struct packet p = frame(IPPROTO_UDP, UDP_HEAD);

	seal(&p);
	p.data += ETH_LEN;
	p.len -= ETH_LEN;
	p.off = (struct packet_offload){ .checksum = true, .csum_start = 20 };
	ck_assert_int_eq(packet_parse_ip(&p), PACKET_GOOD);
	ck_assert_ptr_eq(p.data, memory + PACKET_HEADROOM);
	ck_assert_uint_eq(p.l3, 14);
	ck_assert_uint_eq(p.l4, 34);
	ck_assert_uint_eq(p.off.csum_start, 34);
	ck_assert_uint_eq(get32(p.data), 0);
}
END_TEST

START_TEST(others_pass)
{
	struct packet p = frame(IPPROTO_TCP, 50);

	put16(p.data + 12, 50); /* IEEE 802.3 */
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert_uint_eq(p.type, 0);
	put16(p.data + 12, ETHER_ARP);
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert_uint_eq(p.type, ETHER_ARP);
	ck_assert_uint_eq(p.proto, 0);
	p = frame(47, 0);
	seal(&p);
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert_uint_eq(p.proto, 47);
}
END_TEST

START_TEST(fragments_are_told)
{
	struct packet p = frame(IPPROTO_UDP, UDP_HEAD);
	uint8_t *ip = p.data + ETH_LEN;

	put16(ip + IP4_FRAG, IP4_MF);
	put16(ip + IP4_MIN + UDP_LEN, 4000); /* of the whole */
	seal(&p);
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert(p.fragment);
	ck_assert_uint_eq(p.l4, 34);
	put16(ip + IP4_FRAG, 185);
	seal(&p);
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert(p.fragment);
	ck_assert_uint_eq(p.l4, 0);
	/* RFC 1858: too small for the header that it begins */
	p = frame(IPPROTO_TCP, 8);
	put16(p.data + ETH_LEN + IP4_FRAG, IP4_MF);
	seal(&p);
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	ck_assert_uint_eq(p.l4, 0);
	put16(p.data + ETH_LEN + IP4_FRAG, IP4_DF); /* not one of several */
	seal(&p);
	ck_assert_int_eq(packet_parse(&p), PACKET_BAD_L4);
}
END_TEST

/* Each row changes one byte of a good TCP packet of 20 bytes of payload. */
static const struct {
	unsigned at;
	uint8_t value;
	unsigned len; /* of the frame; 0: as it was */
	enum packet_fault want;
} bad[] = {
	{ 0, 2, 13, PACKET_SHORT },
	{ 0, 2, 33, PACKET_SHORT },
	{ 12, 0x81, 17, PACKET_SHORT },
	{ 14, 0x65, 0, PACKET_BAD_IP }, /* version */
	{ 14, 0x44, 0, PACKET_BAD_IP }, /* header of 16 bytes */
	{ 17, 19, 0, PACKET_BAD_IP },	/* total length below the header */
	{ 17, 61, 0, PACKET_BAD_IP },	/* and above what is there */
	{ 16, 1, 0, PACKET_BAD_IP },
	{ 14, 0x4f, 0, PACKET_BAD_IP }, /* header of 60, packet of 60 is good */
	{ 46, 0x40, 0, PACKET_BAD_L4 }, /* header of TCP: 16 bytes */
	{ 46, 0xb0, 0, PACKET_BAD_L4 }, /* 44 bytes, 40 are there */
	{ 46, 0xa0, 0, PACKET_GOOD },
	{ 23, IPPROTO_UDP, 0, PACKET_BAD_L4 }, /* its length field is 0 */
};

START_TEST(broken_ones_are_refused)
{
	struct packet p = frame(IPPROTO_TCP, TCP_MIN + 20);

	if (bad[_i].value == 0x4f)
		put16(p.data + ETH_LEN + IP4_LEN, 59);
	p.data[bad[_i].at] = bad[_i].value;
	seal(&p);
	if (bad[_i].len)
		p.len = bad[_i].len;
	ck_assert_int_eq(packet_parse(&p), bad[_i].want);
}
END_TEST

START_TEST(wrong_sum_is_refused)
{
	struct packet p = frame(IPPROTO_TCP, TCP_MIN);

	seal(&p);
	p.data[ETH_LEN + IP4_TTL]--;
	ck_assert_int_eq(packet_parse(&p), PACKET_BAD_SUM);
}
END_TEST

/* Any bytes: offsets stay inside (a sanitizer build sees reads outside). */
START_TEST(noise_stays_inside)
{
	for (int round = 0; round < 200000; round++) {
		uint32_t len = rnd() % 80;
		uint8_t *room = malloc(PACKET_HEADROOM + len + !len);
		struct packet p = { .data = room + PACKET_HEADROOM,
				    .len = len,
				    .cap = len };

		fill(room, PACKET_HEADROOM + len);
		if (len >= ETH_LEN && round % 4)
			put16(p.data + 12, round % 8 ? ETHER_IP4 : ETHER_VLAN);
		if (len > ETH_LEN && round % 2)
			p.data[ETH_LEN] = 0x45;
		if (round % 3 && len >= ETH_LEN + IP4_MIN &&
		    ip4_header_len(p.data + ETH_LEN) <= len - ETH_LEN) {
			put16(p.data + ETH_LEN + IP4_LEN,
			      (uint16_t)(len - ETH_LEN));
			seal(&p);
		}
		if (packet_parse(&p) == PACKET_GOOD && p.proto != 0) {
			ck_assert_uint_le(p.len, len);
			ck_assert_uint_le(p.l3 + (unsigned)IP4_MIN, p.len);
			ck_assert_uint_le(p.l4, p.len);
		}
		free(room);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("packet");
	TCase *sums = tcase_create("sums"), *frames = tcase_create("frames");
	SRunner *r;
	int failed;

	tcase_add_test(sums, sum_is_that_of_the_rfc);
	tcase_add_test(sums, extremes_do_not_overflow);
	tcase_add_test(sums, pieces_are_as_the_whole);
	tcase_add_test(sums, change_is_as_anew);
	tcase_add_test(sums, change_of_the_rfc);
	tcase_add_test(sums, message_with_its_pseudo_header);
	tcase_add_test(sums, udp_sum_is_never_0);
	suite_add_tcase(s, sums);
	tcase_add_test(frames, headers_are_found);
	tcase_add_test(frames, options_are_stepped_over);
	tcase_add_test(frames, tag_comes_off_and_on);
	tcase_add_test(frames, tun_gets_an_ethernet_header);
	tcase_add_test(frames, others_pass);
	tcase_add_test(frames, fragments_are_told);
	tcase_add_loop_test(frames, broken_ones_are_refused, 0,
			    sizeof(bad) / sizeof(*bad));
	tcase_add_test(frames, wrong_sum_is_refused);
	tcase_add_test(frames, noise_stays_inside);
	suite_add_tcase(s, frames);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
