/*
 * Which rule takes a request: the order of the manual, row by row (content.md
 * 2.3 to 2.5, 6.6).  A case is a set of rules and what each of some requests
 * falls under.
 */
#include "emu/match/rule.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/match/hfgroup.h"
#include "emu/match/url.h"

#define RULES 8
#define ASKS  14

/* A rule as it is written; what is left out is "any". */
struct written {
	const char *name;
	const char *vip; /* "10.0.0.1", "10.0.0.1 range" */
	int range, port, proto;
	const char *url;   /* of url "..."; several: a URQL */
	const char *eql;   /* "gif jpg" */
	const char *dql;   /* "one.com *.two.com" */
	const char *agent; /* header group: User-Agent contains it */
	int weight;	   /* of the header group */
	bool sensitive;	   /* the owner's case */
};

struct ask { /* "GET PATH", Host and User-Agent; want "wait": it is asked for */
	const char *dst;
	int port, proto; /* proto 0: TCP */
	const char *path, *host, *agent;
	const char *want;
};

struct match_case {
	const char *about;
	struct written rule[RULES];
	struct ask ask[ASKS];
};

#define A "10.0.0.1"
#define B "10.0.0.2"
#define T IPPROTO_TCP
#define U IPPROTO_UDP

static const struct match_case cases[] = {
	{ "address, port and protocol: rows 4, 5, 6, 8, 9",
	  { { "all", .vip = A, .port = 80, .proto = T },
	    { "vip-port", .vip = A, .port = 80 },
	    { "vip-proto", .vip = A, .proto = T },
	    { "vip", .vip = A },
	    { "port", .port = 80, .proto = T },
	    { "proto", .proto = T } },
	  { { A, 80, .want = "all" },
	    { A, 80, U, .want = "vip-port" },
	    { A, 81, .want = "vip-proto" },
	    { A, 81, U, .want = "vip" },
	    { B, 80, .want = "port" },
	    { B, 81, .want = "proto" },
	    { B, 81, U, .want = "" } } },
	{ "of ranges the smaller one goes first",
	  { { "net", .vip = "10.0.0.0", .range = 200, .port = 80, .proto = T },
	    { "some", .vip = "10.0.0.1", .range = 3, .port = 80, .proto = T },
	    { "one", .vip = "10.0.0.2", .port = 80, .proto = T },
	    { "huge", .vip = "10.0.0.0", .range = 900, .port = 80, .proto = T },
	    { "wide", .vip = "10.0.0.0", .range = 500, .port = 80,
	      .proto = T } },
	  { { "10.0.0.0", 80, .want = "net" },
	    { "10.0.0.1", 80, .want = "some" },
	    { "10.0.0.2", 80, .want = "one" },
	    { "10.0.0.3", 80, .want = "some" },
	    { "10.0.0.4", 80, .want = "net" },
	    { "10.0.0.200", 80, .want = "wide" },
	    { "10.0.1.243", 80, .want = "wide" },
	    { "10.0.1.244", 80, .want = "huge" },
	    { "10.0.3.131", 80, .want = "huge" },
	    { "10.0.3.132", 80, .want = "" } } },
	{ "rows 1 to 9 with a request",
	  { { "d-v-u", .vip = A, .port = 80, .proto = T, .url = "//a.com/x*" },
	    { "d-u", .port = 80, .proto = T, .url = "//b.com/*" },
	    { "v-u", .vip = A, .port = 80, .proto = T, .url = "/*" },
	    { "v", .vip = A, .port = 80, .proto = T },
	    { "v-b", .vip = B, .port = 80, .proto = T },
	    { "u", .port = 80, .proto = T, .url = "/x*" },
	    { "p", .port = 80, .proto = T } },
	  { { A, 80, .path = "/x", .host = "a.com", .want = "d-v-u" },
	    { A, 80, .path = "/x", .host = "b.com", .want = "d-u" },
	    { A, 80, .path = "/x", .host = "c.com", .want = "v-u" },
	    { A, 80, .path = "/y", .host = "a.com", .want = "v-u" },
	    { A, 80, .path = "OTHER", .want = "v" },
	    /* a layer 4 rule of the VIP, unless a domain says otherwise */
	    { B, 80, .path = "/x", .host = "c.com", .want = "v-b" },
	    { B, 80, .path = "/x", .host = "b.com", .want = "d-u" },
	    { "10.0.0.3", 80, .path = "/x", .host = "c", .want = "u" },
	    { "10.0.0.3", 80, .path = "/y", .host = "c", .want = "p" },
	    { A, 80, .want = "wait" },
	    { B, 80, .want = "wait" },
	    { "10.0.0.3", 80, .want = "wait" },
	    { A, 81, .want = "" } } },
	{ "nothing is waited for that no rule asks",
	  { { "v", .vip = A, .port = 80, .proto = T },
	    { "u", .vip = B, .port = 80, .proto = T, .url = "/*" },
	    { "any", .port = 80, .proto = T, .url = "/*" } },
	  { { A, 80, .want = "v" },
	    { A, 80, .path = "/", .host = "h", .want = "v" },
	    { B, 80, .want = "wait" } } },
	{ "paths: whole, extension, the longer prefix",
	  { { "all", .vip = A, .port = 80, .proto = T, .url = "/*" },
	    { "img", .vip = A, .port = 80, .proto = T, .url = "/img/*" },
	    { "deep", .vip = A, .port = 80, .proto = T, .url = "/img/a/*" },
	    { "gif", .vip = A, .port = 80, .proto = T, .url = "/*.gif" },
	    { "imggif", .vip = A, .port = 80, .proto = T, .url = "/img/*.gif" },
	    { "tgz", .vip = A, .port = 80, .proto = T, .url = "/*.tar.gz" },
	    { "one", .vip = A, .port = 80, .proto = T,
	      .url = "/img/a/b.gif" } },
	  { { A, 80, .path = "/x", .want = "all" },
	    { A, 80, .path = "/img/x", .want = "img" },
	    { A, 80, .path = "/img/a/x", .want = "deep" },
	    { A, 80, .path = "/x.gif", .want = "gif" },
	    { A, 80, .path = "/img/a/x.gif", .want = "imggif" },
	    { A, 80, .path = "/img/a/b.gif", .want = "one" },
	    { A, 80, .path = "/IMG/A/b.GIF", .want = "one" },
	    { A, 80, .path = "/img/a/b.gif?q=/x.html", .want = "one" },
	    { A, 80, .path = "/x.gif/y", .want = "all" },
	    { A, 80, .path = "/x.tar.gz", .want = "tgz" },
	    { A, 80, .path = "/x.gz", .want = "all" },
	    { A, 80, .path = "/img", .want = "all" },
	    { A, 80, .path = "/img/", .want = "img" } } },
	{ "targets without a path have \"/\"",
	  { { "all", .vip = A, .port = 80, .proto = T, .url = "/*" },
	    { "img", .vip = A, .port = 80, .proto = T, .url = "/img/*" },
	    { "host", .vip = A, .port = 80, .proto = T,
	      .url = "//a.com/*" } },
	  { { A, 80, .path = "http://b.com", .host = "b.com", .want = "all" },
	    { A, 80, .path = "http://b.com?/img/x", .host = "b.com",
	      .want = "all" },
	    { A, 80, .path = "http://a.com", .host = "a.com", .want = "host" },
	    { A, 80, .path = "http://b.com/img/x", .host = "b.com",
	      .want = "img" },
	    { A, 80, .path = "*", .host = "b.com", .want = "all" } } },
	{ "an owner that cares for case",
	  { { "img", .vip = A, .port = 80, .proto = T, .url = "/Img/*",
	      .sensitive = true },
	    { "eql", .vip = A, .port = 80, .proto = T, .url = "/x/*",
	      .eql = "gif", .sensitive = true },
	    { "all", .vip = A, .port = 80, .proto = T, .url = "/*" } },
	  { { A, 80, .path = "/Img/a", .want = "img" },
	    { A, 80, .path = "/img/a", .want = "all" },
	    { A, 80, .path = "/x/a.gif", .want = "eql" },
	    { A, 80, .path = "/x/a.GIF", .want = "all" } } },
	{ "lists: extensions, domains, URLs",
	  { { "eql", .vip = A, .port = 80, .proto = T, .url = "/*",
	      .eql = "gif jpg" },
	    { "dql", .vip = A, .port = 80, .proto = T, .url = "/d*",
	      .dql = "one.com *.two.com" },
	    { "both", .vip = A, .port = 80, .proto = T, .url = "/*",
	      .dql = "one.com", .eql = "png" },
	    { "urql", .vip = A, .port = 80, .proto = T, .url = "/p/a /p/b" },
	    { "rest", .vip = A, .port = 80, .proto = T, .url = "/p/*" } },
	  { { A, 80, .path = "/a.gif", .host = "h", .want = "eql" },
	    { A, 80, .path = "/a.JPG", .host = "h", .want = "eql" },
	    { A, 80, .path = "/a.jpeg", .host = "h", .want = "" },
	    { A, 80, .path = "/d", .host = "one.com", .want = "dql" },
	    { A, 80, .path = "/d", .host = "x.two.com", .want = "dql" },
	    { A, 80, .path = "/d", .host = "two.com", .want = "" },
	    { A, 80, .path = "/d.gif", .host = "one.com", .want = "dql" },
	    { A, 80, .path = "/d.png", .host = "one.com", .want = "both" },
	    { A, 80, .path = "/e.png", .host = "two.com", .want = "" },
	    { A, 80, .path = "/p/a", .host = "h", .want = "urql" },
	    { A, 80, .path = "/p/b?x", .host = "h", .want = "urql" },
	    { A, 80, .path = "/p/c", .host = "h", .want = "rest" } } },
	{ "domains: whole, then the longer one, stars at each place",
	  { { "exact", .vip = A, .port = 80, .proto = T,
	      .url = "//www.a.com/*" },
	    { "ends", .vip = A, .port = 80, .proto = T, .url = "//*.a.com/*" },
	    { "longer", .vip = A, .port = 80, .proto = T,
	      .url = "//*.b.a.com/*" },
	    { "begins", .vip = A, .port = 80, .proto = T, .url = "//www.*/*" },
	    { "middle", .vip = A, .port = 80, .proto = T,
	      .url = "//w*.c.com/*" },
	    { "port", .vip = A, .port = 80, .proto = T,
	      .url = "//www.a.com:8080/*" },
	    { "none", .vip = A, .port = 80, .proto = T, .url = "/*" } },
	  { { A, 80, .path = "/", .host = "www.a.com", .want = "exact" },
	    { A, 80, .path = "/", .host = "WWW.a.com.", .want = "exact" },
	    { A, 80, .path = "/", .host = "www.a.com:80", .want = "exact" },
	    { A, 80, .path = "/", .host = "www.a.com:8080", .want = "port" },
	    { A, 80, .path = "/", .host = "x.a.com", .want = "ends" },
	    { A, 80, .path = "/", .host = "x.y.a.com:81", .want = "ends" },
	    { A, 80, .path = "/", .host = "x.b.a.com", .want = "longer" },
	    { A, 80, .path = "/", .host = "www.z.org", .want = "begins" },
	    { A, 80, .path = "/", .host = "www9.c.com", .want = "middle" },
	    { A, 80, .path = "/", .host = "a.com", .want = "none" },
	    { A, 80, .path = "/", .host = "www", .want = "none" },
	    { A, 80, .path = "/", .host = "", .want = "none" },
	    { A, 80, .path = "/", .host = "xa.com", .want = "none" } } },
	{ "header groups: above the same rule without, by weight",
	  { { "plain", .vip = A, .port = 80, .proto = T, .url = "/*" },
	    { "long", .vip = A, .port = 80, .proto = T, .url = "/long/*" },
	    { "light", .vip = A, .port = 80, .proto = T, .url = "/*",
	      .agent = "Phone", .weight = 1 },
	    { "heavy", .vip = A, .port = 80, .proto = T, .url = "/*",
	      .agent = "SmartPhone", .weight = 9 },
	    { "domain", .vip = A, .port = 80, .proto = T,
	      .url = "//a.com/*" } },
	  { { A, 80, .path = "/", .host = "h", .agent = "Tab",
	      .want = "plain" },
	    { A, 80, .path = "/", .host = "h", .agent = "A Phone",
	      .want = "light" },
	    { A, 80, .path = "/", .host = "h", .agent = "SmartPhone",
	      .want = "heavy" },
	    { A, 80, .path = "/long/x", .host = "h", .agent = "Phone",
	      .want = "light" },
	    { A, 80, .path = "/long/x", .host = "h", .want = "long" },
	    { A, 80, .path = "/", .host = "a.com", .agent = "Phone",
	      .want = "domain" } } },
	{ "header groups: a VIP before a domain (rows 1 to 4 of theirs)",
	  { { "d-v-h", .vip = A, .port = 80, .proto = T, .url = "//a.com/*",
	      .agent = "P" },
	    { "v-h", .vip = A, .port = 80, .proto = T, .url = "/*",
	      .agent = "P" },
	    { "d-h", .port = 80, .proto = T, .url = "//b.com/*", .agent = "P" },
	    { "d", .port = 80, .proto = T, .url = "//b.com/*" },
	    { "h", .port = 80, .proto = T, .url = "/*", .agent = "P" },
	    { "u", .port = 80, .proto = T, .url = "/*" } },
	  { { A, 80, .path = "/", .host = "a.com", .agent = "P",
	      .want = "d-v-h" },
	    { A, 80, .path = "/", .host = "b.com", .agent = "P",
	      .want = "v-h" },
	    { A, 80, .path = "/", .host = "b.com", .want = "d" },
	    { B, 80, .path = "/", .host = "b.com", .agent = "P",
	      .want = "d-h" },
	    { B, 80, .path = "/", .host = "b.com", .want = "d" },
	    { B, 80, .path = "/", .host = "c.com", .agent = "P", .want = "h" },
	    { B, 80, .path = "/", .host = "c.com", .want = "u" } } },
	{ "rules that are equal: the first one",
	  { { "first", .vip = A, .port = 80, .proto = T, .url = "/*" },
	    { "second", .vip = A, .port = 80, .proto = T, .url = "/*" },
	    { "third", .vip = B, .port = 80, .proto = T },
	    { "fourth", .vip = B, .port = 80, .proto = T } },
	  { { A, 80, .path = "/", .want = "first" },
	    { B, 80, .want = "third" } } },
};

