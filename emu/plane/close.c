#include "emu/plane/relay.h"

#include <assert.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"

/*
 * The end of a flow: one function, whatever the reason.  The struct is kept
 * until the end of the turn, since epoll may already have reported its other
 * leg.
 */

static const struct {
	const char *name;
	bool reset;    /* both sides get a reset, not an orderly end */
	bool is_fault; /* worth a line in the log */
} end_row[] = {
	[END_CLOSED] = { "closed", false, false },
	[END_CLIENT_RESET] = { "reset by the client", true, false },
	[END_SERVER_RESET] = { "reset by the server", true, false },
	[END_REFUSED] = { "the server refused the connection", true, true },
	[END_NO_SOURCE] = { "the source group's VIP is not an address of this "
			    "host; add it to an interface, or map it with "
			    "--map",
			    true, true },
	[END_NO_DESCRIPTOR] = { "no descriptors are left; raise ulimit -n",
				true, true },
	[END_NO_MEMORY] = { "no memory is left", true, true },
	[END_NO_RULE] = { "no rule", true, false },
	[END_NO_SERVICE] = { "no service is available", true, false },
	[END_NO_ENTRY] = { "no entry of the SSL proxy list fits", true, true },
	[END_LOOP] = { "clear text of an SSL module leads to an SSL module",
		       true, true },
	[END_CLIENT_TLS] = { "TLS with the client failed", true, true },
	[END_SERVER_TLS] = { "TLS with the server failed", true, true },
	[END_HANDSHAKE_TIMEOUT] = { "TLS handshake timed out", true, true },
	[END_REQUEST_TIMEOUT] = { "no request came", true, false },
	[END_CONNECT_TIMEOUT] = { "the server did not answer", true, true },
	[END_IDLE] = { "idle", true, false },
	[END_SERVICE_RESET] = { "the service was suspended", true, false },
	[END_CARD_GONE] = { "the SSL module was removed", true, false },
	[END_STOPPED] = { "the switch stops", true, false },
};
static_assert(sizeof(end_row) / sizeof(*end_row) == END_NUM,
	      "end_row[] does not match enum flow_end");

const char *flow_end_name(enum flow_end e)
{
	return end_row[e].name;
}

static void log_end(struct flow *f, enum flow_end why, const char *detail)
{
	const struct flow_key *k = &f->use[0].key;

	if (!worker_may_log(f->w))
		return;
	log_write(LOG_FLOWMGR, LOG_NOTICE_5, "%s:%u -> %s:%u: %s%s%s",
		  str_addr(k->src), ntohs(k->sport), str_addr(k->dst),
		  ntohs(k->dport), end_row[why].name, detail ? ": " : "",
		  detail ? detail : "");
}

static void uses_leave(struct flow *f)
{
	struct worker *w = f->w;

	for (unsigned i = 0; i < f->nuse; i++) {
		struct flow_use *u = &f->use[i];

		count(&w->c->flows_over, 2);
		if (u->member)
			shared_leave(w->shared, u->member->svc->index);
		if (u->group)
			count(&w->c->group[u->group->index].left, 1);
	}
}

void flow_close(struct flow *f, enum flow_end why)
{
	flow_fail(f, why, NULL);
}

void flow_fail(struct flow *f, enum flow_end why, const char *detail)
{
	struct worker *w = f->w;

	if (f->state == FLOW_OVER)
		return;
	if (end_row[why].is_fault)
		log_end(f, why, detail);
	f->state = FLOW_OVER;
	if (why == END_REFUSED || why == END_CONNECT_TIMEOUT)
		count(&w->c->refused, 1);
	for (int i = 0; i < 2; i++)
		leg_close(w, &f->leg[i], end_row[why].reset);
	uses_leave(f);
	worker_policy_put(w, f->policy);
	if (f->queued)
		TAILQ_REMOVE(&w->again, f, more);
	f->queued = false;
	LIST_REMOVE(f, link);
	LIST_REMOVE(f, timer);
	f->link.le_next = w->over;
	w->over = f;
}

void flow_bury(struct worker *w)
{
	while (w->over) {
		struct flow *f = w->over;
		struct block *b = (struct block *)(void *)f;

		w->over = f->link.le_next;
		b->next = w->free_flow;
		w->free_flow = b;
	}
}
