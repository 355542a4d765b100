/*
 * The fast path in the kernel (fastpath.h): packets of flows that the switch has
 * set up and handed over go from interface to interface without it.
 *
 *	port ---> look (the packet socket's filter): is it one of them?
 *		    no: the switch gets it.  yes: the switch does not, and
 *		  take (tc ingress, right behind) sends it on, translated, to
 *		    another port, or through a cable into the namespace of the
 *		    switch's own sockets.
 *	own sockets ---> leave (tc egress of the cable) lets through what is one of
 *		    them; the rest goes by the TUN device, to the switch.  At the
 *		    cable's other end
 *		  emerge (tc ingress) puts it on the port; shut (tc egress) lets
 *		  nothing in there.
 *
 * look decides and tells take by a note of this CPU's: both see the same frame, one
 * behind the other, in one softirq.  So a frame is always exactly one's, and when
 * the switch is gone, with its socket, nothing is taken any more.  A note that is
 * still there when the next frame comes tells that something keeps frames from take
 * (another filter in front of it, or none is left): then nothing goes by any more.
 *
 * What is unusual is the switch's: whatever opens or ends a connection between
 * hosts, fragments, options, errors, a TTL that ends, what does not fit the MTU.  A
 * connection to or from the switch's own sockets may begin without it, when a pattern
 * tells how (fastpath_shared.h).
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "emu/io/fastpath_shared.h"

#define ALL_OF_IT 0xffffffffu /* what a socket filter lets through */
#define IP4_MIN	  20u
#define TCP_MIN	  20u
#define UDP_HEAD  8u
#define L4_AT	  (ETH_HLEN + IP4_MIN)
#define TCP_SUM	  16
#define UDP_SUM	  6
#define IP4_SUM	  10
#define FRAME_MIN 60u /* without FCS */
#define FCS_LEN	  4u
#define TAG_LEN	  4u
#define VLAN_MASK 0xfff

enum { F_FIN = 1, F_SYN = 2, F_RST = 4, F_PSH = 8, F_ACK = 16, F_URG = 32 };

struct heads { /* IPv4 without options, and what of TCP or UDP follows */
	__u8 version, tos;
	__u16 len, id, frag;
	__u8 ttl, proto;
	__u16 sum;
	__u32 src, dst;
	__u16 sport, dport;
	__u32 seq, ack; /* UDP: seq is length and checksum */
	__u8 offset, flags;
	__u16 window;
};
#define HEADS_UDP (IP4_MIN + UDP_HEAD)
#define HEADS_TCP sizeof(struct heads)

struct note {
	__u32 way; /* + 1; 0: the switch's */
	__u32 len;
	__u32 bytes, end, flags, head;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FAST_BUCKETS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct fast_bucket);
} buckets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FAST_WAYS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct fast_way);
} ways SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct fast_state);
} state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FAST_BEGUN);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct fast_begun);
} begun SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FAST_PORTS);
	__type(key, __u32);
	__type(value, struct fast_port);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct note);
} notes SEC(".maps");

/* ---- is it one of them? ---------------------------------------------------------- */

static __always_inline int read_heads(struct __sk_buff *skb, __u32 at,
				      struct heads *h)
{
	h->flags = 0;
	if (bpf_skb_load_bytes(skb, at, h, HEADS_UDP))
		return -1;
	if (h->proto != IPPROTO_TCP)
		return h->proto == IPPROTO_UDP ? 0 : -1;
	return bpf_skb_load_bytes(skb, at + HEADS_UDP, (__u8 *)h + HEADS_UDP,
				  HEADS_TCP - HEADS_UDP)
		       ? -1
		       : 0;
}

