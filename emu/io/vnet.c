#include "emu/io/vnet.h"

#include "emu/net/offload.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4 /* Linux 6.2 */
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

enum {
	TCP_F_CWR = 0x80, /* RFC 3168 */
	ETHER_IP6 = 0x86dd,
	TAG_LEN = 4,
};

static bool read_gso(const struct virtio_net_hdr *h, struct packet_offload *off)
{
	switch (h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		return true;
	case VIRTIO_NET_HDR_GSO_TCPV4:
		off->gso = GSO_TCP4;
		break;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		off->gso = GSO_TCP6;
		break;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		off->gso = GSO_UDP4;
		break;
	default:
		return false;
	}
	off->gso_size = h->gso_size;
	return true;
}

bool vnet_read(const struct virtio_net_hdr *h, struct packet_offload *off)
{
	*off = (struct packet_offload){ 0 };
	if (!read_gso(h, off))
		return false;
	if ((h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0) {
		off->checksum = true;
		off->csum_start = h->csum_start;
		off->csum_offset = h->csum_offset;
	}
	return true;
}

static uint16_t type_of(const struct packet *p)
{
	const uint8_t *type = p->data + 2 * ETH_ADDR_LEN;

	if (get16(type) == ETHER_VLAN && p->len >= ETH_LEN + TAG_LEN)
		type += TAG_LEN;
	return get16(type);
}

bool vnet_read_frame(const struct virtio_net_hdr *h, struct packet *p)
{
	if (p->len < ETH_LEN || !vnet_read(h, &p->off))
		return false;
	/* the device has one name for both */
	if (p->off.gso == GSO_UDP4 && type_of(p) == ETHER_IP6)
		p->off.gso = GSO_UDP6;
	return offload_is_sound(p);
}

static const uint8_t gso_type[] = {
	[GSO_NONE] = VIRTIO_NET_HDR_GSO_NONE,
	[GSO_TCP4] = VIRTIO_NET_HDR_GSO_TCPV4,
	[GSO_UDP4] = VIRTIO_NET_HDR_GSO_UDP_L4,
	[GSO_TCP6] = VIRTIO_NET_HDR_GSO_TCPV6,
	[GSO_UDP6] = VIRTIO_NET_HDR_GSO_UDP_L4,
};

static void write_gso(const struct packet *p, struct virtio_net_hdr *h)
{
	const uint8_t *l4 = p->data + p->off.csum_start;

	h->gso_type = gso_type[p->off.gso];
	h->gso_size = p->off.gso_size;
	if (h->gso_type == VIRTIO_NET_HDR_GSO_UDP_L4) {
		h->hdr_len = (uint16_t)(p->off.csum_start + UDP_HEAD);
		return;
	}
	h->hdr_len = (uint16_t)(p->off.csum_start + (l4[TCP_OFF] >> 4) * 4u);
	if ((l4[TCP_FLAGS] & TCP_F_CWR) != 0)
		h->gso_type |= VIRTIO_NET_HDR_GSO_ECN;
}

void vnet_write(const struct packet *p, struct virtio_net_hdr *h)
{
	*h = (struct virtio_net_hdr){ 0 };
	if (!p->off.checksum)
		return;
	h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	h->csum_start = p->off.csum_start;
	h->csum_offset = p->off.csum_offset;
	if (p->off.gso != GSO_NONE)
		write_gso(p, h);
}
