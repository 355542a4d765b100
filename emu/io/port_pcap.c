/*
 * An interface through libpcap, which also runs where packet sockets have no
 * virtual-network header.  It shows frames as the host's stack has them, so open
 * checksums and super-frames of virtual links are recognised by what is in them.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "emu/base/err.h"
#include "emu/base/xalloc.h"
#include "emu/io/port_priv.h"
#include "emu/net/offload.h"

/* Bytes.  A slot of libpcap's ring is as large as the largest super-frame: some 500
 * frames. */
#define RING (32 << 20)
/* Empty looks between two questions for what the system has dropped. */
#define STATS_EVERY 64

struct pcap_port {
	struct port_io io;
	pcap_t *pcap; /* owned */
	unsigned looks;
	unsigned seen_drops; /* libpcap's number, which goes round */
	uint8_t room[PORT_FRAME];
};

static void count_losses(struct pcap_port *p)
{
	struct pcap_stat s;

	if (p->looks++ % STATS_EVERY != 0 || pcap_stats(p->pcap, &s) < 0)
		return;
	p->io.dropped += (unsigned)(s.ps_drop - p->seen_drops);
	p->seen_drops = s.ps_drop;
}

/* libpcap's memory is its own: nothing may be put in front of a frame there. */
static bool take(struct pcap_port *p, const struct pcap_pkthdr *h,
		 const uint8_t *data, struct packet *f)
{
	*f = port_frame(p->room);
	if (h->caplen < h->len || h->len > PACKET_MAX || h->len < ETH_LEN)
		return false;
	memcpy(f->data, data, h->len);
	f->len = h->len;
	return offload_recognise(f, p->io.mtu);
}

static bool pcap_receive(struct port_io *io, struct packet *f,
			 uint64_t *when_us)
{
	struct pcap_port *p = (struct pcap_port *)io;
	struct pcap_pkthdr *h;
	const uint8_t *data;

	*when_us = 0;
	while (pcap_next_ex(p->pcap, &h, &data) == 1) {
		if (take(p, h, data, f))
			return true;
		io->dropped++;
	}
	count_losses(p);
	return false;
}

static bool pcap_send_frame(struct port_io *io, struct packet *f)
{
	struct pcap_port *p = (struct pcap_port *)io;

	if (pcap_inject(p->pcap, f->data, f->len) < 0)
		io->unsent++;
	return true;
}

static void pcap_flush(struct port_io *io)
{
	(void)io; /* nothing waits */
}

static void pcap_close_port(struct port_io *io)
{
	struct pcap_port *p = (struct pcap_port *)io;

	if (p->pcap)
		pcap_close(p->pcap);
	free(p);
}

static int said(struct pcap_port *p, const char *what, struct err *err)
{
	return err_set(err, ERR_IO, -1, "%s: %s: %s", p->io.kind, what,
		       pcap_geterr(p->pcap));
}

static int activate(struct pcap_port *p, struct err *err)
{
	int rc = pcap_activate(p->pcap);

	if (rc == PCAP_ERROR_NO_SUCH_DEVICE)
		return port_refused(&p->io, "interface", ENODEV, err);
	if (rc == PCAP_ERROR_PERM_DENIED)
		return port_refused(&p->io, "libpcap", EPERM, err);
	if (rc < 0)
		return said(p, pcap_statustostr(rc), err);
	return 0;
}

static int start(struct pcap_port *p, struct err *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";

	p->pcap = pcap_create(p->io.name, why);
	if (!p->pcap)
		return err_set(err, ERR_IO, -1, "%s: %.150s", p->io.kind, why);
	(void)pcap_set_snaplen(p->pcap, PACKET_MAX);
	(void)pcap_set_promisc(p->pcap, 1);
	(void)pcap_set_immediate_mode(p->pcap, 1);
	(void)pcap_set_buffer_size(p->pcap, RING);
	if (activate(p, err))
		return -1;
	if (pcap_datalink(p->pcap) != DLT_EN10MB)
		return err_set(err, ERR_IO, -1, "%s: not an Ethernet interface",
			       p->io.kind);
	if (pcap_setdirection(p->pcap, PCAP_D_IN) < 0)
		return said(p, "direction", err);
	if (pcap_setnonblock(p->pcap, 1, why) < 0)
		return said(p, "without waiting", err);
	p->io.fd = pcap_get_selectable_fd(p->pcap);
	p->io.ctl = pcap_fileno(p->pcap);
	return port_ask_mtu(&p->io, err);
}

static struct port_io *pcap_open_port(const char *name, struct err *err)
{
	struct pcap_port *p = xcalloc(1, sizeof(*p));

	port_init(&p->io, &port_pcap, name);
	if (start(p, err) == 0)
		return &p->io;
	pcap_close_port(&p->io);
	return NULL;
}

const struct port_ops port_pcap = {
	.kind = "pcap:",
	.help = "pcap:INTERFACE",
	.open = pcap_open_port,
	.receive = pcap_receive,
	.send = pcap_send_frame,
	.flush = pcap_flush,
	.close = pcap_close_port,
};
