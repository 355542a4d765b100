#include "emu/flow/decide.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/service.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/match/url.h"
#include "emu/net/http.h"
#include "emu/sticky/arpt.h"
#include "emu/sticky/sticky.h"

/* Decisions as functions: configuration, states, a key in; a verdict out. */

static struct conf *conf;
static struct shared *shared;
static struct policy *policy;
static struct err err;
static bool bypassed; /* what is asked about went past the caches before */

static void setup(void)
{
	conf = conf_new();
	shared = shared_new();
	policy = NULL;
}

static void teardown(void)
{
	policy_unref(policy);
	shared_free(shared);
	conf_free(conf);
}

static struct in_addr ip(const char *text)
{
	struct in_addr a = { 0 };

	if (*text)
		ck_assert(str_to_addr(text, &a));
	return a;
}

#define OK(call) ck_assert_msg(!(call), "%s", err.msg)

static struct service *svc(const char *name, const char *addr, uint16_t port)
{
	struct service *s = service_add(conf, name, &err);

	ck_assert_ptr_nonnull(s);
	OK(service_set_addr(conf, s, ip(addr), 1, &err));
	if (port)
		OK(service_set_port(conf, s, port, 1, &err));
	s->keepalive.type = PROBE_NONE;
	OK(service_activate(conf, s, &err));
	shared_set_state(shared, s->index, SERVICE_ALIVE);
	return s;
}

/* Not active yet; services is a list of names. */
static struct content *rule(const char *name, const char *vip,
			    enum ip_proto proto, uint16_t port, const char *url,
			    const char *services)
{
	struct owner *o = owner_find(conf, "o");
	struct content *c;
	char list[128], *at = list, *word;

	if (!o)
		o = owner_add(conf, "o", &err);
	c = content_add(conf, o, name, &err);
	ck_assert_ptr_nonnull(c);
	if (*vip)
		OK(content_set_vip(conf, c, ip(vip), 1, &err));
	if (proto)
		OK(content_set_proto(conf, c, proto, &err));
	if (port)
		OK(content_set_port(conf, c, port, &err));
	if (url)
		OK(content_set_url(
			conf, c,
			&(struct content_url){
				.url = url, .eql = "", .dql = "", .urql = "" },
			&err));
	ck_assert(str_copy(list, sizeof(list), services));
	while ((word = strtok_r(at, " ", &at)))
		OK(content_add_service(conf, c, word, -1, &err));
	return c;
}

static void active(struct content *c)
{
	OK(content_activate(conf, c, &err));
}

/* Compiles; what it warned of. */
static const char *compile(void)
{
	static char said[2048];
	struct out warn = { 0 };

	policy_unref(policy);
	policy = policy_build(conf, NULL, shared, &warn);
	ck_assert(str_copy(said, sizeof(said), out_text(&warn)));
	out_fini(&warn);
	return said;
}

static struct flow_key key(const char *src, const char *dst, uint16_t port)
{
	return (struct flow_key){ .src = ip(src),
				  .dst = ip(dst),
				  .sport = htons(4000),
				  .dport = htons(port),
				  .proto = IPPROTO_TCP };
}

static void decide(const struct flow_key *k, const struct request *req,
		   uint64_t now_ms, struct verdict *v)
{
	struct decide_in in = { .policy = policy,
				.shared = shared,
				.key = k,
				.req = req,
				.now_ms = now_ms,
				.wall_s = now_ms / 1000,
				.bypassed = bypassed };

	(void)flow_decide(&in, v);
}

