#include "emu/plane/relay.h"

#include <assert.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/flow/policy.h"
#include "emu/plane/channel.h"
#include "emu/plane/hello.h"
#include "emu/plane/talk.h"
#include "sslmod/image.h"

/*
 * The end of a flow: one function, whatever the reason.  The struct is kept
 * until the end of the turn, since epoll may already have reported its other
 * leg.
 */

#define QUIET LOG_LEVEL_NUM /* an end like this is nobody's fault */

static const struct {
	const char *name;
	bool reset; /* both sides get a reset, not an orderly end */
	enum log_level level;
} end_row[] = {
	[END_CLOSED] = { "closed", false, QUIET },
	[END_CLIENT_RESET] = { "reset by the client", true, QUIET },
	[END_SERVER_RESET] = { "reset by the server", true, QUIET },
	[END_REFUSED] = { "the server refused the connection", true,
			  LOG_NOTICE_5 },
	[END_NO_SOURCE] = { "the source group's VIP is not an address of this "
			    "host; add it to an interface, or map it with "
			    "--map",
			    true, LOG_WARNING_4 },
	[END_NO_PORT] = { "no local port is left for this server", true,
			  LOG_WARNING_4 },
	[END_NO_DESCRIPTOR] = { "no descriptors are left; raise the limit with "
				"ulimit -n",
				true, LOG_WARNING_4 },
	[END_NO_MEMORY] = { "no memory is left", true, LOG_WARNING_4 },
	[END_NO_RULE] = { "no rule", true, QUIET },
	[END_NO_SERVICE] = { "no service is available", true, QUIET },
	[END_NO_ENTRY] = { "no entry of the SSL proxy list fits", true,
			   LOG_WARNING_4 },
	[END_LOOP] = { "the clear text of an SSL module leads to an SSL module",
		       true, LOG_WARNING_4 },
	[END_DENIED] = { "denied by an access list", true, QUIET },
	[END_BAD_REQUEST] = { "the request is not to be trusted", true,
			      LOG_NOTICE_5 },
	[END_REDIRECTED] = { "redirected", false, QUIET },
	[END_REDIRECTED_RESET] = { "redirected", true, QUIET },
	[END_NO_REDIRECT] = { "a request with a body needs another service and "
			      "cannot be redirected; see persistence reset "
			      "remap",
			      true, LOG_NOTICE_5 },
	[END_CLIENT_TLS] = { "TLS with the client failed", true, LOG_NOTICE_5 },
	[END_SERVER_TLS] = { "TLS with the server failed", true, LOG_NOTICE_5 },
	[END_HANDSHAKE_TIMEOUT] = { "TLS handshake timed out", true,
				    LOG_NOTICE_5 },
	[END_REQUEST_TIMEOUT] = { "no request came", true, QUIET },
	[END_CONNECT_TIMEOUT] = { "the server did not answer", true,
				  LOG_NOTICE_5 },
	[END_IDLE] = { "idle", true, QUIET },
	[END_SERVICE_RESET] = { "the service was suspended", true, QUIET },
	[END_CARD_GONE] = { "the SSL module was removed", true, QUIET },
	[END_STOPPED] = { "the switch stops", true, QUIET },
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
	log_write(LOG_FLOWMGR, end_row[why].level, "%s:%u -> %s:%u: %s%s%s",
		  str_addr(k->src), ntohs(k->sport), str_addr(k->dst),
		  ntohs(k->dport), end_row[why].name, detail ? ": " : "",
		  detail ? detail : "");
}

