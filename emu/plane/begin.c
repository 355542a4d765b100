#include "emu/plane/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "emu/conf/service.h"
#include "emu/flow/decide.h"
#include "emu/flow/acl_log.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/io/hostmap.h"
#include "emu/io/sock.h"
#include "emu/plane/channel.h"
#include "emu/plane/plane.h"
#include "emu/plane/hello.h"
#include "emu/plane/inner.h"
#include "emu/plane/talk.h"
#include "emu/sticky/sticky.h"
#include "sslmod/image.h"

/*
 * From an accepted connection to two open legs.
 *
 * decide ── local ────────────────────────────────────────► connect
 *        ── ssl-accel ► handshake ► decide again ── local ─► connect
 *                                     ── backend, init ────► connect, TLS
 *        ── ssl-init ──────────────────────────────────────► connect, TLS
 *
 * A layer 5 rule puts a wait for the request in front of either decision.  The
 * server side is not connected before the client's handshake is over: the
 * product does the same, and balancing then counts no failed handshake.
 *
 * Every piece that has arrived is sent at once, in one write, and TCP_NODELAY is
 * on for both legs, unless an entry of an SSL proxy list asks for something else
 * (tune.c, delay.c).
 */

#define PLAIN_CONNECT_MS 30000 /* as long as a module's SYN timeout */
#define REQUEST_MS	 16000
#define PORT_TRIES	 16
#define ASKED_AGAIN	 8 /* when other workers take what was decided on */

static const struct leg no_leg = { .source = SOURCE_LEG, .fd = -1 };

static void enter_state(struct flow *f, enum flow_stage s, uint32_t limit_ms)
{
	f->state = s;
	f->since_ms = f->used_ms = f->w->now_ms;
	f->limit_ms = limit_ms;
	wheel_set(f->w, &f->timed);
}

/* ---- server side ----------------------------------------------------------- */

static enum flow_end connect_error(int error, bool has_source)
{
	switch (error) {
	case EADDRINUSE:
		return END_NO_PORT;
	case EADDRNOTAVAIL:
		return has_source ? END_NO_SOURCE : END_NO_PORT;
	case EMFILE:
	case ENFILE:
		return END_NO_DESCRIPTOR;
	case ENOBUFS:
	case ENOMEM:
		return END_NO_MEMORY;
	default:
		return END_REFUSED;
	}
}

static void connects(struct flow *f, int fd, bool has_source,
		     const struct ssl_back *back, const struct ssl_leg_opts *o)
{
	struct leg *g = &f->leg[LEG_SERVER];

	g->fd = fd;
	if (g->fd < 0) {
		flow_fail(f, connect_error(errno, has_source), strerror(errno));
		return;
	}
	count(&f->w->c->connected, 1);
	if (o)
		tune_side(g, &o->server, o);
	if (back)
		g->tls = tls_connect(back, (int)f->w->number, g->fd);
	if ((back && !g->tls) || !leg_watch(f->w, g)) {
		flow_close(f, END_NO_MEMORY);
		return;
	}
	enter_state(f, FLOW_CONNECT, f->connect_ms);
}

void flow_connects(struct flow *f, int fd, bool has_source)
{
	connects(f, fd, has_source, NULL, NULL);
}

/* From a port of the source group that nobody else on this host has either. */
static int connect_mapped(struct flow *f, const struct policy_group *g,
			  struct in_addr dst, in_port_t port)
{
	struct flow_use *u = &f->use[f->nuse - 1];
	int fd = -1, error = EADDRINUSE;

	for (int i = 0; i < USE_MAP_TRIES; i++) {
		if (!use_map(f->policy->p, u, g, false))
			break;
		fd = sock_connect_from(f->w->map, dst, port, u->src, u->sport);
		error = errno;
		if (fd >= 0 || (error != EADDRINUSE && error != EADDRNOTAVAIL))
			break;
		use_unmap(u, g);
	}
	errno = error;
	return fd;
}