/* "rule/service reason", or "kind reason"; head "": no request of any kind */
static const char *ask_at(const char *src, const char *dst, uint16_t port,
			  const char *head, uint64_t now_ms)
{
	static char text[128];
	static struct http_head http;
	struct flow_key k = key(src, dst, port);
	struct request req = { .kind = REQUEST_OTHER, .buf = head };
	struct http_stream s;
	struct verdict v;
	size_t used = 0;

	if (head && *head) {
		http_begin(&s, false);
		ck_assert_int_eq(
			http_feed(&s, head, strlen(head), &used, &http),
			HTTP_EV_HEAD);
		req.kind = REQUEST_HTTP;
		req.http = &http;
	}
	decide(&k, head ? &req : NULL, now_ms, &v);
	if (v.kind == VERDICT_FORWARD)
		(void)snprintf(text, sizeof(text), "%s/%s %s", v.rule->name,
			       v.member->svc->name,
			       verdict_reason_name(v.reason));
	else
		(void)snprintf(text, sizeof(text), "%s %s",
			       verdict_kind_name(v.kind),
			       verdict_reason_name(v.reason));
	return text;
}

static const char *ask(const char *dst, uint16_t port)
{
	return ask_at("10.9.9.9", dst, port, NULL, 0);
}

static const char *ask_for(const char *dst, const char *path, const char *host)
{
	char head[256];

	(void)snprintf(head, sizeof(head),
		       "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);
	return ask_at("10.9.9.9", dst, 80, head, 0);
}

/* ---- which rule ------------------------------------------------------------------ */

START_TEST(precedence_of_addresses)
{
	svc("s", "10.1.1.1", 0);
	active(rule("exact", "10.0.0.1", PROTO_TCP, 80, NULL, "s"));
	active(rule("port", "10.0.0.1", PROTO_ANY, 81, NULL, "s"));
	active(rule("proto", "10.0.0.1", PROTO_TCP, 0, NULL, "s"));
	active(rule("any", "10.0.0.2", PROTO_ANY, 0, NULL, "s"));
	active(rule("novip", "", PROTO_TCP, 80, NULL, "s"));
	active(rule("all", "", PROTO_TCP, 0, NULL, "s"));
	ck_assert_str_eq(compile(), "");
	ck_assert_str_eq(ask("10.0.0.1", 80), "exact/s balanced");
	ck_assert_str_eq(ask("10.0.0.1", 81), "port/s balanced");
	ck_assert_str_eq(ask("10.0.0.1", 82), "proto/s balanced");
	ck_assert_str_eq(ask("10.0.0.2", 80), "any/s balanced");
	ck_assert_str_eq(ask("10.0.0.3", 80), "novip/s balanced");
	ck_assert_str_eq(ask("10.0.0.3", 99), "all/s balanced");
	/* a suspended rule is invisible */
	OK(content_suspend(conf, content_find(conf, "o", "exact"), &err));
	(void)compile();
	ck_assert_str_eq(ask("10.0.0.1", 80), "proto/s balanced");
}
END_TEST

START_TEST(no_rule)
{
	svc("s", "10.1.1.1", 0);
	(void)compile();
	ck_assert_str_eq(ask("10.0.0.1", 80), "drop no rule");
	active(rule("r", "10.0.0.1", PROTO_TCP, 80, NULL, "s"));
	(void)compile();
	ck_assert_str_eq(ask("10.0.0.1", 81), "drop no rule");
	ck_assert_str_eq(ask("10.0.0.2", 80), "drop no rule");
}
END_TEST

START_TEST(vip_ranges)
{
	struct content *small, *large;

	svc("s", "10.1.1.1", 0);
	small = rule("small", "10.0.0.10", PROTO_TCP, 80, NULL, "s");
	OK(content_set_vip(conf, small, ip("10.0.0.10"), 5, &err));
	active(small);
	large = rule("large", "10.1.0.0", PROTO_TCP, 80, NULL, "s");
	OK(content_set_vip(conf, large, ip("10.1.0.0"), 1000, &err));
	active(large);
	(void)compile();
	ck_assert_str_eq(ask("10.0.0.9", 80), "drop no rule");
	ck_assert_str_eq(ask("10.0.0.10", 80), "small/s balanced");
	ck_assert_str_eq(ask("10.0.0.14", 80), "small/s balanced");
	ck_assert_str_eq(ask("10.0.0.15", 80), "drop no rule");
	ck_assert_str_eq(ask("10.1.0.0", 80), "large/s balanced");
	ck_assert_str_eq(ask("10.1.3.231", 80), "large/s balanced");
	ck_assert_str_eq(ask("10.1.3.232", 80), "drop no rule");
}
END_TEST

START_TEST(layer5_waits_then_chooses)
{
	svc("s", "10.1.1.1", 0);
	active(rule("l4", "10.0.0.1", PROTO_TCP, 80, NULL, "s"));
	active(rule("all", "10.0.0.1", PROTO_TCP, 80, "/*", "s"));
	active(rule("prefix", "10.0.0.1", PROTO_TCP, 80, "/img/*", "s"));
	active(rule("ext", "10.0.0.1", PROTO_TCP, 80, "/img/*.gif", "s"));
	active(rule("exact", "10.0.0.1", PROTO_TCP, 80, "/img/a.gif", "s"));
	active(rule("host", "10.0.0.1", PROTO_TCP, 80, "//www.x.com/*", "s"));
	active(rule("wild", "10.0.0.1", PROTO_TCP, 80, "//*.x.com/*", "s"));
	ck_assert_str_eq(compile(), "");
	ck_assert_str_eq(ask("10.0.0.1", 80), "terminate request needed");
	ck_assert_str_eq(ask_for("10.0.0.1", "/x", "h"), "all/s balanced");
	ck_assert_str_eq(ask_for("10.0.0.1", "/img/x", "h"),
			 "prefix/s balanced");
	ck_assert_str_eq(ask_for("10.0.0.1", "/IMG/b.GIF?q=/x", "h"),
			 "ext/s balanced");
	ck_assert_str_eq(ask_for("10.0.0.1", "/img/a.gif", "h"),
			 "exact/s balanced");
	ck_assert_str_eq(ask_for("10.0.0.1", "/img/a.gif", "WWW.x.com.:80"),
			 "host/s balanced");
	ck_assert_str_eq(ask_for("10.0.0.1", "/", "b.x.com"),
			 "wild/s balanced");
	/* no request at all: the layer 4 rule is the catch-all */
	ck_assert_str_eq(ask_at("10.9.9.9", "10.0.0.1", 80, "", 0),
			 "l4/s balanced");
	OK(content_suspend(conf, content_find(conf, "o", "l4"), &err));
	OK(content_suspend(conf, content_find(conf, "o", "all"), &err));
	(void)compile();
	ck_assert_str_eq(ask_for("10.0.0.1", "/x", "h"),
			 "drop no rule fits the request");
}
END_TEST

START_TEST(ranges_of_many_rules)
{
	struct content *c[50];

	svc("s", "10.1.1.1", 0);
	for (int i = 0; i < 50; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "r%d", i);
		c[i] = rule(name, "10.0.0.0", PROTO_TCP, (uint16_t)(1000 + i),
			    NULL, "s");
		OK(content_set_vip(conf, c[i], ip("10.0.0.0"), 100, &err));
		active(c[i]);
	}
	(void)compile();
	for (int i = 0; i < 50; i++)
		for (unsigned a = 0; a < 101; a++) {
			char dst[16], want[48];

			(void)snprintf(dst, sizeof(dst), "10.0.0.%u", a);
			(void)snprintf(want, sizeof(want), "r%d/s balanced", i);
			ck_assert_str_eq(ask(dst, (uint16_t)(1000 + i)),
					 a < 100 ? want : "drop no rule");
		}
}
END_TEST

