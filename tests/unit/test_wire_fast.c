/*
 * Which directions of flows go by the fast path, and what is booked of them
 * (fast.h): a switch with ports in memory, driven, whose fast path is this program's
 * own.  It only notes which ways were put where; what goes by is what a test says.
 *
 * A way is right when it makes of a frame what the switch makes of it.
 */
#include "emu/wire/fast_priv.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chassis/chassis.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/service.h"
#include "emu/driven.h"
#include "emu/net/checksum.h"
#include "emu/options.h"
#include "emu/plane/plane.h"
#include "emu/wire/capture.h"

#define START_MS 1000000
#define FROM	 4    /* packets of a direction, until it is handed over */
#define BOOKS_MS 1000 /* by then, all is booked */
#define VIP	 "192.168.10.20"
#define CLIENT	 "192.168.10.5"
#define INDEX	 100 /* of the first port's interface */
#define CABLE	 99

/* ---- a fast path ------------------------------------------------------------------- */

struct fastpath {
	struct fast_way way[FAST_WAYS];
	bool there[FAST_WAYS];
	uint32_t epoch, nlive, nput, top; /* top: places that were ever put */
	unsigned cable;
	bool full, beaten;
	struct fast_port count[FAST_PORTS];
	uint32_t pattern[2 * PATTERNS_MAX]; /* their places, npattern */
	uint32_t npattern;
	bool odd[65536];
	struct fast_begun begun[FAST_BEGUN]; /* a ring */
	uint32_t given, taken, looked;
};
static struct fastpath io;

unsigned fastpath_cable(const struct fastpath *f)
{
	return f->cable;
}

bool fastpath_put(struct fastpath *f, __u32 place, const struct fast_way *way)
{
	ck_assert_uint_lt(place, FAST_WAYS);
	if (f->there[place])
		ck_assert(fast_is_same(&f->way[place].key, &way->key));
	f->nput++;
	if (f->full && !f->there[place])
		return false;
	f->nlive += !f->there[place];
	f->there[place] = true;
	f->way[place] = *way;
	f->way[place].epoch = f->epoch;
	f->way[place].frames = f->way[place].bytes = 0;
	f->way[place].flags = 0;
	if (place >= f->top)
		f->top = place + 1;
	return true;
}

void fastpath_drop(struct fastpath *f, __u32 place)
{
	ck_assert_uint_lt(place, FAST_WAYS);
	f->nlive -= f->there[place];
	f->there[place] = false;
	f->way[place].epoch = 0;
	for (uint32_t i = 0; i < f->npattern; i++)
		if (f->pattern[i] == place)
			f->pattern[i] = f->pattern[--f->npattern];
}

bool fastpath_put_pattern(struct fastpath *f, __u32 there,
			  const struct fast_way *way, __u32 back,
			  const struct fast_way *answers)
{
	ck_assert(!f->there[there] && !f->there[back]);
	ck_assert(!way->key.sport && !way->sport && way->key.dport);
	ck_assert(!answers->key.dport && !answers->dport);
	if (f->full)
		return false;
	f->way[there] = *way;
	f->way[there].answers = back + 1;
	f->way[there].frames = 0;
	f->way[back] = *answers;
	f->way[there].epoch = f->way[back].epoch = f->epoch;
	f->pattern[f->npattern++] = there;
	return true;
}

bool fastpath_find(const struct fastpath *f, const struct fast_key *k,
		   __u32 *place)
{
	ck_assert(!k->sport); /* only patterns are asked for */
	for (uint32_t i = 0; i < f->npattern; i++) {
		*place = f->pattern[i];
		if (f->way[*place].epoch == f->epoch &&
		    fast_is_same(&f->way[*place].key, k))
			return true;
	}
	return false;
}

void fastpath_set_odd(struct fastpath *f, uint16_t n)
{
	if (n)
		f->odd[n] = true;
	else
		memset(f->odd, 0, sizeof(f->odd));
}

bool fastpath_give(struct fastpath *f, __u32 there, __u32 back)
{
	if (f->given - f->looked >= FAST_BEGUN)
		return false;
	ck_assert(!f->there[there] && !f->there[back]);
	f->begun[f->given++ % FAST_BEGUN] =
		(struct fast_begun){ there, back, FAST_GIVEN, 0 };
	return true;
}

bool fastpath_used(struct fastpath *f, struct fast_begun *b)
{
	if (f->looked == f->taken)
		return false;
	*b = f->begun[f->looked++ % FAST_BEGUN];
	return true;
}

void fastpath_flush(struct fastpath *f)
{
	f->epoch++;
}

bool fastpath_is_current(const struct fastpath *f, __u32 place)
{
	return f->way[place].epoch == f->epoch;
}

const struct fast_way *fastpath_way(const struct fastpath *f, __u32 place)
{
	return &f->way[place];
}

bool fastpath_is_beaten(const struct fastpath *f)
{
	return f->beaten;
}

void fastpath_count(const struct fastpath *f, __u32 port,
		    struct fast_port *total)
{
	ck_assert_uint_lt(port, FAST_PORTS);
	*total = f->count[port];
}

/* ---- a switch ------------------------------------------------------------------------ */

enum { CLIENTS, SERVERS, TRUNK, OTHER, NPORT };

static const struct {
	const char *name;
	uint32_t mtu;
} ports[NPORT] = {
	{ "1/1", 1500 }, { "1/2", 1500 }, { "3/1", 1400 }, { "3/2", 1500 }
};

static const char config[] = "bridge spanning-tree disabled\n"
			     "interface 1/1\n"
			     "  bridge vlan 10\n"
			     "interface 1/2\n"
			     "  bridge vlan 20\n"
			     "interface 3/1\n"
			     "  trunk\n"
			     "  vlan 20\n"
			     "    default-vlan\n"
			     "  vlan 30\n"
			     "interface 3/2\n"
			     "  bridge vlan 20\n"
			     "circuit VLAN10\n"
			     "  ip address 192.168.10.1 255.255.255.0\n"
			     "circuit VLAN20\n"
			     "  ip address 10.1.1.1 255.255.255.0\n"
			     "circuit VLAN30\n"
			     "  ip address 10.3.0.1 255.255.255.0\n"
			     "service web1\n"
			     "  ip address 10.1.1.11\n"
			     "  port 8080\n"
			     "  keepalive type none\n"
			     "  active\n"
			     "service web3\n"
			     "  ip address 10.3.0.13\n"
			     "  port 8080\n"
			     "  keepalive type none\n"
			     "  active\n"
			     "service ftp\n"
			     "  ip address 10.1.1.11\n"
			     "  keepalive type none\n"
			     "  active\n"
			     "owner o\n"
			     "  content web\n"
			     "    vip address 192.168.10.20\n"
			     "    protocol tcp\n"
			     "    port 80\n"
			     "    add service web1\n"
			     "    active\n"
			     "  content tagged\n"
			     "    vip address 192.168.10.20\n"
			     "    protocol tcp\n"
			     "    port 8000\n"
			     "    add service web3\n"
			     "    active\n"
			     "  content udp\n"
			     "    vip address 192.168.10.20\n"
			     "    protocol udp\n"
			     "    port 7000\n"
			     "    add service web1\n"
			     "    active\n"
			     "  content control\n"
			     "    vip address 192.168.10.20\n"
			     "    protocol tcp\n"
			     "    port 21\n"
			     "    application ftp-control\n"
			     "    add service ftp\n"
			     "    active\n"
			     "  content ended\n"
			     "    vip address 192.168.10.20\n"
			     "    protocol tcp\n"
			     "    port 81\n"
			     "    url \"/*\"\n"
			     "    add service web1\n"
			     "    active\n";

static struct driven d;
static struct port_io *port[NPORT];
static uint8_t our_mac[ETH_ADDR_LEN];

struct frame {
	uint32_t len;
	uint8_t data[2048];
};
static struct frame
	inside; /* the last packet, behind an empty Ethernet header */
static unsigned ninside;

static struct in_addr ip(const char *text)
{
	struct in_addr a = { 0 };

	ck_assert(str_to_addr(text, &a));
	return a;
}

static bool to_inside(void *arg, struct packet *p)
{
	(void)arg;
	inside = (struct frame){ .len = p->len - p->l3 + ETH_LEN };
	memcpy(inside.data + ETH_LEN, p->data + p->l3, p->len - p->l3);
	ninside++;
	return true;
}

static void rejected(void *arg, unsigned line, unsigned column,
		     const char *text, const char *message)
{
	(void)arg;
	(void)column;
	ck_abort_msg("line %u: %s: %s", line, text, message);
}

static void configure(const char *text)
{
	const struct script_result result = { .rejected = rejected };

	driven_configure(&d, text, strlen(text), &result);
}

static void pass_ms(uint64_t ms)
{
	driven_advance(&d, d.now_ms + ms);
}

/* ---- stations ---------------------------------------------------------------------- */

struct station {
	uint8_t mac[ETH_ADDR_LEN];
	const char *addr;
	int port;
	unsigned tag;
	const char *gateway;
};
static const struct station client = {
	{ 2, 0, 0, 0, 1, 5 }, CLIENT, CLIENTS, 0, "192.168.10.1"
};
static const struct station client2 = {
	{ 2, 0, 0, 0, 1, 6 }, "192.168.10.6", CLIENTS, 0, "192.168.10.1"
};
static const struct station web1 = {
	{ 2, 0, 0, 0, 2, 11 }, "10.1.1.11", SERVERS, 0, "10.1.1.1"
};
static const struct station web2 = {
	{ 2, 0, 0, 0, 2, 12 }, "10.1.1.12", OTHER, 0, "10.1.1.1"
};
static const struct station web3 = {
	{ 2, 0, 0, 0, 3, 13 }, "10.3.0.13", TRUNK, 30, "10.3.0.1"
};

static void receive(int at, const struct frame *f)
{
	static uint8_t memory[PACKET_HEADROOM + sizeof(f->data)];
	struct packet p = { .data = memory + PACKET_HEADROOM,
			    .len = f->len,
			    .cap = sizeof(f->data) };

	memcpy(p.data, f->data, f->len);
	driven_receive(&d, at, &p);
}

