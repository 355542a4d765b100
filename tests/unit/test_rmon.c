/* RMON: when an alarm is raised, what the clock makes of alarms and histories. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/io/loop.h"
#include "emu/rmon/sampler.h"

/* ---- thresholds ----------------------------------------------------------- */

#define UP   ALARM_RISING
#define DOWN ALARM_FALLING
#define NONE ALARM_NO_CROSSING

#define STEPS 8

static const struct {
	struct rmon_alarm alarm;
	uint64_t sample[STEPS];
	enum alarm_crossing want[STEPS];
} cases[] = {
	/* once up, not again before it was down */
	{ { .rising = 100, .falling = 50 },
	  { 10, 100, 101, 60, 120, 50, 99, 100 },
	  { DOWN, UP, NONE, NONE, NONE, DOWN, NONE, UP } },
	/* the first sample */
	{ { .rising = 100, .falling = 50, .startup = RMON_RISING },
	  { 10, 60, 50, 100, 10, 0, 0, 0 },
	  { NONE, NONE, DOWN, UP, DOWN, NONE, NONE, NONE } },
	{ { .rising = 100, .falling = 50, .startup = RMON_FALLING },
	  { 200, 200, 99, 100, 0, 0, 0, 0 },
	  { NONE, NONE, NONE, UP, DOWN, NONE, NONE, NONE } },
	/* differences: the first sample has none */
	{ { .rising = 10, .falling = 2, .sample = 1 },
	  { 1000, 1009, 1019, 1021, 1021, 1031, 1000, 1000 },
	  { NONE, NONE, UP, DOWN, NONE, UP, DOWN, NONE } },
};

START_TEST(thresholds_are_crossed)
{
	struct alarm_state s = { 0 };

	for (int i = 0; i < STEPS; i++)
		ck_assert_msg(
			alarm_step(&s, &cases[_i].alarm, cases[_i].sample[i]) ==
				cases[_i].want[i],
			"sample %d, %" PRIu64, i, cases[_i].sample[i]);
}
END_TEST

START_TEST(an_absolute_first_sample_may_rise)
{
	static const struct rmon_alarm a = { .rising = 5, .falling = 5 };
	struct alarm_state s = { 0 };

	ck_assert_int_eq(alarm_step(&s, &a, 5), UP);
	ck_assert_int_eq(alarm_step(&s, &a, 5), NONE);
}
END_TEST

/* ---- the clock ------------------------------------------------------------ */

static struct conf *c;
static struct loop *loop;
static struct sampler *sampler;
static struct out lines;
static uint64_t value, octets;
static bool known;
static int sink;

static bool object(void *arg, const char *name, uint64_t *v)
{
	(void)arg;
	ck_assert_str_eq(name, "tcpCurrEstab");
	*v = value;
	return known;
}

static bool port(void *arg, uint32_t ifindex, uint64_t n[RMON_STAT_NUM])
{
	(void)arg;
	n[RMON_OCTETS] = octets;
	return ifindex == 3;
}

static void on_line(void *arg, enum log_level l, const char *line)
{
	(void)arg;
	(void)l;
	out_printf(&lines, "%s\n", line);
}

static void setup(void)
{
	struct sampler_hooks hooks = { NULL, object, port };

	c = conf_new();
	loop = loop_new();
	sampler = sampler_new(loop, c, &hooks);
	sink = log_sink_add(on_line, NULL);
	value = 0;
	octets = 0;
	known = true;
}

static void teardown(void)
{
	log_sink_del(sink);
	sampler_free(sampler);
	loop_free(loop);
	conf_free(c);
	out_fini(&lines);
}

static void turn_for(uint64_t ms)
{
	uint64_t end = clock_ms() + ms;

	while (clock_ms() < end)
		loop_turn(loop, (int)(end - clock_ms()) + 1);
}

static struct rmon *row(enum rmon_kind k, unsigned index)
{
	struct err err = { 0 };
	struct rmon *r = rmon_add(c, k, index, &err);

	ck_assert_msg(r != NULL, "%s", err.msg);
	return r;
}

