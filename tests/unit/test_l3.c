#include "emu/wire/l3_priv.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "emu/base/str.h"
#include "emu/flow/decide.h"
#include "emu/net/checksum.h"
#include "emu/plane/worker.h"
#include "emu/wire/frag.h"
#include "logtap.h"

/*
 * Routing, ARP and ICMP of a switch with two circuits, VLAN1 10.1.0.254/16 on port
 * 0 and VLAN2 10.2.0.254/16 on port 1; what it sends is noted here instead of going
 * to ports.
 */
static struct wire w;
static struct setup conf;
static struct setup_circuit_ip ips[2];
static struct setup_address addresses[8];
static struct port_io ports[2];
static struct packet p;
static uint8_t room[PACKET_HEADROOM + PACKET_MAX];
static unsigned counted[NET_COUNTER_NUM];
static bool vip_alive, restored;

#define SENT_MAX 600
static struct sent {
	unsigned vlan;
	int port;
	uint8_t data[1600];
	uint32_t len;
} sent[SENT_MAX], inside[4];
static unsigned nsent, ninside;

static const uint8_t our_mac[6] = { 2, 0, 0, 0, 0, 0xcc };
static const uint8_t bcast[6] = { 255, 255, 255, 255, 255, 255 };

static struct in_addr addr(const char *text)
{
	struct in_addr a = { INADDR_ANY };

	ck_assert(str_to_addr(text, &a));
	return a;
}

/* Host 10.V.0.N has the MAC address 02-00-00-00-0V-NN. */
static void mac_of(struct in_addr a, uint8_t mac[6])
{
	memcpy(mac, (const uint8_t[6]){ 2 }, 6);
	mac[4] = (uint8_t)(ntohl(a.s_addr) >> 16);
	mac[5] = (uint8_t)ntohl(a.s_addr);
}

/* ---- in place of the others ---------------------------------------------------- */

static void note(struct sent *s, unsigned vlan, int port, const uint8_t *data,
		 size_t len)
{
	s->vlan = vlan;
	s->port = port;
	s->len = (uint32_t)len;
	memcpy(s->data, data, len < sizeof(s->data) ? len : sizeof(s->data));
}

void wire_transmit(struct wire *v, unsigned vlan, int port, int except,
		   struct packet *q)
{
	(void)v;
	ck_assert_int_eq(except, PORT_FLOOD);
	ck_assert_uint_lt(nsent, SENT_MAX);
	note(&sent[nsent++], vlan, port, q->data, q->len);
}

void wire_to_inside(struct wire *v, struct packet *q)
{
	(void)v;
	ck_assert_uint_lt(ninside, 4);
	note(&inside[ninside++], 0, 0, q->data, q->len);
}

void plane_count_net(struct plane *plane, enum net_counter c)
{
	(void)plane;
	counted[c]++;
}

void forward_restore(struct wire *v, struct packet *q)
{
	(void)v;
	(void)q;
	restored = true;
}

static bool closed; /* no port takes frames */

bool wire_is_open(const struct wire *v, unsigned vlan)
{
	(void)v;
	(void)vlan;
	return !closed;
}

bool l3_hops_reply(struct wire *v, const struct packet *q)
{
	(void)v;
	(void)q;
	return false; /* no next hop is watched */
}

bool flow_answers_ping(const struct policy *policy, const struct shared *s,
		       struct in_addr vip)
{
	(void)policy;
	(void)s;
	(void)vip;
	return vip_alive;
}

const struct setup_address *setup_address(const struct setup *s,
					  struct in_addr a)
{
	for (size_t i = 0; i < s->naddress; i++)
		if (s->address[i].addr.s_addr == a.s_addr)
			return &s->address[i];
	return NULL;
}

const struct setup_circuit_ip *setup_circuit_of(const struct setup *s,
						struct in_addr a)
{
	for (size_t i = 0; i < s->nip; i++)
		if (((s->ip[i].addr.s_addr ^ a.s_addr) &
		     s->ip[i].mask.s_addr) == 0)
			return &s->ip[i];
	return NULL;
}

const struct setup_circuit_ip *setup_source(const struct setup *s,
					    unsigned vlan, struct in_addr a)
{
	(void)a;
	for (size_t i = 0; i < s->nip; i++)
		if (s->ip[i].vlan == vlan)
			return &s->ip[i];
	return NULL;
}

static void own_frame(void *arg, unsigned vlan, int port, const uint8_t *frame,
		      size_t len)
{
	(void)arg;
	ck_assert_uint_lt(nsent, SENT_MAX);
	note(&sent[nsent++], vlan, port, frame, len);
}

static void waited(void *arg, unsigned vlan, int port, uint8_t *frame,
		   size_t len)
{
	own_frame(arg, vlan, port, frame, len);
}

static bool to_socket(void *arg, struct packet *q)
{
	(void)arg;
	(void)q;
	return true;
}

/* ---- the switch ------------------------------------------------------------------ */

static void address(const char *a, unsigned vlan, enum address_kind kind)
{
	addresses[conf.naddress++] = (struct setup_address){
		.addr = addr(a), .vlan = (uint16_t)vlan, .kind = (uint8_t)kind
	};
}

static void ways(const char *gateway)
{
	struct fib_route r[] = {
		{ addr("10.1.0.0"), 16, 0, .local = true, .vlan = 1 },
		{ addr("10.2.0.0"), 16, 0, .local = true, .vlan = 2 },
		{ addr("10.5.0.0"), 16, 1, .gateway = addr("10.1.0.1"),
		  .vlan = 1 },
		{ addr("10.99.0.0"), 16, 1, .blackhole = true },
		{ addr("0.0.0.0"), 0, 1, .vlan = 2 },
	};

	if (gateway)
		r[4].gateway = addr(gateway);
	fib_free(conf.fib);
	conf.fib = fib_new(r, gateway ? 5 : 4, ECMP_ADDRESS);
}

static void known(const char *host, unsigned vlan)
{
	uint8_t mac[6];

	mac_of(addr(host), mac);
	(void)bridge_learn(w.bridge, vlan, mac, (int)vlan - 1, w.now_ms);
	arp_learn(w.arp, vlan, (int)vlan - 1, addr(host), mac, true, w.now_ms);
}

