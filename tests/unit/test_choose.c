/*
 * Choices that depend on what happened before, and when: SSL session ids, slow
 * start, cookies of services that are suspended, loads.  The clock is the test's.
 */
#include "emu/flow/decide.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"
#include "emu/flow/learn.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/net/http.h"
#include "emu/sticky/sticky.h"

static struct conf *conf;
static struct shared *shared;
static struct policy *policy;
static struct service *web[3];
static struct content *rule;
static struct err err;

#define OK(call) ck_assert_msg(!(call), "%s", err.msg)

static struct in_addr ip(const char *text)
{
	struct in_addr a;

	ck_assert(str_to_addr(text, &a));
	return a;
}

static void service_up(int i)
{
	char name[8], addr[16];

	(void)snprintf(name, sizeof(name), "web%d", i + 1);
	(void)snprintf(addr, sizeof(addr), "10.0.0.%d", i + 1);
	web[i] = service_add(conf, name, &err);
	ck_assert_ptr_nonnull(web[i]);
	OK(service_set_addr(conf, web[i], ip(addr), 1, &err));
	(void)snprintf(web[i]->string, sizeof(web[i]->string), "s%d", i + 1);
	web[i]->keepalive.type = PROBE_NONE;
	OK(service_activate(conf, web[i], &err));
	shared_set_state(shared, web[i]->index, SERVICE_ALIVE);
}

static void setup(void)
{
	struct owner *o = NULL;

	conf = conf_new();
	shared = shared_new();
	policy = NULL;
	for (int i = 0; i < 3; i++)
		service_up(i);
	o = owner_add(conf, "o", &err);
	rule = content_add(conf, o, "r", &err);
	ck_assert_ptr_nonnull(rule);
	OK(content_set_vip(conf, rule, ip("10.1.1.1"), 1, &err));
	OK(content_set_proto(conf, rule, PROTO_TCP, &err));
	OK(content_set_port(conf, rule, 443, &err));
	for (int i = 0; i < 3; i++)
		OK(content_add_service(conf, rule, web[i]->name, -1, &err));
}

static void teardown(void)
{
	policy_unref(policy);
	shared_free(shared);
	conf_free(conf);
}

static void compile(void)
{
	struct out warn = { 0 };

	if (!rule->active)
		OK(content_activate(conf, rule, &err));
	policy_unref(policy);
	policy = policy_build(conf, NULL, shared, &warn);
	ck_assert_str_eq(out_text(&warn), "");
	out_fini(&warn);
}

static struct flow_key key_of(const char *src)
{
	return (struct flow_key){ .src = ip(src),
				  .dst = ip("10.1.1.1"),
				  .sport = htons(4000),
				  .dport = htons(443),
				  .proto = IPPROTO_TCP };
}

/* The service's number, 0: none, and the reason. */
static int ask(const char *src, const struct request *req, uint64_t now_s,
	       enum verdict_reason *why)
{
	struct flow_key k = key_of(src);
	struct decide_in in = { .policy = policy,
				.shared = shared,
				.key = &k,
				.req = req,
				.now_ms = now_s * 1000,
				.wall_s = now_s };
	struct verdict v;

	(void)flow_decide(&in, &v);
	if (why)
		*why = v.reason;
	return v.member ? v.member->svc->name[3] - '0' : 0;
}

/* ---- SSL session ids (content.md 2.7) ----------------------------------------- */

static int hello(const char *src, const char *session, uint64_t now_s,
		 enum verdict_reason *why)
{
	struct request req = { .kind = REQUEST_TLS,
			       .buf = session,
			       .session = { 0, (uint32_t)strlen(session) } };

	return ask(src, &req, now_s, why);
}

static void said(const char *src, int server, const char *session,
		 uint64_t now_s)
{
	struct flow_key k = key_of(src);
	const struct learnt what = { .policy = policy,
				     .rule = &policy->rule[0],
				     .key = &k,
				     .service = web[server - 1]->index,
				     .id = session,
				     .len = strlen(session) };

	learn_hello(shared, &what, now_s * 1000);
}

