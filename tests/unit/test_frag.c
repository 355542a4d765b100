#include "emu/wire/frag.h"

#include <check.h>
#include <stdlib.h>

#include "emu/net/checksum.h"
#include "emu/plane/frames.h"

/* Fragments: put together and cut, in good order and in bad faith. */

static unsigned counted[NET_COUNTER_NUM];
static struct frag *frag;

/* in place of the plane's */
void plane_count_net(struct plane *p, enum net_counter c)
{
	(void)p;
	counted[c]++;
}

static void setup(void)
{
	static int plane;

	memset(counted, 0, sizeof(counted));
	frag = frag_new((struct plane *)(void *)&plane);
	frag_configure(frag, &(struct frag_conf){ true, true, 5120, 64 });
}

static void teardown(void)
{
	frag_free(frag);
}

static uint8_t pattern(unsigned at)
{
	return (uint8_t)(at * 7 + at / 256);
}

/* A fragment of the packet whose payload is pattern(), from byte at on. */
struct fragment {
	uint8_t room[PACKET_HEADROOM + 70000];
	struct packet p;
};

static void make(struct fragment *f, unsigned id, uint8_t proto, unsigned at,
		 unsigned len, bool more)
{
	uint8_t *ip = f->room + PACKET_HEADROOM + ETH_LEN;

	memset(f->room, 0, PACKET_HEADROOM + ETH_LEN + IP4_MIN);
	f->p = (struct packet){ .data = f->room + PACKET_HEADROOM,
				.len = ETH_LEN + IP4_MIN + len,
				.cap = 70000 };
	put16(f->p.data + 12, ETHER_IP4);
	ip[0] = 0x45;
	put16(ip + IP4_LEN, (uint16_t)(IP4_MIN + len));
	put16(ip + IP4_ID, (uint16_t)id);
	put16(ip + IP4_FRAG, (uint16_t)(at / 8 | (more ? IP4_MF : 0)));
	ip[IP4_TTL] = 64;
	ip[IP4_PROTO] = proto;
	put32(ip + IP4_SRC, 0x0a000001);
	put32(ip + IP4_DST, 0x0a000002);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, IP4_MIN)));
	for (unsigned i = 0; i < len; i++)
		ip[IP4_MIN + i] = pattern(at + i);
}

static bool add(unsigned id, unsigned at, unsigned len, bool more,
		struct packet *whole, uint64_t now_ms)
{
	static struct fragment f;

	make(&f, id, IPPROTO_ICMP, at, len, more);
	ck_assert_int_eq(packet_parse(&f.p), PACKET_GOOD);
	*whole = f.p;
	return frag_add(frag, whole, now_ms);
}

static void check_whole(const struct packet *p, unsigned len)
{
	unsigned wrong = 0;

	ck_assert_uint_eq(p->len, ETH_LEN + IP4_MIN + len);
	ck_assert(!p->fragment);
	ck_assert_uint_eq(p->l4, ETH_LEN + IP4_MIN);
	ck_assert_uint_eq(get16(p->data + p->l3 + IP4_FRAG), 0);
	for (unsigned i = 0; i < len; i++)
		wrong += p->data[p->l4 + i] != pattern(i);
	ck_assert_uint_eq(wrong, 0);
}

