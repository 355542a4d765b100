/*
 * A TAP device of the switch's own making (Documentation/networking/tuntap): the
 * host has the other end as an interface by that name, and puts it into a bridge,
 * a namespace or a machine as it likes.  Super-frames and open checksums come and
 * go with virtio's header, one system call each: the device knows no batches.
 */
#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/port_priv.h"
#include "emu/io/tun.h"
#include "emu/io/vnet.h"

#ifndef TUN_F_USO4 /* Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

struct tap_port {
	struct port_io io;
	uint8_t room[PORT_FRAME];
};

static bool tap_receive(struct port_io *io, struct packet *f, uint64_t *when_us)
{
	struct tap_port *t = (struct tap_port *)io;
	struct virtio_net_hdr head;
	struct iovec v[] = { { &head, sizeof(head) },
			     { t->room + PACKET_HEADROOM, PACKET_MAX } };

	*when_us = 0;
	for (;;) {
		ssize_t n = readv(io->fd, v, 2);

		if (n < 0)
			return false;
		*f = port_frame(t->room);
		f->len = (size_t)n > sizeof(head)
				 ? (uint32_t)((size_t)n - sizeof(head))
				 : 0;
		if (vnet_read_frame(&head, f))
			return true;
		io->dropped++;
	}
}

static bool tap_send(struct port_io *io, struct packet *f)
{
	struct virtio_net_hdr head;
	struct iovec v[] = { { &head, sizeof(head) }, { f->data, f->len } };

	vnet_write(f, &head);
	if (writev(io->fd, v, 2) < 0)
		io->unsent++;
	return true;
}

static void tap_flush(struct port_io *io)
{
	(void)io; /* nothing waits */
}

static void tap_close(struct port_io *io)
{
	if (io->fd >= 0)
		(void)close(io->fd);
	if (io->ctl >= 0)
		(void)close(io->ctl);
	free(io);
}

static int tap_bring_up(struct tap_port *t, struct ifreq *r, struct err *err)
{
	if (ioctl(t->io.ctl, SIOCGIFFLAGS, r) < 0)
		return port_refused(&t->io, "flags", errno, err);
	r->ifr_flags |= IFF_UP;
	if (ioctl(t->io.ctl, SIOCSIFFLAGS, r) < 0)
		return port_refused(&t->io, "ip link set up", errno, err);
	return 0;
}

/* Datagrams' segmentation is newer than the rest. */
static int tap_offload(struct tap_port *t, struct err *err)
{
	unsigned basic = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	int head_len = sizeof(struct virtio_net_hdr);

	if (ioctl(t->io.fd, TUNSETVNETHDRSZ, &head_len) < 0)
		return port_refused(&t->io, "TUNSETVNETHDRSZ", errno, err);
	if (ioctl(t->io.fd, TUNSETOFFLOAD, basic | TUN_F_USO4 | TUN_F_USO6) <
		    0 &&
	    ioctl(t->io.fd, TUNSETOFFLOAD, basic) < 0)
		return port_refused(&t->io, "TUNSETOFFLOAD", errno, err);
	t->io.takes_offload = true;
	return 0;
}

static int tap_make(struct tap_port *t, struct err *err)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

	if (!*t->io.name ||
	    !str_copy(r.ifr_name, sizeof(r.ifr_name), t->io.name))
		return err_set(err, ERR_IO, -1,
			       "%s: a name of 1 to %d characters is needed",
			       t->io.kind, IFNAMSIZ - 1);
	t->io.ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (t->io.ctl < 0)
		return port_refused(&t->io, "socket", errno, err);
	t->io.fd = tun_device_open(err);
	if (t->io.fd < 0)
		return -1;
	if (ioctl(t->io.fd, TUNSETIFF, &r) < 0)
		return port_refused(&t->io, "TUNSETIFF", errno, err);
	if (tap_offload(t, err) || tap_bring_up(t, &r, err))
		return -1;
	return port_ask_mtu(&t->io, err);
}

static struct port_io *tap_open(const char *name, struct err *err)
{
	struct tap_port *t = xcalloc(1, sizeof(*t));

	port_init(&t->io, &port_tap, name);
	if (tap_make(t, err) == 0)
		return &t->io;
	tap_close(&t->io);
	return NULL;
}

const struct port_ops port_tap = {
	.kind = "tap:",
	.help = "tap:NAME",
	.open = tap_open,
	.receive = tap_receive,
	.send = tap_send,
	.flush = tap_flush,
	.close = tap_close,
};