static void activate(struct rmon *r)
{
	struct err err = { 0 };

	ck_assert_msg(rmon_activate(c, r, &err) == 0, "%s", err.msg);
	sampler_sync(sampler);
}

static struct rmon_alarm *alarm_of(uint16_t event)
{
	struct rmon_alarm *a = (struct rmon_alarm *)row(RMON_ALARM, 1);

	(void)str_copy(a->variable, sizeof(a->variable), "tcpCurrEstab");
	a->interval_s = 1;
	a->rising = 100;
	a->startup = RMON_RISING;
	a->rising_event = event;
	return a;
}

START_TEST(an_event_is_logged)
{
	struct rmon_event *e = (struct rmon_event *)row(RMON_EVENT, 7);
	struct rmon_alarm *a = alarm_of(7);

	(void)str_copy(e->description, sizeof(e->description), "busy");
	activate(&e->r);
	activate(&a->r);
	value = 99;
	turn_for(1100);
	ck_assert_str_eq(out_text(&lines), "");
	value = 105;
	turn_for(1100);
	ck_assert_ptr_nonnull(strstr(out_text(&lines),
				     "RMON event 7: alarm 1: tcpCurrEstab "
				     "is 105, rising threshold 100: busy"));
}
END_TEST

START_TEST(what_is_suspended_is_silent)
{
	struct rmon_event *e = (struct rmon_event *)row(RMON_EVENT, 7);
	struct rmon_alarm *a = alarm_of(7);
	struct err err;

	activate(&a->r); /* the event is not active */
	value = 105;
	turn_for(1100);
	activate(&e->r);
	ck_assert_int_eq(rmon_suspend(c, &a->r, &err), 0);
	sampler_sync(sampler);
	turn_for(1100);
	known = false;
	activate(&a->r);
	turn_for(1100); /* the object is gone */
	ck_assert_str_eq(out_text(&lines), "");
}
END_TEST

START_TEST(a_history_keeps_what_was_counted)
{
	struct rmon_history *h = (struct rmon_history *)row(RMON_HISTORY, 5);
	struct err err;

	h->port_ifindex = 3;
	h->interval_s = 1;
	h->buckets = 2;
	octets = 1000;
	activate(&h->r);
	ck_assert_ptr_null(sampler_bucket(sampler, h, 0));
	octets = 1010;
	turn_for(1100);
	ck_assert_uint_eq(sampler_bucket(sampler, h, 0)->n[RMON_OCTETS], 10);
	octets = 1030;
	turn_for(1000);
	octets = 5; /* cleared meanwhile */
	turn_for(1000);
	ck_assert_uint_eq(sampler_bucket(sampler, h, 0)->n[RMON_OCTETS], 20);
	ck_assert_uint_eq(sampler_bucket(sampler, h, 1)->n[RMON_OCTETS], 5);
	ck_assert_ptr_null(sampler_bucket(sampler, h, 2));
	ck_assert_int_eq(rmon_suspend(c, &h->r, &err), 0);
	ck_assert_int_eq(rmon_activate(c, &h->r, &err), 0);
	sampler_sync(sampler); /* begins anew */
	ck_assert_ptr_null(sampler_bucket(sampler, h, 0));
}
END_TEST

START_TEST(buckets_are_granted_up_to_a_bound)
{
	struct rmon_history *h = (struct rmon_history *)row(RMON_HISTORY, 5);

	ck_assert_uint_eq(sampler_granted(h), 50);
	h->buckets = 65535;
	ck_assert_uint_eq(sampler_granted(h), RMON_GRANTED_MAX);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("rmon");
	TCase *tc = tcase_create("rmon");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 20);
	tcase_add_loop_test(tc, thresholds_are_crossed, 0,
			    sizeof(cases) / sizeof(*cases));
	tcase_add_test(tc, an_absolute_first_sample_may_rise);
	tcase_add_test(tc, an_event_is_logged);
	tcase_add_test(tc, what_is_suspended_is_silent);
	tcase_add_test(tc, a_history_keeps_what_was_counted);
	tcase_add_test(tc, buckets_are_granted_up_to_a_bound);
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
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
