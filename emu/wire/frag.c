/*
 * Packets that are put together each have a slot: memory that grows with what
 * comes, and a bit for each eight bytes that are there.  The bits make hostile
 * fragments plain: what lies over bytes that are there already, or over the end,
 * spoils the packet (teardrop and its kin, RFC 1858, RFC 3128, RFC 5722), unless
 * it is a plain copy.  A spoilt packet keeps its slot until its time is over, so
 * that the rest of it begins no new one.
 */
#include "emu/wire/frag.h"

#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/net/checksum.h"
#include "emu/plane/frames.h"

#define SLOTS	     64 /* own bound: packets that are put together at a time */
#define TIMEOUT_MS   30000 /* RFC 791 3.2 asks for 15 s at least */
#define IP4_HEAD_MAX 60
#define MTU_LEAST    (IP4_HEAD_MAX + 8) /* RFC 791 3.2: for the largest header */
#define BLOCKS	     (65536 / 8)

struct slot {
	/* whose fragments: RFC 791 3.2 */
	struct in_addr src, dst;
	uint16_t id;
	uint8_t proto;
	bool used, spoilt;

	uint64_t until_ms;
	uint8_t head[ETH_LEN + IP4_HEAD_MAX]; /* of the first fragment */
	unsigned head_len;		      /* of both headers */
	unsigned end;	  /* of the payload; 0: the last one is not there */
	unsigned have;	  /* bytes of the payload that are there */
	unsigned largest; /* bytes of IPv4 of the largest fragment */
	uint64_t bits[BLOCKS / 64];
	uint8_t *data; /* owned; payload behind room for headers */
	size_t cap;    /* of payload */
};
#define ROOM (PACKET_HEADROOM + ETH_LEN + IP4_HEAD_MAX)

struct frag {
	struct plane *counters; /* borrowed; NULL: not counted */
	struct frag_conf conf;
	struct slot slot[SLOTS];
	uint8_t *last; /* owned: the whole packet handed out last */
};

/* One fragment's place in its packet. */
struct piece {
	const uint8_t *ip, *data;
	unsigned head, at, len; /* bytes */
	bool more;
};

static void count(const struct frag *f, enum net_counter c)
{
	if (f->counters)
		plane_count_net(f->counters, c);
}

struct frag *frag_new(struct plane *counters)
{
	struct frag *f = xcalloc(1, sizeof(*f));

	f->counters = counters;
	f->conf = (struct frag_conf){ .max_size = 5120, .min_size = 1024 };
	return f;
}

static void slot_clear(struct slot *s)
{
	free(s->data);
	*s = (struct slot){ 0 };
}

void frag_free(struct frag *f)
{
	if (!f)
		return;
	for (int i = 0; i < SLOTS; i++)
		slot_clear(&f->slot[i]);
	free(f->last);
	free(f);
}

void frag_configure(struct frag *f, const struct frag_conf *c)
{
	f->conf = *c;
}

bool frag_wants(const struct frag *f, uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return f->conf.tcp;
	case IPPROTO_UDP:
		return f->conf.udp;
	default:
		return true;
	}
}

/* ---- slots ---------------------------------------------------------------------- */

static bool is_of(const struct slot *s, const uint8_t *ip)
{
	return s->used && s->id == get16(ip + IP4_ID) &&
	       s->src.s_addr == get_addr(ip + IP4_SRC).s_addr &&
	       s->dst.s_addr == get_addr(ip + IP4_DST).s_addr &&
	       s->proto == ip[IP4_PROTO];
}

static void expire(struct frag *f, struct slot *s)
{
	if (!s->spoilt)
		count(f, NET_FRAGMENT_TIMEOUTS);
	slot_clear(s);
}

/* A free one, or that which has waited longest. */
static struct slot *slot_new(struct frag *f)
{
	struct slot *oldest = &f->slot[0];

	for (int i = 0; i < SLOTS; i++) {
		if (!f->slot[i].used)
			return &f->slot[i];
		if (f->slot[i].until_ms < oldest->until_ms)
			oldest = &f->slot[i];
	}
	count(f, NET_FRAGMENT_NO_BUFFER);
	slot_clear(oldest);
	return oldest;
}

static struct slot *slot_of(struct frag *f, const uint8_t *ip, uint64_t now_ms)
{
	struct slot *s = NULL;

	for (int i = 0; i < SLOTS; i++)
		if (is_of(&f->slot[i], ip))
			s = &f->slot[i];
	if (s && now_ms < s->until_ms)
		return s;
	if (s)
		expire(f, s);
	else
		s = slot_new(f);
	s->used = true;
	s->src = get_addr(ip + IP4_SRC);
	s->dst = get_addr(ip + IP4_DST);
	s->id = get16(ip + IP4_ID);
	s->proto = ip[IP4_PROTO];
	s->until_ms = now_ms + TIMEOUT_MS;
	return s;
}

