#include "emu/net/packet.h"

#include "emu/net/checksum.h"

#define TAG_LEN	 4
#define TYPE_MIN 1536 /* IEEE 802.3 3.2.6: below, it is a length */
#define MACS_LEN (2 * ETH_ADDR_LEN)

/* The memory begins n bytes further on, or earlier. */
static void move_start(struct packet *p, int n)
{
	p->data += n;
	p->len -= (uint32_t)n;
	p->cap -= (uint32_t)n;
	if (p->off.checksum)
		p->off.csum_start = (uint16_t)(p->off.csum_start - n);
}

static void take_tag(struct packet *p)
{
	p->vlan = get16(p->data + ETH_LEN) & 0xfff;
	memmove(p->data + TAG_LEN, p->data, MACS_LEN);
	move_start(p, TAG_LEN);
}

/* Least length of the header that the protocol has; 0: nothing is known. */
static unsigned l4_min(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return TCP_MIN;
	case IPPROTO_UDP:
		return UDP_HEAD;
	case IPPROTO_ICMP:
		return ICMP_HEAD;
	default:
		return 0;
	}
}

/* The header and the lengths in it fit; those of a fragment's whole are not there
 * to be compared with. */
static bool l4_fits(const struct packet *p, const uint8_t *l4, unsigned len)
{
	if (len < l4_min(p->proto))
		return false;
	if (p->proto == IPPROTO_TCP) {
		unsigned head = (l4[TCP_OFF] >> 4) * 4u;

		return head >= TCP_MIN && head <= len;
	}
	if (p->proto == IPPROTO_UDP) {
		unsigned whole = get16(l4 + UDP_LEN);

		return whole >= UDP_HEAD && (p->fragment || whole <= len);
	}
	return true;
}

static enum packet_fault parse_l4(struct packet *p, unsigned head,
				  unsigned total)
{
	unsigned place = get16(p->data + p->l3 + IP4_FRAG);

	p->fragment = (place & (IP4_MF | 0x1fff)) != 0;
	if ((place & 0x1fff) != 0)
		return PACKET_GOOD;
	if (l4_fits(p, p->data + p->l3 + head, total - head))
		p->l4 = (uint16_t)(p->l3 + head);
	else if (!p->fragment)
		return PACKET_BAD_L4;
	return PACKET_GOOD;
}

static enum packet_fault parse_ip4(struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;
	unsigned there = p->len - p->l3;

	if (there < IP4_MIN)
		return PACKET_SHORT;

	unsigned head = ip4_header_len(ip), total = get16(ip + IP4_LEN);

	if (ip[0] >> 4 != 4 || head < IP4_MIN || total < head)
		return PACKET_BAD_IP;
	if (head > there)
		return PACKET_SHORT;
	if (total > there)
		return PACKET_BAD_IP;
	if (sum_fold(sum_add(0, ip, head)) != 0)
		return PACKET_BAD_SUM;
	p->len = p->l3 + total;
	p->proto = ip[IP4_PROTO];
	return parse_l4(p, head, total);
}

enum packet_fault packet_parse(struct packet *p)
{
	p->type = 0;
	p->l3 = ETH_LEN;
	p->l4 = 0;
	p->proto = 0;
	p->fragment = false;
	if (p->len < ETH_LEN)
		return PACKET_SHORT;
	if (get16(p->data + MACS_LEN) == ETHER_VLAN) {
		if (p->len < ETH_LEN + TAG_LEN)
			return PACKET_SHORT;
		take_tag(p);
	}

	uint16_t type = get16(p->data + MACS_LEN);

	if (type < TYPE_MIN)
		return PACKET_GOOD;
	p->type = type;
	return type == ETHER_IP4 ? parse_ip4(p) : PACKET_GOOD;
}

enum packet_fault packet_parse_ip(struct packet *p)
{
	move_start(p, -ETH_LEN);
	memset(p->data, 0, MACS_LEN);
	put16(p->data + MACS_LEN, ETHER_IP4);
	return packet_parse(p);
}

void packet_tag(struct packet *p, unsigned vlan)
{
	move_start(p, -TAG_LEN);
	memmove(p->data, p->data + TAG_LEN, MACS_LEN);
	put16(p->data + MACS_LEN, ETHER_VLAN);
	put16(p->data + ETH_LEN, (uint16_t)(vlan & 0xfff));
	p->l3 += TAG_LEN;
	if (p->l4 != 0)
		p->l4 += TAG_LEN;
}