static uint32_t begin_frame(struct frame *f, const uint8_t *to,
			    const uint8_t *from, unsigned tag, unsigned type)
{
	uint32_t at = 2 * ETH_ADDR_LEN;

	*f = (struct frame){ 0 };
	memcpy(f->data, to, ETH_ADDR_LEN);
	memcpy(f->data + ETH_ADDR_LEN, from, ETH_ADDR_LEN);
	if (tag) {
		put16(f->data + at, ETHER_VLAN);
		put16(f->data + at + 2, (uint16_t)tag);
		at += 4;
	}
	put16(f->data + at, (uint16_t)type);
	return at + 2;
}

static const uint8_t all[ETH_ADDR_LEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* It asks everybody for its gateway, and so tells who and where it is. */
static void speaks(const struct station *s)
{
	struct frame f;
	uint32_t at = begin_frame(&f, all, s->mac, s->tag, ETHER_ARP);
	uint8_t *arp = f.data + at;

	put16(arp, 1);
	put16(arp + 2, ETHER_IP4);
	arp[4] = ETH_ADDR_LEN;
	arp[5] = 4;
	put16(arp + 6, 1);
	memcpy(arp + 8, s->mac, ETH_ADDR_LEN);
	put_addr(arp + 14, ip(s->addr));
	put_addr(arp + 24, ip(s->gateway));
	f.len = at + 46;
	receive(s->port, &f);
}

/* A frame that has nothing to do with IP. */
static void moves_to(const struct station *s, int at)
{
	struct frame f;

	f.len = begin_frame(&f, all, s->mac, s->tag, 0x88b5) + 46;
	receive(at, &f);
}

static void drain(void)
{
	uint32_t len;
	uint8_t *sent;

	for (int i = 0; i < NPORT; i++)
		while ((sent = port_queue_take(port[i], &len, NULL)))
			free(sent);
}

static void all_speak(void)
{
	speaks(&client);
	speaks(&client2);
	speaks(&web1);
	speaks(&web2);
	speaks(&web3);
	drain();
}

static void setup(void)
{
	static const bool fast[NPORT] = { true, true, true, true };
	static struct options opt = { .chassis = "11503" };
	const struct wire_inside in = { NULL, to_inside };
	struct err err = { 0 };

	memset(io.way, 0, io.top * sizeof(*io.way)); /* all of it is large */
	memset(io.there, 0, io.top * sizeof(*io.there));
	memset(io.count, 0, sizeof(io.count));
	io.nlive = io.nput = io.top = io.npattern = 0;
	io.given = io.taken = io.looked = 0;
	io.full = io.beaten = false;
	io.epoch = 1;
	io.cable = CABLE;
	ninside = 0;
	ck_assert_msg(!driven_open(&d, &opt, START_MS, &err), "%s", err.msg);
	wire_set_inside(d.wire, &in);
	for (int i = 0; i < NPORT; i++) {
		port[i] = port_queue_new(ports[i].mtu);
		port[i]->index = (unsigned)(INDEX + i);
		ck_assert_int_eq(driven_wire(&d, ports[i].name, port[i], &err),
				 i);
	}
	wire_set_fast(d.wire, &io, fast);
	memcpy(our_mac, chassis_mac(d.scratch.env.chassis), ETH_ADDR_LEN);
	configure(config);
	pass_ms(1);
	all_speak();
	pass_ms(1);
}

static void teardown(void)
{
	struct wire *w = d.wire;
	struct plane_totals t;

	/* whatever is under way is called back, and counted */
	d.wire = NULL;
	wire_free(w);
	ck_assert_uint_eq(io.nlive, 0);
	plane_totals(d.plane, &t);
	ck_assert_uint_eq(t.flows_active, 0);
	driven_close(&d);
}

/* ---- packets ------------------------------------------------------------------------- */

struct direction { /* who sends to whom; NULL: the switch's own sockets */
	const struct station *from;
	const char *src, *dst;
	uint16_t sport, dport;
	uint8_t proto;
};

static uint32_t sequence[2]; /* of the client, of the server */

static void finish(struct frame *f, uint32_t l4, const struct direction *k)
{
	uint8_t *h = f->data + l4 - IP4_MIN, *t = f->data + l4;
	unsigned at = k->proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM;

	put16(h + IP4_SUM, 0);
	put16(h + IP4_SUM, sum_fold(sum_add(0, h, IP4_MIN)));
	put16(t + at, 0);
	put16(t + at, sum_l4(ip(k->src), ip(k->dst), k->proto, t, f->len - l4));
}

/* flags: of TCP; len: bytes of data */
static void make(struct frame *f, const struct direction *k, uint8_t flags,
		 uint32_t seq, uint32_t len)
{
	static const uint8_t none[ETH_ADDR_LEN];
	uint32_t head = k->proto == IPPROTO_TCP ? TCP_MIN : UDP_HEAD;
	uint32_t at = begin_frame(f, k->from ? our_mac : none,
				  k->from ? k->from->mac : none,
				  k->from ? k->from->tag : 0, ETHER_IP4);
	uint8_t *h = f->data + at, *t = h + IP4_MIN;

	f->len = at + IP4_MIN + head + len;
	h[0] = 0x45;
	put16(h + IP4_LEN, (uint16_t)(IP4_MIN + head + len));
	put16(h + IP4_FRAG, IP4_DF);
	h[IP4_TTL] = 64;
	h[IP4_PROTO] = k->proto;
	put_addr(h + IP4_SRC, ip(k->src));
	put_addr(h + IP4_DST, ip(k->dst));
	put16(t, k->sport);
	put16(t + 2, k->dport);
	memset(t + head, 'x', len);
	if (k->proto == IPPROTO_TCP) {
		put32(t + TCP_SEQ, seq);
		put32(t + TCP_ACK, flags & TCP_F_ACK ? 7 : 0);
		t[TCP_OFF] = TCP_MIN / 4 << 4;
		t[TCP_FLAGS] = flags;
		put16(t + TCP_WIN, 4321);
	} else {
		put16(t + UDP_LEN, (uint16_t)(UDP_HEAD + len));
	}
	finish(f, at + IP4_MIN, k);
}

static void send_frame(const struct direction *k, const struct frame *f)
{
	uint8_t memory[PACKET_HEADROOM + 2048];
	struct packet p = { .data = memory + PACKET_HEADROOM,
			    .len = f->len - ETH_LEN,
			    .cap = 2048 };

	if (k->from) {
		receive(k->from->port, f);
		return;
	}
	memcpy(p.data, f->data + ETH_LEN, p.len);
	driven_from_inside(&d, &p);
}

static void comes(const struct direction *k, uint8_t flags, uint32_t seq,
		  uint32_t len)
{
	struct frame f;

	make(&f, k, flags, seq, len);
	send_frame(k, &f);
}

/* The oldest that left by a port. */
static struct frame left_by(int at)
{
	struct frame f = { 0 };
	uint8_t *sent = port_queue_take(port[at], &f.len, NULL);

	ck_assert_msg(sent != NULL, "nothing left by %s", ports[at].name);
	ck_assert_uint_le(f.len, sizeof(f.data));
	memcpy(f.data, sent, f.len);
	free(sent);
	return f;
}

/* ---- ways --------------------------------------------------------------------------- */

static struct fast_key key(const struct direction *k)
{
	return (struct fast_key){
		.src = ip(k->src).s_addr,
		.dst = ip(k->dst).s_addr,
		.sport = htons(k->sport),
		.dport = htons(k->dport),
		.in = k->from ? (uint32_t)(INDEX + k->from->port) : 0,
		.vlan = (uint16_t)(k->from ? k->from->tag : 0),
		.proto = k->proto,
	};
}

/* The way in force, as the programs find it; NULL: the switch has them. */
static struct fast_way *way_of(const struct direction *k)
{
	const struct fast_key wanted = key(k);
	uint8_t macs[2 * ETH_ADDR_LEN];
	struct fast_way *found = NULL;

	memcpy(macs, our_mac, ETH_ADDR_LEN);
	if (k->from)
		memcpy(macs + ETH_ADDR_LEN, k->from->mac, ETH_ADDR_LEN);
	for (uint32_t i = 0; i < io.top; i++) {
		struct fast_way *w = &io.way[i];

		if (!io.there[i] || !fast_is_same(&w->key, &wanted))
			continue;
		ck_assert_ptr_null(found); /* one place has a key */
		found = w;
	}
	if (!found || found->epoch != io.epoch ||
	    (k->from && memcmp(&found->from, macs, sizeof(macs)) != 0))
		return NULL;
	return found;
}

static void add(uint8_t *sum, uint32_t more)
{
	uint16_t is;
	uint32_t s;

	memcpy(&is, sum, sizeof(is));
	s = (uint16_t)~is + more;
	s = (s & 0xffff) + (s >> 16);
	is = (uint16_t) ~((s & 0xffff) + (s >> 16));
	memcpy(sum, &is, sizeof(is));
}

/* The pattern that somebody who sends a SYN would find; NULL: there is none. */
static struct fast_way *pattern_of(const struct direction *k)
{
	struct fast_key wanted = key(k);
	uint32_t place;

	wanted.sport = 0;
	return fastpath_find(&io, &wanted, &place) ? &io.way[place] : NULL;
}

static void begin_way(uint32_t place, const struct fast_way *pattern,
		      uint16_t sport, uint16_t dport)
{
	struct fast_way *w = &io.way[place];

	ck_assert(!io.there[place]);
	*w = *pattern;
	w->key.sport = w->sport = sport;
	w->key.dport = w->dport = dport;
	w->answers = 0;
	w->frames = w->bytes = w->flags = 0;
	io.there[place] = true;
	io.nlive++;
	if (place >= io.top)
		io.top = place + 1;
}

/* The programs begin it, as its pattern says. */
static void begins_by_itself(const struct direction *k)
{
	struct fast_way *p = pattern_of(k);
	struct fast_begun *b = &io.begun[io.taken % FAST_BEGUN];

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_ne(io.taken, io.given);
	io.taken++;
	b->is = FAST_HAS_BEGUN;
	p->frames++;
	begin_way(b->there, p, htons(k->sport), htons(k->dport));
	begin_way(b->back, &io.way[p->answers - 1], htons(k->dport),
		  htons(k->sport));
	io.way[b->there].frames = 1;
	io.way[b->there].bytes = 40;
	io.way[b->there].end = 1001;
	io.way[b->there].flags = TCP_F_SYN;
}

/* What the programs make of a frame (fastpath.bpf.c). */
static struct frame by_way(const struct fast_way *w, const struct frame *f)
{
	uint32_t at = get16(f->data + 12) == ETHER_VLAN ? ETH_LEN + 4 : ETH_LEN;
	struct frame to;
	uint32_t head = begin_frame(&to, (const uint8_t *)&w->to,
				    (const uint8_t *)&w->to + ETH_ADDR_LEN,
				    w->tag, ETHER_IP4);
	uint8_t *h = to.data + head, *t = h + IP4_MIN;
	unsigned sum;

	to.len = f->len - at + head;
	memcpy(h, f->data + at, f->len - at);
	sum = h[IP4_PROTO] == IPPROTO_TCP ? TCP_SUM : UDP_SUM;
	h[IP4_TTL] -= w->routed;
	add(h + IP4_SUM, w->sum_ip);
	add(t + sum, w->sum_addr);
	add(t + sum, w->sum_ports);
	memcpy(h + IP4_SRC, &w->src, 4);
	memcpy(h + IP4_DST, &w->dst, 4);
	memcpy(t, &w->sport, 2);
	memcpy(t + 2, &w->dport, 2);
	if (w->inside)
		memset(to.data, 0, ETH_LEN);
	return to;
}

/* The next one would go as the switch sends it itself; out -1: to the inside. */
static void goes_the_same(const struct direction *k, int out)
{
	const struct fast_way *w = way_of(k);
	struct frame f, by, sent;
	unsigned before = ninside;

	ck_assert_ptr_nonnull(w);
	drain();
	make(&f, k, TCP_F_ACK, 5000, 40);
	by = by_way(w, &f);
	send_frame(k, &f);
	if (out < 0)
		ck_assert_uint_eq(ninside, before + 1);
	sent = out < 0 ? inside : left_by(out);
	ck_assert_uint_eq(sent.len, by.len);
	ck_assert_mem_eq(sent.data, by.data, by.len);
	ck_assert_uint_eq(w->out, out < 0 ? CABLE : (unsigned)(INDEX + out));
	ck_assert_uint_eq(w->out_port, out < 0 ? FAST_PORTS : (unsigned)out);
	ck_assert_uint_eq(w->in_port,
			  k->from ? (unsigned)k->from->port : FAST_PORTS);
	if (out >= 0)
		ck_assert_uint_eq(w->mtu, ports[out].mtu);
	ck_assert_int_eq(w->inside, out < 0);
}

/* That many of them went by. */
static void goes_by(const struct direction *k, unsigned frames, uint64_t bytes,
		    uint32_t end, uint32_t flags)
{
	struct fast_way *w = way_of(k);

	ck_assert_ptr_nonnull(w);
	w->frames += frames;
	w->bytes += bytes;
	w->end = end;
	w->flags |= flags;
}

/* ---- flows ---------------------------------------------------------------------------- */

struct talk {
	struct direction there, back;
};

static const struct talk web = {
	{ &client, CLIENT, VIP, 40000, 80, IPPROTO_TCP },
	{ &web1, "10.1.1.11", CLIENT, 8080, 40000, IPPROTO_TCP },
};
static const struct talk tagged = {
	{ &client, CLIENT, VIP, 40000, 8000, IPPROTO_TCP },
	{ &web3, "10.3.0.13", CLIENT, 8080, 40000, IPPROTO_TCP },
};
static const struct talk routed = {
	{ &client, CLIENT, "10.1.1.12", 40000, 22, IPPROTO_TCP },
	{ &web2, "10.1.1.12", CLIENT, 22, 40000, IPPROTO_TCP },
};
static const struct talk control = {
	{ &client, CLIENT, VIP, 40000, 21, IPPROTO_TCP },
	{ &web1, "10.1.1.11", CLIENT, 21, 40000, IPPROTO_TCP },
};
static const struct talk datagrams = {
	{ &client, CLIENT, VIP, 40000, 7000, IPPROTO_UDP },
	{ &web1, "10.1.1.11", CLIENT, 8080, 40000, IPPROTO_UDP },
};
static const struct talk ended = {
	{ &client, CLIENT, VIP, 40000, 81, IPPROTO_TCP },
	{ NULL, VIP, CLIENT, 81, 40000, IPPROTO_TCP },
};
static const struct talk asked = {
	/* by our own sockets */
	{ NULL, CLIENT, "10.1.1.11", 40000, 8080, IPPROTO_TCP },
	{ &web1, "10.1.1.11", CLIENT, 8080, 40000, IPPROTO_TCP },
};

static void shake(const struct talk *t)
{
	comes(&t->there, TCP_F_SYN, 1000, 0);
	comes(&t->back, TCP_F_SYN | TCP_F_ACK, 2000, 0);
	comes(&t->there, TCP_F_ACK, 1001, 0);
	sequence[0] = 1001;
	sequence[1] = 2001;
}

static void says(const struct talk *t, int who, uint32_t len)
{
	comes(who ? &t->back : &t->there, TCP_F_ACK, sequence[who], len);
	sequence[who] += len;
}

/* Enough for both directions. */
static void talks(const struct talk *t)
{
	for (int i = 0; i < FROM; i++) {
		says(t, 0, 10);
		says(t, 1, 100);
	}
	drain();
}

static void opens(const struct talk *t)
{
	if (t->there.proto == IPPROTO_TCP)
		shake(t);
	talks(t);
}

static bool both_go_by(const struct talk *t)
{
	return way_of(&t->there) && way_of(&t->back);
}

static struct half *half_of(const struct direction *k)
{
	const struct tuple tuple = { ip(k->src).s_addr, ip(k->dst).s_addr,
				     htons(k->sport),	htons(k->dport),
				     k->proto,		false };

	return flowtab_find(d.wire->forward->tab, &tuple);
}

static enum wflow_state state_of(const struct talk *t)
{
	ck_assert_ptr_nonnull(half_of(&t->there));
	return wflow_of(half_of(&t->there))->state;
}

static void settle(void)
{
	fast_settle_all(d.wire);
}

/* ---- handing over --------------------------------------------------------------------- */

START_TEST(connection_is_handed_over_behind_its_handshake)
{
	const struct talk *t = _i ? &tagged : &web;

	comes(&t->there, TCP_F_SYN, 1000, 0);
	comes(&t->there, TCP_F_SYN, 1000, 0);
	comes(&t->there, TCP_F_SYN, 1000, 0);
	comes(&t->there, TCP_F_SYN, 1000, 0);
	for (int i = 0; i < FROM; i++)
		comes(&t->back, TCP_F_SYN | TCP_F_ACK, 2000, 0);
	ck_assert_uint_eq(io.nput, 0); /* however many, it is not open */
	comes(&t->there, TCP_F_ACK, 1001, 0);
	ck_assert_ptr_nonnull(way_of(&t->there));
	ck_assert_ptr_null(way_of(&t->back));
	comes(&t->back, TCP_F_ACK, 2001, 10);
	ck_assert(both_go_by(t));
	goes_the_same(&t->there, t->back.from->port);
	goes_the_same(&t->back, CLIENTS);
	ck_assert_uint_eq(way_of(&t->there)->tag, t->back.from->tag);
	ck_assert_uint_eq(way_of(&t->back)->tag, 0);
	ck_assert_uint_eq(way_of(&t->back)->end, 2011);
	/* one that comes all the same changes nothing */
	ck_assert_uint_eq(io.nput, 2);
}
END_TEST

/* Comes in, and is not followed by a moment of quiet. */
static void comes_in_a_row(const struct direction *k, uint32_t seq)
{
	uint8_t memory[PACKET_HEADROOM + 2048];
	struct frame f;
	struct packet p = { .data = memory + PACKET_HEADROOM, .cap = 2048 };

	make(&f, k, TCP_F_ACK, seq, 10);
	p.len = f.len;
	memcpy(p.data, f.data, f.len);
	wire_receive(d.wire, k->from->port, &p, d.now_ms);
}

/* As long as others of it may be on their way through the switch, it waits. */
START_TEST(nobody_is_overtaken)
{
	enum { TURNS = 8, FRAMES = 256 };
	const uint64_t busy = 1u << CLIENTS;

	shake(&web);
	ck_assert(!fast_waits(d.wire));
	for (uint32_t i = 0; i < FROM; i++)
		comes_in_a_row(&web.there, 1001 + 10 * i);
	ck_assert(fast_waits(d.wire));
	ck_assert_ptr_null(way_of(&web.there));
	if (_i == 0) { /* it is quiet */
		fast_turn_over(d.wire, 1u << SERVERS);
		ck_assert_ptr_nonnull(way_of(&web.there));
	} else if (_i == 1) { /* it never is */
		for (int i = 1; i < TURNS; i++) {
			fast_turn_over(d.wire, busy);
			ck_assert_ptr_null(way_of(&web.there));
		}
		fast_turn_over(d.wire, busy);
		ck_assert_ptr_nonnull(way_of(&web.there));
	} else if (_i == 4) { /* nor is that worth waiting for */
		for (uint32_t i = FROM; i < FRAMES; i++)
			comes_in_a_row(&web.there, 1001 + 10 * i);
		fast_turn_over(d.wire, busy);
		ck_assert_ptr_null(way_of(&web.there));
		for (uint32_t i = FRAMES; i < FROM + FRAMES; i++)
			comes_in_a_row(&web.there, 1001 + 10 * i);
		fast_turn_over(d.wire, busy);
		ck_assert_ptr_nonnull(way_of(&web.there));
	} else if (_i == 2) { /* it is over */
		comes(&web.back, TCP_F_RST, 2001, 0);
		ck_assert_int_eq(io.nput, 0);
	} else { /* the world is another */
		fast_flush(d.wire);
		fast_turn_over(d.wire, 0);
		ck_assert_int_eq(io.nput, 0);
	}
	ck_assert(!fast_waits(d.wire));
	fast_turn_over(d.wire, 0);
	ck_assert_int_eq(io.nput, _i < 2 || _i == 4);
}
END_TEST

START_TEST(directions_count_for_themselves)
{
	shake(&web); /* the client's are two */
	says(&web, 0, 10);
	ck_assert_uint_eq(io.nput, 0);
	says(&web, 0, 10);
	ck_assert_ptr_nonnull(way_of(&web.there));
	ck_assert_ptr_null(way_of(&web.back));
	says(&web, 1, 10);
	says(&web, 1, 10);
	ck_assert_ptr_null(way_of(&web.back));
	says(&web, 1, 10);
	ck_assert(both_go_by(&web));
}
END_TEST

START_TEST(datagrams_and_what_is_only_routed_go_by)
{
	opens(&datagrams);
	ck_assert(both_go_by(&datagrams));
	goes_the_same(&datagrams.there, SERVERS);
	goes_the_same(&datagrams.back, CLIENTS);
	opens(&routed);
	ck_assert(both_go_by(&routed));
	goes_the_same(&routed.there, OTHER);
	goes_the_same(&routed.back, CLIENTS);
	ck_assert(way_of(&routed.there)->routed);
	ck_assert_uint_eq(way_of(&routed.there)->sum_addr, 0);
}
END_TEST

static void echo(uint16_t n)
{
	struct direction k = { &client, CLIENT, "10.1.1.12", 0x0800, 0, 1 };
	struct frame f;
	uint8_t *icmp = f.data + ETH_LEN + IP4_MIN;

	make(&f, &k, 0, 0, 16);
	memset(icmp, 0, 24);
	icmp[0] = 8;
	put16(icmp + 6, n);
	put16(icmp + 2, sum_fold(sum_add(0, icmp, 24)));
	receive(CLIENTS, &f);
	(void)left_by(OTHER);
}

START_TEST(others_do_not)
{
	const struct talk bridged = {
		{ &web1, "10.1.1.11", "10.1.1.12", 5, 6, IPPROTO_TCP },
		{ &web2, "10.1.1.12", "10.1.1.11", 6, 5, IPPROTO_TCP },
	};
	struct frame f;

	opens(&control);
	talks(&control);
	ck_assert_int_eq(state_of(&control), WFLOW_OPEN);
	ck_assert_uint_eq(half_of(&control.back)->frames, 1 + 2 * FROM);
	for (uint16_t i = 0; i < 2 * FROM; i++)
		echo(i);
	for (unsigned i = 0; i < 2 * FROM; i++) { /* at layer 2 */
		make(&f, &bridged.there, TCP_F_ACK, 1, 10);
		memcpy(f.data, web2.mac, ETH_ADDR_LEN);
		receive(SERVERS, &f);
		(void)left_by(OTHER);
	}
	/* by us to another of its own VLAN: its sender is told of a shorter way */
	for (unsigned i = 0; i < 2 * FROM; i++) {
		comes(&bridged.there, TCP_F_ACK, 1, 10);
		(void)left_by(OTHER);
	}
	ck_assert_uint_eq(io.nput, 0);
}
END_TEST

START_TEST(what_ends_is_not_handed_over)
{
	shake(&web);
	says(&web, 0, 10);
	comes(&web.there, TCP_F_ACK | TCP_F_FIN, 1011, 0);
	for (int i = 0; i < 2 * FROM; i++)
		says(&web, 1, 100);
	ck_assert_int_eq(state_of(&web), WFLOW_OPEN);
	ck_assert_uint_eq(io.nput, 0);
}
END_TEST

START_TEST(ports_may_not_take_part)
{
	d.wire->port[SERVERS].fast = false;
	opens(&web);
	ck_assert_uint_eq(io.nput, 0);
	d.wire->port[SERVERS].fast = true;
	d.wire->port[CLIENTS].fast = false;
	talks(&web);
	ck_assert_uint_eq(io.nput, 0);
}
END_TEST

START_TEST(what_finds_no_room_is_tried_again)
{
	io.full = true;
	opens(&web);
	ck_assert_uint_gt(io.nput, 2);
	ck_assert_uint_eq(io.nlive, 0);
	ck_assert_uint_eq(half_of(&web.there)->fast, 0);
	settle();
	io.full = false;
	talks(&web);
	ck_assert(both_go_by(&web));
}
END_TEST

/* ---- books ------------------------------------------------------------------------------ */

struct books {
	struct rule_counters rule;
	struct service_counters service;
	struct net_counters net;
	uint64_t in[PORT_COUNTER_NUM], out[PORT_COUNTER_NUM];
};

static void read_counters(uint64_t *to, int at)
{
	for (int i = 0; i < PORT_COUNTER_NUM; i++)
		to[i] = atomic_load(&d.wire->port[at].count[i]);
}

static struct books books(void)
{
	struct conf *conf = d.scratch.env.conf;
	struct content *c = content_find(conf, "o", "web");
	struct books b;

	plane_rule_counters(d.plane, c->index, &b.rule);
	plane_service_counters(d.plane, service_find(conf, "web1")->index,
			       &b.service);
	plane_net_counters(d.plane, &b.net);
	read_counters(b.in, CLIENTS);
	read_counters(b.out, SERVERS);
	return b;
}

static void is_booked_once(const struct books *a)
{
	static const enum port_counter sizes[FAST_SIZES] = {
		PORT_RMON_64,	   PORT_RMON_127,  PORT_RMON_255,
		PORT_RMON_511,	   PORT_RMON_1023, PORT_RMON_1518,
		PORT_RMON_OVERSIZE
	};
	const struct books b = books();

	ck_assert_uint_eq(b.rule.frames - a->rule.frames, 10);
	ck_assert_uint_eq(b.rule.bytes - a->rule.bytes, 7000 + 300);
	ck_assert_uint_eq(b.rule.hits, a->rule.hits);
	ck_assert_uint_eq(b.service.bytes_in - a->service.bytes_in, 7000);
	ck_assert_uint_eq(b.service.bytes_out - a->service.bytes_out, 300);
	ck_assert_uint_eq(b.service.total_conns, a->service.total_conns);
	ck_assert_uint_eq(b.net.n[NET_IP_IN] - a->net.n[NET_IP_IN], 10);
	ck_assert_uint_eq(
		b.net.n[NET_IP_FORWARDED] - a->net.n[NET_IP_FORWARDED], 10);
	ck_assert_uint_eq(b.net.n[NET_IP_OUT], a->net.n[NET_IP_OUT]);
	for (unsigned i = 0; i < FAST_SIZES; i++)
		ck_assert_uint_eq(b.in[sizes[i]] - a->in[sizes[i]], i + 1);
	ck_assert_uint_eq(b.in[PORT_IN_UCAST] - a->in[PORT_IN_UCAST], 28);
	ck_assert_uint_eq(b.in[PORT_RMON_PACKETS] - a->in[PORT_RMON_PACKETS],
			  28);
	ck_assert_uint_eq(b.in[PORT_IN_OCTETS] - a->in[PORT_IN_OCTETS], 8000);
	ck_assert_uint_eq(b.in[PORT_RMON_OCTETS] - a->in[PORT_RMON_OCTETS],
			  8000);
	ck_assert_uint_eq(b.in[PORT_OUT_UCAST], a->in[PORT_OUT_UCAST]);
	ck_assert_uint_eq(b.out[PORT_OUT_UCAST] - a->out[PORT_OUT_UCAST], 9);
	ck_assert_uint_eq(b.out[PORT_OUT_OCTETS] - a->out[PORT_OUT_OCTETS],
			  9000);
	ck_assert_uint_eq(b.out[PORT_IN_UCAST], a->out[PORT_IN_UCAST]);
}

static void something_goes_by(void)
{
	goes_by(&web.there, 7, 7000, 9001, TCP_F_ACK);
	goes_by(&web.back, 3, 300, 2500, TCP_F_ACK);
	io.count[CLIENTS].in_frames += 28;
	io.count[CLIENTS].in_octets += 8000;
	for (uint64_t i = 0; i < FAST_SIZES; i++)
		io.count[CLIENTS].size[i] += i + 1;
	io.count[SERVERS].out_frames += 9;
	io.count[SERVERS].out_octets += 9000;
}

START_TEST(what_went_by_is_booked_once)
{
	struct half *h[2];
	uint64_t frames[2], bytes[2];
	struct books before;

	opens(&web);
	settle();
	for (int i = 0; i < 2; i++) {
		h[i] = half_of(i ? &web.back : &web.there);
		frames[i] = h[i]->frames;
		bytes[i] = h[i]->bytes;
	}
	before = books();
	something_goes_by();
	if (_i)
		pass_ms(BOOKS_MS);
	else
		settle();
	is_booked_once(&before);
	settle();
	pass_ms(BOOKS_MS);
	is_booked_once(&before);
	ck_assert_uint_eq(h[0]->frames - frames[0], 7);
	ck_assert_uint_eq(h[0]->bytes - bytes[0], 7000);
	ck_assert_uint_eq(h[1]->frames - frames[1], 3);
	ck_assert_uint_eq(h[1]->bytes - bytes[1], 300);
	ck_assert_uint_eq(h[0]->end, 9001);
	ck_assert_uint_eq(h[1]->end, 2500);
}
END_TEST

START_TEST(operator_is_told)
{
	struct out o = { 0 };

	opens(&web);
	settle();
	goes_by(&web.there, 5, 500, 3000, TCP_F_ACK);
	wire_set_no_fast(d.wire, "own connections: no cable");
	wire_show(d.wire, &o);
	ck_assert_ptr_nonnull(
		strstr(out_text(&o), "Fast path: on, 2 ways, 5 "));
	ck_assert_ptr_nonnull(strstr(out_text(&o), "no cable"));
	ck_assert_ptr_null(strstr(out_text(&o), "frames were lost"));
	out_clear(&o);
	io.beaten = true;
	wire_show(d.wire, &o);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "frames were lost"));
	out_fini(&o);
}
END_TEST