/* The frames to a transparent cache go there, whatever their address. */
static bool is_cache(const struct flow_use *u)
{
	return u->member && u->member->svc->type == SERVICE_TRANSPARENT_CACHE;
}

static bool is_taken(int error)
{
	return error == EADDRINUSE || error == EADDRNOTAVAIL;
}

static in_port_t port_of_ours(const struct flow *f)
{
	const struct portmap *m = &f->policy->p->flow.portmap;

	return htons((uint16_t)(m->base + worker_dice(f->w) % m->range));
}

/*
 * On the wire a server sees the client's own address and port; one of the
 * global-portmap when the connection goes on with another server, or when that
 * one is taken (content.md 3.2, 3.6).
 */
static int connect_as_client(struct flow *f, struct in_addr dst, in_port_t port)
{
	struct flow_use *u = &f->use[f->nuse - 1];
	in_port_t own = u->key.sport, sport = f->moved ? port_of_ours(f) : own;
	int fd = -1, tries = PORT_TRIES;

	do {
		if (is_cache(u))
			inner_set_hop(f->w->inner,
				      &(struct flow_key){
					      .src = u->key.src,
					      .dst = dst,
					      .sport = sport,
					      .dport = port,
					      .proto = IPPROTO_TCP },
				      u->member->svc->addr);
		fd = sock_connect_from(f->w->map, dst, port, u->key.src, sport);
		if (fd >= 0 || !is_taken(errno))
			break;
		sport = port_of_ours(f);
	} while (--tries);
	if (fd >= 0 && sport != own) {
		u->src = u->key.src;
		u->sport = sport;
	}
	return fd;
}

static int connect_from(struct flow *f, struct in_addr dst, in_port_t port,
			struct in_addr src)
{
	const struct policy_group *g = f->use[f->nuse - 1].group;

	if (g)
		return connect_mapped(f, g, dst, port);
	if (src.s_addr == INADDR_ANY && hostmap_is_transparent(f->w->map))
		return connect_as_client(f, dst, port);
	return sock_connect(f->w->map, dst, port, src);
}

static void connect_server(struct flow *f, struct in_addr dst, in_port_t port,
			   struct in_addr src, const struct ssl_back *back,
			   const struct ssl_leg_opts *o)
{
	connects(f, connect_from(f, dst, port, src), src.s_addr != INADDR_ANY,
		 back, o);
}

/* Behind a module, its entry governs this side, too. */
static void connect_plain(struct flow *f, struct in_addr dst, in_port_t port,
			  struct in_addr src)
{
	struct ssl_leg_opts o = { 0 };

	if (f->front)
		ssl_front_opts(f->front, &o);
	connect_server(f, dst, port, src, NULL, f->front ? &o : NULL);
}

static void connect_tls(struct flow *f, const struct ssl_back *back,
			struct in_addr src)
{
	struct ssl_leg_opts o;
	struct in_addr dst;
	uint16_t port;

	ssl_back_opts(back, &o);
	ssl_back_server(back, &dst, &port);
	f->connect_ms = o.server.syn_ms;
	/* a module's entries govern, a rule's idle time does not (ssl.md 2.4) */
	f->idle_ms = (uint32_t)sooner(f->image ? f->idle_ms : o.virt.idle_ms,
				      sooner(o.virt.idle_ms, o.server.idle_ms));
	f->leg[LEG_SERVER].renew_ms = o.renew_ms;
	if (!f->image) /* initiation: the clear-text side is the entry's */
		tune_side(&f->leg[LEG_CLIENT], &o.virt, &o);
	connect_server(f, dst, htons(port), src, back, &o);
}

/* ---- client side of a module ------------------------------------------------ */