static void sticky_ssl(unsigned minutes)
{
	rule->advanced = ADVBAL_SSL;
	rule->application = APP_SSL;
	rule->sticky_inact_min = minutes;
	compile();
	ck_assert(learn_wants_hello(&policy->rule[0]));
}

START_TEST(session_comes_back_from_anywhere_until_it_is_old)
{
	enum verdict_reason why;

	sticky_ssl(30);
	ck_assert_int_eq(hello("10.9.0.1", "", 1, &why), 1);
	ck_assert_int_eq(why, REASON_BALANCED);
	said("10.9.0.1", 1, "abc", 1);
	ck_assert_int_eq(hello("10.9.0.2", "abc", 10, &why), 1);
	ck_assert_int_eq(why, REASON_STICKY);
	/* each use counts */
	ck_assert_int_eq(hello("10.9.0.3", "abc", 10 + 1799, &why), 1);
	ck_assert_int_eq(why, REASON_STICKY);
	(void)hello("10.9.0.3", "abc", 10 + 1799 + 1800, &why);
	ck_assert_int_eq(why, REASON_BALANCED);
}
END_TEST

/* An id that no server gave is no reason to stay. */
START_TEST(unknown_session_is_balanced_and_not_learned)
{
	enum verdict_reason why;

	sticky_ssl(0);
	for (int i = 0; i < 6; i++) {
		ck_assert_int_eq(hello("10.9.0.1", "xyz", 1, &why), i % 3 + 1);
		ck_assert_int_eq(why, REASON_BALANCED);
	}
	ck_assert_uint_eq(sticky_count(shared->sticky), 0);
}
END_TEST

START_TEST(without_an_id_address_and_port_count)
{
	enum verdict_reason why;

	sticky_ssl(0);
	said("10.9.0.1", 3, "", 1);
	ck_assert_int_eq(hello("10.9.0.1", "", 2, &why), 3);
	ck_assert_int_eq(why, REASON_STICKY);
	ck_assert_int_eq(hello("10.9.0.1", "echo", 2, &why), 3);
	ck_assert_int_eq(hello("10.9.0.2", "", 2, &why), 1);
	ck_assert_int_eq(why, REASON_BALANCED);
	/* a session id goes before the address */
	said("10.9.0.7", 2, "abc", 2);
	ck_assert_int_eq(hello("10.9.0.1", "abc", 3, &why), 2);
	conf->global->flow.l4_fallback = false;
	conf_changed(conf);
	compile();
	(void)hello("10.9.0.1", "", 4, &why);
	ck_assert_int_eq(why, REASON_BALANCED);
	said("10.9.0.9", 3, "", 5);
	ck_assert_uint_eq(sticky_count(shared->sticky), 2);
}
END_TEST

static const struct {
	const char *word;
	uint8_t serverdown;
	enum verdict_reason why;
} downs[] = {
	{ "balance", DOWN_BALANCE, REASON_BALANCED },
	{ "reject", DOWN_REJECT, REASON_STICKY_REJECT },
};

START_TEST(session_of_a_service_that_is_down)
{
	enum verdict_reason why;
	int got = 0;

	rule->more.serverdown = downs[_i].serverdown;
	sticky_ssl(0);
	said("10.9.0.1", 2, "abc", 1);
	shared_set_state(shared, web[1]->index, SERVICE_DYING);
	ck_assert_int_eq(hello("10.9.0.1", "abc", 2, &why), 2);
	shared_set_state(shared, web[1]->index, SERVICE_DOWN);
	got = hello("10.9.0.1", "abc", 3, &why);
	ck_assert_int_eq(why, downs[_i].why);
	ck_assert_int_ne(got, 2);
	shared_set_state(shared, web[1]->index, SERVICE_ALIVE);
	ck_assert_int_eq(hello("10.9.0.1", "abc", 4, &why), 2);
}
END_TEST

/* ---- slow start (content.md 2.6) ----------------------------------------------- */