static void uses_leave(struct flow *f)
{
	struct worker *w = f->w;

	for (unsigned i = 0; i < f->nuse; i++) {
		count(&w->c->flows_over, 2);
		use_leave(w, &f->use[i]);
		use_give_up(w, &f->use[i]);
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
	if (end_row[why].level != QUIET)
		log_end(f, why, detail);
	f->state = FLOW_OVER;
	if (why == END_REFUSED || why == END_CONNECT_TIMEOUT)
		count(&w->c->refused, 1);
	if (why == END_NO_PORT || why == END_NO_SOURCE)
		count(&w->c->no_port, 1);
	if (why == END_CLIENT_RESET || why == END_SERVER_RESET)
		count(&w->c->resets, 1);
	/* a reset would overtake the alert that tells the client why */
	if (why == END_CLIENT_TLS || why == END_REDIRECTED ||
	    (why == END_CLOSED && f->talk && f->leg[LEG_CLIENT].readable &&
	     !f->leg[LEG_CLIENT].eof))
		leg_discard(w, &f->leg[LEG_CLIENT]);
	if (why == END_CLIENT_TLS)
		leg_leave(w, &f->leg[LEG_CLIENT]);
	else
		leg_close(w, &f->leg[LEG_CLIENT], end_row[why].reset);
	leg_close(w, &f->leg[LEG_SERVER], end_row[why].reset);
	uses_leave(f);
	if (f->talk)
		talk_free(w, f->talk);
	f->talk = NULL;
	channel_over(f);
	hello_free(f->hello);
	f->hello = NULL;
	worker_policy_put(w, f->policy);
	if (f->queued)
		TAILQ_REMOVE(&w->again, f, more);
	f->queued = false;
	LIST_REMOVE(f, link);
	w->nflows--;
	wheel_unset(w, &f->timed);
	delay_drop(f);
	crowd_leave(f);
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

/* ---- time ------------------------------------------------------------------ */

#define FLOW_OF(t) TIMED_IN(t, struct flow)

static uint64_t leg_renewal(const struct flow *f, const struct leg *g)
{
	if (f->state != FLOW_OPEN || !g->tls || !g->renew_ms)
		return 0;
	return g->renewed_ms + g->renew_ms;
}

/* When `handshake timeout` asks for a new one; 0: never. */
static uint64_t renewal_due(const struct flow *f)
{
	uint64_t a = leg_renewal(f, &f->leg[LEG_CLIENT]);
	uint64_t b = leg_renewal(f, &f->leg[LEG_SERVER]);

	return sooner(a, b);
}

/* When this state ends by itself or wants looking at; 0: never. */
uint64_t flow_due(const struct timed *t)
{
	const struct flow *f = FLOW_OF(t);
	uint32_t limit = f->state == FLOW_OPEN ? f->idle_ms : f->limit_ms;
	uint64_t from = f->state == FLOW_OPEN ? f->used_ms : f->since_ms;
	uint64_t end = limit ? from + limit : 0, renewal = renewal_due(f);

	if (channel_is_busy(f)) /* what it announced is under way */
		return renewal;
	return sooner(end, renewal);
}

/* true: that was all there was to do */
static bool renews(struct flow *f)
{
	bool any = false;

	for (int i = 0; i < 2; i++) {
		struct leg *g = &f->leg[i];
		uint64_t due = leg_renewal(f, g);

		if (!due || due > f->w->now_ms)
			continue;
		g->renewed_ms = f->w->now_ms;
		tls_renew(g->tls);
		any = true;
	}
	if (any)
		wheel_set(f->w, &f->timed);
	return any;
}

/* Bytes for a leg's peer that it has not taken yet, the kernel's among them. */
static uint32_t waiting(const struct leg *g)
{
	int n = 0;

	if (g->fd < 0 || ioctl(g->fd, SIOCOUTQ, &n) < 0 || n < 0)
		n = 0;
	return (uint32_t)n + g->rest_len + g->piped;
}

/* A peer that takes what waits for it, however slowly, is not idle, though
 * nothing is read meanwhile. */
static bool is_taking(struct flow *f)
{
	uint32_t now = 0, before = f->waiting;

	if (f->state != FLOW_OPEN)
		return false;
	now = waiting(&f->leg[LEG_CLIENT]) + waiting(&f->leg[LEG_SERVER]);
	f->waiting = now;
	if (!now || now == before)
		return false;
	f->used_ms = f->w->now_ms;
	return true;
}

void flow_expire(struct timed *t)
{
	static const enum flow_end end[] = {
		[FLOW_HANDSHAKE] = END_HANDSHAKE_TIMEOUT,
		[FLOW_REQUEST] = END_REQUEST_TIMEOUT,
		[FLOW_CONNECT] = END_CONNECT_TIMEOUT,
		[FLOW_OPEN] = END_IDLE,
		[FLOW_OVER] = END_IDLE,
	};
	struct flow *f = FLOW_OF(t);

	if (renews(f))
		return;
	if (is_taking(f))
		wheel_set(f->w, t);
	else
		flow_close(f, end[f->state]);
}
