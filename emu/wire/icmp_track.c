/*
 * ICMP is never a flow, but what it says of one is translated with it: the packet
 * that an error quotes is again the one that its sender knows (RFC 5508 section 4),
 * so that path MTU discovery works through translation (content.md 3.6).
 */
#include "emu/wire/forward_priv.h"

#include "emu/net/checksum.h"

enum {
	ICMP_UNREACHABLE = 3,
	ICMP_QUENCH = 4,
	ICMP_ECHO = 8,
	ICMP_TIME = 11,
	ICMP_PARAMETER = 12,
};
#define QUOTED_L4 8 /* bytes behind the quoted header (RFC 792), at least */

/* ---- errors -------------------------------------------------------------------------- */

struct quote {	      /* the packet that an error is about */
	uint8_t *sum; /* of the ICMP message around it */
	uint8_t *ip, *l4;
	uint8_t *l4_sum; /* NULL: cut off, or there is none */
	uint32_t l4_len;
	uint8_t proto;
};

static bool is_error(uint8_t type)
{
	return type == ICMP_UNREACHABLE || type == ICMP_QUENCH ||
	       type == ICMP_TIME || type == ICMP_PARAMETER;
}

static uint8_t *quoted_sum(const struct quote *q)
{
	unsigned at = q->proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM;

	if (q->proto != IPPROTO_TCP && q->proto != IPPROTO_UDP)
		return NULL;
	if (q->l4_len < at + 2 ||
	    (q->proto == IPPROTO_UDP && !get16(q->l4 + at)))
		return NULL;
	return q->l4 + at;
}

/* false: it quotes nothing that tells a flow. */
static bool quote_read(struct packet *p, struct quote *q)
{
	uint32_t at = p->l4 + ICMP_HEAD, head;

	if (p->len < at + IP4_MIN + QUOTED_L4)
		return false;
	q->sum = p->data + p->l4 + ICMP_SUM;
	q->ip = p->data + at;
	head = ip4_header_len(q->ip);
	if (q->ip[0] >> 4 != 4 || head < IP4_MIN ||
	    p->len < at + head + QUOTED_L4 ||
	    get16(q->ip + IP4_FRAG) & 0x1fff) /* behind the first one */
		return false;
	q->l4 = q->ip + head;
	q->l4_len = p->len - at - head;
	q->proto = q->ip[IP4_PROTO];
	q->l4_sum = quoted_sum(q);
	return true;
}

static struct tuple quote_tuple(const struct quote *q)
{
	struct tuple k = { .src = get_addr(q->ip + IP4_SRC).s_addr,
			   .dst = get_addr(q->ip + IP4_DST).s_addr,
			   .proto = q->proto };

	if (q->proto == IPPROTO_ICMP) {
		k.sport = k.dport = htons(get16(q->l4 + ICMP_REST));
	} else {
		k.sport = htons(get16(q->l4));
		k.dport = htons(get16(q->l4 + 2));
	}
	return k;
}

/* A sum inside the message is under the message's own sum, too. */
static void change_sum(const struct quote *q, uint8_t *sum, uint32_t from,
		       uint32_t to)
{
	uint16_t was = get16(sum);

	sum_change32(sum, from, to);
	sum_change16(q->sum, was, get16(sum));
}

static void change_addr(const struct quote *q, uint8_t *at, uint32_t addr)
{
	uint32_t from = get32(at), to = ntohl(addr);

	put32(at, to);
	sum_change32(q->sum, from, to);
	change_sum(q, q->ip + IP4_SUM, from, to);
	if (q->l4_sum)
		change_sum(q, q->l4_sum, from, to);
}

static void change_port(const struct quote *q, uint8_t *at, uint16_t port)
{
	uint16_t from = get16(at), to = ntohs(port);

	put16(at, to);
	sum_change16(q->sum, from, to);
	if (q->l4_sum)
		change_sum(q, q->l4_sum, from, to);
}

static void quote_write(const struct quote *q, const struct tuple *k)
{
	change_addr(q, q->ip + IP4_SRC, k->src);
	change_addr(q, q->ip + IP4_DST, k->dst);
	if (q->proto == IPPROTO_ICMP)
		return;
	change_port(q, q->l4, k->sport);
	change_port(q, q->l4 + 2, k->dport);
}

/* The message comes from where the quoted packet went to, unless a router on the
 * way sent it, which keeps its own address. */
static void change_outer(struct packet *p, const struct tuple *sent,
			 const struct tuple *known)
{
	struct in_addr src = get_addr(p->data + p->l3 + IP4_SRC);
	struct tuple to = { .src = src.s_addr, .dst = known->src };

	if (src.s_addr == sent->dst)
		to.src = known->dst;
	xlate_to(p, &to);
}

/* true: it is about a flow's packet and goes where that came from. */
static bool error_of_flow(struct wire *w, const struct ingress *in,
			  struct packet *p)
{
	struct ingress as = *in;
	struct tuple sent, reply, known;
	struct half *back = NULL;
	struct quote q;

	if (!quote_read(p, &q))
		return false;
	sent = quote_tuple(&q);
	reply = tuple_reverse(&sent);
	back = forward_find(w, &reply);
	if (!back || back->inside ||
	    get_addr(p->data + p->l3 + IP4_DST).s_addr != sent.src)
		return false;
	known = half_tuple(half_other(back));
	quote_write(&q, &known);
	change_outer(p, &sent, &known);
	as.translated = true;
	if (back->act == HALF_INSIDE)
		wire_to_inside(w, p);
	else
		l3_forward(w, &as, p);
	return true;
}

/* ---- questions ------------------------------------------------------------------------- */

/*
 * A server of a source group asks with the group's address (content.md 3.2).  There
 * is no port to change: who asks last with an identifier gets the answers.
 */
static bool echo_of_server(struct wire *w, const struct ingress *in,
			   struct packet *p)
{
	const struct policy_service *server = NULL;
	const struct policy_group *g = NULL;
	struct begun b = { .in = in, .kind = WFLOW_ECHO };
	struct flow_use use = { 0 };
	struct tuple reply;
	struct half *h = NULL;
	struct wflow *f = NULL;

	if (!xlate_tuple(p, &b.from))
		return false;
	g = servers_group(w->forward, (struct in_addr){ b.from.src }, &server);
	if (!g)
		return false;
	b.to = b.from;
	b.to.src = g->vip.s_addr;
	reply = tuple_reverse(&b.to);
	h = flowtab_find(w->forward->tab, &reply);
	if (h)
		over_drop(w, wflow_of(h));
	use.key.proto = IPPROTO_ICMP;
	f = begin_flow(w, &b, &use);
	if (f)
		forward_flow(w, in, p, &f->half[0]);
	return true;
}

void icmp_packet(struct wire *w, const struct ingress *in, struct packet *p)
{
	struct in_addr dst = get_addr(p->data + p->l3 + IP4_DST);
	uint8_t type = p->data[p->l4];

	if (is_error(type) && error_of_flow(w, in, p))
		return;
	if (begin_denied(w, in, p, NULL))
		return;
	if (type == ICMP_ECHO && !setup_address(w->setup, dst) &&
	    echo_of_server(w, in, p))
		return;
	forward_plain(w, in, p);
}
