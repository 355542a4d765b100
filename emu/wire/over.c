/*
 * How flows end (content.md 3.6, 3.7): a TCP connection with its second FIN or a
 * RST, everything else by being idle.  An idle flow is not forgotten: it counts as
 * over and waits among those that make room, and goes on when a packet comes.
 */
#include "emu/wire/forward_priv.h"

#include <stdlib.h>

#include "emu/flow/shared.h"
#include "emu/net/checksum.h"
#include "emu/plane/plane.h"
#include "emu/wire/fast.h"

#define HALF_OPEN_MS 16000 /* guess: the longest that a handshake takes */
#define SYNS_MAX     8	   /* guess: SynExceedDelete */
#define OVER_MS	     2000  /* for what is still under way */
#define ECHO_MS	     16000
#define WAY_MS	     (5 * 60 * 1000) /* as the host attachment's (udp.c) */
#define LOOK_MS	     (60 * 1000)     /* the longest between looks at a flow */
/* Own bounds: a configuration lives as long as its flows do, so that those of an
 * older one are not waited for. */
#define PARKED_MS     (10 * 60 * 1000)
#define PARKED_OLD_MS (30 * 1000)
/* The switch's own connections end in the switch's own time. */
#define INSIDE_MS (60 * 60 * 1000)

/* ---- counters ---------------------------------------------------------------------- */

static void count_over(struct wire *w, struct wflow *f)
{
	if (f->kind != WFLOW_PLAIN)
		return;
	count(&w->worker->c->flows_over, 2);
	if (f->in_port >= 0 && w->port[f->in_port].count)
		count(&w->port[f->in_port].count[PORT_FLOWS], (uint64_t)-1);
	f->in_port = -1;
}

/* What it took of a service and a group; of a parked one, its port is left. */
static void leave(struct wire *w, struct wflow *f)
{
	if (f->cross)
		portmap_give(w->forward->ports, &f->use.mapping);
	else if (f->use.group && f->kind == WFLOW_WAY)
		count(&w->worker->c->noflow_given, f->use.mapping.port != 0);
	if (f->cross)
		f->use.mapping.port = 0;
	f->cross = false;
	if (f->kind == WFLOW_PLAIN && f->state != WFLOW_PARKED)
		use_leave(w->worker, &f->use);
	else if (f->use.group)
		use_unmap(&f->use, f->use.group);
}

static bool is_counted(const struct wflow *f)
{
	return f->state == WFLOW_HALF_OPEN || f->state == WFLOW_OPEN;
}

/* ---- the end ------------------------------------------------------------------------- */

void over_close(struct wire *w, struct wflow *f)
{
	if (!is_counted(f))
		return;
	fast_recall(w, f);
	count_over(w, f);
	leave(w, f);
	f->state = WFLOW_OVER;
	flowtab_at(w->forward->tab, f, w->now_ms + OVER_MS);
}

void over_drop(struct wire *w, struct wflow *f)
{
	fast_recall(w, f);
	if (is_counted(f))
		count_over(w, f);
	if (f->state != WFLOW_OVER)
		leave(w, f);
	fast_others(w, f, -1);
	ftp_track_free(w, f->ftp);
	f->ftp = NULL;
	if (f->policy)
		worker_policy_put(w->worker, f->policy);
	f->policy = NULL;
	flowtab_give(w->forward->tab, f);
}

bool over_reclaim(struct wire *w)
{
	struct wflow *f = flowtab_parked(w->forward->tab);

	if (f)
		over_drop(w, f);
	return f != NULL;
}

/* Its port stays its own; service and group are rid of it. */
static void count_parked(struct wire *w, struct wflow *f, uint64_t more)
{
	struct worker_counters *c = w->worker->c;

	if (f->use.group)
		count(&c->group[f->use.group->index].left, more);
	if (!f->use.member)
		return;
	if (more == 1)
		shared_leave(w->worker->shared, f->use.member->svc->index);
	else
		shared_enter(w->worker->shared, f->use.member->svc->index);
}