static void setup(void)
{
	static struct held_policy held;
	static struct worker worker = { .policy = &held };

	memset(counted, 0, sizeof(counted));
	nsent = ninside = 0;
	vip_alive = restored = closed = false;
	conf = (struct setup){ .nport = 2,
			       .ip = ips,
			       .nip = 2,
			       .address = addresses,
			       .arp = { 14400, 5, 64 },
			       .frag = { true, true, 5120, 64 },
			       .opportunistic = OPPORTUNISTIC_LOCAL };
	memcpy(conf.mac, our_mac, 6);
	for (unsigned i = 0; i < 2; i++) {
		char text[20];

		(void)snprintf(text, sizeof(text), "10.%u.0.254", i + 1);
		ports[i].mtu = 1500;
		conf.port[i].vlans[0] = 2u << i;
		ips[i] = (struct setup_circuit_ip){
			.addr = addr(text),
			.mask = addr("255.255.0.0"),
			.broadcast = { addr(text).s_addr | htonl(0xffff) },
			.vlan = (uint16_t)(i + 1),
			.prefix_len = 16,
			.redirects = true,
			.unreachables = true,
		};
	}
	address("10.1.0.100", 1, ADDRESS_VIP);
	address("10.1.0.254", 1, ADDRESS_CIRCUIT);
	address("10.2.0.200", 2, ADDRESS_GROUP);
	address("10.2.0.254", 2, ADDRESS_CIRCUIT);
	address("192.168.9.9", 0, ADDRESS_VIP);
	ways(NULL);
	w.setup = &conf;
	w.worker = &worker;
	w.nport = 2;
	w.port[0].io = &ports[0];
	w.port[1].io = &ports[1];
	w.now_ms = 100000;
	w.inside.send = to_socket;
	w.sender.send = own_frame;
	w.bridge = bridge_new();
	bridge_set_ageing(w.bridge, 300);
	w.arp = arp_new(&w.sender, waited, &w);
	w.frag = frag_new(NULL);
	l3_published(&w, &conf);
	ck_assert_uint_eq(nsent, 0); /* nothing is new */
	known("10.1.0.5", 1);
	known("10.1.0.1", 1);
	known("10.2.0.7", 2);
}

static void teardown(void)
{
	bridge_free(w.bridge);
	arp_free(w.arp);
	frag_free(w.frag);
	fib_free(conf.fib);
	memset(&w, 0, sizeof(w));
}

/* ---- packets --------------------------------------------------------------------- */

static const struct ingress from1 = { .port = 0, .vlan = 1, .to_us = true };
static const struct ingress from2 = { .port = 1, .vlan = 2, .to_us = true };

static uint8_t *ip_of(struct packet *q)
{
	return q->data + ETH_LEN;
}

/* Into p; options are whole words. */
static void build(uint8_t proto, const char *src, const char *dst, unsigned len,
		  const uint8_t *options, unsigned noptions)
{
	unsigned head = IP4_MIN + noptions;
	uint8_t *ip = room + PACKET_HEADROOM + ETH_LEN, *l4 = ip + head;

	memset(room, 0, sizeof(room));
	p = (struct packet){ .data = room + PACKET_HEADROOM,
			     .len = ETH_LEN + head + len,
			     .cap = sizeof(room) - PACKET_HEADROOM };
	put16(p.data + 12, ETHER_IP4);
	ip[0] = (uint8_t)(0x40 | head / 4);
	put16(ip + IP4_LEN, (uint16_t)(head + len));
	put16(ip + IP4_ID, 0x1234);
	ip[IP4_TTL] = 64;
	ip[IP4_PROTO] = proto;
	put_addr(ip + IP4_SRC, addr(src));
	put_addr(ip + IP4_DST, addr(dst));
	memcpy(ip + IP4_MIN, options, noptions);
	for (unsigned i = 0; i < len; i++)
		l4[i] = (uint8_t)i;
	if (proto == IPPROTO_UDP) {
		put16(l4, 1024);
		put16(l4 + 2, 33434);
		put16(l4 + UDP_LEN, (uint16_t)len);
	} else if (proto == IPPROTO_ICMP) {
		put16(l4, ICMP_ECHO << 8);
		put16(l4 + ICMP_SUM, 0);
		put16(l4 + ICMP_SUM,
		      sum_l4(addr(src), addr(dst), IPPROTO_ICMP, l4, len));
	} else if (proto == IPPROTO_TCP) {
		l4[TCP_OFF] = 0x50;
	}
	l3_seal(ip);
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
}

static void udp(const char *src, const char *dst, unsigned len)
{
	build(IPPROTO_UDP, src, dst, len, (const uint8_t *)"", 0);
}

static void echo(const char *src, const char *dst, unsigned len)
{
	build(IPPROTO_ICMP, src, dst, len, (const uint8_t *)"", 0);
}

static void set_byte(unsigned at, uint8_t value)
{
	ip_of(&p)[at] = value;
	l3_seal(ip_of(&p));
}

/* What the switch sent: parsed, its sums right. */
static struct packet seen(unsigned i)
{
	struct packet q = { .data = sent[i].data,
			    .len = sent[i].len,
			    .cap = sizeof(sent[i].data) };

	ck_assert_uint_lt(i, nsent);
	ck_assert_int_eq(packet_parse(&q), PACKET_GOOD);
	ck_assert_uint_eq(q.len, sent[i].len);
	if (q.proto == IPPROTO_ICMP && !q.fragment)
		ck_assert_uint_eq(
			sum_fold(sum_add(0, q.data + q.l4, q.len - q.l4)), 0);
	return q;
}

/* An error about the packet as, sent to its source from an address; the rest of
 * its header. */
static uint32_t check_error(unsigned i, const struct packet *as, uint8_t type,
			    uint8_t code, const char *from)
{
	struct packet q = seen(i);
	const uint8_t *ip = q.data + q.l3, *icmp = q.data + q.l4;
	unsigned quoted = as->len - as->l3 < 548 ? as->len - as->l3 : 548;

	ck_assert_uint_eq(q.proto, IPPROTO_ICMP);
	ck_assert_uint_eq(icmp[0], type);
	ck_assert_uint_eq(icmp[1], code);
	ck_assert_uint_eq(get_addr(ip + IP4_SRC).s_addr, addr(from).s_addr);
	ck_assert_mem_eq(ip + IP4_DST, as->data + as->l3 + IP4_SRC, 4);
	ck_assert_uint_eq(ip[IP4_TOS], 0xc0);
	ck_assert_uint_eq(q.len - q.l4, ICMP_HEAD + quoted);
	ck_assert_mem_eq(icmp + ICMP_HEAD, as->data + as->l3, quoted);
	ck_assert(restored);
	return get32(icmp + ICMP_REST);
}