/* The programs count one thing behind the other, and who looks may come between. */
START_TEST(half_a_frame_is_booked_in_the_end)
{
	struct half *h;
	struct fast_way *w;
	uint64_t frames, bytes;

	opens(&web);
	settle();
	h = half_of(&web.there);
	w = way_of(&web.there);
	frames = h->frames;
	bytes = h->bytes;
	w->frames++;
	settle();
	w->bytes += 700;
	settle();
	w->end = 4000;
	fast_recall(d.wire, wflow_of(h));
	ck_assert_uint_eq(h->frames, frames + 1);
	ck_assert_uint_eq(h->bytes, bytes + 700);
	ck_assert_uint_eq(h->end, 4000);
}
END_TEST

/* Whatever ends the way, nothing of it is lost, and nothing is counted twice. */
START_TEST(what_went_by_last_is_booked)
{
	struct half *h;
	uint64_t frames;

	opens(&web);
	settle();
	h = half_of(&web.there);
	frames = h->frames;
	goes_by(&web.there, 5, 500, 3000, TCP_F_ACK);
	fast_flush(d.wire);
	says(&web, 0, 10); /* handed over again, and counts from 0 */
	ck_assert_uint_eq(h->frames, frames + 5 + 1);
	goes_by(&web.there, 2, 200, 3100, TCP_F_ACK);
	settle();
	ck_assert_uint_eq(h->frames, frames + 5 + 1 + 2);
	goes_by(&web.there, 4, 400, 3200, TCP_F_ACK);
	comes(&web.back, TCP_F_RST, 2101, 0);
	ck_assert_uint_eq(h->frames, frames + 5 + 1 + 2 + 4);
	ck_assert_uint_eq(h->end, 3200);
	ck_assert_uint_eq(io.nlive, 0);
}
END_TEST