static void park(struct wire *w, struct wflow *f)
{
	fast_recall(w, f);
	count_over(w, f);
	count_parked(w, f, 1);
	flowtab_park(w->forward->tab, f);
	flowtab_at(w->forward->tab, f, w->now_ms + PARKED_OLD_MS);
}

void over_revive(struct wire *w, struct wflow *f)
{
	flowtab_unpark(w->forward->tab, f);
	count(&w->worker->c->flows_over, (uint64_t)-2);
	count_parked(w, f, (uint64_t)-1);
	f->in_port = f->half[0].port;
	if (f->in_port >= 0 && w->port[f->in_port].count)
		count(&w->port[f->in_port].count[PORT_FLOWS], 1);
	flowtab_at(w->forward->tab, f, w->now_ms + f->idle_ms);
}

/* ---- time ------------------------------------------------------------------------- */

static uint64_t limit_ms(const struct wire *w, const struct wflow *f)
{
	if (f->state == WFLOW_OVER)
		return OVER_MS;
	if (f->state == WFLOW_PARKED)
		return f->policy == w->worker->policy ? PARKED_MS
						      : PARKED_OLD_MS;
	if (f->state == WFLOW_HALF_OPEN)
		return HALF_OPEN_MS;
	switch (f->kind) {
	case WFLOW_INSIDE:
		return f->use.key.proto == IPPROTO_TCP ? INSIDE_MS : WAY_MS;
	case WFLOW_WAY:
		return WAY_MS;
	case WFLOW_ECHO:
		return ECHO_MS;
	default:
		return f->idle_ms;
	}
}

/* Who begins handshakes and does not end them floods (content.md 6.7). */
static void half_open_over(struct wire *w, struct wflow *f)
{
	const struct half *h = &f->half[0];

	if (!h->inside)
		plane_attack_seen(
			w->plane, ATTACK_SYN, (struct in_addr){ h->src },
			(struct in_addr){ h->dst }, (time_t)w->worker->wall_s);
	over_drop(w, f);
}

void over_look(void *arg, struct wflow *f)
{
	struct wire *w = arg;
	uint64_t limit = 0;

	fast_settle(w, f);
	limit = limit_ms(w, f);
	if (!limit || f->used_ms + limit > w->now_ms) {
		uint64_t next = limit ? f->used_ms + limit : UINT64_MAX;

		if (next > w->now_ms + LOOK_MS)
			next = w->now_ms + LOOK_MS;
		flowtab_at(w->forward->tab, f, next);
		return;
	}
	if (f->state == WFLOW_HALF_OPEN)
		half_open_over(w, f);
	else if (f->state == WFLOW_OPEN && f->kind == WFLOW_PLAIN)
		park(w, f);
	else
		over_drop(w, f);
}

/* ---- TCP ----------------------------------------------------------------------------- */

static uint32_t segment_end(const struct packet *p)
{
	const uint8_t *tcp = p->data + p->l4;
	uint32_t head = p->l4 + (tcp[TCP_OFF] >> 4) * 4u;
	uint32_t len = p->len > head ? p->len - head : 0;
	uint8_t flags = tcp[TCP_FLAGS];

	return get32(tcp + TCP_SEQ) + len + ((flags & TCP_F_SYN) != 0) +
	       ((flags & TCP_F_FIN) != 0);
}

static void exceed(struct wire *w, struct wflow *f)
{
	count(&w->worker->c->syn_exceeded, 1);
	over_close(w, f);
}

void over_segment(struct wire *w, struct wflow *f, struct half *h,
		  const struct packet *p)
{
	uint8_t flags = p->data[p->l4 + TCP_FLAGS];
	uint32_t end = segment_end(p);

	if (!h->seen || (int32_t)(end - h->end) > 0)
		h->end = end;
	h->seen = true;
	if (flags & TCP_F_RST) {
		over_close(w, f);
		return;
	}
	if (f->state == WFLOW_HALF_OPEN && !h->side) {
		if (!(flags & TCP_F_SYN))
			f->state = WFLOW_OPEN;
		else if (++f->syns > SYNS_MAX)
			exceed(w, f);
	}
	if (!(flags & TCP_F_FIN))
		return;
	f->fins |= (uint8_t)(1u << h->side);
	if (f->fins == 3)
		over_close(w, f);
}