/* As p is now; p itself is changed on its way. */
static struct packet keep(void)
{
	static uint8_t kept[sizeof(room)];
	struct packet q = p;

	memcpy(kept, room, sizeof(room));
	q.data = kept + PACKET_HEADROOM;
	return q;
}

/* ---- routing ---------------------------------------------------------------------- */

START_TEST(a_packet_is_routed)
{
	uint8_t mac[6];
	struct packet was, q;

	udp("10.1.0.5", "10.2.0.7", 100);
	was = keep();
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert_uint_eq(sent[0].vlan, 2);
	ck_assert_int_eq(sent[0].port, 1);
	q = seen(0);
	mac_of(addr("10.2.0.7"), mac);
	ck_assert_mem_eq(q.data, mac, 6);
	ck_assert_mem_eq(q.data + 6, our_mac, 6);
	ck_assert_uint_eq(ip_of(&q)[IP4_TTL], 63);
	ck_assert_uint_eq(q.len, was.len);
	ck_assert_mem_eq(q.data + q.l4, was.data + was.l4, 100);
	ck_assert_uint_eq(counted[NET_IP_FORWARDED], 1);
	ck_assert_uint_eq(counted[NET_IP_OUT], 0);
}
END_TEST

START_TEST(an_own_packet_keeps_its_ttl)
{
	udp("10.1.0.254", "10.2.0.7", 100);
	l3_forward(&w, NULL, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert_uint_eq(sent[0].data[ETH_LEN + IP4_TTL], 64);
	ck_assert_uint_eq(counted[NET_IP_OUT], 1);
}
END_TEST

START_TEST(a_neighbour_is_asked_for)
{
	struct arp_packet a;
	uint8_t mac[6], reply[ARP_FRAME_LEN];
	struct packet q = { .data = reply, .len = sizeof(reply) };

	udp("10.1.0.5", "10.2.0.8", 100);
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert(arp_read(sent[0].data, sent[0].len, &a));
	ck_assert_uint_eq(sent[0].vlan, 2);
	ck_assert_uint_eq(a.target.s_addr, addr("10.2.0.8").s_addr);
	ck_assert_uint_eq(a.sender.s_addr, addr("10.2.0.254").s_addr);
	mac_of(addr("10.2.0.8"), mac);
	memcpy(a.sender_mac, mac, 6);
	memcpy(a.target_mac, our_mac, 6);
	a = (struct arp_packet){ .op = 2,
				 .sender = addr("10.2.0.8"),
				 .target = addr("10.2.0.254") };
	memcpy(a.sender_mac, mac, 6);
	arp_make(&a, our_mac, reply);
	l3_arp(&w, &from2, &q);
	ck_assert_uint_eq(nsent, 2);
	q = seen(1);
	ck_assert_mem_eq(q.data, mac, 6);
	ck_assert_mem_eq(q.data + 6, our_mac, 6);
	ck_assert_uint_eq(ip_of(&q)[IP4_TTL], 63);
}
END_TEST

START_TEST(a_silent_neighbour_is_unreachable)
{
	struct packet was;

	udp("10.1.0.5", "10.2.0.8", 100);
	l3_forward(&w, &from1, &p);
	was = p; /* what waits has been on its way already */
	nsent = 0;
	for (int i = 0; i < 6; i++)
		arp_tick(w.arp, w.now_ms += 1000);
	ck_assert_uint_eq(nsent, 5); /* four more requests, then the error */
	(void)check_error(4, &was, 3, 1, "10.1.0.254");
	udp("10.1.0.5", "10.2.0.8", 100);
	was = keep();
	l3_forward(&w, &from1, &p); /* known to be silent now */
	ck_assert_uint_eq(nsent, 6);
	(void)check_error(5, &was, 3, 1, "10.1.0.254");
}
END_TEST

START_TEST(time_to_live_runs_out)
{
	struct packet was;

	udp("10.1.0.5", "10.2.0.7", 1000);
	set_byte(IP4_TTL, 1);
	was = keep();
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert_uint_eq(check_error(0, &was, 11, 0, "10.1.0.254"), 0);
	ck_assert_uint_eq(counted[NET_ICMP_OUT_TIME_EXCEEDED], 1);
	ck_assert_uint_eq(counted[NET_IP_FORWARDED], 0);
}
END_TEST

START_TEST(no_way_is_told)
{
	struct packet was;

	udp("10.1.0.5", "172.16.0.1", 100);
	was = keep();
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	(void)check_error(0, &was, 3, 0, "10.1.0.254");
	ck_assert_uint_eq(counted[NET_IP_OUT_NO_ROUTES], 1);
	ips[0].unreachables = false;
	l3_forward(&w, &from1, &was);
	ck_assert_uint_eq(nsent, 1);
	ways("10.2.0.7"); /* a way of last resort */
	udp("10.1.0.5", "172.16.0.1", 100);
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 2);
	ck_assert_uint_eq(sent[1].vlan, 2);
}
END_TEST

START_TEST(a_black_hole_is_silent)
{
	udp("10.1.0.5", "10.99.3.1", 100);
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 0);
	ck_assert_uint_eq(counted[NET_IP_OUT_DISCARDS], 1);
}
END_TEST

START_TEST(a_shorter_way_is_told)
{
	struct ingress in = from1;
	struct packet was;

	udp("10.1.0.5", "10.5.0.9", 100);
	was = keep();
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 2);
	ck_assert_uint_eq(check_error(0, &was, 5, 1, "10.1.0.254"), 0x0a010001);
	ck_assert_uint_eq(ip_of(&p)[IP4_TTL], 63); /* and it goes on */
	ck_assert_uint_eq(counted[NET_ICMP_OUT_REDIRECTS], 1);

	in.translated = true; /* nobody sent this */
	udp("10.1.0.5", "10.5.0.9", 100);
	l3_forward(&w, &in, &p);
	ck_assert_uint_eq(nsent, 3);
	ips[0].redirects = false;
	udp("10.1.0.5", "10.5.0.9", 100);
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 4);
	ips[0].redirects = true;
	udp("10.7.0.5", "10.5.0.9", 100); /* is not of that network */
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 5);
}
END_TEST

