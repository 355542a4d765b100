#ifndef CSS_EMU_IO_TUN_H
#define CSS_EMU_IO_TUN_H

#include <stdbool.h>

#include "emu/net/packet.h"

struct err;

/*
 * The TUN device behind which the switch's own sockets live (inside.h): IPv4
 * packets without Ethernet, super-frames and open checksums with virtio's header.
 * Used by the packet thread.
 */
struct tun;

/* /dev/net/tun, without waiting; -1 and err, which says what helps. */
int tun_device_open(struct err *err);

/* In the namespace of the caller.  NULL and err. */
struct tun *tun_open(const char *name, unsigned mtu, struct err *err);
void tun_close(struct tun *t);
int tun_fd(const struct tun *t); /* readable when a packet is there */
/* The next one that the sockets send: p->data at the IPv4 header, for
 * packet_parse_ip(), in memory that stays until the next call.  false: there is
 * none now, or others are to have their turn first; then the descriptor says so. */
bool tun_receive(struct tun *t, struct packet *p);
/* One for the sockets, from p->l3 on; its bytes are the caller's again.  false:
 * it is lost. */
bool tun_send(struct tun *t, struct packet *p);
void tun_flush(struct tun *t); /* if anything was queued */

#endif
