#include "emu/plane/udp.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/log.h"
#include "emu/base/map.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/flow/acl_log.h"
#include "emu/flow/policy.h"
#include "emu/io/hostmap.h"
#include "emu/io/sock.h"
#include "emu/net/sip.h"
#include "emu/plane/frames.h"
#include "emu/plane/plane.h"
#include "emu/plane/relay.h"
#include "emu/plane/use.h"

#define BUCKETS	    8192 /* power of two */
#define READ_BATCH  64	 /* datagrams of a point a wake-up: others wait */
#define REPLY_BATCH 16
/* The way back of a port without flows; a telephone may ring for minutes before
 * its answer comes (RFC 3261 16.6: timer C is above 3). */
#define WAY_BACK_MS (5 * 60 * 1000)

struct udp_flow {
	enum source source; /* SOURCE_UDP */
	int fd;		    /* owned: its peer is the server */
	bool is_flow;	    /* counted and shown; else only a way back */
	bool over;
	struct point *at; /* borrowed: it ends its flows before it goes */
	struct sockaddr_in client; /* host's address */
	struct flow_use use;
	struct held_policy *policy;
	struct worker *w;
	uint32_t idle_ms; /* 0: for ever */
	uint64_t used_ms, bytes[2];
	struct timed timed;
	LIST_ENTRY(udp_flow) bucket; /* next of over */
	TAILQ_ENTRY(udp_flow) order;
};
LIST_HEAD(udp_bucket, udp_flow);
TAILQ_HEAD(udp_order, udp_flow);

struct udp_table {
	struct udp_bucket bucket[BUCKETS];
	struct udp_order order; /* the longest unused first */
	struct udp_flow *over;	/* closed in this turn */
	uint64_t seed;
	unsigned n;
};

struct udp_table *udp_table_new(void)
{
	struct udp_table *t = xcalloc(1, sizeof(*t));

	TAILQ_INIT(&t->order);
	t->seed = (uint64_t)(uintptr_t)t * 0x9e3779b97f4a7c15u;
	return t;
}

void udp_table_free(struct udp_table *t)
{
	assert(!t || !t->n);
	free(t);
}

/* ---- the table ------------------------------------------------------------- */

static struct udp_bucket *bucket_of(struct udp_table *t,
				    const struct flow_key *k)
{
	uint32_t words[3] = { k->src.s_addr, k->dst.s_addr,
			      (uint32_t)k->sport << 16 | k->dport };

	return &t->bucket[map_hash(t->seed, words, sizeof(words)) &
			  (BUCKETS - 1)];
}

static bool is_same(const struct flow_key *a, const struct flow_key *b)
{
	return a->src.s_addr == b->src.s_addr &&
	       a->dst.s_addr == b->dst.s_addr && a->sport == b->sport &&
	       a->dport == b->dport;
}

static struct udp_flow *flow_find(struct udp_table *t, const struct flow_key *k)
{
	struct udp_flow *u;

	LIST_FOREACH(u, bucket_of(t, k), bucket)
		if (u->is_flow && is_same(&u->use.key, k))
			return u;
	return NULL;
}

static unsigned index_of(const struct policy_group *g)
{
	return g ? g->index : 0;
}

/* The way back from where the verdict leads to. */
static struct udp_flow *way_find(struct udp_table *t, const struct flow_key *k,
				 const struct verdict *v)
{
	struct udp_flow *u;

	LIST_FOREACH(u, bucket_of(t, k), bucket)
		if (!u->is_flow && is_same(&u->use.key, k) &&
		    u->use.dst.s_addr == v->dst.s_addr &&
		    u->use.dport == v->dport &&
		    index_of(u->use.group) == index_of(v->group))
			return u;
	return NULL;
}

static void flow_touch(struct udp_flow *u)
{
	u->used_ms = u->w->now_ms;
	TAILQ_REMOVE(&u->w->udp->order, u, order);
	TAILQ_INSERT_TAIL(&u->w->udp->order, u, order);
}

