#include "emu/wire/stp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"
#include "emu/net/packet.h"

/*
 * The procedures of IEEE 802.1D-1998 clause 8.6 to 8.8 under the standard's own
 * names, numbers of clauses at each.
 *
 * Every port keeps the best configuration message heard on its LAN (or what this
 * bridge would send there, where it is the designated bridge): designated root,
 * cost, bridge and port.  The root port has the best of them; ports that are
 * neither root port nor designated are blocked.  What is heard grows old and is
 * forgotten at max age, unless the root's hello refreshes it.
 *
 * Times are in milliseconds of the caller's clock; a timer is when it is due, 0
 * for one that does not run.  A message's age is kept as when it was born.
 */

#define BPDU_CONFIG	0x00
#define BPDU_TCN	0x80
#define FLAG_CHANGE	0x01
#define FLAG_CHANGE_ACK 0x80
#define HOLD_MS		1000 /* table 8-3 */
#define AGE_INCREMENT_MS                                                       \
	1000 /* table 8-2: what a message ages by in a bridge */
#define FRAME_LEN 60
#define LLC_LEN	  3

enum { /* from the protocol identifier on (9.3.1) */
       BPDU_VERSION = 2,
       BPDU_TYPE = 3,
       TCN_LEN = 4,
       BPDU_FLAGS = 4,
       BPDU_ROOT = 5,
       BPDU_COST = 13,
       BPDU_BRIDGE = 17,
       BPDU_PORT = 25,
       BPDU_AGE = 27,
       BPDU_MAX_AGE = 29,
       BPDU_HELLO = 31,
       BPDU_FORWARD = 33,
       CONFIG_LEN = 35,
};

struct config { /* a configuration message */
	uint64_t root, bridge;
	uint32_t cost;
	uint16_t port;
	uint32_t age_ms, max_age_ms, hello_ms, forward_ms;
	bool change, change_ack;
};

struct stp_port {
	struct stp_port_conf conf;
	enum stp_state state;
	uint16_t id;
	uint64_t designated_root, designated_bridge;
	uint32_t designated_cost;
	uint16_t designated_port;
	bool change_ack;     /* in the next message */
	bool config_pending; /* a message waits for the hold timer */
	bool heard;	     /* a BPDU, since it has link: not fast any more */
	bool guarded;	     /* shut by bpdu-guard */
	bool informed;	     /* by another bridge's message, which grows old */
	uint64_t born_ms;    /* of that message */
	uint64_t
		listen_ms; /* since when it listens or learns; 0: it does not */
	uint64_t hold_due_ms;
};

struct stp {
	const struct sender *out; /* borrowed */
	struct stp_conf conf;
	struct stp_port port[WIRE_PORT_MAX];
	int nport;
	uint64_t now_ms;
	uint64_t id, root;
	uint32_t root_cost;
	int root_port;				   /* -1: this is the root */
	uint32_t max_age_ms, hello_ms, forward_ms; /* the root's */
	bool change_detected; /* not yet acknowledged, or told as the root */
	bool change;	      /* flag of our messages: as the root says */
	uint64_t hello_due_ms, tcn_due_ms, change_due_ms;
	uint64_t changes, changed_ms;
	uint32_t blocked; /* ports, so often */
};

static const uint8_t group[] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x00 };
static const uint8_t llc[LLC_LEN] = { 0x42, 0x42, 0x03 };

static const char *const state_names[] = {
	[STP_DISABLED] = "Disabled", [STP_BLOCK] = "Block",
	[STP_LISTEN] = "Listen",     [STP_LEARN] = "Learn",
	[STP_FORWARD] = "Forward",
};
static_assert(sizeof(state_names) / sizeof(*state_names) == STP_FORWARD + 1,
	      "state_names[] does not match enum stp_state");

const char *stp_state_name(enum stp_state s)
{
	return state_names[s];
}

