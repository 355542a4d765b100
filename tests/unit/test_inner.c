#include "emu/plane/inner.h"

#include <check.h>
#include <stdlib.h>

static struct inner *n;

static void setup(void)
{
	n = inner_new();
}

static void teardown(void)
{
	inner_free(n);
}

static struct flow_key key(uint32_t src, uint16_t sport, uint32_t dst,
			   uint16_t dport, uint8_t proto)
{
	return (struct flow_key){ .src = { htonl(src) },
				  .dst = { htonl(dst) },
				  .sport = htons(sport),
				  .dport = htons(dport),
				  .proto = proto };
}

START_TEST(a_hop_is_told_once_to_its_connection)
{
	const struct flow_key k = key(1, 4077, 2, 80, IPPROTO_TCP);
	const struct flow_key others[] = {
		key(9, 4077, 2, 80, IPPROTO_TCP),
		key(1, 4078, 2, 80, IPPROTO_TCP),
		key(1, 4077, 9, 80, IPPROTO_TCP),
		key(1, 4077, 2, 81, IPPROTO_TCP),
		key(1, 4077, 2, 80, IPPROTO_UDP),
	};
	const struct in_addr cache = { htonl(77) };
	struct in_addr hop = { 0 };

	ck_assert(!inner_take_hop(n, &k, &hop));
	inner_set_hop(n, &k, cache);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert(!inner_take_hop(n, &others[i], &hop));
	ck_assert(inner_take_hop(n, &k, &hop));
	ck_assert_uint_eq(hop.s_addr, cache.s_addr);
	ck_assert(!inner_take_hop(n, &k, &hop));
}
END_TEST

/* Some are never taken; the last ones told are there all the same. */
START_TEST(hops_that_nobody_takes_do_not_pile_up)
{
	const struct in_addr cache = { htonl(77) };
	struct in_addr hop;

	for (uint32_t i = 1; i <= 100000; i++) {
		struct flow_key k = key(i, 4077, i * 7, 80, IPPROTO_TCP);

		inner_set_hop(n, &k, cache);
		if (i % 3 == 0)
			ck_assert(inner_take_hop(n, &k, &hop));
	}
}
END_TEST

START_TEST(a_port_is_told_once_to_who_accepts)
{
	const struct flow_key k = key(1, 4077, 2, 65535, IPPROTO_TCP);
	const struct flow_key other = key(1, 4078, 2, 65535, IPPROTO_TCP);
	in_port_t port = 0;

	ck_assert(!inner_take_port(n, &k, &port));
	inner_set_port(n, &k, htons(80));
	ck_assert(!inner_take_port(n, &other, &port));
	inner_set_port(n, &k, htons(81)); /* its SYN once more */
	ck_assert(inner_take_port(n, &k, &port));
	ck_assert_uint_eq(port, htons(81));
	ck_assert(!inner_take_port(n, &k, &port));
}
END_TEST

START_TEST(what_is_awaited_is_until_it_is_over)
{
	struct flow_key k = key(1, 4077, 2, 5000, IPPROTO_UDP);
	struct flow_key tcp = key(1, 4077, 2, 5000, IPPROTO_TCP);
	struct flow_key port = key(1, 4077, 2, 5001, IPPROTO_UDP);
	struct sockaddr_in at = { .sin_addr = k.dst, .sin_port = k.dport };

	ck_assert(!inner_awaits(n, &k));
	inner_await(n, IPPROTO_UDP, &at);
	inner_await(n, IPPROTO_UDP, &at);
	ck_assert(inner_awaits(n, &k));
	ck_assert(!inner_awaits(n, &tcp));
	ck_assert(!inner_awaits(n, &port));
	inner_await_over(n, IPPROTO_TCP, &at);
	inner_await_over(n, IPPROTO_UDP, &at);
	ck_assert(inner_awaits(n, &k));
	inner_await_over(n, IPPROTO_UDP, &at);
	ck_assert(!inner_awaits(n, &k));
	inner_await(n, IPPROTO_UDP, &at); /* freed with the rest */
}
END_TEST

int main(void)
{
	Suite *s = suite_create("inner");
	TCase *c = tcase_create("inner");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_hop_is_told_once_to_its_connection);
	tcase_add_test(c, hops_that_nobody_takes_do_not_pile_up);
	tcase_add_test(c, a_port_is_told_once_to_who_accepts);
	tcase_add_test(c, what_is_awaited_is_until_it_is_over);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