/* ---- which service ------------------------------------------------------------------ */

START_TEST(states)
{
	struct service *a = svc("a", "10.1.1.1", 0),
		       *b = svc("b", "10.1.1.2", 0);

	active(rule("r", "10.0.0.1", PROTO_TCP, 80, NULL, "a b"));
	(void)compile();
	shared_set_state(shared, a->index, SERVICE_DOWN);
	ck_assert_str_eq(ask("10.0.0.1", 80), "r/b balanced");
	ck_assert_str_eq(ask("10.0.0.1", 80), "r/b balanced");
	shared_set_state(shared, a->index, SERVICE_DYING);
	shared_set_state(shared, b->index, SERVICE_SUSPENDED);
	ck_assert_str_eq(ask("10.0.0.1", 80), "r/a balanced");
	shared_set_state(shared, a->index, SERVICE_DOWN);
	ck_assert_str_eq(ask("10.0.0.1", 80), "drop no service alive");
}
END_TEST

START_TEST(weight_zero_and_rule_weights)
{
	struct content *c;
	int a = 0;

	svc("a", "10.1.1.1", 0);
	svc("b", "10.1.1.2", 0);
	c = rule("r", "10.0.0.1", PROTO_TCP, 80, NULL, "");
	OK(content_add_service(conf, c, "a", 3, &err));
	OK(content_add_service(conf, c, "b", 1, &err));
	OK(content_set_balance(conf, c, "weightedrr", &err));
	active(c);
	(void)compile();
	for (int i = 0; i < 40; i++)
		a += !strcmp(ask("10.0.0.1", 80), "r/a balanced");
	ck_assert_int_eq(a, 30);
	c->service[0].weight = 0;
	(void)compile();
	for (int i = 0; i < 5; i++)
		ck_assert_str_eq(ask("10.0.0.1", 80), "r/b balanced");
}
END_TEST