/* ---- identifiers (9.2.5, 9.2.7) ----------------------------------------------- */

static uint64_t id_pack(uint16_t priority, const uint8_t mac[6])
{
	uint64_t id = priority;

	for (int i = 0; i < 6; i++)
		id = id << 8 | mac[i];
	return id;
}

static struct stp_id id_unpack(uint64_t id)
{
	struct stp_id u = { .priority = (uint16_t)(id >> 48) };

	for (int i = 0; i < 6; i++)
		u.mac[i] = (uint8_t)(id >> (40 - 8 * i));
	return u;
}

static uint16_t port_id(const struct stp_port_conf *c, int place)
{
	int number = c->number ? c->number : place + 1;

	return (uint16_t)(c->priority << 8 | number);
}

static uint64_t id_get(const uint8_t *at)
{
	return (uint64_t)get32(at) << 32 | get32(at + 4);
}

static void id_put(uint8_t *at, uint64_t id)
{
	put32(at, (uint32_t)(id >> 32));
	put32(at + 4, (uint32_t)id);
}

/* ---- frames ------------------------------------------------------------------- */

/* On the wire a time is in 1/256 s. */
static void time_put(uint8_t *at, uint64_t ms)
{
	uint64_t units = ms * 256 / 1000;

	put16(at, units < UINT16_MAX ? (uint16_t)units : UINT16_MAX);
}

static uint32_t time_get(const uint8_t *at)
{
	return get16(at) * 1000u / 256;
}

static void frame_send(struct stp *s, int port, const uint8_t *bpdu, size_t len)
{
	uint8_t frame[FRAME_LEN] = { 0 };

	memcpy(frame, group, sizeof(group));
	memcpy(frame + ETH_ADDR_LEN, s->port[port].conf.mac, ETH_ADDR_LEN);
	put16(frame + 2 * ETH_ADDR_LEN, (uint16_t)(LLC_LEN + len));
	memcpy(frame + ETH_LEN, llc, sizeof(llc));
	memcpy(frame + ETH_LEN + LLC_LEN, bpdu, len);
	sender_send(s->out, 0, port, frame, sizeof(frame));
}

static void config_send(struct stp *s, int port, const struct config *c)
{
	uint8_t bpdu[CONFIG_LEN] = { 0 };

	bpdu[BPDU_TYPE] = BPDU_CONFIG;
	bpdu[BPDU_FLAGS] = (uint8_t)((c->change ? FLAG_CHANGE : 0) |
				     (c->change_ack ? FLAG_CHANGE_ACK : 0));
	id_put(bpdu + BPDU_ROOT, c->root);
	put32(bpdu + BPDU_COST, c->cost);
	id_put(bpdu + BPDU_BRIDGE, c->bridge);
	put16(bpdu + BPDU_PORT, c->port);
	time_put(bpdu + BPDU_AGE, c->age_ms);
	time_put(bpdu + BPDU_MAX_AGE, c->max_age_ms);
	time_put(bpdu + BPDU_HELLO, c->hello_ms);
	time_put(bpdu + BPDU_FORWARD, c->forward_ms);
	frame_send(s, port, bpdu, sizeof(bpdu));
}

static void tcn_send(struct stp *s, int port)
{
	const uint8_t bpdu[TCN_LEN] = { [BPDU_TYPE] = BPDU_TCN };

	frame_send(s, port, bpdu, sizeof(bpdu));
}

/* The BPDU in a frame; NULL: there is none, or it is cut off. */
static const uint8_t *bpdu_find(const uint8_t *frame, size_t len, size_t *n)
{
	const uint8_t *bpdu = frame + ETH_LEN + LLC_LEN;

	if (len < ETH_LEN + LLC_LEN + TCN_LEN ||
	    memcmp(frame, group, sizeof(group)) != 0 ||
	    memcmp(frame + ETH_LEN, llc, sizeof(llc)) != 0)
		return NULL;
	*n = get16(frame + 2 * ETH_ADDR_LEN);
	if (*n < LLC_LEN + TCN_LEN || *n > len - ETH_LEN || get16(bpdu) != 0)
		return NULL;
	*n -= LLC_LEN;
	return bpdu;
}