static __always_inline int is_sum_right(const struct heads *h)
{
	const __u16 *word = (const __u16 *)h;
	__u32 sum = 0;

#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/* Padding behind a small packet, and nothing else. */
static __always_inline int is_whole(const struct heads *h, __u32 len, __u32 at)
{
	__u32 ip = bpf_ntohs(h->len);

	return len == at + ip || (len > at + ip && len <= FRAME_MIN);
}

static __always_inline int is_usual(const struct heads *h)
{
	return h->version == 0x45 && !(h->frag & bpf_htons(0x3fff)) &&
	       is_sum_right(h);
}

/* Bytes of the headers of IP and TCP or UDP. */
static __always_inline __u32 heads_len(const struct heads *h)
{
	return IP4_MIN +
	       (h->proto == IPPROTO_TCP ? (h->offset >> 4) * 4u : UDP_HEAD);
}

static __always_inline int fits(const struct __sk_buff *skb,
				const struct heads *h, __u32 mtu)
{
	__u32 most = bpf_ntohs(h->len);

	if (skb->gso_size)
		most = heads_len(h) + skb->gso_size;
	return !mtu || most <= mtu;
}

static __always_inline int has_tcp_head(const struct heads *h)
{
	return h->offset >= TCP_MIN / 4 << 4 &&
	       heads_len(h) <= bpf_ntohs(h->len);
}

/* What a connection of our own sockets is answered with and ends with may go by: the
 * sockets know.  Between hosts, it is the switch that must see it. */
static __always_inline int may_have(const struct fast_way *w,
				    const struct heads *h, __u32 in)
{
	__u32 barred = F_URG;

	if (h->proto != IPPROTO_TCP)
		return 1;
	if (!w->inside && in)
		barred |= F_SYN | F_FIN | F_RST;
	return (h->flags & F_ACK || h->flags & F_RST) && !(h->flags & barred) &&
	       has_tcp_head(h);
}

static __always_inline __u32 end_of(const struct heads *h)
{
	return bpf_ntohl(h->seq) + bpf_ntohs(h->len) - heads_len(h) +
	       (h->flags & F_FIN ? 1 : 0) + (h->flags & F_SYN ? 1 : 0);
}

static __always_inline int is_from(struct __sk_buff *skb,
				   const struct fast_macs *from)
{
	struct fast_macs m;

	return !bpf_skb_load_bytes(skb, 0, &m, sizeof(m)) &&
	       m.word[0] == from->word[0] && m.word[1] == from->word[1] &&
	       m.word[2] == from->word[2];
}

/* NULL: there is no such way. */
static __always_inline struct fast_way *
look_up(const struct fast_state *s, const struct fast_key *k, __u32 *place)
{
	__u32 hash = fast_hash(k, s->seed), at = hash % FAST_BUCKETS;
	struct fast_bucket *b = bpf_map_lookup_elem(&buckets, &at);
	struct fast_way *w;

	if (!b)
		return 0;
#pragma unroll
	for (__u32 i = 0; i < FAST_SLOTS; i++) {
		__u32 slot = b->slot[i];

		if (!slot || (slot ^ hash) & FAST_HASH_TAG)
			continue;
		*place = (slot & FAST_PLACE) - 1;
		w = bpf_map_lookup_elem(&ways, place);
		if (w && w->epoch == s->epoch && fast_is_same(&w->key, k))
			return w;
	}
	return 0;
}

/* What has a tag of another kind (802.1ad) is no packet of any VLAN of ours. */
static __always_inline int is_tag_known(const struct __sk_buff *skb)
{
	return !skb->vlan_present ||
	       (__u16)skb->vlan_proto == bpf_htons(ETH_P_8021Q);
}

/* May this packet go by a way that its key has found? */
static __always_inline int passes(struct __sk_buff *skb, __u32 in,
				  const struct heads *h,
				  const struct fast_way *w)
{
	return fits(skb, h, w->mtu) && !(w->routed && h->ttl <= 1) &&
	       !(in && !is_from(skb, &w->from));
}

/* ---- one that begins ---------------------------------------------------------------- */

static __always_inline int opens(const struct heads *h)
{
	const __u8 all = F_FIN | F_SYN | F_RST | F_ACK | F_URG;

	return h->proto == IPPROTO_TCP && (h->flags & all) == F_SYN &&
	       has_tcp_head(h);
}

static __always_inline int is_odd(const struct fast_state *s, __u16 port)
{
	return s->odd[port / 32] >> port % 32 & 1;
}

/* A pair of places; NULL: there is none left, or another CPU was faster. */
static __always_inline struct fast_begun *claim(struct fast_state *s)
{
	__u32 n = *(volatile __u32 *)&s->taken, at = n % FAST_BEGUN;

	if (n == *(volatile __u32 *)&s->given ||
	    __sync_val_compare_and_swap(&s->taken, n, n + 1) != n)
		return 0;
	return bpf_map_lookup_elem(&begun, &at);
}

static __always_inline int enter(const struct fast_state *s,
				 const struct fast_key *k, __u32 place)
{
	__u32 hash = fast_hash(k, s->seed), at = hash % FAST_BUCKETS;
	struct fast_bucket *b = bpf_map_lookup_elem(&buckets, &at);
	__u32 value = fast_slot(hash, place);

	if (!b)
		return -1;
#pragma unroll
	for (__u32 i = 0; i < FAST_SLOTS; i++)
		if (!b->slot[i] &&
		    !__sync_val_compare_and_swap(&b->slot[i], 0, value))
			return 0;
	return -1;
}

/* A pattern's way, for the connection from that port. */
static __always_inline struct fast_way *put(const struct fast_state *s,
					    const struct fast_way *pattern,
					    __u32 place, __u16 sport,
					    __u16 dport)
{
	struct fast_way *w = bpf_map_lookup_elem(&ways, &place);

	if (!w)
		return 0;
	*w = *pattern;
	w->epoch = 0;
	w->key.sport = w->sport = sport;
	w->key.dport = w->dport = dport;
	w->answers = 0;
	w->frames = w->bytes = 0;
	w->flags = 0;
	return enter(s, &w->key, place) ? 0 : w;
}

/* The two of it; NULL: it does not begin here. */
static __always_inline struct fast_way *begin(struct fast_state *s,
					      struct fast_way *pattern,
					      const struct heads *h,
					      __u32 *place)
{
	__u32 epoch = s->epoch, answers = pattern->answers - 1;
	struct fast_way *back = bpf_map_lookup_elem(&ways, &answers);
	struct fast_way *there;
	struct fast_begun *b;

	if (!back || back->epoch != epoch)
		return 0;
	b = claim(s);
	if (!b)
		return 0;
	*place = b->there;
	there = put(s, pattern, b->there, h->sport, h->dport);
	back = there ? put(s, back, b->back, h->dport, h->sport) : 0;
	/* was it given up meanwhile? */
	if (!back || pattern->epoch != epoch) {
		(void)__sync_lock_test_and_set(&b->is, FAST_FAILED);
		return 0;
	}
	(void)__sync_lock_test_and_set(&back->epoch, epoch);
	(void)__sync_lock_test_and_set(&there->epoch, epoch);
	(void)__sync_fetch_and_add(&pattern->frames, 1);
	(void)__sync_lock_test_and_set(&b->is, FAST_HAS_BEGUN);
	return there;
}

static __always_inline struct fast_way *
find_pattern(struct __sk_buff *skb, __u32 in, struct fast_state *s,
	     struct fast_key k, const struct heads *h, __u32 *place)
{
	struct fast_way *p;

	if (in && is_odd(s, bpf_ntohs(h->sport)))
		return 0;
	k.sport = 0;
	p = look_up(s, &k, place);
	if (!p || !p->answers || !passes(skb, in, h, p))
		return 0;
	return begin(s, p, h, place);
}

/* Its way; NULL: the packet is the switch's. at: of IP; in: of the interface, 0
 * when they are the switch's own sockets. */
static __always_inline struct fast_way *find(struct __sk_buff *skb, __u32 at,
					     __u32 in, struct note *n)
{
	struct fast_key k = { .in = in };
	struct heads h;
	struct fast_way *w;
	struct fast_state *s;
	__u32 zero = 0, place = 0;

	/* port 0 is nobody's, and stands for all in a pattern */
	if (skb->protocol != bpf_htons(ETH_P_IP) || read_heads(skb, at, &h) ||
	    !h.sport || !is_usual(&h) || !is_whole(&h, skb->len, at) ||
	    !is_tag_known(skb))
		return 0;
	k.src = h.src;
	k.dst = h.dst;
	k.sport = h.sport;
	k.dport = h.dport;
	k.proto = h.proto;
	if (in && skb->vlan_present)
		k.vlan = skb->vlan_tci & VLAN_MASK;
	s = bpf_map_lookup_elem(&state, &zero);
	if (!s || s->beaten)
		return 0;
	w = look_up(s, &k, &place);
	if (w) {
		if (!may_have(w, &h, in) || !passes(skb, in, &h, w))
			return 0;
	} else {
		w = opens(&h) ? find_pattern(skb, in, s, k, &h, &place) : 0;
		if (!w)
			return 0;
	}
	*n = (struct note){ .way = place + 1,
			    .len = skb->len,
			    .bytes = bpf_ntohs(h.len),
			    .end = h.proto == IPPROTO_TCP ? end_of(&h) : 0,
			    .flags = h.flags,
			    .head = heads_len(&h) };
	return w;
}

/* ---- counting --------------------------------------------------------------------- */

static __always_inline void count_way(struct fast_way *w, const struct note *n)
{
	__sync_fetch_and_add(&w->frames, 1);
	__sync_fetch_and_add(&w->bytes, n->bytes);
	if (!w->flags || (__s32)(n->end - w->end) > 0)
		w->end = n->end;  /* of the first one, whatever it is */
	if (n->flags & ~w->flags) /* on two CPUs at once, perhaps */
		(void)__sync_fetch_and_or(&w->flags, n->flags);
}

static __always_inline __u32 on_wire(__u32 len)
{
	return (len < FRAME_MIN ? FRAME_MIN : len) + FCS_LEN;
}

static __always_inline void count_size(struct fast_port *p, __u32 len, __u32 n)
{
	__u32 i = len < 65     ? 0
		  : len < 128  ? 1
		  : len < 256  ? 2
		  : len < 512  ? 3
		  : len < 1024 ? 4
		  : len < 1519 ? 5
			       : 6;

	p->size[i] += n;
}

struct frames { /* that a super-frame stands for */
	__u32 n, full, last;
};

static __always_inline struct frames frames_of(const struct __sk_buff *skb,
					       const struct note *n, __u32 tag)
{
	__u32 head = ETH_HLEN + n->head + tag;
	__u32 data = n->bytes - n->head;
	struct frames f = { 1, 0, ETH_HLEN + n->bytes + tag };

	if (!skb->gso_size || data <= skb->gso_size)
		return f;
	f.n = (data + skb->gso_size - 1) / skb->gso_size;
	f.full = head + skb->gso_size;
	f.last = head + data - (f.n - 1) * skb->gso_size;
	return f;
}

static __always_inline __u64 octets_of(const struct frames *f)
{
	return (__u64)(f->n - 1) * on_wire(f->full) + on_wire(f->last);
}

static __always_inline void count_in(const struct __sk_buff *skb, __u32 port,
				     const struct note *n, __u32 tag)
{
	struct fast_port *p = bpf_map_lookup_elem(&ports, &port);
	struct frames f = frames_of(skb, n, tag);

	if (!p)
		return;
	p->in_frames += f.n;
	p->in_octets += octets_of(&f);
	if (f.n > 1)
		count_size(p, on_wire(f.full), f.n - 1);
	count_size(p, on_wire(f.last), 1);
}

static __always_inline void count_out(const struct __sk_buff *skb, __u32 port,
				      const struct note *n, __u32 tag)
{
	struct fast_port *p = bpf_map_lookup_elem(&ports, &port);
	struct frames f = frames_of(skb, n, tag);

	if (!p)
		return;
	p->out_frames += f.n;
	p->out_octets += octets_of(&f);
}

/* ---- on its way -------------------------------------------------------------------- */

/* The packet's first bytes, to be written; NULL: there are none such. */
static __always_inline __u8 *room(struct __sk_buff *skb, __u32 len)
{
	__u8 *data = (__u8 *)(long)skb->data;

	if (data + len <= (__u8 *)(long)skb->data_end)
		return data;
	if (bpf_skb_pull_data(skb, len))
		return 0;
	data = (__u8 *)(long)skb->data;
	return data + len <= (__u8 *)(long)skb->data_end ? data : 0;
}

static __always_inline int sums(struct __sk_buff *skb, const struct fast_way *w,
				__u8 proto)
{
	__u32 at = L4_AT + (proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM);
	__u64 flags = proto == IPPROTO_TCP ? 0 : BPF_F_MARK_MANGLED_0;

	if (w->sum_addr && bpf_l4_csum_replace(skb, at, 0, w->sum_addr,
					       flags | BPF_F_PSEUDO_HDR))
		return -1;
	return w->sum_ports &&
	       bpf_l4_csum_replace(skb, at, 0, w->sum_ports, flags);
}

static __always_inline __u16 gained(__u16 sum, __u32 more)
{
	__u32 s = (__u16)~sum + more;

	s = (s & 0xffff) + (s >> 16);
	return (__u16) ~((s & 0xffff) + (s >> 16));
}

static __always_inline void write_macs(__u8 *data, const struct fast_macs *m)
{
	__u16 *to = (__u16 *)data;
	const __u16 *from = (const __u16 *)m;

#pragma unroll
	for (int i = 0; i < 6; i++)
		to[i] = from[i];
}

static __always_inline int rewrite(struct __sk_buff *skb,
				   const struct fast_way *w)
{
	__u8 *d = room(skb, L4_AT + UDP_HEAD), *ip;
	__u16 *half;

	if (!d || sums(skb, w, d[ETH_HLEN + 9]))
		return -1;
	d = room(skb, L4_AT + UDP_HEAD);
	if (!d)
		return -1;
	ip = d + ETH_HLEN;
	if (!w->inside)
		write_macs(d, &w->to);
	ip[8] -= w->routed;
	half = (__u16 *)(ip + IP4_SUM);
	*half = gained(*half, w->sum_ip);
	*(__u32 *)(ip + 12) = w->src;
	*(__u32 *)(ip + 16) = w->dst;
	*(__u16 *)(ip + 20) = w->sport;
	*(__u16 *)(ip + 22) = w->dport;
	return 0;
}

/* Tags: as many as the port it leaves by has them. */
static __always_inline int retag(struct __sk_buff *skb, __u16 tag)
{
	if (skb->vlan_present && bpf_skb_vlan_pop(skb))
		return -1;
	return tag && bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), tag);
}

