/*
 * A fixed number of entries, found by a hash of VLAN and address.  An entry is one
 * of three things: known, being asked for (packets wait at it), or lost for a
 * while because nobody answered.  When all are in use, a hand goes round and takes
 * a learnt one.
 */
#include "emu/wire/arp.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"
#include "emu/net/packet.h"

#define ENTRIES	    8192 /* own bound */
#define BUCKETS	    8192
#define NONE	    (-1)
#define ASK_MS	    1000 /* RFC 1122 2.3.2.1: one request a second at most */
#define LOST_MS	    3000 /* own choice: so long nobody is asked again */
#define SWEEP_MS    5000
#define FOREVER_S   86401   /* arp timeout: never */
#define WAITING	    8	    /* packets at one address; own bound */
#define WAITING_ALL 1048576 /* bytes at all of them; own bound */

enum state {
	FREE,
	KNOWN,
	ASKING, /* requests go out each second until wait_s is over */
	LOST,
};

struct waiting {
	uint8_t *frame; /* owned */
	size_t len;
};

struct neighbour {
	struct arp_entry e; /* first: it is handed out */
	enum state state;
	int32_t next;	   /* in its bucket, or of the free ones */
	uint64_t again_ms; /* ASKING: when the next request is due */
	uint64_t over_ms;  /* ASKING: given up; LOST: may be asked for again */
	struct in_addr ours;
	uint8_t our_mac[ETH_ADDR_LEN];
	struct waiting *waiting; /* owned; NULL unless ASKING */
	int nwaiting;
};

struct arp_table {
	const struct sender *out; /* borrowed */
	arp_ready_fn ready;
	arp_lost_fn lost; /* NULL: nobody wants to know */
	void *arg;
	struct arp_conf conf;
	uint64_t now_ms;
	uint64_t due_ms;     /* nothing is to be done before */
	struct neighbour *n; /* owned */
	int32_t bucket[BUCKETS];
	int32_t top;	    /* places that were ever used are below */
	int32_t free, hand; /* free: below top; NONE: none is */
	unsigned used, asking;
	uint32_t changes;
	size_t waiting_bytes;
};

static const uint8_t everybody[ETH_ADDR_LEN] = { 255, 255, 255, 255, 255, 255 };

/* ---- the table ------------------------------------------------------------------ */

struct arp_table *arp_new(const struct sender *out, arp_ready_fn ready,
			  void *arg)
{
	struct arp_table *t = xcalloc(1, sizeof(*t));

	t->out = out;
	t->ready = ready;
	t->arg = arg;
	t->conf = (struct arp_conf){ 14400, 5, 64 };
	t->due_ms = UINT64_MAX;
	t->free = NONE;
	t->n = xcalloc(ENTRIES, sizeof(*t->n));
	for (int i = 0; i < BUCKETS; i++)
		t->bucket[i] = NONE;
	return t;
}

/* Packets that waited are thrown away. */
static void drop_waiting(struct arp_table *t, struct neighbour *n)
{
	for (int i = 0; i < n->nwaiting; i++) {
		t->waiting_bytes -= n->waiting[i].len;
		free(n->waiting[i].frame);
	}
	free(n->waiting);
	n->waiting = NULL;
	n->nwaiting = 0;
}

void arp_free(struct arp_table *t)
{
	if (!t)
		return;
	for (int32_t i = 0; i < t->top; i++)
		drop_waiting(t, &t->n[i]);
	free(t->n);
	free(t);
}

void arp_set_lost(struct arp_table *t, arp_lost_fn lost)
{
	t->lost = lost;
}

void arp_configure(struct arp_table *t, const struct arp_conf *c)
{
	t->conf = *c;
}

static int32_t *bucket_of(struct arp_table *t, unsigned vlan, struct in_addr a)
{
	uint32_t h = (a.s_addr ^ vlan * 0x85ebca6bu) * 0x9e3779b1u;

	return &t->bucket[(h ^ h >> 16) % BUCKETS];
}

static struct neighbour *find(struct arp_table *t, unsigned vlan,
			      struct in_addr a)
{
	for (int32_t i = *bucket_of(t, vlan, a); i != NONE; i = t->n[i].next) {
		struct neighbour *n = &t->n[i];

		if (n->e.addr.s_addr == a.s_addr && n->e.vlan == vlan)
			return n;
	}
	return NULL;
}

static void due_at(struct arp_table *t, uint64_t when_ms)
{
	if (when_ms < t->due_ms)
		t->due_ms = when_ms;
}

