/*
 * Any frames, in any order, into the ports of a switch with VLANs, a trunk, spanning
 * trees, CDP, a mirrored port, rules of all layers, source groups, ACLs, FTP, a cache
 * and routes of all kinds; time passes, cables go out and in, services die; and any
 * packets out of its inside.  What comes out must be fit for a wire: no frame beyond
 * the MTU, no IPv4 header with a wrong checksum, and no wrong checksum of TCP, UDP or
 * ICMP unless one came in.  Behind each input, no flow may be left.
 *
 * Input: records of a byte of operation with what it
 * needs (see run()).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/env.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/conf/conf.h"
#include "emu/conf/service.h"
#include "emu/io/hostmap.h"
#include "emu/io/port.h"
#include "emu/net/checksum.h"
#include "emu/net/offload.h"
#include "emu/net/packet.h"
#include "emu/plane/plane.h"
#include "emu/wire/forward_priv.h"
#include "emu/wire/wire.h"
#include "scratch_env.h"

#define MTU	 1500
#define START_MS 10000000
#define OPS_MAX	 400 /* of one input */

/* What is kept over inputs ends within AGE_MS; a switch serves RENEW of them. */
#define AGE_MS	(10 * 60 * 1000)
#define RENEW	512
#define LINK_MS 500 /* between looks at cables */
enum { NPORT = 5, MIRROR = 4, MAC_LEN = 6, TAG_LEN = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
const char *__asan_default_options(void);

/* Fresh memory for each frame costs more than the frame does. */
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=4";
}