START_TEST(announcements_wait_for_ports)
{
	closed = true;
	l3_published(&w, NULL);
	l3_announce_late(&w);
	ck_assert_uint_eq(nsent, 0);
	closed = false;
	l3_announce_late(&w);
	ck_assert_uint_eq(nsent, 4);
	l3_announce_late(&w);
	ck_assert_uint_eq(nsent, 4);
}
END_TEST

START_TEST(too_large_is_told_or_cut)
{
	struct packet was, q;
	unsigned bytes = 0;

	ports[1].mtu = 600;
	udp("10.1.0.5", "10.2.0.7", 1400);
	set_byte(IP4_FRAG, 0x40);
	was = keep();
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert_uint_eq(check_error(0, &was, 3, 4, "10.1.0.254"), 600);
	ck_assert_uint_eq(counted[NET_IP_FORWARDED], 0);

	udp("10.1.0.5", "10.2.0.7", 1400);
	was = keep();
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 4);
	for (unsigned i = 1; i < 4; i++) {
		unsigned place = 0;

		q = seen(i);
		place = get16(ip_of(&q) + IP4_FRAG);
		ck_assert_uint_le(q.len, ETH_LEN + 600);
		ck_assert_uint_eq((place & 0x1fff) * 8, bytes);
		ck_assert_uint_eq(!(place & IP4_MF), i == 3);
		ck_assert_uint_eq(ip_of(&q)[IP4_TTL], 63);
		ck_assert_mem_eq(ip_of(&q) + IP4_MIN, was.data + was.l4 + bytes,
				 q.len - ETH_LEN - IP4_MIN);
		bytes += q.len - ETH_LEN - IP4_MIN;
	}
	ck_assert_uint_eq(bytes, 1400);
	ck_assert_uint_eq(counted[NET_FRAGMENT_SPLIT], 1);
	ck_assert_uint_eq(counted[NET_FRAGMENT_OUT], 3);
}
END_TEST

START_TEST(fragments_wait_for_a_neighbour_too)
{
	ports[1].mtu = 600;
	udp("10.1.0.5", "10.2.0.8", 1400);
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	known("10.2.0.8", 2);
	ck_assert_uint_eq(nsent, 4);
	ck_assert_uint_eq(get16(sent[3].data + ETH_LEN + IP4_FRAG), 144);
}
END_TEST

/* Segments that an interface has not cut yet are as large as each of them. */
START_TEST(a_super_frame_is_not_too_large)
{
	struct packet was;

	build(IPPROTO_TCP, "10.1.0.5", "10.2.0.7", 20000, (const uint8_t *)"",
	      0);
	set_byte(IP4_FRAG, 0x40);
	p.off = (struct packet_offload){ .checksum = true,
					 .gso = GSO_TCP4,
					 .gso_size = 1460,
					 .csum_start = 34,
					 .csum_offset = 16 };
	was = keep();
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert_uint_eq(sent[0].len, ETH_LEN + 20020);
	ports[1].mtu = 1499;
	p = was;
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 2);
	ck_assert_uint_eq(check_error(1, &was, 3, 4, "10.1.0.254"), 1499);
}
END_TEST

START_TEST(what_must_not_pass)
{
	static const struct {
		const char *src, *dst;
	} bad[] = {
		{ "127.0.0.1", "10.2.0.7" },	   { "0.0.0.0", "10.2.0.7" },
		{ "224.0.0.1", "10.2.0.7" },	   { "10.1.0.5", "127.0.0.1" },
		{ "10.1.0.5", "224.0.0.5" },	   { "10.1.0.5", "240.0.0.1" },
		{ "255.255.255.255", "10.2.0.7" }, { "10.1.0.5", "0.0.0.0" },
	};
	struct ingress all = from1;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		udp(bad[i].src, bad[i].dst, 20);
		l3_forward(&w, &from1, &p);
		ck_assert_uint_eq(counted[NET_IP_IN_ADDRESS_ERRORS], i + 1);
	}
	all.everybody = true;
	udp("10.1.0.5", "10.2.0.7", 20);
	l3_forward(&w, &all, &p);
	ck_assert_uint_eq(nsent, 0);
}
END_TEST

START_TEST(a_circuits_broadcast_passes_if_allowed)
{
	udp("10.1.0.5", "10.2.255.255", 20);
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 0);
	conf.subnet_broadcast = true;
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert_mem_eq(sent[0].data, bcast, 6);
	ck_assert_uint_eq(sent[0].vlan, 2);
	ck_assert_int_eq(sent[0].port, PORT_FLOOD);
}
END_TEST

START_TEST(own_groups_and_broadcasts_stay_on_their_circuit)
{
	udp("10.2.0.254", "224.129.0.18", 20);
	l3_forward(&w, NULL, &p);
	udp("10.1.0.254", "255.255.255.255", 20);
	l3_forward(&w, NULL, &p);
	ck_assert_uint_eq(nsent, 2);
	ck_assert_uint_eq(sent[0].vlan, 2);
	ck_assert_mem_eq(sent[0].data, "\x01\x00\x5e\x01\x00\x12", 6);
	ck_assert_uint_eq(sent[1].vlan, 1);
	ck_assert_mem_eq(sent[1].data, bcast, 6);
}
END_TEST

START_TEST(own_packets_hear_of_errors_inside)
{
	udp("10.1.0.254", "172.16.0.1", 100);
	l3_forward(&w, NULL, &p);
	ck_assert_uint_eq(nsent, 0);
	ck_assert_uint_eq(ninside, 1);
	ck_assert_uint_eq(inside[0].data[ETH_LEN + IP4_MIN], 3);
	ck_assert_mem_eq(inside[0].data + ETH_LEN + IP4_DST,
			 p.data + ETH_LEN + IP4_SRC, 4);
}
END_TEST

START_TEST(caches_are_next_hops)
{
	uint8_t mac[6];

	udp("10.1.0.5", "172.16.0.1", 100);
	l3_forward_via(&w, &from1, addr("10.2.0.7"), &p);
	ck_assert_uint_eq(nsent, 1);
	mac_of(addr("10.2.0.7"), mac);
	ck_assert_mem_eq(sent[0].data, mac, 6);
	ck_assert_uint_eq(get32(sent[0].data + ETH_LEN + IP4_DST), 0xac100001);
}
END_TEST