/* ---- building ----------------------------------------------------------------- */

static struct url_set sets[RULES];
static struct hf_group *groups[RULES];
static struct match_rule rules[RULES];
static struct err err;

static int words(const char *text, char word[][64], int max)
{
	char copy[256], *at = copy, *w = NULL;
	int n = 0;

	ck_assert(str_copy(copy, sizeof(copy), text));
	while ((w = strtok_r(at, " ", &at))) {
		ck_assert_int_lt(n, max);
		ck_assert(str_copy(word[n++], 64, w));
	}
	return n;
}

static void url_build(const struct written *w, struct url_set *s)
{
	char word[4][64];
	int n = words(w->url, word, 4);

	s->pattern = xcalloc((size_t)n, sizeof(*s->pattern));
	for (int i = 0; i < n; i++)
		ck_assert_msg(!url_compile(word[i], w->sensitive,
					   &s->pattern[s->npattern++], &err),
			      "%s", err.msg);
	n = w->dql ? words(w->dql, word, 4) : 0;
	s->host = n ? xcalloc((size_t)n, sizeof(*s->host)) : NULL;
	for (int i = 0; i < n; i++)
		ck_assert(!host_compile(word[i], &s->host[s->nhost++], &err));
	n = w->eql ? words(w->eql, word, 4) : 0;
	s->ext = n ? xcalloc((size_t)n, sizeof(*s->ext)) : NULL;
	for (int i = 0; i < n; i++)
		(void)snprintf(s->ext[s->next++], sizeof(*s->ext), ".%.14s",
			       word[i]);
}