static const char config[] =
	"configure\n"
	"tcp-ip-fragment-enabled\n"
	"udp-ip-fragment-enabled\n"
	"ip-fragment min-fragment-size 64\n"
	"bridge forward-time 4\n"
	"bridge max-age 6\n"
	"bridge hello-time 1\n"
	"cdp timer 30\n"
	"cdp run\n"
	"setspan src_port 3/1 dest_port 3/3 copyBoth\n"
	"arp 10.1.1.11 02-00-00-00-00-11 1/2\n"
	"arp 10.1.1.12 02-00-00-00-00-12 1/2\n"
	"arp 10.1.1.254 02-00-00-00-02-54 3/2\n"
	"ip record-route\n"
	"ip source-route\n"
	"ip subnet-broadcast\n"
	"ip opportunistic all\n"
	"ip ecmp roundrobin\n"
	"interface 1/1\n"
	"bridge vlan 10\n"
	"bridge port-fast enable\n"
	"interface 1/2\n"
	"bridge vlan 20\n"
	"bridge port-fast enable\n"
	"interface 3/1\n"
	"trunk\n"
	"vlan 10\n"
	"vlan 20\n"
	"default-vlan\n"
	"vlan 30\n"
	"exit\n"
	"bridge port-fast enable\n"
	"interface 3/2\n"
	"bridge vlan 20\n"
	"circuit VLAN10\n"
	"dhcp relay-to 10.1.1.11\n"
	"dhcp relay-to 10.1.1.12\n"
	"dhcp-relay-agent\n"
	"ip address 192.168.10.1 255.255.255.0\n"
	"exit\n"
	"circuit VLAN20\n"
	"ip address 10.1.1.1 255.255.255.0\n"
	"exit\n"
	"circuit VLAN30\n"
	"ip address 10.3.0.1 255.255.0.0\n"
	"exit\n"
	"exit\n"
	"ip firewall 1 192.168.10.2 10.1.1.2 10.3.0.2\n"
	"ip firewall 2 192.168.10.3 10.1.1.3 10.3.0.2\n"
	"ip route 0.0.0.0 0.0.0.0 192.168.10.254\n"
	"ip route 172.16.0.0 255.255.0.0 10.1.1.254\n"
	"ip route 172.16.0.0 255.255.0.0 10.3.0.254\n"
	"ip route 172.17.0.0 255.255.0.0 firewall 1\n"
	"ip route 172.17.0.0 255.255.0.0 firewall 2\n"
	"ip route 172.18.0.0 255.255.0.0 blackhole\n"
	"service s1\n"
	"ip address 10.1.1.11\n"
	"keepalive type none\n"
	"active\n"
	"service s2\n"
	"ip address 10.1.1.12\n"
	"port 8080\n"
	"keepalive type none\n"
	"active\n"
	"service s3\n"
	"ip address 10.3.0.13\n"
	"keepalive type none\n"
	"active\n"
	"service s4\n"
	"ip address 10.1.1.14\n"
	"keepalive type none\n"
	"active\n"
	"service cache\n"
	"ip address 10.3.0.15\n"
	"type transparent-cache\n"
	"keepalive type none\n"
	"active\n"
	"owner o\n"
	"content tcp\n"
	"vip address 192.168.10.20\n"
	"protocol tcp\n"
	"port 80\n"
	"add service s1\n"
	"add service s2\n"
	"active\n"
	"content udp\n"
	"vip address 192.168.10.20\n"
	"protocol udp\n"
	"port 5060\n"
	"add service s1\n"
	"active\n"
	"content sticky\n"
	"vip address 192.168.10.20\n"
	"protocol udp\n"
	"port 69\n"
	"advanced-balance sticky-srcip\n"
	"add service s1\n"
	"add service s3\n"
	"add service s4\n"
	"active\n"
	"content dns\n"
	"vip address 192.168.10.20\n"
	"protocol udp\n"
	"port 53\n"
	"balance srcip\n"
	"add service s1\n"
	"add service s3\n"
	"active\n"
	"content any\n"
	"vip address 192.168.10.21\n"
	"add service s1\n"
	"active\n"
	"content ftp\n"
	"vip address 192.168.10.22\n"
	"protocol tcp\n"
	"port 21\n"
	"application ftp-control\n"
	"add service s1\n"
	"active\n"
	"content url\n"
	"vip address 192.168.10.23\n"
	"protocol tcp\n"
	"port 80\n"
	"url \"/*\"\n"
	"add service s1\n"
	"active\n"
	"content sticky-tcp\n"
	"vip address 192.168.10.24 range 2\n"
	"protocol tcp\n"
	"port 443\n"
	"advanced-balance sticky-srcip-dstport\n"
	"add service s3\n"
	"add service s4\n"
	"active\n"
	"content caches\n"
	"protocol tcp\n"
	"port 8888\n"
	"add service cache\n"
	"active\n"
	"group g\n"
	"vip address 192.168.10.30\n"
	"add service s2\n"
	"active\n"
	"group there\n"
	"vip address 10.1.1.31\n"
	"add destination service s4\n"
	"active\n"
	"group clause\n"
	"vip address 10.1.1.32\n"
	"active\n"
	"exit\n"
	"acl enable\n"
	"acl 10\n"
	"clause 10 deny tcp any destination any eq 7\n"
	"clause 20 deny icmp 192.168.10.66 destination any\n"
	"clause 25 deny udp any destination 192.168.10.20 range 1000 1100\n"
	"clause 30 bypass tcp 192.168.10.67 destination any\n"
	"clause 40 permit udp 192.168.10.0 255.255.255.0 destination content "
	"o/udp sourcegroup clause\n"
	"clause 50 permit tcp 192.168.10.68 destination any eq 80 prefer s2\n"
	"clause 254 permit any any destination any\n"
	"apply circuit-(VLAN10)\n"
	"acl 20\n"
	"clause 10 deny udp any gt 60000 destination any\n"
	"clause 20 permit any any destination any\n"
	"apply circuit-(VLAN20)\n"
	"acl 30\n"
	"clause 10 permit any any destination any\n"
	"apply circuit-(VLAN30)\n";

/* ---- a switch -------------------------------------------------------------------- */

static const struct {
	unsigned slot, number;
	bool takes_offload;
} ports[NPORT] = {
	{ 1, 1, false },
	{ 1, 2, false },
	{ 3, 1, true },
	{ 3, 2, true },
	{ 3, 3, true } /* MIRROR: only shows what came, as it came */
};

static struct env *env;
static struct plane *plane;
static struct wire *wire;
static struct port_io *io[NPORT];
static uint64_t now_ms = START_MS;
static bool is_clean; /* every checksum so far was right */

static void rejected(void *arg, unsigned line, unsigned column,
		     const char *text, const char *message)
{
	(void)arg;
	(void)column;
	(void)fprintf(stderr, "line %u: %s: %s\n", line, text, message);
	abort();
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "fuzz_frame: %s\n", what);
	abort();
}