/* ---- the end --------------------------------------------------------------- */

static void udp_close(struct udp_flow *u)
{
	struct worker *w = u->w;
	struct udp_table *t = w->udp;

	u->over = true;
	(void)close(u->fd);
	wheel_unset(w, &u->timed);
	LIST_REMOVE(u, bucket);
	TAILQ_REMOVE(&t->order, u, order);
	if (u->is_flow) {
		count(&w->c->flows_over, 2);
		use_leave(w, &u->use);
	} else if (u->use.group) {
		count(&w->c->noflow_given, u->use.mapping.port != 0);
		use_unmap(&u->use, u->use.group);
	}
	worker_policy_put(w, u->policy);
	t->n--;
	w->nflows--;
	/* epoll may have reported it in this turn */
	u->bucket.le_next = t->over;
	t->over = u;
}

void udp_bury(struct worker *w)
{
	struct udp_flow *u;

	while ((u = w->udp->over)) {
		w->udp->over = u->bucket.le_next;
		free(u);
	}
}

void udp_close_all(struct worker *w)
{
	struct udp_flow *u;

	while ((u = TAILQ_FIRST(&w->udp->order)))
		udp_close(u);
	udp_bury(w);
}

void udp_close_point(struct worker *w, struct point *at)
{
	struct udp_flow *u = TAILQ_FIRST(&w->udp->order);

	while (u) {
		struct udp_flow *next = TAILQ_NEXT(u, order);

		if (u->at == at)
			udp_close(u);
		u = next;
	}
}

#define FLOW_OF(t) TIMED_IN(t, struct udp_flow)

uint64_t udp_due(const struct timed *t)
{
	const struct udp_flow *u = FLOW_OF(t);

	return u->idle_ms ? u->used_ms + u->idle_ms : 0;
}

void udp_expire(struct timed *t)
{
	udp_close(FLOW_OF(t));
}

/*
 * Datagrams from many addresses must not take the descriptors that connections
 * need.  The product reuses the flow that has been idle for the longest
 * (content.md 3.7), unless it is permanent.
 */
static bool make_room(struct worker *w)
{
	struct udp_flow *u;

	if (w->nflows < w->max_flows && w->udp->n < w->max_flows / 2 + 1)
		return true;
	TAILQ_FOREACH(u, &w->udp->order, order)
		if (u->idle_ms)
			break;
	if (!u)
		return false;
	udp_close(u);
	return true;
}

/* ---- a decision ------------------------------------------------------------ */

static void tell_failure(struct worker *w, const struct flow_key *k,
			 const struct verdict *v, int error)
{
	bool no_source = error == EADDRNOTAVAIL && v->group;

	if (error == EADDRNOTAVAIL || error == EADDRINUSE)
		count(&w->c->no_port, 1);
	if (!worker_may_log(w))
		return;
	log_write(LOG_FLOWMGR, LOG_WARNING_4,
		  "UDP %s:%u -> %s:%u is not passed on to %s:%u: %s",
		  str_addr(k->src), ntohs(k->sport), str_addr(k->dst),
		  ntohs(k->dport), str_addr(v->dst), ntohs(v->dport),
		  no_source ? flow_end_name(END_NO_SOURCE) : strerror(error));
}

/* From a port of the source group that nobody else on this host has either. */
static int mapped_socket(struct worker *w, struct flow_use *u,
			 const struct verdict *v, bool packet)
{
	int fd = -1;

	for (int i = 0; i < USE_MAP_TRIES; i++) {
		errno = EADDRINUSE;
		if (!use_map(w->policy->p, u, v->group, packet)) {
			count(&w->c->noflow_refused, packet);
			return -1;
		}
		fd = sock_udp(w->map, v->dst, v->dport, u->src, u->sport);
		if (fd >= 0 || errno != EADDRINUSE)
			return fd;
		use_unmap(u, v->group);
	}
	return -1;
}

