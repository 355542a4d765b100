/*
 * The DHCP relay agent (RFC 1542 4): what clients ask of everybody goes to the
 * servers of their circuit, and what these answer goes out there.  A message is
 * changed where it lies; only its headers are made anew.
 */
#include <stdio.h>
#include <string.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/net/checksum.h"
#include "emu/net/dhcp.h"
#include "emu/wire/l3_priv.h"

/* ---- the message -------------------------------------------------------------------- */

struct message {
	uint8_t *data;
	size_t len;
};

/* What a host with offload has left open is not on a wire yet: it is right. */
static bool is_sum_right(const struct packet *p)
{
	const uint8_t *ip = p->data + p->l3, *udp = p->data + p->l4;
	uint16_t sum = 0;

	if (p->off.checksum || !get16(udp + UDP_SUM))
		return true;
	sum = sum_l4(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
		     IPPROTO_UDP, udp, get16(udp + UDP_LEN));
	return sum == 0 || sum == 0xffff;
}

static enum dhcp_kind message_of(const struct packet *p, struct message *m)
{
	uint8_t *udp = p->data + p->l4;

	m->data = udp + UDP_HEAD;
	m->len = get16(udp + UDP_LEN) - (size_t)UDP_HEAD;
	if (p->off.gso || !is_sum_right(p))
		return DHCP_BAD;
	return dhcp_kind(m->data, m->len);
}

/* ---- what is logged -------------------------------------------------------------------- */

#define MORE_LEN 24

/* more: how many lines were left out before this one. */
static bool may_log(const struct wire *w, enum log_level l, struct log_rate *r,
		    char more[static MORE_LEN])
{
	unsigned skipped = 0;

	if (log_level_get(LOG_DHCP) < l || !log_rate_ok(r, w->now_ms, &skipped))
		return false;
	more[0] = '\0';
	if (skipped)
		(void)snprintf(more, MORE_LEN, " (%u more)", skipped);
	return true;
}

static const char *client_of(const struct message *m,
			     char text[static MAC_TEXT_LEN + 1])
{
	return str_mac(m->data + DHCP_CHADDR, text);
}

static void request_log(const struct wire *w, const struct message *m,
			unsigned vlan, struct in_addr server)
{
	static struct log_rate rate;
	char more[MORE_LEN], mac[MAC_TEXT_LEN + 1];

	if (may_log(w, LOG_INFO_6, &rate, more))
		log_write(LOG_DHCP, LOG_INFO_6, T_DHCP_REQUEST_LOG,
			  client_of(m, mac), vlan, str_addr(server), more);
}

static void reply_log(const struct wire *w, const struct message *m,
		      unsigned vlan, struct in_addr server)
{
	static struct log_rate rate;
	char more[MORE_LEN], mac[MAC_TEXT_LEN + 1];

	if (may_log(w, LOG_INFO_6, &rate, more))
		log_write(LOG_DHCP, LOG_INFO_6, T_DHCP_REPLY_LOG,
			  str_addr(server), client_of(m, mac), vlan, more);
}

/* ---- what goes nowhere ------------------------------------------------------------------ */

enum fault {
	IS_BAD,
	IS_FAR,
	IS_LOOPED,
	NO_ADDRESS,
	NO_SERVER,
	NO_AGENT,
	TO_ALL,
};

static const struct {
	enum net_counter counter;
	enum log_level level;
	const char *why;
} faults[] = {
	[IS_BAD] = { NET_DHCP_MALFORMED, LOG_WARNING_4, T_DHCP_IS_BAD },
	[IS_FAR] = { NET_DHCP_TOO_FAR, LOG_WARNING_4, T_DHCP_IS_FAR },
	[IS_LOOPED] = { NET_DHCP_DISCARDS, LOG_WARNING_4, T_DHCP_IS_LOOPED },
	[NO_ADDRESS] = { NET_DHCP_DISCARDS, LOG_WARNING_4, T_DHCP_NO_ADDRESS },
	[NO_SERVER] = { NET_DHCP_DISCARDS, LOG_WARNING_4, T_DHCP_NO_SERVER },
	/* of others, whose business they are */
	[NO_AGENT] = { NET_DHCP_DISCARDS, LOG_NOTICE_5, T_DHCP_NO_AGENT },
	[TO_ALL] = { NET_DHCP_DISCARDS, LOG_NOTICE_5, T_DHCP_TO_ALL },
};

static void drop(struct wire *w, const struct ingress *in,
		 const struct packet *p, enum fault f)
{
	static struct log_rate rate;
	struct in_addr src = get_addr(p->data + p->l3 + IP4_SRC);
	char more[MORE_LEN];

	wire_count(w, faults[f].counter);
	if (may_log(w, faults[f].level, &rate, more))
		log_write(LOG_DHCP, faults[f].level, T_DHCP_DROP_LOG,
			  str_addr(src), in->vlan, faults[f].why, more);
}

/* ---- headers of its own ---------------------------------------------------------------- */

struct ends {
	struct in_addr src, dst;
	uint16_t dport;
};

/* A plain IPv4 header right in front of UDP: options of the sender's end here, and
 * its identification goes on. */
static void strip(struct packet *p)
{
	uint16_t id = get16(p->data + p->l3 + IP4_ID);
	uint32_t cut = p->l4 - (ETH_LEN + IP4_MIN);

	p->data += cut;
	p->cap -= cut;
	p->l3 = ETH_LEN;
	p->l4 = ETH_LEN + IP4_MIN;
	p->len = p->l4 + get16(p->data + p->l4 + UDP_LEN);
	p->off = (struct packet_offload){ 0 };
	put16(p->data + p->l3 + IP4_ID, id);
}