static void all_alive(void)
{
	for (unsigned i = 1; i <= SERVICE_MAX; i++)
		if (env->conf->service_at[i])
			plane_service_state(plane, i, SERVICE_ALIVE);
}

static void build(void)
{
	const struct script_result result = { .rejected = rejected };
	struct out warn = { 0 };
	struct err err = { 0 };

	env = scratch_env();
	(void)hostmap_add(env->map, "none", &err);
	(void)script_run(env, config, sizeof(config) - 1, &result);
	plane = plane_new(env->loop, env->map, 1, &err);
	must(plane != NULL, err.msg);
	all_alive();
	plane_publish(plane, env->conf, env->chassis, &warn);
	out_fini(&warn);
}

static bool swallow(void *arg, struct packet *p)
{
	(void)arg;
	must(p->l3 >= ETH_LEN && p->len > p->l3, "inside: no packet");
	return true;
}

static void switch_on(void)
{
	const struct wire_inside inside = { NULL, swallow };

	wire = wire_new(plane, env->chassis, "fuzz", now_ms);
	wire_set_inside(wire, &inside);
	for (int i = 0; i < NPORT; i++) {
		io[i] = port_queue_new(MTU);
		io[i]->takes_offload = ports[i].takes_offload;
		(void)wire_wire(wire, ports[i].slot, ports[i].number, io[i]);
	}
	wire_publish(wire, env->conf, env->chassis, now_ms);
}

static void no_flow_is_left(void)
{
	struct plane_totals t;

	plane_totals(plane, &t);
	must(t.flows_active == 0, "a flow is left");
}

static void switch_off(void)
{
	wire_free(wire);
	no_flow_is_left();
}

/* ---- what comes out ------------------------------------------------------------------ */

static bool l4_is_right(const struct packet *p)
{
	const uint8_t *ip = p->data + p->l3, *l4 = p->data + p->l4;
	size_t len = p->len - p->l4;
	uint16_t sum;

	if (p->l4 == 0 || p->fragment)
		return true;
	if (p->proto == IPPROTO_UDP) {
		/* what is behind the datagram is under no checksum */
		if (get16(l4 + UDP_SUM) == 0)
			return true;
		len = get16(l4 + UDP_LEN);
	}
	if (p->proto != IPPROTO_TCP && p->proto != IPPROTO_UDP &&
	    p->proto != IPPROTO_ICMP)
		return true;
	sum = sum_l4(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST), p->proto,
		     l4, len);
	return sum == 0 || (p->proto == IPPROTO_UDP && sum == 0xffff);
}

static void check_finished(void *arg, struct packet *p)
{
	const int *port = arg;
	enum packet_fault fault = packet_parse(p);

	must(p->len <= ETH_LEN + MTU, "a frame beyond the MTU");
	if (*port == MIRROR)
		return;
	must(fault != PACKET_BAD_SUM, "a wrong IPv4 header");
	if (fault == PACKET_GOOD && is_clean)
		must(l4_is_right(p), "a wrong checksum");
}

static void check_sent(int port)
{
	static uint8_t memory[PACKET_HEADROOM + PACKET_MAX + 64];
	static uint8_t room[PACKET_HEADROOM + PACKET_MAX + 64];
	struct packet p;
	uint32_t len;
	uint8_t *sent;

	for (;;) {
		p = (struct packet){ .data = memory + PACKET_HEADROOM,
				     .cap = PACKET_MAX + 64 };
		sent = port_queue_take(io[port], &len, &p.off);
		if (!sent)
			return;
		must(len <= PACKET_MAX, "a frame beyond every bound");
		memcpy(p.data, sent, len);
		free(sent);
		p.len = len;
		must(offload_is_sound(&p), "unsound offload");
		must(!p.off.checksum || io[port]->takes_offload,
		     "an open checksum where none is taken");
		(void)packet_parse(&p);
		must(offload_split(&p, MTU, room, sizeof(room), check_finished,
				   &port) == 0,
		     "a frame that cannot be cut");
	}
}

static void check_all(void)
{
	wire_flush(wire);
	for (int i = 0; i < NPORT; i++)
		check_sent(i);
}

/* ---- between inputs -------------------------------------------------------------------- */

static void cables(bool in)
{
	for (int i = 0; i < NPORT; i++)
		port_queue_link(io[i], in);
}

static void pass(uint64_t ms)
{
	now_ms += ms;
	wire_advance(wire, now_ms);
	check_all();
}