/* Every change of state goes through here. */
static void become(struct arp_table *t, struct neighbour *n, enum state s)
{
	t->asking -= n->state == ASKING;
	t->asking += s == ASKING;
	t->changes += n->state == KNOWN && s != KNOWN;
	n->state = s;
}

static void take_out(struct arp_table *t, struct neighbour *n)
{
	const int32_t at = (int32_t)(n - t->n);
	int32_t *link = bucket_of(t, n->e.vlan, n->e.addr);

	while (*link != at)
		link = &t->n[*link].next;
	*link = n->next;
	drop_waiting(t, n);
	become(t, n, FREE);
	n->next = t->free;
	t->free = at;
	t->used--;
}

/* The next learnt one that the hand comes to; NULL: all are static or asked for. */
static struct neighbour *pick_victim(struct arp_table *t)
{
	for (int i = 0; i < ENTRIES; i++) {
		struct neighbour *n = &t->n[t->hand];

		t->hand = (t->hand + 1) % ENTRIES;
		if (n->state == LOST ||
		    (n->state == KNOWN && n->e.type == ARP_DYNAMIC))
			return n;
	}
	return NULL;
}

/* NONE: there is none to be had. */
static int32_t take_place(struct arp_table *t)
{
	int32_t at = NONE;

	if (t->free == NONE && t->top < ENTRIES)
		return t->top++;
	if (t->free == NONE) {
		struct neighbour *victim = pick_victim(t);

		if (!victim)
			return NONE;
		take_out(t, victim);
	}
	at = t->free;
	t->free = t->n[at].next;
	return at;
}

static struct neighbour *add(struct arp_table *t, unsigned vlan,
			     struct in_addr a)
{
	const int32_t at = take_place(t);
	int32_t *head = bucket_of(t, vlan, a);
	struct neighbour *n = NULL;

	if (at == NONE)
		return NULL;
	n = &t->n[at];
	*n = (struct neighbour){
		.e = { .addr = a, .vlan = (uint16_t)vlan, .port = PORT_FLOOD },
		.next = *head,
	};
	*head = at;
	t->used++;
	return n;
}

static bool is_too_old(const struct arp_table *t, const struct neighbour *n,
		       uint64_t now_ms)
{
	return n->state == KNOWN && n->e.type == ARP_DYNAMIC &&
	       t->conf.timeout_s != FOREVER_S &&
	       now_ms >= n->e.since_ms + t->conf.timeout_s * UINT64_C(1000);
}

void arp_set_static(struct arp_table *t, const struct arp_entry *e, size_t n)
{
	for (int32_t i = 0; i < t->top; i++)
		if (t->n[i].state == KNOWN && t->n[i].e.type == ARP_STATIC)
			take_out(t, &t->n[i]);
	for (size_t i = 0; i < n; i++) {
		struct neighbour *old = find(t, e[i].vlan, e[i].addr);

		if (old)
			take_out(t, old);
		old = add(t, e[i].vlan, e[i].addr);
		if (!old)
			return;
		old->e = e[i];
		old->e.type = ARP_STATIC;
		become(t, old, KNOWN);
	}
}

/* ---- asking --------------------------------------------------------------------- */

static void request(struct arp_table *t, struct neighbour *n, uint64_t now_ms)
{
	struct arp_packet a = { .op = 1,
				.sender = n->ours,
				.target = n->e.addr };
	uint8_t frame[ARP_FRAME_LEN];

	memcpy(a.sender_mac, n->our_mac, ETH_ADDR_LEN);
	arp_make(&a, everybody, frame);
	n->again_ms = now_ms + ASK_MS;
	due_at(t, n->again_ms < n->over_ms ? n->again_ms : n->over_ms);
	sender_send(t->out, n->e.vlan, PORT_FLOOD, frame, sizeof(frame));
}

/* The oldest makes room for it. */
static void wait_here(struct arp_table *t, struct neighbour *n,
		      const uint8_t *frame, size_t len)
{
	if (len < ETH_LEN || t->waiting_bytes + len > WAITING_ALL)
		return;
	if (!n->waiting)
		n->waiting = xcalloc(WAITING, sizeof(*n->waiting));
	if (n->nwaiting == WAITING) {
		t->waiting_bytes -= n->waiting[0].len;
		free(n->waiting[0].frame);
		n->nwaiting--;
		memmove(n->waiting, n->waiting + 1,
			(size_t)n->nwaiting * sizeof(*n->waiting));
	}
	n->waiting[n->nwaiting++] =
		(struct waiting){ xmemdup(frame, len), len };
	t->waiting_bytes += len;
}