static int server_socket(struct worker *w, struct flow_use *u,
			 const struct verdict *v, bool packet)
{
	if (v->group)
		return mapped_socket(w, u, v, packet);
	return sock_udp(w->map, v->dst, v->dport, v->src, 0);
}

static struct udp_flow *udp_new(struct worker *w, struct point *at,
				const struct sockaddr_in *client,
				const struct flow_use *use,
				const struct verdict *v, bool packet)
{
	struct udp_flow *u = make_room(w) ? malloc(sizeof(*u)) : NULL;
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = u };

	if (!u)
		return NULL;
	*u = (struct udp_flow){
		.source = SOURCE_UDP,
		.at = at,
		.client = *client,
		.use = *use,
		.w = w,
		.used_ms = w->now_ms,
		.timed.kind = TIMED_UDP,
	};
	u->fd = server_socket(w, &u->use, v, packet);
	if (u->fd < 0 || epoll_ctl(w->ep, EPOLL_CTL_ADD, u->fd, &ev)) {
		tell_failure(w, &use->key, v, errno);
		if (u->fd >= 0)
			(void)close(u->fd);
		if (v->group)
			use_unmap(&u->use, v->group);
		free(u);
		return NULL;
	}
	u->policy = worker_policy(w);
	u->use.rule = v->rule;
	u->use.dst = v->dst;
	u->use.dport = v->dport;
	LIST_INSERT_HEAD(bucket_of(w->udp, &use->key), u, bucket);
	TAILQ_INSERT_TAIL(&w->udp->order, u, order);
	w->udp->n++;
	w->nflows++;
	return u;
}

static void begin_flow(struct udp_flow *u, const struct verdict *v)
{
	struct worker *w = u->w;

	u->is_flow = true;
	if (v->member)
		use_enter(w, u->policy->p, &u->use, v);
	count(&w->c->flows_total, 2); /* one each way, as `show flows` */
	count(&w->c->udp_total, 2);
	u->idle_ms = use_idle_ms(u->policy->p, &u->use);
	wheel_set(w, &u->timed);
}

/* Its counters are the decision's; there is no connection. */
static void begin_way(struct udp_flow *u, const struct verdict *v)
{
	u->use.member = v->member;
	u->use.group = v->group;
	use_group_hit(u->w, v);
	count(&u->w->c->noflow_taken, u->use.mapping.port != 0);
	u->idle_ms = WAY_BACK_MS;
	wheel_set(u->w, &u->timed);
}

/* NULL: nobody takes the datagram. */
static struct udp_flow *decided(struct worker *w, struct point *at,
				const struct sockaddr_in *client,
				const struct flow_key *key, enum port_mode mode,
				const char *buf, size_t len)
{
	const struct policy *p = w->policy->p;
	struct flow_use use = { .key = *key };
	struct udp_flow *u = NULL;
	struct request req;
	struct sip_head sip;
	struct verdict v;

	use_port_hit(p, key);
	use_decide(w, p, &use, use_request(p, key, buf, len, &req, &sip), &v);
	if (v.clause)
		acl_log(v.clause, key, w->now_ms);
	if (!use_carries(p, key, &v)) {
		use_dropped(w, &v);
		return NULL;
	}
	if (v.member)
		use_hit(w, &v);
	if (mode == PORT_PACKET)
		u = way_find(w->udp, key, &v);
	if (u)
		return u;
	u = udp_new(w, at, client, &use, &v, mode == PORT_PACKET);
	if (!u)
		return NULL;
	if (mode == PORT_FLOW)
		begin_flow(u, &v);
	else
		begin_way(u, &v);
	return u;
}

/* ---- datagrams ------------------------------------------------------------- */