START_TEST(flow_under_way_is_not_idle)
{
	struct wflow *f;
	uint64_t step;

	opens(&web);
	f = wflow_of(half_of(&web.there));
	step = f->idle_ms - BOOKS_MS;
	for (int i = 0; i < 20; i++) {
		goes_by(i % 2 ? &web.there : &web.back, 1, 100, 3000, 0);
		pass_ms(step);
		ck_assert_int_eq(f->state, WFLOW_OPEN);
	}
	ck_assert(both_go_by(&web));
	pass_ms(f->idle_ms + 60000);
	ck_assert_int_eq(f->state, WFLOW_PARKED);
	ck_assert_uint_eq(io.nlive, 0);
	/* the next one revives it, and hands it over */
	says(&web, 0, 10);
	ck_assert_int_eq(f->state, WFLOW_OPEN);
	ck_assert_ptr_nonnull(way_of(&web.there));
}
END_TEST

static int found(unsigned vlan, const struct station *s)
{
	return bridge_find(d.wire->bridge, vlan, s->mac, d.now_ms);
}

START_TEST(station_that_is_under_way_is_known)
{
	pass_ms(300000); /* all others are forgotten, and call nothing back */
	speaks(&client);
	speaks(&web1);
	pass_ms(1000);
	opens(&web);
	pass_ms(1000);
	for (int i = 0; i < 400; i++) { /* ageing is 300 s */
		goes_by(&web.there, 1, 100, 3000, 0);
		goes_by(&web.back, 1, 100, 3000, 0);
		pass_ms(1000);
	}
	ck_assert_int_eq(found(10, &client), CLIENTS);
	ck_assert_int_eq(found(20, &web1), SERVERS);
	ck_assert_int_eq(found(20, &web2), PORT_FLOOD);
}
END_TEST

