#include "emu/wire/fib.h"

#include <check.h>
#include <stdlib.h>

#include "emu/base/str.h"

/* Ways to addresses, against a model that looks at every route. */

static uint32_t seed = 7;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static struct in_addr addr(const char *text)
{
	struct in_addr a = { INADDR_ANY };

	ck_assert(str_to_addr(text, &a));
	return a;
}

static struct fib_route route(const char *net, unsigned len,
			      const char *gateway, unsigned vlan)
{
	return (struct fib_route){ .net = addr(net),
				   .prefix_len = (uint8_t)len,
				   .distance = 1,
				   .gateway = addr(gateway),
				   .vlan = (uint16_t)vlan };
}

static bool covers(const struct fib_route *r, struct in_addr a)
{
	return ((r->net.s_addr ^ a.s_addr) &
		str_mask_of(r->prefix_len).s_addr) == 0;
}

/* The longest, then the nearest; NULL: none. */
static const struct fib_route *model(const struct fib_route *r, size_t n,
				     struct in_addr a, bool originated)
{
	const struct fib_route *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!covers(&r[i], a) || (r[i].originated && !originated))
			continue;
		if (!best || r[i].prefix_len > best->prefix_len ||
		    (r[i].prefix_len == best->prefix_len &&
		     r[i].distance < best->distance))
			best = &r[i];
	}
	return best;
}

static bool is_as_good(const struct fib_route *r, size_t n,
		       const struct fib_route *best, const struct fib_way *w,
		       bool originated)
{
	for (size_t i = 0; i < n; i++)
		if (r[i].prefix_len == best->prefix_len &&
		    covers(&r[i], best->net) &&
		    r[i].distance == best->distance &&
		    (originated || !r[i].originated) &&
		    r[i].gateway.s_addr == w->next_hop.s_addr)
			return true;
	return false;
}

#define ROUTES 60

START_TEST(longest_prefix_is_found)
{
	seed = (uint32_t)_i + 1;
	for (int round = 0; round < 100; round++) {
		struct fib_route r[ROUTES];
		size_t n = rnd() % ROUTES;
		struct fib *f = NULL;

		for (size_t i = 0; i < n; i++) {
			/* many inside each other, and at both ends */
			uint32_t net = rnd() % 4 ? rnd() & 0x0f0f00ff
						 : 0 - (rnd() % 3);

			r[i] = (struct fib_route){
				.net = { htonl(net) },
				.prefix_len = (uint8_t)(rnd() % 33),
				.distance = (uint8_t)(1 + rnd() % 3),
				.originated = rnd() % 8 == 0,
				.gateway = { rnd() },
				.vlan = (uint16_t)(rnd() % 100),
			};
		}
		f = fib_new(r, n, rnd() % 2 ? ECMP_ADDRESS : ECMP_ROUNDROBIN);
		for (int i = 0; i < 300; i++) {
			struct in_addr a = { htonl(rnd() & 0x0f0f00ff) };
			struct in_addr src = { rnd() };
			struct fib_way w;
			bool ours = i % 2;
			const struct fib_route *best;

			if (i < 3)
				a.s_addr = htonl(0u - (uint32_t)i);
			best = model(r, n, a, ours);
			ck_assert_int_eq(fib_find(f, src, a, ours, &w),
					 best != NULL);
			if (!best)
				continue;
			ck_assert_uint_eq(w.prefix_len, best->prefix_len);
			ck_assert(is_as_good(r, n, best, &w, ours));
		}
		fib_free(f);
	}
}
END_TEST