static void rule_build(const struct written *w, int i)
{
	memset(&sets[i], 0, sizeof(sets[i]));
	rules[i] = (struct match_rule){
		.vip_range = (uint16_t)(w->range ? w->range : 1),
		.port = (uint16_t)w->port,
		.proto = (uint8_t)w->proto,
		.layer5 = w->url != NULL,
		.wants = REQUEST_HTTP,
		.hfg_weight = (uint16_t)w->weight,
	};
	if (w->vip)
		ck_assert(str_to_addr(w->vip, &rules[i].vip));
	if (w->url) {
		url_build(w, &sets[i]);
		rules[i].url = &sets[i];
	}
	if (!w->agent)
		return;
	groups[i] = xcalloc(1, sizeof(*groups[i]) + sizeof(struct hf_entry));
	groups[i]->n = 1;
	groups[i]->entry[0] = (struct hf_entry){ .field = "user-agent",
						 .operator= HF_CONTAIN };
	ck_assert(str_copy(groups[i]->entry[0].text,
			   sizeof(groups[i]->entry[0].text), w->agent));
	rules[i].hfg = groups[i];
}

static struct match_table *table(const struct match_case *c)
{
	int n = 0;

	for (; n < RULES && c->rule[n].name; n++)
		rule_build(&c->rule[n], n);
	return match_new(rules, n);
}