/* What went by before says nothing of where it is now. */
START_TEST(station_that_moved_stays_there)
{
	opens(&web);
	pass_ms(1);
	goes_by(&web.back, 9, 900, 3000, 0);
	if (_i) {
		moves_to(&web1, OTHER);
		says(&web, 0, 10); /* its flow meets the switch */
		pass_ms(BOOKS_MS);
		ck_assert_int_eq(found(20, &web1), OTHER);
		return;
	}
	port_queue_link(port[SERVERS], false);
	while (way_of(&web.back)) { /* up to the moment that it is noticed */
		goes_by(&web.back, 9, 900, 3000, 0);
		pass_ms(1);
	}
	pass_ms(BOOKS_MS);
	ck_assert_int_eq(found(20, &web1), PORT_FLOOD);
}
END_TEST

/* ---- called back ------------------------------------------------------------------------- */

START_TEST(end_calls_both_back)
{
	opens(&web);
	if (_i) {
		comes(&web.there, TCP_F_ACK | TCP_F_FIN, sequence[0], 0);
		ck_assert(both_go_by(&web)); /* it is half open still */
		comes(&web.back, TCP_F_ACK | TCP_F_FIN, sequence[1], 0);
	} else {
		comes(&web.there, TCP_F_RST, sequence[0], 0);
	}
	ck_assert_int_eq(state_of(&web), WFLOW_OVER);
	ck_assert_uint_eq(io.nlive, 0);
	talks(&web); /* what is late is not handed over */
	ck_assert_uint_eq(io.nlive, 0);
	opens(&web);
	ck_assert_int_eq(state_of(&web), WFLOW_OPEN);
	ck_assert(both_go_by(&web));
}
END_TEST

static void is_reset(int at, uint32_t seq, uint32_t ack)
{
	const struct frame f = left_by(at);
	const uint8_t *t = f.data + ETH_LEN + IP4_MIN;

	ck_assert(t[TCP_FLAGS] & TCP_F_RST);
	ck_assert_uint_eq(get32(t + TCP_SEQ), seq);
	ck_assert_uint_eq(get32(t + TCP_ACK), ack);
}

START_TEST(resets_begin_where_what_went_by_ended)
{
	struct conf *conf = d.scratch.env.conf;

	opens(&web);
	goes_by(&web.there, 5, 500, 0x80000300, TCP_F_ACK);
	half_of(&web.there)->end = 0x7ffffff0;
	goes_by(&web.back, 5, 500, 17, TCP_F_ACK); /* around */
	half_of(&web.back)->end = 0xfffffff0;
	plane_reset_service(d.plane, service_find(conf, "web1")->index);
	ck_assert_uint_eq(io.nlive, 0);
	ck_assert_int_eq(state_of(&web), WFLOW_OVER);
	is_reset(SERVERS, 0x80000300, 17);
	is_reset(CLIENTS, 17, 0x80000300);
}
END_TEST

static void arp_of_another(void)
{
	struct station other = web1;

	other.mac[5] = 99;
	speaks(&other);
}

static void station_moves(void)
{
	moves_to(&web1, OTHER);
}

static void published(void)
{
	driven_follow(&d);
}

static void link_goes(void)
{
	port_queue_link(port[OTHER], false);
	pass_ms(600);
}

static void neighbours_forgotten(void)
{
	wire_arp_clear(d.wire, ip("10.1.1.11"));
}

static const struct {
	const char *name;
	void (*happens)(void);
	int now; /* where the client's go */
} changes[] = {
	{ "another has the address", arp_of_another, SERVERS },
	{ "the station moves", station_moves, OTHER },
	{ "a publication", published, SERVERS },
	{ "a link goes", link_goes, SERVERS },
};
#define NCHANGES (int)(sizeof(changes) / sizeof(*changes))

START_TEST(another_world_calls_all_back)
{
	opens(&web);
	opens(&datagrams);
	pass_ms(1);
	ck_assert(both_go_by(&web) && both_go_by(&datagrams));
	changes[_i].happens();
	pass_ms(1);
	ck_assert_msg(!way_of(&web.there) && !way_of(&web.back) &&
			      !way_of(&datagrams.there),
		      "%s", changes[_i].name);
	drain();
	says(&web, 0, 10);
	(void)left_by(changes[_i].now);
	ck_assert_ptr_nonnull(way_of(&web.there));
	goes_the_same(&web.there, changes[_i].now);
	pass_ms(1);
	ck_assert_ptr_nonnull(way_of(&web.there)); /* once is enough */
}
END_TEST

START_TEST(forgotten_neighbour_calls_all_back)
{
	opens(&web);
	pass_ms(1);
	ck_assert(both_go_by(&web));
	neighbours_forgotten();
	pass_ms(1);
	ck_assert_ptr_null(way_of(&web.there));
	says(&web, 0, 10); /* it is asked for */
	ck_assert_ptr_null(way_of(&web.there));
	speaks(&web1);
	says(&web, 0, 10);
	ck_assert_ptr_nonnull(way_of(&web.there));
}
END_TEST

/* A configuration message of a better root. */
static void better_root(int at, uint8_t from)
{
	static const uint8_t group[] = { 0x01, 0x80, 0xc2, 0, 0, 0 };
	static const uint8_t mac[] = { 2, 0, 0, 0, 9, 9 };
	struct frame f;
	uint8_t *b = f.data + ETH_LEN + 3;

	begin_frame(&f, group, mac, 0, 38);
	f.data[14] = f.data[15] = 0x42;
	f.data[16] = 3;
	put16(b + 5, 4096);
	memcpy(b + 7, mac, 6);
	put16(b + 17, 4096);
	memcpy(b + 19, mac, 6);
	put16(b + 25, (uint16_t)(0x8000 | from));
	put16(b + 29, 20 << 8);
	put16(b + 31, 2 << 8);
	put16(b + 33, 15 << 8);
	f.len = 60;
	receive(at, &f);
}

START_TEST(blocked_port_calls_all_back)
{
	configure("bridge spanning-tree enabled\n");
	pass_ms(60000);
	all_speak();
	opens(&routed);
	pass_ms(1);
	ck_assert(both_go_by(&routed));
	better_root(SERVERS, 1); /* the faster one leads to it */
	better_root(OTHER, 2);
	ck_assert_int_eq(trees_state(d.wire->trees, 20, OTHER), STP_BLOCK);
	pass_ms(1);
	ck_assert_ptr_null(way_of(&routed.there));
	ck_assert_ptr_null(way_of(&routed.back));
}
END_TEST

/* A port that the guard has shut: whom it knows there stays known. */
START_TEST(guarded_port_calls_all_back)
{
	configure("bridge spanning-tree enabled\n"
		  "bridge bpdu-guard enabled\n"
		  "interface 3/2\n"
		  "  bridge port-fast enable\n");
	pass_ms(60000);
	all_speak();
	opens(&routed);
	pass_ms(1);
	ck_assert(both_go_by(&routed));
	better_root(OTHER, 1);
	ck_assert(d.wire->port[OTHER].guarded);
	ck_assert_int_eq(found(20, &web2), OTHER);
	ck_assert_ptr_null(way_of(&routed.there));
	ck_assert_ptr_null(way_of(&routed.back));
}
END_TEST

