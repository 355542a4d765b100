#include "emu/net/offload.h"

#include <check.h>
#include <stdlib.h>

#include "emu/net/checksum.h"

/*
 * Super-frames cut as a sender's own interface would, against a model that makes
 * every segment from nothing.
 */

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))
enum { IP6_HEAD = 40, OPTIONS = 12, F_CWR = 0x80, F_ECE = 0x40 };

static uint8_t memory[PACKET_HEADROOM + PACKET_MAX];
static uint8_t room[PACKET_HEADROOM + 9100];
static uint32_t seed = 7;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/* ---- a model of what is on the wire ------------------------------------------ */

/* What a message says, whole or a segment of it. */
struct said {
	bool tcp, ip6, tagged;
	uint32_t seq;
	uint16_t id;
	uint8_t flags;
	const uint8_t *payload;
	uint32_t len;
};

static uint32_t naive_sum(uint32_t sum, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t l3_of(const struct said *s)
{
	return s->tagged ? ETH_LEN + 4 : ETH_LEN;
}

static uint32_t l4_of(const struct said *s)
{
	return l3_of(s) + (s->ip6 ? IP6_HEAD : IP4_MIN);
}

static uint32_t head_of(const struct said *s)
{
	return l4_of(s) + (s->tcp ? TCP_MIN + OPTIONS : UDP_HEAD);
}

/* Sum of the pseudo header alone. */
static uint32_t naive_pseudo(const struct said *s, const uint8_t *f)
{
	const uint8_t *ip = f + l3_of(s);
	uint32_t sum = s->ip6 ? naive_sum(0, ip + 8, 32)
			      : naive_sum(0, ip + IP4_SRC, 8);

	sum += (s->tcp ? IPPROTO_TCP : IPPROTO_UDP) + s->len + head_of(s) -
	       l4_of(s);
	return naive_sum(sum, NULL, 0);
}

static void make_l3(const struct said *s, uint8_t *f)
{
	uint8_t *ip = f + l3_of(s);
	uint32_t len = head_of(s) - l3_of(s) + s->len;

	if (s->ip6) {
		ip[0] = 0x60;
		put16(ip + 4, (uint16_t)(len - IP6_HEAD));
		ip[6] = s->tcp ? IPPROTO_TCP : IPPROTO_UDP;
		ip[7] = 64;
		for (uint8_t i = 8; i < IP6_HEAD; i++)
			ip[i] = (uint8_t)(0x20 + i);
		return;
	}
	ip[0] = 0x45;
	put16(ip + IP4_LEN, (uint16_t)len);
	put16(ip + IP4_ID, s->id);
	put16(ip + IP4_FRAG, IP4_DF);
	ip[IP4_TTL] = 61;
	ip[IP4_PROTO] = s->tcp ? IPPROTO_TCP : IPPROTO_UDP;
	put32(ip + IP4_SRC, 0x0a000001);
	put32(ip + IP4_DST, 0xc0a80107);
	put16(ip + IP4_SUM, (uint16_t)~naive_sum(0, ip, IP4_MIN));
}

static uint32_t make(const struct said *s, uint8_t *f, bool is_open)
{
	uint8_t *l4 = f + l4_of(s), *sum = l4 + (s->tcp ? TCP_SUM : UDP_SUM);
	uint32_t len = head_of(s) + s->len;

	memset(f, 0, head_of(s));
	memcpy(f, "\2\0\0\0\0\2\2\0\0\0\0\1", 12);
	if (s->tagged) {
		put16(f + 12, ETHER_VLAN);
		put16(f + 14, 0x6007);
	}
	put16(f + l3_of(s) - 2, s->ip6 ? 0x86dd : ETHER_IP4);
	make_l3(s, f);
	put16(l4, 4000);
	put16(l4 + 2, 80);
	if (s->tcp) {
		put32(l4 + TCP_SEQ, s->seq);
		put32(l4 + TCP_ACK, 99);
		l4[TCP_OFF] = (TCP_MIN + OPTIONS) / 4 << 4;
		l4[TCP_FLAGS] = s->flags;
		memset(l4 + TCP_MIN, 1, OPTIONS);
	} else {
		put16(l4 + UDP_LEN, (uint16_t)(UDP_HEAD + s->len));
	}
	memcpy(f + head_of(s), s->payload, s->len);

	uint32_t pseudo = naive_pseudo(s, f), all;

	all = naive_sum(pseudo, l4, len - l4_of(s));
	put16(sum, (uint16_t)(is_open ? pseudo : ~all));
	if (!is_open && !s->tcp && get16(sum) == 0)
		put16(sum, 0xffff);
	return len;
}

/* The message as an interface with offload hands it over. */
static struct packet whole(const struct said *s, uint16_t size)
{
	struct packet p = { .data = memory + PACKET_HEADROOM,
			    .cap = PACKET_MAX };

	p.len = make(s, p.data, true);
	p.l3 = (uint16_t)l3_of(s);
	p.off = (struct packet_offload){
		.checksum = true,
		.csum_start = (uint16_t)l4_of(s),
		.csum_offset = s->tcp ? TCP_SUM : UDP_SUM,
	};
	if (size) {
		p.off.gso = s->ip6 ? (s->tcp ? GSO_TCP6 : GSO_UDP6)
				   : (s->tcp ? GSO_TCP4 : GSO_UDP4);
		p.off.gso_size = size;
	}
	return p;
}

/* ---- what comes out is compared with the model -------------------------------- */

struct expect {
	struct said of; /* what is still to come */
	uint32_t size;
	unsigned n;
	bool is_first;
};

static void compare(void *arg, struct packet *p)
{
	static uint8_t want[PACKET_MAX];
	struct expect *e = arg;
	struct said s = e->of;
	uint32_t len;

	s.len = s.len < e->size ? s.len : e->size;
	if (s.len < e->of.len)
		s.flags &= (uint8_t) ~(TCP_F_FIN | TCP_F_PSH);
	if (!e->is_first)
		s.flags &= (uint8_t)~F_CWR;
	len = make(&s, want, false);
	ck_assert_uint_eq(p->len, len);
	ck_assert_mem_eq(p->data, want, len);
	ck_assert(!p->off.checksum);
	ck_assert_uint_eq(p->off.gso, GSO_NONE);
	e->of.payload += s.len;
	e->of.len -= s.len;
	e->of.seq += s.len;
	e->of.id++;
	e->is_first = false;
	e->n++;
}

static const struct {
	bool tcp, ip6, tagged;
	uint16_t size; /* asked for by the sender; 0: no super-frame */
	uint32_t len;
	unsigned mtu;
	uint32_t cut; /* bytes in each piece; 0: it cannot be */
	unsigned n;
} cases[] = {
	{ true, false, false, 1448, 1448 * 44, 1500, 1448, 44 },
	{ true, false, false, 1448, 65000, 1500, 1448, 45 },
	{ true, false, true, 1448, 3000, 1500, 1448, 3 },
	{ true, false, false, 1448, 1449, 1500, 1448, 2 },
	{ true, false, false, 1448, 1448, 1500, 1448, 1 },
	{ true, false, false, 500, 1400, 1500, 500, 3 },
	{ true, false, false, 8948, 20000, 9000, 8948, 3 },
	/* into a narrower link: the segments become smaller */
	{ true, false, false, 8948, 20000, 1500, 1448, 14 },
	{ true, false, false, 1, 9, 1500, 1, 9 },
	{ true, false, false, 0, 1448, 1500, 1448, 1 },
	{ true, false, false, 0, 1449, 1500, 0, 0 },
	{ true, true, false, 1428, 1428 * 3 + 7, 1500, 1428, 4 },
	{ true, true, true, 1428, 1428 * 3 + 7, 1500, 1428, 4 },
	{ false, false, false, 1472, 60000, 1500, 1472, 41 },
	{ false, false, true, 500, 1400, 1500, 500, 3 },
	{ false, true, false, 1000, 2500, 1500, 1000, 3 },
	{ false, false, false, 0, 1472, 1500, 1472, 1 },
	/* datagrams are not made smaller */
	{ false, false, false, 1473, 3000, 1500, 0, 0 },
	{ false, false, false, 0, 1473, 1500, 0, 0 },
	/* no payload fits beside the headers */
	{ true, false, false, 1448, 3000, 52, 0, 0 },
};

static struct said said_of(int i)
{
	static uint8_t payload[PACKET_MAX];

	for (size_t k = 0; k < sizeof(payload); k++)
		payload[k] = (uint8_t)rnd();
	return (struct said){
		.tcp = cases[i].tcp,
		.ip6 = cases[i].ip6,
		.tagged = cases[i].tagged,
		.seq = 0xffffff00,
		.id = 0xfffe,
		.flags = TCP_F_FIN | TCP_F_PSH | TCP_F_ACK | F_CWR | F_ECE,
		.payload = payload,
		.len = cases[i].len,
	};
}

START_TEST(superframes_are_cut_as_the_model_does)
{
	struct said s = said_of(_i);
	struct packet p = whole(&s, cases[_i].size);
	struct expect e = { .of = s, .size = cases[_i].cut, .is_first = true };
	const struct offload_frames f = offload_frames(&p);
	int rc = offload_split(&p, cases[_i].mtu, room, sizeof(room), compare,
			       &e);

	ck_assert_int_eq(rc, cases[_i].cut ? 0 : -1);
	ck_assert_uint_eq(e.n, cases[_i].n);
	if (rc == 0)
		ck_assert_uint_eq(e.of.len, 0);
	if (rc == 0 && cases[_i].cut == cases[_i].size) { /* as was asked for */
		ck_assert_uint_eq(f.n, cases[_i].n);
		ck_assert_uint_eq((f.n - 1) * f.full + f.last,
				  f.n * head_of(&s) + s.len);
	}
}
END_TEST

struct urgent {
	uint16_t at[8]; /* 0: the segment has no urgent data */
	unsigned n;
};

static void note_urgent(void *arg, struct packet *p)
{
	struct urgent *u = arg;
	const uint8_t *tcp = p->data + p->l3 + IP4_MIN;

	ck_assert_uint_lt(u->n, 8);
	ck_assert_uint_eq(!(tcp[TCP_FLAGS] & TCP_F_URG),
			  !get16(tcp + TCP_URGENT));
	u->at[u->n++] = get16(tcp + TCP_URGENT);
}

/* RFC 9293 3.8.5: it is counted from the segment's own number. */
START_TEST(urgent_data_end_where_they_did)
{
	struct said s = said_of(0);
	struct urgent u = { 0 };
	struct packet p;

	s.len = 3000;
	s.flags |= TCP_F_URG;
	p = whole(&s, 1000);
	put16(p.data + l4_of(&s) + TCP_URGENT, 1500);
	ck_assert_int_eq(
		offload_split(&p, 1500, room, sizeof(room), note_urgent, &u),
		0);
	ck_assert_uint_eq(u.n, 3);
	ck_assert_uint_eq(u.at[0], 1500);
	ck_assert_uint_eq(u.at[1], 500);
	ck_assert_uint_eq(u.at[2], 0);
}
END_TEST

START_TEST(a_room_that_is_too_small_is_not_written_over)
{
	struct said s = said_of(0);
	struct packet p = whole(&s, 1448);
	struct expect e = { .of = s, .size = 1448, .is_first = true };

	ck_assert_int_eq(offload_split(&p, 1500, room,
				       PACKET_HEADROOM + ETH_LEN + 1499,
				       compare, &e),
			 -1);
	ck_assert_uint_eq(e.n, 0);
}
END_TEST

START_TEST(no_udp_checksum_becomes_none)
{
	uint8_t payload[2] = { 0 };
	struct said s = { .payload = payload, .len = 2 };
	struct packet p = whole(&s, 0);
	uint8_t *l4 = p.data + l4_of(&s);
	uint32_t sum = naive_sum(0, l4, UDP_HEAD + 2);

	put16(l4 + UDP_HEAD, (uint16_t)~sum); /* all adds up to 0xffff */
	offload_finish(&p);
	ck_assert_uint_eq(get16(l4 + UDP_SUM), 0xffff);
	put16(l4 + UDP_SUM, 0x1234);
	offload_finish(&p); /* is finished: left alone */
	ck_assert_uint_eq(get16(l4 + UDP_SUM), 0x1234);
}
END_TEST

/* ---- what does not go together --------------------------------------------------- */

START_TEST(unsound_offload_is_known)
{
	struct said s = said_of(0);
	struct packet good = whole(&s, 1448);
	struct packet p = good;

	ck_assert(offload_is_sound(&p));
	p.off.csum_start = 4;
	ck_assert(!offload_is_sound(&p));
	p = good;
	p.off.csum_start = (uint16_t)(p.len - 10);
	ck_assert(!offload_is_sound(&p));
	p = good;
	p.off.csum_offset = 65535;
	ck_assert(!offload_is_sound(&p));
	p = good;
	p.off.gso_size = 0;
	ck_assert(!offload_is_sound(&p));
	p = good;
	p.off.checksum = false;
	ck_assert(!offload_is_sound(&p));
	p = good;
	p.data[p.off.csum_start + TCP_OFF] = 0x10;
	ck_assert(!offload_is_sound(&p));
	p = good;
	p.data[p.off.csum_start + TCP_OFF] = 0xf0;
	p.len = p.off.csum_start + TCP_MIN;
	ck_assert(!offload_is_sound(&p));
}
END_TEST

/* ---- recognising ----------------------------------------------------------------- */

START_TEST(open_checksums_and_superframes_are_recognised)
{
	struct said s = said_of(_i);
	const bool fits = head_of(&s) - l3_of(&s) + s.len <= cases[_i].mtu;
	const uint32_t size = cases[_i].mtu + l3_of(&s) - head_of(&s);
	struct packet p = whole(&s, 0);
	struct expect e = { .of = s, .size = size, .is_first = true };

	if (!fits && (!s.tcp || cases[_i].mtu < 100)) {
		ck_assert(!offload_recognise(&p, cases[_i].mtu));
		return;
	}
	memset(&p.off, 0xff, sizeof(p.off));
	ck_assert(offload_recognise(&p, cases[_i].mtu));
	ck_assert(p.off.checksum);
	ck_assert_int_eq(offload_split(&p, cases[_i].mtu, room, sizeof(room),
				       compare, &e),
			 0);
	ck_assert_uint_eq(e.of.len, 0);
}
END_TEST

START_TEST(finished_checksums_are_left_alone)
{
	struct said s = said_of(_i);
	struct packet p = whole(&s, 0);
	uint8_t *sum = p.data + l4_of(&s) + (s.tcp ? TCP_SUM : UDP_SUM);

	if (head_of(&s) - l3_of(&s) + s.len > cases[_i].mtu)
		return;
	p.len = make(&s, p.data, false);
	ck_assert(offload_recognise(&p, cases[_i].mtu));
	ck_assert(!p.off.checksum);
	put16(sum, (uint16_t)(get16(sum) ^ 0x4000)); /* a wrong one, too */
	ck_assert(offload_recognise(&p, cases[_i].mtu));
	ck_assert(!p.off.checksum);
}
END_TEST

/* A checksum that has the open one's value by chance, and is right. */
START_TEST(a_right_checksum_is_never_taken_for_an_open_one)
{
	uint8_t payload[64] = { 0 };
	struct said s = { .tcp = true, .payload = payload, .len = 64 };
	struct packet p = whole(&s, 0);
	uint8_t *l4 = p.data + l4_of(&s);
	uint16_t pseudo = get16(l4 + TCP_SUM);
	/* pseudo + words + pseudo must add up to 0xffff */
	uint32_t sum = naive_sum(pseudo, l4, TCP_MIN + OPTIONS + 64);

	put16(l4 + TCP_MIN + OPTIONS, (uint16_t)~sum);
	ck_assert(offload_recognise(&p, 1500));
	ck_assert(!p.off.checksum);
	l4[TCP_MIN + OPTIONS + 9] ^= 1;
	ck_assert(offload_recognise(&p, 1500));
	ck_assert(p.off.checksum);
}
END_TEST

START_TEST(a_large_frame_with_a_wrong_checksum_is_not_made_right)
{
	struct said s = said_of(0);
	struct packet p = whole(&s, 0);
	uint8_t *sum = p.data + l4_of(&s) + TCP_SUM;

	p.len = make(&s, p.data, false);
	ck_assert(offload_recognise(&p, 1500));
	ck_assert_uint_eq(p.off.gso, GSO_TCP4);
	p.len = make(&s, p.data, false);
	put16(sum, (uint16_t)(get16(sum) ^ 0x4000));
	ck_assert(!offload_recognise(&p, 1500));
}
END_TEST

START_TEST(any_bytes_are_recognised_or_not)
{
	struct said s = said_of(2);

	for (int round = 0; round < 20000; round++) {
		struct packet p = whole(&s, 0);

		p.len = rnd() % 200;
		for (int k = 0; k < 3; k++)
			p.data[rnd() % 60] = (uint8_t)rnd();
		/* in memory of its own: a byte too far is found */
		uint8_t *own = malloc(p.len + 1);

		memcpy(own, p.data, p.len);
		p.data = own;
		if (offload_recognise(&p, 100 + rnd() % 60))
			ck_assert(offload_is_sound(&p));
		offload_finish(&p);
		free(own);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("offload");
	TCase *t = tcase_create("offload");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, superframes_are_cut_as_the_model_does, 0,
			    LEN(cases));
	tcase_add_test(t, a_room_that_is_too_small_is_not_written_over);
	tcase_add_test(t, urgent_data_end_where_they_did);
	tcase_add_test(t, no_udp_checksum_becomes_none);
	tcase_add_test(t, unsound_offload_is_known);
	tcase_add_loop_test(t, open_checksums_and_superframes_are_recognised, 0,
			    LEN(cases));
	tcase_add_loop_test(t, finished_checksums_are_left_alone, 0,
			    LEN(cases));
	tcase_add_test(t, a_right_checksum_is_never_taken_for_an_open_one);
	tcase_add_test(t,
		       a_large_frame_with_a_wrong_checksum_is_not_made_right);
	tcase_add_test(t, any_bytes_are_recognised_or_not);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