static void table_free(struct match_table *t)
{
	match_free(t);
	for (int i = 0; i < RULES; i++) {
		url_set_fini(&sets[i]);
		free(groups[i]);
		groups[i] = NULL;
	}
}

/* ---- asking ---------------------------------------------------------------------- */

static struct http_head head;

static const struct request *request(const struct ask *a, struct request *req)
{
	static char text[512];
	struct http_stream s;
	size_t used = 0;

	*req = (struct request){ .kind = REQUEST_OTHER, .buf = text };
	if (!a->path)
		return NULL;
	if (!strcmp(a->path, "OTHER"))
		return req;
	(void)snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n%s%s%s%s%s\r\n",
		       a->path, a->host ? "Host: " : "", a->host ? a->host : "",
		       a->host ? "\r\n" : "", a->agent ? "User-Agent: " : "",
		       a->agent ? a->agent : "Accept: */*");
	ck_assert(str_has_prefix(text + strlen(text) - 2, "\r\n"));
	(void)strcat(text, "\r\n");
	http_begin(&s, false);
	ck_assert_int_eq(http_feed(&s, text, strlen(text), &used, &head),
			 HTTP_EV_HEAD);
	req->kind = REQUEST_HTTP;
	req->http = &head;
	return req;
}

struct told {
	const struct match_case *c;
	const char *chosen;
};

