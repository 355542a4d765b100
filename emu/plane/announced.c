#include "emu/plane/announced.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/io/hostmap.h"
#include "emu/io/sock.h"
#include "emu/plane/inner.h"

#define AWAIT_MS     5000 /* ftp data-channel-timeout (content.md 3.4) */
#define PORT_LOWEST  1024 /* of a client that waits (RFC 2577 3) */
#define ACCEPT_BATCH 4

struct awaited {
	enum source source; /* SOURCE_AWAITED */
	int fd;		    /* owned; -1: over */
	struct flow *by;    /* borrowed: it closes this before it goes */
	bool from_server;
	struct in_addr opener; /* host's address of who may come */
	struct sockaddr_in at, to;
	uint64_t due_ms;
	struct timed timed;
	struct awaited *next; /* of over */
};

struct sockaddr_in announced_server_side(const struct flow *by)
{
	struct sockaddr_in at = sock_name(by->leg[LEG_SERVER].fd);

	if (by->use[0].group)
		at.sin_addr = hostmap_addr(by->w->map, by->use[0].group->vip);
	at.sin_port = 0;
	return at;
}

/* The two ends of the channel; false: it leads to a third one. */
static bool ends_of(struct awaited *a, struct in_addr addr, uint16_t port)
{
	struct sockaddr_in client = sock_peer(a->by->leg[LEG_CLIENT].fd);
	struct sockaddr_in server = sock_peer(a->by->leg[LEG_SERVER].fd);

	a->opener = a->from_server ? server.sin_addr : client.sin_addr;
	a->to = a->from_server ? client : server;
	a->to.sin_port = htons(port);
	if (a->from_server)
		a->at = announced_server_side(a->by);
	else
		a->at = sock_name(a->by->leg[LEG_CLIENT].fd);
	/* the server's port, so that both sides speak of the same */
	if (!a->from_server)
		a->at.sin_port = a->to.sin_port;
	return !a->from_server ||
	       (addr.s_addr == client.sin_addr.s_addr && port >= PORT_LOWEST);
}

struct awaited *awaited_new(struct flow *by, struct in_addr addr, uint16_t port,
			    bool from_server, struct sockaddr_in *at)
{
	struct worker *w = by->w;
	struct awaited *a = calloc(1, sizeof(*a));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = a };

	if (!a)
		return NULL;
	*a = (struct awaited){ .source = SOURCE_AWAITED,
			       .by = by,
			       .from_server = from_server,
			       .due_ms = w->now_ms + AWAIT_MS,
			       .timed.kind = TIMED_AWAITED };
	a->fd = ends_of(a, addr, port) ? sock_listen_at(by->w->map, &a->at) : -1;
	if (a->fd < 0 || epoll_ctl(w->ep, EPOLL_CTL_ADD, a->fd, &ev)) {
		if (a->fd >= 0)
			(void)close(a->fd);
		free(a);
		return NULL;
	}
	*at = a->at;
	inner_await(w->inner, IPPROTO_TCP, at);
	wheel_set(w, &a->timed);
	return a;
}

void awaited_close(struct worker *w, struct awaited **slot)
{
	struct awaited *a = *slot;

	if (!a)
		return;
	inner_await_over(w->inner, IPPROTO_TCP, &a->at);
	(void)close(a->fd);
	a->fd = -1;
	wheel_unset(w, &a->timed);
	/* epoll may have reported it in this turn */
	a->next = w->awaited_over;
	w->awaited_over = a;
	*slot = NULL;
}

void awaited_bury(struct worker *w)
{
	struct awaited *a;

	while ((a = w->awaited_over)) {
		w->awaited_over = a->next;
		free(a);
	}
}

#define AWAITED_OF(t) TIMED_IN(t, struct awaited)

uint64_t awaited_due(const struct timed *t)
{
	return AWAITED_OF(t)->due_ms;
}

void awaited_expire(struct timed *t)
{
	channel_came(AWAITED_OF(t)->by, NULL);
}

/* ---- it comes -------------------------------------------------------------- */

/* The server opens it: to the client from the VIP, its own port kept. */
static void as_active(const struct awaited *a, const struct sockaddr_in *peer,
		      struct flow_use *u, struct verdict *v)
{
	const struct flow_use *c = &a->by->use[0];

	u->key = (struct flow_key){ .src = c->dst,
				    .sport = peer->sin_port,
				    .dst = c->key.src,
				    .dport = a->to.sin_port,
				    .proto = IPPROTO_TCP };
	v->group = c->member->svc->source_group;
	v->src = v->group ? v->group->vip : c->key.dst;
	v->dst = c->key.src;
	u->src = v->src;
	u->sport = peer->sin_port;
}

/* The client opens it: to the server, from the source group's address. */
static void as_passive(const struct awaited *a, const struct sockaddr_in *peer,
		       struct flow_use *u, struct verdict *v)
{
	const struct flow_use *c = &a->by->use[0];

	u->key = (struct flow_key){ .src = c->key.src,
				    .sport = peer->sin_port,
				    .dst = c->key.dst,
				    .dport = a->at.sin_port,
				    .proto = IPPROTO_TCP };
	v->group = c->group;
	v->dst = c->dst;
	if (v->group && !use_map(a->by->policy->p, u, v->group, false))
		v->group = NULL; /* from any port, rather than not at all */
}

static int connect_other(const struct awaited *a, const struct flow_use *u)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_port = u->sport };

	if (u->src.s_addr != INADDR_ANY)
		from.sin_addr = hostmap_addr(a->by->w->map, u->src);
	return sock_connect_at(a->by->w->map, &a->to, &from);
}

static struct flow *carry(const struct awaited *a, int fd,
			  const struct sockaddr_in *peer)
{
	struct worker *w = a->by->w;
	const struct flow_use *c = &a->by->use[0];
	struct flow *f = flow_begin(w, worker_policy_more(a->by->policy), fd);
	struct verdict v = { .member = c->member, .dport = a->to.sin_port };
	struct flow_use *u = NULL;

	if (!f)
		return NULL;
	u = &f->use[f->nuse++];
	f->reversed = a->from_server;
	if (a->from_server)
		as_active(a, peer, u, &v);
	else
		as_passive(a, peer, u, &v);
	u->rule = c->rule;
	use_enter(w, f->policy->p, u, &v);
	count(&w->c->flows_total, 2);
	f->idle_ms = use_idle_ms(f->policy->p, u);
	flow_connects(f, connect_other(a, u), false);
	return f->state == FLOW_OVER ? NULL : f;
}

void awaited_event(struct worker *w, void *source)
{
	struct awaited *a = source;

	for (int i = 0; i < ACCEPT_BATCH && a->fd >= 0; i++) {
		struct sockaddr_in peer;
		socklen_t len = sizeof(peer);
		int fd = accept4(a->fd, (struct sockaddr *)&peer, &len,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		if (peer.sin_addr.s_addr != a->opener.s_addr ||
		    w->nflows >= w->max_flows) {
			(void)close(fd);
			continue;
		}
		channel_came(a->by, carry(a, fd, &peer));
	}
}