START_TEST(overload_and_sorry)
{
	struct service *a = svc("a", "10.1.1.1", 0);
	struct service *s1 = svc("s1", "10.1.1.8", 0);
	struct service *s2 = svc("s2", "10.1.1.9", 0);
	struct content *c = rule("r", "10.0.0.1", PROTO_TCP, 80, NULL, "a");

	ck_assert(str_copy(c->primary_sorry, sizeof(c->primary_sorry), "s1"));
	ck_assert(
		str_copy(c->secondary_sorry, sizeof(c->secondary_sorry), "s2"));
	active(c);
	a->max_connections = 6;
	(void)compile();
	for (int i = 0; i < 6; i++) {
		ck_assert_str_eq(ask("10.0.0.1", 80), "r/a balanced");
		shared_enter(shared, a->index);
	}
	ck_assert_str_eq(ask("10.0.0.1", 80), "r/s1 primary sorry server");
	shared_set_state(shared, s1->index, SERVICE_DOWN);
	ck_assert_str_eq(ask("10.0.0.1", 80), "r/s2 secondary sorry server");
	shared_set_state(shared, s2->index, SERVICE_DOWN);
	ck_assert_str_eq(ask("10.0.0.1", 80), "drop all services are full");
	shared_leave(shared, a->index);
	ck_assert_str_eq(ask("10.0.0.1", 80), "r/a balanced");
}
END_TEST

START_TEST(leastconn_follows_connections)
{
	struct service *a = svc("a", "10.1.1.1", 0);
	struct content *c;

	svc("b", "10.1.1.2", 0);
	c = rule("r", "10.0.0.1", PROTO_TCP, 80, NULL, "a b");
	OK(content_set_balance(conf, c, "leastconn", &err));
	active(c);
	(void)compile();
	shared_enter(shared, a->index);
	ck_assert_str_eq(ask("10.0.0.1", 80), "r/b balanced");
	ck_assert_str_eq(ask("10.0.0.1", 80), "r/b balanced");
}
END_TEST

/* ---- stickiness ---------------------------------------------------------------------- */

static struct content *sticky_rule(enum advanced_balance how)
{
	struct content *c = rule("r", "10.0.0.1", PROTO_TCP, 0, NULL, "a b");

	c->advanced = how;
	return c;
}