START_TEST(captures_and_mirrors_see_every_frame)
{
	const struct capture_want want = { .kind = CAPTURE_PORT,
					   .slot = 1,
					   .number = 1,
					   .file = "c",
					   .limit = 1 << 20 };
	struct err err;
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	opens(&web);
	ck_assert(both_go_by(&web));
	ck_assert(!wire_capture_start(d.wire, &want, NULL, fd, &err));
	ck_assert(!way_of(&web.there) && !way_of(&web.back));
	talks(&web);
	ck_assert(!way_of(&web.there) && !way_of(&web.back));
	ck_assert(!wire_capture_stop(d.wire, "c", &err));
	pass_ms(1);
	talks(&web);
	ck_assert(both_go_by(&web));

	configure("setspan src_port 1/1 dest_port 3/2 copyBoth\n");
	talks(&web);
	ck_assert(!way_of(&web.there) && !way_of(&web.back));
	configure("no setspan src_port 1/1 dest_port 3/2\n");
	talks(&web);
	ck_assert(both_go_by(&web));
}
END_TEST

/* A client that is heard by two ports, as behind two routers. */
START_TEST(way_follows_its_packets)
{
	struct station elsewhere = web1;
	struct direction by_other = web.back;
	uint64_t frames;

	opens(&web);
	frames = half_of(&web.back)->frames;
	goes_by(&web.back, 3, 300, 3000, 0);
	elsewhere.port = OTHER;
	by_other.from = &elsewhere;
	comes(&by_other, TCP_F_ACK, 3000, 10);
	ck_assert_ptr_null(way_of(&web.back));
	ck_assert_ptr_nonnull(way_of(&by_other));
	ck_assert_uint_eq(half_of(&web.back)->frames, frames + 3 + 1);
	ck_assert_uint_eq(io.nlive, 2);
}
END_TEST

/* The same frame by another port is another way, before anybody has noticed more. */
START_TEST(way_leaves_by_where_its_packet_went)
{
	opens(&web);
	moves_to(&web1, OTHER);
	drain();
	says(&web, 0, 10);
	(void)left_by(OTHER);
	ck_assert_uint_eq(way_of(&web.there)->out, INDEX + OTHER);
	ck_assert_uint_eq(way_of(&web.there)->out_port, OTHER);
}
END_TEST

/* ---- the switch's own connections ------------------------------------------------------ */

START_TEST(ended_connection_is_handed_over_at_once)
{
	comes(&ended.there, TCP_F_SYN, 1000, 0);
	ck_assert_uint_eq(ninside, 1);
	ck_assert(both_go_by(&ended));
	ck_assert_uint_eq(io.nput, 2);
	goes_the_same(&ended.there, -1);
	goes_the_same(&ended.back, CLIENTS);
	ck_assert(!way_of(&ended.there)->routed &&
		  !way_of(&ended.back)->routed);
	ck_assert_uint_eq(io.nput, 2);
}
END_TEST

START_TEST(asked_server_may_answer_at_once)
{
	comes(&asked.there, TCP_F_SYN, 1000, 0);
	(void)left_by(SERVERS);
	ck_assert(both_go_by(&asked));
	goes_the_same(&asked.there, SERVERS);
	goes_the_same(&asked.back, -1);
	ck_assert_uint_eq(io.nput, 2);
}
END_TEST

START_TEST(without_cable_own_connections_stay)
{
	const struct books before = books();

	io.cable = 0;
	comes(&ended.there, TCP_F_SYN, 1000, 0);
	comes(&asked.there, TCP_F_SYN, 1000, 0);
	talks(&ended);
	talks(&asked);
	ck_assert_uint_eq(io.nput, 0);
	ck_assert_uint_eq(before.rule.frames, books().rule.frames);
}
END_TEST

START_TEST(own_connection_is_booked)
{
	const struct books before = books();
	struct books after;

	comes(&ended.there, TCP_F_SYN, 1000, 0);
	goes_by(&ended.back, 1, 40, 2001, TCP_F_SYN | TCP_F_ACK);
	settle(); /* the answer alone opens nothing */
	ck_assert_int_eq(state_of(&ended), WFLOW_HALF_OPEN);
	goes_by(&ended.there, 1, 40, 1001, TCP_F_ACK);
	settle();
	ck_assert_int_eq(state_of(&ended), WFLOW_OPEN);
	pass_ms(30000);
	ck_assert_int_eq(state_of(&ended), WFLOW_OPEN);
	ck_assert_uint_eq(half_of(&ended.there)->frames, 2);
	ck_assert_uint_eq(half_of(&ended.back)->bytes, 40);
	after = books();
	ck_assert_uint_eq(after.net.n[NET_IP_IN] - before.net.n[NET_IP_IN], 2);
	ck_assert_uint_eq(after.net.n[NET_IP_OUT] - before.net.n[NET_IP_OUT],
			  1);
	ck_assert_uint_eq(after.net.n[NET_IP_FORWARDED],
			  before.net.n[NET_IP_FORWARDED]);
}
END_TEST

/* What its end was is seen by what went by; a new one begins from the same port. */
START_TEST(own_connection_ends_by_what_went_by)
{
	comes(&ended.there, TCP_F_SYN, 1000, 0);
	goes_by(&ended.there, 2, 80, 1002, TCP_F_ACK | TCP_F_FIN);
	settle();
	ck_assert_int_ne(state_of(&ended), WFLOW_OVER);
	if (_i == 0)
		goes_by(&ended.back, 1, 40, 2002, TCP_F_ACK | TCP_F_FIN);
	else if (_i == 1)
		goes_by(&ended.back, 1, 40, 2002, TCP_F_RST);
	else /* the other end comes by the switch */
		comes(&ended.back, TCP_F_ACK | TCP_F_FIN, 2001, 0);
	if (_i != 1) {
		settle();
		ck_assert_int_eq(state_of(&ended), WFLOW_OVER);
		ck_assert_uint_eq(io.nlive, 0);
	}
	/* nobody has looked yet: it does not matter */
	comes(&ended.there, TCP_F_SYN, 77000, 0);
	ck_assert_int_eq(state_of(&ended), WFLOW_HALF_OPEN);
	ck_assert_uint_eq(half_of(&ended.there)->frames, 1);
	ck_assert(both_go_by(&ended));
	ck_assert_uint_eq(io.nlive, 2);
	ck_assert_uint_eq(way_of(&ended.there)->flags, 0);
}
END_TEST

/* So is what its server sent: the port is free for the client's next connection. */
START_TEST(end_that_nobody_has_looked_at_frees_the_port)
{
	struct frame f;

	comes(&asked.there, TCP_F_SYN, 1000, 0);
	goes_by(&asked.there, 2, 80, 1002, TCP_F_ACK | TCP_F_FIN);
	goes_by(&asked.back, 2, 80, 2002, TCP_F_ACK | TCP_F_FIN);
	drain();
	comes(&web.there, TCP_F_SYN, 1000, 0);
	f = left_by(SERVERS);
	ck_assert_uint_eq(get16(f.data + ETH_LEN + IP4_MIN), 40000);
	ck_assert_uint_eq(io.nlive, 0);
}
END_TEST

/* Our own sockets open one anew from the port of one that nobody knows is over. */
START_TEST(own_sockets_begin_anew)
{
	comes(&asked.there, TCP_F_SYN, 1000, 0);
	goes_by(&asked.there, 2, 80, 1002, TCP_F_ACK | TCP_F_FIN);
	goes_by(&asked.back, 2, 80, 2002, TCP_F_ACK | TCP_F_FIN);
	comes(&asked.there, TCP_F_SYN, 77000, 0);
	ck_assert_uint_eq(half_of(&asked.there)->frames, 1);
	ck_assert_int_eq(wflow_of(half_of(&asked.there))->fins, 0);
	ck_assert(both_go_by(&asked));
	ck_assert_uint_eq(io.nlive, 2);
}
END_TEST

/* The FIN went by before all was called back, and the other behind it. */
START_TEST(end_is_not_forgotten_by_a_flush)
{
	comes(&ended.there, TCP_F_SYN, 1000, 0);
	goes_by(&ended.there, 2, 80, 1002, TCP_F_ACK | TCP_F_FIN);
	fast_flush(d.wire);
	comes(&ended.there, TCP_F_ACK, 1002, 0);
	comes(&ended.back, TCP_F_ACK, 2001, 0);
	ck_assert(both_go_by(&ended));
	goes_by(&ended.back, 1, 40, 2002, TCP_F_ACK | TCP_F_FIN);
	pass_ms(BOOKS_MS);
	ck_assert_int_eq(state_of(&ended), WFLOW_OVER);
	ck_assert_uint_eq(io.nlive, 0);
}
END_TEST

/* ---- connections that begin by themselves ----------------------------------------------- */

static struct talk from_port(const struct talk *t, uint16_t n)
{
	struct talk to = *t;

	to.there.sport = to.back.dport = n;
	return to;
}

static const struct talk *const alike[] = { &ended, &asked };
static const int leads[] = { -1, SERVERS }, answers[] = { CLIENTS, -1 };
#define NALIKE 2

/* Those behind it go as the switch would have sent them, from whatever port. */
START_TEST(open_connection_shows_others_the_way)
{
	struct talk next = from_port(alike[_i], 40001);

	comes(&alike[_i]->there, TCP_F_SYN, 1000, 0);
	settle();
	ck_assert_uint_eq(io.npattern, 0); /* whether it opens is not known */
	goes_by(&alike[_i]->back, 1, 40, 2001, TCP_F_SYN | TCP_F_ACK);
	goes_by(&alike[_i]->there, 2, 80, 1001, TCP_F_ACK);
	settle();
	ck_assert_uint_eq(io.npattern, 1);
	ck_assert(io.given > 1000);
	begins_by_itself(&next.there);
	goes_the_same(&next.there, leads[_i]);
	goes_the_same(&next.back, answers[_i]);
	ck_assert_uint_eq(io.npattern, 1);
	settle();
	ck_assert_uint_eq(io.npattern, 1);
}
END_TEST