static void terminate(struct flow *f, const struct policy_service *svc)
{
	struct flow_use *u = &f->use[0];
	struct leg *g = &f->leg[LEG_CLIENT];
	const struct ssl_front *front;
	struct ssl_leg_opts o;

	if (f->nuse > 1) {
		flow_close(f, END_LOOP);
		return;
	}
	front = ssl_image_front(svc->image, u->key.dst, ntohs(u->key.dport));
	if (!front || f->leg[LEG_SERVER].rest) {
		flow_fail(f, END_NO_ENTRY, svc->name);
		return;
	}
	f->image = svc->image;
	f->front = front;
	ssl_front_opts(front, &o);
	tune_side(g, &o.virt, &o);
	f->idle_ms = (uint32_t)sooner(o.virt.idle_ms, o.server.idle_ms);
	f->delay_ms = o.queue_delay_ms;
	g->renew_ms = o.renew_ms;
	g->tls = tls_accept(front, (int)f->w->number, g->fd);
	if (!g->tls) {
		flow_close(f, END_NO_MEMORY);
		return;
	}
	g->open = false;
	f->connect_ms = o.server.syn_ms;
	enter_state(f, FLOW_HANDSHAKE, o.virt.syn_ms);
	crowd_enter(f);
}

/* ---- decisions ---------------------------------------------------------------- */

/* false: the flow is over. */
static bool connect_to(struct flow *f, const struct verdict *v)
{
	const struct policy_service *svc = v->member->svc;
	struct flow_use *u = &f->use[f->nuse - 1];
	const struct ssl_back *back = NULL;

	use_enter(f->w, f->policy->p, u, v);
	if (svc->type == SERVICE_SSL_ACCEL) {
		terminate(f, svc);
		return f->state != FLOW_OVER;
	}
	if (!f->image)
		f->idle_ms = use_idle_ms(f->policy->p, u);
	if (svc->type == SERVICE_SSL_ACCEL_BACKEND && f->image)
		back = ssl_image_back(f->image, svc->addr, svc->port);
	if (svc->type == SERVICE_SSL_INIT) {
		back = ssl_image_back(svc->image, svc->addr, svc->port);
		if (!back) {
			flow_fail(f, END_NO_ENTRY, svc->name);
			return false;
		}
	}
	if (svc->compressor && !f->image && !back) {
		f->connect_ms = svc->compress_syn_s * 1000u;
		f->idle_ms = 1000 * (uint32_t)sooner(svc->compress_idle_s[0],
						     svc->compress_idle_s[1]);
	}
	if (back)
		connect_tls(f, back, v->src);
	else
		connect_plain(f, v->dst, v->dport, v->src);
	return f->state != FLOW_OVER;
}

/* The connection goes on with another server; the old one sees an end. */
static void leave_server(struct flow *f)
{
	struct leg *s = &f->leg[LEG_SERVER];

	use_leave(f->w, &f->use[f->nuse - 1]);
	leg_close(f->w, s, false);
	*s = no_leg;
	s->side = LEG_SERVER;
	f->moved = true;
}

/* To where the client wanted to go; a VIP of ours is no such place. */
static bool bypass(struct flow *f, const struct verdict *v)
{
	struct flow_use *u = &f->use[f->nuse - 1];
	struct in_addr src = { INADDR_ANY };

	if (u->bypassed && f->leg[LEG_SERVER].fd >= 0)
		return true; /* it is there already */
	if (policy_has_vip(f->policy->p, u->key.dst)) {
		flow_close(f, END_NO_RULE);
		return false;
	}
	if (f->leg[LEG_SERVER].fd >= 0)
		leave_server(f);
	u->bypassed = true;
	u->dst = u->key.dst;
	if (v->group)
		src = v->group->vip;
	f->idle_ms = use_idle_ms(f->policy->p, u);
	connect_plain(f, u->key.dst, u->key.dport, src);
	return f->state != FLOW_OVER;
}

static bool stays(const struct flow *f, const struct verdict *v)
{
	const struct flow_use *u = &f->use[f->nuse - 1];

	return u->member && f->leg[LEG_SERVER].fd >= 0 && !v->remap;
}

