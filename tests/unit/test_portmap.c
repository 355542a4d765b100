#include "emu/nat/portmap.h"

#include <check.h>
#include <pthread.h>
#include <string.h>

/* Source ports of groups: in turn, each once, and not one more than there are. */

static struct portmap_pool *pool;

static void setup(void)
{
	pool = portmap_new();
	portmap_reserve(pool, 2);
}

static void teardown(void)
{
	portmap_free(pool);
}

START_TEST(ports_come_in_turn_then_addresses)
{
	const struct portmap_range r = { 2016, 2048, 2 };
	struct portmap_figures f;
	struct mapping m;

	for (unsigned i = 0; i < 4096; i++) {
		ck_assert(portmap_take(pool, &r, &m));
		ck_assert_uint_eq(m.port, 2016 + i % 2048);
		ck_assert_uint_eq(m.address, i / 2048);
	}
	portmap_read(pool, &f);
	ck_assert_uint_eq(f.used, 4096);
	ck_assert_uint_eq(f.last, 4063);
	ck_assert_uint_eq(f.refused, 0);
}
END_TEST

START_TEST(none_is_given_twice)
{
	const struct portmap_range r = { 2016, 2048, 1 };
	struct portmap_figures f;
	struct mapping m, kept = { 0, 2100 };

	for (unsigned i = 0; i < 2048; i++)
		ck_assert(portmap_take(pool, &r, &m));
	ck_assert(!portmap_take(pool, &r, &m));
	portmap_give(pool, &kept);
	ck_assert(portmap_take(pool, &r, &m));
	ck_assert_uint_eq(m.port, 2100);
	ck_assert(!portmap_take(pool, &r, &m));
	portmap_read(pool, &f);
	ck_assert_uint_eq(f.used, 2048);
	ck_assert_uint_eq(f.refused, 2);
}
END_TEST

START_TEST(the_range_may_change_under_flows)
{
	const struct portmap_range old = { 2016, 2048, 1 },
				   now = { 3000, 2048, 1 };
	struct mapping m;

	for (unsigned i = 0; i < 2048; i++)
		ck_assert(portmap_take(pool, &old, &m));
	/* 3000 to 4063 are in use still, 4064 to 5047 are not; the pool counts
	 * them all, so that no more than the new range are ever out */
	ck_assert(!portmap_take(pool, &now, &m));
	for (unsigned i = 0; i < 100; i++)
		portmap_give(pool,
			     &(struct mapping){ 0, (uint16_t)(2016 + i) });
	for (unsigned i = 0; i < 100; i++) {
		ck_assert(portmap_take(pool, &now, &m));
		ck_assert_uint_ge(m.port, 4064);
	}
}
END_TEST

#define THREADS 4
#define EACH	512

static void *taker(void *arg)
{
	static const struct portmap_range r = { 10000, THREADS * EACH, 1 };
	struct mapping *m = arg;

	for (int i = 0; i < EACH; i++)
		if (!portmap_take(pool, &r, &m[i]))
			return NULL;
	return arg;
}

START_TEST(threads_share_it)
{
	static struct mapping m[THREADS][EACH];
	static unsigned char seen[THREADS * EACH];
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert(!pthread_create(&t[i], NULL, taker, m[i]));
	for (int i = 0; i < THREADS; i++) {
		void *done = NULL;

		ck_assert(!pthread_join(t[i], &done));
		ck_assert_ptr_nonnull(done);
	}
	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < THREADS; i++)
		for (int j = 0; j < EACH; j++)
			ck_assert_uint_eq(seen[m[i][j].port - 10000]++, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("portmap");
	TCase *t = tcase_create("ports");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ports_come_in_turn_then_addresses);
	tcase_add_test(t, none_is_given_twice);
	tcase_add_test(t, the_range_may_change_under_flows);
	tcase_add_test(t, threads_share_it);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
