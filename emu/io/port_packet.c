/*
 * An interface through a packet socket (packet(7)).  With the virtual-network
 * header super-frames and open checksums come and go as they are; a kernel
 * without it leaves them to be recognised.
 *
 * Frames are taken and handed over in batches: what a frame costs is mostly the
 * system call.  A ring shared with the kernel was measured and is no faster for
 * small frames, and its slots would all have to be as large as a super-frame.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/xalloc.h"
#include "emu/io/port_priv.h"
#include "emu/io/vnet.h"
#include "emu/net/offload.h"

enum {
	TAG_LEN = 4,
	/* Up to here a frame is copied until the flush; a larger one is worth a
	 * system call of its own. */
	SMALL = 2048,
};

struct control { /* of one received frame */
	_Alignas(struct cmsghdr) char bytes[CMSG_SPACE(
		sizeof(struct tpacket_auxdata))];
};

struct batch {
	struct mmsghdr msg[PORT_BATCH];
	struct iovec iov[PORT_BATCH][2];
	struct virtio_net_hdr head[PORT_BATCH];
};

struct packet_port {
	struct port_io io;
	bool has_vnet;
	/* received, from at to n; the queue is empty behind them when they are
	 * fewer than a batch */
	struct batch in;
	struct control control[PORT_BATCH];
	int n, at;
	/* to be sent */
	struct batch out;
	int nout;
	uint8_t (*room)[PORT_FRAME]; /* owned; of the received */
	uint8_t small[PORT_BATCH][SMALL];
};

/* ---- receive -------------------------------------------------------------------- */

static void in_prepare(struct packet_port *p)
{
	for (int i = 0; i < PORT_BATCH; i++) {
		struct msghdr *h = &p->in.msg[i].msg_hdr;

		p->in.iov[i][0].iov_base = &p->in.head[i];
		p->in.iov[i][0].iov_len = sizeof(p->in.head[i]);
		p->in.iov[i][1].iov_base = p->room[i] + PACKET_HEADROOM;
		p->in.iov[i][1].iov_len = PACKET_MAX;
		h->msg_iov = p->has_vnet ? p->in.iov[i] : p->in.iov[i] + 1;
		h->msg_iovlen = p->has_vnet ? 2 : 1;
		h->msg_control = p->control[i].bytes;
		h->msg_controllen = sizeof(p->control[i].bytes);
	}
}

static void in_batch(struct packet_port *p)
{
	for (int i = 0; i < p->n; i++)
		p->in.msg[i].msg_hdr.msg_controllen =
			sizeof(p->control[i].bytes);
	p->at = 0;
	p->n = recvmmsg(p->io.fd, p->in.msg, PORT_BATCH, MSG_DONTWAIT, NULL);
	if (p->n >= 0)
		return;
	p->n = 0;
	/* a frame that the kernel could not describe is gone, too */
	if (errno != EAGAIN && errno != EINTR && errno != ENETDOWN)
		p->io.dropped++;
}

/* Some were lost; the kernel counts from one question to the next. */
static void count_losses(struct packet_port *p)
{
	struct tpacket_stats s;
	socklen_t len = sizeof(s);

	if (getsockopt(p->io.fd, SOL_PACKET, PACKET_STATISTICS, &s, &len) == 0)
		p->io.dropped += s.tp_drops;
}

/* The kernel takes tags off and tells them beside the frame. */
static void tag_back(struct packet *f, const struct tpacket_auxdata *a)
{
	uint16_t type = (a->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0
				? a->tp_vlan_tpid
				: ETHER_VLAN;

	packet_tag(f, a->tp_vlan_tci);
	put16(f->data + 2 * ETH_ADDR_LEN, type);
	put16(f->data + ETH_LEN, a->tp_vlan_tci); /* priority and all */
}

static void read_control(struct packet_port *p, struct msghdr *h,
			 struct packet *f)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);
	struct tpacket_auxdata a;

	if (!c || c->cmsg_type != PACKET_AUXDATA ||
	    c->cmsg_len < CMSG_LEN(sizeof(a)))
		return;
	memcpy(&a, CMSG_DATA(c), sizeof(a));
	if ((a.tp_status & TP_STATUS_LOSING) != 0)
		count_losses(p);
	if ((a.tp_status & TP_STATUS_VLAN_VALID) != 0)
		tag_back(f, &a);
}

static bool in_frame(struct packet_port *p, int i, struct packet *f)
{
	struct msghdr *h = &p->in.msg[i].msg_hdr;
	uint32_t len = p->in.msg[i].msg_len,
		 head = p->has_vnet ? sizeof(p->in.head[i]) : 0;

	*f = port_frame(p->room[i]);
	if (len < head + ETH_LEN || (h->msg_flags & MSG_TRUNC) != 0)
		return false;
	f->len = len - head;
	if (p->has_vnet ? !vnet_read_frame(&p->in.head[i], f)
			: !offload_recognise(f, p->io.mtu))
		return false;
	read_control(p, h, f);
	return true;
}