static void becomes_pattern(const struct talk *t)
{
	comes(&t->there, TCP_F_SYN, 1000, 0);
	goes_by(&t->back, 1, 40, 2001, TCP_F_SYN | TCP_F_ACK);
	goes_by(&t->there, 2, 80, 1001, TCP_F_ACK);
	settle();
}

static bool has_pattern(const struct talk *t)
{
	settle();
	return pattern_of(&t->there) != NULL;
}

START_TEST(what_began_by_itself_is_booked)
{
	struct talk next = from_port(alike[_i], 40001);
	struct books before, after;

	becomes_pattern(alike[_i]);
	before = books();
	begins_by_itself(&next.there);
	ck_assert_ptr_null(half_of(&next.there));
	settle();
	ck_assert_uint_eq(half_of(&next.there)->frames, 1);
	ck_assert_int_eq(state_of(&next), _i ? WFLOW_OPEN : WFLOW_HALF_OPEN);
	goes_by(&next.back, 1, 40, 2001, TCP_F_SYN | TCP_F_ACK);
	settle();
	ck_assert_int_eq(state_of(&next), _i ? WFLOW_OPEN : WFLOW_HALF_OPEN);
	goes_by(&next.there, 1, 40, 1001, TCP_F_ACK);
	settle();
	ck_assert_int_eq(state_of(&next), WFLOW_OPEN);
	after = books();
	ck_assert_uint_eq(after.net.n[NET_IP_IN] - before.net.n[NET_IP_IN],
			  _i ? 1 : 2);
	ck_assert_uint_eq(after.net.n[NET_IP_OUT] - before.net.n[NET_IP_OUT],
			  _i ? 2 : 1);
	goes_by(&next.there, 1, 40, 1002, TCP_F_ACK | TCP_F_FIN);
	goes_by(&next.back, 1, 40, 2002, TCP_F_ACK | TCP_F_FIN);
	settle();
	ck_assert_int_eq(state_of(&next), WFLOW_OVER);
	ck_assert_ptr_null(way_of(&next.there));
	pass_ms(3000);
	ck_assert_ptr_null(half_of(&next.there));
}
END_TEST

/* One that is over before anybody has looked, and its port, which comes again. */
START_TEST(short_connection_is_forgotten)
{
	struct talk next = from_port(alike[_i], 40001);

	becomes_pattern(alike[_i]);
	begins_by_itself(&next.there);
	goes_by(&next.there, 2, 80, 1002, TCP_F_ACK | TCP_F_FIN);
	goes_by(&next.back, 2, 80, 2002, TCP_F_ACK | TCP_F_FIN);
	comes(&next.there, TCP_F_SYN, 77000, 0);
	ck_assert_uint_eq(half_of(&next.there)->frames, 1);
	ck_assert_int_ne(state_of(&next), WFLOW_OVER);
	goes_by(&next.there, 2, 80, 77002, TCP_F_ACK | TCP_F_FIN);
	goes_by(&next.back, 2, 80, 3002, TCP_F_ACK | TCP_F_FIN);
	settle();
	ck_assert_int_eq(state_of(&next), WFLOW_OVER);
	begins_by_itself(&next.there);
	goes_by(&next.back, 1, 40, 2001, TCP_F_SYN | TCP_F_ACK);
	settle();
	ck_assert_int_ne(state_of(&next), WFLOW_OVER);
	ck_assert_uint_eq(half_of(&next.back)->frames, 1);
}
END_TEST

/* A packet that only the switch takes, of a flow that it has not heard of. */
START_TEST(switch_meets_what_began_by_itself)
{
	struct talk next = from_port(alike[_i], 40001);

	becomes_pattern(alike[_i]);
	begins_by_itself(&next.there);
	drain();
	comes(&next.back, TCP_F_RST, 2001, 0);
	ck_assert_int_eq(state_of(&next), WFLOW_OVER);
	ck_assert_ptr_null(way_of(&next.there));
}
END_TEST

/* Who begins connections and does not end the handshakes floods, by whatever way. */
START_TEST(half_open_one_is_an_attack)
{
	struct talk next = from_port(&ended, 40001);
	struct attacks before, after;

	becomes_pattern(&ended);
	plane_attacks(d.plane, &before);
	begins_by_itself(&next.there);
	goes_by(&next.back, 3, 120, 2001, TCP_F_SYN | TCP_F_ACK);
	pass_ms(20000);
	plane_attacks(d.plane, &after);
	ck_assert_uint_eq(after.count[ATTACK_SYN],
			  before.count[ATTACK_SYN] + 1);
	ck_assert_ptr_null(half_of(&next.there));
	ck_assert_ptr_null(way_of(&next.there));
}
END_TEST

/* A pair that the programs took and could not use. */
START_TEST(pair_that_failed_is_given_back)
{
	uint32_t given;

	becomes_pattern(&ended);
	given = io.given;
	io.begun[io.taken++ % FAST_BEGUN].is = FAST_FAILED;
	settle();
	ck_assert_uint_eq(io.given, given + 1);
	ck_assert_uint_eq(io.nlive, 2);
}
END_TEST

/* Two packets began the same one at once, which goes by either pair. */
START_TEST(same_tuple_has_one_flow)
{
	struct talk next = from_port(&ended, 40001);
	struct fast_way *second;

	becomes_pattern(&ended);
	begins_by_itself(&next.there);
	begins_by_itself(&next.there);
	second = &io.way[io.begun[io.looked + 1].there];
	second->frames += 3;
	second->flags |= TCP_F_ACK | (_i ? TCP_F_RST : TCP_F_FIN);
	ck_assert_uint_eq(io.nlive, 6);
	settle();
	ck_assert_uint_eq(half_of(&next.there)->frames, 1 + 4);
	if (_i) {
		ck_assert_uint_eq(io.nlive, 2);
		ck_assert_int_eq(state_of(&next), WFLOW_OVER);
		return;
	}
	ck_assert_uint_eq(io.nlive, 4);
	ck_assert_int_eq(state_of(&next), WFLOW_OPEN);
	goes_by(&next.back, 1, 40, 2002, TCP_F_ACK | TCP_F_FIN);
	settle();
	ck_assert_int_eq(state_of(&next), WFLOW_OVER);
}
END_TEST

/* A client's connection from before the rule was one that ends it, forgotten by its
 * client, whose port comes again. */
START_TEST(older_flow_makes_room)
{
	const struct talk old = {
		{ &client, CLIENT, VIP, 40001, 81, IPPROTO_TCP },
		{ &web1, "10.1.1.11", CLIENT, 8080, 40001, IPPROTO_TCP },
	};
	struct talk next = from_port(&ended, 40001);

	configure("owner o\n"
		  "  content ended\n"
		  "    suspend\n"
		  "    no url\n"
		  "    active\n");
	all_speak();
	opens(&old);
	ck_assert_int_eq(wflow_of(half_of(&old.there))->kind, WFLOW_PLAIN);
	configure("owner o\n"
		  "  content ended\n"
		  "    suspend\n"
		  "    url \"/*\"\n"
		  "    active\n");
	all_speak();
	becomes_pattern(&ended);
	begins_by_itself(&next.there);
	settle();
	ck_assert_int_eq(wflow_of(half_of(&next.there))->kind, WFLOW_INSIDE);
	ck_assert_ptr_null(half_of(&old.back));
	ck_assert(both_go_by(&next));
}
END_TEST

/* There is no room in the hash, or there is no place. */
START_TEST(pattern_without_room)
{
	comes(&ended.there, TCP_F_SYN, 1000, 0);
	goes_by(&ended.back, 1, 40, 2001, TCP_F_SYN | TCP_F_ACK);
	goes_by(&ended.there, 2, 80, 1001, TCP_F_ACK);
	io.full = true;
	settle();
	ck_assert_uint_eq(io.npattern, 0);
	ck_assert_uint_eq(d.wire->fast->npattern, 0);
	io.full = false;
	comes(&ended.there, TCP_F_RST, 1001, 0);
	becomes_pattern(&ended);
	ck_assert(has_pattern(&ended));
}
END_TEST

/* Each connection has its own next hop. */
START_TEST(no_pattern_when_hops_take_turns)
{
	configure("ip ecmp roundrobin\n");
	all_speak();
	becomes_pattern(alike[_i]);
	ck_assert(!has_pattern(alike[_i]));
	comes(&alike[_i]->there, TCP_F_RST, 1001, 0);
	configure("ip ecmp address\n");
	all_speak();
	becomes_pattern(alike[_i]);
	ck_assert(has_pattern(alike[_i]));
}
END_TEST

START_TEST(unused_pattern_goes)
{
	becomes_pattern(alike[_i]);
	for (uint16_t i = 0; i < 4; i++) {
		struct talk next = from_port(alike[_i], (uint16_t)(40001 + i));

		pass_ms(40000);
		begins_by_itself(&next.there);
		settle();
		ck_assert_uint_eq(io.npattern, 1);
	}
	pass_ms(50000);
	ck_assert_uint_eq(io.npattern, 1);
	pass_ms(20000);
	ck_assert_uint_eq(io.npattern, 0);
}
END_TEST

START_TEST(another_world_has_other_patterns)
{
	becomes_pattern(alike[_i]);
	ck_assert_ptr_nonnull(pattern_of(&alike[_i]->there));
	arp_of_another();
	pass_ms(1);
	ck_assert_ptr_null(pattern_of(&alike[_i]->there));
	settle();
	ck_assert_uint_eq(io.npattern, 0);
}
END_TEST

/* Clauses count, and may be about the port it comes from. */
START_TEST(no_pattern_with_access_lists)
{
	configure("acl enable\n"
		  "acl 1\n"
		  "  clause 10 permit any any destination any\n"
		  "  apply all\n");
	all_speak();
	becomes_pattern(&ended);
	ck_assert_uint_eq(io.npattern, 0);
	becomes_pattern(&asked);
	ck_assert(has_pattern(&asked));
}
END_TEST

/* Ports of the flow-state table are so at either end. */
START_TEST(ports_without_flows_are_odd)
{
	configure("flow-state 5001 tcp flow-disable nat-disable\n");
	all_speak();
	becomes_pattern(&ended);
	ck_assert(io.odd[5001]);
	ck_assert(io.odd[8089]);
	ck_assert(!io.odd[40000] && !io.odd[5060]);
	configure("no flow-state 5001 tcp\n");
	opens(&web);
	ck_assert(!io.odd[5001] && io.odd[8089]);
}
END_TEST