START_TEST(circuits_are_their_own_next_hop)
{
	struct fib_route r[] = { route("10.1.0.0", 16, "0.0.0.0", 5),
				 route("0.0.0.0", 0, "10.1.0.1", 5),
				 route("10.9.0.0", 16, "0.0.0.0", 0) };
	struct in_addr any = { INADDR_ANY };
	struct fib_way w;
	struct fib *f;

	r[0].local = true;
	r[2].blackhole = true;
	f = fib_new(r, 3, ECMP_ADDRESS);
	ck_assert(fib_find(f, any, addr("10.1.2.3"), false, &w));
	ck_assert_uint_eq(w.next_hop.s_addr, addr("10.1.2.3").s_addr);
	ck_assert_uint_eq(w.vlan, 5);
	ck_assert(fib_find(f, any, addr("1.2.3.4"), false, &w));
	ck_assert_uint_eq(w.next_hop.s_addr, addr("10.1.0.1").s_addr);
	ck_assert(!w.blackhole);
	ck_assert(fib_find(f, any, addr("10.9.255.255"), false, &w));
	ck_assert(w.blackhole);
	fib_free(f);
}
END_TEST

START_TEST(nothing_leads_nowhere)
{
	struct in_addr any = { INADDR_ANY };
	struct fib_way w;
	struct fib *f = fib_new(NULL, 0, ECMP_ADDRESS);

	ck_assert(!fib_find(f, any, addr("10.1.2.3"), true, &w));
	fib_free(f);
	fib_free(NULL);
}
END_TEST

START_TEST(own_packets_have_ways_of_their_own)
{
	struct fib_route r[] = { route("0.0.0.0", 0, "10.0.0.1", 1),
				 route("10.7.0.0", 16, "10.0.0.2", 1) };
	struct in_addr any = { INADDR_ANY };
	struct fib_way w;
	struct fib *f;

	r[1].originated = true;
	f = fib_new(r, 2, ECMP_ADDRESS);
	ck_assert(fib_find(f, any, addr("10.7.0.1"), true, &w));
	ck_assert_uint_eq(w.next_hop.s_addr, addr("10.0.0.2").s_addr);
	ck_assert(fib_find(f, any, addr("10.7.0.1"), false, &w));
	ck_assert_uint_eq(w.next_hop.s_addr, addr("10.0.0.1").s_addr);
	fib_free(f);
}
END_TEST

/* How often each of three equal ways is taken by 3000 pairs of addresses; the
 * fourth is further. */
static void spread(enum fib_ecmp ecmp, unsigned count[4])
{
	struct fib_route r[] = { route("0.0.0.0", 0, "10.0.0.0", 1),
				 route("0.0.0.0", 0, "10.0.0.3", 1),
				 route("0.0.0.0", 0, "10.0.0.1", 1),
				 route("0.0.0.0", 0, "10.0.0.2", 1) };
	struct fib *f;

	r[1].distance = 2;
	f = fib_new(r, 4, ecmp);
	for (uint32_t i = 0; i < 3000; i++) {
		struct in_addr src = { htonl(0xc0a80000 + i) };
		struct fib_way w, again;

		ck_assert(fib_find(f, src, addr("1.2.3.4"), false, &w));
		count[ntohl(w.next_hop.s_addr) & 3]++;
		if (ecmp == ECMP_ROUNDROBIN)
			continue;
		ck_assert(fib_find(f, src, addr("1.2.3.4"), false, &again));
		ck_assert_uint_eq(w.next_hop.s_addr, again.next_hop.s_addr);
	}
	fib_free(f);
}

START_TEST(equal_ways_share)
{
	unsigned count[4] = { 0 };

	spread(ECMP_ROUNDROBIN, count);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(count[i], 1000);
	ck_assert_uint_eq(count[3], 0);
	count[0] = count[1] = count[2] = 0;
	spread(ECMP_ADDRESS, count);
	for (int i = 0; i < 3; i++)
		ck_assert(count[i] > 850 && count[i] < 1150);
	ck_assert_uint_eq(count[3], 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fib");
	TCase *t = tcase_create("ways");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, longest_prefix_is_found, 0, 10);
	tcase_add_test(t, circuits_are_their_own_next_hop);
	tcase_add_test(t, nothing_leads_nowhere);
	tcase_add_test(t, own_packets_have_ways_of_their_own);
	tcase_add_test(t, equal_ways_share);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
