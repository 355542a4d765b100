#include "emu/wire/wire_priv.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/service.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"
#include "emu/nat/portmap.h"
#include "emu/net/checksum.h"
#include "emu/plane/frames.h"
#include "emu/plane/inner.h"
#include "emu/plane/plane.h"
#include "emu/plane/worker.h"
#include "emu/wire/fast.h"
#include "emu/wire/frag.h"

/*
 * Flows of packets, with packets built in memory: what forward.c and the files
 * beside it make of them.  Routing, frames and the inside are this program's own,
 * and only note what they were given.
 */

#define VIP    "10.1.0.100"
#define SWITCH "10.1.0.1"
#define CLIENT "10.1.0.7"
#define SERVER "10.2.0.5"
#define GROUP  "10.1.0.200"

static struct hostmap *map;
static struct loop *loop;
static struct conf *conf;
static struct plane *plane;
static struct wire *w;
static struct err err;

#define OK(call) ck_assert_msg(!(call), "%s", err.msg)

/* ---- what the rest of the wire is told --------------------------------------------- */

enum way { ROUTED, VIA, INSIDE, LOCAL, NOTHING };

static struct sent {
	enum way how;
	struct in_addr via;
	bool translated, ours; /* ours: without an ingress */
	struct packet p;
	uint8_t data[PACKET_HEADROOM + 4096];
} sent[8];
static int nsent;
static bool too_long; /* l3 complains of what it is given */
static struct packet error_about;
static uint8_t error_data[4096];

static void note(enum way how, const struct ingress *in, const struct packet *p)
{
	struct sent *s = &sent[nsent++ % 8];

	*s = (struct sent){ .how = how, .p = *p, .ours = !in };
	s->translated = in && in->translated;
	ck_assert_uint_le(p->len, 4096);
	memcpy(s->data + PACKET_HEADROOM, p->data, p->len);
	s->p.data = s->data + PACKET_HEADROOM;
}

void l3_forward(struct wire *x, const struct ingress *in, struct packet *p)
{
	if (too_long) { /* an error tells of what came in */
		forward_restore(x, p);
		error_about = *p;
		memcpy(error_data, p->data, p->len);
		error_about.data = error_data;
		return;
	}
	note(ROUTED, in, p);
}

void l3_forward_via(struct wire *x, const struct ingress *in,
		    struct in_addr next_hop, struct packet *p)
{
	(void)x;
	note(VIA, in, p);
	sent[(nsent - 1) % 8].via = next_hop;
}

void l3_local(struct wire *x, const struct ingress *in, struct packet *p,
	      const struct setup_address *local)
{
	(void)x;
	(void)local;
	note(LOCAL, in, p);
}

bool l3_takes(struct wire *x, const struct ingress *in, const struct packet *p)
{
	(void)x;
	(void)in;
	(void)p;
	return false;
}

void wire_to_inside(struct wire *x, struct packet *p)
{
	(void)x;
	note(INSIDE, NULL, p);
}

void wire_lock(struct wire *x)
{
	(void)pthread_mutex_lock(&x->lock);
}

void wire_unlock(struct wire *x)
{
	(void)pthread_mutex_unlock(&x->lock);
}

void wire_wake(struct wire *x)
{
	(void)x;
}

/* There is no fast path (test_wire_fast.c has one). */
void fast_offer(struct wire *x, const struct ingress *in,
		const struct packet *p, struct half *h)
{
	(void)x;
	(void)in;
	(void)p;
	(void)h;
}

void fast_withdraw(struct wire *x)
{
	(void)x;
}

void fast_settle(struct wire *x, struct wflow *f)
{
	(void)x;
	(void)f;
}

void fast_recall(struct wire *x, struct wflow *f)
{
	(void)x;
	(void)f;
}

void fast_settle_all(struct wire *x)
{
	(void)x;
}

bool fast_catch_up(struct wire *x)
{
	(void)x;
	return false;
}

void fast_others(struct wire *x, const struct wflow *f, int more)
{
	(void)x;
	(void)f;
	(void)more;
}

void fast_expects(struct wire *x, const struct tuple *k)
{
	(void)x;
	(void)k;
}

void fast_rules(struct fast *f, const struct policy *p)
{
	(void)f;
	(void)p;
}

static bool wanted;
static int nfragments;

bool frag_wants(const struct frag *f, uint8_t proto)
{
	(void)f;
	(void)proto;
	return wanted;
}

/* The second one makes it whole. */
bool frag_add(struct frag *f, struct packet *p, uint64_t now_ms)
{
	(void)f;
	(void)now_ms;
	p->fragment = ++nfragments % 2;
	return !p->fragment;
}

const struct setup_address *setup_address(const struct setup *s,
					  struct in_addr a)
{
	for (size_t i = 0; i < s->naddress; i++)
		if (s->address[i].addr.s_addr == a.s_addr)
			return &s->address[i];
	return NULL;
}

/* ---- a switch ------------------------------------------------------------------------ */

static struct in_addr ip(const char *text)
{
	struct in_addr a = { 0 };

	ck_assert(str_to_addr(text, &a));
	return a;
}

static struct setup_address addresses[4];
static struct setup_circuit_ip circuit;
static _Atomic uint64_t port_counts[2][PORT_COUNTER_NUM];

static void setup(void)
{
	map = hostmap_new();
	loop = loop_new();
	conf = conf_new();
	plane = plane_new(loop, map, 1, &err);
	ck_assert_msg(plane != NULL, "%s", err.msg);
	w = xcalloc(1, sizeof(*w));
	(void)pthread_mutex_init(&w->lock, NULL);
	w->plane = plane;
	w->worker = plane_packet_worker(plane);
	w->setup = xcalloc(1, sizeof(*w->setup));
	addresses[0] = (struct setup_address){ ip(SWITCH), 1, ADDRESS_CIRCUIT };
	addresses[1] = (struct setup_address){ ip(VIP), 1, ADDRESS_VIP };
	addresses[2] = (struct setup_address){ ip(GROUP), 1, ADDRESS_GROUP };
	circuit = (struct setup_circuit_ip){ .addr = ip(SWITCH),
					     .mask = ip("255.255.255.0"),
					     .broadcast = ip("10.1.0.255"),
					     .vlan = 1,
					     .prefix_len = 24 };
	w->setup->address = addresses;
	w->setup->naddress = 3;
	w->setup->ip = &circuit;
	w->setup->nip = 1;
	w->setup->nport = w->nport = 2;
	for (int i = 0; i < 2; i++) {
		(void)snprintf(w->setup->port[i].name,
			       sizeof(w->setup->port[i].name), "1/%d", i + 1);
		w->port[i].count = port_counts[i];
	}
	w->now_ms = 1000000;
	w->forward = forward_new(w);
	nsent = nfragments = 0;
	too_long = wanted = false;
}

static void teardown(void)
{
	struct plane_totals t;

	/* whatever happened, every port and connection is given back */
	forward_free(w->forward);
	plane_totals(plane, &t);
	ck_assert_uint_eq(t.flows_active, 0);
	for (unsigned i = 1; i < 8; i++) {
		struct service_counters c;
		struct portmap_figures f;

		plane_service_counters(plane, i, &c);
		ck_assert_uint_eq(c.current_conns, 0);
		plane_group_ports(plane, i, &f);
		ck_assert_uint_eq(f.used, 0);
	}
	free(w->setup);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
	plane_free(plane);
	conf_free(conf);
	loop_free(loop);
	hostmap_free(map);
}

static struct service *svc(const char *name, const char *addr, uint16_t port)
{
	struct service *s = service_add(conf, name, &err);

	ck_assert_ptr_nonnull(s);
	OK(service_set_addr(conf, s, ip(addr), 1, &err));
	if (port)
		OK(service_set_port(conf, s, port, 1, &err));
	s->keepalive.type = PROBE_NONE;
	OK(service_activate(conf, s, &err));
	plane_service_state(plane, s->index, SERVICE_ALIVE);
	return s;
}

static struct content *rule(const char *name, const char *vip,
			    enum ip_proto proto, uint16_t port,
			    const char *service)
{
	struct owner *o = owner_find(conf, "o");
	struct content *c = NULL;

	if (!o)
		o = owner_add(conf, "o", &err);
	c = content_add(conf, o, name, &err);
	ck_assert_ptr_nonnull(c);
	if (vip)
		OK(content_set_vip(conf, c, ip(vip), 1, &err));
	OK(content_set_proto(conf, c, proto, &err));
	if (port)
		OK(content_set_port(conf, c, port, &err));
	if (service)
		OK(content_add_service(conf, c, service, -1, &err));
	return c;
}

static void publish(void)
{
	struct out warn = { 0 };

	plane_publish(plane, conf, NULL, &warn);
	out_fini(&warn);
}

/* A TCP rule of the VIP to one server on port 8080. */
static struct content *simple(void)
{
	struct content *c = NULL;

	(void)svc("s", SERVER, 8080);
	c = rule("r", VIP, PROTO_TCP, 80, "s");
	OK(content_activate(conf, c, &err));
	publish();
	return c;
}

/* ---- packets ------------------------------------------------------------------------- */

static uint8_t frame[PACKET_HEADROOM + 4096];
static struct packet in;

static uint8_t *l4(const struct packet *p)
{
	return p->data + p->l4;
}

static void make(uint8_t proto, const char *src, const char *dst, size_t len)
{
	uint8_t *h;

	memset(frame, 0, sizeof(frame));
	in = (struct packet){ .data = frame + PACKET_HEADROOM,
			      .len = (uint32_t)(ETH_LEN + IP4_MIN + len),
			      .cap = 4096,
			      .type = ETHER_IP4,
			      .l3 = ETH_LEN,
			      .l4 = ETH_LEN + IP4_MIN,
			      .proto = proto };
	put16(in.data + 12, ETHER_IP4);
	h = in.data + in.l3;
	h[0] = 0x45;
	put16(h + IP4_LEN, (uint16_t)(IP4_MIN + len));
	h[IP4_TTL] = 64;
	h[IP4_PROTO] = proto;
	put_addr(h + IP4_SRC, ip(src));
	put_addr(h + IP4_DST, ip(dst));
	put16(h + IP4_SUM, sum_fold(sum_add(0, h, IP4_MIN)));
}