/* An answer of ICMP to the one before is reported instead of sending: again. */
static void to_server(struct udp_flow *u, const char *buf, size_t len)
{
	struct worker *w = u->w;

	if (send(u->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		bool refused = errno == ECONNREFUSED;

		count(refused ? &w->c->refused : &w->c->udp_lost, 1);
		if (!refused ||
		    send(u->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return;
	}
	count(&w->c->udp_out, 1);
	u->bytes[0] += len;
	use_account(w, &u->use, false, len);
}

/*
 * What no honest client sends (content.md 6.7): from no port, from nobody's
 * address, or from the very place it goes to, where the answer would come in
 * again and again.
 */
static bool is_attack(struct worker *w, const struct point *at,
		      const struct sockaddr_in *client)
{
	struct in_addr vip = hostmap_addr(w->map, at->addr);
	uint32_t src = ntohl(client->sin_addr.s_addr);
	enum attack kind = ATTACK_NUM;

	if (!client->sin_port)
		kind = ATTACK_ZERO_PORT;
	else if (client->sin_addr.s_addr == vip.s_addr &&
		 client->sin_port == hostmap_listen_port(w->map, at->port))
		kind = ATTACK_LAND;
	else if (IN_MULTICAST(src) || IN_BADCLASS(src) || !src)
		kind = ATTACK_ILLEGAL_SRC;
	if (kind == ATTACK_NUM)
		return false;
	frames_attack_seen(w->frames, kind,
			   hostmap_reverse(w->map, client->sin_addr), at->addr,
			   (time_t)w->wall_s);
	return true;
}

static void from_client(struct worker *w, struct point *at,
			const struct sockaddr_in *client, const char *buf,
			size_t len)
{
	const struct flow_key key = {
		.src = hostmap_reverse(w->map, client->sin_addr),
		.dst = at->addr,
		.sport = client->sin_port,
		.dport = at->port,
		.proto = IPPROTO_UDP,
	};
	enum port_mode mode =
		policy_port_mode(w->policy->p, IPPROTO_UDP, ntohs(at->port));
	struct udp_flow *u = NULL;

	if (mode == PORT_FLOW)
		u = flow_find(w->udp, &key);
	if (!u)
		u = decided(w, at, client, &key, mode, buf, len);
	if (!u)
		return;
	flow_touch(u);
	to_server(u, buf, len);
}

/* Level-triggered: what is left is announced again. */
void udp_read(struct worker *w, struct point *at)
{
	for (int n = 0; n < READ_BATCH; n++) {
		struct sockaddr_in client;
		socklen_t size = sizeof(client);
		ssize_t len = recvfrom(at->fd, w->scratch, sizeof(w->scratch),
				       MSG_DONTWAIT, (struct sockaddr *)&client,
				       &size);

		if (len < 0)
			return;
		count(&w->c->udp_in, 1);
		if (!is_attack(w, at, &client))
			from_client(w, at, &client, w->scratch, (size_t)len);
	}
}

static void to_client(struct udp_flow *u, const char *buf, size_t len)
{
	struct worker *w = u->w;

	flow_touch(u);
	if (sendto(u->at->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (const struct sockaddr *)&u->client,
		   sizeof(u->client)) < 0) {
		count(&w->c->udp_lost, 1);
		return;
	}
	count(&w->c->udp_out, 1);
	u->bytes[1] += len;
	use_account(w, &u->use, true, len);
}

void udp_event(struct worker *w, void *source)
{
	struct udp_flow *u = source;

	for (int n = 0; n < REPLY_BATCH && !u->over; n++) {
		ssize_t len = recv(u->fd, w->scratch, sizeof(w->scratch),
				   MSG_DONTWAIT);

		if (len < 0 && errno == ECONNREFUSED)
			count(&w->c->refused, 1);
		if (len < 0)
			return;
		count(&w->c->udp_in, 1);
		to_client(u, w->scratch, (size_t)len);
	}
}

/* ---- show flows ------------------------------------------------------------ */

int udp_lines(const struct worker *w, struct flow_line *line, int max)
{
	const struct udp_flow *u;
	int n = 0;

	TAILQ_FOREACH(u, &w->udp->order, order) {
		if (!u->is_flow)
			continue;
		if (n + 2 > max)
			break;
		use_lines(&u->use, w->now_ms - u->used_ms, u->bytes, &line[n]);
		n += 2;
	}
	return n;
}