/* The pieces of a packet of 3000 bytes in every order. */
static const struct {
	unsigned at, len;
	bool more;
} pieces[] = { { 0, 1000, true }, { 1000, 1000, true }, { 2000, 1000, false } };
static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
				  { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

START_TEST(any_order_gives_the_whole)
{
	for (int i = 0; i < 3; i++) {
		int k = orders[_i][i];
		struct packet p;

		ck_assert_int_eq(add(1, pieces[k].at, pieces[k].len,
				     pieces[k].more, &p, 0),
				 i == 2);
		if (i == 2)
			check_whole(&p, 3000);
	}
	ck_assert_uint_eq(counted[NET_FRAGMENT_IN], 3);
	ck_assert_uint_eq(counted[NET_FRAGMENT_ASSEMBLED], 1);
}
END_TEST

START_TEST(packets_do_not_mix)
{
	struct packet p;

	ck_assert(!add(1, 0, 1000, true, &p, 0));
	ck_assert(!add(2, 1000, 500, false, &p, 0));
	ck_assert(!add(2, 0, 1000, true, &p, 0) == false);
	check_whole(&p, 1500);
	ck_assert(add(1, 1000, 77, false, &p, 0));
	check_whole(&p, 1077);
}
END_TEST

START_TEST(a_copy_is_no_overlap)
{
	struct packet p;

	ck_assert(!add(1, 0, 1000, true, &p, 0));
	ck_assert(!add(1, 0, 1000, true, &p, 0));
	ck_assert(!add(1, 0, 96, true, &p, 0));
	ck_assert(add(1, 1000, 10, false, &p, 0));
	check_whole(&p, 1010);
	ck_assert_uint_eq(counted[NET_FRAGMENT_OVERLAPS], 0);
}
END_TEST

/* First good ones, then one that spoils the packet; the last would complete it. */
static const struct {
	unsigned at, len;
	bool more;
	unsigned at2, len2;
	bool more2;
} overlaps[] = {
	{ 0, 1000, true, 992, 800, true },     /* over its end */
	{ 1000, 1000, true, 504, 800, true },  /* over its beginning */
	{ 504, 200, true, 0, 1000, true },     /* around it */
	{ 1000, 104, false, 1096, 200, true }, /* behind the end */
	{ 1000, 104, false, 1104, 200, true },
	{ 1000, 104, false, 2000, 10, false }, /* another end */
	{ 2000, 104, true, 1000, 104, false }, /* an end before others */
};

START_TEST(overlap_spoils_it)
{
	struct packet p;

	ck_assert(!add(1, overlaps[_i].at, overlaps[_i].len, overlaps[_i].more,
		       &p, 0));
	ck_assert(!add(1, overlaps[_i].at2, overlaps[_i].len2,
		       overlaps[_i].more2, &p, 0));
	ck_assert_uint_eq(counted[NET_FRAGMENT_OVERLAPS], 1);
	/* nothing of it is believed any more, and it counts once */
	ck_assert(!add(1, 0, 1000, true, &p, 100));
	ck_assert(!add(1, 1000, 1000, false, &p, 100));
	ck_assert_uint_eq(counted[NET_FRAGMENT_OVERLAPS], 1);
	/* but its number may be used again later */
	ck_assert(!add(1, 0, 1000, true, &p, 40000));
	ck_assert(add(1, 1000, 1000, false, &p, 40000));
	ck_assert_uint_eq(counted[NET_FRAGMENT_TIMEOUTS], 0);
}
END_TEST

START_TEST(tiny_ones_are_refused)
{
	static struct fragment f;
	struct packet p;

	frag_configure(frag, &(struct frag_conf){ true, true, 5120, 1024 });
	ck_assert(!add(1, 0, 1000, true, &p, 0)); /* 1020 bytes of IP */
	ck_assert_uint_eq(counted[NET_FRAGMENT_TOO_SMALL], 1);
	ck_assert(!add(1, 0, 1004, true, &p, 0)); /* not whole blocks */
	ck_assert_uint_eq(counted[NET_FRAGMENT_TOO_SMALL], 2);
	ck_assert(!add(1, 0, 1008, true, &p, 0));
	ck_assert(add(1, 1008, 1, false, &p, 0)); /* the last may be short */
	/* RFC 1858: header of TCP cut, and written over */
	frag_configure(frag, &(struct frag_conf){ true, true, 5120, 0 });
	make(&f, 9, IPPROTO_TCP, 0, 16, true);
	ck_assert_int_eq(packet_parse(&f.p), PACKET_GOOD);
	ck_assert(!frag_add(frag, &f.p, 0));
	make(&f, 9, IPPROTO_TCP, 8, 16, true);
	ck_assert_int_eq(packet_parse(&f.p), PACKET_GOOD);
	ck_assert(!frag_add(frag, &f.p, 0));
	ck_assert_uint_eq(counted[NET_FRAGMENT_TOO_SMALL], 4);
}
END_TEST

START_TEST(large_ones_are_refused)
{
	struct packet p;

	ck_assert(!add(1, 0, 4000, true, &p, 0));
	ck_assert(!add(1, 4000, 1101, false, &p, 0)); /* 5121 with header */
	ck_assert_uint_eq(counted[NET_FRAGMENT_TOO_LARGE], 1);
	ck_assert(!add(2, 0, 4000, true, &p, 0));
	ck_assert(add(2, 4000, 1100, false, &p, 0));
	/* ping of death: beyond what any packet has */
	frag_configure(frag, &(struct frag_conf){ true, true, 65535, 64 });
	ck_assert(!add(3, 0, 1000, true, &p, 0));
	ck_assert(!add(3, 65528, 100, false, &p, 0));
	ck_assert_uint_eq(counted[NET_FRAGMENT_TOO_LARGE], 2);
	ck_assert(!add(4, 0, 65512, true, &p, 0));
	ck_assert(add(4, 65512, 3, false, &p, 0));
	check_whole(&p, 65515);
}
END_TEST

START_TEST(time_runs_out)
{
	struct packet p;

	ck_assert(!add(1, 0, 1000, true, &p, 1000));
	frag_tick(frag, 30999, NULL, NULL);
	ck_assert_uint_eq(counted[NET_FRAGMENT_TIMEOUTS], 0);
	frag_tick(frag, 31000, NULL, NULL);
	ck_assert_uint_eq(counted[NET_FRAGMENT_TIMEOUTS], 1);
	ck_assert(!add(1, 1000, 10, false, &p, 31001));
	/* without a tick, too */
	ck_assert(!add(1, 0, 1000, true, &p, 70000));
	ck_assert_uint_eq(counted[NET_FRAGMENT_TIMEOUTS], 2);
}
END_TEST

static unsigned ntold;

static void tell(void *arg, struct packet *first)
{
	const uint8_t *ip = first->data + first->l3;

	ck_assert_ptr_eq(arg, &ntold);
	ck_assert_uint_eq(get16(ip + IP4_ID), 1);
	ck_assert_uint_eq(get16(ip + IP4_FRAG), IP4_MF);
	ck_assert_uint_eq(get16(ip + IP4_LEN), IP4_MIN + 800);
	ck_assert_uint_eq(first->len, ETH_LEN + IP4_MIN + 800);
	for (unsigned i = 0; i < 800; i++)
		ck_assert_uint_eq(ip[IP4_MIN + i], pattern(i));
	ntold++;
}

START_TEST(first_fragment_is_told_of)
{
	struct packet p;

	ntold = 0;
	ck_assert(!add(1, 1600, 80, false, &p, 1000));
	ck_assert(!add(1, 0, 800, true, &p, 1000));
	ck_assert(!add(2, 800, 80, false, &p, 1000)); /* without the first */
	ck_assert(!add(3, 0, 800, true, &p, 1000));
	ck_assert(!add(3, 400, 800, true, &p, 1000)); /* spoilt */
	frag_tick(frag, 31000, tell, &ntold);
	ck_assert_uint_eq(ntold, 1);
	frag_tick(frag, 99000, tell, &ntold);
	ck_assert_uint_eq(ntold, 1);
}
END_TEST

START_TEST(oldest_makes_room)
{
	struct packet p;

	for (unsigned i = 0; i < 65; i++)
		ck_assert(!add(i, 0, 1000, true, &p, i));
	ck_assert_uint_eq(counted[NET_FRAGMENT_NO_BUFFER], 1);
	ck_assert(add(64, 1000, 10, false, &p, 100));
	ck_assert(add(1, 1000, 10, false, &p, 100));
	ck_assert(!add(0, 1000, 10, false, &p, 100));
}
END_TEST

START_TEST(protocols_are_put_together_as_configured)
{
	static struct fragment f;

	frag_configure(frag, &(struct frag_conf){ false, true, 5120, 64 });
	ck_assert(!frag_wants(frag, IPPROTO_TCP));
	ck_assert(frag_wants(frag, IPPROTO_UDP));
	ck_assert(frag_wants(frag, IPPROTO_ICMP));
	for (unsigned at = 0; at <= 1000; at += 1000) {
		make(&f, 1, IPPROTO_TCP, at, 1000, at == 0);
		ck_assert_int_eq(packet_parse(&f.p), PACKET_GOOD);
		ck_assert(!frag_add(frag, &f.p, 0));
	}
	ck_assert_uint_eq(counted[NET_FRAGMENT_ASSEMBLED], 0);
}
END_TEST

/* ---- splitting -------------------------------------------------------------------- */

struct cut {
	unsigned n, mtu;
	bool whole;
	struct packet p;
};

static void take(void *arg, struct packet *p)
{
	struct cut *c = arg;

	ck_assert_uint_le(p->len, ETH_LEN + c->mtu);
	ck_assert_int_eq(packet_parse(p), PACKET_GOOD);
	c->n++;
	c->whole = frag_add(frag, p, 0);
	if (c->whole)
		c->p = *p;
}

START_TEST(cut_and_put_together_is_the_same)
{
	static struct fragment f;
	static uint8_t room[PACKET_HEADROOM + ETH_LEN + 1500];

	frag_configure(frag, &(struct frag_conf){ true, true, 65535, 0 });
	for (unsigned len = 8; len < 5000; len += 97)
		for (unsigned mtu = 68; mtu <= 1500; mtu += 177) {
			struct cut c = { .mtu = mtu };
			unsigned each = (mtu - IP4_MIN) & ~7u;

			if (len + IP4_MIN <= mtu)
				continue;
			make(&f, len * 2000 + mtu, IPPROTO_ICMP, 0, len, false);
			ck_assert_int_eq(packet_parse(&f.p), PACKET_GOOD);
			ck_assert_int_eq(frag_split(&f.p, mtu, room,
						    sizeof(room), take, &c),
					 0);
			ck_assert(c.n == (len + each - 1) / each ||
				  c.n == len / each);
			ck_assert(c.whole);
			check_whole(&c.p, len);
		}
}
END_TEST

/* A fragment of a fragment: places go on counting, and more follow. */
START_TEST(a_fragment_is_cut)
{
	static struct fragment f;
	static uint8_t room[PACKET_HEADROOM + ETH_LEN + 1500];
	struct packet p;
	struct cut c = { .mtu = 500 };

	make(&f, 5, IPPROTO_ICMP, 800, 1200, true);
	ck_assert_int_eq(packet_parse(&f.p), PACKET_GOOD);
	ck_assert_int_eq(frag_split(&f.p, 500, room, sizeof(room), take, &c),
			 0);
	ck_assert_uint_eq(c.n, 3);
	ck_assert(!add(5, 2000, 100, false, &p, 0));
	ck_assert(add(5, 0, 800, true, &p, 0));
	check_whole(&p, 2100);
}
END_TEST

START_TEST(not_to_be_fragmented)
{
	static struct fragment f;
	static uint8_t room[PACKET_HEADROOM + ETH_LEN + 1500];
	struct cut c = { .mtu = 500 };

	make(&f, 5, IPPROTO_ICMP, 0, 1200, false);
	ck_assert_int_eq(packet_parse(&f.p), PACKET_GOOD);
	f.p.data[ETH_LEN + IP4_FRAG] |= 0x40;
	ck_assert_int_eq(frag_split(&f.p, 500, room, sizeof(room), take, &c),
			 -1);
	ck_assert_uint_eq(c.n, 0);
}
END_TEST

struct options {
	unsigned n;
	uint8_t head[8][60];
};

static void note(void *arg, struct packet *p)
{
	struct options *o = arg;
	const uint8_t *ip = p->data + p->l3;

	ck_assert_uint_lt(o->n, 8);
	memcpy(o->head[o->n++], ip, ip4_header_len(ip));
}

/* RFC 791 3.1: a source route goes along, a record of the route does not. */
START_TEST(options_are_copied_by_their_bit)
{
	static const uint8_t options[16] = { 7,	  7, 4, 0,  0, 0, 0, 1,
					     131, 7, 4, 10, 0, 0, 9, 0 };
	static struct fragment f;
	static uint8_t room[PACKET_HEADROOM + ETH_LEN + 1500];
	struct options o = { 0 };
	uint8_t *ip;

	make(&f, 5, IPPROTO_ICMP, 0, 1200, false);
	ip = f.p.data + ETH_LEN;
	ip[0] = 0x49;
	memcpy(ip + IP4_MIN, options, sizeof(options));
	put16(ip + IP4_SUM, 0);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, 36)));
	ck_assert_int_eq(packet_parse(&f.p), PACKET_GOOD);
	ck_assert_int_eq(frag_split(&f.p, 500, room, sizeof(room), note, &o),
			 0);
	ck_assert_uint_eq(o.n, 3);
	ck_assert_mem_eq(o.head[0] + IP4_MIN, options, sizeof(options));
	ck_assert_uint_eq(o.head[1][0], 0x47);
	ck_assert_mem_eq(o.head[1] + IP4_MIN, options + 8, 7);
	ck_assert_uint_eq(o.head[1][IP4_MIN + 7], 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("frag");
	TCase *t = tcase_create("together"), *cut = tcase_create("cut");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, any_order_gives_the_whole, 0, 6);
	tcase_add_test(t, packets_do_not_mix);
	tcase_add_test(t, a_copy_is_no_overlap);
	tcase_add_loop_test(t, overlap_spoils_it, 0,
			    sizeof(overlaps) / sizeof(*overlaps));
	tcase_add_test(t, tiny_ones_are_refused);
	tcase_add_test(t, large_ones_are_refused);
	tcase_add_test(t, time_runs_out);
	tcase_add_test(t, first_fragment_is_told_of);
	tcase_add_test(t, oldest_makes_room);
	tcase_add_test(t, protocols_are_put_together_as_configured);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(cut, setup, teardown);
	tcase_add_test(cut, cut_and_put_together_is_the_same);
	tcase_add_test(cut, a_fragment_is_cut);
	tcase_add_test(cut, not_to_be_fragmented);
	tcase_add_test(cut, options_are_copied_by_their_bit);
	suite_add_tcase(s, cut);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