static void finish(void)
{
	uint8_t *h = in.data + in.l3;
	size_t len = in.len - in.l4;
	unsigned at = in.proto == IPPROTO_TCP	? TCP_SUM
		      : in.proto == IPPROTO_UDP ? UDP_SUM
						: ICMP_SUM;

	put16(l4(&in) + at, 0);
	put16(l4(&in) + at, sum_l4(get_addr(h + IP4_SRC), get_addr(h + IP4_DST),
				   in.proto, l4(&in), len));
}

static void make_tcp(const char *src, uint16_t sport, const char *dst,
		     uint16_t dport, uint8_t flags, const char *text)
{
	size_t len = strlen(text);
	uint8_t *t;

	make(IPPROTO_TCP, src, dst, TCP_MIN + len);
	t = l4(&in);
	put16(t, sport);
	put16(t + 2, dport);
	put32(t + TCP_SEQ, 1000);
	put32(t + TCP_ACK, flags & TCP_F_ACK ? 2000 : 0);
	t[TCP_OFF] = TCP_MIN / 4 << 4;
	t[TCP_FLAGS] = flags;
	put16(t + TCP_WIN, 4321);
	memcpy(t + TCP_MIN, text, len);
	finish();
}

static void make_udp(const char *src, uint16_t sport, const char *dst,
		     uint16_t dport, const char *text)
{
	size_t len = strlen(text);

	make(IPPROTO_UDP, src, dst, UDP_HEAD + len);
	put16(l4(&in), sport);
	put16(l4(&in) + 2, dport);
	put16(l4(&in) + UDP_LEN, (uint16_t)(UDP_HEAD + len));
	memcpy(l4(&in) + UDP_HEAD, text, len);
	finish();
}

/* The packet comes in; how it goes on. */
static enum way come(bool to_us, int port)
{
	struct ingress from = { .port = port, .vlan = 1, .to_us = to_us };
	int before = nsent;

	if (!forward_packet(w, &from, &in)) {
		ck_assert(!to_us);
		return NOTHING;
	}
	return nsent == before ? NOTHING : sent[(nsent - 1) % 8].how;
}

static const struct sent *last(void)
{
	ck_assert_int_gt(nsent, 0);
	return &sent[(nsent - 1) % 8];
}

static uint32_t check_sums(const struct packet *p)
{
	const uint8_t *h = p->data + p->l3;
	size_t len = p->len - p->l4;
	uint8_t copy[4096];
	unsigned at = p->proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM;

	ck_assert_uint_eq(sum_fold(sum_add(0, h, IP4_MIN)), 0);
	if (p->proto != IPPROTO_TCP && p->proto != IPPROTO_UDP)
		return 0;
	memcpy(copy, p->data + p->l4, len);
	put16(copy + at, 0);
	ck_assert_uint_eq(get16(p->data + p->l4 + at),
			  sum_l4(get_addr(h + IP4_SRC), get_addr(h + IP4_DST),
				 p->proto, copy, len));
	return 0;
}

#define ADDR(p, at) get_addr((p)->data + (p)->l3 + (at))

static void is_packet(const struct packet *p, const char *src, uint16_t sport,
		      const char *dst, uint16_t dport)
{
	char text[2][64];

	(void)snprintf(text[0], 64, "%s:%u -> ", src, sport);
	(void)snprintf(text[1], 64, "%s:%u -> ", str_addr(ADDR(p, IP4_SRC)),
		       get16(l4(p)));
	ck_assert_str_eq(text[1], text[0]);
	(void)snprintf(text[0], 64, "-> %s:%u", dst, dport);
	(void)snprintf(text[1], 64, "-> %s:%u", str_addr(ADDR(p, IP4_DST)),
		       get16(l4(p) + 2));
	ck_assert_str_eq(text[1], text[0]);
	if (!p->off.checksum)
		check_sums(p);
}

/* A handshake through the rule. */
static void shake(uint16_t sport)
{
	make_tcp(CLIENT, sport, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, sport, SERVER, 8080);
	make_tcp(SERVER, 8080, CLIENT, sport, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, sport);
	make_tcp(CLIENT, sport, VIP, 80, TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
}

static void pass_ms(uint64_t ms)
{
	uint64_t until = w->now_ms + ms;

	while (w->now_ms < until) {
		uint64_t due = forward_due_ms(w);

		w->now_ms = due < until ? due : until;
		forward_tick(w);
	}
}

static struct plane_totals totals(void)
{
	struct plane_totals t;

	plane_totals(plane, &t);
	return t;
}

/* ---- translation --------------------------------------------------------------------- */

START_TEST(both_ways_are_translated)
{
	struct rule_counters r;
	struct service_counters s;
	struct flow_line *line;
	struct content *c = simple();
	int n = 0;

	shake(40000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK | TCP_F_PSH, "GET / hello");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, 40000, SERVER, 8080);
	ck_assert(last()->translated);
	/* what is not an address stays */
	ck_assert_uint_eq(get32(l4(&last()->p) + TCP_SEQ), 1000);
	ck_assert_uint_eq(get16(l4(&last()->p) + TCP_WIN), 4321);
	ck_assert_uint_eq(last()->p.data[last()->p.l3 + IP4_TTL], 64);
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_ACK, "an answer");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);

	plane_rule_counters(plane, c->index, &r);
	ck_assert_uint_eq(r.hits, 1);
	ck_assert_uint_eq(r.frames, 5);
	plane_service_counters(plane, 1, &s);
	ck_assert_uint_eq(s.current_conns, 1);
	ck_assert_uint_eq(s.total_conns, 1);
	ck_assert_uint_gt(s.bytes_out, 40);
	ck_assert_uint_eq(totals().flows_active, 2);
	ck_assert_uint_eq(port_counts[0][PORT_FLOWS], 1);
	line = plane_flows(plane, 10, &n);
	ck_assert_int_eq(n, 2);
	ck_assert_uint_eq(line[0].src.s_addr, ip(CLIENT).s_addr);
	ck_assert_uint_eq(line[0].nat_dst.s_addr, ip(SERVER).s_addr);
	ck_assert_str_eq(line[0].in, "1/1");
	ck_assert_str_eq(line[0].out, "1/2");
	ck_assert_uint_eq(line[1].sport, 8080);
	ck_assert_str_eq(line[1].in, "1/2");
	free(line);
}
END_TEST

START_TEST(open_checksums_stay_open)
{
	struct tcp {
		uint16_t was;
	} t = { 0 };

	(void)t;
	simple();
	shake(40000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "large");
	in.off = (struct packet_offload){ .checksum = true,
					  .gso = GSO_TCP4,
					  .gso_size = 1460,
					  .csum_start = in.l4,
					  .csum_offset = TCP_SUM };
	put16(l4(&in) + TCP_SUM,
	      sum_pseudo(ip(CLIENT), ip(VIP), IPPROTO_TCP, in.len - in.l4));
	ck_assert_int_eq(come(true, 0), ROUTED);
	ck_assert(last()->p.off.checksum);
	ck_assert_uint_eq(last()->p.off.gso, GSO_TCP4);
	is_packet(&last()->p, CLIENT, 40000, SERVER, 8080);
	ck_assert_uint_eq(get16(l4(&last()->p) + TCP_SUM),
			  sum_pseudo(ip(CLIENT), ip(SERVER), IPPROTO_TCP,
				     in.len - in.l4));
}
END_TEST

START_TEST(closing_gives_the_service_free)
{
	struct service_counters s;

	simple();
	shake(40000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK | TCP_F_FIN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	ck_assert_uint_eq(totals().flows_active, 2);
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_ACK | TCP_F_FIN, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	plane_service_counters(plane, 1, &s);
	ck_assert_uint_eq(s.current_conns, 0);
	ck_assert_uint_eq(totals().flows_active, 0);
	ck_assert_uint_eq(port_counts[0][PORT_FLOWS], 0);
	/* the last acknowledgement still gets through */
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, 40000, SERVER, 8080);
	/* and the client may begin anew at once */
	shake(40000);
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_RST, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	ck_assert_uint_eq(totals().flows_active, 0);
	/* forgotten after a moment: the sender is told, and only he */
	pass_ms(10000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "late");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	ck_assert_uint_eq(l4(&last()->p)[TCP_FLAGS], TCP_F_RST);
	ck_assert_uint_eq(get32(l4(&last()->p) + TCP_SEQ), 2000);
}
END_TEST

START_TEST(refused_by_the_server_itself)
{
	simple();
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_RST | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	ck_assert(l4(&last()->p)[TCP_FLAGS] & TCP_F_RST);
	ck_assert_uint_eq(totals().flows_active, 0);
}
END_TEST

START_TEST(errors_are_about_what_came_in)
{
	simple();
	shake(40000);
	too_long = true;
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "much");
	(void)come(true, 0);
	too_long = false;
	is_packet(&error_about, CLIENT, 40000, VIP, 80);
}
END_TEST