enum arp_answer arp_find(struct arp_table *t, unsigned vlan,
			 struct in_addr addr, uint64_t now_ms,
			 const struct arp_entry **hit)
{
	struct neighbour *n = find(t, vlan, addr);

	if (!n || is_too_old(t, n, now_ms))
		return t->asking < t->conf.asking_max ? ARP_ASKED : ARP_LOST;
	switch (n->state) {
	case KNOWN:
		*hit = &n->e;
		return ARP_FOUND;
	case ASKING:
		return ARP_ASKED;
	default:
		return now_ms < n->over_ms ? ARP_LOST : ARP_ASKED;
	}
}

void arp_ask(struct arp_table *t, unsigned vlan, struct in_addr addr,
	     struct in_addr ours, const uint8_t our_mac[6],
	     const uint8_t *frame, size_t len, uint64_t now_ms)
{
	struct neighbour *n = find(t, vlan, addr);

	if (n && n->state == ASKING) {
		wait_here(t, n, frame, len);
		return;
	}
	if (n && n->state == KNOWN && !is_too_old(t, n, now_ms))
		return;
	if (t->asking >= t->conf.asking_max)
		return;
	if (!n)
		n = add(t, vlan, addr);
	if (!n)
		return;
	become(t, n, ASKING);
	n->e.type = ARP_DYNAMIC;
	n->over_ms = now_ms + t->conf.wait_s * UINT64_C(1000);
	n->ours = ours;
	memcpy(n->our_mac, our_mac, ETH_ADDR_LEN);
	wait_here(t, n, frame, len);
	request(t, n, now_ms);
}

/* ---- learning ------------------------------------------------------------------- */

/* What waited goes.  It is taken off the entry first: sending may look here. */
static void release(struct arp_table *t, struct neighbour *n)
{
	struct waiting *w = n->waiting;
	const struct arp_entry e = n->e;
	const int many = n->nwaiting;

	n->waiting = NULL;
	n->nwaiting = 0;
	for (int i = 0; i < many; i++) {
		t->waiting_bytes -= w[i].len;
		memcpy(w[i].frame, e.mac, ETH_ADDR_LEN);
		t->ready(t->arg, e.vlan, e.port, w[i].frame, w[i].len);
		free(w[i].frame);
	}
	free(w);
}

void arp_learn(struct arp_table *t, unsigned vlan, int port,
	       struct in_addr addr, const uint8_t mac[6], bool create,
	       uint64_t now_ms)
{
	struct neighbour *n = find(t, vlan, addr);

	if (!n && create)
		n = add(t, vlan, addr);
	if (!n || (n->state == KNOWN && n->e.type == ARP_STATIC))
		return;
	t->changes += n->state == KNOWN &&
		      (n->e.port != port || memcmp(n->e.mac, mac, ETH_ADDR_LEN));
	become(t, n, KNOWN);
	n->e.type = ARP_DYNAMIC;
	n->e.port = port;
	n->e.since_ms = now_ms;
	memcpy(n->e.mac, mac, ETH_ADDR_LEN);
	due_at(t, now_ms + SWEEP_MS);
	release(t, n);
}

void arp_clear(struct arp_table *t, struct in_addr addr)
{
	for (int32_t i = 0; i < t->top; i++) {
		struct neighbour *n = &t->n[i];

		if (n->state == FREE ||
		    (n->state == KNOWN && n->e.type == ARP_STATIC))
			continue;
		if (addr.s_addr == INADDR_ANY ||
		    addr.s_addr == n->e.addr.s_addr)
			take_out(t, n);
	}
}

void arp_forget_port(struct arp_table *t, int port)
{
	for (int32_t i = 0; i < t->top; i++) {
		struct neighbour *n = &t->n[i];

		if (n->state == KNOWN && n->e.type == ARP_DYNAMIC &&
		    n->e.port == port)
			take_out(t, n);
	}
}

/* ---- time ----------------------------------------------------------------------- */

static void give_up(struct arp_table *t, struct neighbour *n, uint64_t now_ms)
{
	struct waiting *w = n->waiting;
	const unsigned vlan = n->e.vlan;
	const int many = n->nwaiting;

	n->waiting = NULL;
	n->nwaiting = 0;
	become(t, n, LOST);
	n->over_ms = now_ms + LOST_MS;
	due_at(t, n->over_ms);
	for (int i = 0; i < many; i++) {
		t->waiting_bytes -= w[i].len;
		if (t->lost)
			t->lost(t->arg, vlan, w[i].frame, w[i].len);
		free(w[i].frame);
	}
	free(w);
}