/* ---- errors ------------------------------------------------------------------------ */

START_TEST(no_error_about)
{
	struct ingress in = from1;

	echo("10.1.0.5", "172.16.0.1", 100); /* an error */
	p.data[p.l4] = 3;
	l3_forward(&w, &from1, &p);
	udp("10.1.0.5", "172.16.0.1",
	    96); /* a fragment that is not the first */
	put16(ip_of(&p) + IP4_FRAG, 100);
	l3_seal(ip_of(&p));
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	l3_forward(&w, &from1, &p);
	udp("10.1.0.5", "10.2.255.255", 96); /* a broadcast */
	l3_icmp_error(&w, &from1, &p, 3, 3, 0);
	udp("10.1.0.5", "224.0.0.9", 96);
	l3_icmp_error(&w, &from1, &p, 3, 3, 0);
	udp("0.0.0.0", "10.2.0.7", 96);
	l3_icmp_error(&w, &from1, &p, 3, 3, 0);
	in.everybody = true;
	udp("10.1.0.5", "10.2.0.7", 96);
	l3_icmp_error(&w, &in, &p, 3, 3, 0);
	ck_assert_uint_eq(nsent, 0);
	l3_icmp_error(&w, &from1, &p, 3, 3, 0);
	ck_assert_uint_eq(nsent, 1);
}
END_TEST

START_TEST(errors_are_few)
{
	for (int i = 0; i < 1000; i++) {
		udp("10.1.0.5", "172.16.0.1", 20);
		l3_forward(&w, &from1, &p);
	}
	ck_assert_uint_eq(nsent, 50);
	for (int i = 0; i < 1000; i++) { /* a second */
		w.now_ms++;
		udp("10.1.0.5", "172.16.0.1", 20);
		l3_forward(&w, &from1, &p);
	}
	ck_assert(nsent >= 240 && nsent <= 260);
}
END_TEST

/* ---- addresses of the switch ------------------------------------------------------- */

static void local(const char *to, const struct ingress *in)
{
	l3_local(&w, in, &p, setup_address(&conf, addr(to)));
}

static void check_reply(const char *from, unsigned len)
{
	struct packet q = seen(0);

	ck_assert_uint_eq(nsent, 1);
	ck_assert_uint_eq(q.data[q.l4], 0);
	ck_assert_uint_eq(get_addr(ip_of(&q) + IP4_SRC).s_addr,
			  addr(from).s_addr);
	ck_assert_uint_eq(get_addr(ip_of(&q) + IP4_DST).s_addr,
			  addr("10.1.0.5").s_addr);
	ck_assert_uint_eq(ip_of(&q)[IP4_TTL], 64);
	ck_assert_uint_eq(q.len - q.l4, len);
	for (unsigned i = ICMP_REST; i < len; i++)
		ck_assert_uint_eq(q.data[q.l4 + i], i & 0xff);
	nsent = 0;
}

START_TEST(a_circuit_answers_pings)
{
	echo("10.1.0.5", "10.1.0.254", 64);
	local("10.1.0.254", &from1);
	check_reply("10.1.0.254", 64);
	echo("10.1.0.5", "10.2.0.254", 1001); /* of the other side, too */
	local("10.2.0.254", &from1);
	check_reply("10.2.0.254", 1001);
	ck_assert_uint_eq(counted[NET_ICMP_IN_ECHOS], 2);
	ck_assert_uint_eq(counted[NET_ICMP_OUT_ECHO_REPLIES], 2);
}
END_TEST

START_TEST(a_vip_answers_pings_while_it_lives)
{
	echo("10.1.0.5", "10.1.0.100", 64);
	local("10.1.0.100", &from1);
	ck_assert_uint_eq(nsent, 0);
	vip_alive = true;
	local("10.1.0.100", &from1);
	check_reply("10.1.0.100", 64);
	udp("10.1.0.5", "10.1.0.100", 64); /* and is no host */
	local("10.1.0.100", &from1);
	ck_assert_uint_eq(nsent + ninside, 0);
}
END_TEST

START_TEST(pings_without_an_answer)
{
	echo("10.1.0.5", "10.1.0.254", 64);
	p.data[p.l4 + 20] ^= 1; /* its sum is wrong */
	local("10.1.0.254", &from1);
	ck_assert_uint_eq(counted[NET_ICMP_IN_ERRORS], 1);
	echo("10.1.0.5", "10.1.255.255", 64);
	l3_local(&w, &from1, &p, NULL);	      /* to everybody */
	echo("10.2.0.254", "10.1.0.254", 64); /* from ourselves */
	local("10.1.0.254", &from1);
	echo("127.0.0.1", "10.1.0.254", 64);
	local("10.1.0.254", &from1);
	ck_assert_uint_eq(nsent + ninside, 0);
}
END_TEST

START_TEST(sockets_get_the_rest)
{
	struct packet was;

	udp("10.1.0.5", "10.1.0.254", 64);
	local("10.1.0.254", &from1);
	ck_assert_uint_eq(ninside, 1);
	echo("10.1.0.5", "10.1.0.254", 64); /* an answer to ours */
	p.data[p.l4] = 0;
	put16(p.data + p.l4 + ICMP_SUM, 0);
	put16(p.data + p.l4 + ICMP_SUM,
	      sum_fold(sum_add(0, p.data + p.l4, 64)));
	local("10.1.0.254", &from1);
	ck_assert_uint_eq(ninside, 2);
	ck_assert_uint_eq(counted[NET_ICMP_IN_ECHO_REPLIES], 1);
	ck_assert_uint_eq(nsent, 0);
	w.inside.send = NULL; /* there are none */
	udp("10.1.0.5", "10.1.0.254", 64);
	was = keep();
	local("10.1.0.254", &from1);
	ck_assert_uint_eq(nsent, 1);
	(void)check_error(0, &was, 3, 3, "10.1.0.254");
	build(99, "10.1.0.5", "10.1.0.254", 64, (const uint8_t *)"", 0);
	was = keep();
	local("10.1.0.254", &from1);
	(void)check_error(1, &was, 3, 2, "10.1.0.254");
}
END_TEST