bool flow_act(struct flow *f, const struct verdict *v)
{
	if (v->kind == VERDICT_BYPASS)
		return bypass(f, v);
	if (!v->member) { /* the clear-text target is a server itself */
		struct flow_use *u = &f->use[f->nuse - 1];

		if (f->leg[LEG_SERVER].fd >= 0)
			return true;
		u->dst = v->dst;
		connect_plain(f, v->dst, v->dport, v->src);
		return f->state != FLOW_OVER;
	}
	use_hit(f->w, v);
	if (stays(f, v)) {
		count(&f->w->c->service[v->member->svc->index].reused, 1);
		return true;
	}
	if (f->leg[LEG_SERVER].fd >= 0) {
		count(&f->w->c->remapped, 1);
		leave_server(f);
	}
	return connect_to(f, v);
}

void flow_redirected(struct flow *f, const struct verdict *v)
{
	struct worker_counters *c = f->w->c;

	if (v->reason == REASON_RESET_REDIRECT)
		count(&c->sent_round, 1);
	if (v->rule) {
		count(&c->rule[v->rule->index].redirects, 1);
		count(&c->rule[v->rule->index].hits, 1);
	}
	if (v->member)
		atomic_fetch_add_explicit(v->member->hits, 1,
					  memory_order_relaxed);
}

static void drop(struct flow *f, const struct verdict *v)
{
	enum flow_end why = v->rule ? END_NO_SERVICE : END_NO_RULE;

	use_dropped(f->w, v);
	flow_close(f, v->reason == REASON_ACL_DENY ? END_DENIED : why);
}

/* A clear-text target without a rule is a server itself (ssl.md 2.2). */
static bool is_server_itself(const struct flow *f, const struct verdict *v)
{
	return f->nuse == 2 && v->reason == REASON_NO_RULE;
}

/*
 * Rules without a VIP are about what is on its way to others, and that goes on to
 * where it wanted to when none fits the request after all.
 */
static bool is_passing_by(const struct flow *f, const struct verdict *v)
{
	const struct policy *p = f->policy->p;
	struct in_addr dst = f->use[f->nuse - 1].key.dst;

	return hostmap_is_transparent(f->w->map) && !v->rule &&
	       (v->reason == REASON_NO_MATCH || v->reason == REASON_METHOD) &&
	       !policy_has_vip(p, dst) && !policy_is_own(p, dst);
}

bool flow_ask(struct flow *f, const struct request *req, struct verdict *v)
{
	struct flow_use *u = &f->use[f->nuse - 1];

	for (int tries = 0; tries < ASKED_AGAIN; tries++) {
		use_decide(f->w, f->policy->p, u, req, v);
		if (use_hold(f->w, u, v))
			break;
		v->kind = VERDICT_DROP;
		v->reason = REASON_OVERLOAD;
	}
	if (v->clause && !u->member)
		acl_log(v->clause, &u->key, f->w->now_ms);
	u->rule = v->rule;
	use_domain(f->w, f->policy->p, req);
	if (v->kind == VERDICT_DROP && is_server_itself(f, v)) {
		v->kind = VERDICT_FORWARD;
		v->dst = u->key.dst;
		v->dport = u->key.dport;
	}
	if (v->kind == VERDICT_DROP && is_passing_by(f, v))
		v->kind = VERDICT_BYPASS;
	if (v->kind == VERDICT_DROP)
		drop(f, v);
	return f->state != FLOW_OVER;
}

/* Kinds that no rule asks for may be wanted for another reason. */
static void wait_for_request(struct flow *f, unsigned kinds)
{
	kinds |= match_wants(f->policy->p->match, &f->use[f->nuse - 1].key);
	enter_state(f, FLOW_REQUEST, REQUEST_MS);
	if (kinds == 1u << REQUEST_TLS && !f->leg[LEG_CLIENT].tls)
		return; /* hello_first() looks at it where it is */
	f->talk = talk_new(f->w);
	if (f->talk)
		f->talk->wants = kinds;
	else
		flow_close(f, END_NO_MEMORY);
}

/* The module's service has the answers compressed, whatever the rules of its
 * clear text look at. */
