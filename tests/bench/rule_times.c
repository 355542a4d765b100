/*
 * What finding a content rule costs, with 10 to 5,000 rules (tests/bench/rules)
 *
 *	port	layer 4: addresses and ports
 *	path	layer 5 on one VIP: prefixes of paths
 *	ext	extensions below paths
 *	exact	whole paths
 *	domain	domains
 *	star	domains with a star in front
 *
 * Every rule is asked for, in an order that no cache can guess; times are the CPU
 * time of this thread, nanoseconds a look-up, the least of several rounds.  The
 * last column is the cost at 5,000 by that at 10; with --check the exit status is
 * 1 when one of them is more than the bound: then something walks.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emu/base/err.h"
#include "emu/base/xalloc.h"
#include "emu/match/rule.h"
#include "emu/match/url.h"

#define MOST   5000
#define ASKED  20000 /* look-ups of a round */
#define ROUNDS 7
#define BOUND  40 /* a busy machine takes the caches away */

enum kind { PORT, PATH, EXT, EXACT, DOMAIN, STAR, KIND_NUM };

static const char *const kind_name[KIND_NUM] = {
	"port", "path", "ext", "exact", "domain", "star",
};

static const int sizes[] = { 10, 100, 1000, MOST };
#define NSIZE ((int)(sizeof(sizes) / sizeof(*sizes)))

static struct url_set sets[MOST];
static struct match_rule rules[MOST];
/* Of each request what differs; the rest of a head is one for all, as a worker
 * has one: 5,000 of them would measure the memory. */
static char requests[MOST][96];
static struct http_span paths[MOST], hosts[MOST];
static struct http_head head;

static double cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The rule's url, and a request that falls under it. */
static void texts(enum kind k, int i, char *url, size_t cap, char *req,
		  size_t room)
{
	const char *host = "www.example.com";
	char path[64] = "/", name[64];

	(void)snprintf(url, cap, "/");
	switch (k) {
	case PATH:
		(void)snprintf(url, cap, "/shop/part%d/*", i);
		(void)snprintf(path, sizeof(path), "/shop/part%d/a/b.html", i);
		break;
	case EXT:
		(void)snprintf(url, cap, "/shop/part%d/*.gif", i);
		(void)snprintf(path, sizeof(path), "/shop/part%d/a/b.gif", i);
		break;
	case EXACT:
		(void)snprintf(url, cap, "/shop/part%d.html", i);
		(void)snprintf(path, sizeof(path), "/shop/part%d.html", i);
		break;
	case DOMAIN:
		(void)snprintf(url, cap, "//www.shop%d.example/*", i);
		(void)snprintf(name, sizeof(name), "www.shop%d.example", i);
		host = name;
		break;
	case STAR:
		(void)snprintf(url, cap, "//*.shop%d.example/*", i);
		(void)snprintf(name, sizeof(name), "www.shop%d.example", i);
		host = name;
		break;
	default:
		break;
	}
	(void)snprintf(req, room, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path,
		       host);
}

static void rule_make(enum kind k, int i)
{
	struct err err = { 0 };
	struct http_stream s;
	size_t used = 0;
	char url[128];

	texts(k, i, url, sizeof(url), requests[i], sizeof(requests[i]));
	http_begin(&s, false);
	sets[i] = (struct url_set){
		.npattern = 1, .pattern = xcalloc(1, sizeof(*sets[i].pattern))
	};
	if (http_feed(&s, requests[i], strlen(requests[i]), &used, &head) !=
		    HTTP_EV_HEAD ||
	    url_compile(url, false, sets[i].pattern, &err)) {
		(void)fprintf(stderr, "rule_times: %s: %s\n", url, err.msg);
		exit(2);
	}
	paths[i] = head.path;
	hosts[i] = head.host;
	rules[i] = (struct match_rule){
		.vip.s_addr =
			htonl(0x0a000001u + (k == PORT ? (uint32_t)i / 50 : 0)),
		.vip_range = 1,
		.port = (uint16_t)(k == PORT ? 1000 + i % 50 : 80),
		.proto = IPPROTO_TCP,
		.layer5 = k != PORT,
		.wants = REQUEST_HTTP,
		.url = k == PORT ? NULL : &sets[i],
	};
}

/* One look-up of rule i; false: another rule, or none, was found. */
static bool look_up(const struct match_table *t, int i)
{
	struct flow_key key = { .dst = rules[i].vip,
				.dport = htons(rules[i].port),
				.proto = IPPROTO_TCP };
	struct request req = { .kind = REQUEST_HTTP,
			       .buf = requests[i],
			       .http = &head };
	int which = -1;

	head.path = paths[i];
	head.host = hosts[i];
	return match_find(t, &key, rules[i].layer5 ? &req : NULL, &which) ==
		       MATCH_RULE &&
	       which == i;
}

static double round_ns(const struct match_table *t, int n)
{
	uint32_t dice = 1;
	double from = cpu_ns();

	for (int i = 0; i < ASKED; i++) {
		dice = dice * 1664525u + 1013904223u;
		if (!look_up(t, (int)((dice >> 8) % (uint32_t)n))) {
			(void)fprintf(stderr, "rule_times: a wrong rule\n");
			exit(2);
		}
	}
	return (cpu_ns() - from) / ASKED;
}

static double measure(enum kind k, int n)
{
	struct match_table *t = NULL;
	double best = 0;

	for (int i = 0; i < n; i++)
		rule_make(k, i);
	t = match_new(rules, n);
	for (int r = 0; r < ROUNDS; r++) {
		double ns = round_ns(t, n);

		best = !r || ns < best ? ns : best;
	}
	match_free(t);
	for (int i = 0; i < n; i++)
		url_set_fini(&sets[i]);
	return best;
}

int main(int argc, char **argv)
{
	bool check = argc > 1 && !strcmp(argv[1], "--check"), fine = true;

	(void)printf("%-8s", "rules");
	for (int s = 0; s < NSIZE; s++)
		(void)printf("%10d", sizes[s]);
	(void)printf("%10s\n", "ratio");
	for (int k = 0; k < KIND_NUM; k++) {
		double first = 0, ns = 0;

		(void)printf("%-8s", kind_name[k]);
		for (int s = 0; s < NSIZE; s++) {
			ns = measure((enum kind)k, sizes[s]);
			first = s ? first : ns;
			(void)printf("%7.0f ns", ns);
		}
		(void)printf("%10.1f\n", ns / first);
		fine &= ns / first <= BOUND;
	}
	return check && !fine;
}