START_TEST(idle_flow_goes_on_when_a_packet_comes)
{
	struct service_counters s;

	simple();
	shake(40000);
	pass_ms(7000);
	ck_assert_uint_eq(totals().flows_active, 2); /* port 80: 8 s */
	pass_ms(2000);
	plane_service_counters(plane, 1, &s);
	ck_assert_uint_eq(s.current_conns, 0);
	ck_assert_uint_eq(totals().flows_active, 0);
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_ACK, "at last");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	plane_service_counters(plane, 1, &s);
	ck_assert_uint_eq(s.current_conns, 1);
	ck_assert_uint_eq(totals().flows_active, 2);
	ck_assert_uint_eq(totals().flows_total, 2);
	pass_ms(20 * 60 * 1000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "too late");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	ck_assert(l4(&last()->p)[TCP_FLAGS] & TCP_F_RST);
}
END_TEST

START_TEST(idle_flows_do_not_keep_a_configuration)
{
	simple();
	shake(40000);
	pass_ms(60 * 1000);
	conf->generation++;
	publish();
	pass_ms(2 * 60 * 1000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "x");
	ck_assert_int_eq(come(true, 0), ROUTED);
	ck_assert(l4(&last()->p)[TCP_FLAGS] & TCP_F_RST);
}
END_TEST

START_TEST(no_service_is_silent_or_reset)
{
	struct content *c = NULL;
	struct rule_counters r;

	c = simple();
	plane_service_state(plane, 1, SERVICE_DOWN);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	w->setup->reset_unavailable = true;
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	ck_assert_uint_eq(l4(&last()->p)[TCP_FLAGS], TCP_F_RST | TCP_F_ACK);
	ck_assert_uint_eq(get32(l4(&last()->p) + TCP_ACK), 1001);
	plane_rule_counters(plane, c->index, &r);
	ck_assert_uint_eq(r.rejects, 2);
	/* a port without a rule stays silent */
	make_tcp(CLIENT, 40000, VIP, 81, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
}
END_TEST

START_TEST(what_is_refused_is_counted)
{
	struct content *c = simple();
	struct plane_totals t;

	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "x");
	ck_assert_int_eq(come(true, 0), ROUTED);
	ck_assert_uint_eq(l4(&last()->p)[TCP_FLAGS], TCP_F_RST);
	for (int i = 0; i < 9; i++) {
		plane_totals(plane, &t);
		ck_assert_uint_eq(t.syn_exceeded, 0);
		make_tcp(CLIENT, 40001, VIP, 80, TCP_F_SYN, "");
		ck_assert_int_eq(come(true, 0), ROUTED);
	}
	c->advanced = ADVBAL_STICKY_SRCIP;
	conf->generation++;
	publish();
	make_tcp(CLIENT, 40002, VIP, 80, TCP_F_ACK, "x");
	ck_assert_int_eq(come(true, 0), ROUTED);
	plane_totals(plane, &t);
	ck_assert_uint_eq(t.mid_nat, 1);
	ck_assert_uint_eq(t.mid_sticky, 1);
	ck_assert_uint_eq(t.syn_exceeded, 1);
}
END_TEST

START_TEST(two_vips_to_one_server_are_told_apart)
{
	struct content *c = NULL;
	uint16_t port;

	simple();
	c = rule("other", VIP, PROTO_TCP, 88, "s");
	OK(content_activate(conf, c, &err));
	publish();
	shake(40000);
	make_tcp(CLIENT, 40000, VIP, 88, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	port = get16(l4(&last()->p));
	ck_assert_uint_ne(port, 40000);
	is_packet(&last()->p, CLIENT, port, SERVER, 8080);
	make_tcp(SERVER, 8080, CLIENT, port, TCP_F_ACK | TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 88, CLIENT, 40000);
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_ACK, "first");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
}
END_TEST

START_TEST(suspended_service_resets_both_ends)
{
	simple();
	shake(40000);
	nsent = 0;
	plane_reset_service(plane, 1);
	ck_assert_int_eq(nsent, 2);
	is_packet(&sent[0].p, VIP, 80, CLIENT, 40000);
	is_packet(&sent[1].p, CLIENT, 40000, SERVER, 8080);
	/* where each end expects it */
	ck_assert_uint_eq(get32(l4(&sent[0].p) + TCP_SEQ), 1001);
	ck_assert_uint_eq(get32(l4(&sent[1].p) + TCP_SEQ), 1001);
	ck_assert(l4(&sent[1].p)[TCP_FLAGS] & TCP_F_RST);
	ck_assert_uint_eq(totals().flows_active, 0);
}
END_TEST

/* ---- ended connections -------------------------------------------------------------- */

static struct content *layer5(const char *name, unsigned port)
{
	struct content *c = rule(name, VIP, PROTO_TCP, port, "s");

	OK(content_set_url(
		conf, c,
		&(struct content_url){
			.url = "/*", .eql = "", .dql = "", .urql = "" },
		&err));
	OK(content_activate(conf, c, &err));
	return c;
}

START_TEST(layer5_is_ended_inside)
{
	struct content *c = NULL;
	struct rule_counters r;

	(void)svc("s", SERVER, 8080);
	c = layer5("r", 80);
	publish();
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), INSIDE);
	is_packet(&last()->p, CLIENT, 40000, VIP, 80);
	/* who ends it counts it */
	plane_rule_counters(plane, c->index, &r);
	ck_assert_uint_eq(r.hits, 0);
	ck_assert_uint_eq(totals().flows_active, 0);
	make_tcp(VIP, 80, CLIENT, 40000, TCP_F_SYN | TCP_F_ACK, "");
	forward_from_inside(w, &in);
	ck_assert_int_eq(last()->how, ROUTED);
	ck_assert(last()->ours);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	/* nobody on the wire speaks with our address */
	nsent = 0;
	ck_assert_int_eq(come(true, 1), NOTHING);
	/* a connection that is none is refused there, too */
	ck_assert_uint_eq(totals().mid_spoof, 0);
	make_tcp(CLIENT, 40001, VIP, 80, TCP_F_ACK, "x");
	ck_assert_int_eq(come(true, 0), INSIDE);
	ck_assert_uint_eq(totals().mid_spoof, 1);
	/* the worker connects with the client's own address */
	make_tcp(CLIENT, 2017, SERVER, 8080, TCP_F_SYN, "");
	forward_from_inside(w, &in);
	is_packet(&last()->p, CLIENT, 2017, SERVER, 8080);
	make_tcp(SERVER, 8080, CLIENT, 2017, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 1), INSIDE);
	is_packet(&last()->p, SERVER, 8080, CLIENT, 2017);
}
END_TEST

/* The port that the client has asked for is told to who accepts. */
START_TEST(rules_for_every_port_end_behind_one_door)
{
	struct flow_key k = { .src = ip(CLIENT),
			      .dst = ip(VIP),
			      .sport = htons(40000),
			      .proto = IPPROTO_TCP };
	in_port_t meant = 0;
	uint16_t door;

	(void)svc("s", SERVER, 0);
	(void)layer5("every", 0);
	(void)layer5("last", 65535);
	publish();
	door = plane_policy(plane)->door;
	ck_assert_uint_eq(door, 65534);
	k.dport = htons(door);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), INSIDE);
	is_packet(&last()->p, CLIENT, 40000, VIP, door);
	ck_assert(inner_take_port(w->worker->inner, &k, &meant));
	ck_assert_uint_eq(meant, htons(80));
	make_tcp(VIP, door, CLIENT, 40000, TCP_F_SYN | TCP_F_ACK, "");
	forward_from_inside(w, &in);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "x");
	ck_assert_int_eq(come(true, 0), INSIDE);
	is_packet(&last()->p, CLIENT, 40000, VIP, door);
	/* the same port of the client's to another of the VIP's gets another */
	make_tcp(CLIENT, 40000, VIP, 81, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), INSIDE);
	k.sport = htons(get16(l4(&last()->p)));
	ck_assert_uint_ne(k.sport, htons(40000));
	ck_assert(inner_take_port(w->worker->inner, &k, &meant));
	ck_assert_uint_eq(meant, htons(81));
	/* who has a port is met there */
	make_tcp(CLIENT, 40001, VIP, 65535, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), INSIDE);
	is_packet(&last()->p, CLIENT, 40001, VIP, 65535);
}
END_TEST

START_TEST(inside_port_that_a_client_has_is_changed)
{
	uint16_t port;

	simple();
	(void)layer5("l5", 88);
	publish();
	shake(40000);
	make_tcp(CLIENT, 40000, SERVER, 8080, TCP_F_SYN, "");
	forward_from_inside(w, &in);
	port = get16(l4(&last()->p));
	ck_assert_uint_ne(port, 40000);
	is_packet(&last()->p, CLIENT, port, SERVER, 8080);
	make_tcp(SERVER, 8080, CLIENT, port, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 1), INSIDE);
	is_packet(&last()->p, SERVER, 8080, CLIENT, 40000);
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_ACK, "x");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
}
END_TEST

/* Both have the client's and the origin's addresses, one on either side. */
START_TEST(a_cache_gets_what_is_sent_to_the_origin)
{
	const struct flow_key k = { .src = ip(CLIENT),
				    .dst = ip("198.51.100.1"),
				    .sport = htons(40000),
				    .dport = htons(80),
				    .proto = IPPROTO_TCP };

	simple();
	publish();
	inner_set_hop(w->worker->inner, &k, ip(SERVER));
	make_tcp(CLIENT, 40000, "198.51.100.1", 80, TCP_F_SYN, "");
	forward_from_inside(w, &in);
	ck_assert_int_eq(last()->how, VIA);
	ck_assert_str_eq(str_addr(last()->via), SERVER);
	is_packet(&last()->p, CLIENT, 40000, "198.51.100.1", 80);
	make_tcp(CLIENT, 40000, "198.51.100.1", 80, TCP_F_ACK, "x");
	forward_from_inside(w, &in);
	ck_assert_int_eq(last()->how, VIA);
	make_tcp("198.51.100.1", 80, CLIENT, 40000, TCP_F_ACK, "y");
	ck_assert_int_eq(come(true, 1), INSIDE);
	/* the next one is routed as any other */
	make_tcp(CLIENT, 40001, "198.51.100.1", 80, TCP_F_SYN, "");
	forward_from_inside(w, &in);
	ck_assert_int_eq(last()->how, ROUTED);
}
END_TEST