static bool is_compressed(const struct flow *f)
{
	const struct policy_member *m = f->use[0].member;

	return f->nuse > 1 && m && m->svc->compressor;
}

/* The first decision about a flow, when only its addresses are known. */
static void decide(struct flow *f)
{
	struct verdict v;

	if (is_compressed(f)) {
		wait_for_request(f, 1u << REQUEST_HTTP);
		return;
	}
	if (!flow_ask(f, NULL, &v))
		return;
	if (v.kind != VERDICT_TERMINATE) {
		if (flow_act(f, &v))
			f->channel = channel_new(f);
		return;
	}
	wait_for_request(f, 0);
}

static void begin_use(struct flow *f, struct flow_use u)
{
	f->use[f->nuse++] = u;
	count(&f->w->c->flows_total, 2); /* one each way, as `show flows` */
	use_port_hit(f->policy->p, &u.key);
	decide(f);
}

/* The clear side of the module opens: same client, the entry's target. */
static void begin_clear(struct flow *f)
{
	struct flow_use u = { .key = f->use[0].key };
	uint16_t port;

	tls_clear_target(f->leg[LEG_CLIENT].tls, &u.key.dst, &port);
	u.key.dport = htons(port);
	begin_use(f, u);
}

/* ---- steps ---------------------------------------------------------------------- */

static void step_handshake(struct flow *f)
{
	struct leg *g = &f->leg[LEG_CLIENT];
	int r = leg_handshake(g);

	if (r == 1) {
		crowd_leave(f);
		hello_shaken(f);
		begin_clear(f);
	} else if (r == LEG_EOF) {
		flow_fail(f,
			  tls_redirected(g->tls) ? END_REDIRECTED
						 : END_CLIENT_TLS,
			  tls_reason(g->tls));
	}
}

static void open_flow(struct flow *f)
{
	struct leg *c = &f->leg[LEG_CLIENT];

	f->leg[LEG_SERVER].renewed_ms = f->w->now_ms;
	if (!c->renewed_ms)
		c->renewed_ms = f->w->now_ms;
	if (f->delay_ms)
		tls_gather(c->tls);
	enter_state(f, FLOW_OPEN, 0);
}

static void step_connect(struct flow *f)
{
	struct leg *g = &f->leg[LEG_SERVER];
	int r;

	if (!g->writable && !g->readable)
		return;
	r = leg_handshake(g);
	if (r == 1)
		open_flow(f);
	else if (r == LEG_EOF)
		flow_fail(f, END_SERVER_TLS, tls_reason(g->tls));
}

void flow_run(struct flow *f)
{
	if (f->state == FLOW_REQUEST && !f->talk)
		hello_first(f);
	if (f->state == FLOW_HANDSHAKE)
		step_handshake(f);
	if (f->state == FLOW_REQUEST && f->talk)
		talk_first(f);
	if (f->state == FLOW_CONNECT)
		step_connect(f);
	if (f->state != FLOW_OPEN)
		return;
	if (f->talk)
		(void)talk_run(f);
	else
		(void)flow_relay(f);
}

/* A leg failed while the flow is not open: nothing may be read to notice. */
static bool is_dead_early(struct flow *f, struct leg *g, uint32_t events)
{
	int error;

	if (f->state == FLOW_OPEN || !(events & (EPOLLERR | EPOLLHUP)))
		return false;
	if (f->talk && f->talk->phase == TALK_BYE)
		return false; /* its end is what is waited for */
	if (g->side == LEG_CLIENT) {
		if (f->state != FLOW_CONNECT && f->state != FLOW_REQUEST)
			return false; /* the handshake will say it */
		flow_close(f, END_CLIENT_RESET);
		return true;
	}
	error = sock_error(g->fd);
	if (!error)
		return false;
	flow_fail(f,
		  error == ECONNRESET && g->tls ? END_SERVER_TLS
						: connect_error(error, false),
		  strerror(error));
	return true;
}