static bool config_read(const uint8_t *bpdu, size_t len, struct config *c)
{
	if (len < CONFIG_LEN)
		return false;
	*c = (struct config){
		.change = bpdu[BPDU_FLAGS] & FLAG_CHANGE,
		.change_ack = bpdu[BPDU_FLAGS] & FLAG_CHANGE_ACK,
		.root = id_get(bpdu + BPDU_ROOT),
		.cost = get32(bpdu + BPDU_COST),
		.bridge = id_get(bpdu + BPDU_BRIDGE),
		.port = get16(bpdu + BPDU_PORT),
		.age_ms = time_get(bpdu + BPDU_AGE),
		.max_age_ms = time_get(bpdu + BPDU_MAX_AGE),
		.hello_ms = time_get(bpdu + BPDU_HELLO),
		.forward_ms = time_get(bpdu + BPDU_FORWARD),
	};
	return c->age_ms < c->max_age_ms;
}

/* ---- elements of the procedures (8.6) ------------------------------------------- */

static bool is_root(const struct stp *s)
{
	return s->root_port < 0;
}

static bool is_designated(const struct stp *s, const struct stp_port *p)
{
	return p->designated_bridge == s->id && p->designated_port == p->id;
}

static uint32_t message_age(const struct stp *s, const struct stp_port *p)
{
	return p->informed ? (uint32_t)(s->now_ms - p->born_ms) : 0;
}

static void transmit_config(struct stp *s, int port) /* 8.6.1 */
{
	struct stp_port *p = &s->port[port];
	struct config c = { .root = s->root,
			    .cost = s->root_cost,
			    .bridge = s->id,
			    .port = p->id,
			    .max_age_ms = s->max_age_ms,
			    .hello_ms = s->hello_ms,
			    .forward_ms = s->forward_ms };

	if (p->hold_due_ms) {
		p->config_pending = true;
		return;
	}
	if (!is_root(s))
		c.age_ms = message_age(s, &s->port[s->root_port]) +
			   AGE_INCREMENT_MS;
	if (c.age_ms >= c.max_age_ms)
		return;
	c.change_ack = p->change_ack;
	c.change = s->change;
	p->change_ack = false;
	p->config_pending = false;
	p->hold_due_ms = s->now_ms + HOLD_MS;
	config_send(s, port, &c);
}

static void config_bpdu_generation(struct stp *s) /* 8.6.4 */
{
	for (int i = 0; i < s->nport; i++)
		if (s->port[i].state != STP_DISABLED &&
		    is_designated(s, &s->port[i]))
			transmit_config(s, i);
}

static bool supersedes(const struct stp *s, const struct stp_port *p,
		       const struct config *c) /* 8.6.2.2 */
{
	if (c->root != p->designated_root)
		return c->root < p->designated_root;
	if (c->cost != p->designated_cost)
		return c->cost < p->designated_cost;
	if (c->bridge != p->designated_bridge)
		return c->bridge < p->designated_bridge;
	return c->bridge != s->id || c->port <= p->designated_port;
}

static void record_config(struct stp *s, struct stp_port *p,
			  const struct config *c) /* 8.6.2 */
{
	p->designated_root = c->root;
	p->designated_cost = c->cost;
	p->designated_bridge = c->bridge;
	p->designated_port = c->port;
	p->informed = true;
	p->born_ms = s->now_ms - c->age_ms;
}

static void record_timeouts(struct stp *s, const struct config *c) /* 8.6.3 */
{
	s->max_age_ms = c->max_age_ms;
	s->hello_ms = c->hello_ms;
	s->forward_ms = c->forward_ms;
	s->change = c->change;
}