START_TEST(what_is_awaited_goes_inside)
{
	struct sockaddr_in at = { .sin_addr = ip(VIP),
				  .sin_port = htons(5000) };

	simple();
	publish();
	make_tcp(CLIENT, 40000, VIP, 5000, TCP_F_SYN, "");
	ck_assert_int_ne(come(true, 0), INSIDE);
	inner_await(w->worker->inner, IPPROTO_TCP, &at);
	make_tcp(CLIENT, 40001, VIP, 5000, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), INSIDE);
	is_packet(&last()->p, CLIENT, 40001, VIP, 5000);
	/* addresses that the switch only speaks from */
	at.sin_addr = ip(CLIENT);
	inner_await(w->worker->inner, IPPROTO_UDP, &at);
	make_udp(SERVER, 6970, CLIENT, 5000, "x");
	ck_assert_int_eq(come(true, 1), INSIDE);
	inner_await_over(w->worker->inner, IPPROTO_UDP, &at);
	make_udp(SERVER, 6971, CLIENT, 5000, "x");
	ck_assert_int_eq(come(true, 1), ROUTED);
}
END_TEST

/* ---- what no rule is for -------------------------------------------------------------- */

START_TEST(others_are_routed_as_they_are)
{
	simple();
	make_tcp(CLIENT, 40000, SERVER, 22, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, 40000, SERVER, 22);
	ck_assert(!last()->translated);
	ck_assert_uint_eq(totals().flows_active, 2);
	/* out of the middle, too */
	make_tcp(CLIENT, 40001, SERVER, 22, TCP_F_ACK, "x");
	ck_assert_int_eq(come(true, 0), ROUTED);
	/* what is not for us is bridged */
	ck_assert_int_eq(come(false, 0), NOTHING);
	make_tcp(CLIENT, 40002, SERVER, 22, TCP_F_SYN, "");
	ck_assert_int_eq(come(false, 0), NOTHING);
	/* for the switch itself */
	make_tcp(CLIENT, 40000, SWITCH, 22, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), LOCAL);
	make_tcp(SWITCH, 22, CLIENT, 40000, TCP_F_SYN | TCP_F_ACK, "");
	forward_from_inside(w, &in);
	make_tcp(CLIENT, 40000, SWITCH, 22, TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 0), INSIDE);
}
END_TEST

START_TEST(answer_that_passes_at_layer_2_is_taken)
{
	simple();
	shake(40000);
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_ACK, "direct");
	ck_assert_int_eq(come(false, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
}
END_TEST

/* ---- UDP ------------------------------------------------------------------------------- */

START_TEST(datagrams_have_flows)
{
	struct content *c = NULL;

	(void)svc("s", SERVER, 5353);
	c = rule("u", VIP, PROTO_UDP, 53, "s");
	OK(content_activate(conf, c, &err));
	publish();
	make_udp(CLIENT, 40000, VIP, 53, "ask");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, 40000, SERVER, 5353);
	make_udp(SERVER, 5353, CLIENT, 40000, "tell");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 53, CLIENT, 40000);
	/* a checksum that was left out stays out */
	make_udp(CLIENT, 40000, VIP, 53, "ask");
	put16(l4(&in) + UDP_SUM, 0);
	ck_assert_int_eq(come(true, 0), ROUTED);
	ck_assert_uint_eq(get16(l4(&last()->p) + UDP_SUM), 0);
	ck_assert_uint_eq(totals().udp_total, 2);
	pass_ms(6000);
	ck_assert_uint_eq(totals().flows_active, 0);
}
END_TEST

START_TEST(datagrams_without_flow_find_their_way_back)
{
	struct content *c = NULL;
	struct rule_counters r;

	(void)svc("s", SERVER, 0);
	c = rule("sip", VIP, PROTO_UDP, 5060, "s");
	OK(content_activate(conf, c, &err));
	publish();
	for (int i = 0; i < 3; i++) {
		make_udp(CLIENT, 5060, VIP, 5060, "OPTIONS");
		ck_assert_int_eq(come(true, 0), ROUTED);
		is_packet(&last()->p, CLIENT, 5060, SERVER, 5060);
	}
	make_udp(SERVER, 5060, CLIENT, 5060, "SIP/2.0 200");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 5060, CLIENT, 5060);
	plane_rule_counters(plane, c->index, &r);
	ck_assert_uint_eq(r.hits, 3);
	ck_assert_uint_eq(totals().flows_total, 0);
}
END_TEST

/* ---- source groups --------------------------------------------------------------------- */

static struct group *group(const char *source, const char *dest)
{
	struct group *g = group_add(conf, "g", &err);

	ck_assert_ptr_nonnull(g);
	OK(group_set_vip(conf, g, ip(GROUP), 1, &err));
	if (source)
		OK(group_add_source(conf, g, source, &err));
	if (dest)
		OK(group_add_dest(conf, g, dest, &err));
	OK(group_activate(conf, g, &err));
	publish();
	return g;
}

START_TEST(destination_group_hides_the_client)
{
	struct group_counters gc;
	struct group *g = NULL;
	uint16_t port;

	simple();
	g = group(NULL, "s");
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	port = get16(l4(&last()->p));
	ck_assert_uint_ge(port, 2016);
	is_packet(&last()->p, GROUP, port, SERVER, 8080);
	make_tcp(SERVER, 8080, GROUP, port, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 80, CLIENT, 40000);
	plane_group_counters(plane, g->index, &gc);
	ck_assert_uint_eq(gc.hits, 1);
	ck_assert_uint_eq(gc.current_conns, 1);
}
END_TEST

START_TEST(flows_of_servers_get_the_groups_address)
{
	struct group_counters gc;
	struct group *g = NULL;
	uint16_t port;

	simple();
	g = group("s", NULL);
	make_tcp(SERVER, 33000, "192.0.2.9", 25, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	port = get16(l4(&last()->p));
	is_packet(&last()->p, GROUP, port, "192.0.2.9", 25);
	make_tcp("192.0.2.9", 25, GROUP, port, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, "192.0.2.9", 25, SERVER, 33000);
	plane_group_counters(plane, g->index, &gc);
	ck_assert_uint_eq(gc.total_conns, 1);
	ck_assert_uint_eq(plane_group_service_hits(plane, g->index, false, 1),
			  1);
	/* clients of the rule keep theirs */
	shake(40000);
	/* and out of the middle nobody gets one */
	make_tcp(SERVER, 33001, "192.0.2.9", 25, TCP_F_ACK, "x");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, "192.0.2.9", 25, SERVER, 33001);
	ck_assert_uint_eq(l4(&last()->p)[TCP_FLAGS], TCP_F_RST);
}
END_TEST

/* ---- access lists ------------------------------------------------------------------------ */

/* A clause about everything of a protocol to a port; 0: any. */
static void clause(unsigned number, enum acl_action action, int proto,
		   uint16_t port, const char *grp)
{
	struct acl *l = acl_find(conf, 1);
	struct acl_clause k = { .number = (uint8_t)number,
				.action = action,
				.proto = (int16_t)proto,
				.icmp_type = ACL_ANY };

	if (!l)
		l = acl_add(conf, 1, &err);
	if (port)
		k.dst.ports = (struct acl_ports){ ACL_PORT_EQ, port, 0 };
	ck_assert(str_copy(k.group, sizeof(k.group), grp));
	OK(acl_clause_add(conf, l, &k, &err));
}

static void enforce(void)
{
	(void)circuit_add(conf, 1, &err); /* it may be there */
	OK(acl_apply_all(conf, acl_find(conf, 1), &err));
	conf->global->acl_enabled = true;
	acl_enforce(conf);
	conf->generation++;
	publish();
}