/*
 * More has arrived at a leg that may not be read, since the other one is full.
 * One such wake-up is enough: a fast sender causes thousands.
 */
static bool is_useless(struct leg *g, uint32_t events)
{
	struct flow *f = flow_of(g);
	const struct leg *to = &f->leg[!g->side], *from = g;

	return f->state == FLOW_OPEN && !f->talk && !f->channel && !g->muted &&
	       leg_is_full(to) && !to->writable && !leg_is_full(from) &&
	       (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == EPOLLIN;
}

void flow_event(struct leg *g, uint32_t events)
{
	struct flow *f = flow_of(g);

	if (f->state == FLOW_OVER)
		return;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		g->hup = true;
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
		g->readable = true;
		if (g->tls)
			tls_ready(g->tls, g->hup);
	}
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		g->writable = true;
	if (is_dead_early(f, g, events))
		return;
	if (is_useless(g, events))
		leg_mute(f->w, g, true);
	else
		flow_run(f);
}

/* ---- a new flow ------------------------------------------------------------------- */

static struct flow *flow_new(struct worker *w)
{
	struct block *b = w->free_flow;

	if (!b)
		return malloc(sizeof(struct flow));
	w->free_flow = b->next;
	return (struct flow *)(void *)b;
}

struct flow *flow_begin(struct worker *w, struct held_policy *h, int fd)
{
	struct flow *f = flow_new(w);

	if (!f) {
		(void)close(fd);
		worker_policy_put(w, h);
		return NULL;
	}
	memset(f, 0, sizeof(*f));
	f->leg[LEG_CLIENT] = f->leg[LEG_SERVER] = no_leg;
	f->leg[LEG_SERVER].side = LEG_SERVER;
	f->leg[LEG_CLIENT].fd = fd;
	f->leg[LEG_CLIENT].open = true;
	count(&w->c->accepted, 1);
	f->w = w;
	f->policy = h;
	f->connect_ms = PLAIN_CONNECT_MS;
	LIST_INSERT_HEAD(&w->flows, f, link);
	w->nflows++;
	enter_state(f, FLOW_CONNECT, PLAIN_CONNECT_MS);
	if (leg_watch(w, &f->leg[LEG_CLIENT]))
		return f;
	flow_close(f, END_NO_MEMORY);
	return NULL;
}

void flow_accepted(struct worker *w, const struct point *at, int fd,
		   const struct sockaddr_in *peer)
{
	struct flow_use use = { .key = { .src = hostmap_reverse(w->map,
								peer->sin_addr),
					 .dst = at->addr,
					 .sport = peer->sin_port,
					 .dport = at->port,
					 .proto = IPPROTO_TCP } };
	struct flow *f = NULL;

	if (at->addr.s_addr == htonl(INADDR_ANY)) /* of every address */
		use.key.dst = sock_name(fd).sin_addr;
	if (at->door && !inner_take_port(w->inner, &use.key, &use.key.dport)) {
		(void)close(fd);
		return;
	}
	f = flow_begin(w, worker_policy(w), fd);
	if (f)
		begin_use(f, use);
}

/* ---- questions ---------------------------------------------------------------------- */

bool flow_uses_slot(const struct flow *f, unsigned slot)
{
	for (unsigned i = 0; i < f->nuse; i++) {
		const struct policy_member *m = f->use[i].member;

		if (m && m->svc->image && m->svc->slot == slot)
			return true;
	}
	return false;
}

bool flow_uses_service(const struct flow *f, unsigned service)
{
	for (unsigned i = 0; i < f->nuse; i++) {
		const struct policy_member *m = f->use[i].member;

		if (m && m->svc->index == service)
			return true;
	}
	return false;
}

int flow_lines(const struct flow *f, struct flow_line *line, int max)
{
	int n = 0;

	for (unsigned i = 0; i < f->nuse && n + 2 <= max; i++, n += 2)
		use_lines(&f->use[i], f->w->now_ms - f->used_ms, f->bytes,
			  &line[n]);
	return n;
}