/* ---- the programs -------------------------------------------------------------------- */

static __always_inline void was_not_taken(void)
{
	__u32 zero = 0;
	struct fast_state *s = bpf_map_lookup_elem(&state, &zero);

	if (s)
		s->beaten = 1;
}

SEC("socket")
int look(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct note *n = bpf_map_lookup_elem(&notes, &zero);

	if (!n)
		return ALL_OF_IT;
	if (n->way)
		was_not_taken();
	n->way = 0;
	return find(skb, ETH_HLEN, skb->ifindex, n) ? 0 : ALL_OF_IT;
}

SEC("tc")
int take(struct __sk_buff *skb)
{
	__u32 zero = 0, place, in_tag = skb->vlan_present ? TAG_LEN : 0;
	struct note *n = bpf_map_lookup_elem(&notes, &zero);
	struct fast_way *w;

	if (!n || !n->way || n->len != skb->len)
		return TC_ACT_UNSPEC;
	place = n->way - 1;
	n->way = 0;
	w = bpf_map_lookup_elem(&ways, &place);
	if (!w)
		return TC_ACT_SHOT;
	count_way(w, n);
	count_in(skb, w->in_port, n, in_tag);
	if (rewrite(skb, w) || retag(skb, w->tag))
		return TC_ACT_SHOT;
	if (w->inside) {
		bpf_skb_change_type(skb, PACKET_HOST);
		return bpf_redirect_peer(w->out, 0);
	}
	count_out(skb, w->out_port, n, w->tag ? TAG_LEN : 0);
	return bpf_redirect(w->out, 0);
}