/* What an entry that stays waits for goes into due_ms. */
static void tick_one(struct arp_table *t, struct neighbour *n, uint64_t now_ms)
{
	if (n->state == ASKING && now_ms >= n->over_ms)
		give_up(t, n, now_ms);
	else if (n->state == ASKING && now_ms >= n->again_ms)
		request(t, n, now_ms);
	else if (n->state == ASKING)
		due_at(t, n->again_ms < n->over_ms ? n->again_ms : n->over_ms);
	else if ((n->state == LOST && now_ms >= n->over_ms) ||
		 is_too_old(t, n, now_ms))
		take_out(t, n);
	else if (n->state == LOST)
		due_at(t, n->over_ms);
}

uint32_t arp_changes(const struct arp_table *t)
{
	return t->changes;
}

uint64_t arp_due_ms(const struct arp_table *t)
{
	return t->due_ms;
}

void arp_tick(struct arp_table *t, uint64_t now_ms)
{
	t->now_ms = now_ms;
	if (now_ms < t->due_ms)
		return;
	t->due_ms = UINT64_MAX;
	for (int32_t i = 0; i < t->top; i++)
		tick_one(t, &t->n[i], now_ms);
	if (t->used > 0)
		due_at(t, now_ms + SWEEP_MS);
}

/* ---- shows ---------------------------------------------------------------------- */

static int by_addr(const void *x, const void *y)
{
	const struct arp_entry *a = x, *b = y;
	uint32_t na = ntohl(a->addr.s_addr), nb = ntohl(b->addr.s_addr);

	if (na != nb)
		return na < nb ? -1 : 1;
	return (int)a->vlan - (int)b->vlan;
}

struct arp_entry *arp_copy(const struct arp_table *t, size_t *n)
{
	struct arp_entry *e = xcalloc(t->used + 1, sizeof(*e));

	*n = 0;
	for (int32_t i = 0; i < t->top; i++)
		if (t->n[i].state == KNOWN &&
		    !is_too_old(t, &t->n[i], t->now_ms))
			e[(*n)++] = t->n[i].e;
	qsort(e, *n, sizeof(*e), by_addr);
	return e;
}

/* ---- packets (RFC 826) ---------------------------------------------------------- */

enum { /* from the Ethernet header on */
       AT_TYPE = 12,
       AT_HARDWARE = 14, /* 1, then ETHER_IP4, then both lengths */
       AT_OP = 20,
       AT_SENDER_MAC = 22,
       AT_SENDER = 28,
       AT_TARGET_MAC = 32,
       AT_TARGET = 38,
};
#define ETHERNET_IP4 "\x00\x01\x08\x00\x06\x04"

bool arp_read(const uint8_t *frame, size_t len, struct arp_packet *a)
{
	if (len < ARP_FRAME_LEN || get16(frame + AT_TYPE) != ETHER_ARP ||
	    memcmp(frame + AT_HARDWARE, ETHERNET_IP4, 6) != 0)
		return false;
	a->op = get16(frame + AT_OP);
	memcpy(a->sender_mac, frame + AT_SENDER_MAC, ETH_ADDR_LEN);
	memcpy(a->target_mac, frame + AT_TARGET_MAC, ETH_ADDR_LEN);
	a->sender = get_addr(frame + AT_SENDER);
	a->target = get_addr(frame + AT_TARGET);
	return a->op == 1 || a->op == 2;
}

void arp_make(const struct arp_packet *a, const uint8_t to[6],
	      uint8_t frame[ARP_FRAME_LEN])
{
	memcpy(frame, to, ETH_ADDR_LEN);
	memcpy(frame + ETH_ADDR_LEN, a->sender_mac, ETH_ADDR_LEN);
	put16(frame + AT_TYPE, ETHER_ARP);
	memcpy(frame + AT_HARDWARE, ETHERNET_IP4, 6);
	put16(frame + AT_OP, a->op);
	memcpy(frame + AT_SENDER_MAC, a->sender_mac, ETH_ADDR_LEN);
	put_addr(frame + AT_SENDER, a->sender);
	memcpy(frame + AT_TARGET_MAC, a->target_mac, ETH_ADDR_LEN);
	put_addr(frame + AT_TARGET, a->target);
}
