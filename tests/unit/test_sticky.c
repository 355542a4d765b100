#include "emu/sticky/sticky.h"

#include <check.h>
#include <stdlib.h>

/* What the table tells of itself; what it decides is in test_flow. */

static struct sticky *table;

static void setup(void)
{
	table = sticky_new();
}

static void teardown(void)
{
	sticky_free(table);
}

static struct sticky_key client(uint32_t addr, uint16_t port)
{
	return (struct sticky_key){ .rule = 3,
				    .src.s_addr = htonl(addr),
				    .dport = htons(port) };
}

START_TEST(a_snapshot_has_every_entry_that_is_not_too_old)
{
	struct sticky_key a = client(1, 0), b = client(2, 80), c = client(3, 0);
	struct sticky_entry *e = NULL;
	int n = 0, seen = 0;

	ck_assert(sticky_set(table, &a, 7, 0, 1000));
	ck_assert(sticky_set(table, &b, 8, 60000, 5000));
	ck_assert(sticky_set(table, &c, 9, 60000, 30000));
	e = sticky_snapshot(table, 65000, &n);
	ck_assert_int_eq(n, 2);
	for (int i = 0; i < n; i++) {
		if (e[i].service == 7)
			ck_assert_uint_eq(e[i].age_ms, 64000);
		if (e[i].service == 9)
			ck_assert_uint_eq(e[i].age_ms, 35000);
		ck_assert_uint_eq(e[i].key.rule, 3);
		seen += (int)e[i].service;
	}
	ck_assert_int_eq(seen, 16);
	free(e);
}
END_TEST

/* Workers and whoever asks read their clocks at different times. */
START_TEST(an_entry_of_the_future_has_no_age)
{
	struct sticky_key a = client(1, 0);
	struct sticky_entry *e = NULL;
	int n = 0;

	ck_assert(sticky_set(table, &a, 7, 60000, 1001));
	e = sticky_snapshot(table, 1000, &n);
	ck_assert_int_eq(n, 1);
	ck_assert_uint_eq(e[0].age_ms, 0);
	free(e);
	ck_assert_uint_eq(sticky_find(table, &a, 60000, 1000, false), 7);
}
END_TEST

START_TEST(what_happened_is_counted)
{
	struct sticky_key a = client(1, 0), b = client(2, 0);
	struct sticky_stats st;

	ck_assert_uint_eq(sticky_find(table, &a, 0, 1, false), 0);
	ck_assert(sticky_set(table, &a, 7, 0, 1));
	ck_assert(sticky_set(table, &a, 8, 0, 2)); /* changed, not added */
	ck_assert(sticky_set(table, &b, 7, 0, 3));
	ck_assert_uint_eq(sticky_find(table, &a, 0, 4, false), 8);
	ck_assert_uint_eq(sticky_purge(table, 0, 7, -1), 1);
	sticky_stats(table, &st);
	ck_assert_uint_eq(st.added, 2);
	ck_assert_uint_eq(st.hits, 1);
	ck_assert_uint_eq(st.rejected, 0);
	ck_assert_uint_eq(st.used, 1);
}
END_TEST

START_TEST(a_full_table_rejects_where_nothing_is_too_old)
{
	struct sticky_stats st;
	struct sticky_entry *e = NULL;
	int n = 0;

	for (uint32_t i = 1; i <= STICKY_MAX + 1000; i++) {
		struct sticky_key k = client(i, 0);

		(void)sticky_set(table, &k, 7, 60000, 1);
	}
	sticky_stats(table, &st);
	ck_assert_uint_gt(st.rejected, 0);
	ck_assert_uint_eq(st.added + st.rejected, STICKY_MAX + 1000);
	ck_assert_uint_eq(st.used, st.added);
	e = sticky_snapshot(table, 2, &n);
	ck_assert_uint_eq((unsigned)n, st.used);
	free(e);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("sticky");
	TCase *tc = tcase_create("table");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_snapshot_has_every_entry_that_is_not_too_old);
	tcase_add_test(tc, an_entry_of_the_future_has_no_age);
	tcase_add_test(tc, what_happened_is_counted);
	tcase_add_test(tc, a_full_table_rejects_where_nothing_is_too_old);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int failed = 0;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