/* Connections that web3, up since second 100, has after 100 new ones, when the
 * others hold 100 each. */
static unsigned started(uint64_t now_s)
{
	unsigned n = 0;

	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 100; k++)
			shared_enter(shared, web[i]->index);
	shared_set_up(shared, web[2]->index, 100 * 1000);
	for (int i = 0; i < 100; i++) {
		int got = ask("10.9.0.1", NULL, now_s, NULL);

		shared_enter(shared, web[got - 1]->index);
		n += got == 3;
	}
	return n;
}

static const struct {
	uint64_t now_s;
	uint16_t timer_s, rate;
	unsigned min, max;
} slows[] = {
	{ 100, 0, 0, 100, 100 }, /* no slow start: all go to the empty one */
	{ 100, 50, 0, 1, 1 },	 /* it has just come up */
	{ 110, 50, 0, 20, 40 },	 /* a fifth of its time, of what others have */
	{ 149, 50, 0, 95, 100 },
	{ 150, 50, 0, 100, 100 }, /* its time is over */
	{ 110, 50, 2, 21, 21 },	 /* two connections a second */
	{ 110, 0, 2, 100, 100 }, /* a rate without a time is none */
};

START_TEST(service_that_came_up_starts_slowly)
{
	OK(content_set_balance(conf, rule, "leastconn", &err));
	rule->more.slowstart_s = slows[_i].timer_s;
	conf->global->flow.load.slowstart = slows[_i].rate;
	compile();
	ck_assert_uint_ge(started(slows[_i].now_s), slows[_i].min);
}
END_TEST

START_TEST(slow_start_has_an_upper_bound)
{
	OK(content_set_balance(conf, rule, "leastconn", &err));
	rule->more.slowstart_s = slows[_i].timer_s;
	conf->global->flow.load.slowstart = slows[_i].rate;
	compile();
	ck_assert_uint_le(started(slows[_i].now_s), slows[_i].max);
}
END_TEST

/* ---- loads (content.md 1.4, 1.5) ----------------------------------------------- */

START_TEST(service_above_the_threshold_gets_nothing)
{
	rule->more.load_threshold = 100;
	compile();
	shared_set_load(shared, web[0]->index, 101);
	shared_set_load(shared, web[1]->index, 100);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(ask("10.9.0.1", NULL, 1, NULL), 2 + i % 2);
	conf->global->flow.load.threshold = 99; /* the lower one counts */
	conf_changed(conf);
	compile();
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(ask("10.9.0.1", NULL, 1, NULL), 3);
}
END_TEST

/* ---- cookies of suspended services (content.md 7.5) ----------------------------- */

static int get(const char *cookie, enum verdict_reason *why)
{
	struct http_stream s;
	struct http_head head;
	struct request req = { .kind = REQUEST_HTTP, .http = &head };
	char text[256];
	size_t used = 0;

	(void)snprintf(text, sizeof(text),
		       "GET / HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n",
		       cookie);
	http_begin(&s, false);
	ck_assert_int_eq(http_feed(&s, text, strlen(text), &used, &head),
			 HTTP_EV_HEAD);
	req.buf = text;
	return ask("10.9.0.1", &req, 1, why);
}

static const struct {
	uint8_t advanced;
	const char *cookie, *stranger;
} cookies[] = {
	{ ADVBAL_ARROWPOINT_COOKIE, "ARPT=FOOOBs2CKAAAAAA",
	  "ARPT=FOOOBs9CKAAAAAA" },
	{ ADVBAL_COOKIES, "id=s2", "id=s9" },
};

