#include "emu/balance/balance.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "emu/net/key.h"

/* Every method as a function of its arguments, and the words that name them. */

static struct flow_key client(uint32_t addr)
{
	return (struct flow_key){ .src.s_addr = htonl(addr) };
}

/* The services that n picks in a row give, as a text: "ABAB", '-' for none. */
static const char *picks(const struct balance_method *m,
			 const struct candidate *c, int nsvc, int n)
{
	static char text[64];
	_Atomic uint32_t cursor = 0;
	struct flow_key k = client(0x0a000001);
	struct balance_in in = {
		.svc = c, .nsvc = nsvc, .key = &k, .cursor = &cursor
	};

	ck_assert_int_lt(n, (int)sizeof(text));
	for (int i = 0; i < n; i++) {
		int at = m->pick(&in);

		text[i] = at < 0 ? '-' : (char)('A' + at);
	}
	text[n] = '\0';
	return text;
}

START_TEST(names)
{
	static const char *const known[] = { "roundrobin", "weightedrr",
					     "leastconn", "srcip" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		ck_assert_str_eq(balance_find(known[i])->name, known[i]);
	ck_assert_ptr_null(balance_find("fastest"));
	ck_assert_ptr_null(balance_find(""));
	ck_assert_str_eq(balance_methods[0]->name, "roundrobin");
}
END_TEST

START_TEST(nobody_eligible)
{
	struct candidate down[2] = { { .weight = 1 }, { .weight = 1 } };

	for (int i = 0; balance_methods[i]; i++) {
		ck_assert_str_eq(picks(balance_methods[i], down, 2, 3), "---");
		ck_assert_str_eq(picks(balance_methods[i], down, 0, 1), "-");
	}
}
END_TEST

START_TEST(roundrobin)
{
	struct candidate c[3] = { { .eligible = true, .weight = 1, .conns = 0 },
				  { .eligible = true, .weight = 9, .conns = 0 },
				  { .eligible = true, .weight = 1, .conns = 7 } };

	ck_assert_str_eq(picks(&balance_roundrobin, c, 3, 7), "ABCABCA");
	c[1].eligible = false;
	ck_assert_str_eq(picks(&balance_roundrobin, c, 3, 6), "ACACAC");
}
END_TEST

START_TEST(weightedrr)
{
	struct candidate c[3] = { { .eligible = true, .weight = 3, .conns = 0 },
				  { .eligible = true, .weight = 1, .conns = 0 },
				  { .eligible = true, .weight = 2, .conns = 0 } };

	ck_assert_str_eq(picks(&balance_weightedrr, c, 3, 8), "AAABCCAA");
	c[0].eligible = false;
	ck_assert_str_eq(picks(&balance_weightedrr, c, 3, 6), "BCCBCC");
}
END_TEST

START_TEST(leastconn)
{
	struct candidate c[3] = { { .eligible = true, .weight = 1, .conns = 5 },
				  { .eligible = true, .weight = 1, .conns = 4 },
				  { .eligible = true, .weight = 1, .conns = 9 } };

	ck_assert_str_eq(picks(&balance_leastconn, c, 3, 3), "BBB");
	c[1].conns = 5; /* equals take turns */
	ck_assert_str_eq(picks(&balance_leastconn, c, 3, 4), "ABAB");
	c[0].eligible = c[1].eligible = false;
	ck_assert_str_eq(picks(&balance_leastconn, c, 3, 2), "CC");
}
END_TEST

START_TEST(srcip_keeps_clients)
{
	struct candidate c[4] = {
		{ .eligible = true, .weight = 1, .conns = 0 }, { .eligible = true, .weight = 1, .conns = 0 }, { .eligible = true, .weight = 1, .conns = 0 }, { .eligible = true, .weight = 1, .conns = 0 }
	};
	_Atomic uint32_t cursor = 0;
	int share[4] = { 0 }, moved[4] = { 0 };

	for (uint32_t a = 0; a < 4000; a++) {
		struct flow_key k = client(0x0a000000 + a);
		struct balance_in in = {
			.svc = c, .nsvc = 4, .key = &k, .cursor = &cursor
		};
		int home = balance_srcip.pick(&in), now;

		ck_assert_int_eq(home, balance_srcip.pick(&in));
		share[home]++;
		c[2].eligible = false;
		now = balance_srcip.pick(&in);
		c[2].eligible = true;
		if (home == 2)
			moved[now]++;
		else
			ck_assert_int_eq(now, home);
	}
	for (int i = 0; i < 4; i++)
		ck_assert_int_gt(share[i], 800);
	ck_assert_int_eq(moved[2], 0);
	for (int i = 0; i < 4; i++)
		ck_assert(i == 2 || moved[i] > 200);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("balance");
	TCase *t = tcase_create("methods");
	SRunner *r;
	int failed;

	tcase_add_test(t, names);
	tcase_add_test(t, nobody_eligible);
	tcase_add_test(t, roundrobin);
	tcase_add_test(t, weightedrr);
	tcase_add_test(t, leastconn);
	tcase_add_test(t, srcip_keeps_clients);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
