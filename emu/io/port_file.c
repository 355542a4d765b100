/*
 * Capture files as a port: what one holds comes in, what the switch sends is
 * written to another.
 */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <sys/time.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/port_priv.h"
#include "emu/net/offload.h"

enum {
	SNAPLEN = 262144, /* libpcap's own limit */
	USEC = 1000000,
	PATH_LEN = 1024,
};

struct file_port {
	struct port_io io;
	pcap_t *in, *dead;  /* owned; NULL: not wanted */
	pcap_dumper_t *out; /* owned */
	bool has_clock, muted;
	uint64_t now_us;
	uint8_t room[PORT_FRAME];
};

/* Captures made on a sender's machine have open checksums and super-frames. */
static bool take(struct file_port *p, const struct pcap_pkthdr *h,
		 const uint8_t *data, struct packet *f)
{
	*f = port_frame(p->room);
	if (h->caplen < h->len || h->len > PACKET_MAX || h->len < ETH_LEN)
		return false;
	memcpy(f->data, data, h->len);
	f->len = h->len;
	return offload_recognise(f, p->io.mtu);
}

static bool file_receive(struct port_io *io, struct packet *f,
			 uint64_t *when_us)
{
	struct file_port *p = (struct file_port *)io;
	struct pcap_pkthdr *h;
	const uint8_t *data;

	while (!io->over) {
		if (pcap_next_ex(p->in, &h, &data) != 1) {
			io->over = true;
		} else if (take(p, h, data, f)) {
			*when_us = (uint64_t)h->ts.tv_sec * USEC +
				   (uint64_t)h->ts.tv_usec;
			return true;
		} else {
			io->dropped++;
		}
	}
	*when_us = 0;
	return false;
}

static bool file_send(struct port_io *io, struct packet *f)
{
	struct file_port *p = (struct file_port *)io;
	struct pcap_pkthdr h = { .caplen = f->len, .len = f->len };

	if (!p->out || p->muted)
		return true;
	if (p->has_clock) {
		h.ts.tv_sec = (time_t)(p->now_us / USEC);
		h.ts.tv_usec = (suseconds_t)(p->now_us % USEC);
	} else {
		(void)gettimeofday(&h.ts, NULL);
	}
	pcap_dump((u_char *)p->out, &h, f->data);
	if (ferror(pcap_dump_file(p->out)))
		io->unsent++;
	return true;
}

static void file_flush(struct port_io *io)
{
	struct file_port *p = (struct file_port *)io;

	if (p->out)
		(void)pcap_dump_flush(p->out);
}

static void file_close(struct port_io *io)
{
	struct file_port *p = (struct file_port *)io;

	if (p->in)
		pcap_close(p->in);
	if (p->out)
		pcap_dump_close(p->out);
	if (p->dead)
		pcap_close(p->dead);
	free(p);
}

static int open_in(struct file_port *p, const char *in, struct err *err)
{
	char why[PCAP_ERRBUF_SIZE] = "";

	p->in = pcap_open_offline(in, why);
	if (!p->in)
		return err_set(err, ERR_IO, -1, "capture %.80s: %.150s", in,
			       why);
	if (pcap_datalink(p->in) != DLT_EN10MB)
		return err_set(err, ERR_IO, -1,
			       "capture %.80s: its frames are not Ethernet",
			       in);
	return 0;
}

static int open_out(struct file_port *p, const char *out, struct err *err)
{
	p->dead = pcap_open_dead(DLT_EN10MB, SNAPLEN);
	if (!p->dead)
		return err_set(err, ERR_IO, -1, "capture %.80s: no memory",
			       out);
	p->out = pcap_dump_open(p->dead, out);
	if (!p->out)
		return err_set(err, ERR_IO, -1, "capture: %.150s",
			       pcap_geterr(p->dead));
	return 0;
}

/* Of a path, what comes last. */
static const char *last_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "";
}

struct port_io *port_file_open(const char *in, const char *out, struct err *err)
{
	struct file_port *p = xcalloc(1, sizeof(*p));

	port_init(&p->io, &port_file, last_name(in ? in : out));
	p->io.over = !in;
	if ((!in || open_in(p, in, err) == 0) &&
	    (!out || open_out(p, out, err) == 0))
		return &p->io;
	file_close(&p->io);
	return NULL;
}

void port_file_mute(struct port_io *io, bool mute)
{
	((struct file_port *)io)->muted = mute;
}

void port_file_clock(struct port_io *io, uint64_t now_us)
{
	struct file_port *p = (struct file_port *)io;

	p->has_clock = true;
	p->now_us = now_us;
}

/* "in.pcap", "in.pcap,out.pcap", ",out.pcap" */
static struct port_io *file_open(const char *name, struct err *err)
{
	char in[PATH_LEN];
	char *out = NULL;

	if (!str_copy(in, sizeof(in), name)) {
		(void)err_set(err, ERR_IO, -1, "file: the name is too long");
		return NULL;
	}
	out = strchr(in, ',');
	if (out)
		*out++ = '\0';
	if (!*in && (!out || !*out)) {
		(void)err_set(err, ERR_IO, -1,
			      "file: the name of a capture is needed: "
			      "file:IN.pcap,OUT.pcap");
		return NULL;
	}
	return port_file_open(*in ? in : NULL, out && *out ? out : NULL, err);
}

const struct port_ops port_file = {
	.kind = "file:",
	.help = "file:IN.pcap,OUT.pcap",
	.open = file_open,
	.receive = file_receive,
	.send = file_send,
	.flush = file_flush,
	.close = file_close,
};
