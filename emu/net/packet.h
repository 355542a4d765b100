#ifndef CSS_EMU_NET_PACKET_H
#define CSS_EMU_NET_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * A frame on its way through the switch, and the offsets of its headers
 * (IEEE 802.3, 802.1Q; RFC 791, 768, 792, 9293).  The memory is the receiver's; in front
 * of the first byte there is always PACKET_HEADROOM of room, so that a header can
 * be put on, and behind the last one there is room up to cap.
 *
 * An interface of this host may hand over what no wire carries: a checksum that
 * is still to be finished, or a segment larger than any frame that is still to
 * be cut (virtio's header, RFC-less; linux/virtio_net.h).  That stands in off,
 * goes along when the other side takes the same, and is made good by offload.h
 * when it does not.
 */
#define PACKET_HEADROOM 64
#define PACKET_MAX	65600 /* bytes of the largest super-frame */
#define ETH_LEN		14
#define ETH_ADDR_LEN	6

enum { ETHER_IP4 = 0x0800, ETHER_ARP = 0x0806, ETHER_VLAN = 0x8100 };

enum packet_gso { GSO_NONE, GSO_TCP4, GSO_UDP4, GSO_TCP6, GSO_UDP6 };

struct packet_offload {
	bool checksum; /* to be finished: from csum_start on, kept at
			  csum_start + csum_offset */
	uint8_t gso;   /* enum packet_gso */
	uint16_t gso_size; /* bytes of payload of each segment */
	uint16_t csum_start, csum_offset; /* from data on */
};

struct packet {
	uint8_t *data; /* Ethernet header first, without an 802.1Q tag */
	uint32_t len;
	uint32_t cap; /* bytes from data on that may be written */
	struct packet_offload off;
	uint16_t vlan; /* of the tag that was taken off; 0: it had none */
	/* what packet_parse() found */
	uint16_t type; /* Ethernet type, host order; 0: an 802.3 length */
	uint16_t l3;   /* offset of what the type names */
	uint16_t l4;   /* of what IPv4 carries; 0: not IPv4, or a fragment that
			* is not the first, or one too small for the header */
	uint8_t proto; /* of IPv4; 0: not IPv4 */
	bool fragment; /* of IPv4: one of several */
	/* bytes of IPv4 of the largest fragment that it was put together of, which
	 * it is cut into when it is bridged on; 0: it came whole */
	uint16_t pieces;
};

enum packet_fault {
	PACKET_GOOD,
	PACKET_SHORT,	  /* cut off in a header */
	PACKET_BAD_IP,	  /* version, header length or total length */
	PACKET_BAD_SUM,	  /* of the IPv4 header */
	PACKET_BAD_L4,	  /* header of TCP, UDP or ICMP does not fit */
	PACKET_FAULT_NUM,
};

/*
 * Takes an 802.1Q tag off, finds the headers and checks every length in them;
 * bytes behind an IPv4 packet's total length (padding) are cut off.  Nothing
 * behind the offsets is looked at when it is not PACKET_GOOD.  vlan is written only
 * when there is a tag: a port whose interface takes tags off has set it, or to 0.
 * What moves the headers moves off.csum_start along, here and in the next two.
 */
enum packet_fault packet_parse(struct packet *p);
/* The same for a packet that begins with IPv4, as a TUN device has it: data is
 * moved back over ETH_LEN zero bytes of headroom first. */
enum packet_fault packet_parse_ip(struct packet *p);
/* Puts a tag on in front of the type, in headroom, before a trunk sends it; the
 * offsets move along. */
void packet_tag(struct packet *p, unsigned vlan);

/* ---- fields: anywhere in memory, network order on the wire ------------------ */
static inline uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}
static inline uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}
static inline void put16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}
static inline void put32(uint8_t *at, uint32_t v)
{
	put16(at, (uint16_t)(v >> 16));
	put16(at + 2, (uint16_t)v);
}
static inline struct in_addr get_addr(const uint8_t *at)
{
	struct in_addr a;

	memcpy(&a, at, sizeof(a));
	return a;
}
static inline void put_addr(uint8_t *at, struct in_addr a)
{
	memcpy(at, &a, sizeof(a));
}

/* ---- IPv4 header, from its first byte ---------------------------------------- */
enum {
	IP4_TOS = 1,
	IP4_LEN = 2,
	IP4_ID = 4,
	IP4_FRAG = 6, /* 0x4000: do not fragment, 0x2000: more, 0x1fff: place */
	IP4_TTL = 8,
	IP4_PROTO = 9,
	IP4_SUM = 10,
	IP4_SRC = 12,
	IP4_DST = 16,
	IP4_MIN = 20,
};
#define IP4_DF 0x4000
#define IP4_MF 0x2000

static inline unsigned ip4_header_len(const uint8_t *ip)
{
	return (ip[0] & 15u) * 4;
}

/* ---- TCP, UDP and ICMP headers ------------------------------------------------- */
enum {
	TCP_SEQ = 4,
	TCP_ACK = 8,
	TCP_OFF = 12, /* upper half: words of header */
	TCP_FLAGS = 13,
	TCP_WIN = 14,
	TCP_SUM = 16,
	TCP_URGENT = 18, /* from the segment's number to behind urgent data */
	TCP_MIN = 20,
	UDP_LEN = 4,
	UDP_SUM = 6,
	UDP_HEAD = 8,
	ICMP_CODE = 1,
	ICMP_SUM = 2,
	ICMP_REST = 4,
	ICMP_HEAD = 8,
};
enum {
	TCP_F_FIN = 1,
	TCP_F_SYN = 2,
	TCP_F_RST = 4,
	TCP_F_PSH = 8,
	TCP_F_ACK = 16,
	TCP_F_URG = 32,
};

#endif