static void spoil(struct frag *f, struct slot *s, enum net_counter why)
{
	count(f, why);
	free(s->data);
	s->data = NULL;
	s->cap = 0;
	s->spoilt = true;
}

/* ---- pieces --------------------------------------------------------------------- */

static struct piece piece_of(const struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;
	unsigned place = get16(ip + IP4_FRAG), head = ip4_header_len(ip);

	return (struct piece){
		.ip = ip,
		.data = ip + head,
		.head = head,
		.at = (place & 0x1fff) * 8,
		.len = get16(ip + IP4_LEN) - head,
		.more = (place & IP4_MF) != 0,
	};
}

/* RFC 1858: the first has the whole header of TCP, and none lies over it. */
static bool is_too_small(const struct frag *f, const struct piece *c)
{
	if (c->more && c->head + c->len < f->conf.min_size)
		return true;
	if (c->len == 0 || (c->more && c->len % 8 != 0))
		return true;
	return c->ip[IP4_PROTO] == IPPROTO_TCP &&
	       (c->at == 8 || (c->at == 0 && c->len < TCP_MIN));
}

static bool has_bit(const struct slot *s, unsigned block)
{
	return s->bits[block / 64] >> (block % 64) & 1;
}

/* How many of the piece's blocks are there already. */
static unsigned covered(const struct slot *s, const struct piece *c)
{
	unsigned n = 0;

	for (unsigned b = c->at / 8; b < (c->at + c->len + 7) / 8; b++)
		n += has_bit(s, b);
	return n;
}

static bool is_copy(const struct slot *s, const struct piece *c)
{
	return covered(s, c) == (c->len + 7) / 8 && c->at + c->len <= s->cap &&
	       (s->end == 0 || c->at + c->len <= s->end) &&
	       memcmp(s->data + ROOM + c->at, c->data, c->len) == 0;
}

/* Over others, behind the end, or another end than before. */
static bool is_contrary(const struct slot *s, const struct piece *c)
{
	unsigned to = c->at + c->len;

	if (covered(s, c) > 0)
		return true;
	if (s->end > 0 && (!c->more || to > s->end))
		return true;
	if (c->more)
		return false;
	for (unsigned b = (to + 7) / 8; b < BLOCKS; b++)
		if (has_bit(s, b))
			return true;
	return false;
}

static void make_room(struct slot *s, unsigned need)
{
	if (need <= s->cap)
		return;
	s->cap = need < 2 * s->cap ? 2 * s->cap : need;
	s->data = xrealloc(s->data, ROOM + s->cap);
}

static void put(struct slot *s, const struct packet *p, const struct piece *c)
{
	make_room(s, c->at + c->len);
	memcpy(s->data + ROOM + c->at, c->data, c->len);
	for (unsigned b = c->at / 8; b < (c->at + c->len + 7) / 8; b++)
		s->bits[b / 64] |= UINT64_C(1) << (b % 64);
	s->have += c->len;
	if (c->head + c->len > s->largest)
		s->largest = c->head + c->len;
	if (!c->more)
		s->end = c->at + c->len;
	if (c->at == 0) {
		memcpy(s->head, p->data, ETH_LEN);
		memcpy(s->head + ETH_LEN, c->ip, c->head);
		s->head_len = ETH_LEN + c->head;
	}
}

/* ---- the whole ------------------------------------------------------------------ */

static bool take_whole(struct frag *f, struct slot *s, struct packet *p)
{
	uint8_t *at = s->data + ROOM - s->head_len, *ip = at + ETH_LEN;

	memcpy(at, s->head, s->head_len);
	put16(ip + IP4_LEN, (uint16_t)(s->head_len - ETH_LEN + s->end));
	put16(ip + IP4_FRAG, 0);
	put16(ip + IP4_SUM, 0);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, ip4_header_len(ip))));
	*p = (struct packet){ .data = at,
			      .len = s->head_len + s->end,
			      .cap = (uint32_t)(s->head_len + s->cap),
			      .vlan = p->vlan,
			      .pieces = (uint16_t)(s->largest > MTU_LEAST
							   ? s->largest
							   : MTU_LEAST) };
	free(f->last);
	f->last = s->data;
	s->data = NULL;
	slot_clear(s);
	if (packet_parse(p) != PACKET_GOOD)
		return false;
	count(f, NET_FRAGMENT_ASSEMBLED);
	return true;
}