static uint32_t cost_by(const struct stp_port *p)
{
	uint64_t cost = (uint64_t)p->designated_cost + p->conf.cost;

	return cost < UINT32_MAX ? (uint32_t)cost : UINT32_MAX;
}

/* Is port a the better way to the root? (8.6.8.3.1) */
static bool is_better(const struct stp_port *a, const struct stp_port *b)
{
	if (a->designated_root != b->designated_root)
		return a->designated_root < b->designated_root;
	if (cost_by(a) != cost_by(b))
		return cost_by(a) < cost_by(b);
	if (a->designated_bridge != b->designated_bridge)
		return a->designated_bridge < b->designated_bridge;
	if (a->designated_port != b->designated_port)
		return a->designated_port < b->designated_port;
	return a->id < b->id;
}

static void root_selection(struct stp *s) /* 8.6.8 */
{
	int best = -1;

	for (int i = 0; i < s->nport; i++) {
		const struct stp_port *p = &s->port[i];

		if (p->state == STP_DISABLED || is_designated(s, p) ||
		    p->designated_root >= s->id)
			continue;
		if (best < 0 || is_better(p, &s->port[best]))
			best = i;
	}
	s->root_port = best;
	s->root = best < 0 ? s->id : s->port[best].designated_root;
	s->root_cost = best < 0 ? 0 : cost_by(&s->port[best]);
}

static void become_designated(struct stp *s, struct stp_port *p) /* 8.6.10 */
{
	p->designated_root = s->root;
	p->designated_cost = s->root_cost;
	p->designated_bridge = s->id;
	p->designated_port = p->id;
}

static bool should_designate(const struct stp *s, const struct stp_port *p)
{
	if (is_designated(s, p) || p->designated_root != s->root)
		return true;
	if (s->root_cost != p->designated_cost)
		return s->root_cost < p->designated_cost;
	if (s->id != p->designated_bridge)
		return s->id < p->designated_bridge;
	return p->id <= p->designated_port;
}

static void designated_port_selection(struct stp *s) /* 8.6.9 */
{
	for (int i = 0; i < s->nport; i++)
		if (should_designate(s, &s->port[i]))
			become_designated(s, &s->port[i]);
}

static void configuration_update(struct stp *s) /* 8.6.7 */
{
	root_selection(s);
	designated_port_selection(s);
}

static void topology_change_detection(struct stp *s) /* 8.6.14 */
{
	s->changes++;
	s->changed_ms = s->now_ms;
	if (is_root(s)) {
		s->change = true;
		s->change_due_ms = s->now_ms + s->max_age_ms + s->forward_ms;
	} else if (!s->change_detected) {
		tcn_send(s, s->root_port);
		s->tcn_due_ms = s->now_ms + s->conf.hello_s * 1000u;
	}
	s->change_detected = true;
}

static bool is_fast(const struct stp_port *p)
{
	return p->conf.fast && !p->heard;
}

static void make_forwarding(struct stp *s, struct stp_port *p) /* 8.6.12 */
{
	if (p->state != STP_BLOCK)
		return;
	p->state = is_fast(p) ? STP_FORWARD : STP_LISTEN;
	p->listen_ms = is_fast(p) ? 0 : s->now_ms;
}

static void make_blocking(struct stp *s, struct stp_port *p) /* 8.6.13 */
{
	enum stp_state was = p->state;

	if (was == STP_DISABLED || was == STP_BLOCK)
		return;
	p->state = STP_BLOCK;
	p->listen_ms = 0;
	s->blocked++;
	if (was != STP_LISTEN && !is_fast(p))
		topology_change_detection(s);
}

static void port_state_selection(struct stp *s) /* 8.6.11 */
{
	for (int i = 0; i < s->nport; i++) {
		struct stp_port *p = &s->port[i];

		if (i == s->root_port) {
			p->config_pending = false;
			p->change_ack = false;
			make_forwarding(s, p);
		} else if (is_designated(s, p)) {
			p->informed = false;
			make_forwarding(s, p);
		} else {
			p->config_pending = false;
			p->change_ack = false;
			make_blocking(s, p);
		}
	}
}