static bool packet_receive(struct port_io *io, struct packet *f,
			   uint64_t *when_us)
{
	struct packet_port *p = (struct packet_port *)io;

	*when_us = 0;
	for (;;) {
		if (p->at == p->n) {
			bool was_short = p->n > 0 && p->n < PORT_BATCH;

			if (was_short)
				p->at = p->n = 0;
			else
				in_batch(p);
			if (p->n == 0)
				return false;
		}
		bool is_fit = in_frame(p, p->at++, f);

		io->waits = p->at < p->n;
		if (is_fit)
			return true;
		io->dropped++;
	}
}

/* ---- send ------------------------------------------------------------------------ */

static void out_prepare(struct packet_port *p)
{
	for (int i = 0; i < PORT_BATCH; i++) {
		struct msghdr *h = &p->out.msg[i].msg_hdr;

		p->out.iov[i][0].iov_base = &p->out.head[i];
		p->out.iov[i][0].iov_len = sizeof(p->out.head[i]);
		h->msg_iov = p->has_vnet ? p->out.iov[i] : p->out.iov[i] + 1;
		h->msg_iovlen = p->has_vnet ? 2 : 1;
	}
}

static void packet_flush(struct port_io *io)
{
	struct packet_port *p = (struct packet_port *)io;

	for (int done = 0; done < p->nout;) {
		int n = sendmmsg(io->fd, p->out.msg + done,
				 (unsigned)(p->nout - done), MSG_DONTWAIT);

		if (n <= 0) {
			io->unsent++;
			n = 1; /* this one is lost, as on a full wire */
		}
		done += n;
	}
	p->nout = 0;
}

static void out_frame(struct packet_port *p, const struct packet *f, void *data)
{
	int i = p->nout++;

	if (p->has_vnet)
		vnet_write(f, &p->out.head[i]);
	p->out.iov[i][1].iov_base = data;
	p->out.iov[i][1].iov_len = f->len;
}

static bool packet_send(struct port_io *io, struct packet *f)
{
	struct packet_port *p = (struct packet_port *)io;

	if (f->len > SMALL) {
		packet_flush(io); /* what came before goes before */
		out_frame(p, f, f->data);
		packet_flush(io);
		return true;
	}
	memcpy(p->small[p->nout], f->data, f->len);
	out_frame(p, f, p->small[p->nout]);
	if (p->nout == PORT_BATCH)
		packet_flush(io);
	return true;
}

/* ---- open and close --------------------------------------------------------------- */

static void set_buffer(int fd, int forced, int plain)
{
	int bytes = PORT_SOCKET_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
}

static int set_on(int fd, int option)
{
	int on = 1;

	return setsockopt(fd, SOL_PACKET, option, &on, sizeof(on));
}

static int set_promiscuous(int fd, unsigned index)
{
	struct packet_mreq all = { .mr_ifindex = (int)index,
				   .mr_type = PACKET_MR_PROMISC };

	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
			  sizeof(all));
}

static int set_options(struct packet_port *p, unsigned index, struct err *err)
{
	int fd = p->io.fd;

	/* without it, we would take our own frames for others' */
	if (set_on(fd, PACKET_IGNORE_OUTGOING) < 0)
		return port_refused(&p->io, "PACKET_IGNORE_OUTGOING", errno,
				    err);
	if (set_on(fd, PACKET_AUXDATA) < 0)
		return port_refused(&p->io, "PACKET_AUXDATA", errno, err);
	if (set_promiscuous(fd, index) < 0)
		return port_refused(&p->io, "promiscuous mode", errno, err);
	p->has_vnet = set_on(fd, PACKET_VNET_HDR) == 0;
	p->io.takes_offload = p->has_vnet;
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
	return 0;
}

static int packet_bind(struct packet_port *p, struct err *err)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(p->io.name),
	};

	if (at.sll_ifindex == 0)
		return port_refused(&p->io, "interface", ENODEV, err);
	/* no protocol before it is bound: nobody else's frames come in */
	p->io.fd =
		socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->io.fd < 0)
		return port_refused(&p->io, "packet socket", errno, err);
	p->io.ctl = p->io.fd;
	if (set_options(p, (unsigned)at.sll_ifindex, err) ||
	    port_ask_mtu(&p->io, err))
		return -1;
	if (bind(p->io.fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return port_refused(&p->io, "bind", errno, err);
	p->io.index = (unsigned)at.sll_ifindex;
	return 0;
}

static void packet_close(struct port_io *io)
{
	struct packet_port *p = (struct packet_port *)io;

	if (io->fd >= 0) {
		packet_flush(io);
		(void)close(io->fd);
	}
	free(p->room);
	free(p);
}

static struct port_io *packet_open(const char *name, struct err *err)
{
	struct packet_port *p = xcalloc(1, sizeof(*p));

	port_init(&p->io, &port_packet, name);
	p->room = xcalloc(PORT_BATCH, sizeof(*p->room));
	if (packet_bind(p, err)) {
		packet_close(&p->io);
		return NULL;
	}
	in_prepare(p);
	out_prepare(p);
	return &p->io;
}

const struct port_ops port_packet = {
	.kind = "packet:",
	.help = "packet:INTERFACE",
	.open = packet_open,
	.receive = packet_receive,
	.send = packet_send,
	.flush = packet_flush,
	.close = packet_close,
};