static void tell(void *arg, int rule, enum match_lost why)
{
	struct told *t = arg;

	if (why == LOST_NOT)
		t->chosen = t->c->rule[rule].name;
	if (why == LOST_WAITING)
		t->chosen = "wait";
}

START_TEST(precedence)
{
	const struct match_case *c = &cases[_i];
	struct match_table *t = table(c);

	for (const struct ask *a = c->ask; a < c->ask + ASKS && a->dst; a++) {
		struct flow_key k = { .dport = htons((uint16_t)a->port),
				      .proto = a->proto ? (uint8_t)a->proto
							: T };
		struct told told = { .c = c, .chosen = "" };
		const struct request *req = NULL;
		struct request r;
		int which = -1;
		const char *got = "";

		ck_assert(str_to_addr(a->dst, &k.dst));
		req = request(a, &r);
		switch (match_find(t, &k, req, &which)) {
		case MATCH_RULE:
			got = c->rule[which].name;
			break;
		case MATCH_NEED_REQUEST:
			got = "wait";
			break;
		case MATCH_NONE:
			break;
		}
		ck_assert_msg(!strcmp(got, a->want),
			      "%s: %s:%d %s %s %s: %s, not %s", c->about,
			      a->dst, a->port, a->path ? a->path : "-",
			      a->host ? a->host : "-",
			      a->agent ? a->agent : "-", got, a->want);
		/* what operators are told is the same */
		match_explain(t, &k, req, tell, &told);
		ck_assert_msg(!strcmp(told.chosen, a->want),
			      "%s: explained as %s, not %s", c->about,
			      told.chosen, a->want);
	}
	table_free(t);
}
END_TEST

/* One of three forms in turn, with the number in its middle. */
static void numbered(char *text, size_t cap, int i, const char *a,
		     const char *a_end, const char *b, const char *b_end,
		     const char *c, const char *c_end)
{
	const char *const begin[] = { a, b, c };
	const char *const end[] = { a_end, b_end, c_end };

	(void)snprintf(text, cap, "%s%d%s", begin[i % 3], i, end[i % 3]);
}

/* Many domains with a star: each is found, and none that is not there. */
START_TEST(many_stars)
{
	enum { N = 3000 };
	struct url_set *s = xcalloc(N, sizeof(*s));
	struct match_rule *r = xcalloc(N, sizeof(*r));
	struct match_table *t = NULL;
	struct in_addr vip;
	char text[64];

	ck_assert(str_to_addr(A, &vip));
	for (int i = 0; i < N; i++) {
		numbered(text, sizeof(text), i, "//*.d", ".com/*", "//d",
			 ".*/*", "//x", ".com/*");
		s[i].pattern = xcalloc(1, sizeof(*s[i].pattern));
		s[i].npattern = 1;
		ck_assert(!url_compile(text, false, s[i].pattern, &err));
		r[i] = (struct match_rule){ .vip = vip,
					    .vip_range = 1,
					    .port = 80,
					    .proto = T,
					    .layer5 = true,
					    .wants = REQUEST_HTTP,
					    .url = &s[i] };
	}
	t = match_new(r, N);
	for (int i = 0; i < N + 3; i++) {
		struct flow_key k = { .dst = vip,
				      .dport = htons(80),
				      .proto = T };
		struct ask a = { .path = "/", .host = text };
		const struct request *req = NULL;
		struct request q;
		int which = -1;

		numbered(text, sizeof(text), i, "a.b.d", ".com", "d", ".e.org",
			 "x", ".com");
		req = request(&a, &q);
		ck_assert_int_eq(match_find(t, &k, req, &which),
				 i < N ? MATCH_RULE : MATCH_NONE);
		ck_assert_int_eq(which, i < N ? i : -1);
	}
	match_free(t);
	for (int i = 0; i < N; i++)
		url_set_fini(&s[i]);
	free(s);
	free(r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("match");
	TCase *t = tcase_create("rules");
	SRunner *r = NULL;
	int failed = 0;

	tcase_add_loop_test(t, precedence, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_test(t, many_stars);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