static void change_acknowledged(struct stp *s) /* 8.6.15 */
{
	s->change_detected = false;
	s->tcn_due_ms = 0;
}

/* ---- becoming the root, and ceasing to be -------------------------------------- */

static void own_timeouts(struct stp *s)
{
	s->max_age_ms = s->conf.max_age_s * 1000u;
	s->hello_ms = s->conf.hello_s * 1000u;
	s->forward_ms = s->conf.forward_s * 1000u;
}

static void hello(struct stp *s) /* 8.7.3 */
{
	config_bpdu_generation(s);
	s->hello_due_ms = s->now_ms + s->hello_ms;
}

static void root_begun(struct stp *s)
{
	own_timeouts(s);
	topology_change_detection(s);
	s->tcn_due_ms = 0;
	hello(s);
}

static void root_ended(struct stp *s)
{
	s->hello_due_ms = 0;
	if (!s->change_detected)
		return;
	s->change_due_ms = 0;
	tcn_send(s, s->root_port);
	s->tcn_due_ms = s->now_ms + s->conf.hello_s * 1000u;
}

/* Elects anew after a port, cost or identifier has changed. */
static void elect(struct stp *s, bool was_root)
{
	configuration_update(s);
	port_state_selection(s);
	if (is_root(s) && !was_root)
		root_begun(s);
	else if (!is_root(s) && was_root)
		root_ended(s);
}

/* ---- what is heard (8.7.1, 8.7.2) ------------------------------------------------ */

static void config_heard(struct stp *s, int port, const struct config *c)
{
	struct stp_port *p = &s->port[port];

	if (!supersedes(s, p, c)) {
		if (is_designated(s, p))
			transmit_config(s, port); /* reply, 8.6.5 */
		return;
	}
	record_config(s, p, c);
	elect(s, is_root(s));
	if (port != s->root_port)
		return;
	record_timeouts(s, c);
	config_bpdu_generation(s);
	if (c->change_ack)
		change_acknowledged(s);
}

static void tcn_heard(struct stp *s, int port)
{
	if (!is_designated(s, &s->port[port]))
		return;
	topology_change_detection(s);
	s->port[port].change_ack = true;
	transmit_config(s, port);
}

/* ---- ports (8.8) ------------------------------------------------------------------ */

static void port_init(struct stp *s, struct stp_port *p, enum stp_state state)
{
	become_designated(s, p);
	p->state = state;
	p->change_ack = p->config_pending = false;
	p->heard = p->informed = false;
	p->listen_ms = p->hold_due_ms = 0;
}

static bool is_usable(const struct stp_port *p)
{
	return p->conf.present && p->conf.up && p->conf.enabled && !p->guarded;
}

/* Before elect().  Without spanning tree a port that may be used forwards. */
static void port_follow(struct stp *s, struct stp_port *p)
{
	enum stp_state usable = s->conf.enabled ? STP_BLOCK : STP_FORWARD;

	if (is_usable(p) != (p->state != STP_DISABLED))
		port_init(s, p, is_usable(p) ? usable : STP_DISABLED);
}

static void port_rename(struct stp *s, struct stp_port *p, uint16_t id)
{
	bool mine = is_designated(s, p); /* 8.8.5 */

	p->id = id;
	if (mine)
		p->designated_port = id;
	else if (p->designated_bridge == s->id && id < p->designated_port)
		become_designated(s, p);
}

static bool guard(struct stp *s, struct stp_port *p)
{
	bool was_root = is_root(s);

	if (!s->conf.bpdu_guard || !p->conf.fast)
		return false;
	p->guarded = true;
	port_follow(s, p);
	elect(s, was_root);
	return true;
}