/* ---- resets -------------------------------------------------------------------------- */

/* Its header is built behind room for those of the layers below. */
static uint32_t write_tcp(const struct bare *b, uint8_t *tcp)
{
	struct in_addr src = { b->to.src }, dst = { b->to.dst };
	uint32_t len = TCP_MIN + b->noptions;

	put16(tcp, ntohs(b->to.sport));
	put16(tcp + 2, ntohs(b->to.dport));
	put32(tcp + TCP_SEQ, b->seq);
	put32(tcp + TCP_ACK, b->ack);
	tcp[TCP_OFF] = (uint8_t)(len / 4 << 4);
	tcp[TCP_FLAGS] = b->flags;
	put16(tcp + TCP_WIN, b->window);
	memcpy(tcp + TCP_MIN, b->options, b->noptions);
	put16(tcp + TCP_SUM, sum_l4(src, dst, IPPROTO_TCP, tcp, (uint16_t)len));
	return len;
}

void over_send(struct wire *w, const struct bare *b)
{
	uint8_t *eth = w->forward->room + PACKET_HEADROOM, *ip = eth + ETH_LEN,
		*tcp = ip + IP4_MIN;
	struct packet p = { .data = eth,
			    .cap = sizeof(w->forward->room) - PACKET_HEADROOM,
			    .type = ETHER_IP4,
			    .l3 = ETH_LEN,
			    .l4 = ETH_LEN + IP4_MIN,
			    .proto = IPPROTO_TCP };

	memset(eth, 0, p.cap);
	put16(eth + 2 * ETH_ADDR_LEN, ETHER_IP4);
	p.len = p.l4 + write_tcp(b, tcp);
	ip[0] = 0x45;
	put16(ip + IP4_LEN, (uint16_t)(p.len - ETH_LEN));
	put16(ip + IP4_FRAG, IP4_DF);
	ip[IP4_TTL] = 255;
	ip[IP4_PROTO] = IPPROTO_TCP;
	put_addr(ip + IP4_SRC, (struct in_addr){ b->to.src });
	put_addr(ip + IP4_DST, (struct in_addr){ b->to.dst });
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, IP4_MIN)));
	l3_forward(w, NULL, &p);
}

static void reset_send(struct wire *w, const struct bare *r)
{
	count(&w->worker->c->resets_sent, 1);
	over_send(w, r);
}

/* What comes next on this side is where it has heard the other up to. */
static void reset_side(struct wire *w, const struct wflow *f, int side)
{
	const struct half *to = &f->half[side], *other = &f->half[!side];
	struct tuple k = half_tuple(to);
	struct bare r = { .to = tuple_reverse(&k),
			  .seq = other->seen ? other->end : 0,
			  .ack = to->end,
			  .flags = TCP_F_RST };

	if (to->seen)
		r.flags |= TCP_F_ACK;
	if (f->ftp)
		r.seq = ftp_track_seq(f->ftp, other, r.seq);
	if (!to->inside && (to->seen || other->seen))
		reset_send(w, &r);
}

void over_reset(struct wire *w, struct wflow *f)
{
	fast_recall(w, f); /* nothing goes by behind what is told */
	if (f->use.key.proto == IPPROTO_TCP) {
		reset_side(w, f, 0);
		reset_side(w, f, 1);
	}
	over_close(w, f);
}

void over_refuse(struct wire *w, const struct packet *p)
{
	const uint8_t *tcp = p->data + p->l4;
	struct bare r = { .flags = TCP_F_RST };
	struct tuple k;

	if (!xlate_tuple(p, &k) || tcp[TCP_FLAGS] & TCP_F_RST)
		return;
	r.to = tuple_reverse(&k);
	if (tcp[TCP_FLAGS] & TCP_F_ACK) {
		r.seq = get32(tcp + TCP_ACK);
	} else {
		r.flags |= TCP_F_ACK;
		r.ack = segment_end(p);
	}
	reset_send(w, &r);
}