static void drop_flows(void)
{
	struct wflow *f = NULL;
	uint32_t at = 0;

	while ((f = flowtab_each(wire->forward->tab, &at)))
		over_drop(wire, f);
	no_flow_is_left();
}

/*
 * A new switch costs more than most inputs do.  So it is kept: its cables are taken
 * out, everything that has an end gets it by time, and each input finds the clock at
 * the same place of all periods.
 */
static void forget(void)
{
	drop_flows();
	cables(false);
	now_ms = (now_ms / AGE_MS + 2) * AGE_MS;
	pass(0);
	wire_arp_clear(wire, (struct in_addr){ INADDR_ANY });
}

static void begin_input(void)
{
	static unsigned n;

	if (n++ % RENEW == 0) {
		if (wire)
			switch_off();
		switch_on();
	}
	is_clean = true;
	all_alive();
	cables(true);
	pass(LINK_MS);
}

/* ---- what goes in --------------------------------------------------------------------- */

struct input {
	const uint8_t *at;
	size_t left;
};

static uint8_t take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

/* Checksums of the frame made right, so that what is behind them is reached. */
static void mend(struct packet *p)
{
	uint32_t l3 = ETH_LEN;
	struct packet copy;
	uint8_t *ip;

	if (p->len > ETH_LEN + TAG_LEN && get16(p->data + 12) == ETHER_VLAN)
		l3 += TAG_LEN;
	if (p->len < l3 + IP4_MIN || get16(p->data + l3 - 2) != ETHER_IP4)
		return;
	ip = p->data + l3;
	if (ip4_header_len(ip) < IP4_MIN || l3 + ip4_header_len(ip) > p->len)
		return;
	put16(ip + IP4_SUM, 0);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, ip4_header_len(ip))));

	/* as the parser finds it, which moves nothing behind the tag */
	uint8_t *memory = malloc(PACKET_HEADROOM + p->len);

	copy = *p;
	copy.data = memory + PACKET_HEADROOM;
	memcpy(copy.data, p->data, p->len);
	if (packet_parse(&copy) == PACKET_GOOD && copy.l4 && !copy.fragment &&
	    copy.proto) {
		uint8_t *l4 = ip + ip4_header_len(ip), *sum = NULL;
		size_t len = copy.len - copy.l4;

		if (copy.proto == IPPROTO_TCP)
			sum = l4 + TCP_SUM;
		else if (copy.proto == IPPROTO_ICMP)
			sum = l4 + ICMP_SUM;
		else if (copy.proto == IPPROTO_UDP)
			sum = l4 + UDP_SUM;
		if (copy.proto == IPPROTO_UDP)
			len = get16(l4 + UDP_LEN);
		if (sum) {
			put16(sum, 0);
			put16(sum, sum_l4(get_addr(ip + IP4_SRC),
					  get_addr(ip + IP4_DST), copy.proto,
					  l4, len));
		}
	}
	free(memory);
}

/* Its checksum is of where the route ends (RFC 1122 4.1.3.5), not of where it goes. */
static bool is_source_routed(const struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;

	for (unsigned i = IP4_MIN; i < ip4_header_len(ip); i++)
		if (ip[i] == 131 || ip[i] == 137)
			return true;
	return false;
}

/* A fragment's checksum cannot be told: it may be wrong. */
static void note_checksums(const struct packet *p)
{
	uint8_t *memory = malloc(PACKET_HEADROOM + p->len);
	struct packet copy = *p;

	copy.data = memory + PACKET_HEADROOM;
	memcpy(copy.data, p->data, p->len);
	if (packet_parse(&copy) == PACKET_GOOD && copy.type == ETHER_IP4) {
		offload_finish(&copy);
		if (copy.fragment || is_source_routed(&copy) ||
		    !l4_is_right(&copy))
			is_clean = false;
	}
	free(memory);
}