/* ---- configuration ------------------------------------------------------------------ */

static void bridge_rename(struct stp *s, uint64_t id) /* 8.8.4 */
{
	for (int i = 0; i < s->nport; i++)
		if (is_designated(s, &s->port[i]))
			s->port[i].designated_bridge = id;
	s->id = id;
}

static void port_configure(struct stp *s, int place,
			   const struct stp_port_conf *c)
{
	struct stp_port *p = &s->port[place];

	if (!c->up || !s->conf.bpdu_guard || !c->fast)
		p->guarded = false;
	p->conf = *c;
	if (port_id(c, place) != p->id)
		port_rename(s, p, port_id(c, place));
	port_follow(s, p);
}

/* From nothing: at power-on, and when spanning tree goes on or off (8.8.1). */
static void start(struct stp *s)
{
	s->root_port = -1;
	s->root = s->id;
	s->root_cost = 0;
	s->change = s->change_detected = false;
	s->hello_due_ms = s->tcn_due_ms = s->change_due_ms = 0;
	own_timeouts(s);
	for (int i = 0; i < WIRE_PORT_MAX; i++) {
		s->port[i].id = port_id(&s->port[i].conf, i);
		port_init(s, &s->port[i], STP_DISABLED);
	}
}

static void conf_take(struct stp *s, const struct stp_conf *c)
{
	uint64_t id = id_pack(c->priority, c->mac);
	bool anew = c->enabled != s->conf.enabled || !c->enabled;

	s->conf = *c;
	if (id != s->id)
		bridge_rename(s, id);
	if (anew)
		start(s);
	if (is_root(s))
		own_timeouts(s);
}

void stp_configure(struct stp *s, const struct stp_conf *c,
		   const struct stp_port_conf *port, int nports,
		   uint64_t now_ms)
{
	const struct stp_port_conf none = { .cost = 1 };
	bool was_root = is_root(s);

	assert(nports <= WIRE_PORT_MAX);
	s->now_ms = now_ms;
	conf_take(s, c);
	if (nports > s->nport)
		s->nport = nports;
	for (int i = 0; i < s->nport; i++)
		port_configure(s, i, i < nports ? &port[i] : &none);
	if (s->conf.enabled)
		elect(s, was_root);
	s->nport = nports;
	if (s->conf.enabled && is_root(s) && !s->hello_due_ms)
		hello(s);
}

/* ---- what others call ------------------------------------------------------------- */

struct stp *stp_new(const struct sender *out)
{
	struct stp *s = xcalloc(1, sizeof(*s));

	s->out = out;
	start(s);
	return s;
}

void stp_free(struct stp *s)
{
	free(s);
}

bool stp_receive(struct stp *s, int port, const uint8_t *frame, size_t len,
		 uint64_t now_ms)
{
	struct stp_port *p = &s->port[port];
	struct config c = { 0 };
	const uint8_t *bpdu = NULL;
	size_t n = 0;

	s->now_ms = now_ms;
	if (!s->conf.enabled || p->state == STP_DISABLED)
		return false;
	bpdu = bpdu_find(frame, len, &n);
	if (!bpdu)
		return false;
	if (guard(s, p))
		return true;
	p->heard = true;
	if (bpdu[BPDU_TYPE] == BPDU_TCN)
		tcn_heard(s, port);
	else if (bpdu[BPDU_TYPE] == BPDU_CONFIG && config_read(bpdu, n, &c))
		config_heard(s, port, &c);
	return false;
}

static uint64_t age_due_ms(const struct stp *s, const struct stp_port *p)
{
	return p->informed ? p->born_ms + s->max_age_ms : 0;
}

/* The delay in force now counts, not that of when it began (8.7.5). */
static uint64_t forward_due_ms(const struct stp *s, const struct stp_port *p)
{
	return p->listen_ms ? p->listen_ms + s->forward_ms : 0;
}

