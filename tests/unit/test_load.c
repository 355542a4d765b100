/* Load numbers from response times, with a clock of the test's own. */
#include "emu/flow/load.h"

#include <check.h>
#include <math.h>

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

static struct loads loads;
static struct load_conf conf;
static const unsigned all[] = { 1, 2, 3 };

static void setup(void)
{
	loads_init(&loads);
	conf = (struct load_conf){ .step_ms = 10,
				   .threshold = 254,
				   .teardown_s = 20,
				   .ageout_s = 60,
				   .sensitivity = 21,
				   .reporting = true };
}

static void report(unsigned service, enum load_class c, uint64_t ms, uint64_t n,
		   uint64_t now_s)
{
	const struct load_sample s = { ms * n, n };

	load_report(&loads.of[service], c, &s, now_s * 1000);
}

static void reckon(uint64_t now_s)
{
	loads_reckon(&loads, &conf, all, 3, now_s * 1000);
}

static void expect(unsigned a, unsigned b, unsigned c)
{
	ck_assert_uint_eq(loads.of[1].average, a);
	ck_assert_uint_eq(loads.of[2].average, b);
	ck_assert_uint_eq(loads.of[3].average, c);
}

START_TEST(fastest_has_two_and_each_step_is_one_more)
{
	reckon(1);
	expect(2, 2, 2); /* nothing was reported */
	report(1, LOAD_SHORT, 5, 10, 2);
	report(2, LOAD_SHORT, 105, 10, 2);
	report(3, LOAD_SHORT, 9, 10, 2);
	reckon(2);
	expect(2, 12, 2);
}
END_TEST

START_TEST(short_and_long_flows_are_averaged)
{
	report(1, LOAD_SHORT, 0, 1, 1);
	report(1, LOAD_LONG, 0, 1, 1);
	report(2, LOAD_SHORT, 100, 1, 1); /* 12 */
	report(2, LOAD_LONG, 500, 1, 1);  /* 52 */
	report(3, LOAD_LONG, 300, 1, 1);  /* 32, and nothing of short ones */
	reckon(1);
	expect(2, 32, 32);
	ck_assert_uint_eq(loads.of[2].class[LOAD_SHORT].load, 12);
	ck_assert_uint_eq(loads.of[2].class[LOAD_LONG].load, 52);
	ck_assert_uint_eq(loads.of[3].class[LOAD_SHORT].load, 2);
}
END_TEST

START_TEST(static_step_is_capped_and_dynamic_one_widens)
{
	report(1, LOAD_SHORT, 0, 1, 1);
	report(2, LOAD_SHORT, 5040, 1, 1);
	report(3, LOAD_SHORT, 2520, 1, 1);
	conf.step_static = true;
	reckon(1);
	expect(2, 254, 254);
	ck_assert_uint_eq(loads.step_ms, 10);
	conf.step_static = false;
	reckon(1);
	ck_assert_uint_eq(loads.step_ms, 20);
	expect(2, 254, 128);
}
END_TEST

START_TEST(load_that_is_not_refreshed_ages_out)
{
	report(1, LOAD_SHORT, 0, 1, 1);
	report(2, LOAD_SHORT, 1000, 1, 1);
	reckon(60);
	expect(2, 102, 2);
	reckon(61); /* 60 s after its report */
	expect(2, 2, 2);
	conf.ageout_s = 0; /* never */
	report(1, LOAD_SHORT, 0, 1, 70);
	report(2, LOAD_SHORT, 1000, 1, 70);
	reckon(7000);
	expect(2, 102, 2);
}
END_TEST

/* A service that was slow for an hour is fast soon after it became fast. */
START_TEST(averages_forget)
{
	conf.teardown_s = 1;
	for (uint64_t s = 1; s <= 100; s++) {
		report(1, LOAD_SHORT, 0, 10, s);
		report(2, LOAD_SHORT, 1000, 10, s);
		reckon(s);
	}
	expect(2, 102, 2);
	for (uint64_t s = 101; s <= 130; s++) {
		report(1, LOAD_SHORT, 0, 10, s);
		report(2, LOAD_SHORT, 0, 10, s);
		reckon(s);
	}
	ck_assert_uint_le(loads.of[2].average, 8);
	ck_assert_uint_gt(loads.of[2].average, 2); /* not at once */
}
END_TEST

START_TEST(fixed_load_and_no_reporting)
{
	loads.of[3].fixed = 77;
	report(1, LOAD_SHORT, 0, 1, 1);
	report(2, LOAD_SHORT, 1000, 1, 1);
	reckon(1);
	expect(2, 102, 77);
	conf.reporting = false;
	reckon(2);
	expect(2, 2, 77);
}
END_TEST

/* Without regard to others; more sensitive, higher. */
static const struct {
	uint64_t ms;
	uint8_t sensitivity;
	unsigned load;
} absolutes[] = {
	{ 0, 21, 2 },	 { 1, 21, 23 },	    { 1023, 21, 212 },
	{ 1023, 1, 12 }, { 1023, 25, 252 }, { 1000000, 25, 254 },
};

START_TEST(absolute_loads)
{
	conf.calculation = LOAD_ABSOLUTE;
	conf.sensitivity = absolutes[_i].sensitivity;
	report(2, LOAD_SHORT, absolutes[_i].ms, 5, 1);
	reckon(1);
	expect(2, absolutes[_i].load, 2);
}
END_TEST

START_TEST(long_flows_are_scaled)
{
	ck_assert_int_eq(load_class_of(15360), LOAD_SHORT);
	ck_assert_int_eq(load_class_of(15361), LOAD_LONG);
	ck_assert_uint_eq(load_normalized(100, 15360), 100);
	ck_assert_uint_eq(load_normalized(100, 153600), 10);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("load");
	TCase *t = tcase_create("load");
	SRunner *run = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, fastest_has_two_and_each_step_is_one_more);
	tcase_add_test(t, short_and_long_flows_are_averaged);
	tcase_add_test(t, static_step_is_capped_and_dynamic_one_widens);
	tcase_add_test(t, load_that_is_not_refreshed_ages_out);
	tcase_add_test(t, averages_forget);
	tcase_add_test(t, fixed_load_and_no_reporting);
	tcase_add_loop_test(t, absolute_loads, 0, LEN(absolutes));
	tcase_add_test(t, long_flows_are_scaled);
	suite_add_tcase(s, t);
	srunner_run_all(run, CK_ENV);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed ? 1 : 0;
}