START_TEST(access_lists_decide)
{
	uint16_t port;

	simple();
	(void)group(NULL, NULL);
	clause(10, ACL_DENY, IPPROTO_TCP, 23, "");
	clause(20, ACL_BYPASS, IPPROTO_TCP, 80, "");
	clause(30, ACL_PERMIT, IPPROTO_TCP, 25, "g");
	clause(40, ACL_PERMIT, IPPROTO_TCP, ACL_PORT_ANY, "");
	enforce();
	make_tcp(CLIENT, 40000, SERVER, 23, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_tcp(CLIENT, 40000, SWITCH, 23, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	ck_assert_uint_eq(plane_clause_hits(plane, 1, 10), 2);
	/* what is bypassed is not translated, and a VIP is nobody else's */
	make_tcp(CLIENT, 40000, SERVER, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, 40000, SERVER, 80);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	/* a clause's source group is for everybody */
	make_tcp(CLIENT, 40000, "192.0.2.25", 25, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	port = get16(l4(&last()->p));
	is_packet(&last()->p, GROUP, port, "192.0.2.25", 25);
	make_tcp("192.0.2.25", 25, GROUP, port, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, "192.0.2.25", 25, CLIENT, 40000);
	/* the hidden clause denies what is left */
	make(IPPROTO_ICMP, CLIENT, SWITCH, 16);
	l4(&in)[0] = 8;
	finish();
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_udp(CLIENT, 40000, "192.0.2.1", 5000, "x");
	ck_assert_int_eq(come(true, 0), NOTHING);
	make(47, CLIENT, "192.0.2.1", 16);
	in.l4 = 0;
	ck_assert_int_eq(come(true, 0), NOTHING);
}
END_TEST

static void make_icmp(const char *src, const char *dst, uint8_t type)
{
	make(IPPROTO_ICMP, src, dst, ICMP_HEAD + 8);
	l4(&in)[0] = type;
	finish();
}

START_TEST(access_lists_know_types_of_icmp)
{
	struct acl_clause k = { .number = 10,
				.action = ACL_PERMIT,
				.proto = IPPROTO_ICMP,
				.icmp_type = 8 };
	struct acl *l = acl_add(conf, 1, &err);

	simple();
	OK(acl_clause_add(conf, l, &k, &err));
	k.number = 20;
	k.action = ACL_DENY;
	k.icmp_type = 13;
	OK(acl_clause_add(conf, l, &k, &err));
	k.number = 30;
	k.action = ACL_PERMIT;
	k.icmp_type = 0;
	OK(acl_clause_add(conf, l, &k, &err));
	enforce();
	make_icmp(CLIENT, SERVER, 8);
	ck_assert_int_eq(come(true, 0), ROUTED);
	make_icmp(CLIENT, SERVER, 13);
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_icmp(CLIENT, SERVER, 0);
	ck_assert_int_eq(come(true, 0), ROUTED);
	make_icmp(CLIENT, SERVER, 17); /* the hidden last clause */
	ck_assert_int_eq(come(true, 0), NOTHING);
	ck_assert_uint_eq(plane_clause_hits(plane, 1, 10), 1);
	ck_assert_uint_eq(plane_clause_hits(plane, 1, 20), 1);
	ck_assert_uint_eq(plane_clause_hits(plane, 1, 30), 1);
}
END_TEST

START_TEST(transparent_caches_get_the_frames)
{
	struct content *c = NULL;
	struct service *s = service_add(conf, "cache", &err);

	OK(service_set_addr(conf, s, ip("10.2.0.80"), 1, &err));
	s->type = SERVICE_TRANSPARENT_CACHE;
	s->keepalive.type = PROBE_NONE;
	OK(service_activate(conf, s, &err));
	plane_service_state(plane, s->index, SERVICE_ALIVE);
	c = rule("any", NULL, PROTO_TCP, 80, "cache");
	OK(content_activate(conf, c, &err));
	publish();
	make_tcp(CLIENT, 40000, "192.0.2.9", 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), VIA);
	ck_assert_str_eq(str_addr(last()->via), "10.2.0.80");
	is_packet(&last()->p, CLIENT, 40000, "192.0.2.9", 80);
	make_tcp("192.0.2.9", 80, CLIENT, 40000, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, "192.0.2.9", 80, CLIENT, 40000);
	/* what the cache fetches goes to where it is */
	make_tcp("10.2.0.80", 40000, "192.0.2.9", 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, "10.2.0.80", 40000, "192.0.2.9", 80);
}
END_TEST

/* ---- FTP --------------------------------------------------------------------------------- */

static struct content *ftp_rule(void)
{
	struct content *c = NULL;

	(void)svc("s", SERVER, 0);
	c = rule("f", VIP, PROTO_TCP, 21, "s");
	c->application = APP_FTP_CONTROL;
	OK(content_activate(conf, c, &err));
	publish();
	return c;
}

/* Where both sides begin to number; the tests count from 1000 on. */
static const uint32_t numbers_from[] = { 0, 0x90000000, 0xfffffc10 };
static uint32_t base;

/* Returns the port that the server sees. */
static uint16_t ftp_shake(const char *seen_as)
{
	uint16_t port;

	make_tcp(CLIENT, 40000, VIP, 21, TCP_F_SYN, "");
	put32(l4(&in) + TCP_SEQ, base + 999);
	finish();
	ck_assert_int_eq(come(true, 0), ROUTED);
	port = get16(l4(&last()->p));
	make_tcp(SERVER, 21, seen_as, port, TCP_F_SYN | TCP_F_ACK, "");
	put32(l4(&in) + TCP_SEQ, base + 999);
	finish();
	ck_assert_int_eq(come(true, 1), ROUTED);
	make_tcp(CLIENT, 40000, VIP, 21, TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	return port;
}

static void say(const char *src, uint16_t sport, const char *dst,
		uint16_t dport, uint32_t seq, uint32_t ack, const char *text)
{
	make_tcp(src, sport, dst, dport, TCP_F_ACK | TCP_F_PSH, text);
	put32(l4(&in) + TCP_SEQ, base + seq);
	put32(l4(&in) + TCP_ACK, base + ack);
	finish();
	ck_assert_int_eq(come(true, 0), ROUTED);
}

static void heard(uint32_t seq, uint32_t ack, const char *text)
{
	const struct packet *p = &last()->p;
	char got[256] = "";

	memcpy(got, l4(p) + TCP_MIN, p->len - p->l4 - TCP_MIN);
	ck_assert_str_eq(got, text);
	ck_assert_uint_eq(get32(l4(p) + TCP_SEQ), base + seq);
	ck_assert_uint_eq(get32(l4(p) + TCP_ACK), base + ack);
	ck_assert_uint_eq(get16(p->data + p->l3 + IP4_LEN), p->len - p->l3);
	check_sums(p);
}

START_TEST(passive_data_comes_by_the_vip)
{
	struct service_counters s;

	base = numbers_from[_i];
	(void)ftp_rule();
	ck_assert_uint_eq(ftp_shake(CLIENT), 40000);
	/* unasked for, nothing is read */
	say(SERVER, 21, CLIENT, 40000, 1000, 1000,
	    "227 Entering (10,2,0,5,4,1)\r\n");
	heard(1000, 1000, "227 Entering (10,2,0,5,4,1)\r\n");
	say(CLIENT, 40000, VIP, 21, 1000, 1029, "PASV\r\n");
	heard(1000, 1029, "PASV\r\n");
	say(SERVER, 21, CLIENT, 40000, 1029, 1006,
	    "227 Entering (10,2,0,5,200,1)\r\n");
	heard(1029, 1006, "227 Entering (10,1,0,100,200,1)\r\n");
	/* sent again, the same is told */
	say(SERVER, 21, CLIENT, 40000, 1029, 1006,
	    "227 Entering (10,2,0,5,200,1)\r\n");
	heard(1029, 1006, "227 Entering (10,1,0,100,200,1)\r\n");
	/* two bytes more: what follows is shifted, and what is heard of it */
	say(CLIENT, 40000, VIP, 21, 1006, 1062, "RETR x\r\n");
	heard(1006, 1060, "RETR x\r\n");
	say(SERVER, 21, CLIENT, 40000, 1060, 1014, "150 Here\r\n");
	heard(1062, 1014, "150 Here\r\n");
	make_tcp(CLIENT, 40001, VIP, 51201, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, 40001, SERVER, 51201);
	make_tcp(SERVER, 51201, CLIENT, 40001, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 51201, CLIENT, 40001);
	plane_service_counters(plane, 1, &s);
	ck_assert_uint_eq(s.current_conns, 2);
	/* once */
	make_tcp(CLIENT, 40002, VIP, 51201, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
}
END_TEST

START_TEST(active_data_carries_the_vip)
{
	base = numbers_from[_i];
	(void)ftp_rule();
	ck_assert_uint_eq(ftp_shake(CLIENT), 40000);
	say(CLIENT, 40000, VIP, 21, 1000, 1000, "PORT 10,1,0,7,100,1\r\n");
	heard(1000, 1000, "PORT 10,1,0,7,100,1\r\n");
	make_tcp(SERVER, 20, CLIENT, 25601, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 20, CLIENT, 25601);
	make_tcp(CLIENT, 25601, VIP, 20, TCP_F_SYN | TCP_F_ACK, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, 25601, SERVER, 20);
	/* a third host is nobody's business */
	say(CLIENT, 40000, VIP, 21, 1021, 1000, "PORT 10,9,9,9,100,2\r\n");
	heard(1021, 1000, "PORT 10,9,9,9,100,2\r\n");
	make_tcp(SERVER, 20, "10.9.9.9", 25602, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, SERVER, 20, "10.9.9.9", 25602);
	/* nor does it stay for long */
	say(CLIENT, 40000, VIP, 21, 1042, 1000, "PORT 10,1,0,7,100,3\r\n");
	pass_ms(6000);
	make_tcp(SERVER, 20, CLIENT, 25603, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, SERVER, 20, CLIENT, 25603);
}
END_TEST

START_TEST(hidden_client_waits_at_the_group)
{
	struct group_counters gc;
	struct group *g = NULL;
	char want[64];
	unsigned told[2];
	uint16_t port;

	base = numbers_from[_i];
	(void)ftp_rule();
	g = group(NULL, "s");
	port = ftp_shake(GROUP);
	say(CLIENT, 40000, VIP, 21, 1000, 1000, "PORT 10,1,0,7,100,1\r\n");
	ck_assert_int_eq(sscanf((char *)l4(&last()->p) + TCP_MIN,
				"PORT 10,1,0,200,%u,%u", &told[0], &told[1]),
			 2);
	(void)snprintf(want, sizeof(want), "PORT 10,1,0,200,%u,%u\r\n", told[0],
		       told[1]);
	heard(1000, 1000, want);
	make_tcp(SERVER, 20, GROUP, (uint16_t)(told[0] << 8 | told[1]),
		 TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_packet(&last()->p, VIP, 20, CLIENT, 25601);
	/* acknowledgements of the longer line */
	say(SERVER, 21, GROUP, port, 1000, (uint32_t)(1000 + strlen(want)),
	    "200 OK\r\n");
	heard(1000, 1021, "200 OK\r\n");
	/* and a server that waits gets the data from the group, too */
	say(CLIENT, 40000, VIP, 21, 1021, 1008, "EPSV\r\n");
	say(SERVER, 21, GROUP, port, 1008, (uint32_t)(1006 + strlen(want)),
	    "229 Entering (|||51300|)\r\n");
	heard(1008, 1027, "229 Entering (|||51300|)\r\n");
	make_tcp(CLIENT, 40001, VIP, 51300, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, GROUP, get16(l4(&last()->p)), SERVER, 51300);
	plane_group_counters(plane, g->index, &gc);
	ck_assert_uint_eq(gc.total_ftp, 1);
	ck_assert_uint_eq(gc.current_ftp, 1);
	ck_assert_uint_eq(gc.current_conns, 3);
}
END_TEST

#define ENTERING "227 Entering (10,2,0,5,200,1)\r\n" /* 31 bytes; told: 33 */
#define TOLD	 "227 Entering (10,1,0,100,200,1)\r\n"

static void passive_asked(int from)
{
	base = numbers_from[from];
	(void)ftp_rule();
	ck_assert_uint_eq(ftp_shake(CLIENT), 40000);
	say(CLIENT, 40000, VIP, 21, 1000, 1000, "PASV\r\n");
	heard(1000, 1000, "PASV\r\n");
}

/* The server's text from one place to another of the line. */
static void answer(const char *line, size_t from, size_t to)
{
	char part[512] = "";

	memcpy(part, line + from, to - from);
	nsent = 0;
	say(SERVER, 21, CLIENT, 40000, 1000 + (uint32_t)from, 1006, part);
}

/* The switch says by itself that the server's beginning was heard. */
static void says_heard(uint32_t ack)
{
	const struct packet *p = &sent[0].p;

	ck_assert_int_eq(nsent, 2);
	ck_assert(sent[0].ours);
	is_packet(p, CLIENT, 40000, SERVER, 21);
	ck_assert_uint_eq(p->len, p->l4 + TCP_MIN);
	ck_assert_uint_eq(l4(p)[TCP_FLAGS], TCP_F_ACK);
	ck_assert_uint_eq(get32(l4(p) + TCP_SEQ), base + 1006);
	ck_assert_uint_eq(get32(l4(p) + TCP_ACK), base + ack);
	ck_assert_uint_eq(get16(l4(p) + TCP_WIN), 4321);
	check_sums(p);
}

static void torn_at(uint32_t at)
{
	answer(ENTERING, 0, at);
	heard(1000, 1006, "");
	says_heard(1000 + at);
	/* its receiver knows nothing of that */
	say(CLIENT, 40000, VIP, 21, 1006, 1000, "");
	heard(1006, 1000 + at, "");
	answer(ENTERING, at, 31);
	heard(1000, 1006, TOLD);
}

START_TEST(line_may_be_torn_anywhere)
{
	passive_asked(_i % 3);
	torn_at((uint32_t)_i);
}
END_TEST

START_TEST(torn_line_is_sent_again)
{
	passive_asked(_i);
	torn_at(30);
	/* lost behind the switch: whatever part of it is sent again is all of it */
	answer(ENTERING, 30, 31);
	heard(1000, 1006, TOLD);
	answer(ENTERING, 0, 9);
	heard(1000, 1006, TOLD);
	answer(ENTERING "150 x\r\n", 20, 38);
	heard(1000, 1006, TOLD "150 x\r\n");
	say(CLIENT, 40000, VIP, 21, 1006, 1020, "");
	heard(1006, 1030, ""); /* not in parts */
	say(CLIENT, 40000, VIP, 21, 1006, 1040, "");
	heard(1006, 1038, "");
	/* and what follows is byte exact */
	answer(ENTERING "150 x\r\n226 y\r\n", 38, 45);
	heard(1040, 1006, "226 y\r\n");
	make_tcp(CLIENT, 40001, VIP, 51201, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_packet(&last()->p, CLIENT, 40001, SERVER, 51201);
}
END_TEST

START_TEST(torn_in_three_and_more_behind)
{
	static const char text[] = "220 x\r\n" ENTERING "150 y\r\n";

	passive_asked(_i);
	/* the line in front of it is not heard yet: who has it tells */
	answer(text, 0, 9);
	ck_assert_int_eq(nsent, 1);
	heard(1000, 1006, "220 x\r\n");
	say(CLIENT, 40000, VIP, 21, 1006, 1007, "");
	heard(1006, 1009, "");
	answer(text, 9, 20);
	heard(1007, 1006, "");
	says_heard(1020);
	/* behind a gap nothing goes on: it would get another number */
	answer(text, 38, 45);
	ck_assert_int_eq(nsent, 1);
	heard(1007, 1006, "");
	/* the sender asks whether it was heard (RFC 9293 3.8.4) */
	answer(text, 19, 19);
	heard(1007, 1006, "");
	says_heard(1020);
	answer(text, 20, 45);
	heard(1007, 1006, TOLD "150 y\r\n");
	/* nothing of a pure acknowledgement changes */
	answer(text, 45, 45);
	heard(1047, 1006, "");
}
END_TEST

START_TEST(torn_line_that_is_none_passes)
{
	static const char text[] = "227-Wait";
	char longest[600];

	passive_asked(_i);
	answer("220 Welco", 0, 9); /* it cannot become one */
	ck_assert_int_eq(nsent, 1);
	heard(1000, 1006, "220 Welco");
	answer("220 Welcome\r\n", 9, 13);
	heard(1009, 1006, "me\r\n");
	say(CLIENT, 40000, VIP, 21, 1006, 1013, "");
	answer("220 Welcome\r\n227-Wait", 13, 16);
	heard(1013, 1006, "");
	answer("220 Welcome\r\n227-Wait", 16, 21);
	heard(1013, 1006, text);
	/* again, since the beginning was promised */
	answer("220 Welcome\r\n227-Wait", 16, 21);
	heard(1013, 1006, text);
	/* more than is kept */
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "227 ", 4);
	longest[599] = '\0';
	answer("220 Welcome\r\n227-Wait\r\n", 21, 23);
	say(CLIENT, 40000, VIP, 21, 1006, 1023, "");
	base += 23;
	answer(longest, 0, 200);
	ck_assert_uint_eq(last()->p.len, last()->p.l4 + TCP_MIN);
	answer(longest, 200, 599);
	ck_assert_uint_eq(last()->p.len, last()->p.l4 + TCP_MIN + 599);
	ck_assert_uint_eq(get32(l4(&last()->p) + TCP_SEQ), base + 1000);
}
END_TEST

START_TEST(torn_line_ends_with_its_connection)
{
	passive_asked(_i);
	answer(ENTERING, 0, 9);
	heard(1000, 1006, "");
	make_tcp(SERVER, 21, CLIENT, 40000, TCP_F_ACK | TCP_F_FIN, "");
	put32(l4(&in) + TCP_SEQ, base + 1009);
	put32(l4(&in) + TCP_ACK, base + 1006);
	finish();
	ck_assert_int_eq(come(true, 1), ROUTED);
	heard(1000, 1006, "227 Enter");
	ck_assert(l4(&last()->p)[TCP_FLAGS] & TCP_F_FIN);
}
END_TEST

/*
 * A server that says torn lines, a client that hears them, and a wire that loses
 * frames on each of the three ways: numbers are counted from the first byte.
 */
static const char torn_said[] = "220 x\r\n227-y\r\n" ENTERING
				"227 Entering (10,2,0,5,200,2)\r\n"
				"150 Here\r\n226 Done\r\n";
static const char torn_heard[] = "220 x\r\n227-y\r\n" TOLD
				 "227 Entering (10,1,0,100,200,2)\r\n"
				 "150 Here\r\n226 Done\r\n";

static struct talk {
	uint32_t acked, sent;	      /* of the server's text */
	bool has[sizeof(torn_heard)]; /* what the client has */
	char heard[sizeof(torn_heard)];
	bool nagle; /* the server waits until all is acknowledged */
} talk;

static bool is_lost(void)
{
	return rand() % 4 == 0;
}

static void server_hears(uint32_t ack)
{
	ack -= base + 1000;
	if ((int32_t)ack < 0 || is_lost())
		return;
	ck_assert_uint_le(ack, talk.sent);
	if (ack > talk.acked)
		talk.acked = ack;
}

/* What it has already must be the same, whatever is sent again. */
static void client_hears(const struct packet *p)
{
	uint32_t at = get32(l4(p) + TCP_SEQ) - (base + 1000);
	uint32_t len = p->len - p->l4 - TCP_MIN, have = 0;

	check_sums(p);
	ck_assert_uint_le(at + len, sizeof(torn_heard) - 1);
	for (uint32_t i = 0; i < len; i++) {
		talk.heard[at + i] = (char)l4(p)[TCP_MIN + i];
		talk.has[at + i] = true;
		ck_assert_int_eq(talk.heard[at + i], torn_heard[at + i]);
	}
	while (talk.has[have])
		have++;
	if (is_lost())
		return;
	say(CLIENT, 40000, VIP, 21, 1006, 1000 + have, "");
	server_hears(get32(l4(&last()->p) + TCP_ACK));
}

static void server_says(uint32_t from, uint32_t to)
{
	char part[sizeof(torn_said)] = "";
	struct sent out[2];
	int n = 0;

	memcpy(part, torn_said + from, to - from);
	if (to > talk.sent)
		talk.sent = to;
	if (is_lost())
		return;
	nsent = 0;
	say(SERVER, 21, CLIENT, 40000, 1000 + from, 1006, part);
	n = nsent;
	ck_assert_int_le(n, 2);
	for (int i = 0; i < n; i++) {
		out[i] = sent[i];
		out[i].p.data = out[i].data + PACKET_HEADROOM;
	}
	if (n == 2)
		server_hears(get32(l4(&out[0].p) + TCP_ACK));
	if (!is_lost())
		client_hears(&out[n - 1].p);
}

static void server_turn(void)
{
	const uint32_t end = sizeof(torn_said) - 1;
	uint32_t from = talk.sent, most = end;

	if (rand() % 2 || (talk.nagle && talk.acked < talk.sent)) {
		from = talk.acked; /* again, maybe in other pieces */
		most = talk.nagle ? talk.sent : end;
	}
	if (from < most)
		server_says(from, from + 1 + (uint32_t)rand() % (most - from));
}

/* A FIN has a number, which the last acknowledgement comes behind. */
START_TEST(channel_is_closed_to_the_end)
{
	passive_asked(_i);
	answer(ENTERING, 0, 31);
	heard(1000, 1006, TOLD);
	say(CLIENT, 40000, VIP, 21, 1006, 1033, "");
	make_tcp(SERVER, 21, CLIENT, 40000, TCP_F_ACK | TCP_F_FIN, "");
	put32(l4(&in) + TCP_SEQ, base + 1031);
	put32(l4(&in) + TCP_ACK, base + 1006);
	finish();
	ck_assert_int_eq(come(true, 1), ROUTED);
	heard(1033, 1006, "");
	make_tcp(CLIENT, 40000, VIP, 21, TCP_F_ACK | TCP_F_FIN, "");
	put32(l4(&in) + TCP_SEQ, base + 1006);
	put32(l4(&in) + TCP_ACK, base + 1034);
	finish();
	ck_assert_int_eq(come(true, 0), ROUTED);
	heard(1006, 1032, "");
	say(SERVER, 21, CLIENT, 40000, 1032, 1007, "");
	heard(1034, 1007, "");
}
END_TEST

START_TEST(stream_begins_anew_while_half_open)
{
	base = numbers_from[_i];
	(void)ftp_rule();
	base += 5000; /* the client gives up, and tries again from its port */
	make_tcp(CLIENT, 40000, VIP, 21, TCP_F_SYN, "");
	put32(l4(&in) + TCP_SEQ, base + 999);
	finish();
	ck_assert_int_eq(come(true, 0), ROUTED);
	base -= 5000;
	ck_assert_uint_eq(ftp_shake(CLIENT), 40000);
	say(CLIENT, 40000, VIP, 21, 1000, 1000, "PASV\r\n");
	heard(1000, 1000, "PASV\r\n");
}
END_TEST

START_TEST(torn_lines_arrive_whatever_is_lost)
{
	int turns = 0;

	srand((unsigned)_i);
	passive_asked(_i % 3);
	memset(&talk, 0, sizeof(talk));
	talk.nagle = _i % 2;
	while (talk.acked < sizeof(torn_said) - 1)
		if (++turns < 1000)
			server_turn();
		else
			ck_abort_msg("stuck behind %u bytes", talk.acked);
	ck_assert_str_eq(talk.heard, torn_heard);
}
END_TEST

/* The client's text, urgent up to a place in it; it may go on as another one. */
static void say_urgent(uint32_t seq, const char *text, uint16_t up_to)
{
	make_tcp(CLIENT, 40000, VIP, 21, TCP_F_ACK | TCP_F_PSH | TCP_F_URG,
		 text);
	put32(l4(&in) + TCP_SEQ, base + seq);
	put32(l4(&in) + TCP_ACK, base + 1000);
	put16(l4(&in) + TCP_URGENT, up_to);
	finish();
	ck_assert_int_eq(come(true, 0), ROUTED);
}

static void is_urgent(uint16_t up_to)
{
	ck_assert_uint_eq(!(l4(&last()->p)[TCP_FLAGS] & TCP_F_URG), !up_to);
	ck_assert_uint_eq(get16(l4(&last()->p) + TCP_URGENT), up_to);
	check_sums(&last()->p);
}

START_TEST(urgent_data_end_where_they_did)
{
	static const char port[] = "EPRT |1|10.1.0.7|25601|\r\n",
			  abor[] = "ABOR\r\n";
	const uint32_t len = sizeof(port) - 1;
	char both[64];
	const char *told = NULL;
	uint16_t server_sees;
	uint32_t more, end;

	base = numbers_from[_i];
	(void)ftp_rule();
	(void)group(NULL, "s");
	server_sees = ftp_shake(GROUP);
	/* nothing in front of it changes */
	say_urgent(1000, abor, 2);
	heard(1000, 1000, abor);
	is_urgent(2);
	/* behind a line that goes on with another length, and in front of it */
	(void)snprintf(both, sizeof(both), "%s%s", port, abor);
	say_urgent(1006, both, (uint16_t)(len + 2));
	told = (const char *)l4(&last()->p) + TCP_MIN;
	more = (uint32_t)strcspn(told, "\n") + 1 - len;
	ck_assert_uint_ne(more, 0);
	is_urgent((uint16_t)(len + more + 2));
	say_urgent(1006, both, 2);
	is_urgent(2);
	say_urgent(1006, both, UINT16_MAX); /* it cannot be told */
	is_urgent(UINT16_MAX);
	/* in what follows, all has moved */
	end = 1006 + (uint32_t)strlen(both);
	say_urgent(end, abor, 4);
	heard(end + more, 1000, abor);
	is_urgent(4);
	/* the server has it all: what is sent again is nothing any more */
	say(SERVER, 21, GROUP, server_sees, 1000, end + more + 6, "");
	say_urgent(end, abor, 4);
	heard(end + more + 5, 1000, "");
	is_urgent(0);
}
END_TEST

/* What is more than came in is cut into frames that are as large. */
START_TEST(joined_line_may_be_cut_again)
{
	static char text[1500];
	size_t len = 0;

	passive_asked(_i);
	len = (size_t)snprintf(text, sizeof(text), "%s", ENTERING);
	memset(text + len, 'x', 1400);
	answer(text, 0, 20);
	heard(1000, 1006, "");
	make_tcp(SERVER, 21, CLIENT, 40000, TCP_F_ACK, text + 20);
	put32(l4(&in) + TCP_SEQ, base + 1020);
	put32(l4(&in) + TCP_ACK, base + 1006);
	finish();
	ck_assert_int_eq(come(true, 1), ROUTED);
	ck_assert_uint_eq(last()->p.len - last()->p.l4 - TCP_MIN, 33 + 1400);
	ck_assert_uint_eq(last()->p.off.gso, GSO_TCP4);
	ck_assert_uint_eq(last()->p.off.gso_size, 11 + 1400);
	ck_assert_uint_eq(last()->p.off.csum_start, last()->p.l4);
}
END_TEST

/* ---- ICMP ------------------------------------------------------------------------------- */

/* An error from a router or an end, about a packet of that many bytes of data. */
static void make_error(const char *from, const struct packet *about,
		       unsigned type, unsigned code, size_t data)
{
	uint8_t quoted[IP4_MIN + 64];
	const char *to = str_addr(ADDR(about, IP4_SRC));
	size_t len = IP4_MIN + data;

	memcpy(quoted, about->data + about->l3, len);
	make(IPPROTO_ICMP, from, to, ICMP_HEAD + len);
	l4(&in)[0] = (uint8_t)type;
	l4(&in)[ICMP_CODE] = (uint8_t)code;
	put16(l4(&in) + 6, 1400);
	memcpy(l4(&in) + ICMP_HEAD, quoted, len);
	finish();
}

/* What it quotes, as a packet of its own. */
static struct packet quoted(const struct packet *p)
{
	struct packet q = *p;

	q.l3 = (uint16_t)(p->l4 + ICMP_HEAD);
	q.l4 = (uint16_t)(q.l3 + IP4_MIN);
	q.proto = p->data[q.l3 + IP4_PROTO];
	return q;
}

static void is_error(const char *src, const char *dst)
{
	const struct packet *p = &last()->p;
	uint8_t copy[256];
	size_t len = p->len - p->l4;

	ck_assert_str_eq(str_addr(ADDR(p, IP4_SRC)), src);
	ck_assert_str_eq(str_addr(ADDR(p, IP4_DST)), dst);
	ck_assert_uint_eq(sum_fold(sum_add(0, p->data + p->l3, IP4_MIN)), 0);
	ck_assert_uint_eq(sum_fold(sum_add(0, p->data + p->l4, len)), 0);
	if (l4(p)[0] != 3)
		return;
	memcpy(copy, quoted(p).data + quoted(p).l3, IP4_MIN);
	ck_assert_uint_eq(sum_fold(sum_add(0, copy, IP4_MIN)), 0);
}

static void is_quoted(const char *src, uint16_t sport, const char *dst,
		      uint16_t dport, bool whole)
{
	struct packet q = quoted(&last()->p);

	q.off.checksum = !whole;
	is_packet(&q, src, sport, dst, dport);
}

START_TEST(errors_inside_flows_are_translated)
{
	struct packet to_server, to_client;

	simple();
	shake(40000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "data");
	ck_assert_int_eq(come(true, 0), ROUTED);
	to_server = last()->p;
	/* a router in front of the server: too large */
	make_error("10.9.0.1", &to_server, 3, 4, 8);
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_error("10.9.0.1", CLIENT);
	is_quoted(CLIENT, 40000, VIP, 80, false);
	ck_assert_uint_eq(get16(l4(&last()->p) + 6), 1400);
	/* the server itself, with the whole packet */
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "data");
	ck_assert_int_eq(come(true, 0), ROUTED);
	to_server = last()->p;
	make_error(SERVER, &to_server, 3, 3, TCP_MIN + 4);
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_error(VIP, CLIENT);
	is_quoted(CLIENT, 40000, VIP, 80, true);
	/* the client about the server's */
	make_tcp(SERVER, 8080, CLIENT, 40000, TCP_F_ACK, "answer");
	ck_assert_int_eq(come(true, 1), ROUTED);
	to_client = last()->p;
	make_error(CLIENT, &to_client, 3, 4, 8);
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_error(CLIENT, SERVER);
	is_quoted(SERVER, 8080, CLIENT, 40000, false);
	/* one that was never sent, and one that quotes too little, are ours */
	make_tcp(CLIENT, 5, SERVER, 8080, TCP_F_ACK, "");
	to_server = in;
	make_error("10.9.0.1", &to_server, 3, 4, 8);
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_quoted(CLIENT, 5, SERVER, 8080, false);
}
END_TEST

START_TEST(short_errors_are_left_alone)
{
	struct packet about;
	uint8_t kept[256];

	simple();
	shake(40000);
	make_tcp(CLIENT, 40000, VIP, 80, TCP_F_ACK, "data");
	ck_assert_int_eq(come(true, 0), ROUTED);
	about = last()->p;
	memcpy(kept, about.data, about.len);
	about.data = kept;
	for (uint32_t len = 0; len < IP4_MIN + 8; len++) {
		make_error("10.9.0.1", &about, 3, 4, 8);
		in.len = in.l4 + ICMP_HEAD + len;
		put16(in.data + in.l3 + IP4_LEN, (uint16_t)(in.len - in.l3));
		ck_assert_int_eq(come(true, 1), ROUTED);
		ck_assert_str_eq(str_addr(ADDR(&last()->p, IP4_DST)), CLIENT);
		ck_assert_str_eq(str_addr(ADDR(&last()->p, IP4_SRC)),
				 "10.9.0.1");
	}
}
END_TEST

START_TEST(echo_of_a_server_has_the_groups_address)
{
	simple();
	group("s", NULL);
	make(IPPROTO_ICMP, SERVER, "192.0.2.9", 16);
	l4(&in)[0] = 8;
	put16(l4(&in) + ICMP_REST, 77);
	finish();
	ck_assert_int_eq(come(true, 1), ROUTED);
	is_error(GROUP, "192.0.2.9");
	make(IPPROTO_ICMP, "192.0.2.9", GROUP, 16);
	put16(l4(&in) + ICMP_REST, 77);
	finish();
	ck_assert_int_eq(come(true, 0), ROUTED);
	is_error("192.0.2.9", SERVER);
	ck_assert_uint_eq(totals().flows_total, 0);
	/* asked for ourselves */
	make(IPPROTO_ICMP, CLIENT, VIP, 16);
	l4(&in)[0] = 8;
	finish();
	ck_assert_int_eq(come(true, 0), LOCAL);
	make(IPPROTO_ICMP, SWITCH, "192.0.2.9", 16);
	l4(&in)[0] = 8;
	put16(l4(&in) + ICMP_REST, 5);
	finish();
	forward_from_inside(w, &in);
	make(IPPROTO_ICMP, "192.0.2.9", SWITCH, 16);
	put16(l4(&in) + ICMP_REST, 5);
	finish();
	ck_assert_int_eq(come(true, 0), INSIDE);
}
END_TEST

/* ---- attacks --------------------------------------------------------------------------- */

static uint64_t attacks(enum attack kind)
{
	struct attacks a;

	plane_attacks(plane, &a);
	return a.count[kind];
}

START_TEST(attacks_are_dropped_and_counted)
{
	simple();
	make_tcp(VIP, 80, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	ck_assert_uint_eq(attacks(ATTACK_LAND), 1);
	make_tcp(CLIENT, 0, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_udp(CLIENT, 7, VIP, 0, "x");
	ck_assert_int_eq(come(true, 0), NOTHING);
	ck_assert_uint_eq(attacks(ATTACK_ZERO_PORT), 2);
	make_tcp("127.0.0.1", 1, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_tcp("224.0.0.1", 1, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_tcp("10.1.0.255", 1, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_tcp(SWITCH, 1, VIP, 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	ck_assert_uint_eq(attacks(ATTACK_ILLEGAL_SRC), 4);
	make_tcp(CLIENT, 1, "127.0.0.1", 80, TCP_F_SYN, "");
	ck_assert_int_eq(come(true, 0), NOTHING);
	ck_assert_uint_eq(attacks(ATTACK_ILLEGAL_DST), 1);
	make(IPPROTO_ICMP, CLIENT, "10.1.0.255", 16);
	l4(&in)[0] = 8;
	ck_assert_int_eq(come(true, 0), NOTHING);
	ck_assert_uint_eq(attacks(ATTACK_SMURF), 1);
	/* who asks for an address has none */
	make_udp("0.0.0.0", 68, "255.255.255.255", 67, "x");
	ck_assert_int_eq(come(true, 0), ROUTED);
}
END_TEST

/* 8 bytes from place on, of a datagram that is cut. */
static void make_fragment(const char *dst, uint16_t place, uint16_t len)
{
	uint8_t *h = NULL;

	make_udp(CLIENT, 40000, dst, 53, "12345678");
	h = in.data + in.l3;
	put16(h + IP4_FRAG, (uint16_t)(IP4_MF | place / 8));
	put16(h + IP4_LEN, len);
	in.fragment = true;
}

START_TEST(fragments_are_put_together_where_flows_need_it)
{
	struct content *c = NULL;

	(void)svc("s", SERVER, 5353);
	c = rule("u", VIP, PROTO_UDP, 53, "s");
	OK(content_activate(conf, c, &err));
	publish();
	make_fragment(VIP, 0, 36);
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_fragment(VIP, 0, 36);
	ck_assert_int_eq(come(true, 0), ROUTED);
	ck_assert_str_eq(str_addr(ADDR(&last()->p, IP4_DST)), SERVER);
	/* of others: as they are, unless datagrams are put together */
	make_fragment("192.0.2.1", 0, 36);
	ck_assert_int_eq(come(true, 0), ROUTED);
	ck_assert_int_eq(nfragments, 2);
	wanted = true;
	make_fragment("192.0.2.1", 0, 36);
	ck_assert_int_eq(come(true, 0), NOTHING);
	make_fragment("192.0.2.1", 0, 36);
	ck_assert_int_eq(come(true, 0), ROUTED);
	ck_assert_int_eq(nfragments, 4);
	/* ping of death */
	make_fragment("192.0.2.1", 65528, 36);
	ck_assert_int_eq(come(true, 0), NOTHING);
	ck_assert_int_eq(nfragments, 4);
	ck_assert_uint_eq(attacks(ATTACK_DEATH), 1);
}
END_TEST

START_TEST(unfinished_handshakes_are_an_attack)
{
	struct service_counters s;

	simple();
	for (uint16_t i = 0; i < 5; i++) {
		make_tcp(CLIENT, (uint16_t)(40000 + i), VIP, 80, TCP_F_SYN, "");
		ck_assert_int_eq(come(true, 0), ROUTED);
	}
	shake(50000);
	pass_ms(20000);
	ck_assert_uint_eq(attacks(ATTACK_SYN), 5);
	plane_service_counters(plane, 1, &s);
	ck_assert_uint_eq(s.current_conns, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wire forward");
	TCase *t = tcase_create("packets");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, both_ways_are_translated);
	tcase_add_test(t, open_checksums_stay_open);
	tcase_add_test(t, closing_gives_the_service_free);
	tcase_add_test(t, refused_by_the_server_itself);
	tcase_add_test(t, errors_are_about_what_came_in);
	tcase_add_test(t, idle_flow_goes_on_when_a_packet_comes);
	tcase_add_test(t, idle_flows_do_not_keep_a_configuration);
	tcase_add_test(t, no_service_is_silent_or_reset);
	tcase_add_test(t, what_is_refused_is_counted);
	tcase_add_test(t, two_vips_to_one_server_are_told_apart);
	tcase_add_test(t, suspended_service_resets_both_ends);
	tcase_add_test(t, layer5_is_ended_inside);
	tcase_add_test(t, rules_for_every_port_end_behind_one_door);
	tcase_add_test(t, inside_port_that_a_client_has_is_changed);
	tcase_add_test(t, a_cache_gets_what_is_sent_to_the_origin);
	tcase_add_test(t, what_is_awaited_goes_inside);
	tcase_add_test(t, others_are_routed_as_they_are);
	tcase_add_test(t, answer_that_passes_at_layer_2_is_taken);
	tcase_add_test(t, datagrams_have_flows);
	tcase_add_test(t, datagrams_without_flow_find_their_way_back);
	tcase_add_test(t, destination_group_hides_the_client);
	tcase_add_test(t, flows_of_servers_get_the_groups_address);
	tcase_add_test(t, access_lists_decide);
	tcase_add_test(t, access_lists_know_types_of_icmp);
	tcase_add_test(t, transparent_caches_get_the_frames);
	tcase_add_loop_test(t, passive_data_comes_by_the_vip, 0, 3);
	tcase_add_loop_test(t, active_data_carries_the_vip, 0, 3);
	tcase_add_loop_test(t, hidden_client_waits_at_the_group, 0, 3);
	tcase_add_loop_test(t, line_may_be_torn_anywhere, 1, 31);
	tcase_add_loop_test(t, torn_line_is_sent_again, 0, 3);
	tcase_add_loop_test(t, torn_in_three_and_more_behind, 0, 3);
	tcase_add_loop_test(t, torn_line_that_is_none_passes, 0, 3);
	tcase_add_loop_test(t, torn_line_ends_with_its_connection, 0, 3);
	tcase_add_loop_test(t, joined_line_may_be_cut_again, 0, 3);
	tcase_add_loop_test(t, urgent_data_end_where_they_did, 0, 3);
	tcase_add_loop_test(t, channel_is_closed_to_the_end, 0, 3);
	tcase_add_loop_test(t, stream_begins_anew_while_half_open, 0, 3);
	tcase_add_loop_test(t, torn_lines_arrive_whatever_is_lost, 0, 300);
	tcase_add_test(t, errors_inside_flows_are_translated);
	tcase_add_test(t, short_errors_are_left_alone);
	tcase_add_test(t, echo_of_a_server_has_the_groups_address);
	tcase_add_test(t, attacks_are_dropped_and_counted);
	tcase_add_test(t, fragments_are_put_together_where_flows_need_it);
	tcase_add_test(t, unfinished_handshakes_are_an_attack);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