START_TEST(a_large_ping_comes_and_goes_in_pieces)
{
	struct packet whole;
	unsigned at;

	echo("10.1.0.5", "10.1.0.254", 4000);
	whole = keep();
	for (at = 0; at < 4000; at += 1480) {
		unsigned len = 4000 - at < 1480 ? 4000 - at : 1480;

		udp("10.1.0.5", "10.1.0.254", len);
		ip_of(&p)[IP4_PROTO] = IPPROTO_ICMP;
		memcpy(p.data + ETH_LEN + IP4_MIN, whole.data + whole.l4 + at,
		       len);
		put16(ip_of(&p) + IP4_FRAG,
		      (uint16_t)(at / 8 | (at + len < 4000 ? IP4_MF : 0)));
		l3_seal(ip_of(&p));
		ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
		local("10.1.0.254", &from1);
	}
	ck_assert_uint_eq(nsent, 3);
	ck_assert_uint_eq(sent[0].data[ETH_LEN + IP4_MIN], 0);
	ck_assert_uint_eq(sent[0].len, ETH_LEN + 1500);
	ck_assert_uint_eq(sent[2].len, ETH_LEN + IP4_MIN + 1040);
}
END_TEST

/* ---- options ------------------------------------------------------------------------ */

START_TEST(source_routes_are_followed_if_allowed)
{
	/* by way of 10.1.0.254 to 10.2.0.7 */
	static const uint8_t route[] = { 131, 7, 4, 10, 2, 0, 7, 0 };
	struct packet q;

	build(IPPROTO_UDP, "10.1.0.5", "10.1.0.254", 20, route, 8);
	local("10.1.0.254", &from1);
	ck_assert_uint_eq(nsent + ninside, 0);
	conf.source_route = true;
	local("10.1.0.254", &from1);
	ck_assert_uint_eq(nsent, 1);
	q = seen(0);
	ck_assert_uint_eq(get32(ip_of(&q) + IP4_DST), 0x0a020007);
	ck_assert_mem_eq(ip_of(&q) + IP4_MIN, "\x83\x07\x08\x0a\x02\x00\xfe",
			 7);
	/* one that passes by */
	conf.source_route = false;
	build(IPPROTO_UDP, "10.1.0.5", "10.2.0.7", 20, route, 8);
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	/* all of it is used up: it is for us */
	conf.source_route = true;
	build(IPPROTO_UDP, "10.1.0.5", "10.1.0.254", 20,
	      (const uint8_t *)"\x83\x07\x08\x0a\x02\x00\x07", 8);
	local("10.1.0.254", &from1);
	ck_assert_uint_eq(ninside, 1);
}
END_TEST

START_TEST(a_strict_route_goes_straight)
{
	static const uint8_t route[] = { 137, 7, 4, 10, 5, 0, 9, 0 };
	struct packet was;

	conf.source_route = true;
	build(IPPROTO_UDP, "10.2.0.7", "10.5.0.9", 20, route, 8);
	was = keep();
	l3_forward(&w, &from2, &p); /* a router is in between */
	ck_assert_uint_eq(nsent, 1);
	(void)check_error(0, &was, 3, 5, "10.2.0.254");
}
END_TEST

START_TEST(routes_are_recorded_if_allowed)
{
	static const uint8_t record[12] = { 1, 7, 11, 4 };
	struct packet q;

	build(IPPROTO_UDP, "10.1.0.5", "10.2.0.7", 20, record, 12);
	l3_forward(&w, &from1, &p);
	q = seen(0);
	ck_assert_mem_eq(ip_of(&q) + IP4_MIN, record, 12);
	conf.record_route = true;
	build(IPPROTO_UDP, "10.1.0.5", "10.2.0.7", 20, record, 12);
	l3_forward(&w, &from1, &p);
	q = seen(1);
	ck_assert_mem_eq(ip_of(&q) + IP4_MIN,
			 "\x01\x07\x0b\x08\x0a\x02\x00\xfe", 8);
	p = q;
	memmove(room + PACKET_HEADROOM, q.data, q.len);
	p.data = room + PACKET_HEADROOM;
	l3_forward(&w, &from1, &p);
	l3_forward(&w, &from1, &p); /* no room is left */
	q = seen(3);
	ck_assert_mem_eq(ip_of(&q) + IP4_MIN,
			 "\x01\x07\x0b\x0c\x0a\x02\x00\xfe\x0a\x02\x00\xfe",
			 12);
}
END_TEST

START_TEST(bad_options_are_told)
{
	static const struct {
		uint8_t option[8];
		uint8_t at;
	} bad[] = {
		{ { 7, 0, 4 }, 21 },	  { { 7, 20, 4 }, 21 },
		{ { 7, 2, 0 }, 21 },	  { { 7, 7, 2 }, 22 },
		{ { 1, 131, 7, 0 }, 23 }, { { 1, 1, 1, 1, 1, 1, 1, 68 }, 28 }
	};
	struct packet was;

	conf.source_route = true;
	build(IPPROTO_UDP, "10.1.0.5", "10.2.0.7", 20, bad[_i].option, 8);
	was = keep();
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert_uint_eq(check_error(0, &was, 12, 0, "10.1.0.254") >> 24,
			  bad[_i].at);
}
END_TEST

/* ---- opportunistic -------------------------------------------------------------------- */

START_TEST(a_frame_for_another_router_is_taken_if_allowed)
{
	struct ingress in = { .port = 0, .vlan = 1 };

	ways("10.2.0.7");
	udp("10.1.0.5", "10.2.0.7", 20);
	ck_assert(l3_takes(&w, &in, &p));
	ck_assert(!l3_takes(&w, &from1, &p)); /* is for us anyway */
	set_byte(IP4_TTL, 1);
	ck_assert(!l3_takes(&w, &in, &p));
	udp("10.1.0.5", "10.2.0.99",
	    20); /* not known: the router shall do it */
	ck_assert(!l3_takes(&w, &in, &p));
	udp("10.1.0.5", "10.1.0.1", 20); /* stays in its VLAN */
	ck_assert(!l3_takes(&w, &in, &p));
	udp("10.1.0.5", "10.2.255.255", 20);
	ck_assert(!l3_takes(&w, &in, &p));
	udp("10.1.0.5", "172.16.0.1", 20); /* behind another router */
	ck_assert(!l3_takes(&w, &in, &p));
	conf.opportunistic = OPPORTUNISTIC_ALL;
	ck_assert(l3_takes(&w, &in, &p));
	conf.opportunistic = OPPORTUNISTIC_OFF;
	udp("10.1.0.5", "10.2.0.7", 20);
	ck_assert(!l3_takes(&w, &in, &p));
}
END_TEST

