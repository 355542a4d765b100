/* Data connections of FTP that somebody was told of. */
#include "emu/wire/forward_priv.h"

#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/wire/fast.h"

#define EXPECT_MS 5000 /* ftp data-channel-timeout (content.md 3.4) */

struct expected *expected_new(void)
{
	return xcalloc(EXPECTED_MAX, sizeof(struct expected));
}

void expected_free(struct wire *w, struct expected *e)
{
	for (int i = 0; e && i < EXPECTED_MAX; i++)
		expected_drop(w, &e[i], false);
	free(e);
}

void expected_drop(struct wire *w, struct expected *e, bool taken)
{
	if (!e->policy)
		return;
	if (!taken && e->use.mapping.port)
		use_unmap(&e->use, e->use.group);
	worker_policy_put(w->worker, e->policy);
	e->policy = NULL;
	w->forward->nexpected--;
}

struct expected *expected_find(struct wire *w, const struct tuple *k)
{
	for (int i = 0; i < EXPECTED_MAX && w->forward->nexpected; i++) {
		struct expected *e = &w->forward->expected[i];

		if (e->policy && e->from.src == k->src &&
		    e->from.dst == k->dst && e->from.dport == k->dport &&
		    k->proto == IPPROTO_TCP && e->until_ms > w->now_ms)
			return e;
	}
	return NULL;
}

void expected_tick(struct wire *w)
{
	for (int i = 0; i < EXPECTED_MAX && w->forward->nexpected; i++)
		if (w->forward->expected[i].until_ms <= w->now_ms)
			expected_drop(w, &w->forward->expected[i], false);
}

/* A place for another; who waits for the same is not told any more. */
static struct expected *place(struct wire *w, const struct tuple *from)
{
	struct expected *all = w->forward->expected, *oldest = all;
	struct expected *e = expected_find(w, from);

	for (int i = 0; i < EXPECTED_MAX && !e; i++) {
		if (!all[i].policy)
			e = &all[i];
		if (all[i].until_ms < oldest->until_ms)
			oldest = &all[i];
	}
	if (!e)
		e = oldest;
	expected_drop(w, e, false);
	return e;
}

struct expected *expected_add(struct wire *w, const struct wflow *f,
			      const struct tuple *from, const struct tuple *to)
{
	struct expected *e = place(w, from);

	w->forward->nexpected++;
	fast_expects(w, from);
	*e = (struct expected){ .from = *from,
				.to = *to,
				.use = { .rule = f->use.rule,
					 .member = f->use.member,
					 .group = f->use.group },
				.policy = worker_policy_more(f->policy),
				.until_ms = w->now_ms + EXPECT_MS };
	return e;
}