/* The checksum open, or a super-frame, as an interface with offload has it. */
static void make_open(struct packet *p, uint16_t size)
{
	const uint32_t mtu = size < 100 ? 100 : size;

	uint32_t l3 = ETH_LEN, l4;
	const uint8_t *ip = p->data + l3;
	uint8_t proto;

	if (p->len < l3 + IP4_MIN || get16(p->data + 12) != ETHER_IP4 ||
	    get16(ip + IP4_LEN) != p->len - l3 ||
	    (get16(ip + IP4_FRAG) & 0x3fff) != 0)
		return;
	l4 = l3 + ip4_header_len(ip);
	proto = ip[IP4_PROTO];
	if ((proto != IPPROTO_TCP && proto != IPPROTO_UDP) ||
	    l4 + TCP_MIN > p->len)
		return;
	if (proto == IPPROTO_UDP)
		put16(p->data + l4 + UDP_LEN, (uint16_t)(p->len - l4));
	put16(p->data + l4 + (proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM),
	      sum_pseudo(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST), proto,
			 p->len - l4));
	p->off = (struct packet_offload){
		.checksum = true,
		.csum_start = (uint16_t)l4,
		.csum_offset = proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM,
	};
	if (p->len > mtu) {
		p->off.gso = proto == IPPROTO_TCP ? GSO_TCP4 : GSO_UDP4;
		p->off.gso_size = (uint16_t)mtu;
	}
	if (!offload_is_sound(p))
		p->off = (struct packet_offload){ 0 };
}

static void into_port(struct packet *p, uint8_t how)
{
	int port = how & 3;
	uint64_t when;

	if (how & 0x10 && p->len >= MAC_LEN)
		memcpy(p->data, chassis_mac(env->chassis), MAC_LEN);
	if (how & 0x20)
		mend(p);
	if (how & 0x40)
		make_open(p, (uint16_t)(how * 8));
	note_checksums(p);
	port_queue_put_open(io[port], p->data, p->len, &p->off);
	while (io[port]->ops->receive(io[port], p, &when))
		wire_receive(wire, port, p, now_ms);
}

static void from_inside(struct packet *p, uint8_t how)
{
	/* as a TUN device has it: from the IPv4 header on */
	if (p->len <= ETH_LEN)
		return;
	put16(p->data + 12, ETHER_IP4);
	if (how & 0x20)
		mend(p);
	note_checksums(p);
	p->data += ETH_LEN;
	p->len -= ETH_LEN;
	p->cap -= ETH_LEN;
	wire_from_inside(wire, p, now_ms);
}

static void frame(struct input *in, uint8_t how)
{
	static uint8_t memory[PACKET_HEADROOM + PACKET_MAX];
	size_t len = (size_t)(take(in) << 8);
	struct packet p = { .data = memory + PACKET_HEADROOM,
			    .cap = PACKET_MAX };

	len |= take(in);
	if (len &
	    0x8000) /* the payload is repeated: large ones from few bytes */
		p.len = (uint32_t)(len & 0x7fff) + 200;
	len = len & 0x8000 ? 80 : len;
	if (len > in->left)
		len = in->left;
	if (!p.len)
		p.len = (uint32_t)len;
	memset(p.data, 'x', p.len);
	memcpy(p.data, in->at, len < p.len ? len : p.len);
	in->at += len;
	in->left -= len;
	if (p.len > ETH_LEN + IP4_LEN + 2 && p.len > len)
		put16(p.data + ETH_LEN + IP4_LEN, (uint16_t)(p.len - ETH_LEN));
	if (how & 0x80)
		from_inside(&p, how);
	else
		into_port(&p, how);
}

/* A cable goes out or in, a service dies or lives; and time passes. */
static void event(uint8_t how, uint8_t what)
{
	if (what & 0x80)
		port_queue_link(io[how & 3], what & 1);
	else if (what & 0x40)
		plane_service_state(plane, 1 + (how & 3),
				    what & 1 ? SERVICE_ALIVE : SERVICE_DOWN);
	now_ms += 1ull << (what % 22);
	wire_advance(wire, now_ms);
}

/* Operation: bits 0-1 the port, bits 2-3 0: an event, else a frame; bit 4: to the
 * switch's MAC; bit 5: with checksums made right; bit 6: open, or a super-frame;
 * bit 7: out of the inside. */
static void run(struct input *in)
{
	for (int n = 0; in->left > 0 && n < OPS_MAX; n++) {
		uint8_t how = take(in);

		if ((how & 0x0c) == 0) {
			event(how, take(in));
		} else {
			frame(in, how);
		}
		check_all();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data, len };

	if (!env)
		build();
	begin_input();
	run(&in);
	forget();
	return 0;
}