/* ---- ARP ------------------------------------------------------------------------------ */

static void arp(uint16_t op, const char *sender, const char *target,
		const struct ingress *in)
{
	struct arp_packet a = { .op = op,
				.sender = addr(sender),
				.target = addr(target) };
	uint8_t frame[ARP_FRAME_LEN];
	struct packet q = { .data = frame, .len = sizeof(frame) };

	mac_of(a.sender, a.sender_mac);
	arp_make(&a, bcast, frame);
	l3_arp(&w, in, &q);
}

/* Who is answered on VLAN1, who on VLAN2. */
static const struct {
	const char *who;
	bool on1, on2;
} asked[] = {
	{ "10.1.0.254", true, false }, { "10.2.0.254", false, true },
	{ "10.1.0.100", true, true },  { "10.2.0.200", true, true },
	{ "192.168.9.9", true, true }, { "10.1.0.77", false, false },
};

START_TEST(own_addresses_are_answered)
{
	struct arp_packet a;

	arp(1, "10.1.0.9", asked[_i].who, &from1);
	ck_assert_uint_eq(nsent, asked[_i].on1);
	if (asked[_i].on1) {
		uint8_t mac[6];

		mac_of(addr("10.1.0.9"), mac);
		ck_assert(arp_read(sent[0].data, sent[0].len, &a));
		ck_assert_mem_eq(sent[0].data, mac, 6);
		ck_assert_uint_eq(a.op, 2);
		ck_assert_mem_eq(a.sender_mac, our_mac, 6);
		ck_assert_mem_eq(a.target_mac, mac, 6);
		ck_assert_uint_eq(a.sender.s_addr, addr(asked[_i].who).s_addr);
		ck_assert_uint_eq(a.target.s_addr, addr("10.1.0.9").s_addr);
		ck_assert_int_eq(sent[0].port, 0);
	}
	nsent = 0;
	arp(1, "10.2.0.9", asked[_i].who, &from2);
	ck_assert_uint_eq(nsent, asked[_i].on2);
	nsent = 0;
	arp(2, "10.1.0.9", asked[_i].who, &from1); /* an answer is none */
	ck_assert_uint_eq(nsent, 0);
}
END_TEST

static bool is_known(const char *who, unsigned vlan)
{
	const struct arp_entry *e = NULL;

	return arp_find(w.arp, vlan, addr(who), w.now_ms, &e) == ARP_FOUND;
}

START_TEST(neighbours_are_learnt)
{
	arp(1, "10.1.0.9", "10.1.0.254", &from1);
	ck_assert(is_known("10.1.0.9", 1));
	arp(1, "10.1.0.10", "10.1.0.9", &from1); /* had nothing to tell us */
	ck_assert(!is_known("10.1.0.10", 1));
	arp(1, "10.2.0.9", "10.1.0.254", &from1); /* is not of this network */
	ck_assert(!is_known("10.2.0.9", 1));
	arp(1, "0.0.0.0", "10.1.0.254", &from1); /* RFC 5227: a probe */
	ck_assert(!is_known("0.0.0.0", 1));
}
END_TEST

START_TEST(a_double_is_logged_and_defended)
{
	struct arp_packet a;

	logtap_start();
	w.now_ms += 100000;
	arp(1, "10.1.0.254", "10.1.0.9", &from1);
	ck_assert_ptr_nonnull(strstr(out_text(&logtap),
				     "IPV4-4: Duplicate IP address detected: "
				     "10.1.0.254 02-00-00-00-01-fe"));
	ck_assert_uint_eq(nsent, 1); /* RFC 5227 2.4 (b) */
	ck_assert(arp_read(sent[0].data, sent[0].len, &a));
	ck_assert_uint_eq(a.sender.s_addr, addr("10.1.0.254").s_addr);
	ck_assert_uint_eq(a.target.s_addr, addr("10.1.0.254").s_addr);
	arp(2, "10.1.0.100", "10.1.0.9", &from1); /* a VIP */
	ck_assert_ptr_nonnull(strstr(out_text(&logtap), ": 10.1.0.100 "));
	ck_assert_uint_eq(nsent, 1); /* not twice in ten seconds */
	w.now_ms += 10000;
	arp(2, "10.1.0.100", "10.1.0.9", &from1);
	ck_assert_uint_eq(nsent, 2);
	ck_assert(!is_known("10.1.0.100", 1));
}
END_TEST

START_TEST(new_addresses_are_announced)
{
	struct setup old = conf;
	struct setup_address before[8];
	struct arp_packet a;

	memcpy(before, addresses, sizeof(before));
	old.address = before;
	address("10.2.0.44", 2, ADDRESS_VIP);
	l3_published(&w, &old);
	ck_assert_uint_eq(nsent, 1);
	ck_assert(arp_read(sent[0].data, sent[0].len, &a));
	ck_assert_uint_eq(sent[0].vlan, 2);
	ck_assert_mem_eq(sent[0].data, bcast, 6);
	ck_assert_uint_eq(a.op, 1);
	ck_assert_uint_eq(a.sender.s_addr, addr("10.2.0.44").s_addr);
	ck_assert_uint_eq(a.target.s_addr, addr("10.2.0.44").s_addr);
	ck_assert_mem_eq(a.sender_mac, our_mac, 6);
	nsent = 0;
	l3_published(&w, NULL); /* at the start: all that are on a circuit */
	ck_assert_uint_eq(nsent, 5);
}
END_TEST

START_TEST(static_neighbours_are_used)
{
	struct arp_entry fixed = { .addr = addr("10.2.0.50"),
				   .mac = { 2, 9, 9, 9, 9, 9 },
				   .vlan = 2,
				   .port = 1 };

	conf.static_arp = &fixed;
	conf.nstatic_arp = 1;
	l3_published(&w, &conf);
	udp("10.1.0.5", "10.2.0.50", 20);
	l3_forward(&w, &from1, &p);
	ck_assert_uint_eq(nsent, 1);
	ck_assert_mem_eq(sent[0].data, fixed.mac, 6);
	ck_assert_int_eq(sent[0].port, 1);
}
END_TEST

