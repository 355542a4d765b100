/*
 * How evenly balance methods spread: 100,000 picks each, counted against what the
 * method promises.  (Check's assertions are too slow for each single pick.)
 */
#include "emu/balance/balance.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEN(a)	((int)(sizeof(a) / sizeof(*(a))))
#define PICKS	100000
#define SVC_MAX 6

static uint32_t seed;

static uint32_t dice(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/* ---- clients and their requests --------------------------------------------- */

struct client {
	struct flow_key key;
	char text[128];
	struct http_head head;
	struct request req;
};

static void letters(char *text, int n)
{
	for (int i = 0; i < n; i++)
		text[i] = (char)('a' + dice() % 26);
	text[n] = '\0';
}

static void client_make(struct client *c)
{
	char host[9], path[9];
	struct http_stream s;
	size_t used = 0;

	letters(host, 8);
	letters(path, 8);
	(void)snprintf(c->text, sizeof(c->text),
		       "GET /%s HTTP/1.1\r\nHost: www.%s.example\r\n\r\n", path,
		       host);
	http_begin(&s, false);
	if (http_feed(&s, c->text, strlen(c->text), &used, &c->head) !=
	    HTTP_EV_HEAD)
		ck_abort_msg("%s", http_why(&s));
	c->req = (struct request){ .kind = REQUEST_HTTP,
				   .buf = c->text,
				   .http = &c->head };
	c->key = (struct flow_key){ .src.s_addr = dice(),
				    .dst.s_addr = dice() };
}

static int pick(const struct balance_method *m, const struct candidate *svc,
		int nsvc, const struct client *c, _Atomic uint32_t *cursor)
{
	struct balance_in in = { .svc = svc,
				 .nsvc = nsvc,
				 .key = &c->key,
				 .req = &c->req,
				 .cursor = cursor,
				 .random = dice() };

	return m->pick(&in);
}

/* ---- shares ----------------------------------------------------------------- */

#define UP(w, l) { .eligible = true, .weight = (w), .load = (l) }
#define GONE	 { .eligible = false, .weight = 1, .load = 255 }

static const struct {
	const char *method;
	struct candidate svc[SVC_MAX];
	int nsvc;
	double share[SVC_MAX];
	double off; /* how far a share may be off, of all */
} rows[] = {
	{ "roundrobin", { UP(1, 2), UP(9, 2), UP(1, 9) }, 3,
	  { 1. / 3, 1. / 3, 1. / 3 }, 0.0001 },
	{ "roundrobin", { UP(1, 2), GONE, UP(1, 9) }, 3, { .5, 0, .5 }, 0.0001 },
	{ "weightedrr", { UP(3, 2), UP(1, 2), UP(6, 2) }, 3, { .3, .1, .6 },
	  0.0001 },
	{ "weightedrr", { UP(3, 2), UP(1, 2), GONE }, 3, { .75, .25, 0 },
	  0.0001 },
	/* weight / load^2 */
	{ "aca", { UP(1, 2), UP(1, 4), UP(1, 20) }, 3,
	  { 100. / 126, 25. / 126, 1. / 126 }, 0.005 },
	{ "aca", { UP(1, 10), UP(4, 10) }, 2, { .2, .8 }, 0.005 },
	{ "aca", { UP(1, 2), UP(1, 2), GONE }, 3, { .5, .5, 0 }, 0.005 },
	/* of four, each a quarter; one that is gone leaves it to the rest */
	{ "srcip", { UP(1, 2), UP(1, 2), UP(1, 2), UP(1, 2) }, 4,
	  { .25, .25, .25, .25 }, 0.005 },
	{ "srcip", { UP(1, 2), GONE, UP(1, 2), UP(1, 2) }, 4,
	  { 1. / 3, 0, 1. / 3, 1. / 3 }, 0.005 },
	{ "destip", { UP(1, 2), UP(1, 2), UP(1, 2) }, 3,
	  { 1. / 3, 1. / 3, 1. / 3 }, 0.005 },
	{ "domain", { UP(1, 2), UP(1, 2), UP(1, 2), UP(1, 2) }, 4,
	  { .25, .25, .25, .25 }, 0.005 },
	{ "domainhash", { UP(1, 2), UP(1, 2), UP(1, 2), UP(1, 2), UP(1, 2) }, 5,
	  { .2, .2, .2, .2, .2 }, 0.005 },
	{ "url", { UP(1, 2), UP(1, 2) }, 2, { .5, .5 }, 0.005 },
	{ "urlhash", { UP(1, 2), UP(1, 2), UP(1, 2), UP(1, 2), UP(1, 2) }, 5,
	  { .2, .2, .2, .2, .2 }, 0.005 },
	{ "urlhash", { UP(1, 2), UP(1, 2), GONE, UP(1, 2), UP(1, 2) }, 5,
	  { .25, .25, 0, .25, .25 }, 0.005 },
};

START_TEST(shares_are_as_promised)
{
	const struct balance_method *m = balance_find(rows[_i].method);
	int hits[SVC_MAX] = { 0 };
	_Atomic uint32_t cursor = 0;
	struct client c;

	seed = 2463534242u + (uint32_t)_i;
	for (int i = 0; i < PICKS; i++) {
		int at = -1;

		client_make(&c);
		at = pick(m, rows[_i].svc, rows[_i].nsvc, &c, &cursor);
		if (at < 0)
			ck_abort_msg("nobody was picked");
		hits[at]++;
	}
	for (int i = 0; i < rows[_i].nsvc; i++)
		ck_assert_msg(fabs((double)hits[i] / PICKS - rows[_i].share[i]) <
				      rows[_i].off,
			      "%s: service %d got %d", rows[_i].method, i,
			      hits[i]);
}
END_TEST

/* Whoever is the same comes to the same service, and only those of a service
 * that is gone move. */
static const char *const keepers[] = { "srcip",	 "destip",     "domain",
				       "url",	 "domainhash", "urlhash" };

START_TEST(nobody_moves_without_need)
{
	const struct balance_method *m = balance_find(keepers[_i]);
	struct candidate svc[4] = { UP(1, 2), UP(1, 2), UP(1, 2), UP(1, 2) };
	_Atomic uint32_t cursor = 0;
	struct client c;

	seed = 88675123u;
	for (int i = 0; i < PICKS; i++) {
		int first, later;

		client_make(&c);
		first = pick(m, svc, 4, &c, &cursor);
		if (pick(m, svc, 4, &c, &cursor) != first)
			ck_abort_msg("another one at once");
		svc[2].eligible = false;
		later = pick(m, svc, 4, &c, &cursor);
		svc[2].eligible = true;
		if (first == 2 ? later == 2 : later != first)
			ck_abort_msg("%d became %d", first, later);
	}
}
END_TEST

/* Connections come and go at random; services never differ by more than one
 * when each pick goes to one with the fewest. */
START_TEST(leastconn_levels_out)
{
	struct candidate svc[5] = { UP(1, 2), UP(9, 2), UP(1, 2), UP(1, 2),
				    GONE };
	_Atomic uint32_t cursor = 0;
	struct client c;
	uint32_t hits[5] = { 0 };

	seed = 521288629u;
	client_make(&c);
	for (int i = 0; i < PICKS; i++) {
		int at = pick(&balance_leastconn, svc, 5, &c, &cursor);
		int gone = (int)(dice() % 4);

		for (int k = 0; k < 4; k++)
			if (svc[at].conns > svc[k].conns)
				ck_abort_msg("%d has more than %d", at, k);
		svc[at].conns++;
		hits[at]++;
		if (i > 400 && svc[gone].conns)
			svc[gone].conns--;
	}
	ck_assert_uint_eq(hits[4], 0);
	for (int k = 0; k < 4; k++)
		ck_assert_uint_gt(hits[k], PICKS / 4 - PICKS / 100);
}
END_TEST

/* One that is starting slowly has no more than its cap. */
START_TEST(leastconn_starts_slowly)
{
	struct candidate svc[2] = { UP(1, 2), UP(1, 2) };
	_Atomic uint32_t cursor = 0;
	struct client c;

	seed = 1;
	client_make(&c);
	svc[0].conns = 1000;
	for (uint32_t cap = 1; cap < 100; cap++) {
		svc[1].cap = cap;
		for (int i = 0; i < 10; i++) {
			int at = pick(&balance_leastconn, svc, 2, &c, &cursor);

			svc[at].conns++;
		}
		ck_assert_uint_eq(svc[1].conns, cap);
	}
	svc[1].cap = 0;
	ck_assert_int_eq(pick(&balance_leastconn, svc, 2, &c, &cursor), 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spread");
	TCase *t = tcase_create("spread");
	SRunner *run = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, shares_are_as_promised, 0, LEN(rows));
	tcase_add_loop_test(t, nobody_moves_without_need, 0, LEN(keepers));
	tcase_add_test(t, leastconn_levels_out);
	tcase_add_test(t, leastconn_starts_slowly);
	suite_add_tcase(s, t);
	srunner_run_all(run, CK_ENV);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed ? 1 : 0;
}