START_TEST(sticky_srcip)
{
	struct service *a = svc("a", "10.1.1.1", 0);

	svc("b", "10.1.1.2", 0);
	active(sticky_rule(ADVBAL_STICKY_SRCIP));
	(void)compile();
	ck_assert_str_eq(ask_at("10.9.0.1", "10.0.0.1", 80, NULL, 0),
			 "r/a balanced");
	ck_assert_str_eq(ask_at("10.9.0.2", "10.0.0.1", 80, NULL, 0),
			 "r/b balanced");
	for (int i = 0; i < 3; i++) {
		ck_assert_str_eq(ask_at("10.9.0.1", "10.0.0.1", 80, NULL, 0),
				 "r/a sticky");
		ck_assert_str_eq(ask_at("10.9.0.2", "10.0.0.1", 81, NULL, 0),
				 "r/b sticky");
	}
	/* down: balanced anew, and stays with the new one */
	shared_set_state(shared, a->index, SERVICE_DOWN);
	ck_assert_str_eq(ask_at("10.9.0.1", "10.0.0.1", 80, NULL, 0),
			 "r/b balanced");
	shared_set_state(shared, a->index, SERVICE_ALIVE);
	ck_assert_str_eq(ask_at("10.9.0.1", "10.0.0.1", 80, NULL, 0),
			 "r/b sticky");
}
END_TEST

START_TEST(sticky_honours_weight_zero)
{
	struct service *a = svc("a", "10.1.1.1", 0);

	svc("b", "10.1.1.2", 0);
	active(sticky_rule(ADVBAL_STICKY_SRCIP));
	(void)compile();
	ck_assert_str_eq(ask_at("10.9.0.1", "10.0.0.1", 80, NULL, 0),
			 "r/a balanced");
	a->weight = 0;
	(void)compile();
	ck_assert_str_eq(ask_at("10.9.0.1", "10.0.0.1", 80, NULL, 0),
			 "r/a sticky");
	ck_assert_str_eq(ask_at("10.9.0.3", "10.0.0.1", 80, NULL, 0),
			 "r/b balanced");
}
END_TEST

START_TEST(sticky_port_mask_and_age)
{
	struct content *c;

	svc("a", "10.1.1.1", 0);
	svc("b", "10.1.1.2", 0);
	c = sticky_rule(ADVBAL_STICKY_SRCIP_DSTPORT);
	c->sticky_mask = ip("255.255.255.240");
	c->sticky_inact_min = 1;
	active(c);
	(void)compile();
	ck_assert_str_eq(ask_at("10.9.0.1", "10.0.0.1", 80, NULL, 0),
			 "r/a balanced");
	ck_assert_str_eq(ask_at("10.9.0.1", "10.0.0.1", 81, NULL, 0),
			 "r/b balanced");
	ck_assert_str_eq(ask_at("10.9.0.15", "10.0.0.1", 80, NULL, 59999),
			 "r/a sticky");
	ck_assert_str_eq(ask_at("10.9.0.16", "10.0.0.1", 80, NULL, 60000),
			 "r/a balanced");
	ck_assert_str_eq(ask_at("10.9.0.2", "10.0.0.1", 80, NULL, 119999),
			 "r/b balanced");
}
END_TEST

START_TEST(sticky_table_is_bounded)
{
	struct sticky *s = sticky_new();
	struct sticky_key k = { .rule = 1 };
	unsigned kept = 0, refused = 0;

	for (uint32_t i = 0; i < 2 * STICKY_MAX; i++) {
		k.src.s_addr = i;
		refused += !sticky_set(s, &k, 7, 0, i);
	}
	ck_assert_uint_eq(refused, 0);
	ck_assert_uint_le(sticky_count(s), STICKY_MAX);
	ck_assert_uint_ge(sticky_count(s), STICKY_MAX * 9 / 10);
	for (uint32_t i = 2 * STICKY_MAX - 1000; i < 2 * STICKY_MAX; i++) {
		k.src.s_addr = i;
		kept += sticky_find(s, &k, 0, 2 * STICKY_MAX, false) == 7;
	}
	ck_assert_uint_eq(kept, 1000); /* the oldest gave way */
	/* with a timeout, only what has grown old gives way */
	k.src.s_addr = 0;
	ck_assert(!sticky_set(s, &k, 7, 60000, 2 * STICKY_MAX));
	ck_assert_uint_gt(sticky_purge(s, 1, 7, -1), 0);
	ck_assert_uint_eq(sticky_count(s), 0);
	ck_assert(sticky_set(s, &k, 7, 60000, 2 * STICKY_MAX));
	ck_assert_uint_eq(sticky_purge(s, 2, 0, -1), 0);
	ck_assert_uint_eq(sticky_purge(s, 0, 0, -1), 1);
	sticky_free(s);
}
END_TEST