static void address(struct packet *p, const struct ends *e)
{
	uint8_t *ip = p->data + p->l3, *udp = p->data + p->l4;
	uint16_t sum = 0;

	ip[0] = 0x45;
	ip[IP4_TOS] = 0;
	put16(ip + IP4_LEN, (uint16_t)(p->len - p->l3));
	put16(ip + IP4_FRAG, 0);
	ip[IP4_TTL] = IP4_TTL_OURS;
	ip[IP4_PROTO] = IPPROTO_UDP;
	put_addr(ip + IP4_SRC, e->src);
	put_addr(ip + IP4_DST, e->dst);
	l3_seal(ip);
	put16(udp, DHCP_SERVER_PORT);
	put16(udp + 2, e->dport);
	put16(udp + UDP_SUM, 0);
	sum = sum_l4(e->src, e->dst, IPPROTO_UDP, udp, p->len - p->l4);
	put16(udp + UDP_SUM, sum ? sum : 0xffff);
}

/* ---- requests ------------------------------------------------------------------------ */

static const struct setup_relay *relay_of(const struct setup *s, unsigned vlan)
{
	for (size_t i = 0; i < s->nrelay; i++)
		if (s->relay[i].vlan == vlan)
			return &s->relay[i];
	return NULL;
}

/* The circuit that has the address as its own; NULL: none. */
static const struct setup_circuit_ip *circuit_with(const struct setup *s,
						   struct in_addr a)
{
	for (size_t i = 0; i < s->nip; i++)
		if (s->ip[i].addr.s_addr == a.s_addr)
			return &s->ip[i];
	return NULL;
}

static void ask(struct wire *w, const struct packet *p, struct in_addr from,
		struct in_addr server)
{
	struct packet copy = *p; /* of the offsets: they move on the way */
	const struct ends e = { from, server, DHCP_SERVER_PORT };

	address(&copy, &e);
	wire_count(w, NET_DHCP_OUT_REQUESTS);
	wire_count(w, NET_UDP_OUT);
	l3_forward(w, NULL, &copy);
}

/* Of a circuit whose agent is on.  One that has passed us is in a loop. */
static void request(struct wire *w, const struct ingress *in, struct packet *p,
		    const struct message *m)
{
	static const struct in_addr any = { INADDR_ANY };
	const struct setup_relay *r = relay_of(w->setup, in->vlan);
	const struct setup_circuit_ip *by =
		setup_source(w->setup, in->vlan, any);

	wire_count(w, NET_DHCP_IN_REQUESTS);
	if (!by || !r->nserver) {
		drop(w, in, p, by ? NO_SERVER : NO_ADDRESS);
		return;
	}
	if (circuit_with(w->setup, dhcp_agent(m->data))) {
		drop(w, in, p, IS_LOOPED);
		return;
	}
	if (!dhcp_relay(m->data, w->setup->relay_max_hops, by->addr)) {
		drop(w, in, p, IS_FAR);
		return;
	}
	strip(p);
	for (int i = 0; i < r->nserver; i++) {
		request_log(w, m, in->vlan, r->server[i]);
		ask(w, p, by->addr, r->server[i]);
	}
}

/* ---- replies --------------------------------------------------------------------------- */

/* The client has no address that it would answer ARP for: its MAC address is that
 * of the message. */
static void reply(struct wire *w, const struct ingress *in, struct packet *p,
		  const struct message *m)
{
	const struct setup_circuit_ip *by =
		circuit_with(w->setup, dhcp_agent(m->data));
	struct ends e = { .dport = DHCP_CLIENT_PORT };
	uint8_t mac[ETH_ADDR_LEN];

	wire_count(w, NET_DHCP_IN_REPLIES);
	if (!by || !relay_of(w->setup, by->vlan)) {
		drop(w, in, p, NO_AGENT);
		return;
	}
	reply_log(w, m, by->vlan, get_addr(p->data + p->l3 + IP4_SRC));
	e.src = by->addr;
	if (!dhcp_client(m->data, &e.dst, mac)) {
		e.dst.s_addr = INADDR_BROADCAST;
		memset(mac, 0xff, sizeof(mac));
	}
	strip(p);
	address(p, &e);
	wire_count(w, NET_DHCP_OUT_REPLIES);
	wire_count(w, NET_UDP_OUT);
	l3_send_to(w, by->vlan, mac, p);
}

/* ---- both ------------------------------------------------------------------------------- */

static bool is_for_agent(const struct wire *w, const struct packet *p)
{
	return w->setup->nrelay && p->proto == IPPROTO_UDP && p->l4 &&
	       !p->fragment && get16(p->data + p->l4 + 2) == DHCP_SERVER_PORT;
}

bool l3_dhcp(struct wire *w, const struct ingress *in, struct packet *p,
	     bool to_all)
{
	bool on = false;
	struct message m;
	enum dhcp_kind kind = DHCP_BAD;

	if (!is_for_agent(w, p))
		return false;
	on = relay_of(w->setup, in->vlan) != NULL;
	kind = message_of(p, &m);
	if (kind == DHCP_REQUEST ? !on : to_all && !on)
		return false;
	wire_count(w, NET_UDP_IN);
	if (kind == DHCP_REQUEST)
		request(w, in, p, &m);
	else if (kind == DHCP_REPLY && !to_all)
		reply(w, in, p, &m);
	else
		drop(w, in, p, kind == DHCP_BAD ? IS_BAD : TO_ALL);
	return true;
}
