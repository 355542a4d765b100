#ifndef CSS_EMU_IO_VNET_H
#define CSS_EMU_IO_VNET_H

#include <linux/virtio_net.h>
#include <stdbool.h>

#include "emu/net/packet.h"

/*
 * virtio's header (linux/virtio_net.h), with which packet sockets, TAP and TUN
 * devices hand over and take what offload leaves undone.
 */

/* false: something that nobody here can make good.  Whether it goes with the packet
 * is for offload_is_sound(), once its headers are where they belong. */
bool vnet_read(const struct virtio_net_hdr *h, struct packet_offload *off);
/* The same of a whole Ethernet frame, sound. */
bool vnet_read_frame(const struct virtio_net_hdr *h, struct packet *p);
void vnet_write(const struct packet *p, struct virtio_net_hdr *h);

#endif