START_TEST(cookie_of_a_suspended_service)
{
	enum verdict_reason why;

	rule->advanced = cookies[_i].advanced;
	rule->more.serverdown = DOWN_REJECT;
	OK(content_set_url(conf, rule,
			   &(struct content_url){ .url = "/*",
						  .eql = "",
						  .dql = "",
						  .urql = "" },
			   &err));
	compile();
	ck_assert_int_eq(get(cookies[_i].cookie, &why), 2);
	ck_assert_int_eq(why, REASON_COOKIE);
	OK(service_suspend(conf, web[1], &err));
	shared_set_state(shared, web[1]->index, SERVICE_SUSPENDED);
	compile();
	ck_assert_int_eq(get(cookies[_i].cookie, &why), 0);
	ck_assert_int_eq(why, REASON_STICKY_REJECT);
	/* nobody's cookie is as good as none */
	ck_assert_int_ne(get(cookies[_i].stranger, &why), 0);
	ck_assert_int_eq(why, REASON_BALANCED);
}
END_TEST

/* ---- pings of VIPs (vip-ping-response) ----------------------------------------- */

static void all_become(enum service_state s)
{
	for (int i = 0; i < 3; i++)
		shared_set_state(shared, web[i]->index, s);
}

START_TEST(vip_answers_while_a_service_lives)
{
	OK(content_set_vip(conf, rule, ip("10.1.1.1"), 3, &err));
	compile();
	ck_assert(flow_answers_ping(policy, shared, ip("10.1.1.1")));
	ck_assert(flow_answers_ping(policy, shared, ip("10.1.1.3")));
	ck_assert(!flow_answers_ping(policy, shared, ip("10.1.1.4")));
	ck_assert(!flow_answers_ping(policy, shared, ip("10.1.1.0")));
	all_become(SERVICE_DOWN);
	ck_assert(!flow_answers_ping(policy, shared, ip("10.1.1.1")));
	shared_set_state(shared, web[2]->index, SERVICE_DYING);
	ck_assert(flow_answers_ping(policy, shared, ip("10.1.1.1")));
	OK(content_suspend(conf, rule, &err));
	policy_unref(policy);
	policy = policy_build(conf, NULL, shared, &(struct out){ 0 });
	ck_assert(!flow_answers_ping(policy, shared, ip("10.1.1.1")));
}
END_TEST

START_TEST(services_elsewhere_count_if_they_shall)
{
	struct service *away = service_add(conf, "away", &err);

	ck_assert_ptr_nonnull(away);
	away->type = SERVICE_REDIRECT;
	(void)str_copy(away->domain, sizeof(away->domain), "away.example");
	away->keepalive.type = PROBE_NONE;
	OK(service_activate(conf, away, &err));
	shared_set_state(shared, away->index, SERVICE_ALIVE);
	OK(content_add_service(conf, rule, "away", -1, &err));
	compile();
	all_become(SERVICE_DOWN);
	ck_assert(!flow_answers_ping(policy, shared, ip("10.1.1.1")));
	rule->more.ping_local_remote = true;
	compile();
	ck_assert(flow_answers_ping(policy, shared, ip("10.1.1.1")));
	shared_set_state(shared, away->index, SERVICE_DOWN);
	ck_assert(!flow_answers_ping(policy, shared, ip("10.1.1.1")));
}
END_TEST

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

int main(void)
{
	Suite *s = suite_create("choose");
	TCase *t = tcase_create("choose");
	SRunner *run = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, session_comes_back_from_anywhere_until_it_is_old);
	tcase_add_test(t, unknown_session_is_balanced_and_not_learned);
	tcase_add_test(t, without_an_id_address_and_port_count);
	tcase_add_loop_test(t, session_of_a_service_that_is_down, 0,
			    LEN(downs));
	tcase_add_loop_test(t, service_that_came_up_starts_slowly, 0,
			    LEN(slows));
	tcase_add_loop_test(t, slow_start_has_an_upper_bound, 0, LEN(slows));
	tcase_add_test(t, service_above_the_threshold_gets_nothing);
	tcase_add_loop_test(t, cookie_of_a_suspended_service, 0, LEN(cookies));
	tcase_add_test(t, vip_answers_while_a_service_lives);
	tcase_add_test(t, services_elsewhere_count_if_they_shall);
	suite_add_tcase(s, t);
	srunner_run_all(run, CK_ENV);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed ? 1 : 0;
}