static void sooner(uint64_t *due, uint64_t timer)
{
	if (timer && timer < *due)
		*due = timer;
}

uint32_t stp_blocked(const struct stp *s)
{
	return s->blocked;
}

uint64_t stp_due_ms(const struct stp *s)
{
	uint64_t due = UINT64_MAX;

	sooner(&due, s->hello_due_ms);
	sooner(&due, s->tcn_due_ms);
	sooner(&due, s->change_due_ms);
	for (int i = 0; i < s->nport; i++) {
		sooner(&due, age_due_ms(s, &s->port[i]));
		sooner(&due, forward_due_ms(s, &s->port[i]));
		sooner(&due, s->port[i].hold_due_ms);
	}
	return due;
}

static bool is_due(const struct stp *s, uint64_t timer)
{
	return timer && timer <= s->now_ms;
}

static void message_aged(struct stp *s, struct stp_port *p) /* 8.7.4 */
{
	bool was_root = is_root(s);

	become_designated(s, p);
	elect(s, was_root);
}

static bool designates(const struct stp *s) /* 8.7.5 */
{
	for (int i = 0; i < s->nport; i++)
		if (s->port[i].designated_bridge == s->id)
			return true;
	return false;
}

static void delay_over(struct stp *s, struct stp_port *p)
{
	if (p->state == STP_LISTEN) {
		p->state = STP_LEARN;
		p->listen_ms = s->now_ms;
		return;
	}
	p->state = STP_FORWARD;
	p->listen_ms = 0;
	if (designates(s))
		topology_change_detection(s);
}

static void hold_over(struct stp *s, int port) /* 8.7.8 */
{
	struct stp_port *p = &s->port[port];

	p->hold_due_ms = 0;
	if (p->config_pending)
		transmit_config(s, port);
}

static void change_over(struct stp *s) /* 8.7.7 */
{
	s->change_detected = s->change = false;
	s->change_due_ms = 0;
}

static void tcn_again(struct stp *s) /* 8.7.6 */
{
	tcn_send(s, s->root_port);
	s->tcn_due_ms = s->now_ms + s->conf.hello_s * 1000u;
}

void stp_tick(struct stp *s, uint64_t now_ms)
{
	s->now_ms = now_ms;
	for (int i = 0; i < s->nport; i++) {
		struct stp_port *p = &s->port[i];

		if (is_due(s, p->hold_due_ms))
			hold_over(s, i);
		if (is_due(s, age_due_ms(s, p)))
			message_aged(s, p);
		if (is_due(s, forward_due_ms(s, p)))
			delay_over(s, p);
	}
	if (is_due(s, s->hello_due_ms))
		hello(s);
	if (is_due(s, s->tcn_due_ms))
		tcn_again(s);
	if (is_due(s, s->change_due_ms))
		change_over(s);
}

enum stp_state stp_state(const struct stp *s, int port)
{
	return s->port[port].state;
}

bool stp_in_change(const struct stp *s)
{
	return s->change;
}

void stp_info(const struct stp *s, struct stp_info *i)
{
	*i = (struct stp_info){ .id = id_unpack(s->id),
				.root = id_unpack(s->root),
				.root_cost = s->root_cost,
				.root_port = s->root_port,
				.max_age_s = (uint16_t)(s->max_age_ms / 1000),
				.hello_s = (uint16_t)(s->hello_ms / 1000),
				.forward_s = (uint16_t)(s->forward_ms / 1000),
				.changes = s->changes,
				.changed_ms = s->changed_ms };
}

void stp_port_info(const struct stp *s, int port, struct stp_port_info *i)
{
	const struct stp_port *p = &s->port[port];

	*i = (struct stp_port_info){
		.state = p->state,
		.designated_root = id_unpack(p->designated_root),
		.designated_bridge = id_unpack(p->designated_bridge),
		.designated_port = p->designated_port,
		.root_cost = p->designated_cost,
		.cost = p->conf.cost,
	};
}