/* Which way it is stands in place of MAC addresses, until it is out of the cable. */
struct in_cable {
	__u32 way, bytes, head;
	__u16 type;
};

SEC("tc")
int leave(struct __sk_buff *skb)
{
	struct note n = { 0 };
	struct fast_way *w = find(skb, ETH_HLEN, 0, &n);
	struct in_cable c = { n.way, n.bytes, n.head, bpf_htons(ETH_P_IP) };
	__u32 zero = 0;
	struct fast_state *s = bpf_map_lookup_elem(&state, &zero);

	if (!s)
		return TC_ACT_SHOT;
	if (!w)
		return bpf_redirect(s->tun, 0);
	if (bpf_skb_store_bytes(skb, 0, &c, ETH_HLEN, 0))
		return TC_ACT_SHOT;
	count_way(w, &n);
	return TC_ACT_OK;
}

/* What this host's programs send to every interface is nothing to ours inside. */
SEC("tc")
int shut(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_SHOT;
}

SEC("tc")
int emerge(struct __sk_buff *skb)
{
	struct in_cable c = { 0 };
	struct note n = { 0 };
	struct fast_way *w;
	__u32 place;

	/* else the end inside says something by itself, IPv6 most likely */
	if (bpf_skb_load_bytes(skb, 0, &c, ETH_HLEN) ||
	    c.type != bpf_htons(ETH_P_IP))
		return TC_ACT_SHOT;
	place = c.way - 1;
	w = bpf_map_lookup_elem(&ways, &place);
	if (!w || w->inside || rewrite(skb, w))
		return TC_ACT_SHOT;
	n.bytes = c.bytes;
	n.head = c.head;
	count_out(skb, w->out_port, &n, w->tag ? TAG_LEN : 0);
	if (retag(skb, w->tag))
		return TC_ACT_SHOT;
	return bpf_redirect(w->out, 0);
}

char _license[] SEC("license") = "Dual MIT/GPL";
