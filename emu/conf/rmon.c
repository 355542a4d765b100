#include "emu/conf/rmon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

const char *const rmon_sample_names[] = { "absolute", "delta", NULL };
const char *const rmon_startup_names[RMON_STARTUP_NUM + 1] = {
	[RMON_RISING_AND_FALLING] = "rising-and-falling",
	[RMON_RISING] = "rising",
	[RMON_FALLING] = "falling",
};
const char *const rmon_event_type_names[RMON_EVENT_TYPE_NUM + 1] = {
	[RMON_LOG] = "log",
	[RMON_LOG_AND_TRAP] = "log-and-trap",
	[RMON_NONE] = "none",
	[RMON_TRAP] = "trap",
};

/* ---- lists by number ------------------------------------------------------ */

static const struct kind {
	const char *word;
	size_t size;
	unsigned max;
} kinds[] = {
	[RMON_ALARM] = { "rmon-alarm", sizeof(struct rmon_alarm),
			 RMON_EVENT_MAX },
	[RMON_EVENT] = { "rmon-event", sizeof(struct rmon_event),
			 RMON_EVENT_MAX },
	[RMON_HISTORY] = { "rmon-history", sizeof(struct rmon_history),
			   RMON_HISTORY_MAX },
};
static_assert(sizeof(kinds) / sizeof(*kinds) == RMON_KIND_NUM,
	      "a row per kind");

const char *rmon_word(enum rmon_kind k)
{
	return kinds[k].word;
}

struct rmon *rmon_find(const struct conf *c, enum rmon_kind k, unsigned index)
{
	struct rmon *r = NULL;

	TAILQ_FOREACH(r, &c->rmons[k], link)
		if (r->index == index)
			return r;
	return NULL;
}

struct rmon_alarm *rmon_alarm_find(const struct conf *c, unsigned index)
{
	return (struct rmon_alarm *)rmon_find(c, RMON_ALARM, index);
}

struct rmon_event *rmon_event_find(const struct conf *c, unsigned index)
{
	return (struct rmon_event *)rmon_find(c, RMON_EVENT, index);
}

struct rmon_history *rmon_history_find(const struct conf *c, unsigned index)
{
	return (struct rmon_history *)rmon_find(c, RMON_HISTORY, index);
}

/* Into its place; the number of those there were. */
static int list_insert(struct rmon_list *list, struct rmon *r)
{
	struct rmon *other = NULL, *behind = NULL;
	int n = 0;

	TAILQ_FOREACH(other, list, link) {
		n++;
		if (!behind && other->index > r->index)
			behind = other;
	}
	if (behind)
		TAILQ_INSERT_BEFORE(behind, r, link);
	else
		TAILQ_INSERT_TAIL(list, r, link);
	return n;
}

static void defaults(struct rmon *r)
{
	struct rmon_alarm *a = (struct rmon_alarm *)r;
	struct rmon_event *e = (struct rmon_event *)r;
	struct rmon_history *h = (struct rmon_history *)r;

	switch (r->kind) {
	case RMON_ALARM:
		a->interval_s = 300;
		break;
	case RMON_EVENT:
		(void)str_copy(e->community, sizeof(e->community), "public");
		break;
	case RMON_HISTORY:
		h->interval_s = 1800;
		h->buckets = 50;
		break;
	case RMON_KIND_NUM:
		break;
	}
}

struct rmon *rmon_add(struct conf *c, enum rmon_kind k, unsigned index,
		      struct err *err)
{
	struct rmon *r = rmon_find(c, k, index);

	if (r)
		return r;
	if (index < 1 || index > kinds[k].max) {
		(void)err_set(err, ERR_RANGE, -1, T_RMON_INDEX, kinds[k].word,
			      kinds[k].max);
		return NULL;
	}
	r = xcalloc(1, kinds[k].size);
	r->kind = k;
	r->index = index;
	defaults(r);
	if (list_insert(&c->rmons[k], r) >= RMON_MAX) {
		TAILQ_REMOVE(&c->rmons[k], r, link);
		free(r);
		(void)err_set(err, ERR_RANGE, -1, T_FULL, kinds[k].word,
			      RMON_MAX);
		return NULL;
	}
	conf_changed(c);
	return r;
}

int rmon_del(struct conf *c, enum rmon_kind k, unsigned index, struct err *err)
{
	struct rmon *r = rmon_find(c, k, index);

	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_RMON, kinds[k].word,
			       index);
	TAILQ_REMOVE(&c->rmons[k], r, link);
	free(r);
	conf_changed(c);
	return 0;
}

/* ---- activation ----------------------------------------------------------- */

int rmon_may_edit(const struct rmon *r, struct err *err)
{
	return r->active ? err_set(err, ERR_REFUSED, -1, T_RMON_ACTIVE,
				   kinds[r->kind].word)
			 : 0;
}

int rmon_activate(struct conf *c, struct rmon *r, struct err *err)
{
	const struct rmon_alarm *a = (const struct rmon_alarm *)r;
	struct rmon_history *h = (struct rmon_history *)r;

	if (r->active)
		return 0;
	if (r->kind == RMON_ALARM && !a->variable[0])
		return err_set(err, ERR_REFUSED, -1, T_RULE_NEEDS, "rmon-alarm",
			       "a sample-variable");
	if (r->kind == RMON_HISTORY && !h->port_ifindex)
		return err_set(err, ERR_REFUSED, -1, T_RULE_NEEDS,
			       "rmon-history", "a data-source");
	if (r->kind == RMON_HISTORY)
		h->since = conf_clock();
	conf_put_flag(c, &r->active, true);
	r->activated = c->generation;
	return 0;
}

int rmon_suspend(struct conf *c, struct rmon *r, struct err *err)
{
	(void)err;
	conf_put_flag(c, &r->active, false);
	return 0;
}