bool frag_add(struct frag *f, struct packet *p, uint64_t now_ms)
{
	const struct piece c = piece_of(p);

	count(f, NET_FRAGMENT_IN);
	if (!frag_wants(f, p->proto))
		return false;
	if (is_too_small(f, &c)) {
		count(f, NET_FRAGMENT_TOO_SMALL);
		return false;
	}

	struct slot *s = slot_of(f, c.ip, now_ms);

	if (s->spoilt)
		return false;
	/* what would not fit into a packet at all is a ping of death */
	if (c.head + c.at + c.len > f->conf.max_size) {
		spoil(f, s, NET_FRAGMENT_TOO_LARGE);
		return false;
	}
	if (is_copy(s, &c))
		return false;
	if (is_contrary(s, &c)) {
		spoil(f, s, NET_FRAGMENT_OVERLAPS);
		return false;
	}
	put(s, p, &c);
	if (s->end == 0 || s->have < s->end)
		return false;
	/* options of the first may be more than this one has */
	if (s->head_len - ETH_LEN + s->end > f->conf.max_size) {
		spoil(f, s, NET_FRAGMENT_TOO_LARGE);
		return false;
	}
	return take_whole(f, s, p);
}

/* The first fragment as it came; its bytes are there, since it is. */
static bool first_of(const struct slot *s, struct packet *p)
{
	uint8_t *at = NULL;

	if (s->spoilt || !s->head_len || !s->data)
		return false;
	at = s->data + ROOM - s->head_len;
	memcpy(at, s->head, s->head_len);
	*p = (struct packet){ .data = at };
	p->len = p->cap = ETH_LEN + get16(at + ETH_LEN + IP4_LEN);
	return packet_parse(p) == PACKET_GOOD;
}

void frag_tick(struct frag *f, uint64_t now_ms,
	       void (*over)(void *arg, struct packet *first), void *arg)
{
	for (int i = 0; i < SLOTS; i++) {
		struct slot *s = &f->slot[i];
		struct packet first;

		if (!s->used || now_ms < s->until_ms)
			continue;
		if (over && first_of(s, &first))
			over(arg, &first);
		expire(f, s);
	}
}

/* ---- splitting ------------------------------------------------------------------ */

#define OPTION_COPIED 0x80 /* RFC 791 3.1: goes along with every fragment */

/* The header of the fragments behind the first; its length. */
static unsigned later_head(const uint8_t *ip, uint8_t *to)
{
	unsigned head = ip4_header_len(ip), n = IP4_MIN;

	memcpy(to, ip, IP4_MIN);
	for (unsigned i = IP4_MIN; i < head && ip[i] != 0;) {
		unsigned len = ip[i] == 1 ? 1 : i + 1 < head ? ip[i + 1] : 0;

		if (len == 0 || (len == 1 && ip[i] != 1) || len > head - i)
			break;
		if (ip[i] & OPTION_COPIED) {
			memcpy(to + n, ip + i, len);
			n += len;
		}
		i += len;
	}
	while (n % 4 != 0)
		to[n++] = 0;
	to[0] = (uint8_t)(0x40 | n / 4);
	return n;
}

static void seal(uint8_t *ip, unsigned head, unsigned len, unsigned place)
{
	put16(ip + IP4_LEN, (uint16_t)(head + len));
	put16(ip + IP4_FRAG, (uint16_t)place);
	put16(ip + IP4_SUM, 0);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, head)));
}

int frag_split(struct packet *p, unsigned mtu, uint8_t *room, size_t cap,
	       void (*send)(void *arg, struct packet *p), void *arg)
{
	const uint8_t *ip = p->data + p->l3;
	unsigned place = get16(ip + IP4_FRAG), head = ip4_header_len(ip);
	unsigned total = get16(ip + IP4_LEN) - head;
	uint8_t later[IP4_HEAD_MAX];
	unsigned later_len = later_head(ip, later);

	if (place & IP4_DF)
		return -1;
	/* a wire that takes no header and eight bytes is none */
	if (mtu < MTU_LEAST || cap < PACKET_HEADROOM + ETH_LEN + mtu)
		return -1;
	for (unsigned at = 0; at < total;) {
		unsigned h = at == 0 ? head : later_len;
		unsigned most = (mtu - h) & ~7u;
		bool last = total - at <= mtu - h;
		unsigned len = last ? total - at : most;
		uint8_t *to = room + PACKET_HEADROOM;
		struct packet q = { .data = to,
				    .len = ETH_LEN + h + len,
				    .cap = (uint32_t)(cap - PACKET_HEADROOM),
				    .vlan = p->vlan };

		memcpy(to, p->data, ETH_LEN);
		memcpy(to + ETH_LEN, at == 0 ? ip : later, h);
		memcpy(to + ETH_LEN + h, ip + head + at, len);
		seal(to + ETH_LEN, h, len,
		     (place & 0x1fff) + at / 8 +
			     (last ? place & IP4_MF : IP4_MF));
		if (packet_parse(&q) != PACKET_GOOD)
			return -1;
		send(arg, &q);
		at += len;
	}
	return 0;
}