/* A request with the cookie that a verdict would set at a time. */
static const char *with_cookie(const struct content *c, const char *id,
			       uint64_t set_s, uint64_t now_s, bool *again)
{
	struct arpt_rule a = { .name = "ARPT", .path = "/", .expire_s = 3600 };
	struct flow_key k = key("10.9.9.9", "10.0.0.1", 80);
	static struct http_head http;
	static char text[64];
	struct request req = { .kind = REQUEST_HTTP, .http = &http };
	struct http_stream s;
	struct out head = { 0 }, cookie = { 0 };
	struct verdict v;
	size_t used = 0;

	ck_assert_ptr_nonnull(c);
	arpt_write(&a, id, set_s, &cookie);
	out_printf(&head, "GET / HTTP/1.1\r\nHost: h\r\nCookie: %.*s\r\n\r\n",
		   (int)strcspn(out_text(&cookie) + 12, ";"),
		   out_text(&cookie) + 12);
	http_begin(&s, false);
	ck_assert_int_eq(http_feed(&s, head.buf, head.len, &used, &http),
			 HTTP_EV_HEAD);
	req.buf = head.buf;
	decide(&k, &req, now_s * 1000, &v);
	*again = v.set_cookie;
	(void)snprintf(text, sizeof(text), "%s %s",
		       v.member ? v.member->svc->name : "-",
		       verdict_reason_name(v.reason));
	out_fini(&head);
	out_fini(&cookie);
	return text;
}

START_TEST(cookies_grow_old)
{
	const uint64_t then = 1700000000;
	struct content *c;
	bool again = false;

	ck_assert(str_copy(svc("a", "10.1.1.1", 0)->string, 16, "idA"));
	ck_assert(str_copy(svc("b", "10.1.1.2", 0)->string, 16, "idB"));
	c = rule("r", "10.0.0.1", PROTO_TCP, 80, "/*", "a b");
	c->advanced = ADVBAL_ARROWPOINT_COOKIE;
	active(c);
	(void)compile();
	ck_assert_str_eq(with_cookie(c, "idB", then, then + 3000, &again),
			 "b named by the request");
	ck_assert(!again);
	/* too old: still its service, and a new cookie */
	ck_assert_str_eq(with_cookie(c, "idB", then, then + 3700, &again),
			 "b named by the request");
	ck_assert(again);
	/* unless expire-services says that its word is over, too */
	c->more.arpt_expire_services = true;
	(void)compile();
	ck_assert_str_eq(with_cookie(c, "idB", then, then + 3700, &again),
			 "a balanced");
	ck_assert(again);
	ck_assert_str_eq(with_cookie(c, "idX", then, then, &again),
			 "b balanced");
	/* a suspended service is one that is down */
	OK(service_suspend(conf, service_find(conf, "b"), &err));
	shared_set_state(shared, service_find(conf, "b")->index,
			 SERVICE_SUSPENDED);
	c->more.serverdown = DOWN_REJECT;
	(void)compile();
	ck_assert_str_eq(with_cookie(c, "idB", then, then, &again),
			 "- the sticky service is down");
}
END_TEST