START_TEST(frames_of_arp_are_counted)
{
	static const uint8_t none[60];

	arp(1, "10.1.0.9", "10.1.0.254", &from1);
	arp(2, "10.1.0.9", "10.1.0.254", &from1);
	ck_assert_uint_eq(counted[NET_ARP_IN_REQUESTS], 1);
	ck_assert_uint_eq(counted[NET_ARP_IN_REPLIES], 1);
	l3_arp_sent(&w, sent[0].data, sent[0].len);
	l3_arp_sent(&w, none, sizeof(none));
	ck_assert_uint_eq(counted[NET_ARP_OUT_REPLIES], 1);
	ck_assert_uint_eq(counted[NET_ARP_OUT_REQUESTS], 0);
}
END_TEST

/* ---- noise ---------------------------------------------------------------------------- */

static uint32_t seed = 99;

static uint32_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/* A packet with options, some bytes of its headers changed, sums right again. */
static bool noisy(void)
{
	static const char *const who[] = { "10.1.0.5",	 "10.2.0.7",
					   "10.1.0.254", "10.1.0.100",
					   "10.5.0.9",	 "172.16.0.1" };
	static const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_ICMP,
					  IPPROTO_TCP, 50 };
	uint8_t options[40] = { 7, 11, 4 };
	unsigned noptions = rnd() % 3 ? 0 : 4 * (rnd() % 11);

	for (unsigned i = 0; i < noptions; i++)
		if (rnd() % 3 == 0)
			options[i] = (uint8_t)(rnd() % 4 ? rnd() % 12 : rnd());
	build(protos[rnd() % 4], who[rnd() % 6], who[rnd() % 6],
	      20 + rnd() % 1400, options, noptions);
	for (unsigned n = rnd() % 4; n > 0; n--)
		p.data[ETH_LEN + 1 + rnd() % 70] = (uint8_t)rnd();
	put16(ip_of(&p) + IP4_LEN, (uint16_t)(p.len - ETH_LEN));
	l3_seal(ip_of(&p));
	return packet_parse(&p) == PACKET_GOOD;
}

static void check_sent(struct sent *s)
{
	struct packet q = { .data = s->data, .len = s->len };

	ck_assert_int_eq(packet_parse(&q), PACKET_GOOD);
	ck_assert_uint_le(s->len, ETH_LEN + ports[s->vlan - 1].mtu);
}

START_TEST(noise_does_no_harm)
{
	static const struct setup_address *kinds[4];
	unsigned all = 0;

	kinds[0] = &addresses[0];
	kinds[1] = &addresses[1];
	kinds[2] = &addresses[2];
	conf.source_route = conf.record_route = true;
	vip_alive = true;
	ports[1].mtu = 576;
	for (int i = 0; i < 20000; i++) {
		const struct ingress *in = rnd() % 2 ? &from1 : &from2;

		nsent = ninside = 0;
		w.now_ms += rnd() % 100;
		known("10.2.0.7", 2);
		if (!noisy())
			continue;
		if (rnd() % 2)
			l3_local(&w, in, &p, kinds[rnd() % 4]);
		else
			l3_forward(&w, rnd() % 4 ? in : NULL, &p);
		for (unsigned k = 0; k < nsent; k++) {
			if (get16(sent[k].data + 12) == ETHER_ARP)
				continue;
			check_sent(&sent[k]);
		}
		all += nsent;
		arp_tick(w.arp, w.now_ms);
		frag_tick(w.frag, w.now_ms, l3_never_whole, &w);
	}
	ck_assert_uint_gt(all, 5000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("l3");
	TCase *t = tcase_create("routing"), *e = tcase_create("errors");
	TCase *l = tcase_create("local"), *a = tcase_create("arp");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_packet_is_routed);
	tcase_add_test(t, an_own_packet_keeps_its_ttl);
	tcase_add_test(t, a_neighbour_is_asked_for);
	tcase_add_test(t, a_silent_neighbour_is_unreachable);
	tcase_add_test(t, time_to_live_runs_out);
	tcase_add_test(t, no_way_is_told);
	tcase_add_test(t, a_black_hole_is_silent);
	tcase_add_test(t, a_shorter_way_is_told);
	tcase_add_test(t, too_large_is_told_or_cut);
	tcase_add_test(t, fragments_wait_for_a_neighbour_too);
	tcase_add_test(t, a_super_frame_is_not_too_large);
	tcase_add_test(t, what_must_not_pass);
	tcase_add_test(t, a_circuits_broadcast_passes_if_allowed);
	tcase_add_test(t, own_groups_and_broadcasts_stay_on_their_circuit);
	tcase_add_test(t, own_packets_hear_of_errors_inside);
	tcase_add_test(t, caches_are_next_hops);
	tcase_add_test(t, source_routes_are_followed_if_allowed);
	tcase_add_test(t, a_strict_route_goes_straight);
	tcase_add_test(t, routes_are_recorded_if_allowed);
	tcase_add_loop_test(t, bad_options_are_told, 0, 6);
	tcase_add_test(t, a_frame_for_another_router_is_taken_if_allowed);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(e, setup, teardown);
	tcase_add_test(e, no_error_about);
	tcase_add_test(e, errors_are_few);
	suite_add_tcase(s, e);
	tcase_add_checked_fixture(l, setup, teardown);
	tcase_add_test(l, a_circuit_answers_pings);
	tcase_add_test(l, a_vip_answers_pings_while_it_lives);
	tcase_add_test(l, pings_without_an_answer);
	tcase_add_test(l, sockets_get_the_rest);
	tcase_add_test(l, a_large_ping_comes_and_goes_in_pieces);
	suite_add_tcase(s, l);
	tcase_add_checked_fixture(a, setup, teardown);
	tcase_add_loop_test(a, own_addresses_are_answered, 0,
			    sizeof(asked) / sizeof(*asked));
	tcase_add_test(a, neighbours_are_learnt);
	tcase_add_test(a, a_double_is_logged_and_defended);
	tcase_add_test(a, new_addresses_are_announced);
	tcase_add_test(a, announcements_wait_for_ports);
	tcase_add_test(a, static_neighbours_are_used);
	tcase_add_test(a, frames_of_arp_are_counted);
	tcase_add_test(a, noise_does_no_harm);
	tcase_set_timeout(a, 60);
	suite_add_tcase(s, a);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