/* The service that takes them is no more: who comes next hears that from the switch. */
START_TEST(pattern_goes_with_its_rule)
{
	becomes_pattern(&ended);
	ck_assert(has_pattern(&ended));
	configure("owner o\n"
		  "  content ended\n"
		  "    suspend\n");
	ck_assert(!has_pattern(&ended));
	ck_assert_uint_eq(io.npattern, 0);
}
END_TEST

/*
 * The client's address is ours towards this server, and its own: which ports are whose
 * is for the switch to say, as long as it has connections of its own.
 */
START_TEST(client_that_shares_its_address)
{
	const struct talk theirs = from_port(&web, 41000);

	becomes_pattern(&asked);
	ck_assert(has_pattern(&asked));
	comes(&theirs.there, TCP_F_SYN, 1000, 0);
	ck_assert(!has_pattern(&asked));
	comes(&theirs.back, TCP_F_SYN | TCP_F_ACK, 2000, 0);
	comes(&theirs.there, TCP_F_ACK, 1001, 0);
	comes(&asked.there, TCP_F_RST, 1001, 0);
	becomes_pattern(&asked);
	ck_assert(!has_pattern(&asked));
	comes(&asked.there, TCP_F_RST, 1001, 0);
	comes(&theirs.there, TCP_F_RST, 1001, 0);
	pass_ms(5000);
	becomes_pattern(&asked);
	ck_assert(has_pattern(&asked));
}
END_TEST

/* A data connection is announced for the very address and port. */
START_TEST(announced_connection_is_another)
{
	const struct tuple announced = {
		ip(CLIENT).s_addr, ip(VIP).s_addr, 0,
		htons(81),	   IPPROTO_TCP,	   false
	};

	becomes_pattern(&ended);
	ck_assert(has_pattern(&ended));
	fast_expects(d.wire, &announced);
	ck_assert_uint_eq(io.npattern, 0);
}
END_TEST

/* One for each client, up to a bound. */
START_TEST(patterns_are_bounded)
{
	configure("ip route 172.16.0.0 255.240.0.0 " CLIENT " 1\n");
	all_speak();
	for (unsigned i = 0; i < PATTERNS_MAX + 100; i++) {
		struct talk t = ended;
		char src[16];

		(void)snprintf(src, sizeof(src), "172.16.%u.%u", i >> 8,
			       i & 255);
		t.there.src = t.back.dst = src;
		becomes_pattern(&t);
		ck_assert_uint_eq(io.npattern,
				  i < PATTERNS_MAX ? i + 1 : PATTERNS_MAX);
		comes(&t.there, TCP_F_RST, 1001, 0);
	}
}
END_TEST

/* ---- places --------------------------------------------------------------------------- */

/* In whatever order others end, what goes by of the rest is booked. */
START_TEST(places_are_given_back_in_any_order)
{
	enum { MANY = 60 };
	struct direction k = ended.there;

	for (uint16_t i = 0; i < MANY; i++) {
		k.sport = (uint16_t)(40000 + i);
		comes(&k, TCP_F_SYN, 1000, 0);
	}
	ck_assert_uint_eq(io.nlive, 2 * MANY);
	for (uint16_t i = 0; i < MANY; i++) { /* 0, 7, 14 ... */
		uint16_t n = i * 7 % MANY;

		if (n % 3 == 0)
			continue;
		k.sport = (uint16_t)(40000 + n);
		comes(&k, TCP_F_RST, 1001, 0);
	}
	ck_assert_uint_eq(io.nlive, 2 * MANY / 3);
	for (uint16_t i = 0; i < MANY; i += 3) {
		k.sport = (uint16_t)(40000 + i);
		goes_by(&k, 5, 500, 1500, TCP_F_ACK);
	}
	settle();
	for (uint16_t i = 0; i < MANY; i += 3) {
		k.sport = (uint16_t)(40000 + i);
		ck_assert_uint_eq(half_of(&k)->frames, 1 + 5);
	}
	/* they end while they are looked at, all at once */
	for (uint16_t i = 0; i < MANY; i += 3) {
		k.sport = (uint16_t)(40000 + i);
		goes_by(&k, 1, 40, 1501, TCP_F_RST);
	}
	settle();
	ck_assert_uint_eq(io.nlive, 0);
}
END_TEST

/* More than there are: they must be used again. */
START_TEST(places_are_used_again)
{
	for (unsigned i = 0; i < FAST_WAYS / 2 + 1000; i++) {
		comes(&ended.there, TCP_F_SYN, 1000, 0);
		ck_assert_uint_eq(io.nlive, 2);
		comes(&ended.there, TCP_F_RST | TCP_F_ACK, 1001, 0);
		ck_assert_uint_eq(io.nlive, 0);
	}
	ck_assert_uint_eq(io.top, FAST_WAYS);
	comes(&ended.there, TCP_F_SYN, 1000, 0);
	ck_assert(both_go_by(&ended));
}
END_TEST

/* Who only opens connections does not take the places of those that are open. */
START_TEST(flood_leaves_room)
{
	struct direction k = ended.there;
	uint32_t most;

	for (unsigned i = 0; i < FAST_WAYS / 2 + 1000; i++) {
		char src[16];

		(void)snprintf(src, sizeof(src), "172.16.%u.%u", i >> 14,
			       1 + (i >> 8) % 64);
		k.src = src;
		k.sport = (uint16_t)(1 + i % 256);
		comes(&k, TCP_F_SYN, 1000, 0);
	}
	most = io.nlive;
	ck_assert_uint_gt(most, 1000);
	ck_assert_uint_lt(most, FAST_WAYS / 2);
	opens(&web);
	ck_assert(both_go_by(&web));
	/* one of our own that was opened has its ways, too */
	comes(&ended.there, TCP_F_SYN, 1000, 0);
	ck_assert_ptr_null(way_of(&ended.there));
	comes(&ended.back, TCP_F_SYN | TCP_F_ACK, 2000, 0);
	comes(&ended.there, TCP_F_ACK, 1001, 0);
	ck_assert(both_go_by(&ended));
	pass_ms(40000);
	ck_assert_uint_le(io.nlive, 4);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wire fast");
	TCase *t = tcase_create("ways"), *many = tcase_create("many");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_checked_fixture(many, setup, teardown);
	tcase_set_timeout(t, 20);
	tcase_set_timeout(many, 100);
	tcase_add_loop_test(t, connection_is_handed_over_behind_its_handshake,
			    0, 2);
	tcase_add_loop_test(t, nobody_is_overtaken, 0, 5);
	tcase_add_test(t, directions_count_for_themselves);
	tcase_add_test(t, datagrams_and_what_is_only_routed_go_by);
	tcase_add_test(t, others_do_not);
	tcase_add_test(t, what_ends_is_not_handed_over);
	tcase_add_test(t, ports_may_not_take_part);
	tcase_add_test(t, what_finds_no_room_is_tried_again);
	tcase_add_loop_test(t, what_went_by_is_booked_once, 0, 2);
	tcase_add_test(t, operator_is_told);
	tcase_add_test(t, half_a_frame_is_booked_in_the_end);
	tcase_add_test(t, what_went_by_last_is_booked);
	tcase_add_test(t, flow_under_way_is_not_idle);
	tcase_add_test(t, station_that_is_under_way_is_known);
	tcase_add_loop_test(t, station_that_moved_stays_there, 0, 2);
	tcase_add_loop_test(t, end_calls_both_back, 0, 2);
	tcase_add_test(t, resets_begin_where_what_went_by_ended);
	tcase_add_loop_test(t, another_world_calls_all_back, 0, NCHANGES);
	tcase_add_test(t, forgotten_neighbour_calls_all_back);
	tcase_add_test(t, blocked_port_calls_all_back);
	tcase_add_test(t, guarded_port_calls_all_back);
	tcase_add_test(t, captures_and_mirrors_see_every_frame);
	tcase_add_test(t, way_follows_its_packets);
	tcase_add_test(t, way_leaves_by_where_its_packet_went);
	tcase_add_test(t, ended_connection_is_handed_over_at_once);
	tcase_add_test(t, asked_server_may_answer_at_once);
	tcase_add_test(t, without_cable_own_connections_stay);
	tcase_add_test(t, own_connection_is_booked);
	tcase_add_loop_test(t, own_connection_ends_by_what_went_by, 0, 3);
	tcase_add_test(t, end_that_nobody_has_looked_at_frees_the_port);
	tcase_add_test(t, own_sockets_begin_anew);
	tcase_add_test(t, end_is_not_forgotten_by_a_flush);
	tcase_add_loop_test(t, open_connection_shows_others_the_way, 0, NALIKE);
	tcase_add_loop_test(t, what_began_by_itself_is_booked, 0, NALIKE);
	tcase_add_loop_test(t, short_connection_is_forgotten, 0, NALIKE);
	tcase_add_loop_test(t, switch_meets_what_began_by_itself, 0, NALIKE);
	tcase_add_test(t, half_open_one_is_an_attack);
	tcase_add_test(t, pair_that_failed_is_given_back);
	tcase_add_loop_test(t, same_tuple_has_one_flow, 0, 2);
	tcase_add_test(t, older_flow_makes_room);
	tcase_add_test(t, pattern_without_room);
	tcase_add_loop_test(t, no_pattern_when_hops_take_turns, 0, NALIKE);
	tcase_add_loop_test(t, unused_pattern_goes, 0, NALIKE);
	tcase_add_loop_test(t, another_world_has_other_patterns, 0, NALIKE);
	tcase_add_test(t, no_pattern_with_access_lists);
	tcase_add_test(t, ports_without_flows_are_odd);
	tcase_add_test(t, pattern_goes_with_its_rule);
	tcase_add_test(t, client_that_shares_its_address);
	tcase_add_test(t, announced_connection_is_another);
	tcase_add_test(t, places_are_given_back_in_any_order);
	tcase_add_test(many, patterns_are_bounded);
	tcase_add_test(many, places_are_used_again);
	tcase_add_test(many, flood_leaves_room);
	suite_add_tcase(s, t);
	suite_add_tcase(s, many);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