START_TEST(parameters_pass_caches_by)
{
	struct service *cache = svc("cache", "10.1.1.3", 0);
	struct content *c = NULL;

	svc("a", "10.1.1.1", 0);
	c = rule("r", "10.0.0.1", PROTO_TCP, 80, "/*", "a");
	c->more.param_bypass = true;
	active(c);
	c = rule("t", "10.0.0.2", PROTO_TCP, 80, "/*", "cache");
	c->more.param_bypass = true;
	active(c);
	cache->type = SERVICE_TRANSPARENT_CACHE;
	(void)compile();
	ck_assert_str_eq(ask_for("10.0.0.1", "/x?y", "h"), "r/a balanced");
	ck_assert_str_eq(ask_for("10.0.0.2", "/x", "h"), "t/cache balanced");
	ck_assert_str_eq(ask_for("10.0.0.2", "/x?y", "h"),
			 "bypass bypassed for its parameters");
	/* a connection that went past them goes on so, or may come back */
	bypassed = true;
	ck_assert_str_eq(ask_for("10.0.0.2", "/x", "h"),
			 "bypass bypassed by the rule");
	conf->global->flow.bypass_persistence = false;
	(void)compile();
	ck_assert_str_eq(ask_for("10.0.0.2", "/x", "h"), "t/cache balanced");
	bypassed = false;
}
END_TEST

/* ---- addresses ------------------------------------------------------------------------ */

START_TEST(translation)
{
	struct flow_key k = key("10.9.9.9", "10.0.0.1", 80);
	struct group *g;
	struct verdict v;

	svc("a", "10.1.1.1", 8080);
	active(rule("r", "10.0.0.1", PROTO_TCP, 80, NULL, "a"));
	(void)compile();
	decide(&k, NULL, 0, &v);
	ck_assert_str_eq(str_addr(v.dst), "10.1.1.1");
	ck_assert_uint_eq(ntohs(v.dport), 8080);
	ck_assert_uint_eq(v.src.s_addr, INADDR_ANY);
	g = group_add(conf, "g", &err);
	OK(group_set_vip(conf, g, ip("10.5.5.5"), 1, &err));
	OK(group_add_dest(conf, g, "a", &err));
	(void)compile(); /* a suspended group translates nothing */
	decide(&k, NULL, 0, &v);
	ck_assert_uint_eq(v.src.s_addr, INADDR_ANY);
	OK(group_activate(conf, g, &err));
	(void)compile();
	decide(&k, NULL, 0, &v);
	ck_assert_str_eq(str_addr(v.src), "10.5.5.5");
}
END_TEST

START_TEST(url_forms)
{
	static const char *const bad[] = { "",	   "x",	   "//",     "///",
					   "/a*b", "/*/*", "//a*b*/" };
	struct url_pattern u;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(url_compile(bad[i], false, &u, &err) < 0, "%s",
			      bad[i]);
	ck_assert(!url_compile("//h.com", false, &u, &err));
	ck_assert(u.wild && !strcmp(u.path, "/"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("flow");
	TCase *t = tcase_create("decide");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, precedence_of_addresses);
	tcase_add_test(t, no_rule);
	tcase_add_test(t, vip_ranges);
	tcase_add_test(t, layer5_waits_then_chooses);
	tcase_add_test(t, ranges_of_many_rules);
	tcase_add_test(t, states);
	tcase_add_test(t, weight_zero_and_rule_weights);
	tcase_add_test(t, overload_and_sorry);
	tcase_add_test(t, leastconn_follows_connections);
	tcase_add_test(t, sticky_srcip);
	tcase_add_test(t, sticky_honours_weight_zero);
	tcase_add_test(t, sticky_port_mask_and_age);
	tcase_add_test(t, sticky_table_is_bounded);
	tcase_add_test(t, cookies_grow_old);
	tcase_add_test(t, parameters_pass_caches_by);
	tcase_add_test(t, translation);
	tcase_add_test(t, url_forms);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
