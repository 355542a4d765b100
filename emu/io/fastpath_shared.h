#ifndef CSS_EMU_IO_FASTPATH_SHARED_H
#define CSS_EMU_IO_FASTPATH_SHARED_H

#include <linux/types.h>

/*
 * What the fast path's programs in the kernel (fastpath.bpf.c) and the switch have
 * in common.  Addresses, ports and checksums stand as they lie in a packet.
 */
#define FAST_WAYS  262144u /* directions of flows that may be handed over */
#define FAST_PORTS 64u
#define FAST_SIZES                                                             \
	7u /* of frames, as RMON has them: up to 64 ... 1518, above */

/* What tells the packets of one direction of a flow. */
struct fast_key {
	__u32 src, dst;
	__u16 sport, dport;
	__u32 in;   /* index of the interface; 0: the switch's own sockets */
	__u16 vlan; /* of the tag; 0: none */
	__u8 proto;
	__u8 zero;
};

/* MAC addresses, destination first, as the beginning of a frame has them. */
struct fast_macs {
	__u32 word[3];
};

/*
 * Ways are found by a hash of their keys, all of it memory that the switch writes and
 * the kernel reads: handing a flow over is no system call.  A slot has the place of a
 * way, and bits of the hash, so that mostly one way is looked at; which has the key
 * itself, and is in force or not as a whole, by its epoch.
 */
#define FAST_BUCKETS  131072u
#define FAST_SLOTS    8u
#define FAST_PLACE    0x7ffffu /* of a slot: place + 1; 0: free */
#define FAST_HASH_TAG (~FAST_PLACE)

struct fast_bucket {
	__u32 slot[FAST_SLOTS];
};

struct fast_way {
	/* written by the switch, or by the programs when a pattern says so; epoch
	 * last, by which it is in force */
	__u32 epoch;
	__u32 out; /* index of the interface */
	__u32 src, dst;
	__u16 sport, dport;
	__u32 sum_ip, sum_addr, sum_ports; /* what checksums gain */
	__u16 mtu;			   /* of IP; 0: no bound */
	__u16 tag;			   /* put on; 0: none */
	__u8 inside;			   /* to the switch's own sockets */
	__u8 routed;			   /* TTL counts down */
	__u8 in_port, out_port;		   /* that count it; FAST_PORTS: none */
	struct fast_macs from, to;
	struct fast_key key;
	__u32 answers; /* of a pattern: the place + 1 of the one behind it */
	/* written by the kernel's programs */
	__u64 frames, bytes; /* of IP */
	__u32 end;   /* TCP: sequence number behind what went by, host order */
	__u32 flags; /* TCP: all that went by */
};

/*
 * Connections that begin alike: a pattern is two ways, there and back, without the port
 * of who opens (0 in their keys).  The first packet of a connection that one fits gets
 * two ways of its own from the programs, at places that the switch has given for that.
 */
#define FAST_BEGUN 16384u /* pairs of places that are given, or used up */

enum { FAST_GIVEN, FAST_HAS_BEGUN, FAST_FAILED };

struct fast_begun {
	__u32 there, back; /* places */
	__u32 is;	   /* the programs tell */
	__u32 zero;
};

struct fast_port { /* per CPU, growing */
	__u64 in_octets, in_frames, out_octets, out_frames;
	__u64 size[FAST_SIZES];
};

struct fast_state {
	__u32 epoch; /* of the ways that are in force; 0: none is */
	__u32 seed;  /* of the hash: nobody chooses ways that collide */
	__u32 tun; /* index of the device that leads to the switch (inside.h) */
	__u32 given; /* pairs of places, since the start */
	/* Bit n % 32 of n / 32: who comes from port n (host order) fits no pattern. */
	__u32 odd[65536 / 32];
	/* written by the kernel's programs */
	__u32 beaten; /* a frame was lost: nothing goes by any more */
	__u32 taken;  /* of the pairs that were given */
};

static inline __u32 fast_mix(__u32 h, __u32 word)
{
	h = (h ^ word) * 0x9e3779b1u;
	return h ^ h >> 15;
}

static inline __u32 fast_hash(const struct fast_key *k, __u32 seed)
{
	__u32 h = fast_mix(seed, k->src);

	h = fast_mix(h, k->dst);
	h = fast_mix(h, (__u32)k->sport << 16 | k->dport);
	h = fast_mix(h, k->in);
	h = fast_mix(h, (__u32)k->vlan << 8 | k->proto);
	return h ^ h >> 13;
}

/* What stands in the slot of a way at its place. */
static inline __u32 fast_slot(__u32 hash, __u32 place)
{
	return (hash & FAST_HASH_TAG) | (place + 1);
}

static inline _Bool fast_is_same(const struct fast_key *a,
				 const struct fast_key *b)
{
	return a->src == b->src && a->dst == b->dst && a->sport == b->sport &&
	       a->dport == b->dport && a->in == b->in && a->vlan == b->vlan &&
	       a->proto == b->proto;
}

#endif
